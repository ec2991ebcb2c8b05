"""The choices of an export: where to, which agents, in which form. They are remembered for the next one."""

from __future__ import annotations

import datetime
import enum
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui import text
from ctxstudio.gui.widgets import QuietBox
from ctxstudio.policy.values import Target
from ctxstudio.storage.convert import ToolNames
from ctxstudio.storage.dialect_change import Extras
from ctxstudio.storage.export import Options

AskForFolder: TypeAlias = Callable[[QtWidgets.QWidget, str, Path], Path | None]
"""Parent, title, where to start -> the folder that the user chose."""
_W = TypeVar("_W", bound=QtWidgets.QWidget)
_ZIP: Final = ".zip"


class Scope(enum.StrEnum):
    """Which agents are exported."""

    ALL = "all"
    EDITED = "edited"
    SINCE = "since"


_SCOPES: Final = (
    ("All agents", Scope.ALL),
    ("Only agents with unsaved edits", Scope.EDITED),
    ("Only agents that differ from another folder", Scope.SINCE),
)
_DIALECTS: Final = (
    ("As each file has it", None),
    ("Flattened for Claude Code", Target.CLAUDE_CODE),
    ("As claude-ctx reads it", Target.CLAUDE_CTX),
)
_EXTRAS: Final = (("Keep it under modelPolicy, which Claude Code ignores", Extras.KEEP), ("Drop it", Extras.DROP))


class ExportForm(QtWidgets.QWidget):
    """The choices.

    Signals:
        changed: () a choice is another.
    """

    changed = QtCore.Signal()

    def __init__(
        self, directory: Path, tools: Mapping[Target, ToolNames], today: datetime.date, ask_for_folder: AskForFolder
    ) -> None:
        """Args:
        directory: the opened directory.
        tools: target -> names of tools there.
        today: date of the manifest.
        ask_for_folder: lets the user choose a folder.
        """
        super().__init__()
        self._directory, self._tools, self._today = directory, tools, today
        self._ask_for_folder = ask_for_folder
        self._edit = _named(QtWidgets.QLineEdit(), "exportTargetEdit", "Target")
        self._folder = _named(QtWidgets.QRadioButton("&Folder"), "exportFolderRadio")
        self._archive = _named(QtWidgets.QRadioButton("&Zip archive"), "exportZipRadio")
        self._scope = _box("exportScopeBox", "Agents", _SCOPES)
        self._since = _named(QtWidgets.QLineEdit(), "exportSinceEdit", "Folder to compare with")
        self._since.setPlaceholderText("Folder with an earlier state of the agents")
        self._dialect = _box("exportDialectBox", "Dialect", _DIALECTS)
        self._extras = _box("exportExtrasBox", "What a plain model name cannot say", _EXTRAS)
        self._extras.setToolTip(text.tooltip("Fallbacks, escalation, fast path and reasoning."))
        self._catalog = QtWidgets.QCheckBox("&Catalogue agents.md and dependencies.map")
        self._catalog.setObjectName("exportCatalogCheck")
        self._manifest = QtWidgets.QCheckBox("&Manifest manifest.json, with the hash of every file")
        self._manifest.setObjectName("exportManifestCheck")
        self._lay_out()
        self.recall(None)
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        browse = _named(QtWidgets.QPushButton("&Browse…"), "exportBrowseButton", "Browse for the target")
        browse.clicked.connect(self._browse_target)
        other = _named(QtWidgets.QPushButton("B&rowse…"), "exportSinceButton", "Browse for the folder to compare with")
        other.clicked.connect(self._browse_other)
        for button in (browse, other):
            button.setAutoDefault(False)  # Return in a field means the export
        form = QtWidgets.QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(form.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(12)
        self._since_row = _row(self._since, other)
        form.addRow("To", _row(self._folder, self._archive, QtWidgets.QWidget(), wide=2))
        form.addRow("", _row(self._edit, browse))
        form.addRow("&Agents", self._scope)
        form.addRow("", self._since_row)
        form.addRow("&Dialect", self._dialect)
        form.addRow("E&xtras", self._extras)
        form.addRow("Also", self._catalog)
        form.addRow("", self._manifest)
        self._rows = form

    def _connect(self) -> None:
        self._folder.toggled.connect(self._on_kind_chosen)
        self._edit.textChanged.connect(self._on_target_typed)
        for box in (self._scope, self._dialect, self._extras):
            box.currentIndexChanged.connect(self._on_chosen)
        for check in (self._catalog, self._manifest):
            check.toggled.connect(self._on_chosen)
        self._since.textChanged.connect(self._on_chosen)

    # What is chosen

    @property
    def scope(self) -> Scope:
        """Which agents."""
        return Scope(self._scope.currentData())

    def target(self) -> Path | None:
        """The whole path of folder or archive; None if none is written."""
        return _path(self._edit.text())

    def options(self, *, force: bool) -> Options | None:
        """The other choices; None if the folder to compare with is missing.

        Args:
            force: whether existing files may be replaced.
        """
        dialect = self._target_dialect()
        since = _path(self._since.text()) if self.scope is Scope.SINCE else None
        if self.scope is Scope.SINCE and (since is None or not since.is_dir()):
            return None
        return Options(
            dialect=dialect,
            tools=None if dialect is None else self._tools[dialect],
            changed_since=since,
            catalog=self._catalog.isChecked(),
            force=force,
            edited_only=self.scope is Scope.EDITED,
            manifest=self._manifest.isChecked(),
            date=self._today,
            extras=Extras(self._extras.currentData()),
        )

    def _target_dialect(self) -> Target | None:
        data = self._dialect.currentData()  # Qt makes a plain text of it
        return Target(data) if data else None

    # What the user does

    def _on_kind_chosen(self) -> None:
        typed = self._edit.text()
        if self._archive.isChecked() and not _is_zip(typed):
            self._edit.setText(typed.rstrip(os.sep) + _ZIP)
        elif self._folder.isChecked() and _is_zip(typed):
            self._edit.setText(typed[: -len(_ZIP)])

    def _on_target_typed(self, typed: str) -> None:
        (self._archive if _is_zip(typed) else self._folder).setChecked(True)
        self.changed.emit()

    def _on_chosen(self) -> None:
        self._refresh()
        self.changed.emit()

    def _browse_target(self) -> None:
        start = self.target() or self._directory
        if self._archive.isChecked():
            dialog = QtWidgets.QFileDialog.getSaveFileName
            without = QtWidgets.QFileDialog.Option.DontConfirmOverwrite  # the dialog says itself what is there
            name, _ = dialog(self, "Export to a zip archive", str(start), "Zip archives (*.zip)", options=without)
            chosen = Path(name if _is_zip(name) else name + _ZIP) if name else None
        else:
            chosen = self._ask_for_folder(self, "Export to a folder", start.parent)
        if chosen is not None:
            self._edit.setText(str(chosen))

    def _browse_other(self) -> None:
        start = _path(self._since.text()) or self._directory.parent
        chosen = self._ask_for_folder(self, "Compare with a folder", start)
        if chosen is not None:
            self._since.setText(str(chosen))

    def _refresh(self) -> None:
        self._rows.setRowVisible(self._since_row, self.scope is Scope.SINCE)
        self._rows.setRowVisible(self._extras, self._target_dialect() is Target.CLAUDE_CODE)

    # Settings

    def recall(self, settings: QtCore.QSettings | None) -> None:
        """Bring back the choices of the last export; for another directory in the same place."""

        def value(key: str) -> str:
            found = settings.value(f"export/{key}") if settings is not None else None
            return found if isinstance(found, str) else ""

        last = value("target")
        target = self._directory.parent / f"{self._directory.name}-export"
        if last and value("directory") == str(self._directory):
            target = Path(last)
        elif last:
            target = Path(last).parent / (target.name + (_ZIP if _is_zip(last) else ""))
        self._edit.setText(str(target))
        (self._archive if _is_zip(target.name) else self._folder).setChecked(True)
        _select(self._scope, value("scope"))
        _select(self._dialect, value("dialect"))
        _select(self._extras, value("extras"))
        self._since.setText(value("since"))
        self._catalog.setChecked(value("catalog") != "no")
        self._manifest.setChecked(value("manifest") == "yes")

    def remember(self, settings: QtCore.QSettings) -> None:
        """Keep the choices for the next export. That files may be replaced is none of them."""
        for key, value in {
            "directory": str(self._directory),
            "target": self._edit.text(),
            "scope": str(self.scope),
            "dialect": str(self._dialect.currentData() or ""),
            "extras": str(self._extras.currentData()),
            "since": self._since.text(),
            "catalog": "yes" if self._catalog.isChecked() else "no",
            "manifest": "yes" if self._manifest.isChecked() else "no",
        }.items():
            settings.setValue(f"export/{key}", value)


def _named(widget: _W, name: str, title: str = "") -> _W:
    widget.setObjectName(name)
    if title:
        widget.setAccessibleName(title)
    return widget


def _box(name: str, title: str, choices: tuple[tuple[str, object], ...]) -> QuietBox:
    box = _named(QuietBox(), name, title)
    for label, value in choices:
        box.addItem(label, value)
    return box


def _select(box: QtWidgets.QComboBox, value: str) -> None:
    values = [str(box.itemData(row) or "") for row in range(box.count())]
    box.setCurrentIndex(values.index(value) if value in values else 0)


def _row(*widgets: QtWidgets.QWidget, wide: int = 0) -> QtWidgets.QWidget:
    """Widgets beside each other; the one at `wide` takes the spare room."""
    row = QtWidgets.QWidget()
    layout = QtWidgets.QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for position, widget in enumerate(widgets):
        layout.addWidget(widget, int(position == wide))
    return row


def _path(typed: str) -> Path | None:
    """A whole path, None for what is none; `~` is the user's own folder."""
    path = Path(os.path.expanduser(typed.strip()))
    return path if path.is_absolute() else None


def _is_zip(name: str) -> bool:
    return name.lower().endswith(_ZIP)

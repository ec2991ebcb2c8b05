"""Actions on directories: opening, recent ones, reloading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text
from ctxstudio.gui.controllers.saving import SavingActions
from ctxstudio.gui.session import Session

_RECENT: Final = "recent/directories"
_MOST_RECENT: Final = 10


class FileActions(QtCore.QObject):
    """Opens and reloads directories."""

    def __init__(
        self, session: Session, saving: SavingActions, settings: QtCore.QSettings | None, window: QtWidgets.QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._saving, self._settings, self._window = session, saving, settings, window
        self.recent_menu = QtWidgets.QMenu("Open recen&t", window)
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        self._recent: list[str] = self._stored()
        session.opened.connect(self._on_opened)

    def choose_directory(self) -> None:
        """Ask for a directory and open it."""
        chosen = ask_for_folder(self._window, "Open agents", self._session.workspace.directory)
        if chosen is not None:
            self.open(chosen)

    def open(self, directory: Path) -> None:
        """Open another directory, unless unsaved edits keep the user here."""
        if self._saving.may_drop_edits("open another directory"):
            self._session.open(directory)

    def reload(self) -> None:
        """Read the directory again."""
        if self._saving.may_drop_edits("reload"):
            self._session.reload()

    @property
    def recent(self) -> Sequence[str]:
        """The directories that were opened, the last first."""
        return tuple(self._recent)

    def _on_opened(self) -> None:
        path = str(self._session.workspace.directory.absolute())
        self._recent = [path, *(other for other in self._recent if other != path)][:_MOST_RECENT]
        if self._settings is not None:
            self._settings.setValue(_RECENT, self._recent)

    def _stored(self) -> list[str]:
        value = self._settings.value(_RECENT) if self._settings is not None else None
        values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [path for path in values if isinstance(path, str) and path][:_MOST_RECENT]

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in self._recent:
            action = QtGui.QAction(text.one_line(path).replace("&", "&&"), self.recent_menu)
            action.setEnabled(Path(path).is_dir())
            action.triggered.connect(lambda _=False, path=path: self.open(Path(path)))
            self.recent_menu.addAction(action)


def ask_for_folder(window: QtWidgets.QWidget, title: str, start: Path) -> Path | None:
    """A folder that the user chose; hidden ones are listed, for agents live below `.claude`."""
    dialog = QtWidgets.QFileDialog(window, title, str(start))
    dialog.setFileMode(QtWidgets.QFileDialog.FileMode.Directory)
    dialog.setOption(QtWidgets.QFileDialog.Option.ShowDirsOnly)
    filters = QtCore.QDir.Filter
    dialog.setFilter(filters.AllDirs | filters.Hidden | filters.NoDotAndDotDot)
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None


def dropped_directory(data: QtCore.QMimeData) -> Path | None:
    """The directory that is dropped, or that of a dropped agent file; None for anything else."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    if path.is_dir():
        return path
    return path.parent if path.suffix.lower() == ".md" and path.is_file() else None

"""The dialog before a save: what would be written, file by file."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.gui import labels, text
from ctxstudio.gui.changes_view import ChangesView, FileChange


class ReviewDialog(QtWidgets.QDialog):
    """Shows the difference of every file and lets each be left out. To be shown with `open`.

    Signals:
        save_requested: (tuple of ids) these shall be saved; the dialog is closed then.
    """

    save_requested = QtCore.Signal(object)

    def __init__(
        self,
        changes: Sequence[FileChange],
        cost_of: Callable[[tuple[str, ...]], str],
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        changes: the files that would be written.
        cost_of: what saving some of them means for the costs, in a line; may be empty.
        parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("reviewDialog")
        self.setWindowTitle("Review before saving")
        self._changes, self._cost_of = changes, cost_of
        self.changes = ChangesView()
        self._left_out = labels.ElidedLabel(muted=True)
        self._left_out.setObjectName("reviewLeftOut")
        self._cost = labels.ElidedLabel()
        self._cost.setObjectName("reviewCost")
        self.buttons = QtWidgets.QDialogButtonBox()
        self.save = self.buttons.addButton("Save", self.buttons.ButtonRole.AcceptRole)
        self.save.setObjectName("reviewSaveButton")
        self.save.setDefault(True)
        self.buttons.addButton(self.buttons.StandardButton.Cancel)
        self._lay_out()
        self.changes.checked_changed.connect(self._refresh)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.changes.set_changes(changes)
        self._refresh()
        self.changes.setFocus()

    def _lay_out(self) -> None:
        self.resize(1000, 660)
        foot = QtWidgets.QGridLayout()
        foot.setContentsMargins(10, 0, 10, 10)
        foot.setVerticalSpacing(2)
        foot.addWidget(self._cost, 0, 0)
        foot.addWidget(self._left_out, 1, 0)
        foot.addWidget(self.buttons, 0, 1, 2, 1)
        foot.setColumnStretch(0, 1)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.changes, 1)
        column.addLayout(foot)

    @property
    def ids(self) -> tuple[str, ...]:
        """The files to save, in order."""
        return self.changes.checked_ids()

    def _refresh(self) -> None:
        ids = self.ids
        out = len(self._changes) - len(ids)
        self.save.setText(f"&Save {counted(len(ids), 'file')}" if ids else "&Save")
        self.save.setEnabled(bool(ids))
        self._cost.show_text(self._cost_of(ids) if ids else "")
        remain = "remains" if out == 1 else "remain"
        self._left_out.show_text(f"{counted(out, 'file')} left out {remain} unsaved" if out else "No file is left out")
        self.save.setToolTip(text.tooltip("Write the checked files"))

    def _on_accepted(self) -> None:
        ids = self.ids
        self.accept()
        self.save_requested.emit(ids)

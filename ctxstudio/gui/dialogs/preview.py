"""A look at what something would do to files, before it is done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.gui import labels, text
from ctxstudio.gui.changes_view import ChangesView, FileChange


class PreviewDialog(QtWidgets.QDialog):
    """The differences, and a button that does it for the checked files.

    Signals:
        confirmed: (tuple of ids) do it for these files.
    """

    confirmed = QtCore.Signal(object)

    def __init__(
        self,
        title: str,
        explanation: str,
        verb: str,
        changes: Sequence[FileChange],
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        title: of the window.
        explanation: what is going to be done, and what not; plain text.
        verb: what the button says, before the number of files.
        changes: the files.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName("previewDialog")
        self.resize(960, 640)
        self._verb = verb
        self._view = ChangesView(parent=self)
        self._view.set_changes(changes)
        self._view.checked_changed.connect(self._refresh)
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Cancel)
        self._do = buttons.addButton(verb, QtWidgets.QDialogButtonBox.ButtonRole.AcceptRole)
        self._do.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(labels.plain_label(text.shown(explanation), wrap=True))
        column.addWidget(self._view, 1)
        column.addWidget(buttons)
        self._refresh()

    def _refresh(self) -> None:
        count = len(self._view.checked_ids())
        self._do.setText(f"{self._verb} {counted(count, 'file')}")
        self._do.setEnabled(count > 0)

    def accept(self) -> None:
        chosen = self._view.checked_ids()
        super().accept()
        self.confirmed.emit(chosen)

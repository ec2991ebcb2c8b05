"""What a dialog of documents shows where there is no document to show."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import labels
from ctxstudio.gui.dialogs.entry import Entry
from ctxstudio.policy.profiles import Profile
from ctxstudio.policy.rules import Rule


class NotePage(QtWidgets.QWidget):
    """Says why a file cannot be read, or what could stand here.

    Signals:
        again_requested: () read the files again.
    """

    again_requested = QtCore.Signal()

    def __init__(self, hint: str, parent: QtWidgets.QWidget | None = None) -> None:
        """Args:
        hint: what could stand here.
        """
        super().__init__(parent)
        self._fault = labels.Note()
        self._fault.accepted.connect(lambda _: self.again_requested.emit())
        self._hint = labels.plain_label(hint, wrap=True, muted=True)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(self._fault)
        column.addWidget(self._hint)
        column.addStretch(1)

    def show_entry(self, entry: Entry[Rule] | Entry[Profile] | None) -> None:
        """Say what is wrong with an entry, or that there is none."""
        self._fault.setVisible(entry is not None)
        self._hint.setVisible(entry is None)
        if entry is not None:
            said = f"This file cannot be read. {entry.error}\nThe file is {entry.path}"
            self._fault.show_note(said, ["Read again"], Severity.ERROR)

    def text(self) -> str:
        """What is said about the file; empty if there is none."""
        return "" if self._fault.isHidden() else self._fault.text()

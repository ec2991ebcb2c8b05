"""The dialog that asks what a new profile shall hold."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.gui import labels


class CaptureDialog(QtWidgets.QDialog):
    """Asks for a name, a description and the agents. It stays open until the profile could be made."""

    def __init__(
        self,
        name: str,
        agents: int,
        selected: int,
        make: Callable[[str, str, bool], str],
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        name: proposed.
        agents: how many there are.
        selected: how many of them are selected.
        make: makes the profile from name, description and whether only the selection is wanted; says why not, or "".
        parent: the dialog of profiles.
        """
        super().__init__(parent)
        self.setObjectName("captureDialog")
        self.setWindowTitle("Capture a profile")
        self._make = make
        self.name = QtWidgets.QLineEdit(name)
        self.name.setObjectName("captureName")
        self.name.selectAll()
        self.description = QtWidgets.QLineEdit()
        self.description.setObjectName("captureDescription")
        self.description.setPlaceholderText("what it is for")
        self.all = QtWidgets.QRadioButton(f"&All agents ({agents:,})")
        self.selection = QtWidgets.QRadioButton(f"Only the &selection ({counted(selected, 'agent')})")
        self.selection.setObjectName("captureSelection")
        self.selection.setEnabled(selected > 0)
        self.all.setChecked(True)
        self._fault = labels.Note()
        self._fault.hide()
        form = QtWidgets.QFormLayout()
        form.addRow("&Name", self.name)
        form.addRow("&Description", self.description)
        form.addRow("Policies of", self.all)
        form.addRow("", self.selection)
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Cancel)
        capture = buttons.addButton("&Capture", QtWidgets.QDialogButtonBox.ButtonRole.AcceptRole)
        capture.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QtWidgets.QVBoxLayout(self)
        column.addWidget(
            labels.plain_label("The current policies, unsaved edits included, become a profile.", wrap=True, muted=True)
        )
        column.addLayout(form)
        column.addWidget(self._fault)
        column.addWidget(buttons)
        self.resize(460, 0)

    def fault(self) -> str:
        """Why the profile could not be made; empty if nothing is wrong."""
        return "" if self._fault.isHidden() else self._fault.text()

    def accept(self) -> None:
        fault = self._make(self.name.text().strip(), self.description.text().strip(), self.selection.isChecked())
        if fault:
            self._fault.show_note(fault)
            self._fault.show()
            self.name.setFocus()
        else:
            super().accept()

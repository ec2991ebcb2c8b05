"""What the window says to the user: plain text always, for it may quote files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import some
from ctxstudio.gui import text

_MOST_NAMES = 12
_Button = QtWidgets.QMessageBox.StandardButton
_Icon = QtWidgets.QMessageBox.Icon


class Messages(QtCore.QObject):
    """Says things in the name of a window.

    Signals:
        said: (str) good news, worth a line for a while.
    """

    said = QtCore.Signal(str)

    def __init__(self, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._window = window

    def say(self, message: str) -> None:
        """Tell good news."""
        self.said.emit(message)

    def tell(self, title: str, message: str, icon: QtWidgets.QMessageBox.Icon = _Icon.NoIcon) -> None:
        """Show a message without stopping the program."""
        box = self._box(icon, title, message)
        box.setStandardButtons(_Button.Ok)
        box.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        show(box)

    def warn(self, title: str, message: str) -> None:
        """Say that something was not done, without stopping the program."""
        self.tell(title, message, _Icon.Warning)

    def show_uncaught(self, detail: str) -> None:
        """Show an error of the program itself, with detail to copy."""
        said = "Something went wrong that should not. Your files are as they were; unsaved edits are still here."
        box = self._box(_Icon.Critical, "An error in ctxstudio", said)
        box.setDetailedText(text.shown(detail))
        show(box)

    def ask(self, title: str, question: str, yes: str, detail: str = "") -> bool:
        """Ask whether something shall be done.

        Args:
            title: of the box.
            question: one sentence.
            yes: what the button says that does it.
            detail: more, in smaller print.
        """
        box = self._box(_Icon.Question, title, question)
        box.setInformativeText(text.shown(detail))
        accepting = box.addButton(yes, QtWidgets.QMessageBox.ButtonRole.AcceptRole)
        box.addButton(_Button.Cancel)
        box.setDefaultButton(accepting)
        box.exec()
        chosen = box.clickedButton()
        box.deleteLater()
        return chosen is accepting

    def ask_about_edits(self, names: Sequence[str], purpose: str) -> QtWidgets.QMessageBox.StandardButton:
        """Ask what shall become of unsaved edits: `Save`, `Discard` or `Cancel`.

        Args:
            names: of the agents.
            purpose: what the user is about to do.
        """
        has = "agent has" if len(names) == 1 else "agents have"
        question = f"{len(names)} {has} unsaved edits. Save them before you {purpose}?"
        box = self._box(_Icon.Question, "Unsaved edits", question)
        box.setInformativeText(text.shown(some(names, _MOST_NAMES)))
        box.setStandardButtons(_Button.Save | _Button.Discard | _Button.Cancel)
        answer = _Button(box.exec())
        box.deleteLater()
        return answer

    def _box(self, icon: QtWidgets.QMessageBox.Icon, title: str, message: str) -> QtWidgets.QMessageBox:
        box = QtWidgets.QMessageBox(icon, title, "", _Button.NoButton, self._window)
        box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        box.setText(text.shown(message))
        return box


def show(dialog: QtWidgets.QDialog) -> None:
    """Show a dialog over its window without stopping the program; it is gone when it closes."""
    dialog.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()

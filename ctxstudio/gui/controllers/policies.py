"""Actions on the policies of the selected agents."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui.session import Session


class PolicyActions(QtCore.QObject):
    """Undoes, reverts and follows recommendations."""

    def __init__(self, session: Session, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._session = session

    def undo(self) -> None:
        """Take the last edit back."""
        self._session.undo_stack.undo()

    def redo(self) -> None:
        """Do the last undone edit again."""
        self._session.undo_stack.redo()

    def revert_selected(self) -> None:
        """Give the selected agents their saved policy again."""
        self._session.revert(self._session.selection)

    def apply_recommendation(self) -> None:
        """Let the selected agents follow the matrix."""
        self._session.apply_recommendation(self._session.selection)

"""Actions that save, and what is said about a save."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.storage.save import SaveReport

_AFTER_CONFLICT = (
    "Where a policy changed on disk, the table now compares your edit with what is there. Save again to write yours "
    "over it, or revert to take what is on disk."
)


class SavingActions(QtCore.QObject):
    """Saves edits, and asks before they are lost."""

    def __init__(self, session: Session, messages: Messages, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._session, self._messages = session, messages
        session.saved.connect(self._on_saved)

    def save_selected(self) -> None:
        """Save the changed ones among the selected agents."""
        if not any(self._session.workspace.agent(id).changed for id in self._session.selection):
            self._messages.say("nothing to save in the selection")
        self._session.save(self._session.selection)

    def save_all(self) -> None:
        """Save all changed agents."""
        if not self._session.workspace.changed_count:
            self._messages.say("nothing to save")
        self._session.save_all()

    def may_drop_edits(self, purpose: str) -> bool:
        """Whether unsaved edits may be lost; asks, naming them."""
        workspace = self._session.workspace
        changed = workspace.changed()
        if not changed:
            return True
        answer = self._messages.ask_about_edits([workspace.agent(id).name for id in changed], purpose)
        if answer is QtWidgets.QMessageBox.StandardButton.Save:
            self._session.save_all()
            self._session.wait()
            return not workspace.changed_count
        return answer is QtWidgets.QMessageBox.StandardButton.Discard

    def _on_saved(self, report: SaveReport) -> None:
        if report.refused:
            advice = "\n\n" + _AFTER_CONFLICT if any(saved.conflict for saved in report.refused) else ""
            self._messages.warn("Not everything was saved", report.text() + advice)
        else:
            self._messages.say(report.text())

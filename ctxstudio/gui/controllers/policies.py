"""Actions on the policies of the selected agents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import counted, some
from ctxstudio.gui import text
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session

_MOST_NAMES = 4


class PolicyActions(QtCore.QObject):
    """Undoes, reverts and follows recommendations.

    Signals:
        touched: (tuple of ids) agents that an undone or repeated step changed.
    """

    touched = QtCore.Signal(object)

    def __init__(self, session: Session, messages: Messages, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._session, self._messages = session, messages

    def undo(self) -> None:
        """Take the last edit back."""
        stack = self._session.undo_stack
        self._step(stack.undo, f"undone: {stack.undoText()}")

    def redo(self) -> None:
        """Do the last undone edit again."""
        stack = self._session.undo_stack
        self._step(stack.redo, f"done again: {stack.redoText()}")

    def go_to_step(self, index: int) -> None:
        """Undo or redo until so many steps are done."""
        stack = self._session.undo_stack
        word = "undone" if index < stack.index() else "done again"
        steps = counted(abs(index - stack.index()), "step")
        self._step(lambda: stack.setIndex(index), f"{steps} {word}")

    def revert_selected(self) -> None:
        """Give the selected agents their saved policy again."""
        self._session.revert(self._session.selection)

    def apply_recommendation(self) -> None:
        """Let the selected agents follow the matrix."""
        self._session.apply_recommendation(self._session.selection)

    def _step(self, do: Callable[[], None], what: str) -> None:
        """Do something with the undo stack, and tell which agents it touched."""
        stack, ids = self._session.undo_stack, list[str]()
        count = stack.count()
        signals = (self._session.agents_changed, self._session.agents_added, self._session.agents_removed)
        connections = [signal.connect(ids.extend) for signal in signals]
        try:
            do()
        finally:
            for connection in connections:
                QtCore.QObject.disconnect(connection)
        if stack.count() < count:  # a step that cannot be done leaves the stack; that was told
            return
        present = tuple(dict.fromkeys(id for id in ids if id in self._session.workspace))
        self._messages.say(text.one_line(what) + _named([self._session.workspace.agent(id).name for id in present]))
        if present:
            self.touched.emit(present)


def _named(names: Sequence[str]) -> str:
    """The names of several agents; of a single one the step has it already."""
    if len(names) < 2:
        return ""
    return f" ({text.one_line(some(names, _MOST_NAMES))})"

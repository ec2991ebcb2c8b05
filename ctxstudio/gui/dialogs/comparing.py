"""The contents of files that other policies would give, found a few at a time so that the window stays alive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6 import QtCore

from ctxstudio.gui.changes_view import FileChange
from ctxstudio.gui.session import Session
from ctxstudio.policy.values import Policy
from ctxstudio.workspace import EditPlan

_AT_ONCE: Final = 150
"""Files of the first slice; with them the list is there without a flicker."""
_SLICE: Final = 15
"""Files of the others: about a frame."""


class Comparing(QtCore.QObject):
    """Finds what policies would change in the files of the open directory.

    Signals:
        progressed: (int done, int total).
        finished: (list of FileChange) one a file, in the order of the plan.
    """

    progressed = QtCore.Signal(int, int)
    finished = QtCore.Signal(object)

    def __init__(self, session: Session, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._left: list[tuple[str, Policy]] = []
        self._found: list[FileChange] = []
        self._refused: Mapping[str, str] = {}
        self._next = QtCore.QTimer(self, interval=0)
        self._next.timeout.connect(lambda: self._compare(_SLICE))

    @property
    def running(self) -> bool:
        """Whether files are still being compared."""
        return self._next.isActive()

    def start(self, plan: EditPlan) -> None:
        """Begin anew with other policies; what cannot be changed comes last, with the reason."""
        self._left, self._found = list(plan.changes.items())[::-1], []
        self._refused = plan.refused
        self._next.start()
        self._compare(_AT_ONCE)

    def cancel(self) -> None:
        """Stop; nothing is told any more."""
        self._next.stop()

    def _compare(self, count: int) -> None:
        workspace, batch = self._session.workspace, self._left[-count:][::-1]
        del self._left[-count:]
        batch = [(id, policy) for id, policy in batch if id in workspace]
        contents = workspace.preview(dict(batch))
        for id, _ in batch:
            if id in contents:
                before, after = contents[id]
                note = "with the unsaved edits of this agent" if workspace.agent(id).changed else ""
                self._found.append(FileChange(id, before, after, note))
        if self._left:
            self.progressed.emit(len(self._found), len(self._found) + len(self._left))
            return
        self._next.stop()
        for id, reason in self._refused.items():
            if id in workspace:
                head = workspace.record(id).document.head
                note = f"cannot be changed: {reason}"
                self._found.append(FileChange(id, head, head, note, checked=False, locked=True))
        self.finished.emit(self._found)

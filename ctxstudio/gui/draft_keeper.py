"""Keeping unsaved edits on disk while one works, and offering them again after a crash."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any, Final

import filelock
from PySide6 import QtCore

from ctxstudio.errors import CtxStudioError
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import Runner
from ctxstudio.storage.drafts import Draft, Drafts, Kept

_DELAY_MS: Final = 1500
"""How long after an edit it is kept; what is being typed then is one of many versions."""


class DraftKeeper(QtCore.QObject):
    """The drafts of a session.

    Signals:
        found: (Kept) unsaved edits of an earlier run.
        unkept: () another window has this directory open and keeps its edits; those of this one are not kept.
    """

    found = QtCore.Signal(object)
    unkept = QtCore.Signal()

    def __init__(self, session: Session, runner: Runner, drafts: Drafts, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._session, self._runner, self._drafts = session, runner, drafts
        self._offered: tuple[Draft, ...] = ()
        self._claim: filelock.FileLock | None = None
        self._is_loaded = self._writing = self._was_told = False
        self._timer = QtCore.QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self.keep)
        session.opened.connect(self._on_opened)
        session.loading_finished.connect(self._on_loading_finished)
        session.agents_changed.connect(self._timer.start)

    def keep(self) -> None:
        """Keep the unsaved edits, with those of an earlier run that nobody decided about yet, in the background."""
        if not self._is_loaded or self._claim is None:
            return
        if self._writing:  # one after the other, so that the last version wins
            self._timer.start()
            return
        workspace, drafts = self._session.workspace, self._drafts
        mine = workspace.drafts()
        edited = {draft.id for draft in mine}
        kept = (*mine, *(draft for draft in self._offered if draft.id not in edited))
        directory, now = workspace.directory, datetime.datetime.now(datetime.UTC)
        self._writing = True

        def work(_: Callable[[], bool]) -> Iterator[None]:
            drafts.keep(directory, kept, now)
            yield None

        self._runner.start(work, on_item=lambda _: None, on_done=self._on_written, on_error=self._on_written)

    def _on_written(self, error: CtxStudioError | None = None) -> None:
        self._writing = False
        if error is not None and not self._was_told:
            self._was_told = True
            self._session.refused.emit("Unsaved edits are not kept", str(error))

    def decide(self, *, restore: bool) -> None:
        """Take the edits of the earlier run, or let them go."""
        offered, self._offered = self._offered, ()
        if restore:
            self._session.apply_policies(self._session.workspace.resumed(offered), "restore unsaved edits")
        self.keep()

    def forget(self) -> None:
        """The user lets the unsaved edits of this run go."""
        self._timer.stop()
        if self._claim is None:
            return
        try:
            now = datetime.datetime.now(datetime.UTC)
            self._drafts.keep(self._session.workspace.directory, self._offered, now)
        except CtxStudioError as error:
            self._session.refused.emit("Unsaved edits could not be forgotten", str(error))

    def _on_opened(self) -> None:
        self._is_loaded = self._was_told = False
        self._offered = ()
        self._timer.stop()
        self.release()

    def release(self) -> None:
        """Let another window keep the edits of this directory."""
        if self._claim is not None:
            self._claim.release()
            self._claim = None

    def _on_loading_finished(self, _: Any = None) -> None:
        self._is_loaded = True
        workspace = self._session.workspace
        if self._claim is None:
            self._claim = self._drafts.claim(workspace.directory)
        if self._claim is None:
            self.unkept.emit()
            return
        try:
            kept = self._drafts.load(workspace.directory)
        except CtxStudioError as error:
            self._session.refused.emit("Unsaved edits of an earlier run cannot be read", str(error))
            return
        if kept is not None and not workspace.changed_count:
            wanted = workspace.wanted(kept.drafts)
            self._offered = tuple(draft for draft in kept.drafts if draft.id in wanted)
            if self._offered:
                self.found.emit(Kept(kept.time, self._offered))

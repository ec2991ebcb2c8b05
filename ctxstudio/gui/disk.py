"""What goes to the disk and what comes from it: saving, file operations, watching, interrupted saves."""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from PySide6 import QtCore, QtGui

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError
from ctxstudio.gui.draft_keeper import DraftKeeper
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import Runner, Task
from ctxstudio.policy.values import Policy
from ctxstudio.storage import batch, record, save, scan
from ctxstudio.storage.drafts import Drafts
from ctxstudio.storage.journal import Batch, Change, Journal
from ctxstudio.storage.places import Places

_RETRY_MS = 500
"""How long news waits that came while a cell was being edited."""

Watch: TypeAlias = Callable[[Path, Callable[[], bool]], Iterator[None]]
Remove: TypeAlias = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class FileWork:
    """Something done to files, which can be undone.

    Attributes:
        title: what it is, such as `delete 3 agents`.
        changes: the files.
        moved: old id -> new id of agents that keep their unsaved edits.
        to_trash: whether files that go do so into the trash; else the journal alone has them.
    """

    title: str
    changes: tuple[Change, ...]
    moved: Mapping[str, str] = field(default_factory=dict)
    to_trash: bool = False

    def inverse(self) -> FileWork:
        """What takes it back."""
        changes = tuple(change.inverse() for change in reversed(self.changes))
        return FileWork(f"undo of {self.title}", changes, {new: old for old, new in self.moved.items()})


class FileCommand(QtGui.QUndoCommand):
    """File work that was done, as a step to undo. Where files are others by then, it says so and leaves the stack."""

    def __init__(self, disk: Disk, work: FileWork) -> None:
        super().__init__(work.title)
        self._disk, self._work = disk, work
        self._is_done = True

    def redo(self) -> None:
        if self._is_done:  # the stack redoes what is pushed, and this was done already
            self._is_done = False
        elif not self._disk.perform(self._work):
            self.setObsolete(True)

    def undo(self) -> None:
        if not self._disk.perform(self._work.inverse()):
            self.setObsolete(True)


class Disk(QtCore.QObject):
    """The session's way to the disk.

    Attributes:
        places: where the program keeps what is the user's.
        journal: the journal of saves.
        drafts: keeps unsaved edits.
        may_take: whether news may come in now, or wait for what is being typed.

    Signals:
        saved: (SaveReport).
        taken: (Taken) somebody else changed files, and the session has them now.
        interrupted: (list of Batch) saves of this directory that did not come to an end.
    """

    saved = QtCore.Signal(object)
    taken = QtCore.Signal(object)
    interrupted = QtCore.Signal(object)

    def __init__(
        self,
        session: Session,
        runner: Runner,
        places: Places,
        *,
        remove: Remove,
        watch: Watch | None = None,
        parent: QtCore.QObject | None = None,
    ) -> None:
        """Take care of a session's files.

        Args:
            session: the session.
            runner: does the long work.
            places: where journal and drafts are.
            remove: how files go: into the trash.
            watch: how changes by others are noticed; None for not at all.
        """
        super().__init__(parent or session)
        self._session, self._runner, self._remove, self._watch = session, runner, remove, watch
        self.places = places
        self.journal = Journal(places.journal)
        self.drafts = DraftKeeper(session, runner, Drafts(places.drafts), self)
        self._parked: dict[str, Policy] = {}
        self._saving = self._looking = self._look_again = self._is_loaded = False
        self.may_take: Callable[[], bool] = lambda: True
        self._watching: Task | None = None
        self._retry = QtCore.QTimer(self, singleShot=True, interval=_RETRY_MS)
        self._retry.timeout.connect(self.look)
        session.opened.connect(self._on_opened)
        session.loading_finished.connect(self._on_loading_finished)

    # Saving

    def save(self, ids: Collection[str], *, in_place: Collection[str] = ()) -> None:
        """Save the changed ones among some agents in the background.

        Args:
            ids: the agents.
            in_place: those whose file has several hard links and is written nevertheless, under all its names.
        """
        workspace = self._session.workspace
        jobs = workspace.save_jobs(ids)
        if not jobs or self._saving:
            return
        directory, journal = workspace.directory, self.journal
        self._saving = True

        def work(_: Callable[[], bool]) -> Iterator[save.SaveReport]:
            yield save.save(directory, jobs, journal, _now(), in_place=in_place)

        def on_item(report: save.SaveReport) -> None:
            self._saving = False
            taken = workspace.saved(report)
            if workspace is self._session.workspace:
                self._session.announce(taken)
            self.saved.emit(report)
            if report.refused:
                self._offer_interrupted()  # a file that could be written half only

        def on_error(error: CtxStudioError) -> None:
            self._saving = False
            self._session.refused.emit("Nothing was saved", str(error))

        self._runner.start(work, on_item=on_item, on_done=lambda: None, on_error=on_error)

    def save_all(self) -> None:
        """Save all changed agents."""
        self.save(self._session.workspace.changed())

    def save_all_now(self) -> None:
        """Save all changed agents and wait for the end; the window is painted, and takes no input meanwhile."""
        self.save_all()
        if self._saving:
            loop = QtCore.QEventLoop(self)
            self.saved.connect(loop.quit)
            self._session.refused.connect(loop.quit)
            loop.exec(QtCore.QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    # Files

    def read(self, id: str) -> bytes:
        """The present bytes of an agent's file.

        Raises:
            CtxStudioError: it cannot be read.
        """
        return batch.present(self._session.workspace.directory, id)

    def do(self, work: FileWork) -> bool:
        """Change files now, as one step to undo; whether all of it was done. What could not be done is told."""
        done = self.perform(work)
        if done:
            self._session.undo_stack.push(FileCommand(self, dataclasses.replace(work, changes=done)))
        return len(done) == len(work.changes)

    def perform(self, work: FileWork) -> tuple[Change, ...]:
        """Change files, and take over what is there then; the changes that were made."""
        workspace = self._session.workspace
        try:
            remove = self._remove if work.to_trash else os.unlink
            results = batch.carry_out(
                self.journal, workspace.directory, work.title, work.changes, _now(), remove=remove
            )
        except CtxStudioError as error:
            self._session.refused.emit(f"{work.title.capitalize()}: nothing was done", str(error))
            return ()
        done = tuple(change for change in work.changes if not results[change.id].reason)
        news = scan.look_at(str(workspace.directory), [change.id for change in work.changes], workspace.not_loaded)
        self._park(done, work.moved)
        self._session.announce(workspace.take(news))
        back = [change.id for change in done if change.id in self._parked and change.id in workspace]
        self._session.assign({id: self._parked.pop(id) for id in back})
        self._session.select([change.id for change in done if change.id in workspace] or self._session.selection)
        lines = [f"{id}: {result.reason}" for id, result in results.items() if result.reason]
        if lines:
            self._session.refused.emit(f"{work.title.capitalize()}: not everything was done", "\n".join(lines))
        return done

    def _park(self, done: Collection[Change], moved: Mapping[str, str]) -> None:
        """Put the unsaved edits of agents whose files went aside, for the case that they come back."""
        workspace = self._session.workspace
        for change in done:
            if change.after is None and change.id in workspace and workspace.agent(change.id).changed:
                agent = workspace.agent(change.id)
                self._parked[moved.get(change.id, change.id)] = agent.policy
                workspace.replace_policies({change.id: agent.saved})

    def restore(self, past: Batch, ids: Collection[str]) -> None:
        """Give files the content they had before a batch; can be undone. A file that changed since is left alone."""
        try:
            changes = [change.inverse() for change in self.journal.changes(past) if change.id in ids]
        except CtxStudioError as error:
            self._session.refused.emit("Nothing was restored", str(error))
            return
        self.do(FileWork(f"restore of {counted(len(changes), 'file')}", tuple(changes)))

    def settle(self, past: Batch, *, undo: bool) -> None:
        """Finish or undo an interrupted save."""
        try:
            results = (batch.undo if undo else batch.finish)(self.journal, past)
        except CtxStudioError as error:
            self._session.refused.emit("The interrupted save is as it was", str(error))
            return
        lines = [f"{id}: {result.reason}" for id, result in results.items() if result.reason]
        if lines:
            self._session.refused.emit("Some files were left alone", "\n".join(lines))
        self.look()

    # What others do

    def look(self) -> None:
        """Look in the background whether somebody else changed files."""
        if self._looking or not self._is_loaded:
            self._look_again = self._looking
            return
        workspace = self._session.workspace
        directory, known = str(workspace.directory), workspace.fingerprints()
        not_loaded = tuple(workspace.not_loaded)
        self._looking = True

        def work(cancelled: Callable[[], bool]) -> Iterator[scan.News]:
            yield scan.news(directory, known, not_loaded, cancelled)

        def on_item(news: scan.News) -> None:
            if workspace is self._session.workspace and not self._saving:
                self._take(news)

        def on_end(_: Any = None) -> None:
            self._looking = False
            if self._look_again:
                self._look_again = False
                self.look()

        self._runner.start(work, on_item=on_item, on_done=on_end, on_error=on_end)

    def _take(self, news: scan.News) -> None:
        if not self.may_take():
            self._retry.start()
            return
        workspace = self._session.workspace
        # What was read before a save of ours ended is no news any more.
        fresh = [read for read in news.records if self._is_news(read)]
        news = scan.News(tuple(fresh), news.gone, news.not_loaded)
        if news or workspace.gone:
            taken = workspace.take(news)
            self._session.announce(taken)
            if taken:
                self.taken.emit(taken)

    def _is_news(self, read: record.Record) -> bool:
        workspace = self._session.workspace
        return read.id not in workspace or workspace.record(read.id).fingerprint != read.fingerprint

    def _on_opened(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        self._is_loaded = False
        self._parked.clear()

    def _on_loading_finished(self) -> None:
        self._is_loaded = True
        self._offer_interrupted()
        if self._watch is None or self._watching is not None:
            return
        watch, directory = self._watch, self._session.workspace.directory
        self._watching = self._runner.start(
            lambda cancelled: watch(directory, cancelled),
            on_item=lambda _: self.look(),
            on_done=lambda: None,
            on_error=lambda _: None,
        )

    def _offer_interrupted(self) -> None:
        try:
            found = self.journal.unfinished(self._session.workspace.directory)
        except CtxStudioError as error:
            self._session.refused.emit("The journal of saves cannot be read", str(error))
            return
        if found:
            self.interrupted.emit(found)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def to_trash(path: Path) -> None:
    """Move a file into the platform's trash.

    Raises:
        OSError: it has none for this file.
    """
    if not QtCore.QFile(str(path)).moveToTrash():
        raise OSError(f"{path.name} cannot be moved to the trash")

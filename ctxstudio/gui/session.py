"""The window's one model of the open directory: edits, undo, selection, saving; tells everybody what changed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtGui

from ctxstudio.errors import CtxStudioError
from ctxstudio.gui.tasks import Runner, Task
from ctxstudio.policy import fields
from ctxstudio.policy.values import Policy
from ctxstudio.storage import save, scan
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace, details_of

_DETAILS_BATCH = 200


class PolicyCommand(QtGui.QUndoCommand):
    """One user action on any number of agents."""

    def __init__(self, session: Session, text: str, changes: Mapping[str, Policy]) -> None:
        super().__init__(text)
        self._session = session
        self._new = dict(changes)
        self._old = {id: session.workspace.agent(id).policy for id in changes}

    def redo(self) -> None:
        self._session.assign(self._new)

    def undo(self) -> None:
        self._session.assign(self._old)


class Session(QtCore.QObject):
    """The open directory, seen from the window.

    Attributes:
        shipped: catalogue, matrix, prices and scenarios.
        workspace: the open directory.
        undo_stack: one command per user action; it survives a save.
        selection: ids of the selected agents, the current one first.
        scenario: name of the cost scenario that is shown.

    Signals:
        opened: () another directory is open, still empty.
        agents_added: (tuple of ids) rows that were read.
        loading_progressed: (str what, int done, int total).
        loading_finished: () all files are read and judged, or the loading was cancelled or failed.
        agents_changed: (tuple of ids) their policy, saved state, problems or scores are others now; once per action.
        selection_changed: () `selection` is another.
        scenario_changed: () `scenario` is another.
        saved: (SaveReport).
        refused: (str title, str text) something was not done; for the user.
    """

    opened = QtCore.Signal()
    agents_added = QtCore.Signal(object)
    loading_progressed = QtCore.Signal(str, int, int)
    loading_finished = QtCore.Signal()
    agents_changed = QtCore.Signal(object)
    selection_changed = QtCore.Signal()
    scenario_changed = QtCore.Signal()
    saved = QtCore.Signal(object)
    refused = QtCore.Signal(str, str)

    def __init__(
        self, shipped: Shipped, runner: Runner, today: datetime.date, parent: QtCore.QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.shipped, self._runner, self._today = shipped, runner, today
        self.undo_stack = QtGui.QUndoStack(self)
        self.workspace = Workspace(Path(), shipped, today)
        self.selection: tuple[str, ...] = ()
        self.scenario = next(iter(shipped.scenarios))
        self._loading: Task | None = None
        self._saving = False

    # Loading

    @property
    def loading(self) -> bool:
        """Whether files are still being read or judged."""
        return self._loading is not None

    def open(self, directory: Path) -> None:
        """Open a directory: rows appear as they are read, scores follow."""
        self.cancel_loading()
        self.undo_stack.clear()
        self.workspace = Workspace(directory, self.shipped, self._today)
        self.selection = ()
        self.opened.emit()
        self.selection_changed.emit()
        self._start(lambda cancelled: scan.scan(str(directory), cancelled), self._on_batch, self._judge)

    def reload(self) -> None:
        """Read the open directory again; unsaved edits are dropped."""
        self.open(self.workspace.directory)

    def cancel_loading(self) -> None:
        """Stop reading; what was read stays."""
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
            self.loading_finished.emit()

    def _start(
        self,
        work: Callable[[Callable[[], bool]], Iterator[Any]],
        on_item: Callable[[Any], None],
        on_done: Callable[[], None],
    ) -> None:
        finished = False

        def done() -> None:
            nonlocal finished
            finished = True
            self._loading = None
            on_done()

        def failed(error: CtxStudioError) -> None:
            nonlocal finished
            finished = True
            self._loading = None
            self.loading_finished.emit()
            self.refused.emit("The directory cannot be opened", str(error))

        task = self._runner.start(work, on_item=on_item, on_done=done, on_error=failed)
        if not finished:
            self._loading = task

    def _on_batch(self, batch: scan.Batch) -> None:
        self.agents_added.emit(self.workspace.add(batch))
        self.loading_progressed.emit("Reading", batch.done, batch.total)

    def _judge(self) -> None:
        """Score and validate all agents in the background."""
        workspace, shipped = self.workspace, self.shipped
        records = [workspace.record(id) for id in workspace.ids()]

        def work(cancelled: Callable[[], bool]) -> Iterator[Any]:
            for start in range(0, len(records), _DETAILS_BATCH):
                if cancelled():
                    return
                batch = records[start : start + _DETAILS_BATCH]
                yield start + len(batch), [details_of(record, shipped) for record in batch]

        def on_item(item: Any) -> None:
            done, found = item
            workspace.put_details(found)
            self.agents_changed.emit(tuple(id for id, _ in found))
            self.loading_progressed.emit("Scoring", done, len(records))

        self._start(work, on_item, self.loading_finished.emit)

    # Looking

    def select(self, ids: Collection[str]) -> None:
        """Select agents, the current one first."""
        if tuple(ids) != self.selection:
            self.selection = tuple(ids)
            self.selection_changed.emit()

    def summary(self) -> str:
        """The fleet in one line; costs come in when all is read and judged."""
        return self.workspace.summary(self.scenario, costs=not self.loading)

    def set_scenario(self, name: str) -> None:
        """Show another cost scenario."""
        if name != self.scenario:
            self.scenario = name
            self.scenario_changed.emit()

    # Editing

    def edit(self, ids: Collection[str], field_id: str, value: Any, *, replace_invalid: bool = False) -> None:
        """Set one field for some agents: one undo step, one notification."""
        try:
            plan = self.workspace.plan_edit(ids, field_id, value, replace_invalid=replace_invalid)
        except CtxStudioError as error:
            self.refused.emit("This value cannot be set", str(error))
            return
        title = fields.field(field_id).title.lower()
        self._push(plan.changes, plan.refused, f"set {title}")

    def apply_recommendation(self, ids: Collection[str]) -> None:
        """Give agents the policy that the matrix recommends."""
        plan = self.workspace.plan_recommendation(ids)
        self._push(plan.changes, plan.refused, "apply recommendation")

    def revert(self, ids: Collection[str]) -> None:
        """Give agents their saved policy again; can be undone."""
        plan = self.workspace.plan({id: self.workspace.agent(id).saved for id in ids})
        self._push(plan.changes, plan.refused, "revert")

    def _push(self, changes: Mapping[str, Policy], refused: Mapping[str, str], what: str) -> None:
        if changes:
            names = [self.workspace.agent(id).name for id in changes]
            whom = names[0] if len(names) == 1 else f"{len(names)} agents"
            self.undo_stack.push(PolicyCommand(self, f"{what} of {whom}", changes))
        if refused:
            lines = [f"{id}: {reason}" for id, reason in list(refused.items())[:20]]
            more = [f"and {len(refused) - 20} more"] if len(refused) > 20 else []
            self.refused.emit(f"{len(refused)} of the agents cannot be changed", "\n".join(lines + more))

    def assign(self, policies: Mapping[str, Policy]) -> None:
        """Used by commands: give agents other policies and tell everybody once."""
        self.workspace.replace_policies(policies)
        self.agents_changed.emit(tuple(policies))

    # Saving

    def save(self, ids: Collection[str]) -> None:
        """Save the changed ones among some agents in the background."""
        jobs = self.workspace.save_jobs(ids)
        if not jobs or self._saving:
            return
        workspace, directory = self.workspace, self.workspace.directory
        self._saving = True

        def work(_: Callable[[], bool]) -> Iterator[save.SaveReport]:
            yield save.save(directory, jobs)

        def on_item(report: save.SaveReport) -> None:
            self._saving = False
            ids = workspace.saved(report)
            if workspace is self.workspace:
                self.agents_changed.emit(ids)
            self.saved.emit(report)

        self._runner.start(work, on_item=on_item, on_done=lambda: None, on_error=self._on_save_failed)

    def save_all(self) -> None:
        """Save all changed agents."""
        self.save(self.workspace.changed())

    def _on_save_failed(self, error: CtxStudioError) -> None:
        self._saving = False
        self.refused.emit("Saving failed", str(error))

    def close(self) -> None:
        """Stop all background work and wait for it; the session is over."""
        self.undo_stack.blockSignals(True)  # its destructor tells of an empty stack, to whoever is left
        self._runner.cancel()
        self._runner.wait()

    def wait(self) -> None:
        """Wait until what was started is done, its answers included."""
        self._runner.wait()

"""The window's one model of the open directory: edits, undo, selection; tells everybody what changed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtGui

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError
from ctxstudio.gui import text
from ctxstudio.gui.tasks import Runner, Task
from ctxstudio.policy import changes, fields, merge
from ctxstudio.policy.values import Policy
from ctxstudio.storage import scan
from ctxstudio.storage.judging import details_of
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Taken, Workspace

_DETAILS_BATCH = 200


class PolicyCommand(QtGui.QUndoCommand):
    """One user action on any number of agents."""

    def __init__(
        self, session: Session, text: str, changes: Mapping[str, Policy], typing: Hashable | None = None
    ) -> None:
        super().__init__(text)
        self._session, self._typing = session, typing
        self._new = dict(changes)
        self._old = {id: session.workspace.agent(id).policy for id in changes}

    def redo(self) -> None:
        self._go(self._old, self._new)

    def undo(self) -> None:
        self._go(self._new, self._old)

    def _go(self, start: Mapping[str, Policy], end: Mapping[str, Policy]) -> None:
        """Change what the edit changed; what others wrote into other fields since stays."""
        workspace = self._session.workspace
        self._session.assign({
            id: merge.merge(start[id], workspace.agent(id).policy, end[id]).policy for id in end if id in workspace
        })  # fmt: skip

    def id(self) -> int:
        return -1 if self._typing is None else 1

    def mergeWith(self, other: QtGui.QUndoCommand) -> bool:
        """Pauses in typing are no steps of their own; what was typed and taken back is none at all."""
        if not isinstance(other, PolicyCommand) or other._typing != self._typing:
            return False
        self._old, self._new = other._old | self._old, self._new | other._new
        self.setText(other.text())
        self.setObsolete(self._new == self._old)
        return True


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
        agents_removed: (tuple of ids) rows that are no more.
        loading_progressed: (str what, int done, int total).
        loading_finished: () all files are read and judged, or the loading was cancelled or failed.
        agents_changed: (tuple of ids) their policy, saved state, problems or scores are others now; once per action.
        selection_changed: () `selection` is another.
        scenario_changed: () `scenario` is another.
        refused: (str title, str text) something was not done; for the user.
    """

    opened = QtCore.Signal()
    agents_added = QtCore.Signal(object)
    agents_removed = QtCore.Signal(object)
    loading_progressed = QtCore.Signal(str, int, int)
    loading_finished = QtCore.Signal()
    agents_changed = QtCore.Signal(object)
    selection_changed = QtCore.Signal()
    scenario_changed = QtCore.Signal()
    refused = QtCore.Signal(str, str)

    def __init__(
        self, shipped: Shipped, runner: Runner, today: datetime.date, parent: QtCore.QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.shipped, self.runner, self._today = shipped, runner, today
        self.undo_stack = QtGui.QUndoStack(self)
        self.workspace = Workspace(Path(), shipped, today)
        self.selection: tuple[str, ...] = ()
        self.scenario = next(iter(shipped.scenarios))
        self._loading: Task | None = None

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

        task = self.runner.start(work, on_item=on_item, on_done=done, on_error=failed)
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

    def edit(
        self,
        ids: Collection[str],
        field_id: str,
        value: Any,
        *,
        replace_invalid: bool = False,
        typing: Hashable | None = None,
    ) -> None:
        """Set one field for some agents: one undo step, one notification.

        Edits that follow each other with the same `typing`, field and agents become one undo step.
        """
        try:
            plan = self.workspace.plan_edit(ids, field_id, value, replace_invalid=replace_invalid)
        except CtxStudioError as error:
            self.refused.emit("This value cannot be set", str(error))
            return
        title = fields.field(field_id).title.lower()
        run = None if typing is None else (typing, field_id, tuple(ids))
        self._push(plan.changes, plan.refused, f"set {title}", run)

    def edit_each(self, field_id: str, values: Mapping[str, Any], *, replace_invalid: bool = False) -> None:
        """Set one field to a value of its own for each agent (by its id): one undo step, one notification."""
        agent = self.workspace.agent
        try:
            wanted = {id: changes.assignment(field_id, value)(agent(id).policy) for id, value in values.items()}
        except CtxStudioError as error:
            self.refused.emit("This value cannot be set", str(error))
            return
        plan = self.workspace.plan(wanted, replace_invalid=replace_invalid)
        self._push(plan.changes, plan.refused, f"set {fields.field(field_id).title.lower()}")

    def apply_recommendation(self, ids: Collection[str]) -> None:
        """Give agents the policy that the matrix recommends."""
        plan = self.workspace.plan_recommendation(ids)
        self._push(plan.changes, plan.refused, "apply recommendation")

    def apply_policies(self, policies: Mapping[str, Policy], what: str) -> None:
        """Give agents other policies, as one step that is called `what`."""
        plan = self.workspace.plan(policies)
        self._push(plan.changes, plan.refused, what)

    def revert(self, ids: Collection[str]) -> None:
        """Give agents their saved policy again; can be undone."""
        plan = self.workspace.plan({id: self.workspace.agent(id).saved for id in ids})
        self._push(plan.changes, plan.refused, "revert")

    def _push(
        self,
        policies: Mapping[str, Policy],
        refused: Mapping[str, str],
        what: str,
        typing: Hashable | None = None,
    ) -> None:
        if policies:
            # On one line: Qt takes what stands behind a line break for another text.
            whom = counted(len(policies), "agent")
            if len(policies) == 1:
                whom = text.one_line(self.workspace.agent(next(iter(policies))).name)
            self.undo_stack.push(PolicyCommand(self, f"{what} of {whom}", policies, typing))
        if refused:
            lines = [f"{id}: {reason}" for id, reason in list(refused.items())[:20]]
            more = [f"and {len(refused) - 20} more"] if len(refused) > 20 else []
            self.refused.emit(f"{len(refused)} of the agents cannot be changed", "\n".join(lines + more))

    def assign(self, policies: Mapping[str, Policy]) -> None:
        """Used by commands: give agents other policies and tell everybody once. Agents may be gone since."""
        present = {id: policy for id, policy in policies.items() if id in self.workspace}
        if present:
            self.workspace.replace_policies(present)
            self.agents_changed.emit(tuple(present))

    def announce(self, taken: Taken) -> None:
        """Tell everybody what the workspace took over from the disk."""
        if taken.removed:
            self.agents_removed.emit(tuple(taken.removed))
            if gone := set(taken.removed).intersection(self.selection):
                self.select([id for id in self.selection if id not in gone])
        if taken.added:
            self.agents_added.emit(tuple(taken.added))
        if taken.changed:
            self.agents_changed.emit(tuple(dict.fromkeys(id for id in taken.changed if id in self.workspace)))

    # The end

    def close(self) -> None:
        """Stop all background work and wait for it; the session is over."""
        self.undo_stack.blockSignals(True)  # its destructor tells of an empty stack, to whoever is left
        self.runner.cancel()
        self.runner.wait()

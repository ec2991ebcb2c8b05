"""The open directory: every agent with its saved and its current policy side by side. No Qt; one thread owns it."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ctxstudio.costs.board import CostBoard
from ctxstudio.costs.words import counted, money, per_day
from ctxstudio.errors import EditError, Issue
from ctxstudio.frontmatter import Document
from ctxstudio.policy import changes, recommendation
from ctxstudio.policy.names import Names
from ctxstudio.policy.totals import Totals
from ctxstudio.policy.values import Agent, Dialect, Policy, State, Target
from ctxstudio.storage import diff, judging, scan
from ctxstudio.storage.export import ExportItem
from ctxstudio.storage.judging import Details, details_of
from ctxstudio.storage.record import NotLoaded, Record
from ctxstudio.storage.save import Outcome, SaveJob, SaveReport, edited
from ctxstudio.storage.shipped import DEFAULT_SCENARIO, Shipped

__all__ = ["Details", "EditPlan", "Workspace", "details_of", "money"]


@dataclass(frozen=True, slots=True)
class EditPlan:
    """An edit that can be done, and for which agents it cannot.

    Attributes:
        changes: agent id -> its new policy; agents that it would not change are left out.
        refused: agent id -> why not.
    """

    changes: Mapping[str, Policy]
    refused: Mapping[str, str] = field(default_factory=dict)


class Workspace:
    """The agents of one directory.

    Attributes:
        directory: the opened directory.
        shipped: catalogue, matrix and the other data the program works with.
        today: the day on which model names are resolved and retirement is judged.
        not_loaded: files that are no rows, with the reason.
    """

    def __init__(self, directory: Path, shipped: Shipped, today: datetime.date) -> None:
        self.directory, self.shipped, self.today = directory, shipped, today
        self.not_loaded: list[NotLoaded] = []
        self._records: dict[str, Record] = {}
        self._origins: dict[str, Document] = {}
        self._agents: dict[str, Agent] = {}
        self._details: dict[str, Details] = {}
        self._dialects: Counter[Dialect] = Counter()
        self._names = Names()
        self._below_claude = ".claude" in Path(os.path.realpath(directory)).parts
        self._target: Target | None = None
        self._totals = Totals(shipped.catalogue)
        self._boards: dict[str, CostBoard] = {}

    # Loading

    def load(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Read the whole directory and find out everything about its agents, in this thread.

        Raises:
            UnusableInputError: there is no such directory, or it cannot be read.
        """
        self.read(cancelled)
        self.judge(self.ids())

    def read(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Read the whole directory, in this thread; its agents are not judged.

        Raises:
            UnusableInputError: there is no such directory, or it cannot be read.
        """
        for batch in scan.scan(str(self.directory), cancelled):
            self.add(batch)

    def judge(self, ids: Iterable[str]) -> None:
        """Find out everything about some agents, in this thread."""
        self.put_details([details_of(self._records[id], self.shipped) for id in ids])

    def add(self, batch: scan.Batch) -> tuple[str, ...]:
        """Take over a batch of files that was read elsewhere; the ids of its agents."""
        self._boards.clear()
        self.not_loaded += batch.not_loaded
        for read in batch.records:
            self._records[read.id] = read
            self._dialects[read.reading.dialect] += 1
            self._names.put(read.id, read.name)
            policy = read.reading.policy
            self._put(Agent(read.id, read.name, read.category, read.reading.dialect, policy, policy))
        return tuple(read.id for read in batch.records)

    def put_details(self, found: Iterable[tuple[str, Details]]) -> None:
        """Take over details that were found elsewhere."""
        self._boards.clear()  # scores decide about the groups of agents that the strategy does not know
        for id, details in found:
            self._details[id] = details
            self._put(self._judged(self._agents[id]))

    @property
    def target(self) -> Target:
        """Who will run the agents: as chosen, else Claude Code below `.claude`, else by the majority of dialects.

        The dialects count as they were when the directory was opened: a save turns no judgement round.
        """
        if self._target is not None:
            return self._target
        mappings = self._dialects[Dialect.MAPPING]
        is_ctx = not self._below_claude and 2 * mappings > self._dialects.total()
        return Target.CLAUDE_CTX if is_ctx else Target.CLAUDE_CODE

    @target.setter
    def target(self, target: Target | None) -> None:
        self._target = target
        for agent in self.fleet():
            self._put(self._judged(agent))

    def _put(self, agent: Agent) -> None:
        """Take an agent's new row into the fleet and all that is kept up with it."""
        old = self._agents.get(agent.id)
        if old is not None:
            for board in self._boards.values():
                board.replace(old, agent)
        self._agents[agent.id] = agent
        self._totals.replace(old, agent)

    # Reading

    def ids(self) -> tuple[str, ...]:
        """The ids of all agents, sorted by path as they were read."""
        return tuple(self._agents)

    def __len__(self) -> int:
        return len(self._agents)

    def agent(self, id: str) -> Agent:
        """One row of the fleet."""
        return self._agents[id]

    def fleet(self) -> tuple[Agent, ...]:
        """All rows, frozen."""
        return tuple(self._agents.values())

    def record(self, id: str) -> Record:
        """The file of an agent as last read or written."""
        return self._records[id]

    def details(self, id: str) -> Details | None:
        """What the background found out about an agent, None until then."""
        return self._details.get(id)

    def changed(self) -> tuple[str, ...]:
        """The ids of the agents with unsaved edits, sorted."""
        return tuple(sorted(self._totals.changed))

    @property
    def changed_count(self) -> int:
        """How many agents have unsaved edits."""
        return len(self._totals.changed)

    def problems(self) -> Iterator[Issue]:
        """All findings, agent by agent."""
        for agent in self._agents.values():
            yield from agent.problems

    @property
    def problem_count(self) -> int:
        """How many findings there are, without going through them."""
        return self._totals.problems

    def family_of(self, agent: Agent) -> str:
        """What an agent counts as: its model family, or `context-dependent` with an escalation or a fast path."""
        return self._totals.family_of(agent)

    def by_family(self) -> dict[str, int]:
        """How many agents count as which family: the stronger ones first, context-dependent agents last."""
        return self._totals.by_family()

    def find(self, text: str) -> str:
        """The id of the agent that a script means by a name or a relative path.

        Raises:
            UnusableInputError: none, or several files have that name; the message lists them.
        """
        return self._names.find(text)

    # Editing

    def plan_edit(self, ids: Collection[str], field_id: str, value: Any, *, replace_invalid: bool = False) -> EditPlan:
        """What setting one field for some agents would change, and where it cannot be done.

        Args:
            ids: the agents.
            field_id: a field of the table that can be assigned.
            value: of the field's kind.
            replace_invalid: whether a `model` that is neither text nor mapping is replaced.

        Raises:
            UnusableInputError: there is no such field.
            RefusedError: the field cannot be changed, or the value cannot be one of its.
        """
        return self.plan_edits(ids, [(field_id, value)], replace_invalid=replace_invalid)

    def plan_edits(
        self, ids: Collection[str], edits: Iterable[tuple[str, Any]], *, replace_invalid: bool = False
    ) -> EditPlan:
        """What setting several fields, in this order, would change: all of them for an agent, or none.

        Raises:
            UnusableInputError, RefusedError: as `plan_edit`.
        """
        steps = [changes.assignment(field_id, value) for field_id, value in edits]
        wanted = {}
        for id in ids:
            policy = self._agents[id].policy
            for step in steps:
                policy = step(policy)
            wanted[id] = policy
        return self.plan(wanted, replace_invalid=replace_invalid)

    def plan(self, wanted: Mapping[str, Policy], *, replace_invalid: bool = False) -> EditPlan:
        """What giving some agents other policies would change, and where it cannot be done."""
        planned, refused = {}, {}
        for id, policy in wanted.items():
            if policy == self._agents[id].policy:
                continue
            reason = self._why_not(self._records[id], policy, replace_invalid)
            if reason:
                refused[id] = reason
            else:
                planned[id] = policy
        return EditPlan(planned, refused)

    def plan_recommendation(self, ids: Collection[str]) -> EditPlan:
        """What following the matrix's recommendation would change for some agents."""
        return self.plan({id: self._followed(self._agents[id]) for id in ids})

    def differs(self, agent: Agent) -> bool:
        """Whether following the recommendation would change an agent's policy."""
        return self._followed(agent) != agent.policy

    def _followed(self, agent: Agent) -> Policy:
        advice = agent.assessment.recommendation if agent.assessment else None
        return agent.policy if advice is None else changes.follow(agent.policy, advice, self.shipped.catalogue)

    def _why_not(self, record: Record, policy: Policy, replace_invalid: bool) -> str:
        if policy == record.reading.policy:
            return ""
        if record.locked:
            return record.locked
        if record.reading.dialect is Dialect.OTHER and not replace_invalid:
            return "its `model` is neither a name nor a mapping; replacing it has to be asked for"
        if record.plain:
            return ""
        try:
            edited(record.document, policy, self._origin(record.id))
        except EditError as error:
            return str(error)
        return ""

    def replace_policies(self, policies: Mapping[str, Policy]) -> None:
        """Give agents other current policies. Plain assignment: cannot fail."""
        for id, policy in policies.items():
            self._put(self._judged(replace(self._agents[id], policy=policy)))

    def _judged(self, agent: Agent) -> Agent:
        """An agent with problems and assessment for its current policy."""
        details = self._details.get(agent.id)
        if details is None:
            return agent
        shipped = self.shipped
        record = self._records[agent.id]
        problems = judging.problems(agent, record, details, shipped, self.target, self.today)
        namesakes = self._names.sharing(agent.name)
        if len(namesakes) > 1:
            problems = (*problems, judging.same_name(agent.id, namesakes))
        found = details.detection
        return replace(
            agent,
            problems=problems,
            state=State.DEGRADED if details.faults else State.OK,
            assessment=recommendation.assess(
                found.traits, agent.policy, shipped.matrix, shipped.catalogue, found.criteria
            ),
        )

    # Costs

    def costs(self, scenario: str) -> CostBoard:
        """The cost of the fleet in a scenario, from now on kept up with every edit."""
        board = self._boards.get(scenario)
        if board is None:
            shipped = self.shipped
            board = self._boards[scenario] = CostBoard(
                shipped.scenarios[scenario], self.fleet(), shipped.groups, shipped.catalogue, shipped.prices, self.today
            )
        return board

    def summary(self, scenario: str = DEFAULT_SCENARIO, *, costs: bool = True) -> str:
        """The fleet in one line: agents by family, cost, what is unsaved and what is wrong."""
        families = ", ".join(f"{count:,} {family}" for family, count in self.by_family().items())
        parts = [f"{counted(len(self), 'agent')}: {families}" if len(self) else "no agents"]
        if costs and len(self):
            comparison = self.costs(scenario).compare()
            parts.append(f"{scenario}: {per_day(comparison.now)}")
            if abs(comparison.pending_per_day) >= 0.005:
                sign = "+" if comparison.pending_per_day > 0 else "−"
                parts.append(f"{sign}{money(abs(comparison.pending_per_day))} per day pending")
        parts.append(f"{self.changed_count:,} unsaved")
        if self.problem_count:
            parts.append(counted(self.problem_count, "problem"))
        return "; ".join(parts)

    # Saving

    def diff(self, id: str) -> str:
        """What saving an agent would change in its file, as a unified diff; empty if nothing.

        Raises:
            EditError: the change cannot be made.
        """
        agent, record = self._agents[id], self._records[id]
        if not agent.changed:
            return ""
        return diff.unified(record.document, edited(record.document, agent.policy, self._origin(id)), id)

    def save_jobs(self, ids: Collection[str]) -> tuple[SaveJob, ...]:
        """Frozen snapshots of the changed ones among some agents, for a worker to save."""
        return tuple(
            SaveJob(self._records[id], self._agents[id].policy, self._origin(id))
            for id in ids
            if self._agents[id].changed
        )

    def export_items(self) -> tuple[ExportItem, ...]:
        """Frozen snapshots of all agents, for an export."""
        return tuple(ExportItem(self._records[id], agent.policy) for id, agent in self._agents.items())

    def saved(self, report: SaveReport) -> tuple[str, ...]:
        """Take over what a save did; the ids whose row is another now."""
        done = []
        for result in report.files:
            if result.record is None:
                continue
            # After a conflict the row shows both: theirs on disk, mine as the unsaved edit. Saving again is a decision.
            if result.written or result.outcome is Outcome.CONFLICT:
                merged = result.outcome is not Outcome.WRITTEN
                self._origins[result.id] = result.record.document if merged else self._origin(result.id)
                done += self._put_record(result.record, merged=merged)
        return tuple(dict.fromkeys(done))

    def _put_record(self, record: Record, *, merged: bool) -> list[str]:
        """Take over a file as it was written; the ids of the agents whose row is another now."""
        id = record.id
        self._records[id] = record
        details = self._details.get(id)
        if details is not None:
            self._details[id] = details_of(record, self.shipped)[1] if merged else judging.after_edit(details, record)
        agent = replace(self._agents[id], saved=record.reading.policy, dialect=record.reading.dialect)
        touched = {id: agent}
        if merged:
            # Anything may be another: the name, which namesakes see, and what decides about groups.
            others = {*self._names.sharing(agent.name), *self._names.sharing(record.name)} - {id}
            self._names.put(id, record.name)
            self._boards.clear()
            touched = {id: replace(agent, name=record.name, category=record.category)}
            touched |= {other: self._agents[other] for other in others}
        for row in touched.values():
            self._put(self._judged(row))
        return list(touched)

    def _origin(self, id: str) -> Document:
        return self._origins.get(id) or self._records[id].document

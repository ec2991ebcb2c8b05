"""What is in the open directory: every agent with its saved and its current policy side by side, judged and counted."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ctxstudio.costs.board import CostBoard
from ctxstudio.costs.words import counted, money, per_day
from ctxstudio.errors import Issue
from ctxstudio.policy.names import Names
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.totals import Totals
from ctxstudio.policy.values import Agent, Dialect, Policy, State, Target
from ctxstudio.storage import judging, scan
from ctxstudio.storage.judging import Details, details_of
from ctxstudio.storage.record import Fingerprint, NotLoaded, Record
from ctxstudio.storage.shipped import DEFAULT_SCENARIO, Shipped

_LEAST_SHOWN = 0.005
"""Dollars; less would be shown as nothing."""


class Fleet:
    """The agents of one directory.

    Attributes:
        directory: the opened directory.
        shipped: catalogue, matrix and the other data the program works with.
        today: the day on which model names are resolved and retirement is judged.
        not_loaded: files that are no rows, with the reason.
        gone: ids of agents whose file is gone, kept for their unsaved edits.
    """

    def __init__(self, directory: Path, shipped: Shipped, today: datetime.date) -> None:
        self.directory, self.shipped, self.today = directory, shipped, today
        self.not_loaded: list[NotLoaded] = []
        self.gone: set[str] = set()
        self._records: dict[str, Record] = {}
        self._agents: dict[str, Agent] = {}
        self._details: dict[str, Details] = {}
        self._mappings: set[str] = set()
        self._names = Names()
        self._below_claude = ".claude" in Path(os.path.realpath(directory)).parts
        self._target: Target | None = None
        self._assessor = Assessor(shipped.matrix, shipped.catalogue)
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

    def forget(self, id: str) -> None:
        """Take an agent out whose file is no agent's any more."""
        self._boards.clear()
        agent = self._agents.pop(id)
        del self._records[id]
        self.gone.discard(id)
        self._mappings.discard(id)
        self._details.pop(id, None)
        self._totals.remove(agent)
        self._names.remove(id)

    def judge(self, ids: Iterable[str]) -> None:
        """Find out everything about some agents, in this thread."""
        self.put_details([details_of(self._records[id], self.shipped) for id in ids])

    def add(self, batch: scan.Batch) -> tuple[str, ...]:
        """Take over a batch of files that was read elsewhere; the ids of its agents."""
        self._boards.clear()
        self.not_loaded += batch.not_loaded
        for read in batch.records:
            self._records[read.id] = read
            self._count_dialect(read)
            self._names.put(read.id, read.name)
            policy = read.reading.policy
            self._put(Agent(read.id, read.name, read.category, read.reading.dialect, policy, policy))
        return tuple(read.id for read in batch.records)

    def _count_dialect(self, read: Record) -> None:
        """Count what a file is, as it was before this program wrote it."""
        if read.reading.dialect is Dialect.MAPPING:
            self._mappings.add(read.id)
        else:
            self._mappings.discard(read.id)

    def put_details(self, found: Iterable[tuple[str, Details]]) -> None:
        """Take over details that were found elsewhere."""
        self._boards.clear()  # scores decide about the groups of agents that the strategy does not know
        for id, details in found:
            self._details[id] = details
            self.put(self._agents[id])

    @property
    def target(self) -> Target:
        """Who will run the agents: as chosen, else Claude Code below `.claude`, else by the majority of dialects.

        The dialects count as they came from others: a save turns no judgement round.
        """
        if self._target is not None:
            return self._target
        is_ctx = not self._below_claude and 2 * len(self._mappings) > len(self._agents)
        return Target.CLAUDE_CTX if is_ctx else Target.CLAUDE_CODE

    @target.setter
    def target(self, target: Target | None) -> None:
        self._target = target
        for agent in self.fleet():
            self.put(agent)

    def put(self, agent: Agent) -> None:
        """Judge an agent's new row, and take it into the fleet and all that is kept up with it."""
        self._put(self._judged(agent))

    def _put(self, agent: Agent) -> None:
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

    def __contains__(self, id: object) -> bool:
        return id in self._agents

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

    def sharing(self, name: str) -> tuple[str, ...]:
        """The ids of all agents of a name, sorted."""
        return tuple(self._names.sharing(name))

    def fingerprints(self) -> dict[str, Fingerprint]:
        """By what to see that a file was written since it was read."""
        return {id: record.fingerprint for id, record in self._records.items() if id not in self.gone}

    def find(self, text: str) -> str:
        """The id of the agent that a script means by a name or a relative path.

        Raises:
            UnusableInputError: none, or several files have that name; the message lists them.
        """
        return self._names.find(text)

    # Judging

    def replace_policies(self, policies: Mapping[str, Policy]) -> None:
        """Give agents other current policies. Plain assignment: cannot fail."""
        for id, policy in policies.items():
            self.put(replace(self._agents[id], policy=policy))

    def _judged(self, agent: Agent) -> Agent:
        """An agent with problems and assessment for its current policy."""
        details = self._details.get(agent.id)
        if details is None:
            return agent
        shipped = self.shipped
        record = self._records[agent.id]
        problems = judging.problems(agent, record, details, shipped, self.target, self.today)
        if agent.id in self.gone:
            problems = (judging.gone(agent.id), *problems)
        namesakes = self._names.sharing(agent.name)
        if len(namesakes) > 1:
            problems = (*problems, judging.same_name(agent.id, namesakes))
        found = details.detection
        return replace(
            agent,
            problems=problems,
            state=State.DEGRADED if details.faults else State.OK,
            assessment=self._assessor.assess(found.traits, agent.policy, found.criteria),
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

    def cost_of(self, ids: Collection[str], scenario: str) -> str:
        """What the unsaved edits of some agents mean for the costs, as a line."""
        part = self.costs(scenario).part(self.fleet(), frozenset(ids))
        if not (part.saved.complete and part.now.complete):
            return f"{scenario}: some calls have no known price"
        if abs(part.pending_per_day) < _LEAST_SHOWN:
            return f"{scenario}: {per_day(part.now)}, no change of cost"
        return f"{scenario}: {_signed(part.pending_per_day)} per day, then {per_day(part.now)}"

    def summary(self, scenario: str = DEFAULT_SCENARIO, *, costs: bool = True) -> str:
        """The fleet in one line: agents by family, cost, what is unsaved and what is wrong."""
        families = ", ".join(f"{count:,} {family}" for family, count in self.by_family().items())
        parts = [f"{counted(len(self), 'agent')}: {families}" if len(self) else "no agents"]
        if costs and len(self):
            comparison = self.costs(scenario).compare()
            parts.append(f"{scenario}: {per_day(comparison.now)}")
            if abs(comparison.pending_per_day) >= _LEAST_SHOWN:
                parts.append(f"{_signed(comparison.pending_per_day)} per day pending")
        parts.append(f"{self.changed_count:,} unsaved")
        if self.problem_count:
            parts.append(counted(self.problem_count, "problem"))
        return "; ".join(parts)


def _signed(dollars: float) -> str:
    return f"{'+' if dollars > 0 else '−'}{money(abs(dollars))}"

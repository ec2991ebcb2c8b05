"""Who is called how often, and how many calls each policy gets: the two halves of a cost estimate.

A workload is built once per scenario and set of agents. A mix follows every edit of a policy in a few integer
additions, so that an estimate never looks at the agents: it takes as long for 10,000 of them as for ten.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from ctxstudio.costs import amounts
from ctxstudio.costs.pricing import CostKey
from ctxstudio.costs.scenarios import Audience, Target, TaskKind
from ctxstudio.policy.values import Agent, Policy


@dataclass(frozen=True, slots=True)
class Workload:
    """How often each agent is called.

    Attributes:
        kinds: the kinds of tasks.
        calls: agent id -> calls per task for each of `kinds`, in units of 1/`unit`. Whole numbers, so that sums and
            differences are exact.
        unit: the common denominator of all calls.
        weights: share of each kind over `unit`: the parts of one task that is a bit of every kind.
        notes: what the user should know about it, one sentence each.
    """

    kinds: tuple[TaskKind, ...]
    calls: Mapping[str, tuple[int, ...]]
    unit: int
    weights: tuple[Fraction, ...]
    notes: tuple[str, ...]

    @classmethod
    def build(cls, kinds: tuple[TaskKind, ...], agents: Iterable[Agent], group_of: Callable[[Agent], str]) -> Workload:
        """Spread the calls of a scenario's kinds of tasks over agents.

        Args:
            kinds: of the scenario.
            agents: all of them; their policies do not matter.
            group_of: the group of an agent, from its name or its scores, never from its policy.
        """
        targets = {calls.target for kind in kinds for calls in kind.calls}
        matched = {agent.id: _matches(agent, group_of(agent), targets) for agent in agents}
        sizes = Counter(target for matches in matched.values() for target in matches)
        empty = sorted(targets - sizes.keys()) if matched else []
        # Agents that match the same targets are called alike; there are few such sets and many agents.
        exact = {matches: _calls(matches, kinds, sizes, len(matched)) for matches in set(matched.values())}
        unit = math.lcm(*(calls.denominator for vector in exact.values() for calls in vector))
        whole = {matches: tuple(int(calls * unit) for calls in vector) for matches, vector in exact.items()}
        return cls(
            kinds=kinds,
            calls=MappingProxyType({id: whole[matches] for id, matches in matched.items()}),
            unit=unit,
            weights=tuple(amounts.exact(kind.share) / unit for kind in kinds),
            notes=tuple(f"No agent is in {target}: its calls spread over all agents." for target in empty),
        )

    def per_task(self, by_kind: Iterable[Fraction | int]) -> Fraction:
        """The mean over all tasks of a quantity that is given for each kind, in the workload's unit."""
        return sum(map(operator.mul, self.weights, by_kind), Fraction(0))


def _matches(agent: Agent, group: str, targets: set[Target]) -> tuple[Target, ...]:
    candidates = (
        Target(Audience.GROUP, group),
        Target(Audience.AGENT, agent.name),
        Target(Audience.CATEGORY, agent.category),
    )
    return tuple(target for target in candidates if target in targets)


def _calls(
    matches: tuple[Target, ...], kinds: tuple[TaskKind, ...], sizes: Mapping[Target, int], everybody: int
) -> tuple[Fraction, ...]:
    """Calls per task of one agent for each kind."""
    return tuple(
        sum(
            (
                amounts.exact(calls.count) / (sizes[calls.target] or everybody)
                for calls in kind.calls
                if calls.target in matches or not sizes[calls.target]
            ),
            Fraction(0),
        )
        for kind in kinds
    )


class PolicyMix:
    """How many calls each policy gets. It depends on the policies alone, not on the edits that led to them.

    Attributes:
        workload: who is called how often.
        calls: cost key -> calls per task for each kind, summed over its agents, in the workload's unit; only keys of
            agents that are called.
    """

    __slots__ = ("calls", "workload")

    def __init__(self, workload: Workload, policies: Mapping[str, Policy]) -> None:
        self.workload = workload
        self.calls: dict[CostKey, tuple[int, ...]] = {}
        for id, policy in policies.items():
            self._add(CostKey.of(policy), workload.calls[id])

    def replace(self, id: str, old: Policy, new: Policy) -> None:
        """Follow an edit: an agent has another policy now."""
        before, after = CostKey.of(old), CostKey.of(new)
        if before != after:
            calls = self.workload.calls[id]
            self._add(before, tuple(-count for count in calls))
            self._add(after, calls)

    def total(self) -> list[int]:
        """Calls per task for each kind, of all policies together, in the workload's unit."""
        calls = [0] * len(self.workload.kinds)
        for counts in self.calls.values():
            calls = list(map(operator.add, calls, counts))
        return calls

    def _add(self, key: CostKey, calls: tuple[int, ...]) -> None:
        present = self.calls.get(key)
        together = calls if present is None else tuple(map(operator.add, present, calls))
        if any(together):
            self.calls[key] = together
        else:
            self.calls.pop(key, None)

"""The cost of a fleet in one scenario, on disk and with unsaved edits, kept up edit by edit."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ctxstudio.costs.estimate import Estimate, estimate
from ctxstudio.costs.groups import Groups
from ctxstudio.costs.prices import PriceBook
from ctxstudio.costs.pricing import Pricing
from ctxstudio.costs.scenarios import Scenario
from ctxstudio.costs.workload import PolicyMix, Workload
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.values import Agent


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a scenario costs under the policies on disk and under the current ones.

    Attributes:
        saved: on disk.
        now: with unsaved edits.
    """

    saved: Estimate
    now: Estimate

    @property
    def pending_per_day(self) -> float:
        """Dollars a day that the unsaved edits add (negative: save)."""
        return self.now.per_day - self.saved.per_day


class CostBoard:
    """One scenario over one fleet.

    Attributes:
        scenario: the scenario.
        pricing: prices of its calls.
        saved: mix of the policies on disk.
        now: mix of the current policies.
    """

    def __init__(
        self,
        scenario: Scenario,
        agents: Iterable[Agent],
        groups: Groups,
        catalogue: Catalogue,
        prices: PriceBook,
        today: datetime.date,
    ) -> None:
        agents = tuple(agents)

        def group_of(agent: Agent) -> str:
            return groups.group_of(agent.name, agent.assessment.scores if agent.assessment else None)

        self.scenario = scenario
        self._workload = workload = Workload.build(scenario.kinds, agents, group_of)
        self.pricing = Pricing(scenario, catalogue, prices, today)
        self.saved = PolicyMix(workload, {agent.id: agent.saved for agent in agents})
        self.now = PolicyMix(workload, {agent.id: agent.policy for agent in agents})

    def replace(self, old: Agent, new: Agent) -> None:
        """Follow a change of an agent's policies."""
        if old.policy != new.policy:
            self.now.replace(new.id, old.policy, new.policy)
        if old.saved != new.saved:
            self.saved.replace(new.id, old.saved, new.saved)

    def part(self, agents: Iterable[Agent], ids: Collection[str]) -> Comparison:
        """Both estimates if only some of the unsaved edits were made."""
        now = {agent.id: agent.policy if agent.id in ids else agent.saved for agent in agents}
        return Comparison(estimate(self.saved, self.pricing), estimate(PolicyMix(self._workload, now), self.pricing))

    def compare(self) -> Comparison:
        """Both estimates; takes time by the number of different policies, not of agents."""
        return Comparison(estimate(self.saved, self.pricing), estimate(self.now, self.pricing))

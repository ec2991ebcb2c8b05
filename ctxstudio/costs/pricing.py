"""What one call of an agent costs under its policy, in a scenario on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ctxstudio.costs import amounts
from ctxstudio.costs.prices import PriceBook
from ctxstudio.costs.scenarios import EscalationMode, Scenario
from ctxstudio.policy.catalogue import INHERIT, Catalogue
from ctxstudio.policy.values import Policy


class CostKey(NamedTuple):
    """All of a policy that its cost depends on.

    A fast path is not part of it: how often one is taken would be an input that scenarios do not have yet, so its
    agents cost what their preference costs.

    Attributes:
        preference: model name, None for an agent that inherits.
        escalate_to: model name, None without an escalation.
    """

    preference: str | None
    escalate_to: str | None

    @classmethod
    def of(cls, policy: Policy) -> CostKey:
        """The cost key of a policy."""
        return cls(policy.preference, policy.escalation.to if policy.escalation is not None else None)


class Price(NamedTuple):
    """What a model name comes to.

    Attributes:
        model: what it effectively is: the family where the scenario prices it flat, else the canonical id, else the
            name as it is written.
        per_call: dollars, exact; None if unknown.
    """

    model: str
    per_call: Fraction | None


@dataclass(frozen=True, slots=True)
class Run:
    """One model's part in the calls of an agent.

    Attributes:
        price: of the model.
        times: how often it runs per call of the agent, in units of 1/`Pricing.unit`; over 0. A whole number, because
            estimates add up many of them.
    """

    price: Price
    times: int


class Pricing:
    """Prices of calls. Everything is computed once per name, so it is kept as long as its inputs hold.

    Attributes:
        scenario: the inputs.
        date: the day whose prices and meanings of aliases hold.
        unit: the denominator of the escalation rate.
        baseline: dollars per call of the baseline model, exact; None if unknown.
    """

    def __init__(self, scenario: Scenario, catalogue: Catalogue, prices: PriceBook, today: date) -> None:
        self.scenario = scenario
        self.date = scenario.price_date or today
        self.unit = amounts.exact(scenario.escalation_rate).denominator
        self._catalogue, self._prices = catalogue, prices
        self._by_name: dict[str | None, Price] = {}
        self._by_key: dict[CostKey, tuple[Run, ...]] = {}
        self.baseline = self.price(scenario.baseline_model).per_call

    def price(self, name: str | None) -> Price:
        """What a call on a model costs; names that inherit mean the session's model."""
        if name not in self._by_name:
            own = name if self._catalogue.family(name) != INHERIT else None
            self._by_name[name] = self._priced(own or self.scenario.session_model)
        return self._by_name[name]

    def runs(self, key: CostKey) -> tuple[Run, ...]:
        """The models that calls of an agent run on."""
        if key not in self._by_key:
            self._by_key[key] = self._runs(key)
        return self._by_key[key]

    def call(self, key: CostKey) -> Fraction | None:
        """Expected dollars of one call of an agent, exact; None if a model it runs on has no price."""
        return amounts.total(
            None if run.price.per_call is None else run.price.per_call * run.times / self.unit for run in self.runs(key)
        )

    def _priced(self, name: str) -> Price:
        scenario = self.scenario
        family = self._catalogue.family(name)
        if family in scenario.flat_prices:
            millions = amounts.exact(scenario.profile.input) / 1_000_000
            return Price(family, amounts.exact(scenario.flat_prices[family]) * millions)
        model = self._catalogue.resolve(name, self.date)
        if model is None:
            return Price(name, None)
        dollars = self._prices.cost(model, scenario.profile, self.date)
        return Price(model, None if dollars is None else amounts.exact(dollars))

    def _runs(self, key: CostKey) -> tuple[Run, ...]:
        own, always = self.price(key.preference), self.unit
        escalated = int(amounts.exact(self.scenario.escalation_rate) * self.unit)
        if key.escalate_to is None or not escalated:
            return (Run(own, always),)
        other = Run(self.price(key.escalate_to), escalated)
        if self.scenario.escalation_mode is EscalationMode.RETRY:
            return (Run(own, always), other)
        return (Run(own, always - escalated), other) if escalated < always else (other,)

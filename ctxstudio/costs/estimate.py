"""The expected cost of a policy in a scenario, in closed form.

With n calls of model m per task of kind k, c dollars per call of m, a share s of kind k and t tasks a day:
per task = sum over k of s(k) * sum over m of n(k, m) * c(m), per day = t times that, per month = 30 days.
All of it is computed in rational numbers (see `amounts.exact`) and rounded once, at the end: figures whose exact value
is a short decimal come out as that decimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ctxstudio.costs import amounts
from ctxstudio.costs.pricing import CostKey, Price, Pricing
from ctxstudio.costs.scenarios import Printed
from ctxstudio.costs.workload import PolicyMix, Workload
from ctxstudio.policy.values import Policy

DAYS_PER_MONTH = 30


@dataclass(frozen=True, slots=True)
class Totals:
    """Dollars per task, per day and per 30 days."""

    per_task: float
    per_day: float
    per_month: float


@dataclass(frozen=True, slots=True)
class KindCost:
    """What one kind of task costs.

    Attributes:
        name, title, share: of the kind.
        per_task: dollars.
        printed: dollars as the strategy document prints them, None if it does not.
    """

    name: str
    title: str
    share: float
    per_task: float
    printed: float | None


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What runs on one model.

    Attributes:
        model: family, id or unknown name (`pricing.Price.model`).
        calls: runs per day. A call that fails on one model and is repeated on another is a run of both.
        per_day: dollars, None if the price is unknown.
    """

    model: str
    calls: float
    per_day: float | None


@dataclass(frozen=True, slots=True)
class AgentCost:
    """What one agent costs.

    Attributes:
        id: of the agent.
        calls: per day.
        per_day: dollars, None if it has calls on a model whose price is unknown.
    """

    id: str
    calls: float
    per_day: float | None


@dataclass(frozen=True, slots=True)
class Estimate(Totals):
    """The expected cost of a policy. Calls without a price are not in the dollars; see `complete`.

    Attributes:
        baseline: the same calls all on the baseline model, None if that has no price.
        saving_percent: against the baseline; None if that is 0 or unknown, and if calls have no price, because these
            would count as saved.
        kinds: the kinds of tasks, in the scenario's order.
        by_model: models that are called, the dearest first and those without a price last.
        printed: what the strategy document prints.
        notes: what the user should know, one sentence each.
    """

    baseline: Totals | None
    saving_percent: float | None
    kinds: tuple[KindCost, ...]
    by_model: tuple[ModelCost, ...]
    printed: Printed
    notes: tuple[str, ...]

    @property
    def unpriced(self) -> tuple[ModelCost, ...]:
        """The models that are called and have no price."""
        return tuple(row for row in self.by_model if row.per_day is None)

    @property
    def known(self) -> bool:
        """Whether any call has a price; where none has, the dollars are unknown and not 0."""
        return not self.by_model or any(row.per_day is not None for row in self.by_model)

    @property
    def complete(self) -> bool:
        """Whether every call has a price."""
        return not self.unpriced


def estimate(mix: PolicyMix, pricing: Pricing) -> Estimate:
    """The expected cost of a mix of policies. Takes time by the number of different policies, not of agents."""
    workload, tasks = mix.workload, amounts.exact(pricing.scenario.tasks_per_day)
    spent = [Fraction(0)] * len(workload.kinds)
    by_model = []
    for price, runs in _runs_by_price(mix, pricing).items():
        by_model.append(_model_cost(price, workload.per_task(runs) / pricing.unit * tasks))
        if price.per_call is not None:
            dollars = price.per_call / pricing.unit
            spent = [before + dollars * count for before, count in zip(spent, runs, strict=True)]
    per_task = workload.per_task(spent)
    baseline = None if pricing.baseline is None else workload.per_task(mix.total()) * pricing.baseline
    complete = all(row.per_day is not None for row in by_model)
    return Estimate(
        *_dollars(per_task, tasks),
        baseline=None if baseline is None else Totals(*_dollars(baseline, tasks)),
        saving_percent=saving_percent(per_task if complete else None, baseline),
        kinds=tuple(
            KindCost(kind.name, kind.title, kind.share, float(cost / workload.unit), kind.printed)
            for kind, cost in zip(workload.kinds, spent, strict=True)
        ),
        by_model=tuple(sorted(by_model, key=_dearest_first)),
        printed=pricing.scenario.printed,
        notes=workload.notes,
    )


def by_agent(workload: Workload, policies: Mapping[str, Policy], pricing: Pricing) -> Iterator[AgentCost]:
    """What each of some agents costs, in their order. Lazy: it looks at every agent.

    Args:
        workload: who is called how often.
        policies: agent id -> its policy.
        pricing: prices of calls.
    """
    tasks = amounts.exact(pricing.scenario.tasks_per_day)
    known: dict[tuple[tuple[int, ...], CostKey], tuple[float, float | None]] = {}
    for id, policy in policies.items():
        case = (workload.calls[id], CostKey.of(policy))
        if case not in known:
            calls, per_call = workload.per_task(case[0]) * tasks, pricing.call(case[1])
            # No calls cost nothing, whatever a call would cost.
            dollars = Fraction(0) if not calls else None if per_call is None else calls * per_call
            known[case] = (float(calls), None if dollars is None else float(dollars))
        yield AgentCost(id, *known[case])


def saving_percent(dollars: Fraction | None, baseline: Fraction | None) -> float | None:
    """Percent saved against a baseline; None if either is unknown or the baseline is 0."""
    if dollars is None or not baseline:
        return None
    return float(100 * (1 - dollars / baseline))


def _runs_by_price(mix: PolicyMix, pricing: Pricing) -> dict[Price, list[int]]:
    """How often the models run per task for each kind, in the units of workload and pricing."""
    runs: dict[Price, list[int]] = {}
    for key, calls in mix.calls.items():
        for run in pricing.runs(key):
            row = runs.setdefault(run.price, [0] * len(calls))
            for position, count in enumerate(calls):
                row[position] += run.times * count
    return runs


def _model_cost(price: Price, calls: Fraction) -> ModelCost:
    return ModelCost(price.model, float(calls), None if price.per_call is None else float(calls * price.per_call))


def _dearest_first(row: ModelCost) -> tuple[bool, float, str]:
    return row.per_day is None, -(row.per_day or 0), row.model


def _dollars(per_task: Fraction, tasks: Fraction) -> tuple[float, float, float]:
    """Per task, per day and per month."""
    per_day = per_task * tasks
    return float(per_task), float(per_day), float(per_day * DAYS_PER_MONTH)

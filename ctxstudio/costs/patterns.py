"""The strategy's orchestration patterns and what they save under the policy of a fleet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ctxstudio.costs import amounts, estimate
from ctxstudio.costs.groups import ActiveAgents
from ctxstudio.costs.pricing import CostKey, Pricing
from ctxstudio.policy import checked
from ctxstudio.policy.values import Policy


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a pattern.

    Attributes:
        agent: name.
        model: the model the document means for it.
    """

    agent: str
    model: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A fixed sequence of calls.

    Attributes:
        name: stable name.
        title: name for people.
        steps: the calls in order; each weighs the same.
        printed_percent: saving against all-sonnet as the document prints it.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    printed_percent: float


@dataclass(frozen=True, slots=True)
class Saving:
    """What some calls save against the same calls on the baseline model.

    Attributes:
        name, title, printed_percent: of the pattern.
        saving_percent: computed; None if a price is unknown.
        notes: what the user should know, one sentence each.
    """

    name: str
    title: str
    saving_percent: float | None
    printed_percent: float
    notes: tuple[str, ...] = ()


def patterns_from(data: Mapping[str, object]) -> tuple[Pattern, ...]:
    """Check the parsed `patterns.yaml`. Unknown keys are ignored.

    Raises:
        DataError: with the dotted key that is wrong.
    """
    rows = checked.mapping(checked.required(data, "patterns"), "patterns")
    return tuple(_pattern(name, row) for name, row in rows.items())


def pattern_savings(
    patterns: tuple[Pattern, ...], policy_of: Callable[[str], Policy | None], pricing: Pricing
) -> tuple[Saving, ...]:
    """What the patterns save. An agent that is not there is taken to run on the model meant for it.

    Args:
        patterns: in the order of the result.
        policy_of: agent name -> its policy, None if there is no such agent.
        pricing: prices of calls.
    """
    return tuple(_saving(pattern, policy_of, pricing) for pattern in patterns)


def active_nine(active: ActiveAgents, policy_of: Callable[[str], Policy | None], pricing: Pricing) -> Saving | None:
    """What the agents in use save if all are called equally often; None unless all of them are there.

    Args:
        active: the agents in use.
        policy_of: agent name -> its policy, None if there is no such agent.
        pricing: prices of calls.
    """
    policies = [policy for policy in map(policy_of, active.agents) if policy is not None]
    if len(policies) < len(active.agents):
        return None
    return Saving("active_nine", active.title, _percent(policies, pricing), active.printed_percent)


def _saving(pattern: Pattern, policy_of: Callable[[str], Policy | None], pricing: Pricing) -> Saving:
    policies, notes = [], []
    for step in pattern.steps:
        policy = policy_of(step.agent)
        if policy is None:
            policy = Policy(preference=step.model)
            notes.append(f"There is no agent {step.agent}: it is taken to run on {step.model}.")
        policies.append(policy)
    return Saving(
        pattern.name, pattern.title, _percent(policies, pricing), pattern.printed_percent, tuple(dict.fromkeys(notes))
    )


def _percent(policies: list[Policy], pricing: Pricing) -> float | None:
    dollars = amounts.total(pricing.call(CostKey.of(policy)) for policy in policies)
    baseline = None if pricing.baseline is None else pricing.baseline * len(policies)
    return estimate.saving_percent(dollars, baseline)


def _pattern(name: str, value: object) -> Pattern:
    key = f"patterns.{name}"
    data = checked.mapping(value, key)
    steps = amounts.items(checked.required(data, "steps", key), f"{key}.steps")
    return Pattern(
        name=name,
        title=checked.text(checked.required(data, "title", key), f"{key}.title"),
        steps=tuple(_step(item, f"{key}.steps.{position}") for position, item in enumerate(steps)),
        printed_percent=amounts.amount(checked.required(data, "printed_percent", key), f"{key}.printed_percent"),
    )


def _step(value: object, key: str) -> Step:
    data = checked.mapping(value, key)
    return Step(*(checked.text(checked.required(data, name, key), f"{key}.{name}") for name in ("agent", "model")))

"""Scenarios: how much work there is, who is called for it, and what a call consists of. They are data."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ctxstudio.costs import amounts
from ctxstudio.costs.prices import Usage
from ctxstudio.errors import DataError
from ctxstudio.policy import checked

_SHARES_TOLERANCE = 1e-9


class Audience(enum.StrEnum):
    """By what calls name the agents they go to."""

    GROUP = "group"
    AGENT = "agent"
    CATEGORY = "category"


class Target(NamedTuple):
    """A set of agents: a group of the strategy, the agents of a name, or those of a category."""

    by: Audience
    name: str

    def __str__(self) -> str:
        return f"{self.by} {self.name}"


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one task that spread evenly over a set of agents.

    Attributes:
        target: the agents.
        count: calls per task, of all of them together.
    """

    target: Target
    count: float


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One kind of task.

    Attributes:
        name: stable name.
        title: name for people.
        share: of all tasks, 0 to 1.
        calls: who is called, how often.
        printed: dollars per task as the strategy document prints them, None if it does not.
    """

    name: str
    title: str
    share: float
    calls: tuple[Calls, ...]
    printed: float | None = None


class EscalationMode(enum.StrEnum):
    """When it is known that a call needs the other model."""

    ROUTED = "routed"
    """Up front: only the other model is paid."""
    RETRY = "retry"
    """By failing: both are paid."""


@dataclass(frozen=True, slots=True)
class Printed:
    """Totals as the strategy document prints them, None where it does not.

    Attributes:
        per_task: dollars.
        saving_percent: against all-sonnet.
    """

    per_task: float | None = None
    saving_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """The inputs of a cost estimate. Other inputs are another scenario: `dataclasses.replace` checks them again.

    Attributes:
        name: stable name.
        title: name for people.
        description: one or two sentences.
        tasks_per_day: tasks of all kinds together.
        kinds: kinds of tasks; their shares sum to 1.
        profile: tokens of one call, of whatever model.
        price_date: day whose prices and meanings of aliases hold; None for today.
        flat_prices: family -> dollars per million input tokens, for every alias and id of the family whatever its
            price row says. Only a profile of nothing but input can have them.
        escalation_rate: share of the calls of an agent with escalation that take the other model, 0 to 1.
        escalation_mode: when that is known.
        session_model: what agents that inherit run on.
        baseline_model: what savings are measured against: all calls on this model.
        printed: the strategy document's totals.

    Raises:
        DataError: the inputs contradict each other.
    """

    name: str
    title: str
    description: str
    tasks_per_day: float
    kinds: tuple[TaskKind, ...]
    profile: Usage
    price_date: date | None = None
    flat_prices: Mapping[str, float] = field(default_factory=dict)
    escalation_rate: float = 0
    escalation_mode: EscalationMode = EscalationMode.ROUTED
    session_model: str = "sonnet"
    baseline_model: str = "sonnet"
    printed: Printed = Printed()

    def __post_init__(self) -> None:
        total = math.fsum(kind.share for kind in self.kinds)
        if abs(total - 1) > _SHARES_TOLERANCE:
            raise DataError(f"the shares must sum to 1, not {total:g}", key="kinds")
        if self.flat_prices and self.profile != Usage(input=self.profile.input, output=0):
            raise DataError("must be input alone: a flat price says nothing about other tokens", key="profile")

    @classmethod
    def from_mapping(cls, data: Mapping[str, object]) -> Scenario:
        """Check a parsed scenario. Unknown keys are ignored.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        kinds = checked.mapping(checked.required(data, "kinds"), "kinds")
        flat = checked.mapping(data.get("flat_prices", {}), "flat_prices")
        price_date = data.get("price_date")
        return cls(
            name=checked.text(checked.required(data, "name"), "name"),
            title=checked.text(checked.required(data, "title"), "title"),
            description=checked.text(checked.required(data, "description"), "description"),
            tasks_per_day=amounts.amount(checked.required(data, "tasks_per_day"), "tasks_per_day"),
            kinds=tuple(_kind(name, kind) for name, kind in kinds.items()),
            profile=Usage.from_mapping(checked.required(data, "profile"), "profile"),
            price_date=None if price_date is None else checked.day(price_date, "price_date"),
            flat_prices={family: amounts.amount(price, f"flat_prices.{family}") for family, price in flat.items()},
            escalation_rate=amounts.portion(data.get("escalation_rate", 0), "escalation_rate"),
            escalation_mode=_mode(data.get("escalation_mode", EscalationMode.ROUTED)),
            session_model=checked.text(data.get("session_model", "sonnet"), "session_model"),
            baseline_model=checked.text(data.get("baseline_model", "sonnet"), "baseline_model"),
            printed=_printed(data.get("printed", {})),
        )


def _mode(value: object) -> EscalationMode:
    for mode in EscalationMode:
        if mode == value:
            return mode
    raise DataError(f"must be one of {', '.join(EscalationMode)}", key="escalation_mode")


def _printed(value: object) -> Printed:
    data = checked.mapping(value, "printed")
    return Printed(*(_optional(data, name, "printed") for name in ("per_task", "saving_percent")))


def _optional(data: Mapping[str, object], name: str, key: str) -> float | None:
    return None if data.get(name) is None else amounts.amount(data[name], f"{key}.{name}")


def _kind(name: str, value: object) -> TaskKind:
    key = f"kinds.{name}"
    data = checked.mapping(value, key)
    calls = amounts.items(checked.required(data, "calls", key), f"{key}.calls")
    return TaskKind(
        name=name,
        title=checked.text(checked.required(data, "title", key), f"{key}.title"),
        share=amounts.portion(checked.required(data, "share", key), f"{key}.share"),
        calls=tuple(_calls(item, f"{key}.calls.{position}") for position, item in enumerate(calls)),
        printed=_optional(data, "printed", key),
    )


def _calls(value: object, key: str) -> Calls:
    data = checked.mapping(value, key)
    named = [audience for audience in Audience if audience in data]
    if len(named) != 1:
        raise DataError(f"must name exactly one of {', '.join(Audience)}", key=key)
    target = Target(named[0], checked.text(data[named[0]], f"{key}.{named[0]}"))
    return Calls(target, amounts.amount(checked.required(data, "count", key), f"{key}.count"))

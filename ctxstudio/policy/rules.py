"""Rules: named lists of steps that change many policies in the same way; data that can be saved and carried about."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ctxstudio.errors import DataError
from ctxstudio.policy import checked, portable, query, steps, transforms
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.query_words import STATES, StateWord
from ctxstudio.policy.steps import Step
from ctxstudio.policy.values import Policy


@dataclass(frozen=True, slots=True)
class Rule:
    """A named list of steps.

    Attributes:
        name: what it is called.
        filter: which agents it is for, in the language of the filter box; empty for whichever are selected.
        steps: what is done, in order.
    """

    name: str
    filter: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What a step did not do to an agent, or did with a side effect.

    Attributes:
        step: position of the step.
        text: why, as part of a sentence.
    """

    step: int
    text: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a rule makes of one policy.

    Attributes:
        policy: the new one.
        notes: what deserves a word.
    """

    policy: Policy
    notes: tuple[Note, ...] = ()


def application(rule: Rule, catalogue: Catalogue, today: datetime.date) -> Callable[[Policy], Applied]:
    """What a rule does to a policy, checked before any policy is touched.

    Args:
        rule: the rule.
        catalogue: what the names of models mean.
        today: the day on which aliases are resolved.

    Raises:
        DataError: a step cannot be done; with the dotted key, such as `steps.2.model`.
    """
    for position, step in enumerate(rule.steps):
        steps.check(step, f"steps.{position}")
    done = [transforms.transform(step, catalogue, today) for step in rule.steps]

    def apply(policy: Policy) -> Applied:
        notes: tuple[Note, ...] = ()
        for position, transform in enumerate(done):
            policy, note = transform(policy)
            if note:
                notes = (*notes, Note(position, note))
        return Applied(policy, notes)

    return apply


def plain(rule: Rule) -> dict[str, Any]:
    """A rule as the values of its file."""
    data: dict[str, Any] = {"version": portable.VERSION, "name": rule.name}
    if rule.filter:
        data["filter"] = rule.filter
    return data | {"steps": [steps.plain(step) for step in rule.steps]}


def rule_of(data: Mapping[str, object], states: Mapping[str, StateWord] = STATES) -> Rule:
    """The rule that a file's values say.

    Args:
        data: the values.
        states: what `is:` in its filter may ask for.

    Raises:
        DataError: an unknown key or a wrong value; with the dotted key.
    """
    portable.only(data, ("version", "name", "filter", "steps"), "")
    portable.see_version(data)
    listed = checked.required(data, "steps")
    if not isinstance(listed, list | tuple):
        raise DataError("must be a list of steps", key="steps")
    return Rule(
        portable.name_of(data),
        _filter(data.get("filter"), states),
        tuple(steps.step_of(step, f"steps.{position}") for position, step in enumerate(listed)),
    )


def _filter(value: object, states: Mapping[str, StateWord]) -> str:
    if value is None:
        return ""
    text = checked.text(value, "filter")
    try:
        query.parse(text, states)
    except query.QueryError as error:
        raise DataError(f"{error} (at character {error.position + 1})", key="filter") from error
    return text

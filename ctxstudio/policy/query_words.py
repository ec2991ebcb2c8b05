"""The words of the filter language: names of fields with their short forms, and states of an agent."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from ctxstudio.errors import Severity
from ctxstudio.policy import fields
from ctxstudio.policy.fields import Field
from ctxstudio.policy.totals import CONTEXT_DEPENDENT
from ctxstudio.policy.values import Agent, State

HAS: Final = "has"
"""Stands before a field's name: the field is not empty."""
IS: Final = "is"
"""Stands before a state."""
INHERIT: Final = "inherit"
"""By what an agent without a model is found, though its cell is empty."""
_LONGEST_QUOTE = 40

SHORT_FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "model": ("preference",),
    "trigger": ("escalation.when", "fast_path.when"),
    "recommended": ("recommendation",),
    "file": ("path",),
}
"""Other names of fields: a column's title, the word people use, or one for several fields."""

NAMES: Final[Mapping[str, tuple[Field, ...]]] = {field.id: (field,) for field in fields.FIELDS} | {
    name: tuple(fields.BY_ID[id] for id in ids) for name, ids in SHORT_FORMS.items()
}
"""Every name that may stand before a `:` -> the fields of which one has to fit."""


@dataclass(frozen=True, slots=True)
class StateWord:
    """What `is:` may ask for.

    Attributes:
        help: one sentence for completion and tooltips.
        test: whether an agent is that.
    """

    help: str
    test: Callable[[Agent], bool]


def _warns(agent: Agent) -> bool:
    return any(issue.severity is Severity.WARNING for issue in agent.problems)


def _scored(agent: Agent) -> bool:
    return agent.assessment is not None and bool(agent.assessment.scores)


STATES: Final[Mapping[str, StateWord]] = {
    "changed": StateWord("Agents with unsaved edits.", lambda agent: agent.changed),
    "problems": StateWord("Agents with problems of any severity.", lambda agent: bool(agent.problems)),
    "errors": StateWord("Agents with at least one error.", lambda agent: agent.has_errors),
    "warnings": StateWord("Agents with at least one warning.", _warns),
    "degraded": StateWord("Agents whose frontmatter is broken in part.", lambda agent: agent.state is State.DEGRADED),
    CONTEXT_DEPENDENT: StateWord(
        "Agents with an escalation or a fast path.", lambda agent: agent.policy.context_dependent
    ),
    "scored": StateWord("Agents that the matrix has scores for.", _scored),
}
"""The states that an agent alone can tell; the window adds what takes the whole directory."""


def fields_of(name: str) -> tuple[Field, ...]:
    """The fields that a name stands for, in any case, `-` for `_`, one or many; none if there is no such name."""
    known = _known(name, NAMES)
    return NAMES[known] if known else ()


def state_of(name: str, states: Mapping[str, StateWord]) -> StateWord | None:
    """The state that a name stands for, in any case, one or many; None if there is none."""
    known = _known(name, states)
    return states[known] if known else None


def begins(name: str, words: Collection[str]) -> bool:
    """Whether a name is the beginning of one of some words."""
    return any(word.startswith(name.lower()) for word in words)


def near(name: str, words: Collection[str]) -> str:
    """An unknown name in quotes, with the known one that was perhaps meant."""
    quoted = name[:_LONGEST_QUOTE]
    close = difflib.get_close_matches(quoted.lower(), words, 1)
    return repr(quoted) + (f"; did you mean {close[0]!r}?" if close else "")


def _known(name: str, words: Collection[str]) -> str:
    lower = name.lower()
    for spelled in (lower, lower.replace("-", "_"), lower.replace("_", "-"), lower + "s", lower.removesuffix("s")):
        if spelled in words:
            return spelled
    return ""

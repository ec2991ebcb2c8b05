"""The field table: every property of an agent that table, inspector, filter, CSV, commands and help know.

A new column is one line here.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from ctxstudio.errors import RefusedError, UnusableInputError
from ctxstudio.policy.values import Agent, Policy, State, Switch, Verdict


class Kind(enum.Enum):
    """What a field's value is, and so how it is edited, sorted and aligned."""

    TEXT = "text"
    """`str | None`."""
    MODEL = "model"
    """`str | None`, a model name."""
    MODELS = "models"
    """`tuple[str, ...]`, model names in order."""
    SWITCH = "switch"
    """`Switch | None`."""
    TEXTS = "texts"
    """`tuple[str, ...]`, free texts in order."""
    EFFORT = "effort"
    """`str | None`, one of `EFFORTS` or a number."""
    NUMBER = "number"
    """`float | None`."""
    LABEL = "label"
    """`str`, computed, one of a few words."""


EFFORTS: Final = ("low", "medium", "high", "xhigh", "max")
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Field:
    """One property of an agent.

    Attributes:
        id: stable name for scripts, filters and settings.
        title: header of its column.
        help: one sentence for tooltips and the guide.
        kind: type of its value.
        value: reads it from an agent.
        assign: gives a policy with a new value; None if it is computed.
        column: whether it is a column of the table (else only the inspector and the commands know it).
        shown: whether the column is shown before the user chose.
        width: characters the column should have room for.
    """

    id: str
    title: str
    help: str
    kind: Kind
    value: Callable[[Agent], Any]
    assign: Callable[[Policy, Any], Policy] | None = None
    column: bool = True
    shown: bool = True
    width: int = 10

    def display(self, agent: Agent) -> str:
        """The value as plain text, see `display`."""
        return display(self.kind, self.value(agent))

    def sort_key(self, agent: Agent) -> tuple[int, float | str]:
        """A key that sorts values of this field; missing values come last."""
        value = self.value(agent)
        if value is None or value == "" or value == ():
            return (1, "")
        if isinstance(value, int | float):
            return (0, float(value))
        return (0, display(self.kind, value).casefold())


def display(kind: Kind, value: Any) -> str:
    """Any field's value as plain text, with line breaks only where a text has some; empty if there is none."""
    if value is None:
        return ""
    if kind is Kind.NUMBER:
        return f"{value:g}"
    if kind in (Kind.MODELS, Kind.TEXTS):
        return ", ".join(value)
    if kind is Kind.SWITCH:
        return f"{value.to or '?'} ({len(value.when)})"
    return str(value)


def saved_value(field: Field, agent: Agent) -> Any:
    """What a field says on disk."""
    return field.value(replace(agent, policy=agent.saved))


def parse(field: Field, text: str) -> Any:
    """What a user or a script typed for a field, as its value; empty text means none.

    Raises:
        RefusedError: the text cannot be a value of that field.
    """
    text = text.strip()
    if field.kind in (Kind.MODELS, Kind.TEXTS):
        parts = text.splitlines() if field.kind is Kind.TEXTS else text.split(",")
        return tuple(part.strip() for part in parts if part.strip())
    if field.kind is Kind.SWITCH:
        return Switch(text) if text else None
    return (_effort(text) if field.kind is Kind.EFFORT else text) if text else None


def _effort(text: str) -> str:
    if text.lower() in EFFORTS:
        return text
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return str(int(text))
    raise RefusedError(f"effort {text[:40]!r} is none of {', '.join(EFFORTS)} or a number")


def _score(family: str) -> Callable[[Agent], float | None]:
    return lambda agent: agent.assessment.scores.get(family) if agent.assessment else None


def _verdict(agent: Agent) -> str:
    words = {
        Verdict.CONSIDER_ALTERNATIVE: "reconsider",
        Verdict.NO_COLUMN: "no column",
        Verdict.NOT_SCORED: "not scored",
    }
    return words.get(agent.assessment.verdict, str(agent.assessment.verdict)) if agent.assessment else ""


def _recommendation(agent: Agent) -> str:
    advice = agent.assessment.recommendation if agent.assessment else None
    if advice is None:
        return ""
    if advice.escalation:
        return f"{advice.preference} > {advice.escalation.to}"
    return f"{advice.preference} < {advice.fast_path.to}" if advice.fast_path else advice.preference


def _state(agent: Agent) -> str:
    words = ["changed"] if agent.changed else []
    words += ["degraded"] if agent.state is State.DEGRADED else []
    if agent.problems:
        words.append(f"{len(agent.problems)} problem{'s' if len(agent.problems) > 1 else ''}")
    return ", ".join(words)


def _switch_part(name: str, part: str, empty: Any) -> Callable[[Agent], Any]:
    def value(agent: Agent) -> Any:
        switch = getattr(agent.policy, name)
        return getattr(switch, part) if switch else empty

    return value


def _assign_part(name: str, part: str, empty: Any) -> Callable[[Policy, Any], Policy]:
    def assign(policy: Policy, value: Any) -> Policy:
        switch: Switch = replace(getattr(policy, name) or Switch(), **{part: empty if value is None else value})
        changes: dict[str, Any] = {name: switch if switch != Switch() else None}
        return replace(policy, **changes)

    return assign


def _policy_field(
    id: str, title: str, help: str, kind: Kind, *, column: bool = True, shown: bool = True, width: int = 10
) -> Field:
    def assign(policy: Policy, value: Any) -> Policy:
        return replace(policy, **{id: value})

    return Field(id, title, help, kind, lambda agent: getattr(agent.policy, id), assign, column, shown, width)


def _part_field(name: str, part: str, title: str, help: str, kind: Kind, empty: Any) -> Field:
    return Field(
        f"{name}.{part}",
        title,
        help,
        kind,
        _switch_part(name, part, empty),
        _assign_part(name, part, empty),
        column=False,
    )


FIELDS: Final[tuple[Field, ...]] = (
    Field(
        "name",
        "Name",
        "The agent's name; the file's name where the file gives none.",
        Kind.TEXT,
        lambda a: a.name,
        width=22,
    ),
    Field("category", "Category", "The category the file declares.", Kind.TEXT, lambda a: a.category, width=15),
    _policy_field(
        "preference",
        "Preference",
        "The model that runs the agent, as the file writes it; none: it inherits the session's model.",
        Kind.MODEL,
        width=10,
    ),
    _policy_field(
        "fallbacks",
        "Fallbacks",
        "Models to use, in this order, when the preferred one is not available.",
        Kind.MODELS,
        width=8,
    ),
    _policy_field(
        "escalation", "Escalation", "The stronger model for tasks that meet one of the triggers.", Kind.SWITCH, width=10
    ),
    _policy_field(
        "fast_path",
        "Fast path",
        "The cheaper model for tasks that meet one of the triggers.",
        Kind.SWITCH,
        shown=False,
        width=10,
    ),
    _policy_field(
        "effort", "Effort", "How hard the model thinks: low, medium, high, xhigh or max.", Kind.EFFORT, width=6
    ),
    Field(
        "score.haiku",
        "Haiku",
        "Sum of the decision matrix's Haiku weights of the characteristics that are on.",
        Kind.NUMBER,
        _score("haiku"),
        width=4,
    ),
    Field(
        "score.sonnet",
        "Sonnet",
        "Sum of the decision matrix's Sonnet weights of the characteristics that are on.",
        Kind.NUMBER,
        _score("sonnet"),
        width=5,
    ),
    Field(
        "verdict",
        "Verdict",
        "What the matrix thinks of the assigned model, by that model's own score.",
        Kind.LABEL,
        _verdict,
        width=12,
    ),
    Field(
        "recommendation",
        "Recommended",
        "The model that the matrix would choose.",
        Kind.LABEL,
        _recommendation,
        width=13,
    ),
    Field("state", "State", "Unsaved changes, a broken frontmatter, problems.", Kind.LABEL, _state, width=10),
    Field(
        "path", "Path", "The file, relative to the opened directory.", Kind.TEXT, lambda a: a.id, shown=False, width=30
    ),
    _policy_field(
        "reasoning",
        "Reasoning",
        "Why this model: one sentence for the people who read the file.",
        Kind.TEXT,
        shown=False,
        width=40,
    ),
    _part_field("escalation", "to", "Escalate to", "The stronger model.", Kind.MODEL, None),
    _part_field(
        "escalation",
        "when",
        "Escalation triggers",
        "Texts that call for the stronger model, one a line.",
        Kind.TEXTS,
        (),
    ),
    _part_field("fast_path", "to", "Fast path to", "The cheaper model.", Kind.MODEL, None),
    _part_field(
        "fast_path",
        "when",
        "Fast path triggers",
        "Texts for which the cheaper model is enough, one a line.",
        Kind.TEXTS,
        (),
    ),
)

COLUMNS: Final = tuple(field for field in FIELDS if field.column)
BY_ID: Final = {field.id: field for field in FIELDS}


def field(id: str) -> Field:
    """The field of an id.

    Raises:
        UnusableInputError: there is none.
    """
    found = BY_ID.get(id)
    if found is None:
        known = ", ".join(item.id for item in FIELDS if item.assign)
        raise UnusableInputError(f"there is no field {id!r}; fields that can be changed are {known}")
    return found

"""The rules of detection as data: kinds of work, and the phrases that speak for and against each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ctxstudio.errors import DataError
from ctxstudio.policy import checked

FULL: Final = 1.0
"""What a full phrase is worth in a field of weight 1."""
_STRENGTHS = {"phrases": FULL, "hints": 0.5, "ignore": 0.0, "against": -1.0}
"""Key of a rule -> what a phrase listed there is worth, times the weight of its field."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of work.

    Attributes:
        id: criterion id, or the row's.
        label: name for people; empty for a row, whose label stands in the matrix.
        rows: rows of the matrix that it puts on.
        phrases: phrase -> strength, for every field.
        in_name: phrase -> strength, for the name only.
        in_task: phrase -> strength, for a task only.
    """

    id: str
    label: str
    rows: tuple[str, ...]
    phrases: Mapping[str, float]
    in_name: Mapping[str, float]
    in_task: Mapping[str, float]


def positive(data: Mapping[str, object], name: str, parent: str = "") -> float:
    """A number above zero.

    Raises:
        DataError: it is missing or none.
    """
    key = checked.join(parent, name)
    value = checked.number(checked.required(data, name, parent), key)
    if value <= 0:
        raise DataError("must be above zero", key=key)
    return value


def rules_of(data: Mapping[str, object], section: str, parts: Mapping[str, Rule]) -> dict[str, Rule]:
    """The rules of a section: dotted key of the rule -> rule.

    Args:
        data: the parsed `criteria.yaml`.
        section: `parts`, `criteria` or `characteristics`.
        parts: the rules of the section `parts`, which others may include.

    Raises:
        DataError: with the dotted key that is wrong.
    """
    rows = checked.mapping(checked.required(data, section), section)
    return {f"{section}.{name}": _rule(name, section, row, parts) for name, row in rows.items()}


def _rule(name: str, section: str, value: object, parts: Mapping[str, Rule]) -> Rule:
    key = f"{section}.{name}"
    data = checked.mapping(value, key)
    phrases: dict[str, float] = {}
    in_task: dict[str, float] = {}
    for part in checked.texts(data.get("includes"), f"{key}.includes"):
        if f"parts.{part}" not in parts:
            raise DataError(f"{part} is not one of the parts", key=f"{key}.includes")
        phrases.update(parts[f"parts.{part}"].phrases)
        in_task.update(parts[f"parts.{part}"].in_task)
    for kind, strength in _STRENGTHS.items():
        phrases.update(dict.fromkeys(_phrases(data, kind, key), strength))
    own_row = section == "characteristics"
    return Rule(
        id=name,
        label="" if own_row else checked.text(checked.required(data, "label", key), f"{key}.label"),
        rows=(name,) if own_row else checked.texts(data.get("rows"), f"{key}.rows"),
        phrases=phrases,
        in_name=dict.fromkeys(_phrases(data, "name", key), FULL),
        in_task=in_task | dict.fromkeys(_phrases(data, "task", key), FULL),
    )


def _phrases(data: Mapping[str, object], kind: str, key: str) -> tuple[str, ...]:
    """The phrases of one list of a rule, in lower case."""
    phrases = tuple(phrase.lower() for phrase in checked.texts(data.get(kind), f"{key}.{kind}"))
    for position, phrase in enumerate(phrases):
        if not phrase[0].isalnum():
            raise DataError("must begin with a letter or digit", key=f"{key}.{kind}.{position}")
    return phrases

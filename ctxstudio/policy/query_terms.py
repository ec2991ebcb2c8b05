"""What the terms of a filter ask of an agent, as plain functions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

from ctxstudio.errors import RefusedError
from ctxstudio.policy import fields
from ctxstudio.policy.fields import EFFORTS, Field, Kind
from ctxstudio.policy.query_words import INHERIT
from ctxstudio.policy.values import Agent

Test = Callable[[Agent, str], bool]
"""Whether an agent passes; the text is what plain words are searched in."""

_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
    ":": operator.eq,
}
_EMPTY: Final = (None, "", ())
_BREAK = re.compile(r"\s*\n\s*")
_LONGEST_QUOTE = 40


def flat(text: str) -> str:
    """A text on one line, as a filter can say it."""
    return _BREAK.sub(" ", text) if "\n" in text else text


def folded(text: str) -> str:
    """A text as it is compared."""
    return flat(text).casefold()


def spelled(field: Field, value: Any) -> str:
    """A field's value as a filter finds it."""
    return fields.display(field.kind, value) or (INHERIT if field.id == "preference" else "")


def items(field: Field, value: Any) -> tuple[str, ...]:
    """The single things in a value that a filter can ask for: texts of a list, a switch's target, or the value."""
    if field.kind in (Kind.MODELS, Kind.TEXTS):
        return tuple(value)
    if field.kind is Kind.SWITCH:
        return (value.to,) if value and value.to else ()
    text = spelled(field, value)
    return (text,) if text else ()


def word(text: str) -> Test:
    """Asks that a text stands somewhere in the agent."""
    wanted = folded(text)
    return lambda _, searched: wanted in searched


def state(test: Callable[[Agent], bool]) -> Test:
    """Asks for a state."""
    return lambda agent, _: test(agent)


def filled(of: Sequence[Field]) -> Test:
    """Asks that one of some fields is not empty."""
    return some([_remembered(field, lambda value: value not in _EMPTY) for field in of])


def compared(of: Sequence[Field], relation: str, operand: str, *, typing: bool = False) -> Test | None:
    """Asks that one of some fields fits an operand; None if the operand is only the beginning of one.

    Args:
        of: at least one field.
        relation: one of `:`, `=`, `>`, `>=`, `<`, `<=`; a part of the value, the whole of it, or its order.
        operand: what it is compared with; empty for no value.
        typing: whether the operand may be incomplete.

    Raises:
        RefusedError: the field has no order, or the operand is none that the field could have.
    """
    tests = [_compared(field, relation, operand, typing) for field in of]
    return some([test for test in tests if test]) if any(tests) else None


def negated(test: Test) -> Test:
    """Asks for what does not pass a test."""
    return lambda agent, searched: not test(agent, searched)


def every(tests: Sequence[Test]) -> Test:
    """Asks for what passes all of some tests."""
    if len(tests) == 1:
        return tests[0]

    def passes(agent: Agent, searched: str) -> bool:
        for test in tests:  # noqa: SIM110  # `all` over a generator takes three times as long
            if not test(agent, searched):
                return False
        return True

    return passes


def some(tests: Sequence[Test]) -> Test:
    """Asks for what passes at least one of some tests."""
    if len(tests) == 1:
        return tests[0]

    def passes(agent: Agent, searched: str) -> bool:
        for test in tests:  # noqa: SIM110  # as above
            if test(agent, searched):
                return True
        return False

    return passes


def _compared(field: Field, relation: str, operand: str, typing: bool) -> Test | None:
    if field.kind is Kind.NUMBER:
        return _number(field, relation, operand, typing)
    wanted = folded(operand)
    if relation == ":":
        return _remembered(field, lambda value: wanted in folded(spelled(field, value)))
    if relation == "=":
        return _remembered(field, lambda value: wanted in _wholes(field, value))
    if field.kind is Kind.EFFORT:
        return _effort(field, relation, wanted, typing)
    raise RefusedError(f"{field.title} is not a number and has no order")


def _wholes(field: Field, value: Any) -> set[str]:
    return {folded(text) for text in (spelled(field, value), *items(field, value))}


def _remembered(field: Field, fits: Callable[[Any], bool]) -> Test:
    """Asks each distinct value once: ten thousand agents have a handful of models and categories."""
    value_of = field.value
    known: dict[Hashable, bool] = {}

    def test(agent: Agent, _: str) -> bool:
        value = value_of(agent)
        found = known.get(value)
        if found is None:
            found = known[value] = fits(value)
        return found

    return test


def _number(field: Field, relation: str, operand: str, typing: bool) -> Test | None:
    """A comparison; an agent without the number fits none, and so meets every negated one."""
    value_of, compare = field.value, _COMPARE[relation]
    if not operand:
        return lambda agent, _: value_of(agent) is None
    number = _as_number(operand)
    if number is None:
        if typing and _as_number(operand + "0") is not None:  # such as `-`, `.` or `1e`
            return None
        raise RefusedError(f"{operand[:_LONGEST_QUOTE]!r} is not a number")

    def test(agent: Agent, _: str) -> bool:
        value = value_of(agent)
        return value is not None and compare(value, number)

    return test


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _effort(field: Field, relation: str, operand: str, typing: bool) -> Test | None:
    """Words are compared with words, numbers of tokens with numbers: the one says nothing about the other."""
    compare, wanted = _COMPARE[relation], _rank(operand)
    if wanted is None:
        if typing and any(effort.startswith(operand) for effort in EFFORTS):
            return None
        raise RefusedError(f"{operand[:_LONGEST_QUOTE]!r} is none of {', '.join(EFFORTS)} or a number")
    scale, place = wanted

    def fits(value: str | None) -> bool:
        rank = _rank((value or "").casefold())
        return rank is not None and rank[0] == scale and compare(rank[1], place)

    return _remembered(field, fits)


def _rank(effort: str) -> tuple[str, float] | None:
    if effort in EFFORTS:
        return "word", EFFORTS.index(effort)
    number = _as_number(effort)
    return None if number is None else ("number", number)

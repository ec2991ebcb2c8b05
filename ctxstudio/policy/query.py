"""The filter language of the table: words, `field:value`, `score.sonnet>3`, `-not`, "quoted text"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ctxstudio.errors import RefusedError
from ctxstudio.policy import fields
from ctxstudio.policy.values import Agent

_TERM = re.compile(r'(-?)(?:([A-Za-z_.]+)(:|>=|<=|>|<|=)("[^"]*"?|[^\s"]*)|("[^"]*"?|[^\s"]+))')
_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "=": operator.eq,
}
_SHORT: Final = {"model": "preference", "trigger": "escalation.when"}
_INHERIT = "inherit"
"""By what an agent without a model is found, though its cell is empty."""


class QueryError(RefusedError):
    """A filter that cannot be understood.

    Attributes:
        position: 0-based offset in the text.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class Query:
    """A filter; an agent matches if it meets every term.

    Attributes:
        words: texts that must stand somewhere in the agent, case-folded, and whether they must not.
        tests: the other terms.
    """

    words: tuple[tuple[str, bool], ...] = ()
    tests: tuple[Callable[[Agent], bool], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.tests)

    def matches(self, agent: Agent, text: str) -> bool:
        """Whether an agent passes.

        Args:
            agent: the agent.
            text: what `searchable` gives for it, which the caller may keep.
        """
        return all((word in text) is not negated for word, negated in self.words) and all(
            test(agent) for test in self.tests
        )


def searchable(agent: Agent) -> str:
    """The text in which plain words are searched."""
    policy = agent.policy
    switches = [switch for switch in (policy.escalation, policy.fast_path) if switch]
    parts = [agent.name, agent.id, agent.category, policy.preference or _INHERIT, *policy.fallbacks]
    parts += [part for switch in switches for part in (switch.to or "", *switch.when)]
    return "\n".join(parts).casefold()


def parse(text: str) -> Query:
    """Read a filter.

    Raises:
        QueryError: an unknown field or a comparison with something that is no number; with its position.
    """
    words: list[tuple[str, bool]] = []
    tests: list[Callable[[Agent], bool]] = []
    for found in _TERM.finditer(text):
        negated, name, relation, operand, word = found[1] == "-", found[2], found[3], found[4], found[5]
        if not name:
            words.append((_bare(word), negated))
            continue
        field = fields.BY_ID.get(_SHORT.get(name.lower(), name.lower()))
        if field is None:
            raise QueryError(f"there is no field {name!r}", found.start(2))
        if operand or relation == "=":  # else it is still being typed
            tests.append(_test(field, relation, _bare(operand), negated, found.start(4)))
    return Query(tuple(words), tuple(tests))


def _bare(text: str) -> str:
    return text.strip('"').casefold()


def _test(field: fields.Field, relation: str, value: str, negated: bool, position: int) -> Callable[[Agent], bool]:
    if field.kind is fields.Kind.NUMBER:
        return _number_test(field, relation, value, negated, position)
    if relation == ":":
        return lambda agent: (value in _shown(field, agent)) is not negated
    if relation == "=":
        return lambda agent: (value == _shown(field, agent)) is not negated
    raise QueryError(f"{field.title} is not a number", position)


def _shown(field: fields.Field, agent: Agent) -> str:
    text = field.display(agent).casefold()
    return text or (_INHERIT if field.id == "preference" else "")


def _number_test(
    field: fields.Field, relation: str, value: str, negated: bool, position: int
) -> Callable[[Agent], bool]:
    """A comparison; an agent without the number fits none, and so meets every negated one."""
    if not value:
        return lambda agent: (field.value(agent) is None) is not negated
    try:
        number = float(value)
    except ValueError:
        raise QueryError(f"{value!r} is not a number", position) from None
    compare = _COMPARE["=" if relation == ":" else relation]

    def test(agent: Agent) -> bool:
        has = field.value(agent)
        return (has is not None and compare(has, number)) is not negated

    return test

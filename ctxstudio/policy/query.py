"""The filter language of the table: words, `field:value`, `score.sonnet>3`, `-not`, "quoted text", `or`, groups.

    query = term... ["or" query]
    term  = ["-"] ( "(" query ")" | NAME relation value | "has:" NAME | "is:" STATE | word | "quoted text" )

A relation is one of `: = > >= < <=`; `:` finds a part of the value, `=` the whole of it or of one item of a list. In
quotes a backslash stands before a quote or a backslash that is meant. What is still being typed (`model:`, a trailing
`or`, an open quote or bracket) asks for nothing yet and is no error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ctxstudio.errors import RefusedError
from ctxstudio.policy import query_terms, query_words
from ctxstudio.policy.query_terms import Test
from ctxstudio.policy.query_words import HAS, IS, STATES, StateWord
from ctxstudio.policy.values import Agent

_QUOTED = r'"(?:[^"\\]|\\.|\\\Z)*+"?'
_PART = re.compile(
    rf"""(?P<minus>-?)(?:
        (?P<bracket>[()])
        | (?P<name>[^\W\d][\w.-]*)(?P<relation>:|>=|<=|>|<|=)(?P<operand>{_QUOTED}|[^\s"()]*)
        | (?P<word>{_QUOTED}|[^\s"()]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(r'(?!-)[^\s"()\\:=<>]+')
_ESCAPED = re.compile(r'\\(["\\])')
_OR: Final = "or"
_DEEPEST = 20


class QueryError(RefusedError):
    """A filter that cannot be understood.

    Attributes:
        position: 0-based offset in the text.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def _everything(_agent: Agent, _searched: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Query:
    """A filter; true if it asks for something.

    Attributes:
        matches: whether an agent passes, given the agent and what `searchable` says of it, which the caller may keep.
    """

    matches: Test = _everything

    def __bool__(self) -> bool:
        return self.matches is not _everything


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a filter: a bracket, a comparison or a word.

    Attributes:
        start, end: its place in the text, sign included.
        negated: whether a `-` stands before it.
        bracket: `(` or `)`, else empty.
        name: what stands before the relation, else empty.
        relation: one of `: = > >= < <=`, else empty.
        value: the operand or the word as it stands there.
    """

    start: int
    end: int
    negated: bool
    bracket: str
    name: str
    relation: str
    value: str

    @property
    def name_start(self) -> int:
        """Where the part begins, without its sign."""
        return self.start + self.negated

    @property
    def value_start(self) -> int:
        """Where the value begins."""
        return self.end - len(self.value)

    @property
    def open(self) -> bool:
        """Whether the value is in quotes of which the last is missing."""
        return self.value.startswith('"') and not _is_closed(self.value)


def parts(text: str) -> Iterator[Part]:
    """The pieces of a filter, in order. Never fails."""
    for found in _PART.finditer(text):
        minus, bracket, name, relation, operand, word = found.groups(default="")
        yield Part(found.start(), found.end(), bool(minus), bracket, name, relation, operand or word)


def unquoted(value: str) -> str:
    """A value without the quotes around it; the last one may be missing."""
    if not value.startswith('"'):
        return value
    return _ESCAPED.sub(r"\1", value[1:-1] if _is_closed(value) else value[1:])


def _is_closed(value: str) -> bool:
    return _ESCAPED.sub("", value[1:]).endswith('"')


def quoted(value: str) -> str:
    """A text as a filter has to write it: in quotes where it needs some."""
    if _BARE.fullmatch(value) and value.casefold() != _OR:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def searchable(agent: Agent) -> str:
    """The text in which plain words are searched: name, path, category and what the policy says in words."""
    policy = agent.policy
    said = [agent.name, agent.id, agent.category, policy.preference or query_words.INHERIT, *policy.fallbacks]
    for switch in (policy.escalation, policy.fast_path):
        if switch:
            said += (switch.to or "", *switch.when)
    said.append(policy.reasoning or "")
    return query_terms.folded("\0".join(said))


def parse(text: str, states: Mapping[str, StateWord] = STATES) -> Query:
    """Read a filter.

    Args:
        text: what the user typed.
        states: what `is:` may ask for.

    Raises:
        QueryError: an unknown field or state, a comparison with something that is no number, a bracket that closes
            nothing; with its position.
    """
    test = _Reader(text, states).read()
    return Query(test) if test else Query()


class _Reader:
    """Reads the parts of one filter from left to right."""

    def __init__(self, text: str, states: Mapping[str, StateWord]) -> None:
        self._parts = parts(text)
        self._length, self._states = len(text), states

    def read(self, depth: int = 0) -> Test | None:
        """The test of all that stands before the closing bracket or the end; None if that asks for nothing."""
        alternatives: list[list[Test]] = [[]]
        for part in self._parts:
            if part.bracket == ")":
                if depth:
                    break
                raise QueryError("this bracket closes nothing; in quotes it is searched for", part.start)
            if part.value.casefold() == _OR and not part.name and not part.negated:
                alternatives.append([])
            elif test := self._group(part, depth) if part.bracket else self._term(part):
                alternatives[-1].append(query_terms.negated(test) if part.negated else test)
        asked = [query_terms.every(terms) for terms in alternatives if terms]
        return query_terms.some(asked) if asked else None

    def _group(self, part: Part, depth: int) -> Test | None:
        if depth == _DEEPEST:
            raise QueryError("here are too many brackets inside one another", part.start)
        return self.read(depth + 1)

    def _term(self, part: Part) -> Test | None:
        name, value = part.name.lower(), unquoted(part.value)
        if not name:
            return query_terms.word(value) if value and part.value != "-" else None
        if name in (HAS, IS):
            return self._about(part, name, value)
        found = query_words.fields_of(name)
        if not found:
            hint = query_words.near(part.name, (*query_words.NAMES, HAS, IS))
            advice = "" if hint.endswith("?") else "; in quotes it is searched for as text"
            raise QueryError(f"there is no field {hint}{advice}", part.name_start)
        if not value and part.relation != "=":
            return None
        try:
            return query_terms.compared(found, part.relation, value, typing=part.end == self._length)
        except RefusedError as error:
            raise QueryError(str(error), part.value_start) from error

    def _about(self, part: Part, name: str, value: str) -> Test | None:
        """`has:` and `is:`, whose values are words of the language."""
        if part.relation not in (":", "="):
            raise QueryError(f"after {name!r} comes a colon", part.name_start)
        found, state = query_words.fields_of(value), query_words.state_of(value, self._states)
        if name == HAS and found:
            return query_terms.filled(found)
        if name == IS and state:
            return query_terms.state(state.test)
        words = query_words.NAMES if name == HAS else self._states
        if not value or (part.end == self._length and query_words.begins(value, words)):
            return None
        kind = "field" if name == HAS else "state"
        raise QueryError(f"there is no {kind} {query_words.near(value, words)}", part.value_start)

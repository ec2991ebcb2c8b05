"""What a filter that is being typed can go on with: names of fields, states, and the values that the fleet has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ctxstudio.policy import query, query_terms, query_words
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.query import Part
from ctxstudio.policy.query_words import HAS, IS, STATES, StateWord
from ctxstudio.policy.values import Agent

Values = Callable[[Field], Mapping[str, int]]
"""Gives the distinct values of a field in the fleet, see `distinct`."""

_MOST = 50
_LONGEST = 100
"""Characters of a value that is worth offering."""
_NEVER_EMPTY: Final = ("name", "path")
_JOINTS = re.compile("[._-]")
_ABOUT: Final = {HAS: "Agents in which a field is not empty.", IS: "Agents in a state, such as changed."}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on.

    Attributes:
        text: what the filter says then, in quotes where it needs some.
        title: what a list shows.
        help: one sentence about it, or empty.
        count: how many agents have that value, None if it is not a value.
        goes_on: whether a value has to follow.
    """

    text: str
    title: str
    help: str = ""
    count: int | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Completion:
    """The ways to go on at one place of a filter.

    Attributes:
        start, end: the part of the text that a suggestion replaces.
        prefix: what of it stands before the cursor, without quotes.
        suggestions: the best first; empty if there are none.
    """

    start: int
    end: int
    prefix: str = ""
    suggestions: tuple[Suggestion, ...] = ()


def distinct(field: Field, agents: Iterable[Agent]) -> dict[str, int]:
    """How many agents have which value of a field, the most common first.

    A value is an item of a list, the target of a switch, and `inherit` for no model. Values that differ in case only,
    which no filter tells apart, count as the most common of them.
    """
    exact: Counter[str] = Counter()
    for value, count in Counter(map(field.value, agents)).items():
        for item in {query_terms.flat(item) for item in query_terms.items(field, value)}:
            exact[item] += count
    found: Counter[str] = Counter()
    spelling: dict[str, str] = {}
    for text, count in exact.most_common():
        found[spelling.setdefault(text.casefold(), text)] += count
    return dict(found.most_common())


def complete(text: str, cursor: int, values: Values, states: Mapping[str, StateWord] = STATES) -> Completion:
    """The ways to go on at a place.

    Args:
        text: the filter.
        cursor: 0-based offset in it.
        values: asked for the fields whose values are wanted.
        states: what `is:` may ask for.
    """
    part = next((part for part in query.parts(text) if part.start < cursor <= part.end), None)
    if part is None or part.bracket or part.value == "-":
        free = cursor == len(text) or text[cursor].isspace() or text[cursor] == ")"
        return _found(text, Completion(cursor, cursor), _names("") if free else ())
    if part.relation and cursor >= part.value_start:
        prefix = query.unquoted(text[part.value_start : cursor])
        # An open quote runs on to the end of the filter: what stands behind the cursor was not meant as part of it.
        place = Completion(part.value_start, cursor if part.open else part.end, prefix)
        return _found(text, place, _values(part, prefix, values, states))
    if part.value.startswith('"') and not part.name:
        return Completion(cursor, cursor)
    end = part.name_start + len(part.name) if part.name else part.end
    prefix = text[part.name_start : cursor]
    return _found(text, Completion(part.name_start, end, prefix), _names(prefix, complete=not part.name))


def _found(text: str, place: Completion, suggestions: Iterable[Suggestion]) -> Completion:
    """A completion without what stands there already."""
    present = text[place.start : place.end]
    useful = tuple(item for item in suggestions if item.text != present)[:_MOST]
    return Completion(place.start, place.end, place.prefix, useful)


def _names(prefix: str, *, complete: bool = True) -> Iterator[Suggestion]:
    """Names that may begin a comparison, with its relation unless that stands there already."""
    offered = {word: (help, ":") for word, help in _ABOUT.items()}
    for name, of in query_words.NAMES.items():
        offered[name] = (_help(of), ">" if of[0].kind is Kind.NUMBER else ":")
    for name in _ranked(prefix, offered):
        help, relation = offered[name]
        text = name + relation if complete else name
        yield Suggestion(text, text, help, goes_on=complete)


def _help(of: Sequence[Field]) -> str:
    return of[0].help if len(of) == 1 else " or ".join(field.title for field in of) + "."


def _ranked(prefix: str, names: Iterable[str]) -> list[str]:
    """The names that begin so, then those of which a part does."""
    wanted = prefix.lower()
    whole = [name for name in names if name.startswith(wanted)]
    inner = (name for name in names if any(part.startswith(wanted) for part in _JOINTS.split(name)))
    return [*whole, *(name for name in inner if name not in whole)]


def _values(part: Part, prefix: str, values: Values, states: Mapping[str, StateWord]) -> Iterator[Suggestion]:
    name = part.name.lower()
    if name == IS:
        yield from (Suggestion(word, word, states[word].help) for word in _ranked(prefix, states))
    elif name == HAS:
        names = [name for name, of in query_words.NAMES.items() if of[0].id not in _NEVER_EMPTY]
        yield from (Suggestion(name, name, _help(query_words.NAMES[name])) for name in _ranked(prefix, names))
    else:
        of = query_words.fields_of(name)
        counts: Counter[str] = Counter()
        for field in of:
            counts.update(values(field))
        numbers = any(field.kind is Kind.NUMBER for field in of)
        for value in sorted(counts, key=float) if numbers else _fitting(prefix, counts):
            if value.startswith(prefix) or not numbers:
                yield Suggestion(query.quoted(value), value, count=counts[value])


def _fitting(prefix: str, counts: Mapping[str, int]) -> list[str]:
    """The values that contain what is typed: first those that begin so, then the most common."""
    wanted = query_terms.folded(prefix)
    found = []
    for value, count in counts.items():
        at = value.casefold().find(wanted)
        if at >= 0 and len(value) <= _LONGEST and value.isprintable():
            found.append((at > 0, -count, value))
    return [value for *_, value in sorted(found)]

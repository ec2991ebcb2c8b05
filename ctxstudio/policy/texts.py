"""Lists of texts as people write them: what was typed or pasted, one change of many lists, what is used elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from ctxstudio.policy.fields import Field
from ctxstudio.policy.values import Agent

Change = Callable[[Sequence[str]], tuple[str, ...]]
"""What happens to the list of every agent, whatever it holds."""

_BULLET: Final = re.compile(r"(?:[-*+•‣◦▪–—]|\[[ xX]\])(?:\s+|$)")
_NUMBER: Final = re.compile(r"\(?\d{1,3}[.)]\s+")
_QUOTED: Final = re.compile(r"(['\"])(.*)\1")


class Use(NamedTuple):
    """A text, and how many agents have it.

    Attributes:
        text: the text.
        agents: how many have it; 0 where only the program offers it.
    """

    text: str
    agents: int


def lines(typed: str) -> list[str]:
    """One text for each line that is not blank, without its bullet.

    A number counts as a bullet where every line begins with one. The quotes of an item of a YAML list go with its
    bullet.
    """
    found = [line.strip() for line in typed.splitlines() if line.strip()]
    if len(found) > 1 and all(map(_NUMBER.match, found)):
        return [_NUMBER.sub("", line, count=1) for line in found]
    return [text for line in found if (text := _bare(line))]


def names(typed: str) -> list[str]:
    """One name for each part between commas or lines, without bullets."""
    return [name.strip() for line in lines(typed) for name in line.split(",") if name.strip()]


def _bare(line: str) -> str:
    bullet = _BULLET.match(line)
    if bullet is None:
        return line
    rest = _BULLET.sub("", line[bullet.end() :], count=1) if line[0] != "[" else line[bullet.end() :]
    quoted = _QUOTED.fullmatch(rest)
    return quoted[2].strip() if quoted else rest


def added(more: Sequence[str]) -> Change:
    """Adds texts at the end of each list that does not have them."""
    return lambda texts: tuple(dict.fromkeys((*texts, *(text for text in more if text not in texts))))


def without(gone: Sequence[str]) -> Change:
    """Takes texts out of each list."""
    return lambda texts: tuple(text for text in texts if text not in gone)


def renamed(old: str, new: Sequence[str]) -> Change:
    """Puts other texts in the place of one, in each list that has it; none of them then stands there twice."""

    def change(texts: Sequence[str]) -> tuple[str, ...]:
        rest = [text for text in texts if text != old]
        fresh = [text for text in dict.fromkeys(new) if text not in rest]
        return tuple(item for text in texts for item in (fresh if text == old else [text]))

    return change


def ranked(agents: Iterable[Agent], field: Field, offered: Iterable[str] = ()) -> list[Use]:
    """The texts that agents have in a field, the most used first; then what else is offered.

    Args:
        agents: the agents; 10,000 take some milliseconds, so this is for the moment a list of them opens.
        field: a field whose value is a sequence of texts.
        offered: texts that nobody needs to have; one that differs from a used text in case only is left out.
    """
    value: Callable[[Agent], Any] = field.value
    counts = Counter(text for agent in agents for text in dict.fromkeys(value(agent)))
    used = [Use(text, count) for text, count in counts.items()]
    used.sort(key=lambda use: (-use.agents, use.text.casefold(), use.text))
    known = {text.casefold() for text in counts}
    return [*used, *(Use(text, 0) for text in dict.fromkeys(offered) if text.casefold() not in known)]

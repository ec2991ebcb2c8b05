"""Finding many phrases in a text in one pass: one compiled expression for all of them, in linear time.

A phrase is words and stems: `root cause*`, `etl`, `generat* code`. A star stands for the rest of a word, a blank for a
short run of blanks, hyphens, underscores or slashes. Phrases begin and end at word boundaries; case does not count.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_GAP = r"[\s_/-]{1,3}+"
_REST = "[a-z0-9]*+"
_BEGIN = "(?<![a-z0-9])"
_END = "(?![a-z0-9])"


class Hit(NamedTuple):
    """One phrase found.

    Attributes:
        phrase: the phrase as it was given.
        start, end: where it stands in the text.
    """

    phrase: str
    start: int
    end: int


class Meaning(NamedTuple):
    """What a phrase means to one rule.

    Attributes:
        rule: position of the rule.
        phrase: the rule's own phrase.
        strength: what it is worth to the rule.
    """

    rule: int
    phrase: str
    strength: float


@dataclass(slots=True)
class _Node:
    """A tree of phrases: what may follow, by piece of the expression, and the phrase that is complete here."""

    following: dict[str, _Node] = field(default_factory=dict)
    phrase: str | None = None


class PhraseFinder:
    """Finds, at every word of a text, the longest of the given phrases that begins there.

    Where both a letter and a star fit, the letter goes first.
    """

    __slots__ = ("_pattern", "_phrases")

    def __init__(self, phrases: Collection[str]) -> None:
        root = _Node()
        for phrase in phrases:
            node = root
            for piece in _pieces(phrase):
                node = node.following.setdefault(piece, _Node())
            node.phrase = phrase
        found: list[str] = []
        # The look-ahead takes no text, so that phrases beginning inside a hit are found as well.
        self._pattern = re.compile(f"{_BEGIN}(?={_expression(root, found)})")
        self._phrases = tuple(found)

    def find(self, text: str) -> Iterator[Hit]:
        """The hits in a text, in the order of their beginnings; they may overlap."""
        phrases = self._phrases
        for match in self._pattern.finditer(lowered(text)):
            group = match.lastindex or 1
            yield Hit(phrases[group - 1], match.start(), match.end(group))

    def at_start(self, text: str) -> str | None:
        """The phrase that begins the text, None if none does."""
        match = self._pattern.match(lowered(text))
        return self._phrases[(match.lastindex or 1) - 1] if match else None


class Vocabulary:
    """The phrases of many rules, found in one pass over a text.

    A phrase found stands for each rule's own longest phrase that begins with the same words, so that the rules do not
    disturb each other: `error handling` of one rule is no obstacle to `error*` of another.

    Attributes:
        meanings: phrase -> what it means to which rules; nothing for the phrases of no rule.
    """

    __slots__ = ("_finder", "meanings")

    def __init__(self, rules: Sequence[Mapping[str, float]], others: Collection[str] = ()) -> None:
        phrases = dict.fromkeys(phrase for group in (*rules, others) for phrase in group)
        meanings: dict[str, tuple[Meaning, ...]] = dict.fromkeys(phrases, ())
        for position, strengths in enumerate(rules):
            finder = PhraseFinder(strengths)
            for phrase in phrases:
                own = finder.at_start(phrase.replace("*", ""))
                if own is not None:
                    meanings[phrase] += (Meaning(position, own, strengths[own]),)
        self.meanings: Mapping[str, tuple[Meaning, ...]] = meanings
        self._finder = PhraseFinder(phrases)

    def find(self, text: str) -> Iterator[Hit]:
        """The hits in a text, in the order of their beginnings; they may overlap."""
        return self._finder.find(text)


def lowered(text: str) -> str:
    """The text in lower case with every character where it was (`İ` alone would become two)."""
    return text.replace("İ", "I").lower()


def _pieces(phrase: str) -> Iterator[str]:
    for position, word in enumerate(phrase.lower().replace("-", " ").split()):
        if position:
            yield _GAP
        yield from (_REST if letter == "*" else re.escape(letter) for letter in word)


def _expression(node: _Node, found: list[str]) -> str:
    """The expression for a tree. Each phrase ends in an empty group; `found` gets the phrases by number of group."""
    letters_first = sorted(node.following.items(), key=lambda item: (item[0] == _REST, item[0] == _GAP))
    branches = [piece + _expression(below, found) for piece, below in letters_first]
    if node.phrase is not None:
        found.append(node.phrase)
        branches.append(f"{_END}()")
    if not branches:
        return "(?!)"  # no phrases at all: never matches
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"

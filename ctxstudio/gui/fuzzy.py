"""Fuzzy matching of what was typed against names: prefix and word starts first, any letters in order last."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_WORD_START: Final = re.compile(r"(?<![^\W_])[^\W_]|(?<=[a-z])[A-Z]")
_MOST_TYPED: Final = 40
_MOST_NAME: Final = 200
"""Characters looked at, so that hostile names cost no more than others."""


class Tier(enum.IntEnum):
    """How well one typed word fits a name."""

    SCATTERED = 0
    """Its letters stand there in order."""
    INSIDE = 1
    """It stands in the midst of a word."""
    INITIALS = 2
    """It is made of beginnings of words: `apre` of Apply recommendation."""
    WORD = 3
    """A word begins with it."""
    PREFIX = 4
    """The name begins with it."""


class Match(NamedTuple):
    """How what was typed fits a name; the greater, the better.

    Attributes:
        tiers: sum of the tiers of its words.
        closeness: 0 or less: characters between the matched ones, and before them.
        brevity: 0 or less: the shorter name is the likelier.
        places: which characters of the name were matched, ascending.
    """

    tiers: int
    closeness: int
    brevity: int
    places: tuple[int, ...]


def match(typed: str, name: str, least: Tier = Tier.SCATTERED) -> Match | None:
    """How what was typed fits a name, None if it does not. Case and order of the words do not matter.

    Args:
        typed: words separated by blanks; each must fit. Nothing fits everything.
        name: what is looked at.
        least: how well each word must fit.
    """
    name = name[:_MOST_NAME]
    lower = name.lower()
    if len(lower) != len(name):
        lower = name  # places must stay places
    tiers, closeness, places = 0, 0, set[int]()
    for word in typed[:_MOST_TYPED].lower().split():
        found = _word(word, lower, name, least)
        if found is None:
            return None
        tier, at = found
        tiers += tier
        closeness -= at[-1] - len(at) + 1
        places.update(at)
    return Match(tiers, closeness, -len(name), tuple(sorted(places)))


def _word(word: str, lower: str, name: str, least: Tier) -> tuple[Tier, Sequence[int]] | None:
    """How one word fits: the cheap questions first, for most names fit none of them."""
    inside = lower.find(word)
    if inside == 0:
        return Tier.PREFIX, range(len(word))
    at = inside if least <= Tier.WORD else -1
    while at > 0:
        if _starts_word(name, at):
            return Tier.WORD, range(at, at + len(word))
        at = lower.find(word, at + 1)
    scattered = None if least > Tier.INITIALS else _in_order(word, lower)
    if scattered is None:
        return None
    initials = _initials(word, lower, name)
    if initials is not None:
        return Tier.INITIALS, initials
    if inside > 0:
        tier, places = Tier.INSIDE, range(inside, inside + len(word))
        return (tier, places) if tier >= least else None
    return (Tier.SCATTERED, scattered) if least is Tier.SCATTERED else None


def _in_order(word: str, lower: str) -> tuple[int, ...] | None:
    places, at = [], -1
    for letter in word:
        at = lower.find(letter, at + 1)
        if at < 0:
            return None
        places.append(at)
    return tuple(places)


def _starts_word(name: str, at: int) -> bool:
    before, here = name[at - 1], name[at]
    return here.isalnum() and (not before.isalnum() or (here.isupper() and before.islower()))


def _initials(word: str, lower: str, name: str) -> tuple[int, ...] | None:
    """Places where each letter begins a word or follows the one before: the earliest ones, found from the end."""
    starts = {found.start() for found in _WORD_START.finditer(name)}
    if word[0] not in {lower[at] for at in starts}:
        return None
    # Place of the letter looked at -> the places from there to the end of the word.
    reached: dict[int, tuple[int, ...]] = {}
    for position in range(len(word) - 1, -1, -1):
        begun = sorted(at for at in reached if at in starts)
        step: dict[int, tuple[int, ...]] = {}
        at = lower.find(word[position])
        while at >= 0:
            if position == len(word) - 1:
                step[at] = (at,)
            elif at + 1 in reached:
                step[at] = (at, *reached[at + 1])
            elif (later := next((place for place in begun if place > at), None)) is not None:
                step[at] = (at, *reached[later])
            at = lower.find(word[position], at + 1)
        if not step:
            return None
        reached = step
    return next((reached[at] for at in sorted(starts) if at in reached), None)

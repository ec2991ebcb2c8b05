"""What the command palette offers, and in which order."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ctxstudio.gui import fuzzy

_MOST: Final = 200
"""Offers shown: who does not find it among these types one letter more."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be done.

    Attributes:
        id: by what it is remembered.
        title: what it is called.
        place: menu, panel or path.
        keys: its shortcut, as the platform writes it.
        enabled: whether it can be done now.
        reason: why not, if that is known.
        checked: whether it is switched on; None if it is no switch.
    """

    id: str
    title: str
    place: str
    keys: str = ""
    enabled: bool = True
    reason: str = ""
    checked: bool | None = None

    def spoken(self) -> str:
        """All of it in one line."""
        state = {None: "", True: "on", False: "off"}[self.checked]
        unusable = "" if self.enabled else f"not available{': ' if self.reason else ''}{self.reason}"
        return ", ".join(part for part in (self.title, self.place, self.keys, state, unusable) if part)


@dataclass(frozen=True, slots=True)
class Found:
    """An offer that fits.

    Attributes:
        offer: it.
        places: the characters of its title that were typed.
    """

    offer: Offer
    places: frozenset[int] = frozenset()


def ranked(typed: str, offers: Sequence[Offer], recent: Sequence[str] = ()) -> list[Found]:
    """The offers that fit what was typed: the best first, of equally good ones the usable and recently used first.

    Args:
        typed: words; letters scattered over the title fit it, but only beginnings of words fit the place. Nothing fits
            all, in their order.
        offers: all there are.
        recent: ids of those used before, the latest first.
    """
    age = {id: position for position, id in enumerate(recent)}
    if not typed.strip():
        order = sorted(offers, key=lambda offer: (not offer.enabled, age.get(offer.id, len(age))))
        return [Found(offer) for offer in order[:_MOST]]
    found = []
    for position, offer in enumerate(offers):
        match = fuzzy.match(typed, offer.title)
        if match is None:
            match = fuzzy.match(typed, f"{offer.title}\n{offer.place}", fuzzy.Tier.WORD)
        if match is not None:
            habit = age.get(offer.id, len(age))
            rank = (-match.tiers, not offer.enabled, habit, -match.closeness, -match.brevity, position)
            found.append((rank, offer, match.places))
    best = heapq.nsmallest(_MOST, found, key=lambda one: one[0])
    return [Found(offer, frozenset(place for place in places if place < len(offer.title))) for _, offer, places in best]

"""Words of a text reduced to stems, so that `debugging`, `debugs` and `debugger` meet."""

from __future__ import annotations

import functools
import re
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:\+\+|#)?")
_LONGEST = 40
_SHORTEST_STEM = 3
_SUFFIXES: Final = (
    "isations", "izations", "isation", "ization", "ations", "ation", "ators", "ator", "ating", "ments", "ment",
    "ising", "izing", "ings", "ing", "ises", "izes", "ised", "ized", "isers", "izers", "iser", "izer", "ise", "ize",
    "ates", "ated", "ate", "ions", "ion", "ures", "ure", "ural", "ives", "ive", "ers", "er", "ors", "or", "ied",
    "ies", "ed", "es", "ly", "s", "y", "e",
)  # fmt: skip
"""Endings that say little, each tried before the shorter ones it ends in."""
_KEPT: Final = {"s": "s", "y": "aeiou"}
"""Ending -> letters before which it belongs to the word: `class`, `deploy`."""
_VOWELS: Final = frozenset("aeiouy")
STOP_WORDS: Final = frozenset({
    "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "before", "being",
    "but", "by", "can", "could", "did", "do", "does", "each", "every", "find", "for", "from", "get", "had", "has",
    "have", "he", "her", "here", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "like", "make",
    "may", "me", "more", "most", "must", "my", "need", "needs", "new", "no", "not", "of", "on", "only", "onto", "or",
    "other", "our", "out", "over", "own", "please", "set", "she", "should", "so", "some", "such", "than", "that",
    "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to", "too", "under", "up",
    "us", "use", "used", "uses", "using", "very", "via", "was", "we", "well", "were", "what", "when", "where",
    "which", "while", "who", "whose", "why", "will", "with", "within", "without", "would", "you", "your", "yours",
})  # fmt: skip
"""English words without a subject, and those that every agent's description has."""


def stems(text: str) -> list[str]:
    """The stems of a text in their order, repeated ones included, without words that have no subject."""
    return [stem for word in _WORD.findall(text.lower()) if word not in STOP_WORDS and (stem := _stem(word))]


@functools.lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """One word's stem: English endings stripped lightly, in the manner of Lovins (1968); other words as they are."""
    word = word[:_LONGEST]
    if not word.isascii() or not word.isalpha():
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix):
            stem = word.removesuffix(suffix)
            if len(stem) >= _SHORTEST_STEM and stem[-1] not in _KEPT.get(suffix, "") and _VOWELS & set(stem):
                return _single(stem)
    return word


def _single(stem: str) -> str:
    """`debugg` as `debug`, `classif` as it is."""
    doubled = len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] and stem[-1] not in "lsz"
    return stem[:-1] if doubled else stem

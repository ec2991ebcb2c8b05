"""Which lines and which words of two texts belong together. Bounded work, whatever the texts are."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

Range: TypeAlias = tuple[int, int, int, int]
"""Items `[0]` to `[1]` of the old sequence became items `[2]` to `[3]` of the new one; ends are excluded."""
Span: TypeAlias = tuple[int, int]
"""Characters from `[0]` to before `[1]`."""

_SMALL: Final = 40_000
"""Product of the lengths up to which two sequences are compared item by item: under a tenth of a second at worst."""
_PATIENCE: Final = 10 * _SMALL
"""Work after which what is left counts as changed as a whole."""
_MOST_LINES: Final = 100_000
_MOST_PAIRS: Final = 900
_LONGEST_WORDS: Final = 4_000
_LIKE: Final = 200
"""Characters of a line that decide whether it is like another."""
_WORD: Final = re.compile(r"\w\w")
_TOKEN: Final = re.compile(r"\w+|\s+|[^\w\s]")


def differences(old: Sequence[str], new: Sequence[str]) -> list[Range]:
    """The ranges in which two sequences of lines differ, in order.

    Lines that stand once on either side are anchors, as in Bram Cohen's patience diff; what is small is left to
    `difflib`. What is too long or takes too long counts as changed as a whole.
    """
    found: list[Range] = []
    left = _PATIENCE + 4 * (len(old) + len(new))
    todo: list[Range] = [(0, len(old), 0, len(new))]
    while todo:
        a, b, c, d = todo.pop()
        ours, theirs = old[a:b], new[c:d]
        start = shared(ours, theirs)
        end = _shared_end(ours[start:], theirs[start:])
        a, b, c, d = a + start, b - end, c + start, d - end
        if a == b and c == d:
            continue
        ours, theirs = old[a:b], new[c:d]
        left -= min(len(ours) * len(theirs), len(ours) + len(theirs) + _SMALL)
        if not ours or not theirs or left < 0 or max(len(ours), len(theirs)) > _MOST_LINES:
            found.append((a, b, c, d))
        elif len(ours) * len(theirs) <= _SMALL:
            matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
            found += [(a + i, a + j, c + k, c + m) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
        else:
            anchors = _anchors(ours, theirs)
            if anchors:
                todo += reversed(_between(anchors, (a, b, c, d)))
            else:
                found.append((a, b, c, d))
    return found


def shared(old: Sequence[object], new: Sequence[object]) -> int:
    """How many items two sequences have in common at their beginning, at the speed of comparing slices."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _shared_end(old: Sequence[object], new: Sequence[object]) -> int:
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Places of lines that stand once on either side, as many as come in the same order."""
    counts, others = Counter(old), Counter(new)
    places = {line: place for place, line in enumerate(new) if others[line] == 1}
    pairs = [(place, places[line]) for place, line in enumerate(old) if counts[line] == 1 and line in places]
    piles: list[tuple[int, int]] = []  # patience sorting: the pair on top of each pile
    tops: list[int] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for pair in pairs:
        pile = _first_not_below(tops, pair[1])
        before[pair] = piles[pile - 1] if pile else None
        piles[pile : pile + 1] = [pair]
        tops[pile : pile + 1] = [pair[1]]
    chain: list[tuple[int, int]] = []
    last = piles[-1] if piles else None
    while last is not None:
        chain.append(last)
        last = before[last]
    return chain[::-1]


def _first_not_below(tops: list[int], value: int) -> int:
    low, high = 0, len(tops)
    while low < high:
        middle = (low + high) // 2
        if tops[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


def _between(anchors: list[tuple[int, int]], whole: Range) -> list[Range]:
    """What lies between anchors; runs of adjacent anchors leave nothing."""
    a, b, c, d = whole
    gaps, i, k = [], a, c
    for place, other in [*((a + one, c + two) for one, two in anchors), (b, d)]:
        if place > i or other > k:
            gaps.append((i, place, k, other))
        i, k = place + 1, other + 1
    return gaps


def pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Which changed lines stand side by side: those most alike, in order; None where a line stands alone."""
    if len(old) * len(new) > _MOST_PAIRS or not old or not new:
        for place in range(max(len(old), len(new))):
            yield place if place < len(old) else None, place if place < len(new) else None
        return
    ours, theirs = [_tokens(line) for line in old], [_tokens(line) for line in new]
    # best[i][k]: how much is gained from old[i:] and new[k:]. Any pair is a little better than two lines alone.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    gain = [[_likeness(one, two) + 0.01 for two in theirs] for one in ours]
    for i in range(len(old) - 1, -1, -1):
        for k in range(len(new) - 1, -1, -1):
            best[i][k] = max(gain[i][k] + best[i + 1][k + 1], best[i + 1][k], best[i][k + 1])
    i = k = 0
    while i < len(old) or k < len(new):
        if i < len(old) and k < len(new) and best[i][k] == gain[i][k] + best[i + 1][k + 1]:
            yield i, k
            i, k = i + 1, k + 1
        elif i < len(old) and best[i][k] == best[i + 1][k]:
            yield i, None
            i += 1
        else:
            yield None, k
            k += 1


def _tokens(line: str) -> Counter[str]:
    return Counter(token for token in _TOKEN.findall(line[:_LIKE]) if not token.isspace())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def words(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The characters in which two lines differ, in whole words where it can be told; none if all differ."""
    start = shared(old, new)
    end = _shared_end(old[start:], new[start:])
    # Back to the beginning and on to the end of the words that differ, unless they are endless.
    low, least = max(start - _LIKE, 0), max(end - _LIKE, 0)
    while start > low and (_inside_word(old, start) or _inside_word(new, start)):
        start -= 1
    while end > least and (_inside_word(old, len(old) - end) or _inside_word(new, len(new) - end)):
        end -= 1
    ours, theirs = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(ours), len(theirs)) > _LONGEST_WORDS:
        return _span(start, start + len(ours)), _span(start, start + len(theirs))
    one, two = _TOKEN.findall(ours), _TOKEN.findall(theirs)
    if len(one) * len(two) > _SMALL:
        return _span(start, start + len(ours)), _span(start, start + len(theirs))
    changed = [
        code for code in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes() if code[0] != "equal"
    ]
    places, others = _places(one, start), _places(two, start)
    marked = tuple(span for _, i, j, _, _ in changed for span in _span(places[i], places[j]))
    others_marked = tuple(span for _, _, _, k, m in changed for span in _span(others[k], others[m]))
    if _is_all(marked, old) and _is_all(others_marked, new):
        return (), ()
    return marked, others_marked


def _is_all(spans: tuple[Span, ...], line: str) -> bool:
    return sum(end - start for start, end in spans) >= len(line.strip())


def _inside_word(line: str, place: int) -> bool:
    return 0 < place < len(line) and _WORD.fullmatch(line[place - 1 : place + 1]) is not None


def _span(start: int, end: int) -> tuple[Span, ...]:
    return ((start, end),) if end > start else ()


def _places(tokens: list[str], start: int) -> list[int]:
    """Where each token begins, and where the last one ends."""
    found = [start]
    for token in tokens:
        found.append(found[-1] + len(token))
    return found

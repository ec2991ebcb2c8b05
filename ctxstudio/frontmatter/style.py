"""How a file is written: its line breaks, indentation and quotes, which new text follows."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_NESTED_KEY = re.compile(r"^( *+)(?:- ++)?[\w\"'][^:\n]*+:[ \t]*+(?:#[^\n]*+)?\r?\n( *+)(-[ \r\n])?", re.MULTILINE)
_QUOTED_VALUE = re.compile(r"""(?:: |- )(["'])""")


@dataclass(frozen=True, slots=True)
class Style:
    """How new text is written, taken from its neighbours.

    Attributes:
        newline: line break of the file.
        step: columns by which a nested mapping is indented.
        dash: columns from a key to the `-` of its list items.
        quote: quotes for a text that cannot stand plain.
        always_quote: whether texts are quoted even where they need not be.
        lines: whether texts of several lines are written as such.
    """

    newline: str = "\n"
    step: int = 2
    dash: int = 2
    quote: str = '"'
    always_quote: bool = False
    lines: bool = True


def newline_of(text: str) -> str:
    """The line break that most lines of a text end with."""
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"


def style_of(text: str) -> Style:
    """The habits of a text."""
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    for found in _NESTED_KEY.finditer(text):
        by = len(found[2]) - len(found[1])
        if found[3] and by >= 0:
            dashes[by] += 1
        elif not found[3] and by > 0:
            steps[by] += 1
    step = steps.most_common(1)[0][0] if steps else 2
    dash = dashes.most_common(1)[0][0] if dashes else step
    return Style(newline_of(text), step, dash, quote_of(text) or '"')


def quote_of(text: str) -> str:
    """The quotes that most quoted values of a text have, empty if there are none."""
    quotes = Counter(found[1] for found in _QUOTED_VALUE.finditer(text))
    return "" if not quotes else "'" if quotes["'"] > quotes['"'] else '"'

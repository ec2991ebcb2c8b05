"""Top-level entries of a frontmatter block, found line by line without YAML.

Parsing a whole block costs ten times what reading the file does, and one broken entry makes it fail for all. So a block
is cut into entries at its keys in column 0, and each entry is read by itself.

Where YAML reads the whole, that gives the same values if every quoted text and every bracket ends in the entry that
opened it, and no anchor reaches out of one. `Split.certain` says whether this holds. It need not think about text that
YAML refuses anyway: a plain text ends at the next key in column 0, whatever is in it, and so does a block scalar; what
stands below a finished value is an error. Quotes and brackets count only where a token can begin: behind a colon, a
dash, a question mark or a line break, with blanks between.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

WORDS: Final = {
    word: value
    for lower, value in {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}.items()
    for word in (lower, lower.capitalize(), lower.upper())
} | {"null": None, "Null": None, "NULL": None, "~": None}
"""Plain words that YAML 1.1 reads as something else than text."""

# The groups below repeat greedily, not possessively: Python before 3.11.5 gets possessive groups wrong (gh-106052).
_KEY = r"[^\W\d][\w.-]*+(?: [\w.-]++)*"
_BELOW = r"(?:(?:[ \t#]|-(?=[ \t\r\n]))[^\n]*+\n?|\r?\n)*"
_FIELD = re.compile(rf"(?:({_KEY}):(?![^ \r\n]))?([^\n]*+\n?)((?=[ \t#\r\n-]){_BELOW})?")
"""A key (empty for lines that belong to none), the rest of its line, and the lines that belong to it: indented ones,
comments, items and blank ones. Matches follow each other without a gap."""

_ORDINARY = re.compile("[\x20-\x7e\n]*+")
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|\r(?!\n)")
"""Characters that YAML refuses or takes for line breaks."""

_LINE = re.compile(r"[^\n]*+\n|[^\n]++")
BLANK = re.compile(r"(?: *+(?:#[^\n]*+)?(?:\n|\r\n|\Z))*")
"""Blank lines and comments. A tab would be an error in some places."""
_QUOTED = r""""(?:[^"\\\n]++|\\.)*"|'(?:[^'\n]++|'')*'"""
_ITEM = rf"""(?:{_QUOTED}|[A-Za-z0-9_./(][^"'\[\]{{}}#,:\n\t]*+) *+"""
_CLOSED = rf"(?:{_QUOTED}|\[ *+(?:{_ITEM}(?:, *+{_ITEM})*)?\]|\{{ *+\}}) *+(?:#[^\n]*+)?(?:\r?\n|\Z)"
_CLOSED_LINE = re.compile(" ++" + _CLOSED)
"""A quoted text or a list that ends on its line."""
_DOUBT = re.compile(rf"""[-:?\n][ \t]++(?!{_CLOSED})["'\[{{!&]""")
"""A token that might reach over its line, an anchor or a tag."""
_LONGEST = 10_000
"""Longest line in characters that is matched against the patterns of closed values."""


class Entry(NamedTuple):
    """Where one key stands with everything that belongs to it.

    Attributes:
        key: the key; empty for lines that belong to no key.
        start: offset in the block of the key's line.
        value: offset after the key's colon.
        end: offset after the entry's last line, its trailing blank and comment lines included.
        line: 0-based line of the key in the block.
    """

    key: str
    start: int
    value: int
    end: int
    line: int


class Split(NamedTuple):
    """A block cut into entries.

    Attributes:
        fields: for each key the rest of its line (from the colon on, with the line break) and the lines below it; of
            several equal keys the last.
        certain: whether YAML, where it reads the whole block, cannot read it otherwise than entry by entry.
    """

    fields: dict[str, tuple[str, str]]
    certain: bool


def lines(text: str) -> list[str]:
    """The lines of a text with their breaks. `splitlines` knows breaks that editors do not show."""
    return _LINE.findall(text)


def split(text: str) -> Split:
    """Cut a block into the fields of its top-level keys."""
    fields: dict[str, tuple[str, str]] = {}
    certain = _ORDINARY.fullmatch(text) is not None or _UNSAFE.search(text) is None
    for key, first, below in _FIELD.findall(text):
        if key:
            fields[key] = first, below
            # Most values begin like this, and no plain text or block scalar can reach over the next key.
            certain = certain and (first[1:2].isalnum() or _is_closed(first, below))
        elif first and BLANK.fullmatch(first + below) is None:
            certain = False
    if not WORDS.keys().isdisjoint(fields):
        return Split({key: field for key, field in fields.items() if key not in WORDS}, False)
    return Split(fields, certain)


def _is_closed(first: str, below: str) -> bool:
    if first.startswith((" |", " >")):
        return True
    if len(first) > _LONGEST:
        return False
    if not first.strip(" \r\n") or first.lstrip(" ").startswith("#"):
        return _DOUBT.search("\n" + below) is None
    return _CLOSED_LINE.match(first) is not None


def entries(text: str) -> tuple[Entry, ...]:
    """The entries of a block in file order, duplicate keys and lines that belong to no key included."""
    found = []
    start = line = 0
    for key, first, below in _FIELD.findall(text):
        value = start + len(key) + 1 if key else start
        end = value + len(first) + len(below)
        if key in WORDS:
            key, value = "", start
        if end > start:
            found.append(Entry(key, start, value, end, line))
        line += first.count("\n") + below.count("\n")
        start = end
    return tuple(found)

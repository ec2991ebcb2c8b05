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
from collections.abc import Collection
from typing import Final, NamedTuple

WORDS: Final = {
    word: value
    for lower, value in {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}.items()
    for word in (lower, lower.capitalize(), lower.upper())
} | {"null": None, "Null": None, "NULL": None, "~": None}
"""Plain words that YAML 1.1 reads as something else than text."""

# The groups below repeat greedily, not possessively: Python before 3.11.5 gets possessive groups wrong (gh-106052).
_NEXT = re.compile(r"\n(?=[^ \t#\r\n-]|-(?![ \t\r\n]))")
"""The line break in front of a line that is none of the key above; indented and blank ones, comments and items are."""
_KEY = re.compile(r"[^\W\d][\w.-]*+(?: [\w.-]++)*")

_ORDINARY = re.compile("[\x20-\x7e\n]*+")
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|\r(?!\n)")
"""Characters that YAML refuses or takes for line breaks."""

_LINE = re.compile(r"[^\n]*+\n|[^\n]++")
_OPENERS = "\"'[{!&"
"""What can open a quoted text or a bracket, or begin a tag or an anchor."""
_QUOTED = r""""(?:[^"\\\n]++|\\.)*"|'(?:[^'\n]++|'')*'"""
_ITEM = rf"""(?:{_QUOTED}|[A-Za-z0-9_./(][^"'\[\]{{}}#,:\n\t]*+) *+"""
_CLOSED = re.compile(rf"(?:{_QUOTED}|\[ *+(?:{_ITEM}(?:, *+{_ITEM})*)?\]|\{{ *+\}}) *+(?:#[^\n]*+)?(?:\r?\n|\Z)")
"""A quoted text or a list that ends on its line."""
_LONGEST = 10_000
"""Most characters of a line that are matched against `_CLOSED`, which needs memory for each escape."""


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
        fields: for each key what follows its colon, without the last line break; of equal keys the last.
        certain: whether YAML, where it reads the whole block, cannot read it otherwise than entry by entry.
    """

    fields: dict[str, str]
    certain: bool


def lines(text: str) -> list[str]:
    """The lines of a text with their breaks. `splitlines` knows breaks that editors do not show."""
    return _LINE.findall(text)


def is_blank(text: str) -> bool:
    """Whether there are only blank lines and comments. A tab in front would be an error in some places."""
    found = (line.rstrip(" \r").lstrip(" ") for line in text.split("\n"))
    return all(not line or line[0] == "#" for line in found)


def split(text: str) -> Split:
    """Cut a block into the fields of its top-level keys."""
    fields: dict[str, str] = {}
    certain = _ORDINARY.fullmatch(text) is not None or _UNSAFE.search(text) is None
    chunks = _NEXT.split(text)
    for chunk in chunks:
        key, colon, field = chunk.partition(":")
        if colon and field[:1] in " \r\n" and (key.isidentifier() or _KEY.fullmatch(key)) and key not in WORDS:
            fields[key] = field
        elif not is_blank(chunk):
            certain = False
    return Split(fields, certain and (_has_no_open_token(text) or all(map(_is_closed, chunks))))


def _has_no_open_token(text: str) -> bool:
    """Whether each token that could reach over its line ends on it; text that only looks like a token counts as one."""
    for opener in _OPENERS:
        if opener not in text:
            continue
        at = text.find(opener)
        while at >= 0:
            end = at + 1
            if text[at - 1] in " \t" and text[at - 2] in "-:?\n \t":
                end = _closed_end(text, at)
                if end < 0:
                    return False
            at = text.find(opener, end)
    return True


def _closed_end(text: str, offset: int) -> int:
    """Where the line of a token ends if the token ends on it, else -1."""
    if text.find("\n", offset, offset + _LONGEST) < 0:
        return -1
    closed = _CLOSED.match(text, offset)
    return closed.end() if closed else -1


def _is_closed(chunk: str) -> bool:
    """Whether the value of a key cannot reach over the next key."""
    first, line_break, below = chunk.partition(":")[2].partition("\n")
    value = first.lstrip(" ")
    if value[:1].isalnum() or value[:1] in ("|", ">"):
        return True
    if value[:1] in ("", "#", "\r"):
        return _has_no_open_token(f"{line_break}{below}\n")
    return _closed_end(value + "\n", 0) >= 0


def entries(text: str, keys: Collection[str]) -> tuple[Entry, ...]:
    """The entries of a block in file order, duplicate keys and lines that belong to no key included.

    Args:
        text: the block.
        keys: its keys, as `split` found them.
    """
    found = []
    start = line = 0
    for chunk in _NEXT.split(text):
        key, colon, field = chunk.partition(":")
        end = min(start + len(chunk) + 1, len(text))
        if colon and field[:1] in " \r\n" and key in keys:
            found.append(Entry(key, start, start + len(key) + 1, end, line))
        elif chunk:
            found.append(Entry("", start, start, end, line))
        line += chunk.count("\n") + 1
        start = end
    return tuple(found)

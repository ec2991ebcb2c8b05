"""Top-level entries of a frontmatter block, found line by line, and their simple values, read without YAML.

Parsing a whole block costs ten times what reading the file does. A line-wise split is right for nearly every real file;
where it might not be, it says so (`Split.trusted`), and the document parses the whole block instead.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]|\r(?!\n)")
"""Characters that YAML refuses or takes for line breaks; any of them makes the line-wise view doubtful."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*")
_QUOTED_LINE = re.compile(r"""(?:"[^"\\]*"|'[^']*')[ \t]*(?:[ \t]#.*)?""")
_CLOSER = {'"': '"', "'": "'", "[": "]", "{": "}"}
_NOT_TEXT = frozenset(
    word
    for lower in ("yes", "no", "true", "false", "on", "off", "null")
    for word in (lower, lower.capitalize(), lower.upper())
)
"""Plain words that YAML 1.1 reads as something else than text."""
_FLOW_ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_./()* -]*")

SLOW: Final = object()
"""What `simple_value` answers when only YAML can tell."""


class Entry(NamedTuple):
    """One top-level key with everything that belongs to it.

    Attributes:
        key: the key, decoded.
        start: offset in the block of the key's line.
        end: offset after the entry's last line, its trailing blank and comment lines included.
        value: offset after the key's colon.
        line: 0-based line of the key in the block.
    """

    key: str
    start: int
    end: int
    value: int
    line: int


class Split(NamedTuple):
    """A block split into entries.

    Attributes:
        entries: in file order, duplicate keys included.
        trusted: False where the line-wise view may differ from YAML's.
    """

    entries: tuple[Entry, ...]
    trusted: bool


def split(text: str) -> Split:
    """Split a block: a key at column 0 starts an entry; indented and blank lines, comments and items belong to it."""
    found: list[Entry] = []
    trusted = _UNSAFE.search(text) is None
    position = line_start = number = value = 0
    key = ""
    for at, line in enumerate(text.split("\n")):
        if line and line[0] not in " \t#\r":
            colon = line.find(":")
            name = line[:colon] if colon > 0 else ""
            if (name.isidentifier() or _KEY.fullmatch(name)) and line[colon + 1 : colon + 2] in ("", " ", "\r"):
                if key:
                    found.append(Entry(key, line_start, position, value, number))
                key, line_start, value, number = name, position, position + colon + 1, at
                if not name.isascii() or name in _NOT_TEXT:
                    trusted = False
            elif not (key and line[0] == "-" and line[1:2] in ("", " ", "\r")):
                trusted = False
        elif not key and line.strip() and line[0] != "#":
            trusted = False
        position += len(line) + 1
    if key:
        found.append(Entry(key, line_start, len(text), value, number))
    return Split(tuple(found), trusted and all(_closes(text, entry) for entry in found))


def _closes(text: str, entry: Entry) -> bool:
    """Whether a value that opens with a quote or bracket ends within its own entry."""
    raw = text[entry.value : entry.end].strip()
    closer = _CLOSER.get(raw[:1])
    return closer is None or (len(raw) > 1 and raw[-1] == closer) or _QUOTED_LINE.fullmatch(raw) is not None


def simple_value(raw: str) -> object:
    """The value of an entry's text after its colon, exactly PyYAML's, or `SLOW` where it takes YAML to know."""
    raw = raw.strip(" \r\n")
    if not raw or "\n" in raw:
        return SLOW
    first, last = raw[0], raw[-1]
    if first in "\"'":
        inner = raw[1:-1]
        if len(raw) < 2 or last != first or first in inner or (first == '"' and "\\" in inner):
            return SLOW
        return inner
    if first == "[":
        return _simple_list(raw)
    if first.isalpha() and first.isascii() and "\t" not in raw and last != ":" and ": " not in raw and " #" not in raw:
        return raw if raw not in _NOT_TEXT else SLOW
    return SLOW


def _simple_list(raw: str) -> object:
    if raw[-1] != "]":
        return SLOW
    inner = raw[1:-1].strip(" ")
    if not inner:
        return []
    items = [item.strip(" ") for item in inner.split(",")]
    if all(_FLOW_ITEM.fullmatch(item) and item not in _NOT_TEXT for item in items):
        return items
    return SLOW

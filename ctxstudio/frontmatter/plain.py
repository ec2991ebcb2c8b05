"""Values of the common shapes, read without YAML: exactly PyYAML's, or `SLOW` where it takes YAML to know.

A call of libyaml costs 20 microseconds before it reads anything, as much as opening and reading the file.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from ctxstudio.frontmatter.entries import BLANK, WORDS

SLOW: Final = object()
"""The answer where only YAML can tell."""

_Line: TypeAlias = tuple[int, str]
"""Indentation of a line, and its text without blanks around it."""
_DEEPEST = 20
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*+(?: [A-Za-z0-9_.-]++)*")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,15})|[0-9]{1,15}\.[0-9]{1,15}")
_FLOW_ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_./()* -]*+")


def value(first: str, below: str) -> object:
    """The value of a key, or `SLOW`.

    Args:
        first: the text after its colon, to the end of the line.
        below: the lines that belong to the key, without those of the next.
    """
    raw = first.rstrip(" \r\n").lstrip(" ")
    if not below or BLANK.fullmatch(below) is not None:
        return scalar(raw)
    if raw and raw[0] != "#":
        return SLOW
    return _nested(below)


def scalar(raw: str) -> object:
    """The value of a text without blanks around it that stands on one line behind a colon or a dash, or `SLOW`."""
    if not raw or raw[0] == "#":
        return None
    if not raw.isprintable():  # neither a tab nor anything YAML refuses or takes for a line break
        return SLOW
    char = raw[0]
    if char.isalpha():
        if " #" in raw:
            raw = raw.partition(" #")[0].rstrip(" ")
        if raw[-1] == ":" or ": " in raw:
            return SLOW
        return WORDS.get(raw, raw)
    if char in "\"'":
        inner = raw[1:-1]
        if len(raw) < 2 or raw[-1] != char or char in inner or (char == '"' and "\\" in inner):
            return SLOW
        return inner
    if char.isdigit():
        number = _NUMBER.fullmatch(raw)
        return SLOW if number is None else int(raw) if number[1] else float(raw)
    if char == "[":
        return _flow_list(raw)
    return {} if raw == "{}" else SLOW


def _flow_list(raw: str) -> object:
    if raw[-1] != "]":
        return SLOW
    inner = raw[1:-1].strip(" ")
    if not inner:
        return []
    items = [item.strip(" ") for item in inner.split(",")]
    if all(_FLOW_ITEM.fullmatch(item) and item not in WORDS for item in items):
        return items
    return SLOW


def _nested(below: str) -> object:
    """The value of indented lines: block mappings and lists of one-line values."""
    if "\t" in below:
        return SLOW
    lines = []
    for line in below.split("\n"):
        text = line.rstrip(" \r").lstrip(" ")
        if text and text[0] != "#":
            lines.append((len(line) - len(line.lstrip(" ")), text))
    found, at = _block(lines, 0, 0)
    return found if at == len(lines) else SLOW


def _block(lines: list[_Line], at: int, depth: int) -> tuple[object, int]:
    """The block that begins with a line, and the number of the line after it."""
    if depth > _DEEPEST:
        return SLOW, at
    return _list(lines, at) if lines[at][1][0] == "-" else _mapping(lines, at, depth)


def _list(lines: list[_Line], at: int) -> tuple[object, int]:
    column = lines[at][0]
    items = []
    while at < len(lines) and lines[at][0] == column and lines[at][1].startswith("- "):
        item = scalar(lines[at][1][2:].lstrip(" "))
        if item is SLOW:
            return SLOW, at
        items.append(item)
        at += 1
    return items if items else SLOW, at


def _mapping(lines: list[_Line], at: int, depth: int) -> tuple[object, int]:
    column = lines[at][0]
    found: dict[str, object] = {}
    while at < len(lines) and lines[at][0] == column:
        key, colon, raw = lines[at][1].partition(":")
        if not colon or (raw and raw[0] != " ") or _KEY.fullmatch(key) is None or key in WORDS:
            return SLOW, at
        raw = raw.lstrip(" ")
        at += 1
        if (not raw or raw[0] == "#") and at < len(lines) and _is_below(lines[at], column):
            found[key], at = _block(lines, at, depth + 1)
        else:
            found[key] = scalar(raw)
        if found[key] is SLOW:
            return SLOW, at
    return found if found else SLOW, at


def _is_below(line: _Line, column: int) -> bool:
    """Whether a line begins the value of the key in a column; the items of a list may stand below the key itself."""
    return line[0] > column or (line[0] == column and line[1].startswith("- "))

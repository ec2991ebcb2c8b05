"""Values of the common shapes, read without YAML: exactly PyYAML's, or `SLOW` where it takes YAML to know.

A call of libyaml costs 20 microseconds before it reads anything, as much as opening and reading the file.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ctxstudio.frontmatter.entries import WORDS, is_blank

SLOW: Final = object()
"""The answer where only YAML can tell."""

_DEEPEST = 20
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,15})|([0-9]{1,15}\.[0-9]{1,15})|[0-9]+(?:\.[0-9]+){2,}")
"""An integer; a decimal number; a version, which is text."""
_FLOW_ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_./()* -]*+")
_NESTED_LINE = re.compile(r"( *+)(?:(- ++)|([A-Za-z_][A-Za-z0-9_.-]*+):(?: ++|(?=\r?$)))?([^\n]*+)\n?", re.MULTILINE)


def value(field: str) -> object:
    """The value of a key, or `SLOW`.

    Args:
        field: all that belongs to the key, from behind its colon.
    """
    first, _, below = field.partition("\n")
    raw = first.rstrip(" \r").lstrip(" ")
    if not below or is_blank(below):
        return scalar(raw)
    return SLOW if raw and raw[0] != "#" else _nested(below)


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
        if number is None:
            return SLOW
        return int(raw) if number[1] else float(raw) if number[2] else raw
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
    """The value of the lines below a key: block mappings and lists of one-line values."""
    # The innermost open collection with its column, and those around it. A list may stand in the column of its key.
    root: object = SLOW
    inner: Any = None
    column, is_list, open_key = -1, False, ""
    outer: list[tuple[Any, int, bool]] = []
    for blanks, dash, key, raw in _NESTED_LINE.findall(below):
        raw = raw.rstrip(" \r")
        indent, is_empty = len(blanks), not raw or raw[0] == "#"
        if not (dash or key):
            if is_empty:
                continue
            return SLOW
        if inner is None or (open_key and (indent > column or (dash and indent == column))):
            opened: Any = [] if dash else {}
            if inner is None:
                root = opened
            else:
                inner[open_key] = opened
                outer.append((inner, column, is_list))
            inner, column, is_list = opened, indent, bool(dash)
        while outer and (indent < column or (indent == column and key and is_list)):
            inner, column, is_list = outer.pop()
        item = scalar(raw)
        if item is SLOW or indent != column or is_list != bool(dash) or key in WORDS or len(outer) > _DEEPEST:
            return SLOW
        if dash:
            inner.append(item)
        else:
            inner[key] = item
        open_key = key if is_empty else ""
    return root

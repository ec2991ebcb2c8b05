"""Values written as YAML text in a given style. Every scalar is read back before it is believed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import plain, yamltext
from ctxstudio.frontmatter.style import Style

_SAFE_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./()+ -]*[A-Za-z0-9_./()+-])?")
_PRINTABLE = "\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_ONE_LINE = re.compile(f"[{_PRINTABLE}]*")
_ESCAPED = re.compile(f'[^{_PRINTABLE}]|[\\\\"]')
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain_value(value: object, depth: int = 0) -> Any:
    """A value as YAML would read it: lists for tuples, and no subclasses (an enumeration's member is its text).

    Raises:
        EditError: it is nested too deeply.
    """
    if depth > yamltext.MAX_DEPTH:
        raise EditError(f"a value nested deeper than {yamltext.MAX_DEPTH} levels cannot be written")
    if isinstance(value, dict):
        return {plain_value(key, depth + 1): plain_value(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item, depth + 1) for item in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) else float(value)
    return value


def text(value: object, style: Style, indent: int, *, flow: bool = False) -> str:
    """One scalar: plain where it can be, else as a block of lines where it has several, else in quotes.

    Args:
        value: text, bool, int, float or None.
        style: quoting habits.
        indent: column for the lines of a block scalar.
        flow: whether it stands inside brackets.

    Raises:
        EditError: YAML cannot hold it.
    """
    if not isinstance(value, str):
        return _dumped(value)
    if not style.always_quote and _reads_back(value, value, flow=flow):
        return value
    if style.lines and not style.always_quote and not flow and "\n" in value:
        return literal(value, "|", indent, style.newline) or quoted(value, style.quote)
    return quoted(value, style.quote)


def quoted(value: str, quote: str) -> str:
    """A text in quotes: single ones only where it has no line break or unprintable character.

    Raises:
        EditError: YAML cannot hold the text.
    """
    if quote == "'" and is_printable(value):
        return "'" + value.replace("'", "''") + "'"
    if _SURROGATE.search(value):
        raise EditError(f"the text {value[:40]!r} is not valid Unicode, so YAML cannot hold it")
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def is_printable(value: str) -> bool:
    """Whether a text has only characters that YAML takes as they stand, and no line break."""
    return _ONE_LINE.fullmatch(value) is not None


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char)
    short = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or (f"\\x{code:02X}" if code < 256 else f"\\u{code:04X}" if code < 65536 else f"\\U{code:08X}")


def _dumped(value: object) -> str:
    if value is not None and not isinstance(value, bool | int | float):
        raise EditError(f"a value of type {type(value).__name__} cannot be written")
    try:
        dumped: str = yaml.safe_dump(value, width=1 << 30)
    except ValueError as error:
        raise EditError(f"a number cannot be written: {error}") from error
    return dumped.removesuffix("\n").removesuffix("\n...")


def _reads_back(text: str, value: str, *, flow: bool) -> bool:
    if _SAFE_PLAIN.fullmatch(text):
        return plain.scalar(text) == value
    # A plain tab is fine for libyaml and none for PyYAML's own scanner.
    if any(char in text for char in "\n\r\t"):
        return False
    try:
        read: Any = yamltext.load(f"k: [{text}]" if flow else f"k: {text}")
    except FrontmatterError:
        return False
    return bool(yamltext.same(read, {"k": [value] if flow else value}))


def literal(value: str, header: str, indent: int, newline: str) -> str | None:
    """A text as a block scalar, None if that cannot hold it.

    Args:
        value: the text.
        header: `|`, or `>` for a text of one line.
        indent: column of its lines.
        newline: line break of the file.
    """
    body = value.rstrip("\n")
    lines = body.split("\n")
    if not body or body[0] == " " or (header == ">" and len(lines) > 1) or not all(map(_ONE_LINE.fullmatch, lines)):
        return None
    breaks = len(value) - len(body)
    chomp = {0: "-", 1: ""}.get(breaks, "+")
    padded = [" " * indent + line if line else "" for line in lines]
    written = newline.join([header + chomp, *padded, *[""] * (breaks - 1)])
    try:
        read = yamltext.load(f"k: {written}\n")
    except FrontmatterError:
        return None
    return written if yamltext.same(read, {"k": value}) else None


def key_text(key: object, *, flow: bool = False) -> str:
    """A mapping key as YAML text."""
    return text(key, Style(), 0, flow=flow or (isinstance(key, str) and "\n" in key))


def flow_value(value: object, style: Style) -> str:
    """Any value inside brackets, on one line."""
    if isinstance(value, dict):
        pairs = (f"{key_text(key, flow=True)}: {flow_value(item, style)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow_value(item, style) for item in value) + "]"
    return text(value, style, 0, flow=True)


def pair(key: object, value: object, column: int, style: Style) -> str:
    """One `key: value` with its nested lines, without indentation before the key and without the last line break."""
    first, below = after_colon(value, column, style)
    return key_text(key) + ":" + " " * bool(first) + first + below


def item(value: object, column: int, style: Style) -> str:
    """One item of a block list whose dash stands in a column, without indentation before the dash."""
    first, below = after_dash(value, column, style)
    return "- " + first + below


def after_colon(value: object, column: int, style: Style) -> tuple[str, str]:
    """What stands behind the colon of a key in a column: the rest of its line, and the lines below."""
    if isinstance(value, dict) and value:
        inner = column + style.step
        return "", _lines([pair(key, part, inner, style) for key, part in value.items()], inner, style)
    if isinstance(value, list) and value:
        inner = column + style.dash
        return "", _lines([item(part, inner, style) for part in value], inner, style)
    return _one_value(value, column + style.step, style)


def after_dash(value: object, column: int, style: Style) -> tuple[str, str]:
    """What stands behind a dash in a column: the rest of its line, and the lines below."""
    if isinstance(value, dict) and value:
        inner = column + 2
        first, *others = [pair(key, part, inner, style) for key, part in value.items()]
        first, line_break, below = first.partition(style.newline)
        return first, line_break + below + _lines(others, inner, style)
    return _one_value(value, column + 2, style)


def _one_value(value: object, indent: int, style: Style) -> tuple[str, str]:
    if isinstance(value, dict | list):
        return flow_value(value, style), ""
    first, line_break, below = text(value, style, indent).partition(style.newline)
    return first, line_break + below


def _lines(texts: Iterable[str], column: int, style: Style) -> str:
    return "".join(style.newline + " " * column + text for text in texts)

"""Values written as YAML text in a given style. Every scalar is read back before it is believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import entries, yamltext

_SAFE_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./()+ -]*[A-Za-z0-9_./()+-])?")
_PRINTABLE = "\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_SINGLE_LINE = re.compile(f"[{_PRINTABLE}]*")
_ESCAPED = re.compile(f'[^{_PRINTABLE}]|[\\\\"]')
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Style:
    """How new text is written, taken from its neighbours.

    Attributes:
        newline: line break of the file.
        step: columns by which a nested mapping is indented.
        dash: columns from a key to the `-` of its list items.
        quote: quotes for a text that cannot stand plain.
        always_quote: whether texts are quoted even where they need not be.
    """

    newline: str = "\n"
    step: int = 2
    dash: int = 2
    quote: str = '"'
    always_quote: bool = False


def key_text(key: str) -> str:
    """A mapping key as YAML text."""
    return scalar(key, Style())


def scalar(value: object, style: Style, *, flow: bool = False) -> str:
    """One scalar on one line, quoted only where it must be or the style says so.

    Args:
        value: text, bool, int, float or None.
        style: quoting habits.
        flow: whether it stands inside brackets.

    Raises:
        EditError: a value that YAML cannot hold, or a type this editor does not write.
    """
    if not isinstance(value, str):
        return _plain_dump(value)
    if not style.always_quote and _reads_back(value, value, flow=flow):
        return value
    return quoted(value, style.quote)


def quoted(value: str, quote: str) -> str:
    """A text in quotes: single ones only where it has no line break or unprintable character.

    Raises:
        EditError: YAML cannot hold the text.
    """
    if quote == "'" and _SINGLE_LINE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return _double(value)


def _double(value: str) -> str:
    if _SURROGATE.search(value):
        raise EditError(f"the text {value[:40]!r} is not valid Unicode, so YAML cannot hold it")
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char)
    short = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or (f"\\x{code:02X}" if code < 256 else f"\\u{code:04X}" if code < 65536 else f"\\U{code:08X}")


def _plain_dump(value: object) -> str:
    if value is not None and not isinstance(value, bool | int | float):
        raise EditError(f"a value of type {type(value).__name__} cannot be written")
    dumped: str = yaml.safe_dump(value, width=1 << 30)
    return dumped.removesuffix("\n").removesuffix("\n...")


def _reads_back(text: str, value: str, *, flow: bool) -> bool:
    if _SAFE_PLAIN.fullmatch(text):
        return entries.simple_value(text) == text
    if "\n" in text or "\r" in text:
        return False
    try:
        read: Any = yamltext.load(f"k: [{text}]" if flow else f"k: {text}")
    except FrontmatterError:
        return False
    return bool(yamltext.same(read, {"k": [value] if flow else value}))


def literal(value: str, header: str, indent: int, newline: str) -> str | None:
    """A text as a block scalar in the manner of `header` (`|` or `>`), None if that cannot hold it.

    Args:
        value: the text.
        header: first character of the scalar that it replaces.
        indent: column of its lines.
        newline: line break of the file.
    """
    body = value.rstrip("\n")
    if (
        not body
        or body[0] in " \n"
        or (header == ">" and "\n" in body)
        or not all(map(_SINGLE_LINE.fullmatch, body.split("\n")))
    ):
        return None
    breaks = len(value) - len(body)
    chomp = {0: "-", 1: ""}.get(breaks, "+")
    lines = [header + chomp, *(" " * indent + line if line else "" for line in body.split("\n")), *[""] * (breaks - 1)]
    return newline.join(lines)


def flow_value(value: object, style: Style) -> str:
    """Any value inside brackets, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_text(key)}: {flow_value(item, style)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow_value(item, style) for item in value) + "]"
    return scalar(value, style, flow=True)


def pair(key: str, value: object, indent: int, style: Style) -> str:
    """One `key: value` with its nested lines, without indentation before the key and without the last line break."""
    return key_text(key) + ":" + after_colon(value, indent, style)


def after_colon(value: object, indent: int, style: Style) -> str:
    """What stands after the colon of a key at column `indent`."""
    if isinstance(value, dict) and value:
        column = indent + style.step
        pad = style.newline + " " * column
        return pad + pad.join(pair(key, item, column, style) for key, item in value.items())
    if isinstance(value, list | tuple) and value:
        column = indent + style.dash
        pad = style.newline + " " * column
        return pad + pad.join(item_text(item, column, style) for item in value)
    return " " + flow_value(value, style) if isinstance(value, dict | list | tuple) else " " + scalar(value, style)


def item_text(value: object, indent: int, style: Style) -> str:
    """One item of a block list whose dash stands at column `indent`."""
    if isinstance(value, dict) and value:
        pad = style.newline + " " * (indent + 2)
        return "- " + pad.join(pair(key, item, indent + 2, style) for key, item in value.items())
    return "- " + (flow_value(value, style) if isinstance(value, dict | list | tuple) else scalar(value, style))

"""Edits of one YAML text by the smallest splice, found through the marks of its nodes.

Every function takes the text of a block mapping (or of one flow mapping) and returns the new text; none of them proves
anything. `Document` does, after each edit.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import yaml

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import render, yamltext

Path: TypeAlias = tuple[str, ...]

_NESTED_KEY = re.compile(r"^( *)(?:- +)?[^\s#:][^:\n]*:[ \t]*(?:#.*)?\r?\n((?: *(?:#.*)?\r?\n)*)( *)(\S)", re.MULTILINE)
_QUOTED_VALUE = re.compile(r"""(?:: |- )(["'])""")


class Place(NamedTuple):
    """Where a new key goes.

    Attributes:
        after: keys to stand behind; the first that exists counts.
        first: where none of them exists: at the start instead of the end.
    """

    after: tuple[str, ...] = ()
    first: bool = False


AT_END = Place()


class _Pair(NamedTuple):
    key: yaml.Node
    value: yaml.Node


def style_of(text: str) -> render.Style:
    """The habits of a text: line break, indentation, quotes."""
    newline = "\r\n" if "\r\n" in text else "\n"
    step, dash = 0, -1
    for found in _NESTED_KEY.finditer(text):
        by = len(found[3]) - len(found[1])
        if found[4] == "-":
            dash = by if dash < 0 else dash
        elif by > 0 and not step:
            step = by
    quotes = [found[1] for found in _QUOTED_VALUE.finditer(text)]
    quote = "'" if quotes.count("'") > quotes.count('"') else '"'
    step = step or 2
    return render.Style(newline, step, dash if dash >= 0 else step, quote)


class Found(NamedTuple):
    """How far a path leads.

    Attributes:
        parent: node that holds the last key of the path, or would hold the first missing one.
        pair: the last key with its value, if the whole path exists.
        depth: how many keys of the path exist.
    """

    parent: yaml.Node
    pair: _Pair | None
    depth: int


def find(root: yaml.Node, path: Path) -> Found:
    """Follow a path (of at least one key) as far as it goes."""
    node = root
    for depth, key in enumerate(path[:-1]):
        pair = _pair_of(node, key)
        if pair is None:
            return Found(node, None, depth)
        node = pair.value
    pair = _pair_of(node, path[-1])
    return Found(node, pair, len(path) if pair else len(path) - 1)


def _pair_of(node: yaml.Node, key: str) -> _Pair | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    # PyYAML and Claude Code let the last of two equal keys win.
    for key_node, value_node in reversed(node.value):
        if isinstance(key_node, yaml.ScalarNode) and key_node.value == key and key_node.tag == "tag:yaml.org,2002:str":
            return _Pair(key_node, value_node)
    return None


def write(text: str, path: Path, value: object, style: render.Style, place: Place = AT_END) -> str:
    """Set the value at a path; missing keys on the way are made.

    Raises:
        EditError: the place cannot be edited.
        FrontmatterError: the text is not valid YAML.
    """
    parent, pair, depth = find(_root(text), path)
    if pair is None:
        for key in reversed(path[depth + 1 :]):
            value = {key: value}
        return _insert(text, parent, path[depth], value, style, place, path[:depth])
    _refuse_alias(pair, path)
    if isinstance(value, dict) and value and isinstance(pair.value, yaml.MappingNode) and pair.value.value:
        return _merge(text, path, value, pair.value, style)
    if isinstance(value, list | tuple) and isinstance(pair.value, yaml.SequenceNode) and pair.value.value and value:
        return _write_list(text, pair.value, list(value), style)
    return _replace(text, parent, pair, value, style)


def _root(text: str) -> yaml.Node:
    root = yamltext.compose(text)
    if root is None:
        raise EditError("the text is empty")
    return root


def _merge(text: str, path: Path, value: dict[str, object], node: yaml.MappingNode, style: render.Style) -> str:
    for key_node, _ in node.value:
        if key_node.value not in value:
            text = erase(text, (*path, key_node.value))
    previous: tuple[str, ...] = ()
    for key, item in value.items():
        text = write(text, (*path, key), item, style, Place(previous, first=True))
        previous = (key, *previous)
    return text


def _replace(text: str, parent: yaml.Node, pair: _Pair, value: object, style: render.Style) -> str:
    """Put a value of any kind in the place of one of any kind."""
    old, start = pair.value, pair.value.start_mark.index
    end = true_end(text, old)
    nested = isinstance(value, dict | list | tuple) and bool(value)
    if isinstance(parent, yaml.CollectionNode) and parent.flow_style:
        new = (
            render.flow_value(value, style)
            if isinstance(value, dict | list | tuple)
            else _rescalar(text, old, value, style, True)
        )
        return text[:start] + _spaced(text, start, new) + text[end:]
    if not nested and isinstance(old, yaml.ScalarNode):
        return text[:start] + _spaced(text, start, _rescalar(text, old, value, style, False)) + text[end:]
    colon = text.index(":", pair.key.end_mark.index) + 1
    if _in_block(old):
        end = _line_end(text, end)
        comment = text[colon : _line_end(text, colon)].rstrip()
    else:
        comment = text[end : _line_end(text, end)].rstrip() if nested else ""
        end = _line_end(text, end) if nested else end
    if comment.strip() and not comment.lstrip().startswith("#"):
        raise EditError(f"line {pair.key.start_mark.line + 1}: the value on the line of its key cannot be replaced")
    new = render.after_colon(value, pair.key.start_mark.column, style)
    return text[:colon] + (comment + new if nested else new + comment) + text[end:]


def _spaced(text: str, start: int, new: str) -> str:
    return new if text[start - 1 : start] in (" ", "\t", "\n") else " " + new


def _rescalar(text: str, old: yaml.Node, value: object, style: render.Style, flow: bool) -> str:
    """A scalar in the manner of the scalar that it replaces.

    Quotes that the old value needed go when the new one needs none; quotes that somebody chose stay. So an edit and its
    inverse give the first text again.
    """
    if not isinstance(value, str):
        return render.scalar(value, style)
    if not isinstance(old, yaml.ScalarNode):
        return render.scalar(value, style, flow=flow)
    plain = dataclasses.replace(style, quote="'", always_quote=False)
    if old.style in ("|", ">") and not flow:
        first = text.index("\n", old.start_mark.index) + 1
        indent = next(
            (len(line) - len(line.lstrip(" ")) for line in text[first:].split("\n") if line.strip()), style.step
        )
        return render.literal(value, old.style, indent, style.newline) or render.scalar(value, plain)
    needed = old.style == "'" and render.scalar(old.value, plain, flow=flow)[:1] == "'"
    needed = needed or (old.style == '"' and render.quoted(old.value, "'")[:1] == '"')
    if not old.style or needed:
        return render.scalar(value, plain, flow=flow)
    return render.quoted(value, old.style)


def _write_list(text: str, node: yaml.SequenceNode, new: list[object], style: render.Style) -> str:
    """Change a list item by item, so that the untouched ones keep their text."""
    old = [yamltext.value_of(item) for item in node.value]
    head = 0
    while head < min(len(old), len(new)) and yamltext.same(old[head], new[head]):
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and yamltext.same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    old_middle, new_middle = range(head, len(old) - tail), new[head : len(new) - tail]
    if any(
        later.start_mark.index <= item.start_mark.index for item, later in zip(node.value, node.value[1:], strict=False)
    ):
        raise EditError(f"line {node.start_mark.line + 1}: the list contains an alias")
    quotes = {item.style for item in node.value if isinstance(item, yaml.ScalarNode)}
    if len(quotes) == 1 and (quote := quotes.pop()) in ("'", '"'):
        style = dataclasses.replace(style, quote=quote, always_quote=True)
    shared = min(len(old_middle), len(new_middle))
    extra = new_middle[shared:]
    # From the back to the front, so that the marks in front stay true.
    if extra:
        text = _add_items(text, node, head + shared, extra, style)
    for at in reversed(old_middle[shared:]):
        text = _drop_item(text, node, at)
    for at in reversed(old_middle[:shared]):
        text = _set_item(text, node, at, new_middle[at - head], style)
    return text


def _set_item(text: str, node: yaml.SequenceNode, at: int, value: object, style: render.Style) -> str:
    item = node.value[at]
    start, end = item.start_mark.index, true_end(text, item)
    if isinstance(item, yaml.ScalarNode) and not isinstance(value, dict | list | tuple):
        new = _rescalar(text, item, value, dataclasses.replace(style, always_quote=False), bool(node.flow_style))
    elif node.flow_style or not _in_block(item):
        new = render.flow_value(value, style)
    else:
        new = render.item_text(value, node.start_mark.column, style).removeprefix("- ")
    return text[:start] + _spaced(text, start, new) + text[end:]


def _add_items(text: str, node: yaml.SequenceNode, at: int, new: Sequence[object], style: render.Style) -> str:
    """Add items in front of the item `at`, or at the end."""
    items = node.value
    if node.flow_style:
        gap = text[true_end(text, items[0]) : items[1].start_mark.index] if len(items) > 1 else ", "
        gap = gap if gap.strip() == "," else ", "
        texts = gap.join(render.flow_value(item, style) for item in new)
        if at == 0:
            start = items[0].start_mark.index
            return text[:start] + texts + gap + text[start:]
        end = true_end(text, items[at - 1])
        return text[:end] + gap + texts + text[end:]
    pad = " " * node.start_mark.column
    lines = [pad + render.item_text(item, node.start_mark.column, style) for item in new]
    where = _dash_line(text, node, 0) if at == 0 else _line_end(text, true_end(text, items[at - 1]))
    return _insert_lines(text, where, lines, style.newline, before=at == 0)


def _drop_item(text: str, node: yaml.SequenceNode, at: int) -> str:
    items = node.value
    if node.flow_style:
        if at:
            return text[: true_end(text, items[at - 1])] + text[true_end(text, items[at]) :]
        return text[: items[0].start_mark.index] + text[items[1].start_mark.index :]
    return _cut_lines(text, _dash_line(text, node, at), _line_end(text, true_end(text, items[at])))


def _dash_line(text: str, node: yaml.SequenceNode, at: int) -> int:
    """Offset of the line on which the dash of an item stands."""
    column = node.start_mark.column
    if at == 0:
        start = node.start_mark.index - column
    else:
        start = _line_end(text, true_end(text, node.value[at - 1]))
        start = text.index("\n", start) + 1
        while text[start : start + column + 1].strip(" ") != "-":
            start = text.index("\n", start) + 1
    if start < 0 or text[start : start + column].strip(" ") or (start and text[start - 1] != "\n"):
        raise EditError(f"line {node.start_mark.line + 1}: the list begins behind other text on its line")
    return start


def _insert(
    text: str, parent: yaml.Node, key: str, value: object, style: render.Style, place: Place, path: Path
) -> str:
    if not isinstance(parent, yaml.MappingNode):
        raise EditError(
            f"line {parent.start_mark.line + 1}: `{'.'.join(path)}` is not a mapping, so it cannot hold `{key}`"
        )
    pairs = [_Pair(*both) for both in parent.value]
    if parent.flow_style or not pairs:
        return _insert_flow(text, parent, pairs, render.key_text(key) + ": " + render.flow_value(value, style), place)
    where = _position(pairs, place)
    column = pairs[0].key.start_mark.column
    lines = [" " * column + render.pair(key, value, column, style)]
    if where < 0:
        return _insert_lines(text, _key_line(text, pairs[0]), lines, style.newline, before=True)
    if _is_alias(pairs[where]):
        raise EditError(f"line {pairs[where].key.start_mark.line + 1}: the key in front has an alias as its value")
    return _insert_lines(text, _line_end(text, true_end(text, pairs[where].value)), lines, style.newline, before=False)


def _insert_flow(text: str, parent: yaml.MappingNode, pairs: list[_Pair], new: str, place: Place) -> str:
    if not pairs:
        brace = text.index("{", parent.start_mark.index) + 1
        return text[:brace] + new + text[brace:]
    where = _position(pairs, place)
    if where < 0:
        start = pairs[0].key.start_mark.index
        return text[:start] + new + ", " + text[start:]
    end = max(true_end(text, pairs[where].value), pairs[where].key.end_mark.index)
    return text[:end] + ", " + new + text[end:]


def _position(pairs: list[_Pair], place: Place) -> int:
    """Index of the pair to stand behind, -1 for the start."""
    names = [pair.key.value if isinstance(pair.key, yaml.ScalarNode) else None for pair in pairs]
    for name in place.after:
        if name in names:
            return len(names) - 1 - names[::-1].index(name)
    return -1 if place.first else len(pairs) - 1


def erase(text: str, path: Path) -> str:
    """Delete a key with its value; a mapping that loses its last key becomes `{}`.

    Raises:
        EditError: there is no such key, or it cannot be deleted by itself.
        FrontmatterError: the text is not valid YAML.
    """
    parent, pair, _ = find(_root(text), path)
    if pair is None or not isinstance(parent, yaml.MappingNode):
        raise EditError(f"there is no `{'.'.join(path)}`")
    _refuse_alias(pair, path)
    if len(parent.value) == 1:
        if len(path) == 1:
            raise EditError(f"`{path[0]}` is the only key")
        return write(text, path[:-1], {}, style_of(text))
    if not parent.flow_style:
        return _cut_lines(text, _key_line(text, pair), _line_end(text, true_end(text, pair.value)))
    at = next(number for number, (key, _) in enumerate(parent.value) if key is pair.key)
    end = max(true_end(text, pair.value), pair.key.end_mark.index)
    if at == 0:
        return text[: pair.key.start_mark.index] + text[parent.value[1][0].start_mark.index :]
    before = _Pair(*parent.value[at - 1])
    return text[: max(true_end(text, before.value), before.key.end_mark.index)] + text[end:]


def true_end(text: str, node: yaml.Node) -> int:
    """Offset after a node's last character; the end mark of a block collection or block scalar lies further on."""
    while _in_block(node):
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    end: int = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        end = len(text[:end].rstrip(" \t\r\n"))
        return _line_end(text, end)
    return end


def _in_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style and bool(node.value)


def _is_alias(pair: _Pair) -> bool:
    # The composer puts the anchored node itself in the place of an alias, and an anchor always comes first.
    return bool(pair.value.start_mark.index < pair.key.end_mark.index)


def _refuse_alias(pair: _Pair, path: Path) -> None:
    if _is_alias(pair):
        raise EditError(
            f"line {pair.key.start_mark.line + 1}: the value of `{'.'.join(path)}` is an alias of another value"
        )


def _line_end(text: str, offset: int) -> int:
    """Offset of the line break (or of the end) that ends the line of `offset`."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def _key_line(text: str, pair: _Pair) -> int:
    start: int = pair.key.start_mark.index - pair.key.start_mark.column
    if text[start : pair.key.start_mark.index].strip(" "):
        raise EditError(f"line {pair.key.start_mark.line + 1}: the key stands behind other text on its line")
    return start


def _cut_lines(text: str, start: int, line_end: int) -> str:
    following = text.find("\n", line_end)
    if following >= 0:
        return text[:start] + text[following + 1 :]
    return text[:start].removesuffix("\n").removesuffix("\r") if start else ""


def _insert_lines(text: str, where: int, lines: list[str], newline: str, *, before: bool) -> str:
    block = newline.join(lines)
    if before:
        return text[:where] + block + newline + text[where:]
    return text[:where] + newline + block + text[where:]

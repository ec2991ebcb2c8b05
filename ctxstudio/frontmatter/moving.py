"""Values moved to another key with the words they have, comments included; proven as all edits are."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import editing, entries, render, rows, splice, style
from ctxstudio.frontmatter.block import MISSING, Block
from ctxstudio.frontmatter.rows import BlockRows, Splice
from ctxstudio.frontmatter.splice import Edit, Place
from ctxstudio.frontmatter.tree import Kind, Node


def rename(block: Block, key: str, new: str) -> Block:
    """The block with another name for a top-level key.

    Raises:
        EditError: there is no such key, there is one of the new name, or something else would change with it.
    """
    try:
        value = block.top(key)
        if value is MISSING or block.top(new) is not MISSING:
            raise EditError("there is no such key" if value is MISSING else f"there is a `{new}` already")
        root = block.tree(key)
        name, _ = _pair(root, key)
        text = rows.apply(block.text, [Splice(name.start, name.end, render.key_text(new, flow=root.flow))])
        return editing.proven(block, text, {key: MISSING, new: value})
    except (EditError, FrontmatterError) as error:
        raise EditError(f"`{key}` cannot be renamed: {error}") from error


def lift(block: Block, path: tuple[str, str], key: str, origin: Block) -> Block:
    """The block with a key of a top-level mapping made a top-level key, directly above the mapping.

    A mapping that has no other key goes; no comment gets lost.

    Args:
        block: what to edit.
        path: the mapping's key and the key in it.
        key: its name from then on, which no other has.
        origin: as in `editing.write`.

    Raises:
        EditError: it cannot be done without changing something else.
    """
    outer, inner = path
    mapping, value = block.get((outer,)), block.get(path)
    if not isinstance(mapping, dict) or value is MISSING or block.top(key) is not MISSING:
        raise EditError(f"`{outer}.{inner}` cannot become `{key}`")
    rest = {name: item for name, item in mapping.items() if name != inner}
    expected = {outer: rest or MISSING, key: value}
    try:
        return _with_comments(block, _lifted(block, path, key), expected)
    except (EditError, FrontmatterError):
        above = tuple(takewhile(lambda name: name != outer, block.names()))[::-1]
        written = editing.write(block, (key,), value, Place(above, first=True), origin)
        written = editing.erase(written, path if rest else (outer,), origin)
        return _with_comments(block, written.text, expected, at=key)


def sink(block: Block, key: str, path: tuple[str, str], place: Place, origin: Block) -> Block:
    """The block with a top-level key made a key of a top-level mapping; no comment gets lost.

    Args:
        block: what to edit.
        key: the top-level key.
        path: the mapping's key, which may be missing or the very same, and the key in it, which no other has.
        place: where in the mapping it goes.
        origin: as in `editing.write`.

    Raises:
        EditError: it cannot be done without changing something else.
    """
    outer, inner = path
    value = block.top(key)
    mapping = {} if outer == key or block.top(outer) is MISSING else block.top(outer)
    if value is MISSING or not isinstance(mapping, dict) or inner in mapping:
        raise EditError(f"`{key}` cannot become `{outer}.{inner}`")
    expected = {key: MISSING, outer: {**mapping, inner: value}}
    try:
        return _with_comments(block, _sunk(block, key, path, place), expected)
    except (EditError, FrontmatterError):
        if outer == key:
            written = editing.write(block, (key,), {inner: value}, place, origin)
        else:
            written = editing.erase(editing.write(block, path, value, place, origin), (key,), origin)
        return _with_comments(block, written.text, expected, at=outer)


def _lifted(block: Block, path: tuple[str, str], key: str) -> str:
    """The text with the lines of a key in a mapping, comments directly above them included, put above the mapping."""
    text, root = block.text, block.tree(path[0])
    outer, mapping = _pair(root, path[0])
    name, _ = _pair(mapping, path[1])
    lines, numbers = _rows(text, root, outer, mapping), mapping.children[::2]
    number = next(number for number, child in enumerate(numbers) if child is name)
    top, header_end = outer.start, rows.line_end(text, outer.end)
    start, end = rows.line_start(text, lines.start(number)), text.find("\n", lines.end(number)) + 1
    first = text.find("\n", lines.end(number - 1) if number else header_end) + 1
    if not end or not rows.begins_line(text, name.start) or start < first:
        raise EditError("it has no lines of its own")
    while start > first and text[(above := rows.line_start(text, start - 1)) : start].lstrip(" ").startswith("#"):
        start = above
    moved = text[start : name.start] + render.key_text(key) + text[name.end : end]
    moved = "".join(_dedented(line, lines.column) for line in entries.lines(moved))
    if len(numbers) > 1:
        return text[:top] + moved + text[top:start] + text[end:]
    newline = style.newline_of(text)
    header = text[text.find(":", outer.end) + 1 : start]
    kept = [line.strip() for line in header.split("\n") if line.strip()]
    return text[:top] + "".join(line + newline for line in kept) + moved + text[end:]


def _sunk(block: Block, key: str, path: tuple[str, str], place: Place) -> str:
    """The text with the lines of a top-level key put into a mapping, which they become where there is none yet."""
    text, outer = block.text, path[0]
    name, _ = _pair(block.tree(key), key)
    row = next((row for row in reversed(block.rows()) if row.key == key), None)
    if row is None or text[row.end - 1 : row.end] != "\n":
        raise EditError("it has no lines of its own")
    moved = entries.lines(text[row.start : name.start] + render.key_text(path[1]) + text[name.end : row.end])
    if outer == key or block.top(outer) is MISSING:
        habit = style.style_of(text)
        below = "".join(_indented(line, habit.step) for line in moved)
        return f"{text[: row.start]}{render.key_text(outer)}:{habit.newline}{below}{text[row.end :]}"
    root = block.tree(outer)
    header, mapping = _pair(root, outer)
    column = _rows(text, root, header, mapping).column
    lines = [moved[0], *(_indented(line, column) for line in moved[1:])]
    if place.first and not any(splice.find(mapping, name) for name in place.after):
        # Comments above the first key stay with it.
        start = text.find("\n", header.end) + 1
        splices = [Splice(start, start, _indented("".join(lines), column))]
    else:
        edit = Edit(text)
        edit.insert_row(mapping, "".join(lines).removesuffix("\n").removesuffix("\r"), place)
        splices = edit.splices
    return rows.apply(text, [*splices, Splice(row.start, row.end, "")])


def _pair(node: Node, key: str) -> tuple[Node, Node]:
    found = splice.find(node, key)
    if found is None:
        raise EditError(f"there is no `{key}` of its own")
    return found


def _rows(text: str, root: Node, outer: Node, mapping: Node) -> BlockRows:
    """The lines of a mapping that stands on lines of its own below its key.

    Raises:
        EditError: it does not.
    """
    if root.flow or not mapping.in_block or mapping.kind is not Kind.MAPPING or not mapping.children:
        raise EditError("the mapping has no lines of its own")
    if outer.start != rows.line_start(text, outer.start) or "\n" not in text[outer.end : mapping.inner]:
        raise EditError("the mapping does not begin on a line of its own")
    return BlockRows(text, mapping, "\n")


def _dedented(line: str, by: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(by, blanks) :]


def _indented(line: str, by: int) -> str:
    return " " * by + line if line.strip() else line


def _with_comments(before: Block, text: str, expected: Mapping[str, Any], at: str = "") -> Block:
    """A proven text in which no comment is missing; with `at`, what is missing comes above the line of that key.

    Raises:
        EditError: it is not proven, or a comment is missing.
        FrontmatterError: as `editing.proven`.
    """
    block = editing.proven(before, text, expected)
    lost = editing.comments(before, *expected) - editing.comments(block, *expected)
    if not lost:
        return block
    row = next((row for row in block.rows() if row.key == at), None)
    if row is None:
        raise EditError("a comment would get lost")
    newline = style.newline_of(text)
    lines = "".join(comment + newline for comment in lost.elements())
    return editing.proven(before, text[: row.start] + lines + text[row.start :], expected)

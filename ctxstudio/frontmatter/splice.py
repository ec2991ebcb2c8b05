"""Edits of one YAML text by the smallest splices, found through the offsets of its nodes.

Nothing here proves that an edit does what it should; `editing` does, after each.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import render, rows, yamltext
from ctxstudio.frontmatter.render import Style
from ctxstudio.frontmatter.rows import Splice
from ctxstudio.frontmatter.tree import Kind, Node

Path: TypeAlias = tuple[str, ...]

_NESTED_KEY = re.compile(r"^( *+)(?:- ++)?[\w\"'][^:\n]*+:[ \t]*+(?:#[^\n]*+)?\r?\n( *+)(-[ \r\n])?", re.MULTILINE)
_QUOTED_VALUE = re.compile(r"""(?:: |- )(["'])""")
_COMMENT_BEHIND = re.compile(r"[ \t]++#[^\r\n]*+")


class Place(NamedTuple):
    """Where a new key goes.

    Attributes:
        after: keys to stand behind; the first that exists counts.
        first: where none of them exists: at the start instead of the end.
    """

    after: tuple[str, ...] = ()
    first: bool = False


AT_END = Place()


class _Slot(NamedTuple):
    """What a value stands in.

    Attributes:
        flow: whether that is in brackets.
        lead: offset after the colon or the dash in front of the value.
        column: of the key or the dash.
        of_list: whether it is an item.
        colon: what has to come in front of a new value: a colon where a key in brackets has none.
    """

    flow: bool
    lead: int
    column: int
    of_list: bool = False
    colon: str = ""


def find(node: Node, key: str) -> tuple[Node, Node] | None:
    """The key and the value of a key in a mapping; of equal ones the last, as PyYAML and Claude Code have it."""
    at = _index(node, key)
    return None if at is None else (node.children[2 * at], node.children[2 * at + 1])


def _index(node: Node, key: str) -> int | None:
    if node.kind is Kind.MAPPING:
        for at in range(len(node.children) - 2, -2, -2):
            if node.children[at].value == key and node.children[at].key_text() is not None:
                return at // 2
    return None


def _existing(node: Node, key: str) -> int:
    at = _index(node, key)
    if at is None:
        raise EditError("there is no such key")
    return at


def style_of(text: str, newline: str) -> Style:
    """The habits of a text: indentation and quotes."""
    steps: Counter[int] = Counter()
    dashes: Counter[int] = Counter()
    for found in _NESTED_KEY.finditer(text):
        by = len(found[2]) - len(found[1])
        if found[3] and by >= 0:
            dashes[by] += 1
        elif not found[3] and by > 0:
            steps[by] += 1
    quotes = Counter(found[1] for found in _QUOTED_VALUE.finditer(text))
    step = steps.most_common(1)[0][0] if steps else 2
    dash = dashes.most_common(1)[0][0] if dashes else step
    return Style(newline, step, dash, "'" if quotes["'"] > quotes['"'] else '"')


class Edit:
    """One edit of one text, collected as splices.

    Attributes:
        splices: what to change.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"
        self._by_rule = Style(self._newline, quote="'")
        self.splices: list[Splice] = []

    @functools.cached_property
    def _style(self) -> Style:
        return style_of(self._text, self._newline)

    def set(self, root: Node, path: Path, old: Any, value: Any, place: Place = AT_END) -> None:
        """Set the value at a path; missing keys on the way are made.

        Args:
            root: the mapping that the path begins in.
            path: at least one key.
            old: the value there now, if there is one.
            value: as `render.plain_value` gives it.
            place: where a new key goes.

        Raises:
            EditError: the place cannot be edited.
        """
        node, slot = root, None
        for depth, key in enumerate(path):
            at = _index(node, key)
            if at is None:
                if node.kind is not Kind.MAPPING:
                    what = "an alias of another value" if node.kind is Kind.ALIAS else "not a mapping"
                    raise EditError(f"`{'.'.join(path[:depth])}` is {what}, so it cannot hold `{key}`")
                for missing in reversed(path[depth + 1 :]):
                    value = {missing: value}
                self._insert(node, slot, key, value, place)
                return
            slot = self._slot_of_pair(node, at)
            node = node.children[2 * at + 1]
        if slot is not None:
            self._change(node, slot, old, value)

    def insert_line(self, offset: int, path: Path, value: Any) -> None:
        """Set the value at a path whose first key is missing, on new lines at an offset that begins a line."""
        for missing in reversed(path[1:]):
            value = {missing: value}
        lines = render.pair(path[0], value, 0, self._style)
        gap = "" if offset == 0 or self._text[offset - 1] == "\n" else self._newline
        self.splices.append(Splice(offset, offset, gap + lines + self._newline))

    def delete(self, root: Node, path: Path) -> None:
        """Delete a key with its value; a mapping inside another that loses its last key becomes `{}`.

        Raises:
            EditError: there is no such key, or it cannot be deleted by itself.
        """
        node, slot = root, None
        for key in path[:-1]:
            at = _existing(node, key)
            slot = self._slot_of_pair(node, at)
            node = node.children[2 * at + 1]
        at = _existing(node, path[-1])
        if sum(key.value == path[-1] and key.key_text() is not None for key in node.children[::2]) > 1:
            raise EditError("the key stands there more than once, so deleting one would uncover another")
        if len(node.children) > 2 or (slot is None and not node.flow):
            self.splices += self._rows(node).drop(at, at + 1)
        elif slot is None:
            self.splices.append(Splice(node.start, node.end, "{}"))
        else:
            self._replace(node, slot, {})

    def _rows(self, node: Node) -> rows.Rows:
        kind = rows.FlowRows if node.flow else rows.BlockRows
        return kind(self._text, node, self._newline)

    def _slot_of_pair(self, parent: Node, at: int) -> _Slot:
        key, value = parent.children[2 * at : 2 * at + 2]
        column = key.start - rows.line_start(self._text, key.start)
        colon = self._text.find(":", key.end)
        if colon >= 0 and not self._text[key.end : colon].strip():
            return _Slot(parent.flow, colon + 1, column)
        if parent.flow and value.start == value.end:
            return _Slot(True, key.end, column, colon=":")
        raise EditError("its key has no colon on its line")

    def _insert(self, parent: Node, slot: _Slot | None, key: str, value: Any, place: Place) -> None:
        if not parent.children:
            self._insert_first(parent, slot, key, value)
            return
        names = [node.value if node.key_text() is not None else None for node in parent.children[::2]]
        behind = next((len(names) - 1 - names[::-1].index(name) for name in place.after if name in names), None)
        new = [self._pair(parent, key, value)]
        if behind is None and place.first:
            self.splices += self._rows(parent).add_before(0, new)
        else:
            self.splices += self._rows(parent).add_after(len(names) - 1 if behind is None else behind, new)

    def _insert_first(self, parent: Node, slot: _Slot | None, key: str, value: Any) -> None:
        if slot is not None:
            self._replace(parent, slot, {key: value})
        elif parent.flow:
            self.splices.append(Splice(parent.start, parent.end, render.flow_value({key: value}, self._style)))
        else:
            self.insert_line(len(self._text), (key,), value)

    def _pair(self, parent: Node, key: object, value: Any) -> str:
        """A new pair of a mapping that has some."""
        if parent.flow:
            return f"{render.key_text(key, flow=True)}: {render.flow_value(value, self._style)}"
        return render.pair(key, value, parent.inner - rows.line_start(self._text, parent.inner), self._style)

    def _change(self, node: Node, slot: _Slot, old: Any, new: Any) -> None:
        """Turn one value into another, keeping the text of what is in both."""
        if yamltext.same(old, new):
            return
        if node.children and new and isinstance(new, dict) and isinstance(old, dict) and node.kind is Kind.MAPPING:
            if self._merge(node, old, new):
                return
        elif node.children and new and isinstance(new, list) and isinstance(old, list) and node.kind is Kind.LIST:
            self._change_list(node, old, new)
            return
        self._replace(node, slot, new)

    def _merge(self, node: Node, old: dict[Any, Any], new: dict[Any, Any]) -> bool:
        """Change a mapping key by key; False where that is not possible."""
        names = [key.key_text() for key in node.children[::2]]
        numbers = {name: at for at, name in enumerate(names)}
        gone = [at for at, name in enumerate(names) if name not in new]
        if None in numbers or len(numbers) < len(names) or len(gone) == len(names):
            return False
        if node.flow and gone and any(key not in numbers for key in new):
            return False  # both would touch the same commas
        added: dict[int, list[str]] = {}
        previous = -1
        for key, value in new.items():
            if key in numbers:
                previous = numbers[key]
                self._change(node.children[2 * previous + 1], self._slot_of_pair(node, previous), old[key], value)
            else:
                added.setdefault(previous, []).append(self._pair(node, key, value))
        lines = self._rows(node)
        for at, texts in added.items():
            if at < 0:
                first = next(number for number, name in enumerate(names) if name in new)
                self.splices += lines.add_before(first, texts)
            else:
                self.splices += lines.add_after(at, texts)
        for first, after in _ranges(gone):
            self.splices += lines.drop(first, after)
        return True

    def _change_list(self, node: Node, old: list[Any], new: list[Any]) -> None:
        """Change a list item by item, so that the untouched ones keep their text."""
        shorter = min(len(old), len(new))
        head = 0
        while head < shorter and yamltext.same(old[head], new[head]):
            head += 1
        tail = 0
        while tail < shorter - head and yamltext.same(old[-1 - tail], new[-1 - tail]):
            tail += 1
        lines = self._rows(node)
        shared = shorter - tail
        for at in range(head, shared):
            self._change(node.children[at], self._slot_of_item(node, lines, at), old[at], new[at])
        if len(new) > len(old):
            texts = self._items(node, lines, new[shared : len(new) - tail])
            self.splices += lines.add_after(shared - 1, texts) if shared else lines.add_before(0, texts)
        elif len(old) > len(new):
            self.splices += lines.drop(shared, len(old) - tail)

    def _slot_of_item(self, node: Node, lines: rows.Rows, at: int) -> _Slot:
        if isinstance(lines, rows.BlockRows):
            return _Slot(False, lines.start(at) + 1, lines.column, of_list=True)
        return _Slot(True, node.children[at].start, 0, of_list=True)

    def _items(self, node: Node, lines: rows.Rows, new: Sequence[Any]) -> list[str]:
        """New items of a list that has some, quoted where all of those are, and not only because they must be."""
        style = self._style
        texts = [item for item in node.children if item.kind is Kind.SCALAR]
        quote = texts[0].style if texts else ""
        if (
            quote in ("'", '"')
            and all(item.style == quote for item in texts)
            and any(self._is_chosen(item, flow=node.flow) for item in texts)
        ):
            style = dataclasses.replace(style, quote=quote, always_quote=True)
        if isinstance(lines, rows.BlockRows):
            return [render.item(value, lines.column, style) for value in new]
        return [render.flow_value(value, style) for value in new]

    def _replace(self, node: Node, slot: _Slot, new: Any) -> None:
        """Put a value of any kind in the place of one of any kind; a comment on its first line stays.

        Raises:
            EditError: there is an alias: somebody meant the values to stay the same.
        """
        if node.kind is Kind.ALIAS:
            raise EditError("its value is an alias of another value")
        text, is_empty = self._text, node.start == node.end
        if slot.flow:
            written = slot.colon + " " * is_empty + self._written(node, slot, new)[0]
            self.splices.append(Splice(slot.lead if is_empty else node.start, node.end, written))
            return
        first, below = self._written(node, slot, new)
        begins_below = "\n" in text[slot.lead : node.inner if node.in_block else node.start]
        line = node.start if node.in_lines and first else slot.lead
        found = _COMMENT_BEHIND.search(text, line, rows.line_end(text, line)) if begins_below or node.in_lines else None
        comment = found[0] if found else ""
        if node.in_block:
            end = rows.content_end(text, node.end, slot.column)
            self.splices.append(Splice(slot.lead, end, " " * bool(first) + first + comment + below))
        elif node.in_lines:
            self.splices.append(Splice(node.start if first else slot.lead, node.end, first + comment + below))
        else:
            if first:
                self.splices.append(Splice(node.start, node.end, " " * is_empty + first))
            else:
                self._remove(node, slot, begins_below)
            line_end = rows.line_end(text, node.end)
            self.splices.append(Splice(line_end, line_end, below))

    def _remove(self, node: Node, slot: _Slot, begins_below: bool) -> None:
        """Take out a value on one line, with blanks that would be left at the end of a line; comments stay."""
        text, line_end = self._text, rows.line_end(self._text, node.end)
        start, end = slot.lead, node.end
        if not text[end:line_end].strip():
            end = line_end
            if begins_below:
                start = rows.line_end(text, rows.line_start(text, node.start) - 1)
        elif begins_below:
            start = node.start
        self.splices.append(Splice(start, end, ""))

    def _written(self, node: Node, slot: _Slot, new: Any) -> tuple[str, str]:
        """What comes in the place of a node: on its line, and on the lines below."""
        if slot.flow and isinstance(new, dict | list):
            return render.flow_value(new, self._style), ""
        if isinstance(new, dict | list):
            write = render.after_dash if slot.of_list else render.after_colon
            return write(new, slot.column, self._style)
        text = self._scalar(node, slot, new)
        first, line_break, below = text.partition(self._newline)
        return first, line_break + below

    def _scalar(self, old: Node, slot: _Slot, new: Any) -> str:
        """A scalar in the manner of the one that it replaces.

        If that is written as it would be by rule, so is the new one; else somebody chose the quotes, and they stay. So
        an edit and its inverse give the first text again (but for chosen quotes, by way of a text that needs them).
        """
        # Only a text of several lines is indented.
        indent = slot.column + (self._style.step if isinstance(new, str) and "\n" in new and not slot.of_list else 2)
        written = render.text(new, self._by_rule, indent, flow=slot.flow)
        if not isinstance(new, str) or old.kind is not Kind.SCALAR or not old.style:
            return written
        if not self._is_chosen(old, flow=slot.flow):
            return written
        if old.style in ("'", '"'):
            return render.quoted(new, old.style)
        indent = _indentation(self._text[old.start : old.end]) or indent
        return render.literal(new, old.style, indent, self._newline) or written

    def _is_chosen(self, scalar: Node, *, flow: bool = False) -> bool:
        """Whether a scalar is written otherwise than it would be by rule."""
        return render.text(scalar.value, self._by_rule, 1, flow=flow)[:1] != scalar.style


def _indentation(lines: str) -> int:
    """Columns of the first line of a block scalar that is not blank, 0 if there is none."""
    for line in lines.split("\n")[1:]:
        if line.strip():
            return len(line) - len(line.lstrip(" "))
    return 0


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as ranges from one up to, but without, another."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number:
            found[-1] = found[-1][0], number + 1
        else:
            found.append((number, number + 1))
    return found

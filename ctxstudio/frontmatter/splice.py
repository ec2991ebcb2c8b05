"""Edits of one YAML text by the smallest splices, found through the offsets of its nodes.

Nothing here proves that an edit does what it should; `editing` does, after each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import render, rows, yamltext
from ctxstudio.frontmatter.rows import Splice
from ctxstudio.frontmatter.tree import Kind, Node
from ctxstudio.frontmatter.writing import Slot, Writer

Path: TypeAlias = tuple[str, ...]


class Place(NamedTuple):
    """Where a new key goes.

    Attributes:
        after: keys to stand behind; the first that exists counts.
        first: where none of them exists: at the start instead of the end.
    """

    after: tuple[str, ...] = ()
    first: bool = False


AT_END = Place()


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


class Edit:
    """One edit of one text, collected as splices.

    Attributes:
        splices: what to change.
    """

    def __init__(self, text: str, *, lines: bool = True) -> None:
        """Edit a text; texts of several lines are written as such, or else in quotes."""
        self._writer = Writer(text, lines=lines)
        self.splices: list[Splice] = []

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
        text, newline = self._writer.text, self._writer.newline
        lines = render.pair(path[0], value, 0, self._writer.style)
        gap = "" if offset == 0 or text[offset - 1] == "\n" else newline
        self.splices.append(Splice(offset, offset, gap + lines + newline))

    def insert_row(self, parent: Node, row: str, place: Place) -> None:
        """Put a pair, written as it shall stand there, into a mapping that has some."""
        names = [node.value if node.key_text() is not None else None for node in parent.children[::2]]
        behind = next((len(names) - 1 - names[::-1].index(name) for name in place.after if name in names), None)
        if behind is None and place.first:
            self.splices += self._rows(parent).add_before(0, [row])
        else:
            self.splices += self._rows(parent).add_after(len(names) - 1 if behind is None else behind, [row])

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
            self.splices += self._writer.replaced(node, slot, {})

    def _rows(self, node: Node) -> rows.Rows:
        kind = rows.FlowRows if node.flow else rows.BlockRows
        return kind(self._writer.text, node, self._writer.newline)

    def _slot_of_pair(self, parent: Node, at: int) -> Slot:
        key, value = parent.children[2 * at : 2 * at + 2]
        text = self._writer.text
        column = key.start - rows.line_start(text, key.start)
        colon = text.find(":", key.end)
        if colon >= 0 and not text[key.end : colon].strip():
            return Slot(parent.flow, colon + 1, column)
        if parent.flow and value.start == value.end:
            return Slot(True, key.end, column, colon=":")
        raise EditError("its key has no colon on its line")

    def _slot_of_item(self, lines: rows.Rows, at: int) -> Slot:
        if isinstance(lines, rows.BlockRows):
            return Slot(False, lines.start(at) + 1, lines.column, of_list=True)
        return Slot(True, lines.start(at), 0, of_list=True)

    def _insert(self, parent: Node, slot: Slot | None, key: str, value: Any, place: Place) -> None:
        if parent.children:
            self.insert_row(parent, self._writer.pair(parent, key, value), place)
        elif slot is not None:
            self.splices += self._writer.replaced(parent, slot, {key: value})
        elif parent.flow:
            new_mapping = render.flow_value({key: value}, self._writer.style)
            self.splices.append(Splice(parent.start, parent.end, new_mapping))
        else:
            self.insert_line(len(self._writer.text), (key,), value)

    def _change(self, node: Node, slot: Slot, old: Any, new: Any) -> None:
        """Turn one value into another, keeping the text of what is in both."""
        if yamltext.same(old, new):
            return
        if node.children and new and isinstance(new, dict) and isinstance(old, dict) and node.kind is Kind.MAPPING:
            if self._merge(node, old, new):
                return
        elif node.children and new and isinstance(new, list) and isinstance(old, list) and node.kind is Kind.LIST:
            self._change_list(node, old, new)
            return
        self.splices += self._writer.replaced(node, slot, new)

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
                added.setdefault(previous, []).append(self._writer.pair(node, key, value))
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
            self._change(node.children[at], self._slot_of_item(lines, at), old[at], new[at])
        if len(new) > len(old):
            texts = self._writer.items(node, new[shared : len(new) - tail])
            self.splices += lines.add_after(shared - 1, texts) if shared else lines.add_before(0, texts)
        elif len(old) > len(new):
            self.splices += lines.drop(shared, len(old) - tail)


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as ranges from one up to, but without, another."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number:
            found[-1] = found[-1][0], number + 1
        else:
            found.append((number, number + 1))
    return found

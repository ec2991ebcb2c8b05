"""The items of a collection as they lie in the text: where they begin and end, how some are added, some dropped.

The same for lists and mappings; what differs is whether the items stand on lines of their own or in brackets. Changes
are splices of the original text, so that many can be made without parsing again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from ctxstudio.errors import EditError
from ctxstudio.frontmatter.tree import Kind, Node

_BLANK_OR_COMMENT = re.compile(r"[ \t]*+(?:#[^\r\n]*+)?(?=\r?\n|\Z)")
_LINE_BELOW = re.compile(r"\r?\n([ \t]*+)(#[^\r\n]*+)?(?=\r?\n|\Z)")
_UP_TO_DASH = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\n|[ \t]*+\r\n)*[ \t]*+(?=-)")
_COMMA = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+\n)*,")


class Splice(NamedTuple):
    """A stretch of a text to be replaced.

    Attributes:
        start, end: offsets of what goes.
        text: what comes.
    """

    start: int
    end: int
    text: str


def apply(text: str, splices: Iterable[Splice]) -> str:
    """The text with all splices done, those at one offset in the order given.

    Raises:
        EditError: two of them overlap.
    """
    parts: list[str] = []
    position = 0
    for start, end, new in sorted(splices, key=lambda splice: splice.start):
        if start < position:
            raise EditError("two of its changes meet")
        parts += text[position:start], new
        position = end
    return "".join([*parts, text[position:]])


def line_start(text: str, offset: int) -> int:
    """Offset of the first character of a line."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Offset of the line break (or of the end) that ends a line."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def content_end(text: str, offset: int, column: int) -> int:
    """Offset of the line break after a line and the comments below it that are indented beyond a column."""
    end = position = line_end(text, offset)
    while found := _LINE_BELOW.match(text, position):
        position = found.end()
        if found[2]:
            if len(found[1]) <= column:
                break
            end = position
    return end


def begins_line(text: str, offset: int) -> bool:
    """Whether only blanks stand in front of an offset on its line."""
    return not text[line_start(text, offset) : offset].strip(" \t")


class Rows(Protocol):
    """The items of a list or the pairs of a mapping, numbered from 0."""

    def start(self, number: int) -> int:
        """Offset of the first character of an item."""

    def drop(self, first: int, after: int) -> list[Splice]:
        """Take out the items from `first` up to, but without, `after`; at least one stays."""

    def add_before(self, number: int, texts: Sequence[str]) -> list[Splice]:
        """Put new items in front of one."""

    def add_after(self, number: int, texts: Sequence[str]) -> list[Splice]:
        """Put new items behind one."""


class BlockRows:
    """Rows that begin a line each; only the first may stand behind a dash.

    Attributes:
        column: of the dashes or keys.
    """

    def __init__(self, text: str, node: Node, newline: str) -> None:
        self._text, self._node, self._newline = text, node, newline
        self._step = 1 if node.kind is Kind.LIST else 2
        self.column = node.inner - line_start(text, node.inner)

    def start(self, number: int) -> int:
        """Offset of a dash or a key."""
        if self._node.kind is Kind.MAPPING:
            key = self._node.children[2 * number].start
            start = line_start(self._text, key) + self.column
            return start if self._text.startswith("?", start) and start < key else key
        if number == 0:
            return self._node.inner
        found = _UP_TO_DASH.match(self._text, line_end(self._text, self._node.children[number - 1].end) + 1)
        if found is None:
            raise EditError("a list with its dashes in an unusual place")
        return found.end()

    def end(self, number: int) -> int:
        """Offset of the line break after an item, the comments below it that are indented more included."""
        return content_end(self._text, self._node.children[self._step * (number + 1) - 1].end, self.column)

    def drop(self, first: int, after: int) -> list[Splice]:
        """See `Rows`; without a row left, the lines are empty."""
        text, start = self._text, self.start(first)
        if begins_line(text, start):
            start, end = line_start(text, start), text.find("\n", self.end(after - 1)) + 1
            if end == 0:  # the last line of a text that ends without a line break: the break in front goes
                start, end = line_end(text, start - 1) if start else 0, len(text)
            return [Splice(start, end, "")]
        if self._step * after < len(self._node.children):
            return [Splice(start, self.start(after), "")]
        raise EditError("it stands on one line with something else")

    def add_before(self, number: int, texts: Sequence[str]) -> list[Splice]:
        """See `Rows`."""
        start = self.start(number)
        return [Splice(start, start, "".join(text + self._newline + " " * self.column for text in texts))]

    def add_after(self, number: int, texts: Sequence[str]) -> list[Splice]:
        """See `Rows`."""
        end = self.end(number)
        below = self._text.find("\n", end) + 1
        if not below:
            return [Splice(end, end, "".join(self._newline + " " * self.column + text for text in texts))]
        return [Splice(below, below, "".join(" " * self.column + text + self._newline for text in texts))]


class FlowRows:
    """Rows in brackets with commas between them, on one line or on several."""

    def __init__(self, text: str, node: Node, newline: str) -> None:
        self._text, self._newline = text, newline
        step = 1 if node.kind is Kind.LIST else 2
        self._starts = [child.start for child in node.children[::step]]
        self._ends = [child.end for child in node.children[step - 1 :: step]]

    def start(self, number: int) -> int:
        """See `Rows`."""
        return self._starts[number]

    def drop(self, first: int, after: int) -> list[Splice]:
        """See `Rows`."""
        text, start, end = self._text, self._starts[first], self._ends[after - 1]
        tail, has_comma = self._tail(after - 1)
        if begins_line(text, start) and tail >= 0:
            lines = Splice(line_start(text, start), text.find("\n", tail) + 1, "")
            comma = None if has_comma or first == 0 else _COMMA.match(text, self._ends[first - 1])
            return [Splice(comma.end() - 1, comma.end(), ""), lines] if comma else [lines]
        if after < len(self._starts):
            return [Splice(start, self._starts[after], "")]
        return [Splice(self._ends[first - 1], end, "")]

    def add_before(self, number: int, texts: Sequence[str]) -> list[Splice]:
        """See `Rows`."""
        start = self._starts[number]
        gap = "," + self._newline + self._indent(number) if begins_line(self._text, start) else self._gap()
        return [Splice(start, start, "".join(text + gap for text in texts))]

    def add_after(self, number: int, texts: Sequence[str]) -> list[Splice]:
        """See `Rows`."""
        end = self._ends[number]
        tail, has_comma = self._tail(number)
        if not begins_line(self._text, self._starts[number]) or tail < 0:
            return [Splice(end, end, "".join(self._gap() + text for text in texts))]
        below = self._text.find("\n", tail) + 1
        lines = [self._indent(number) + text + "," + self._newline for text in texts]
        if has_comma:
            return [Splice(below, below, "".join(lines))]
        lines[-1] = self._indent(number) + texts[-1] + self._newline
        return [Splice(end, end, ","), Splice(below, below, "".join(lines))]

    def _tail(self, number: int) -> tuple[int, bool]:
        """Offset after an item and its comma, -1 if more than a comment follows on the line; whether it has a comma."""
        end = self._ends[number]
        comma = _COMMA.match(self._text, end)
        tail = comma.end() if comma else end
        if "\n" in self._text[end:tail] or not _BLANK_OR_COMMENT.match(self._text, tail):
            return -1, comma is not None
        return tail, comma is not None

    def _indent(self, number: int) -> str:
        start = self._starts[number]
        return self._text[line_start(self._text, start) : start]

    def _gap(self) -> str:
        gap = self._text[self._ends[0] : self._starts[1]] if len(self._starts) > 1 else ""
        return gap if gap.strip() == "," else ", "

"""The difference of two contents of a file, for people: side by side, or unified."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ctxstudio.frontmatter import Document
from ctxstudio.storage import matching

CONTEXT: Final = 3
"""Unchanged lines shown around a change."""
MOST_ROWS: Final = 5_000
"""Rows shown of one file."""
NO_LINE_END: Final = "\\ No newline at end of file"
_ENDS: Final = {"\r\n": "CRLF", "\n": "LF", "": ""}


@dataclass(frozen=True, slots=True)
class Side:
    """One line of one content.

    Attributes:
        number: 1-based line number.
        text: the line without its end; where that differs, with the end's name in brackets.
        is_open: whether the content ends here without a line end.
    """

    number: int
    text: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand side by side.

    Attributes:
        old, new: the lines; None where there is none.
        changed: whether they differ.
    """

    old: Side | None
    new: Side | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that are left out.

    Attributes:
        count: how many.
        cut: whether they were too many to show, so that changes may be among them; else all are unchanged.
    """

    count: int
    cut: bool = False


class Comparison:
    """Two contents of a file, compared line by line.

    Attributes:
        added, removed: how many lines came and went.
        notes: what the lines do not show, one sentence each, without a full stop.
    """

    def __init__(self, before: bytes | None, after: bytes | None) -> None:
        """Compare two contents; None is no file. Undecodable bytes stay as surrogates."""
        self._old, self._new = _lines(before or b""), _lines(after or b"")
        self._ends = _line_ends(before or b""), _line_ends(after or b"")
        self._ranges = self._differences()
        self.removed = sum(b - a for a, b, _, _ in self._ranges)
        self.added = sum(d - c for _, _, c, d in self._ranges)
        self.notes = tuple(self._notes(before, after))

    def _differences(self) -> list[matching.Range]:
        """Where the contents of lines differ; then, where contents are the same, where the ends of lines do."""
        if self._ends[0] == self._ends[1] and len(self._ends[0]) < 2:
            return matching.differences(self._old, self._new)
        found = matching.differences(_contents(self._old), _contents(self._new))
        ranges: list[matching.Range] = []
        old = new = 0
        for a, b, c, d in [*found, (len(self._old), len(self._old), len(self._new), len(self._new))]:
            if self._old[old:a] != self._new[new:c]:
                ranges += _runs(self._old[old:a], self._new[new:c], old, new)
            ranges += [(a, b, c, d)] if b > a or d > c else []
            old, new = b, d
        return ranges

    def _notes(self, before: bytes | None, after: bytes | None) -> Iterator[str]:
        if before is None:
            yield "new file" if after is not None else "no file"
        elif after is None:
            yield "the file goes"
        elif before == after:
            yield "no difference"
        else:
            one, two = self._ends
            if one != two and one and two:
                yield f"line ends were {_named(one)}, now {_named(two)}"
            if before.startswith(b"\xef\xbb\xbf") != after.startswith(b"\xef\xbb\xbf"):
                yield "the byte order mark is " + ("new" if after.startswith(b"\xef\xbb\xbf") else "gone")

    def rows(self, context: int | None = CONTEXT, most: int = MOST_ROWS) -> list[Row | Fold]:
        """The changed lines with some unchanged ones around them.

        Args:
            context: unchanged lines around a change; None for all.
            most: rows after which the rest is cut off.
        """
        shown: list[Row | Fold] = []
        end = 0
        for start, stop, ranges in self._hunks(context):
            if start > end:
                shown.append(Fold(start - end))
            for row in self._rows(start, stop, ranges):
                if len(shown) >= most:
                    return [*shown, Fold(self._left(shown), cut=True)]
                shown.append(row)
            end = stop
        if shown and end < len(self._old):
            shown.append(Fold(len(self._old) - end))
        return shown

    def _left(self, shown: Sequence[Row | Fold]) -> int:
        last = next((row for row in reversed(shown) if isinstance(row, Row)), None)
        old = max((row.old.number for row in shown if isinstance(row, Row) and row.old), default=0)
        new = max((row.new.number for row in shown if isinstance(row, Row) and row.new), default=0)
        return 0 if last is None else max(len(self._old) - old, len(self._new) - new)

    def _hunks(self, context: int | None) -> Iterator[tuple[int, int, list[matching.Range]]]:
        """First and last old line of each stretch to show, with the changes in it."""
        total = len(self._old)
        if context is None:
            if self._ranges or total:
                yield 0, total, self._ranges
            return
        group: list[matching.Range] = []
        for found in self._ranges:
            if group and found[0] - group[-1][1] > 2 * context:
                yield max(group[0][0] - context, 0), group[-1][1] + context, group
                group = []
            group.append(found)
        if group:
            yield max(group[0][0] - context, 0), min(group[-1][1] + context, total), group

    def _rows(self, start: int, stop: int, ranges: Sequence[matching.Range]) -> Iterator[Row]:
        place, shift = start, ranges[0][2] - ranges[0][0] if ranges else 0
        for a, b, c, d in ranges:
            for old in range(place, a):
                yield self._same(old, old + shift)
            for one, two in matching.pairs(self._old[a:b], self._new[c:d]):
                yield self._changed(None if one is None else a + one, None if two is None else c + two)
            place, shift = b, d - b
        for old in range(place, stop):
            yield self._same(old, old + shift)

    def _same(self, old: int, new: int) -> Row:
        content = self._old[old].removesuffix("\n").removesuffix("\r")
        is_open = not self._old[old].endswith("\n")
        return Row(Side(old + 1, content, is_open), Side(new + 1, content, is_open), changed=False)

    def _changed(self, old: int | None, new: int | None) -> Row:
        one = None if old is None else self._old[old]
        two = None if new is None else self._new[new]
        return Row(
            None if one is None or old is None else _side(old, one, two, self._ends[1]),
            None if two is None or new is None else _side(new, two, one, self._ends[0]),
            changed=True,
        )


def _side(place: int, line: str, partner: str | None, others: frozenset[str]) -> Side:
    """One side of a changed row, with the name of its line end where that is not what the other side has."""
    content, end = _cut(line)
    usual = frozenset([_cut(partner)[1]]) if partner is not None else others
    name = f" [{_ENDS[end]}]" if end and usual and end not in usual else ""
    return Side(place + 1, content + name, not end)


def _cut(line: str) -> tuple[str, str]:
    for end in ("\r\n", "\n"):
        if line.endswith(end):
            return line.removesuffix(end), end
    return line, ""


def _contents(lines: Sequence[str]) -> list[str]:
    return "".join(lines).replace("\r\n", "\n").removesuffix("\n").split("\n") if lines else []


def _runs(old: Sequence[str], new: Sequence[str], first: int, second: int) -> Iterator[matching.Range]:
    """The stretches in which two equally long sequences differ item by item."""
    places = (place for place, (one, two) in enumerate(zip(old, new, strict=True)) if one != two)
    for _, run in itertools.groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        found = [place for _, place in run]
        start, end = found[0], found[-1] + 1
        yield first + start, first + end, second + start, second + end


def _lines(data: bytes) -> list[str]:
    """The lines with their ends. Only a line feed ends a line: others are characters like any."""
    return io.StringIO(data.decode("utf-8", "surrogateescape"), newline="\n").readlines()


def _line_ends(data: bytes) -> frozenset[str]:
    windows = data.count(b"\r\n")
    return frozenset(end for end, has in (("\r\n", windows > 0), ("\n", data.count(b"\n") > windows)) if has)


def _named(ends: frozenset[str]) -> str:
    return "mixed" if len(ends) > 1 else _ENDS[next(iter(ends))]


# Unified


def unified(before: Document, after: Document, name: str) -> str:
    """A unified diff of two frontmatters with the file's own line numbers; empty if they are the same.

    Args:
        before, after: the documents.
        name: path of the file, for the header.
    """
    one, two = _padded(before), _padded(after)
    return "" if one == two else unified_text(Comparison(one, two).rows(), name)


def _padded(document: Document) -> bytes:
    """The frontmatter alone, at its line numbers, between its fences."""
    block = document.block
    fences = "---\n" * (block.first_line - 1)
    text = fences + block.text.replace("\r\n", "\n").removesuffix("\n") + "\n" + fences
    return text.encode("utf-8", "surrogateescape")


def unified_text(rows: Sequence[Row | Fold], name: str, *, is_new: bool = False, is_gone: bool = False) -> str:
    """Rows of a comparison as a unified diff; empty if there are none.

    Args:
        rows: of one file.
        name: its path, for the header.
        is_new: whether there was no file before.
        is_gone: whether there is no file after.
    """
    if not rows:
        return ""
    # A line break in a file name must not look like a line of the diff.
    header = " ".join(name.splitlines())
    lines = ["--- /dev/null" if is_new else f"--- a/{header}", "+++ /dev/null" if is_gone else f"+++ b/{header}"]
    hunk: list[Row] = []
    for row in [*rows, Fold(0)]:
        if isinstance(row, Row):
            hunk.append(row)
            continue
        lines += _hunk_lines(hunk)
        hunk = []
        if row.cut:
            lines.append(f"… {row.count:,} more lines")
    return "\n".join(lines) + "\n"


def _hunk_lines(hunk: Sequence[Row]) -> Iterator[str]:
    if not hunk:
        return
    old = [row.old.number for row in hunk if row.old]
    new = [row.new.number for row in hunk if row.new]
    yield f"@@ -{_range(old)} +{_range(new)} @@"
    came: list[Side] = []
    for row in hunk:
        if row.changed:
            if row.old:
                yield from _unified_line("-", row.old)
            came += [row.new] if row.new else []
            continue
        for side in came:
            yield from _unified_line("+", side)
        came = []
        if row.old:
            yield from _unified_line(" ", row.old)
    for side in came:
        yield from _unified_line("+", side)


def _unified_line(sign: str, side: Side) -> Iterator[str]:
    yield sign + side.text
    if side.is_open:
        yield NO_LINE_END


def _range(numbers: Sequence[int]) -> str:
    if not numbers:
        return "0,0"
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]},{len(numbers)}"

"""A unified diff as text to read and to copy, with line numbers and marked words."""

from __future__ import annotations

import re
from typing import Final

from PySide6 import QtWidgets

from ctxstudio.gui.diff_pane import DiffPane, Ground, Line
from ctxstudio.storage import diff, matching

_HUNK: Final = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_MOST_LINES: Final = 10_000


class UnifiedView(DiffPane):
    """Shows the text of a unified diff; its plain text is that diff.

    Attributes:
        added, removed: how many lines of it are.
    """

    def __init__(self, name: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(name, signs=False, parent=parent)
        self.added = self.removed = 0
        self._content = ""

    def show_diff(self, content: str) -> None:
        """Show a diff of any number of files; what is no diff is shown as it is."""
        if content == self._content:
            return
        self._content = content
        reader = _Reader()
        lines = content.split("\n")
        for line in lines[:_MOST_LINES]:
            reader.read(line)
        if len(lines) > _MOST_LINES:
            reader.read(f"… {len(lines) - _MOST_LINES:,} more lines")
        self.show_lines(reader.finished() if content else [])
        self.added = sum(line.ground is Ground.ADDED for line in reader.lines)
        self.removed = sum(line.ground is Ground.REMOVED for line in reader.lines)


class _Reader:
    """Tells what each line of a unified diff is. Only the head of a hunk tells its lines from the headers of files."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._old = self._new = 0
        self._old_left = self._new_left = 0
        self._run: list[int] = []
        """Places of the changed lines since the last unchanged one."""

    def read(self, line: str) -> None:
        """Take one line."""
        sign = line[:1]
        if self._old_left <= 0 and self._new_left <= 0:
            self._read_outside(line)
        elif sign == "-":
            self._add(line, Ground.REMOVED, old=True)
        elif sign == "+":
            self._add(line, Ground.ADDED, new=True)
        elif sign == "\\":
            self.lines.append(Line(line, Ground.ASIDE, ("", "")))
        else:
            self._add(line, Ground.SAME, old=True, new=True)

    def finished(self) -> list[Line]:
        """All lines."""
        self._mark()
        return self.lines

    def _read_outside(self, line: str) -> None:
        if line != diff.NO_LINE_END:
            self._mark()
        head = _HUNK.match(line)
        if head:
            old, old_count, new, new_count = head.groups("1")
            self._old, self._new, self._old_left, self._new_left = int(old), int(new), int(old_count), int(new_count)
        is_title = line.startswith(("--- ", "+++ "))
        aside = head or line == diff.NO_LINE_END or line.startswith("…")
        ground = Ground.TITLE if is_title else Ground.ASIDE if aside else Ground.SAME
        self.lines.append(Line(line, ground, ("", "")))

    def _add(self, line: str, ground: Ground, *, old: bool = False, new: bool = False) -> None:
        if ground is Ground.SAME:
            self._mark()
        else:
            self._run.append(len(self.lines))
        self.lines.append(Line(line, ground, (str(self._old) if old else "", str(self._new) if new else "")))
        self._old, self._old_left = self._old + old, self._old_left - old
        self._new, self._new_left = self._new + new, self._new_left - new

    def _mark(self) -> None:
        """Mark the words that differ in a run of changed lines."""
        old = [place for place in self._run if self.lines[place].ground is Ground.REMOVED]
        new = [place for place in self._run if self.lines[place].ground is Ground.ADDED]
        ours, theirs = ([self.lines[place].text[1:] for place in places] for places in (old, new))
        for one, two in matching.pairs(ours, theirs):
            if one is not None and two is not None:
                for place, spans in zip((old[one], new[two]), matching.words(ours[one], theirs[two]), strict=True):
                    line = self.lines[place]
                    shifted = tuple((start + 1, end + 1) for start, end in spans)
                    self.lines[place] = Line(line.text, line.ground, line.numbers, shifted)
        self._run = []

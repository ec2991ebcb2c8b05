"""A pane of lines with grounds, marked words and line numbers: what every diff of the window is shown in."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text, theme
from ctxstudio.storage.matching import Span

LONGEST_LINE: Final = 2_000
"""Characters of a line that are shown. Qt takes seconds to lay out one endless line."""
_BEFORE_CHANGE = 60
"""Characters shown in front of the first change of a line that is cut."""
_PAD = 6
_TAB = 4


class Ground(enum.Enum):
    """What a line of a pane is, and so how it is shown."""

    SAME = enum.auto()
    REMOVED = enum.auto()
    ADDED = enum.auto()
    ABSENT = enum.auto()
    """Nothing stands here; the other side has a line."""
    ASIDE = enum.auto()
    """A word about lines that are left out."""
    TITLE = enum.auto()
    """Begins another file."""


_CHANGED: Final = frozenset({Ground.REMOVED, Ground.ADDED, Ground.ABSENT})
_SIGNS: Final = {Ground.REMOVED: "−", Ground.ADDED: "+"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pane.

    Attributes:
        text: as the file has it.
        ground: what it is.
        numbers: line numbers for the margin, empty where there is none; as many as the pane has columns.
        spans: characters to be marked.
    """

    text: str
    ground: Ground = Ground.SAME
    numbers: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


class DiffPane(QtWidgets.QPlainTextEdit):
    """Lines to read.

    Attributes:
        changes: first and last line of each run of changed lines.
        widest: columns that the longest line takes.
    """

    def __init__(self, name: str, *, signs: bool, parent: QtWidgets.QWidget | None = None) -> None:
        """Args:
        name: what it is called by those who do not see it.
        signs: whether the margin has a + or − for each line; else the text has them.
        """
        super().__init__(parent)
        self.changes: list[tuple[int, int]] = []
        self.widest = 0
        self._lines: Sequence[Line] = ()
        self._current: tuple[int, int] | None = None
        self._signs = signs
        self.setAccessibleName(name)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(self.Shape.NoFrame)
        self.setLineWrapMode(self.LineWrapMode.NoWrap)
        self.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        self._margin = _Margin(self)
        self.updateRequest.connect(self._on_update_request)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines, from the top."""
        cut = [_cut(line) for line in lines]
        content = "\n".join(line.text for line in cut)
        self._current = None
        self._lines = cut
        self.changes = _runs(cut)
        self.widest = max((_columns(line.text) for line in cut), default=0)
        if content != self.toPlainText():
            self.setPlainText(content)
        self._color()
        self._make_room()

    def go_to(self, change: int) -> None:
        """Mark a run of changed lines, and bring it into sight."""
        first, last = self._current = self.changes[change]
        cursor = self.textCursor()
        cursor.setPosition(self.document().findBlockByNumber(last).position())
        self.setTextCursor(cursor)
        cursor.setPosition(self.document().findBlockByNumber(first).position())
        self.setTextCursor(cursor)
        bar = self.verticalScrollBar()
        if first - bar.value() > bar.pageStep() // 2:
            bar.setValue(first - bar.pageStep() // 3)
        self._margin.update()

    def change_in_sight(self) -> int:
        """The change that is marked, or else the last one that begins above the first visible line; -1 for none."""
        if self._current in self.changes:
            return self.changes.index(self._current)
        top = self.firstVisibleBlock().blockNumber()
        return sum(first < top for first, _ in self.changes) - 1

    # Colours

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        grounds, marks, words = _grounds(palette), _marks(palette), _words(palette)
        cursor = QtGui.QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.select(cursor.SelectionType.Document)
        cursor.setBlockFormat(QtGui.QTextBlockFormat())
        cursor.setCharFormat(QtGui.QTextCharFormat())
        block = self.document().begin()
        for line in self._lines:
            if line.ground is not Ground.SAME:
                cursor.setPosition(block.position())
                cursor.setBlockFormat(grounds[line.ground])
                if line.ground in words:
                    cursor.movePosition(cursor.MoveOperation.EndOfBlock, cursor.MoveMode.KeepAnchor)
                    cursor.setCharFormat(words[line.ground])
                for start, end in _in_utf16(line):
                    cursor.setPosition(block.position() + start)
                    cursor.setPosition(block.position() + end, cursor.MoveMode.KeepAnchor)
                    cursor.setCharFormat(marks[line.ground])
            block = block.next()
        cursor.endEditBlock()

    # The margin

    def _make_room(self) -> None:
        metrics = self.fontMetrics()
        columns = max((len(line.numbers) for line in self._lines), default=0)
        longest = max((len(number) for line in self._lines for number in line.numbers), default=0)
        digit = metrics.horizontalAdvance("0")
        width = columns * (max(longest, 2) * digit + _PAD) + (2 * digit if self._signs else 0) + _PAD if columns else 0
        self.setTabStopDistance(_TAB * digit)
        self._margin.columns, self._margin.digits = columns, max(longest, 2)
        self.setViewportMargins(width, 0, 0, 0)
        area = self.contentsRect()
        self._margin.setGeometry(area.left(), area.top(), width, area.height())
        self._margin.update()

    def paint_margin(self, painter: QtGui.QPainter, area: QtCore.QRect) -> None:
        """Draw numbers and signs of the visible lines."""
        palette = QtWidgets.QApplication.palette()
        grounds = _grounds(palette)
        digit = self.fontMetrics().horizontalAdvance("0")
        column = self._margin.digits * digit + _PAD
        block = self.firstVisibleBlock()
        box = self.blockBoundingGeometry(block).translated(self.contentOffset())
        while block.isValid() and box.top() <= area.bottom() and block.blockNumber() < len(self._lines):
            line = self._lines[block.blockNumber()]
            row = QtCore.QRect(0, round(box.top()), self._margin.width(), round(box.height()))
            painter.fillRect(row, grounds[line.ground].background() if line.ground in grounds else palette.base())
            painter.setPen(theme.role_color("muted", palette))
            for place, number in enumerate(line.numbers):
                cell = QtCore.QRect(place * column, row.top(), column, row.height())
                painter.drawText(cell, int(QtCore.Qt.AlignmentFlag.AlignRight), number)
            if self._signs and line.ground in _SIGNS:
                painter.setPen(_ink(line.ground, palette))
                cell = QtCore.QRect(len(line.numbers) * column, row.top(), 2 * digit, row.height())
                painter.drawText(cell, int(QtCore.Qt.AlignmentFlag.AlignHCenter), _SIGNS[line.ground])
            if self._current and self._current[0] <= block.blockNumber() <= self._current[1]:
                painter.fillRect(row.left(), row.top(), 3, row.height(), palette.link())
            block = block.next()
            box = self.blockBoundingGeometry(block).translated(self.contentOffset())

    def _on_update_request(self, area: QtCore.QRect, moved: int) -> None:
        if moved:
            self._margin.scroll(0, moved)
        else:
            self._margin.update(0, area.top(), self._margin.width(), area.height())

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._margin.setGeometry(area.left(), area.top(), self._margin.width(), area.height())

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange and self._lines:
            self._color()


class _Margin(QtWidgets.QWidget):
    """The strip left of the lines.

    Attributes:
        columns: of line numbers.
        digits: of the longest number.
    """

    def __init__(self, pane: DiffPane) -> None:
        super().__init__(pane)
        self._pane = pane
        self.columns = self.digits = 0

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setFont(self._pane.font())
        painter.fillRect(event.rect(), self.palette().base())
        self._pane.paint_margin(painter, event.rect())

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        QtCore.QCoreApplication.sendEvent(self._pane.viewport(), event)


def _cut(line: Line) -> Line:
    """A line as it can be shown: no longer than Qt bears, and with its first change in it."""
    content, spans = line.text, line.spans
    if len(content) > LONGEST_LINE:
        start = max(min(spans[0][0] - _BEFORE_CHANGE, len(content) - LONGEST_LINE), 0) if spans else 0
        end = start + LONGEST_LINE
        content = content[start:end]
        shift = 0
        if start:
            content, shift = f"… {content}", 2
        content += " …" if end < len(line.text) else ""
        spans = tuple(
            (max(a, start) - start + shift, min(b, end) - start + shift) for a, b in spans if a < end and b > start
        )
    return Line(text.shown(content), line.ground, line.numbers, spans)


def _columns(content: str) -> int:
    """How wide a line is; what is not ASCII may be two columns wide."""
    return len(content) + content.count("\t") * (_TAB - 1) + (0 if content.isascii() else len(content.encode()) // 3)


def _runs(lines: Sequence[Line]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        if line.ground not in _CHANGED:
            continue
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _in_utf16(line: Line) -> Sequence[Span]:
    """The spans in the units that Qt counts in."""
    if not line.spans or line.text.isascii():
        return line.spans
    return [(_units(line.text[:start]), _units(line.text[:end])) for start, end in line.spans]


def _units(content: str) -> int:
    return len(content.encode("utf-16-le")) // 2


def _ink(ground: Ground, palette: QtGui.QPalette) -> QtGui.QColor:
    return theme.role_color("added" if ground is Ground.ADDED else "removed", palette)


def _grounds(palette: QtGui.QPalette) -> dict[Ground, QtGui.QTextBlockFormat]:
    brushes = {
        Ground.REMOVED: QtGui.QBrush(theme.role_color("removed_ground", palette)),
        Ground.ADDED: QtGui.QBrush(theme.role_color("added_ground", palette)),
        Ground.ABSENT: QtGui.QBrush(theme.role_color("grid", palette), QtCore.Qt.BrushStyle.BDiagPattern),
        Ground.ASIDE: palette.window(),
        Ground.TITLE: palette.midlight(),
    }
    made = {}
    for ground, brush in brushes.items():
        made[ground] = QtGui.QTextBlockFormat()
        made[ground].setBackground(brush)
    return made


def _marks(palette: QtGui.QPalette) -> dict[Ground, QtGui.QTextCharFormat]:
    """How the words that differ are marked: a deeper ground, and bold."""
    made = {}
    for ground, role in ((Ground.REMOVED, "removed"), (Ground.ADDED, "added")):
        made[ground] = QtGui.QTextCharFormat()
        made[ground].setBackground(_mixed(theme.role_color(f"{role}_ground", palette), theme.role_color(role, palette)))
        made[ground].setFontWeight(QtGui.QFont.Weight.Bold)
    return made


def _mixed(ground: QtGui.QColor, ink: QtGui.QColor) -> QtGui.QColor:
    return QtGui.QColor.fromRgbF(
        0.75 * ground.redF() + 0.25 * ink.redF(),
        0.75 * ground.greenF() + 0.25 * ink.greenF(),
        0.75 * ground.blueF() + 0.25 * ink.blueF(),
    )


def _words(palette: QtGui.QPalette) -> dict[Ground, QtGui.QTextCharFormat]:
    aside, title = QtGui.QTextCharFormat(), QtGui.QTextCharFormat()
    aside.setForeground(theme.role_color("muted", palette))
    title.setFontWeight(QtGui.QFont.Weight.Bold)
    return {Ground.ASIDE: aside, Ground.TITLE: title}

"""Two contents of files side by side, line for line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import labels
from ctxstudio.gui.diff_pane import DiffPane, Ground, Line
from ctxstudio.storage import matching
from ctxstudio.storage.diff import Fold, Row, Side


@dataclass(frozen=True, slots=True)
class Section:
    """What is shown of one file.

    Attributes:
        title: heads it; empty for none.
        rows: its difference.
    """

    title: str
    rows: Sequence[Row | Fold]


class SideBySide(QtWidgets.QWidget):
    """Two panes that scroll together.

    Attributes:
        old, new: the panes.
    """

    def __init__(self, titles: tuple[str, str], parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.old, self.new = (DiffPane(title, signs=True) for title in titles)
        self._titles = tuple(labels.plain_label(title, muted=True) for title in titles)
        self._scrolling = False
        self._lay_out()
        for one, other in ((self.old, self.new), (self.new, self.old)):
            self._tie(one.verticalScrollBar(), other.verticalScrollBar())
            self._tie(one.horizontalScrollBar(), other.horizontalScrollBar())

    def _lay_out(self) -> None:
        line = QtWidgets.QFrame()
        line.setFrameShape(line.Shape.VLine)
        line.setForegroundRole(QtGui.QPalette.ColorRole.Mid)
        self.old.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.new.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        grid = QtWidgets.QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(line, 0, 1, 2, 1)
        for column, (title, pane) in zip((0, 2), zip(self._titles, (self.old, self.new), strict=True), strict=True):
            title.setContentsMargins(8, 2, 8, 2)
            grid.addWidget(title, 0, column)
            grid.addWidget(pane, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)

    def _tie(self, one: QtWidgets.QScrollBar, other: QtWidgets.QScrollBar) -> None:
        def follow(value: int) -> None:
            if not self._scrolling:  # the other one may be shorter, and must not pull this one back
                self._scrolling = True
                other.setValue(value)
                self._scrolling = False

        one.valueChanged.connect(follow)

    def set_titles(self, titles: tuple[str, str]) -> None:
        """Call the two sides otherwise."""
        for label, pane, title in zip(self._titles, (self.old, self.new), titles, strict=True):
            label.setText(title)
            pane.setAccessibleName(title)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show other files, from the top."""
        old: list[Line] = []
        new: list[Line] = []
        for section in sections:
            if section.title:
                old.append(Line(section.title, Ground.TITLE, ("",)))
                new.append(Line("", Ground.TITLE, ("",)))
            for row in section.rows:
                one, two = _folded(row) if isinstance(row, Fold) else _sides(row)
                old.append(one)
                new.append(two)
        self.old.show_lines(old)
        self.new.show_lines(new)
        self._fit()

    def go_to(self, change: int) -> None:
        """Mark a change on both sides, and bring it into sight."""
        self.old.go_to(change)
        self.new.go_to(change)

    def _fit(self) -> None:
        """Both panes have a scroll bar at the bottom or none has: they must be of one height."""
        policy = QtCore.Qt.ScrollBarPolicy
        column = self.old.fontMetrics().horizontalAdvance("0")
        wide = any((pane.widest + 2) * column > pane.viewport().width() for pane in (self.old, self.new))
        for pane in (self.old, self.new):
            pane.setHorizontalScrollBarPolicy(policy.ScrollBarAlwaysOn if wide else policy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _folded(fold: Fold) -> tuple[Line, Line]:
    if fold.cut:
        return Line(f"… {fold.count:,} more lines", Ground.ASIDE, ("",)), Line("", Ground.ASIDE, ("",))
    lines = "line" if fold.count == 1 else "lines"
    return Line(f"⋯ {fold.count:,} unchanged {lines}", Ground.ASIDE, ("",)), Line("", Ground.ASIDE, ("",))


def _sides(row: Row) -> tuple[Line, Line]:
    spans: tuple[tuple[matching.Span, ...], tuple[matching.Span, ...]] = ((), ())
    if row.changed and row.old and row.new:
        spans = matching.words(row.old.text, row.new.text)
    return (
        _line(row.old, Ground.REMOVED if row.changed else Ground.SAME, spans[0]),
        _line(row.new, Ground.ADDED if row.changed else Ground.SAME, spans[1]),
    )


def _line(side: Side | None, ground: Ground, spans: tuple[matching.Span, ...]) -> Line:
    return Line("", Ground.ABSENT, ("",)) if side is None else Line(side.text, ground, (str(side.number),), spans)

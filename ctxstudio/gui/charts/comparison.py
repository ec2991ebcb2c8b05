"""The chart of three bars: baseline, policy on disk, current policy, each by model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.series import Bar, Segment
from ctxstudio.costs.words import money
from ctxstudio.gui import theme

_THICKNESS = 0.62
"""Of a bar, in rows."""
_AXIS_WIDTH = 70
_GAP = 8
"""Pixels."""


class _DollarAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Ticks as money."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        return [money(value) for value in values]


class ComparisonChart(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Horizontal bars of dollars per day. Items are made once and changed in place.

    Args:
        family: tells the family of a model's name.
    """

    def __init__(self, family: Callable[[str], str], parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent, axisItems={"bottom": _DollarAxis("bottom")})
        self._family = family
        self._bars: tuple[Bar, ...] = ()
        self.setAccessibleName("Costs per day as bars; the figures stand in the table beside them")
        # Nothing in it answers to keys.
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._plot = self.getPlotItem()
        self._plot.getViewBox().disableAutoRange()
        self._plot.getAxis("left").setTicks([])
        self._plot.getAxis("left").setWidth(_AXIS_WIDTH)
        self._item = pg.BarGraphItem(x0=[0.0], y=[0.0], width=[0.0], height=_THICKNESS)
        self._plot.addItem(self._item)
        self._totals: list[pg.TextItem] = []
        self._labels: list[pg.TextItem] = []
        self._set_colors()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show other figures."""
        if tuple(bars) == self._bars:
            return
        self._bars = tuple(bars)
        self._draw()

    def _draw(self) -> None:
        bars = self._bars
        rows = range(len(bars) - 1, -1, -1)
        pixels = max(self.width() - _AXIS_WIDTH - _GAP, 1)
        words = [_total(bar) for bar in bars]
        # A segment too narrow for its name is named behind the bar, which takes room, which makes bars shorter.
        for _ in range(2):
            per_pixel = self._dollars_per_pixel(pixels, words)
            words = [self._words(bar, per_pixel) for bar in bars]
        self._plot.setXRange(0.0, pixels * per_pixel, padding=0)
        self._plot.setYRange(-0.5, len(bars) - 0.5, padding=0)
        self._plot.getAxis("left").setTicks([[(row, bar.name) for row, bar in zip(rows, bars, strict=True)]])
        starts, places, widths, brushes, labels = [], [], [], [], []
        for row, bar in zip(rows, bars, strict=True):
            start = 0.0
            for segment in bar.segments:
                starts.append(start)
                places.append(row)
                widths.append(segment.per_day)
                brushes.append(theme.family_color(self._family(segment.model), self.palette()))
                if label := self._label(segment, per_pixel):
                    labels.append((start + segment.per_day / 2, row, label))
                start += segment.per_day
        self._item.setOpts(x0=starts, y=places, width=widths, height=_THICKNESS, brushes=brushes)
        role = QtGui.QPalette.ColorRole
        self._place(self._labels, labels, (0.5, 0.5), self.palette().color(role.Base))
        ends = [(bar.per_day or 0.0, row, text) for row, bar, text in zip(rows, bars, words, strict=True)]
        self._place(self._totals, ends, (-0.02, 0.5), self.palette().color(role.Text))

    def _dollars_per_pixel(self, pixels: int, words: Sequence[str]) -> float:
        """The scale at which the longest bar leaves room for the words behind it, whatever the width."""
        limit = max((bar.per_day or 0.0 for bar in self._bars), default=0.0) or 1.0
        free: list[float] = []
        for bar, text in zip(self._bars, words, strict=True):
            words_width: int = self.fontMetrics().horizontalAdvance(text)
            room = max(pixels - words_width - 2 * _GAP, pixels // 5, 1)
            free.append((bar.per_day or 0.0) / room)
        return max([limit / pixels, *free])

    def _label(self, segment: Segment, per_pixel: float) -> str:
        """The longest name that fits into a segment, empty if none does."""
        room = segment.per_day / per_pixel - _GAP
        texts = (f"{segment.model} {money(segment.per_day)}", segment.model, self._family(segment.model))
        return next((text for text in texts if self.fontMetrics().horizontalAdvance(text) < room), "")

    def _words(self, bar: Bar, per_pixel: float) -> str:
        """What stands behind a bar: its total, and the segments that could not be named within it."""
        unnamed = [segment for segment in bar.segments if not self._label(segment, per_pixel)]
        named = ", ".join(f"{self._family(segment.model)} {money(segment.per_day)}" for segment in unnamed)
        return _total(bar) + (f" ({named})" if named else "")

    def _place(
        self,
        pool: list[pg.TextItem],
        texts: Sequence[tuple[float, float, str]],
        anchor: tuple[float, float],
        color: QtGui.QColor,
    ) -> None:
        """Put texts at places, reusing the items there are."""
        while len(pool) < len(texts):
            item = pg.TextItem(anchor=anchor)
            self._plot.addItem(item, ignoreBounds=True)
            pool.append(item)
        for at, item in enumerate(pool):
            item.setVisible(at < len(texts))
            if at < len(texts):
                x, y, text = texts[at]
                item.setText(text, color=color)
                item.setPos(x, y)

    def _set_colors(self) -> None:
        palette = self.palette()
        self.setBackground(palette.color(QtGui.QPalette.ColorRole.Base))
        muted = theme.role_color("muted", palette)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(theme.role_color("grid", palette))
            axis.setTextPen(muted)
            axis.setStyle(tickLength=0)
        self._item.setOpts(pen=pg.mkPen(palette.color(QtGui.QPalette.ColorRole.Base), width=1))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        if getattr(self, "_bars", ()):
            self._draw()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QtCore.QEvent.Type.PaletteChange and hasattr(self, "_totals"):
            self._set_colors()
            if self._bars:
                self._draw()


def _total(bar: Bar) -> str:
    if bar.per_day is None:
        return "no price"
    text = f"{money(bar.per_day)} per day"
    if bar.saving_percent is not None:
        text += f", {abs(bar.saving_percent):.1f} % {'below' if bar.saving_percent >= 0 else 'above'}"
    return text + (f", {bar.unpriced:,.0f} calls unpriced" if bar.unpriced else "")

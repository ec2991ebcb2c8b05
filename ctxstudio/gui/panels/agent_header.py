"""The header of the table: sort arrows beside the text, columns that the user moves and widens."""

from __future__ import annotations

from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

ARROW: Final = 14
"""Pixels that the arrow of a sorted column takes."""
_MARGIN: Final = 5
_SLACK: Final = 2
"""Pixels by which the style may want more for a text than it measures."""


class AgentHeader(QtWidgets.QHeaderView):
    """A header whose arrow stands beside the text, where Qt draws it over a text that stands right.

    Signals:
        width_chosen: () the user gave a column another width.
    """

    width_chosen = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(QtCore.Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(True)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, QtCore.Qt.SortOrder.AscendingOrder)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.ActionsContextMenu)
        self._pressed = False
        self.sectionResized.connect(self._on_section_resized)
        self.sectionHandleDoubleClicked.connect(self.width_chosen)

    def shown_sections(self) -> list[int]:
        """The columns that are shown, from left to right."""
        sections = map(self.logicalIndex, range(self.count()))
        return [section for section in sections if not self.isSectionHidden(section)]

    def title_width(self, section: int) -> int:
        """The least width at which a title is whole, with the arrow if there is one."""
        title = str(self.model().headerData(section, self.orientation(), QtCore.Qt.ItemDataRole.DisplayRole))
        arrow = ARROW if section == self.sortIndicatorSection() else 0
        return self.fontMetrics().horizontalAdvance(title) + _SLACK + 2 * _MARGIN + arrow

    def _on_section_resized(self) -> None:
        # With the button down it is the user's drag, not the last column that fills a larger window.
        if self._pressed:
            self.width_chosen.emit()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        self._pressed = True
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        self._pressed = False
        super().mouseReleaseEvent(event)

    def initStyleOptionForIndex(self, option: QtWidgets.QStyleOptionHeader, section: int) -> None:
        super().initStyleOptionForIndex(option, section)
        if section == self.sortIndicatorSection():
            option.text = self._shortened(option.text, section)

    def paintSection(self, painter: QtGui.QPainter, rect: QtCore.QRect, section: int) -> None:
        super().paintSection(painter, rect, section)
        if section == self.sortIndicatorSection():
            self._paint_arrow(painter, rect, section)

    def _shortened(self, title: str, section: int) -> str:
        room = self.sectionSize(section) - 2 * _MARGIN - ARROW
        return self.fontMetrics().elidedText(title, QtCore.Qt.TextElideMode.ElideRight, room)

    def _paint_arrow(self, painter: QtGui.QPainter, rect: QtCore.QRect, section: int) -> None:
        """Up where values ascend; on the free side of the text."""
        data = self.model().headerData
        role = QtCore.Qt.ItemDataRole
        title = self._shortened(str(data(section, self.orientation(), role.DisplayRole)), section)
        text_width = self.fontMetrics().horizontalAdvance(title)
        right = bool(data(section, self.orientation(), role.TextAlignmentRole) & QtCore.Qt.AlignmentFlag.AlignRight)
        middle = (
            rect.right() - _MARGIN - text_width - ARROW / 2 if right else rect.left() + _MARGIN + text_width + ARROW / 2
        )
        up = self.sortIndicatorOrder() is QtCore.Qt.SortOrder.AscendingOrder
        tip = QtCore.QPointF(middle, rect.center().y() + (-2 if up else 3))
        foot = 5 if up else -5
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QtGui.QPalette.ColorRole.WindowText))
        painter.drawPolygon([tip, tip + QtCore.QPointF(-4, foot), tip + QtCore.QPointF(4, foot)])
        painter.restore()

"""Painter of the headings above groups: a strip over all columns, in whatever order these stand."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import labels, theme
from ctxstudio.gui.models.groups import Heading

_MARGIN = 6
_ARROW = 10


def paint(
    painter: QtGui.QPainter,
    rect: QtCore.QRect,
    heading: Heading,
    widget: QtWidgets.QWidget,
    *,
    collapsed: bool,
    focused: bool,
) -> None:
    """Draw a heading.

    Args:
        painter: of the table's viewport.
        rect: of the whole row.
        heading: what to say.
        widget: gives font, palette and style.
        collapsed: whether its agents are hidden.
        focused: whether the keyboard acts on it.
    """
    role = QtGui.QPalette.ColorRole
    palette = widget.palette()
    painter.save()
    painter.fillRect(rect, palette.color(role.Window))
    painter.setPen(palette.color(role.Mid))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
    _paint_arrow(
        painter, QtCore.QPointF(rect.left() + _MARGIN + _ARROW / 2, rect.center().y() + 0.5), palette, collapsed
    )
    font = labels.bold(widget.font())
    area = rect.adjusted(2 * _MARGIN + _ARROW, 0, -_MARGIN, 0)
    flags = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft
    painter.setFont(font)
    painter.setPen(palette.color(role.WindowText))
    painter.drawText(area, flags, heading.title)
    behind = QtGui.QFontMetrics(font).horizontalAdvance(heading.title) + 2 * _MARGIN
    painter.setFont(widget.font())
    painter.setPen(theme.role_color("muted", palette))
    painter.drawText(area.adjusted(behind, 0, 0, 0), flags, heading.numbers())
    if focused:
        painter.setPen(palette.color(role.Link))
        painter.drawRect(rect.adjusted(0, 0, -1, -1))
    painter.restore()


def _paint_arrow(painter: QtGui.QPainter, center: QtCore.QPointF, palette: QtGui.QPalette, collapsed: bool) -> None:
    """A chevron: to the right where the group is collapsed, else down."""
    chevron = [QtCore.QPointF(-2, -4), QtCore.QPointF(2, 0), QtCore.QPointF(-2, 4)]
    points = chevron if collapsed else [point.transposed() for point in chevron]
    pen = QtGui.QPen(palette.color(QtGui.QPalette.ColorRole.WindowText), 1.5)
    pen.setCapStyle(QtCore.Qt.PenCapStyle.RoundCap)
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.drawPolyline([center + point for point in points])
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, False)

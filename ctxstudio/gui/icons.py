"""Icons of the shipped set (Lucide), drawn in the text colour of the palette, when and as large as they are needed."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtSvg

from ctxstudio.storage import shipped


def icon(name: str, palette: QtGui.QPalette, color: QtGui.QColor | None = None) -> QtGui.QIcon:
    """An icon, greyed where it is disabled. An icon that is missing is empty: the text says the same.

    Args:
        name: file name in `resources/icons`, without suffix; empty for none.
        palette: gives the colours.
        color: another colour than the palette's text.
    """
    path = shipped.resource_directory() / "icons" / f"{name}.svg"
    if not name or not path.is_file():
        return QtGui.QIcon()
    group, role = QtGui.QPalette.ColorGroup, QtGui.QPalette.ColorRole.ButtonText
    normal, disabled = color or palette.color(group.Active, role), palette.color(group.Disabled, role)
    return QtGui.QIcon(_SvgEngine(path.read_text("utf-8"), normal, disabled))


def logo() -> QtGui.QIcon:
    """The program's own icon."""
    return QtGui.QIcon(str(shipped.resource_directory() / "icons" / "ctxstudio.svg"))


class _SvgEngine(QtGui.QIconEngine):
    """Draws one SVG whose lines are `currentColor`; sharp at every size and scale."""

    def __init__(self, drawing: str, normal: QtGui.QColor, disabled: QtGui.QColor) -> None:
        super().__init__()
        self._drawing, self._normal, self._disabled = drawing, normal, disabled

    def paint(
        self, painter: QtGui.QPainter, rect: QtCore.QRect, mode: QtGui.QIcon.Mode, _state: QtGui.QIcon.State
    ) -> None:
        color = self._disabled if mode is QtGui.QIcon.Mode.Disabled else self._normal
        data = self._drawing.replace("currentColor", color.name()).encode()
        QtSvg.QSvgRenderer(QtCore.QByteArray(data)).render(painter, QtCore.QRectF(rect))

    def pixmap(self, size: QtCore.QSize, mode: QtGui.QIcon.Mode, state: QtGui.QIcon.State) -> QtGui.QPixmap:
        pixmap = QtGui.QPixmap(size)
        pixmap.fill(QtCore.Qt.GlobalColor.transparent)
        painter = QtGui.QPainter(pixmap)
        self.paint(painter, QtCore.QRect(QtCore.QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QtGui.QIconEngine:
        return _SvgEngine(self._drawing, self._normal, self._disabled)

"""Labels of the panels: plain text only, colour swatches, warnings in place."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import icons, text, theme


def swatch(color: QtGui.QColor) -> QtGui.QIcon:
    """A small square in the colour of a model family; the name stands beside it."""
    made = QtGui.QIcon()
    for size in (16, 32, 48):
        pixmap = QtGui.QPixmap(size, size)
        pixmap.fill(QtCore.Qt.GlobalColor.transparent)
        painter = QtGui.QPainter(pixmap)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QtCore.QRectF(size * 0.2, size * 0.2, size * 0.6, size * 0.6), size / 8, size / 8)
        painter.end()
        made.addPixmap(pixmap)
    return made


def plain_label(content: str = "", *, wrap: bool = False, muted: bool = False) -> QtWidgets.QLabel:
    """A label that renders no markup and lets its text be copied where it wraps."""
    label = QtWidgets.QLabel()
    label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    label.setText(content)
    if wrap:
        label.setWordWrap(True)
        label.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setMinimumWidth(40)
    if muted:
        label.setForegroundRole(QtGui.QPalette.ColorRole.PlaceholderText)
    return label


def bold(font: QtGui.QFont, on: bool = True) -> QtGui.QFont:
    """The font, bold or not."""
    made = QtGui.QFont(font)
    made.setBold(on)
    return made


class ElidedLabel(QtWidgets.QLabel):
    """One line of plain text that gives way; its tooltip has the whole where it was cut."""

    def __init__(
        self,
        mode: QtCore.Qt.TextElideMode = QtCore.Qt.TextElideMode.ElideRight,
        *,
        muted: bool = False,
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        if muted:
            self.setForegroundRole(QtGui.QPalette.ColorRole.PlaceholderText)

    def show_text(self, content: str, mode: QtCore.Qt.TextElideMode | None = None) -> None:
        """Show a text of a file, maybe elided elsewhere from now on."""
        self._mode = mode or self._mode
        line = text.one_line(content)
        if line != self.text():
            self.setText(line)
            self.setToolTip(text.tooltip(line))

    def minimumSizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(24, super().minimumSizeHint().height())

    def paintEvent(self, _: QtGui.QPaintEvent) -> None:
        painter, area = QtGui.QPainter(self), self.contentsRect()
        line = self.fontMetrics().elidedText(self.text(), self._mode, area.width())
        align = QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft
        self.style().drawItemText(
            painter, area, int(align), self.palette(), self.isEnabled(), line, self.foregroundRole()
        )


class Note(QtWidgets.QWidget):
    """A warning in place: icon, text, and maybe a button that does something about it.

    Signals:
        accepted: () the button was pressed.
    """

    accepted = QtCore.Signal()

    def __init__(self, *, wrap: bool = False, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QtWidgets.QLabel()
        self._text = plain_label(wrap=True) if wrap else ElidedLabel()
        self._button = QtWidgets.QPushButton()
        self._button.clicked.connect(self.accepted)
        top = QtCore.Qt.AlignmentFlag.AlignTop if wrap else QtCore.Qt.AlignmentFlag.AlignVCenter
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._icon, 0, top)
        row.addWidget(self._text, 1)
        row.addWidget(self._button, 0, top)
        self._color()

    def show_note(self, content: str, action: str = "") -> None:
        """Show a text, with a button if there is something to do."""
        if isinstance(self._text, ElidedLabel):
            self._text.show_text(content)
        else:
            self._text.setText(text.shown(content))
        self._button.setText(text.one_line(action))
        self._button.setVisible(bool(action))

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        icon = icons.icon("triangle-alert", palette, theme.role_color("warning", palette))
        self._icon.setPixmap(icon.pixmap(16, 16))

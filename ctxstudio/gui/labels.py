"""Labels of the panels: plain text only, colour swatches, notes in place."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import icons, text, theme

_SEVERITIES = {
    Severity.ERROR: ("circle-x", "error"),
    Severity.WARNING: ("triangle-alert", "warning"),
    Severity.INFO: ("info", "muted"),
}
"""Icon and colour; the shapes differ as well."""


def severity_icon(severity: Severity, palette: QtGui.QPalette) -> QtGui.QIcon:
    """The sign of a severity; the word stands beside it or in its accessible name."""
    name, role = _SEVERITIES[severity]
    return icons.icon(name, palette, theme.role_color(role, palette))


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
    """Something to know in place: icon, text, and maybe buttons that do something about it.

    Signals:
        accepted: (int) the button of that position was pressed.
    """

    accepted = QtCore.Signal(int)

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._severity = Severity.WARNING
        self._icon = QtWidgets.QLabel()
        self._text = plain_label(wrap=True)
        self._buttons: list[QtWidgets.QPushButton] = []
        self._below = QtWidgets.QHBoxLayout()
        self._below.setSpacing(6)
        self._below.addStretch(1)
        self._grid = QtWidgets.QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(3)
        self._grid.addWidget(self._icon, 0, 0, QtCore.Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self._text, 0, 1)
        self._grid.addLayout(self._below, 1, 1)
        self._grid.setColumnStretch(1, 1)
        self._add_button()  # made later, it would come last in the window's order of Tab
        self._color()

    def show_note(
        self, content: str, actions: Sequence[str] = (), severity: Severity = Severity.WARNING, detail: str = ""
    ) -> None:
        """Show a text, with buttons for what there is to do: one stands beside the text, more of them below."""
        self._text.setText(text.shown(content))
        self.setToolTip(text.tooltip(detail))
        self.setAccessibleName(text.one_line(f"{severity.capitalize()}: {content}"))
        while len(self._buttons) < len(actions):
            self._add_button()
        for position, button in enumerate(self._buttons):
            button.setVisible(position < len(actions))
            if position < len(actions):
                button.setText(text.one_line(actions[position]))
            if len(actions) == 1 and position == 0:
                self._grid.addWidget(button, 0, 2, QtCore.Qt.AlignmentFlag.AlignTop)
            else:
                self._below.insertWidget(position, button)
        if severity is not self._severity:
            self._severity = severity
            self._color()

    def _add_button(self) -> None:
        button = QtWidgets.QPushButton(self)
        button.setAutoDefault(False)
        button.hide()
        button.clicked.connect(functools.partial(self._on_clicked, len(self._buttons)))
        self._buttons.append(button)

    def _on_clicked(self, position: int) -> None:
        self.accepted.emit(position)

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def buttons(self) -> Sequence[QtWidgets.QPushButton]:
        """All buttons it ever needed, the hidden ones too."""
        return self._buttons

    def actions_offered(self) -> list[str]:
        """What its buttons do."""
        return [button.text() for button in self._buttons if not button.isHidden()]

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        self._icon.setPixmap(severity_icon(self._severity, QtWidgets.QApplication.palette()).pixmap(16, 16))

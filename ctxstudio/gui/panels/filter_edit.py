"""The filter box: a line of text that says in it how many agents pass, or what is wrong and where."""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import icons, text, theme
from ctxstudio.policy.query import QueryError

_ICON: Final = 14
_GAP: Final = 4
_PLACEHOLDER: Final = "Filter: words, model:haiku, score.sonnet>3, -has:reasoning"
_HELP: Final = """words stand anywhere in an agent
model:haiku   category=docs   score.sonnet>3   effort>=high
has:reasoning   is:changed   -is:problems
"in quotes"   a or b   -(a or b)
Down or Ctrl+Space: what can follow here"""


class FilterEdit(QtWidgets.QLineEdit):
    """The filter box.

    Signals:
        clear_requested: () Escape was pressed.
    """

    clear_requested = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filterEdit")
        self.setPlaceholderText(_PLACEHOLDER)
        self.setAccessibleName("Filter")
        self.setClearButtonEnabled(True)
        self._counted, self._error, self._covered = "", "", False
        self._position = 0
        self._badge = _Badge(self)
        self._badge.clicked.connect(self._on_badge_clicked)
        self._notice = _notice(self)
        self._refresh()

    def show_count(self, words: str) -> None:
        """Show how many agents pass, for as long as nothing is wrong."""
        if words != self._counted:
            self._counted = words
            self._refresh()

    def show_error(self, error: QueryError | None) -> None:
        """Show what is wrong with the text, or that nothing is."""
        if error is None and not self._error:
            return
        self._position = error.position if error else 0
        self._error = str(error) if error else ""
        self._refresh()

    def cover(self, covered: bool) -> None:
        """Keep the place below the box free for something else, or not."""
        self._covered = covered
        self._place_notice()

    def _refresh(self) -> None:
        colours = QtWidgets.QApplication.palette()
        where = f"at character {self._position + 1}"
        said = f"{self._error} ({where})" if self._error else ""
        # Escaped only where it could be taken for markup, so that scripts read in it what they know.
        self.setToolTip(text.tooltip(said or _HELP) if "<" in said or not said else said)
        self.setAccessibleDescription(text.one_line(said or _HELP))
        ground = QtGui.QPalette()
        if self._error:
            ground.setColor(QtGui.QPalette.ColorRole.Base, theme.role_color("removed_ground", colours))
        self.setPalette(ground)
        self._badge.show_words(
            f"error at {self._position + 1}" if self._error else self._counted, wrong=bool(self._error)
        )
        self._notice.setText(text.one_line(f"{where[0].upper()}{where[1:]}: {self._error}"))
        self._place_badge()
        self._place_notice()

    def _place_badge(self) -> None:
        size = self._badge.sizeHint() if self._badge.words else QtCore.QSize()
        clear = self.findChild(QtWidgets.QToolButton)
        right = clear.x() if clear else self.width()
        self._badge.setGeometry(right - size.width(), (self.height() - size.height()) // 2, size.width(), size.height())
        self.setTextMargins(0, 0, size.width() + _GAP if size.width() else 0, 0)

    def _place_notice(self) -> None:
        """Say it below the box while the user is in it; over whatever is there, as the suggestions are."""
        if not shiboken6.isValid(self._notice):  # the box loses the focus while the window is being destroyed
            return
        window = self.window()
        shown = bool(self._error) and self.hasFocus() and not self._covered and window is not self
        if shown:
            if self._notice.parentWidget() is not window:
                self._notice.setParent(window)
            needed = self._notice.fontMetrics().horizontalAdvance(self._notice.text()) + 4 * _GAP
            width = min(needed, window.width())
            corner = self.mapTo(window, QtCore.QPoint(0, self.height() + 2))
            left = min(corner.x(), window.width() - width)
            self._notice.setGeometry(left, corner.y(), width, self._notice.heightForWidth(width))
            self._notice.raise_()
        self._notice.setVisible(shown)

    def _on_badge_clicked(self) -> None:
        if self._error:
            self.setFocus(QtCore.Qt.FocusReason.MouseFocusReason)
            self.setCursorPosition(self._position)

    def event(self, event: QtCore.QEvent) -> bool:
        if isinstance(event, QtGui.QKeyEvent) and event.matches(QtGui.QKeySequence.StandardKey.Cancel):
            event.accept()
            if event.type() == QtCore.QEvent.Type.KeyPress:
                self.clear_requested.emit()
            return True
        return super().event(event)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_badge()
        self._place_notice()

    def moveEvent(self, event: QtGui.QMoveEvent) -> None:
        super().moveEvent(event)
        self._place_notice()

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusInEvent(event)
        self._place_notice()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._place_notice()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.ApplicationPaletteChange:
            self._refresh()


class _Badge(QtWidgets.QWidget):
    """A few words inside the box, with a sign where something is wrong.

    Signals:
        clicked: ().
    """

    clicked = QtCore.Signal()

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.words = ""
        self._sign, self._label = QtWidgets.QLabel(self), QtWidgets.QLabel(self)
        self._label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._label.setForegroundRole(QtGui.QPalette.ColorRole.WindowText)
        self._sign.setFixedSize(_ICON, _ICON)
        self._layout = QtWidgets.QHBoxLayout(self)
        self._layout.setContentsMargins(2, 0, 2, 0)
        self._layout.setSpacing(_GAP)
        self._layout.addWidget(self._sign)
        self._layout.addWidget(self._label)

    def show_words(self, words: str, *, wrong: bool) -> None:
        """Show some words; none hide it."""
        self.words = words
        colours = QtWidgets.QApplication.palette()
        colour = theme.role_color("error" if wrong else "muted", colours)
        self._label.setText(words)
        own = QtGui.QPalette()
        own.setColor(QtGui.QPalette.ColorRole.WindowText, colour)
        self._label.setPalette(own)
        self._sign.setVisible(wrong)
        icon = icons.icon("circle-alert", colours, colour)
        self._sign.setPixmap(icon.pixmap(QtCore.QSize(_ICON, _ICON), self.devicePixelRatioF()))
        pointing, plain = QtCore.Qt.CursorShape.PointingHandCursor, QtCore.Qt.CursorShape.ArrowCursor
        self.setCursor(pointing if wrong else plain)
        self.setVisible(bool(words))
        self._layout.activate()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        self.clicked.emit()
        event.accept()


def _notice(parent: QtWidgets.QWidget) -> QtWidgets.QLabel:
    label = QtWidgets.QLabel(parent)
    label.setObjectName("filterNotice")
    label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
    label.setFrameShape(QtWidgets.QFrame.Shape.Box)
    label.setAutoFillBackground(True)
    label.setForegroundRole(QtGui.QPalette.ColorRole.ToolTipText)
    label.setBackgroundRole(QtGui.QPalette.ColorRole.ToolTipBase)
    label.setWordWrap(True)
    label.setMargin(3)
    label.hide()
    return label

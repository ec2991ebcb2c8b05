"""A list of suggestions below a line of text, for the part of it that is being typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs import words
from ctxstudio.gui import text, theme
from ctxstudio.policy.query_completion import Completion, Suggestion

_LEAST_WORD: Final = 2
"""Letters of a plain word before suggestions open by themselves: most words are searched for as they are."""
_MOST_ROWS: Final = 12
_WIDEST: Final = 620
_GAP, _PADDING = 24, 6
_KEY: Final = QtCore.Qt.Key
_STEPS: Final = {_KEY.Key_Down: 1, _KEY.Key_Up: -1, _KEY.Key_PageDown: _MOST_ROWS, _KEY.Key_PageUp: -_MOST_ROWS}
_TAKING: Final = (_KEY.Key_Return, _KEY.Key_Enter, _KEY.Key_Tab)
_LEAVING: Final = (_KEY.Key_Left, _KEY.Key_Right, _KEY.Key_Home, _KEY.Key_End)
_TYPE: Final = QtCore.QEvent.Type
_ENDING: Final = (_TYPE.FocusOut, _TYPE.MouseButtonPress, _TYPE.Resize, _TYPE.Move)


class CompletionPopup(QtCore.QObject):
    """Suggestions for a line edit, which keeps the focus.

    They open while the user types, and with Down or Ctrl+Space anywhere. Up and Down choose, Return takes the chosen
    one, Tab the chosen or the first one, Escape closes the list.

    The list lies over the window and is no window of its own, as that of a `QCompleter` is: that one takes the keyboard
    and the mouse from everything else.

    Signals:
        visibility_changed: () the list opened or closed.
    """

    visibility_changed = QtCore.Signal()

    def __init__(self, edit: QtWidgets.QLineEdit, complete: Callable[[str, int], Completion]) -> None:
        super().__init__(edit)
        self._edit, self._complete = edit, complete
        self._found = Completion(0, 0)
        self._items = QtGui.QStandardItemModel(self)
        self._view = _view(edit)
        self._view.setModel(self._items)
        self._view.clicked.connect(lambda index: self._take(index.row()))
        edit.installEventFilter(self)
        edit.textEdited.connect(self._on_typed)

    @property
    def visible(self) -> bool:
        """Whether the list is open."""
        return self._view.isVisible()

    def hide(self) -> None:
        """Close the list."""
        if shiboken6.isValid(self._view) and self.visible:  # the edit loses the focus while the window is destroyed
            self._view.hide()
            self.visibility_changed.emit()

    def _on_typed(self) -> None:
        self._offer(asked=False)

    def _offer(self, *, asked: bool) -> None:
        """Open, refill or close the list."""
        line, found = self._edit.text(), self._complete(self._edit.text(), self._edit.cursorPosition())
        after_relation = found.start > 0 and line[found.start - 1] in ":=<>"
        self._found = found
        if not found.suggestions or not (asked or after_relation or len(found.prefix) >= _LEAST_WORD):
            self.hide()
            return
        self._fill(found.suggestions)
        self._show()

    def _fill(self, suggestions: tuple[Suggestion, ...]) -> None:
        colours = QtWidgets.QApplication.palette()
        muted = QtGui.QBrush(theme.role_color("muted", colours))
        frame = QtGui.QPalette()
        frame.setColor(QtGui.QPalette.ColorRole.WindowText, colours.color(QtGui.QPalette.ColorRole.Mid))
        self._view.setPalette(frame)
        height = QtCore.QSize(0, self._edit.fontMetrics().height() + _PADDING)
        self._items.clear()
        for suggestion in suggestions:
            title = QtGui.QStandardItem(text.one_line(suggestion.title))
            title.setSizeHint(height)
            about = QtGui.QStandardItem(_about(suggestion))
            about.setForeground(muted)
            self._items.appendRow([title, about])

    def _show(self) -> None:
        """Lay the list below what is being typed, as wide as it needs to be and as high as there is room."""
        window, metrics, rows = self._edit.window(), self._edit.fontMetrics(), range(self._items.rowCount())
        titles, details = (
            max(metrics.horizontalAdvance(self._items.item(row, column).text()) for row in rows) for column in (0, 1)
        )
        frame = 2 * self._view.frameWidth()
        bar = self._view.verticalScrollBar().sizeHint().width() if len(rows) > _MOST_ROWS else 0
        width = min(titles + details + 2 * _GAP + bar + frame, _WIDEST, window.width())
        typed = self._edit.text()[self._found.start : self._edit.cursorPosition()]
        left = max(0, self._edit.cursorRect().center().x() - metrics.horizontalAdvance(typed))
        corner = self._edit.mapTo(window, QtCore.QPoint(left, self._edit.height()))
        height = min(len(rows), _MOST_ROWS) * (metrics.height() + _PADDING) + frame
        was_visible = self.visible
        if self._view.parentWidget() is not window:
            self._view.setParent(window)
        self._view.setColumnWidth(0, titles + _GAP)
        self._view.setGeometry(
            min(corner.x(), window.width() - width), corner.y(), width, min(height, window.height() - corner.y())
        )
        self._view.raise_()
        self._view.show()
        if not was_visible:
            self.visibility_changed.emit()

    def _choose(self, step: int) -> None:
        """Go on by some rows; beyond either end nothing is chosen first."""
        row, count = self._view.currentIndex().row(), self._items.rowCount()
        around, within = (row + 1 + step) % (count + 1) - 1, max(0, min(row + step, count - 1))
        row = around if abs(step) == 1 else within
        self._view.setCurrentIndex(self._items.index(row, 0))
        if row >= 0:
            chosen = self._found.suggestions[row]
            told = QtGui.QAccessibleAnnouncementEvent(self._edit, text.one_line(f"{chosen.title} {_about(chosen)}"))
            QtGui.QAccessible.updateAccessibility(told)

    def _take(self, row: int) -> None:
        """Put a suggestion in its place, so that the edit can undo it."""
        taken, found = self._found.suggestions[row], self._found
        self.hide()
        at_end = found.end == len(self._edit.text())
        self._edit.setCursorPosition(found.start)
        self._edit.cursorForward(True, found.end - found.start)
        self._edit.insert(taken.text + (" " if at_end and not taken.goes_on else ""))
        if taken.goes_on:
            self._offer(asked=True)

    def _on_key(self, event: QtGui.QKeyEvent) -> bool:
        """Do what a key means here; whether that is all it means."""
        key, row = _KEY(event.key()), self._view.currentIndex().row()
        control = bool(event.modifiers() & QtCore.Qt.KeyboardModifier.ControlModifier)
        if not self.visible:
            if key is (_KEY.Key_Space if control else _KEY.Key_Down):
                self._offer(asked=True)
                return True
            return False
        if key in _STEPS:
            self._choose(_STEPS[key])
            return True
        if key is _KEY.Key_Tab or (key in _TAKING and row >= 0):
            self._take(max(row, 0))
            return True
        if key is _KEY.Key_Escape or key in _TAKING or key in _LEAVING:
            self.hide()
        return key is _KEY.Key_Escape

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if event.type() == _TYPE.KeyPress and isinstance(event, QtGui.QKeyEvent):
            return self._on_key(event)
        if event.type() in _ENDING:
            self.hide()
        return super().eventFilter(watched, event)


def _about(suggestion: Suggestion) -> str:
    """A few words about a suggestion, on one line."""
    if suggestion.count is None:
        return text.one_line(suggestion.help)
    return words.counted(suggestion.count, "agent")


def _view(parent: QtWidgets.QWidget) -> QtWidgets.QTreeView:
    view = QtWidgets.QTreeView(parent)
    view.setObjectName("filterSuggestions")
    view.setAccessibleName("Suggestions")
    view.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
    view.setFrameStyle(QtWidgets.QFrame.Shape.Box | QtWidgets.QFrame.Shadow.Plain)
    view.setRootIsDecorated(False)
    view.setHeaderHidden(True)
    view.setUniformRowHeights(True)
    view.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
    view.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.hide()
    return view

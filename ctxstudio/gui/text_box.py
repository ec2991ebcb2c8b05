"""The editor of a paragraph of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text
from ctxstudio.gui.widgets import DIFFERENT, draw_focus

_TYPING_MS = 600
"""Pause after which a typed text counts as meant."""


class TextBox(QtWidgets.QPlainTextEdit):
    """A paragraph of plain text; it counts when the focus leaves or the typing pauses.

    Attributes:
        run: stands for one stretch of typing, with all its pauses; it is another once the text was taken over.

    Signals:
        edited: (str or None) the user wrote another text.
    """

    edited = QtCore.Signal(object)

    def __init__(self, none: str, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.run = object()
        self._none = none
        self._value: tuple[str | None, ...] | None = None
        self._before = ""
        self.setTabChangesFocus(True)
        self._pause = QtCore.QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._pause.timeout.connect(self._take)
        self.textChanged.connect(self._pause.start)

    def show_value(self, value: str | None) -> None:
        """Show the common value; the cursor stays where only blanks around it differ."""
        self._show((value,), text.shown(value or ""), self._none)

    def show_mixed(self, values: Sequence[Any]) -> None:
        """Show that agents differ, given the value of each."""
        self._show((), "", DIFFERENT.format(len(values)))

    def _show(self, value: tuple[str | None, ...], content: str, placeholder: str) -> None:
        if placeholder != self.placeholderText():
            self.setPlaceholderText(placeholder)
            self.viewport().update()  # Qt draws it again only where it comes or goes
        if self._value == value:
            return  # what is being written stays
        self._value = value
        self._pause.stop()
        if content.strip() != self.toPlainText().strip():
            with QtCore.QSignalBlocker(self):
                self.setPlainText(content)
            self.viewport().update()
        self._before = self.toPlainText()

    def commit(self) -> None:
        """Take over what was written, if it is another text, and end the stretch of typing."""
        self._take()
        self.run = object()
        # From here on the window's undo knows the way back.
        self.document().clearUndoRedoStacks()

    def _take(self) -> None:
        self._pause.stop()
        written = self.toPlainText()
        if written != self._before:
            self._before, self._value = written, None
            self.edited.emit(written.strip() or None)

    def _leaves_to_window(self, event: QtCore.QEvent) -> bool:
        """Whether it is the key of an undo or redo that the box itself has nothing for."""
        if event.type() != QtCore.QEvent.Type.ShortcutOverride or not isinstance(event, QtGui.QKeyEvent):
            return False
        keys, document = QtGui.QKeySequence.StandardKey, self.document()
        undo = event.matches(keys.Undo) and not document.isUndoAvailable()
        return undo or (event.matches(keys.Redo) and not document.isRedoAvailable())

    def event(self, event: QtCore.QEvent) -> bool:
        if self._leaves_to_window(event):
            event.ignore()
            return False
        return super().event(event)

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.commit()
        self.viewport().update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        draw_focus(self)

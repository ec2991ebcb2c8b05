"""The view inside a list editor: rows, drag, keys. It changes no texts itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text
from ctxstudio.gui.list_delegate import SHARE_ROLE
from ctxstudio.gui.widgets import draw_focus

_FEWEST_ROWS, _MOST_ROWS = 2, 6
_KEYPAD: Final = QtCore.Qt.KeyboardModifier.KeypadModifier


class ListView(QtWidgets.QListWidget):
    """The list itself.

    Attributes:
        placeholder: what it says while it is empty.

    Signals:
        editor_closed: () inline editing ended.
        reordered: () rows were dragged.
        add_requested: () a new text is wanted.
        remove_requested: () the selected texts are to go.
        move_requested: (int) the selected texts are to go up (-1) or down (1).
        copy_requested: () the selected texts are to go to the clipboard.
        paste_requested: (str) a text from the clipboard.
        menu_requested: (QPoint) a menu is wanted at this place of the screen.
    """

    editor_closed = QtCore.Signal()
    reordered = QtCore.Signal()
    add_requested = QtCore.Signal()
    remove_requested = QtCore.Signal()
    move_requested = QtCore.Signal(int)
    copy_requested = QtCore.Signal()
    paste_requested = QtCore.Signal(str)
    menu_requested = QtCore.Signal(QtCore.QPoint)

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.placeholder = ""
        self._dropping = False
        self.setIconSize(QtCore.QSize(16, 16))
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        self.setDragDropMode(self.DragDropMode.InternalMove)
        self.setDefaultDropAction(QtCore.Qt.DropAction.MoveAction)
        self.setEditTriggers(self.EditTrigger.DoubleClicked | self.EditTrigger.EditKeyPressed)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self.model().rowsMoved.connect(self._on_rows_moved)

    def fill(self, item: QtWidgets.QListWidgetItem, content: str, icon: QtGui.QIcon, share: str, detail: str) -> None:
        """Show a text in a row, with the part of the agents that has it and a tooltip."""
        if item.text() != content:
            item.setText(content)
        if item.data(SHARE_ROLE) != share:
            item.setData(SHARE_ROLE, share)
        spoken = f"{text.one_line(content)}, in {share} agents" if share else text.one_line(content)
        item.setData(QtCore.Qt.ItemDataRole.AccessibleTextRole, spoken)
        item.setToolTip(text.tooltip(detail))
        item.setSizeHint(QtCore.QSize(0, self.row_height()))
        item.setIcon(icon)
        # Dropping onto an item would swallow it; only between items.
        item.setFlags((item.flags() | QtCore.Qt.ItemFlag.ItemIsEditable) & ~QtCore.Qt.ItemFlag.ItemIsDropEnabled)

    def selected_rows(self) -> list[int]:
        """The rows that a key or a button is about, in order."""
        return sorted(index.row() for index in self.selectedIndexes())

    def select_rows(self, rows: Sequence[int]) -> None:
        """Select some rows, the first of them being the current one."""
        self.clearSelection()
        if rows:
            self.setCurrentRow(rows[0])
        for row in rows:
            self.item(row).setSelected(True)

    def row_height(self) -> int:
        """Height of one row in pixels, the same for all."""
        return self.fontMetrics().height() + 6

    def sizeHint(self) -> QtCore.QSize:
        rows = min(max(self.count(), _FEWEST_ROWS), _MOST_ROWS)
        return QtCore.QSize(120, rows * self.row_height() + 2 * self.frameWidth() + 2)

    def minimumSizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(60, self.sizeHint().height())

    def _on_rows_moved(self) -> None:
        if not self._dropping:
            self.reordered.emit()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        self._dropping = True  # several rows are moved one by one and are one change
        try:
            super().dropEvent(event)
        finally:
            self._dropping = False
        self.reordered.emit()

    def closeEditor(self, editor: QtWidgets.QWidget, _: QtWidgets.QAbstractItemDelegate.EndEditHint) -> None:
        # Without the hint: Tab would open the next row's editor and never leave the list.
        super().closeEditor(editor, QtWidgets.QAbstractItemDelegate.EndEditHint.NoHint)
        self.editor_closed.emit()

    def _request(self, event: QtGui.QKeyEvent) -> Callable[[], None] | None:
        """What a key asks for; None if it is not the list's."""
        key, alt = event.key(), event.modifiers() == QtCore.Qt.KeyboardModifier.AltModifier
        keys = QtGui.QKeySequence.StandardKey
        if event.matches(keys.Paste):
            return lambda: self.paste_requested.emit(QtGui.QGuiApplication.clipboard().text())
        if event.matches(keys.Copy):
            return self.copy_requested.emit
        if event.matches(keys.Cut):
            return self._cut
        if key in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter) and not event.modifiers() & ~_KEYPAD:
            return self.add_requested.emit
        if key in (QtCore.Qt.Key.Key_Delete, QtCore.Qt.Key.Key_Backspace):
            return self.remove_requested.emit
        if key == QtCore.Qt.Key.Key_F10 and event.modifiers() == QtCore.Qt.KeyboardModifier.ShiftModifier:
            return self._request_menu
        if alt and key in (QtCore.Qt.Key.Key_Up, QtCore.Qt.Key.Key_Down):
            return lambda: self.move_requested.emit(-1 if key == QtCore.Qt.Key.Key_Up else 1)
        return None

    def _request_menu(self) -> None:
        """A menu below the current row, for the keyboard."""
        row = self.visualRect(self.currentIndex())
        self.menu_requested.emit(self.viewport().mapToGlobal(row.bottomLeft()))

    def _cut(self) -> None:
        self.copy_requested.emit()
        self.remove_requested.emit()

    def event(self, event: QtCore.QEvent) -> bool:
        # The window may have the same keys for the table.
        if event.type() == QtCore.QEvent.Type.ShortcutOverride and isinstance(event, QtGui.QKeyEvent):
            editing = self.state() is self.State.EditingState
            if not editing and self._request(event) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        request = None if self.state() is self.State.EditingState else self._request(event)
        if request is not None:
            request()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        if event.reason() is QtGui.QContextMenuEvent.Reason.Keyboard:
            self._request_menu()
        else:
            self.menu_requested.emit(event.globalPos())

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() == 0 and self.placeholder:
            painter = QtGui.QPainter(self.viewport())
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.PlaceholderText))
            area = self.viewport().rect().adjusted(4, 0, -4, 0)
            area.setHeight(self.row_height())
            line = self.fontMetrics().elidedText(self.placeholder, self.textElideMode(), area.width())
            painter.drawText(area, QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft, line)
            painter.end()
        draw_focus(self)

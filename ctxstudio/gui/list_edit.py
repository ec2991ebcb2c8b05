"""An editor for texts in order: inline editing, buttons, drag and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import icons, text
from ctxstudio.gui.widgets import DIFFERENT

_FEWEST_ROWS, _MOST_ROWS = 2, 6
_KEYS: Final = "Enter adds, F2 edits, Delete removes, Alt+Up and Alt+Down move."
_KEYPAD: Final = QtCore.Qt.KeyboardModifier.KeypadModifier
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex


class _TextDelegate(QtWidgets.QStyledItemDelegate):
    """Edits one text on one line, with suggestions; what holds several lines becomes several texts."""

    def __init__(
        self, split: Callable[[str], Sequence[str]], suggestions: Sequence[str], parent: QtWidgets.QWidget
    ) -> None:
        super().__init__(parent)
        self._split, self._suggestions = split, suggestions
        self._editor: QtWidgets.QLineEdit | None = None
        self._before = ""

    def finish(self) -> None:
        """Take over what is in the open editor, if there is one."""
        if self._editor is not None:
            self.commitData.emit(self._editor)
            self.closeEditor.emit(self._editor, self.EndEditHint.NoHint)

    def displayText(self, value: Any, _: QtCore.QLocale | QtCore.QLocale.Language) -> str:
        return text.one_line(str(value))

    def createEditor(
        self, parent: QtWidgets.QWidget, _: QtWidgets.QStyleOptionViewItem, __: _Index
    ) -> QtWidgets.QWidget:
        line = QtWidgets.QLineEdit(parent)
        line.setFrame(False)
        line.setAccessibleName(f"{parent.accessibleName() or 'list'}: text")
        if self._suggestions:
            completer = QtWidgets.QCompleter(list(self._suggestions), line)
            completer.setCaseSensitivity(QtCore.Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(QtCore.Qt.MatchFlag.MatchContains)
            line.setCompleter(completer)
            # Later: first the chosen suggestion has to reach the line.
            completer.activated.connect(self.finish, QtCore.Qt.ConnectionType.QueuedConnection)
        self._editor = line
        return line

    def destroyEditor(self, editor: QtWidgets.QWidget, index: _Index) -> None:
        self._editor = None
        super().destroyEditor(editor, index)

    def setEditorData(self, editor: QtWidgets.QWidget, index: _Index) -> None:
        if isinstance(editor, QtWidgets.QLineEdit):
            editor.setText(str(index.data()))
            self._before = editor.text()

    def setModelData(self, editor: QtWidgets.QWidget, model: QtCore.QAbstractItemModel, index: _Index) -> None:
        if not isinstance(editor, QtWidgets.QLineEdit) or editor.text() == self._before:
            return
        first, *more = self._split(editor.text()) or [""]
        model.setData(index, first)
        for offset, item in enumerate(more, 1):
            model.insertRow(index.row() + offset)
            model.setData(model.index(index.row() + offset, 0), item)


class _List(QtWidgets.QListWidget):
    """The list itself.

    Signals:
        editor_closed: () inline editing ended.
        add_requested: () a new text is wanted.
        remove_requested: () the current text is to go.
        move_requested: (int) the current text is to go up (-1) or down (1).
        paste_requested: (str) a text from the clipboard.
    """

    editor_closed = QtCore.Signal()
    add_requested = QtCore.Signal()
    remove_requested = QtCore.Signal()
    move_requested = QtCore.Signal(int)
    paste_requested = QtCore.Signal(str)

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.placeholder = ""
        self.setIconSize(QtCore.QSize(16, 16))
        self.setDragDropMode(self.DragDropMode.InternalMove)
        self.setDefaultDropAction(QtCore.Qt.DropAction.MoveAction)
        self.setEditTriggers(self.EditTrigger.DoubleClicked | self.EditTrigger.EditKeyPressed)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)

    def row_height(self) -> int:
        """Height of one row in pixels, the same for all."""
        return self.fontMetrics().height() + 6

    def sizeHint(self) -> QtCore.QSize:
        rows = min(max(self.count(), _FEWEST_ROWS), _MOST_ROWS)
        return QtCore.QSize(120, rows * self.row_height() + 2 * self.frameWidth() + 2)

    def minimumSizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(60, self.sizeHint().height())

    def closeEditor(self, editor: QtWidgets.QWidget, _: QtWidgets.QAbstractItemDelegate.EndEditHint) -> None:
        # Without the hint: Tab would open the next row's editor and never leave the list.
        super().closeEditor(editor, QtWidgets.QAbstractItemDelegate.EndEditHint.NoHint)
        self.editor_closed.emit()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        key, alt = event.key(), event.modifiers() == QtCore.Qt.KeyboardModifier.AltModifier
        if self.state() is self.State.EditingState:
            super().keyPressEvent(event)
        elif event.matches(QtGui.QKeySequence.StandardKey.Paste):
            self.paste_requested.emit(QtGui.QGuiApplication.clipboard().text())
        elif key in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter) and not event.modifiers() & ~_KEYPAD:
            self.add_requested.emit()
        elif key in (QtCore.Qt.Key.Key_Delete, QtCore.Qt.Key.Key_Backspace):
            self.remove_requested.emit()
        elif alt and key in (QtCore.Qt.Key.Key_Up, QtCore.Qt.Key.Key_Down):
            self.move_requested.emit(-1 if key == QtCore.Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() == 0 and self.placeholder:
            painter = QtGui.QPainter(self.viewport())
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.PlaceholderText))
            area = self.viewport().rect().adjusted(4, 0, -4, 0)
            area.setHeight(self.row_height())
            line = self.fontMetrics().elidedText(self.placeholder, self.textElideMode(), area.width())
            painter.drawText(area, QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft, line)


class ListEdit(QtWidgets.QWidget):
    """Texts in order.

    Attributes:
        value: the texts, a Qt property; setting it is an edit like one of the user's.

    Signals:
        edited: (tuple of str) the texts are others now.
    """

    edited = QtCore.Signal(object)

    def __init__(
        self,
        none: str,
        split: Callable[[str], Sequence[str]],
        suggestions: Sequence[str] = (),
        decoration: Callable[[str], QtGui.QIcon] | None = None,
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        none: what an empty list says.
        split: makes texts of what was typed or pasted, blank ones left out.
        suggestions: texts offered while typing.
        decoration: icon of a text.
        """
        super().__init__(parent)
        self._none, self._split, self._decoration = none, split, decoration
        self._value: tuple[str, ...] | None = None
        """The common value; None if the agents differ."""
        self._list = _List(self)
        self._delegate = _TextDelegate(split, suggestions, self._list)
        self._list.setItemDelegate(self._delegate)
        self.setFocusProxy(self._list)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self._buttons = {
            "plus": self._button("Add", self.add_text),
            "arrow-up": self._button("Move up", lambda: self._move(-1)),
            "x": self._button("Remove", self._remove),
            "arrow-down": self._button("Move down", lambda: self._move(1)),
        }
        self._lay_out()
        self._list.editor_closed.connect(self._settle)
        self._list.add_requested.connect(self.add_text)
        self._list.remove_requested.connect(self._remove)
        self._list.move_requested.connect(self._move)
        self._list.paste_requested.connect(self._paste)
        self._list.model().rowsMoved.connect(self._settle)
        self._list.currentRowChanged.connect(self._refresh_buttons)
        self._color()
        self.show_value(())

    def _button(self, name: str, pressed: Callable[[], None]) -> QtWidgets.QToolButton:
        button = QtWidgets.QToolButton(self)
        button.setAutoRaise(True)
        button.setIconSize(QtCore.QSize(14, 14))
        button.setFixedSize(24, 22)
        button.setToolTip(f"{name}. {_KEYS}")
        button.setAccessibleName(name)
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        grid = QtWidgets.QGridLayout()
        grid.setSpacing(0)
        for position, button in enumerate(self._buttons.values()):
            grid.addWidget(button, position // 2, position % 2)
        grid.setRowStretch(2, 1)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._list, 1)
        row.addLayout(grid)

    # What is shown

    def texts(self) -> list[str]:
        """The texts as they stand in the list."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def _set_texts(self, texts: object) -> None:
        if not isinstance(texts, list | tuple):
            raise TypeError("the value of a list editor is a list of texts")
        self._change([str(item).strip() for item in texts])

    value = QtCore.Property(list, texts, _set_texts)

    def show_value(self, value: Sequence[str]) -> None:
        """Show the common value."""
        if self._value != tuple(value):
            self._show(tuple(value), value, self._none)

    def show_mixed(self, count: int) -> None:
        """Show that agents differ."""
        if self._value is not None or self._list.placeholder != DIFFERENT.format(count):
            self._show(None, (), DIFFERENT.format(count))

    def _show(self, value: tuple[str, ...] | None, texts: Sequence[str], placeholder: str) -> None:
        """Bring the list to other texts, item by item, so that the current row stays."""
        self._value = value
        self._list.placeholder = placeholder
        for row, item in enumerate(texts):
            if row == self._list.count():
                self._list.addItem("")
            self._fill(self._list.item(row), item)
        while self._list.count() > len(texts):
            self._list.takeItem(self._list.count() - 1)
        self._list.updateGeometry()
        self._list.viewport().update()
        self._refresh_buttons()

    def _fill(self, item: QtWidgets.QListWidgetItem, content: str) -> None:
        if item.text() != content:
            item.setText(content)
        item.setToolTip(text.tooltip(content))
        item.setSizeHint(QtCore.QSize(0, self._list.row_height()))
        item.setIcon(self._decoration(content) if self._decoration and content else QtGui.QIcon())
        # Dropping onto an item would swallow it; only between items.
        item.setFlags((item.flags() | QtCore.Qt.ItemFlag.ItemIsEditable) & ~QtCore.Qt.ItemFlag.ItemIsDropEnabled)

    # What the user does

    def commit(self) -> None:
        """Take over what is in an open editor."""
        self._delegate.finish()

    def add_text(self) -> None:
        """Open an editor for a new text below the others."""
        self._list.addItem("")
        item = self._list.item(self._list.count() - 1)
        self._fill(item, "")
        self._list.updateGeometry()
        self._list.setCurrentItem(item)
        self._list.setFocus()
        self._list.editItem(item)

    def _remove(self) -> None:
        row, texts = self._list.currentRow(), self.texts()
        if row >= 0:
            del texts[row]
        if row >= 0 or self._value is None:  # where agents differ, there is no row to choose: all go
            self._change(texts)

    def _move(self, step: int) -> None:
        row, texts = self._list.currentRow(), self.texts()
        if row >= 0 and 0 <= row + step < len(texts):
            texts[row], texts[row + step] = texts[row + step], texts[row]
            self._list.setCurrentRow(row + step)
            self._change(texts)

    def _paste(self, pasted: str) -> None:
        row, texts = self._list.currentRow(), self.texts()
        place = row + 1 if row >= 0 else len(texts)
        self._change([*texts[:place], *self._split(pasted), *texts[place:]])

    def _settle(self) -> None:
        """The list was edited in place; an editor that was left empty changes nothing."""
        wanted = [item for item in self.texts() if item.strip()]
        if self._value is None and not wanted:
            self._show(None, (), self._list.placeholder)
        else:
            self._change(wanted)

    def _change(self, texts: Sequence[str]) -> None:
        wanted, before = tuple(item for item in texts if item.strip()), self._value
        self._show(wanted, wanted, self._none)
        if wanted != before:
            self.edited.emit(wanted)

    def _refresh_buttons(self) -> None:
        row, count = self._list.currentRow(), self._list.count()
        self._buttons["x"].setEnabled(row >= 0 or self._value is None)
        self._buttons["arrow-up"].setEnabled(row > 0)
        self._buttons["arrow-down"].setEnabled(0 <= row < count - 1)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange and self._buttons:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        for name, button in self._buttons.items():
            button.setIcon(icons.icon(name, palette))
        for row in range(self._list.count()):
            self._fill(self._list.item(row), self._list.item(row).text())

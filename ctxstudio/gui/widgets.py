"""Boxes of forms to choose from. Each shows the value that all agents have, or that they differ."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import labels, text, theme
from ctxstudio.policy.catalogue import Catalogue, Choice

DIFFERENT: Final = "different in {:,} agents"
"""What an editor says whose agents have several values."""
_MOST_ITEMS = 24


class QuietBox(QtWidgets.QComboBox):
    """A combo box that the mouse wheel leaves alone while it has no focus: scrolling a form must not change it."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setMaxVisibleItems(_MOST_ITEMS)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def showPopup(self) -> None:
        texts = (self.itemText(row) for row in range(self.count()))
        widest = max(map(self.fontMetrics().horizontalAdvance, texts), default=0)
        self.view().setMinimumWidth(min(widest + 64, 640))
        super().showPopup()


class ChoiceBox(QuietBox):
    """One of a few words, or none.

    Signals:
        edited: (str or None) the user chose.
    """

    edited = QtCore.Signal(object)

    def __init__(self, none: str, choices: Sequence[str], parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._value: str | None = None
        self._mixed = False
        self._fixed = len(choices) + 1
        self.addItem(none, None)
        for choice in choices:
            self.addItem(choice, choice)
        self.currentIndexChanged.connect(self._on_index_changed)

    def show_value(self, value: str | None) -> None:
        """Show the common value; one that is not among the choices gets a place of its own."""
        with QtCore.QSignalBlocker(self):
            self._value, self._mixed = value, False
            while self.count() > self._fixed:
                self.removeItem(self._fixed)
            row = self.findData(value) if value is not None else 0
            if row < 0:
                self.addItem(text.one_line(value or ""), value)
                row = self._fixed
            self.setCurrentIndex(row)

    def show_mixed(self, values: Sequence[Any]) -> None:
        """Show that agents differ, given the value of each."""
        with QtCore.QSignalBlocker(self):
            self._value, self._mixed = None, True
            self.setPlaceholderText(DIFFERENT.format(len(values)))
            self.setCurrentIndex(-1)

    def commit(self) -> None:
        """A choice is made at once: there is nothing pending."""

    def _on_index_changed(self, row: int) -> None:
        if row >= 0 and (self._mixed or self.itemData(row) != self._value):
            self.edited.emit(self.itemData(row))


class ModelBox(QuietBox):
    """A model's name: one of the catalogue, any other that is typed, or none.

    Signals:
        edited: (str or None) the user chose or typed another name.
    """

    edited = QtCore.Signal(object)

    def __init__(
        self, catalogue: Catalogue, today: datetime.date, none: str, parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._catalogue, self._none = catalogue, none
        self._value: tuple[str | None, ...] | None = None
        """The one common value, nothing if they differ; None until something is shown."""
        self._shown = ""
        self.setEditable(True)
        self.setInsertPolicy(self.InsertPolicy.NoInsert)
        self.addItem(none, None)
        for choice in catalogue.choices():
            self.addItem(choice_text(choice, catalogue, today), choice.name)
        self._rows = {self.itemData(row): row for row in range(self.count())}
        self.setIconSize(QtCore.QSize(16, 16))
        height = QtCore.QSize(0, self.fontMetrics().height() + 8)
        for row in range(self.count()):
            self.setItemData(row, height, QtCore.Qt.ItemDataRole.SizeHintRole)
        self._line = self._completed_line()
        self._color()
        self.currentIndexChanged.connect(self.commit)
        self.activated.connect(self.commit)
        self._line.returnPressed.connect(self._on_typed)
        self._line.editingFinished.connect(self._on_typed)

    def _completed_line(self) -> QtWidgets.QLineEdit:
        completer = QtWidgets.QCompleter(self.model(), self)
        completer.setCompletionRole(QtCore.Qt.ItemDataRole.UserRole)
        completer.setCaseSensitivity(QtCore.Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(QtCore.Qt.MatchFlag.MatchContains)
        self.setCompleter(completer)
        line = self.lineEdit()
        if line is None:
            raise AssertionError("an editable box has a line")
        line.installEventFilter(self)
        return line

    def _leaves_to_window(self, event: QtCore.QEvent) -> bool:
        """Whether it is the key of undo or redo while nothing is being typed: the line would swallow it."""
        if event.type() != QtCore.QEvent.Type.ShortcutOverride or not isinstance(event, QtGui.QKeyEvent):
            return False
        keys = QtGui.QKeySequence.StandardKey
        return (event.matches(keys.Undo) or event.matches(keys.Redo)) and self._line.text() == self._shown

    def event(self, event: QtCore.QEvent) -> bool:
        if self._leaves_to_window(event):  # the box hands what its line ignored to the line again
            event.ignore()
            return False
        return super().event(event)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if self._leaves_to_window(event):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def show_value(self, value: str | None) -> None:
        """Show the common value, to the letter."""
        self._show((value,), self._rows.get(value, -1), self._none)

    def show_mixed(self, values: Sequence[Any]) -> None:
        """Show that agents differ, given the value of each."""
        self._show((), -1, DIFFERENT.format(len(values)))

    def _show(self, value: tuple[str | None, ...], row: int, placeholder: str) -> None:
        self._line.setPlaceholderText(placeholder)
        if self._value == value:
            return  # what is being typed stays
        self._value = value
        self._shown = text.one_line(value[0] or "") if value else ""
        with QtCore.QSignalBlocker(self):
            self.setCurrentIndex(row)
            self._line.setText(self._shown)
            self._line.setCursorPosition(0)

    def commit(self) -> None:
        """Take over what is chosen or typed, if it is another."""
        typed = self._line.text()
        if typed == self._shown:
            return
        row = self.findText(typed, QtCore.Qt.MatchFlag.MatchExactly | QtCore.Qt.MatchFlag.MatchCaseSensitive)
        value = self.itemData(row) if row >= 0 else typed.strip() or None
        before, self._value = self._value, None  # so that the answer is shown even if it is no other value
        if before == (value,):
            self.show_value(value)
        else:
            self._shown = typed
            self.edited.emit(value)

    def _on_typed(self) -> None:
        if not shiboken6.isValid(self._line):  # it loses the focus while the window is being destroyed
            return
        popup = self._line.completer().popup()
        if popup is None or not popup.isVisible() or not popup.selectionModel().hasSelection():
            self.commit()  # else the chosen suggestion follows

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Escape and self._line.text() != self._shown:
            self._line.setText(self._shown)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        for name, row in self._rows.items():
            if name is not None:
                self.setItemIcon(row, labels.swatch(theme.family_color(self._catalogue.family(name), palette)))


def choice_text(choice: Choice, catalogue: Catalogue, today: datetime.date) -> str:
    """The name first, so that typing finds it; then what it means."""
    id = catalogue.resolve(choice.name, today)
    model = catalogue.model(id) if id else None
    if model is None:
        return f"{choice.name} — {choice.title}"
    if id == choice.name:
        return f"{choice.name} — {choice.title}, {model.status_on(today)}"
    return f"{choice.name} — {choice.title}; now {model.title}"


def draw_focus(area: QtWidgets.QAbstractScrollArea) -> None:
    """Show that a list or a text has the focus: the style draws nothing around them."""
    if area.hasFocus():
        painter = QtGui.QPainter(area.viewport())
        painter.setPen(QtGui.QPen(area.palette().color(QtGui.QPalette.ColorRole.Link), 2))
        painter.drawRect(area.viewport().rect().adjusted(1, 1, -1, -1))

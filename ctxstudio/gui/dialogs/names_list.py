"""A list of names that can be edited, with marks behind them that are none of their texts."""

from __future__ import annotations

from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text

MARK: Final = QtCore.Qt.ItemDataRole.UserRole
"""Role of what is drawn behind a name."""
_MARGIN: Final = 12
"""Pixels that a style keeps around a text and its icon."""


class _NameDelegate(QtWidgets.QStyledItemDelegate):
    """Draws a mark behind the name; the editor has the name alone."""

    def initStyleOption(
        self,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex | QtCore.QPersistentModelIndex,
    ) -> None:
        super().initStyleOption(option, index)
        name, mark = text.one_line(option.text), str(index.data(MARK) or "")
        room = option.rect.width() - option.fontMetrics.horizontalAdvance(mark) - _MARGIN
        if not option.icon.isNull():
            room -= option.decorationSize.width()
        if mark and room > 0:  # the name gives way, not the mark
            name = option.fontMetrics.elidedText(name, QtCore.Qt.TextElideMode.ElideRight, room)
        option.text = name + mark

    def sizeHint(
        self,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex | QtCore.QPersistentModelIndex,
    ) -> QtCore.QSize:
        return QtCore.QSize(super().sizeHint(option, index).width(), option.fontMetrics.height() + 8)


class NamesList(QtWidgets.QListWidget):
    """The names; F2 edits one.

    Signals:
        delete_requested: () the current document is to go.
    """

    delete_requested = QtCore.Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(_NameDelegate(self))
        self.setEditTriggers(self.EditTrigger.EditKeyPressed | self.EditTrigger.DoubleClicked)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QtCore.QSize(16, 16))

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Delete and self.state() is not self.State.EditingState:
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)

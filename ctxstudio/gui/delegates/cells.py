"""Editors in the cells of the table: one delegate, which asks the field what it is."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.policy import fields
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.fields import Kind

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex

_COMMITTED = "committed"
_ENTER = (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter)


class CellDelegate(QtWidgets.QStyledItemDelegate):
    """Opens a list of models, of efforts, or a line to type in."""

    def __init__(self, catalogue: Catalogue, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue

    def _choices(self, kind: Kind) -> list[str]:
        if kind is Kind.EFFORT:
            return ["", *fields.EFFORTS]
        if kind in (Kind.MODEL, Kind.SWITCH):
            return ["", *(choice.name for choice in self._catalogue.choices())]
        return []

    def createEditor(
        self, parent: QtWidgets.QWidget, option: QtWidgets.QStyleOptionViewItem, index: _Index
    ) -> QtWidgets.QWidget:
        field = fields.COLUMNS[index.column()]
        choices = self._choices(field.kind)
        if not choices:
            return super().createEditor(parent, option, index)
        box = QtWidgets.QComboBox(parent)
        box.setEditable(True)
        box.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        box.addItems(choices)
        box.setMaxVisibleItems(16)
        box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 32)
        box.setAccessibleName(field.title)
        box.setFrame(False)
        # Opening the list takes the focus off the line, and then the box says `activated` of what already stood there.
        before = str(index.data(QtCore.Qt.ItemDataRole.EditRole) or "")
        box.textActivated.connect(lambda text: self._commit(box) if text != before else None)
        return box

    def _commit(self, editor: QtWidgets.QWidget) -> None:
        # A box that is closed loses the focus, and then says `activated` once more.
        if not editor.property(_COMMITTED):
            editor.setProperty(_COMMITTED, True)
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Enter commits once; left to Qt, the box's `activated` would commit a second time."""
        box = watched.parent() if isinstance(watched, QtWidgets.QLineEdit) else watched
        if not isinstance(box, QtWidgets.QComboBox):
            return super().eventFilter(watched, event)
        kind = QtCore.QEvent.Type
        if event.type() is kind.KeyPress and isinstance(event, QtGui.QKeyEvent) and event.key() in _ENTER:
            self._commit(box)
            return True
        # The list that the box opens takes the focus; that is no end of the edit.
        popup = QtCore.Qt.FocusReason.PopupFocusReason
        if event.type() is kind.FocusOut and isinstance(event, QtGui.QFocusEvent) and event.reason() is popup:
            return False
        return super().eventFilter(watched, event)

    def setEditorData(self, editor: QtWidgets.QWidget, index: _Index) -> None:
        if not isinstance(editor, QtWidgets.QComboBox):
            super().setEditorData(editor, index)
            return
        editor.setCurrentText(str(index.data(QtCore.Qt.ItemDataRole.EditRole) or ""))
        line = editor.lineEdit()
        if line is not None:
            line.selectAll()

    def setModelData(self, editor: QtWidgets.QWidget, model: QtCore.QAbstractItemModel, index: _Index) -> None:
        if not isinstance(editor, QtWidgets.QComboBox):
            super().setModelData(editor, model, index)
            return
        if editor.currentText() != str(index.data(QtCore.Qt.ItemDataRole.EditRole) or ""):
            model.setData(index, editor.currentText())

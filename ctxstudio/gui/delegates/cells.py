"""Editors in the cells of the table: one delegate, which asks the field what it is."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.policy import fields
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.fields import Kind

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex

_COMMITTED = "committed"


class _CellBox(QtWidgets.QComboBox):
    """A box to type into or to choose from.

    Attributes:
        listing: whether its list is open.

    Signals:
        picked: () another entry was chosen from the opened list. Not by the keys alone: those only browse.
    """

    picked = QtCore.Signal()

    def __init__(self, choices: list[str], title: str, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(self.InsertPolicy.NoInsert)
        self.addItems(choices)
        self.setMaxVisibleItems(16)
        self.setAccessibleName(title)
        self.setFrame(False)
        self.listing = False
        self._before = -1

    def showPopup(self) -> None:
        self.listing = True
        self._before = self.findText(self.currentText())
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 32)
        super().showPopup()

    def hidePopup(self) -> None:
        super().hidePopup()
        # The list closes first and says afterwards what was chosen.
        QtCore.QTimer.singleShot(0, self, self._on_hidden)

    def _on_hidden(self) -> None:
        self.listing = False
        if self.currentIndex() != self._before:
            self.picked.emit()


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
        box = _CellBox(choices, field.title, parent)
        box.picked.connect(lambda: self.commit(box))
        return box

    def commit(
        self,
        editor: QtWidgets.QWidget,
        hint: QtWidgets.QAbstractItemDelegate.EndEditHint = QtWidgets.QAbstractItemDelegate.EndEditHint.NoHint,
    ) -> None:
        """Take over what an editor holds, and close it."""
        # A box that is closed loses the focus, and would commit once more.
        if not editor.property(_COMMITTED):
            editor.setProperty(_COMMITTED, True)
            self.commitData.emit(editor)
            self.closeEditor.emit(editor, hint)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Ends the edit of a box. Left to Qt, its line would commit beside it."""
        box = watched.parent() if isinstance(watched, QtWidgets.QLineEdit) else watched
        if not isinstance(box, _CellBox):
            return super().eventFilter(watched, event)
        if event.type() is QtCore.QEvent.Type.KeyPress and isinstance(event, QtGui.QKeyEvent):
            return self._on_key(box, event)
        # Neither the list that the box opens nor another window that takes the focus is the end of the edit.
        if isinstance(event, QtGui.QFocusEvent) and event.lostFocus():
            window = event.reason() is QtCore.Qt.FocusReason.ActiveWindowFocusReason
            if not box.listing and not window:
                self.commit(box)
        return False

    def _on_key(self, box: _CellBox, event: QtGui.QKeyEvent) -> bool:
        # Asked for here, not in a constant: making the 500 members of Qt.Key would delay the first paint.
        key, hint = QtCore.Qt.Key, self.EndEditHint
        if event.key() in (key.Key_Return, key.Key_Enter):
            self.commit(box)
        elif event.key() == key.Key_Tab:
            self.commit(box, hint.EditNextItem)
        elif event.key() == key.Key_Backtab:
            self.commit(box, hint.EditPreviousItem)
        elif event.key() == key.Key_Escape:
            box.setProperty(_COMMITTED, True)
            self.closeEditor.emit(box, hint.RevertModelCache)
        else:
            return False
        return True

    def setEditorData(self, editor: QtWidgets.QWidget, index: _Index) -> None:
        if not isinstance(editor, _CellBox):
            super().setEditorData(editor, index)
            return
        editor.setCurrentText(str(index.data(QtCore.Qt.ItemDataRole.EditRole) or ""))
        line = editor.lineEdit()
        if line is not None:
            line.selectAll()

    def setModelData(self, editor: QtWidgets.QWidget, model: QtCore.QAbstractItemModel, index: _Index) -> None:
        typed = editor.currentText() if isinstance(editor, _CellBox) else editor.property("text")
        # What was only looked at is no edit, least of all one of the whole selection.
        if typed != str(index.data(QtCore.Qt.ItemDataRole.EditRole) or ""):
            model.setData(index, typed)

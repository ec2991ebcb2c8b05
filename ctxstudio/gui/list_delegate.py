"""Inline editing in a list editor: a line with suggestions, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text

SHARE_ROLE: Final = QtCore.Qt.ItemDataRole.UserRole + 1
"""Which part of the agents has the text, in words."""
_WIDEST_POPUP = 460
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that is offered while typing.

    Attributes:
        text: the text.
        label: what the list of suggestions says.
        icon: stands before the label; None for none.
    """

    text: str
    label: str
    icon: QtGui.QIcon | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What inline editing came to.

    Attributes:
        row: the row that was edited.
        texts: what it shall hold; nothing if it was emptied, several if several lines were pasted.
    """

    row: int
    texts: tuple[str, ...]


class _Popup(QtWidgets.QListView):
    """The suggestions; wide enough to read and never beyond the screen."""

    def widen(self, labels: Sequence[str]) -> None:
        widest = max(map(self.fontMetrics().horizontalAdvance, labels), default=0)
        self.setMinimumWidth(min(widest + 48, _WIDEST_POPUP))

    def moveEvent(self, event: QtGui.QMoveEvent) -> None:
        super().moveEvent(event)
        area = self.screen().availableGeometry()
        left = max(area.left(), min(self.x(), area.right() - self.width()))
        if left != self.x():
            self.move(left, self.y())


class TextDelegate(QtWidgets.QStyledItemDelegate):
    """Edits one text on one line, with suggestions.

    Attributes:
        hint: what the line of a new text says while it is empty.
        entered: what the last inline editing came to, None if it changed nothing; whoever uses it takes it away.
    """

    def __init__(
        self,
        split: Callable[[str], Sequence[str]],
        suggest: Callable[[], Sequence[Suggestion]],
        parent: QtWidgets.QWidget,
    ) -> None:
        super().__init__(parent)
        self.hint = ""
        self.entered: Entered | None = None
        self._split, self._suggest = split, suggest
        self._editor: QtWidgets.QLineEdit | None = None
        self._before = ""

    def finish(self) -> None:
        """Take over what is in the open editor, if there is one."""
        if self._editor is not None:
            self.commitData.emit(self._editor)
            self.closeEditor.emit(self._editor, self.EndEditHint.NoHint)

    def displayText(self, value: Any, _: QtCore.QLocale | QtCore.QLocale.Language) -> str:
        return text.one_line(str(value))

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> None:
        share = index.data(SHARE_ROLE)
        if not share:
            super().paint(painter, option, index)
            return
        item = QtWidgets.QStyleOptionViewItem(option)
        self.initStyleOption(item, index)
        panel = QtWidgets.QStyle.PrimitiveElement.PE_PanelItemViewItem
        item.widget.style().drawPrimitive(panel, item, painter, item.widget)
        selected = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        role = QtGui.QPalette.ColorRole.HighlightedText if selected else QtGui.QPalette.ColorRole.PlaceholderText
        rest = QtWidgets.QStyleOptionViewItem(option)
        rest.rect.setRight(option.rect.right() - option.fontMetrics.horizontalAdvance(share) - 12)
        super().paint(painter, rest, index)
        painter.setPen(option.palette.color(role))
        align = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
        painter.drawText(option.rect.adjusted(0, 0, -4, 0), int(align), share)

    def createEditor(
        self, parent: QtWidgets.QWidget, _: QtWidgets.QStyleOptionViewItem, index: _Index
    ) -> QtWidgets.QWidget:
        line = QtWidgets.QLineEdit(parent)
        line.setFrame(False)
        line.setPlaceholderText(self.hint)
        owner = parent.parentWidget()
        line.setAccessibleName(f"{(owner.accessibleName() if owner else '') or 'list'}: text")
        suggestions = self._suggest()
        if suggestions:
            self._complete(line, suggestions)
            if not index.data():
                # All there is to choose from, as a box would show it; later, when the line has its place.
                QtCore.QTimer.singleShot(0, line, lambda: self._open(line))
        # Later: first the chosen suggestion, or the rest of what is pasted, has to reach the line. The delegate itself
        # does not see the Enter that closes the suggestions.
        line.returnPressed.connect(self.finish, QtCore.Qt.ConnectionType.QueuedConnection)
        line.textEdited.connect(self._on_text_edited)
        self._editor = line
        return line

    def _complete(self, line: QtWidgets.QLineEdit, suggestions: Sequence[Suggestion]) -> None:
        model = QtGui.QStandardItemModel(line)
        size = QtCore.QSize(0, line.fontMetrics().height() + 6)  # no width: what is too long is elided
        for suggestion in suggestions:
            item = QtGui.QStandardItem(text.one_line(suggestion.label))
            item.setData(suggestion.text, QtCore.Qt.ItemDataRole.UserRole)
            item.setSizeHint(size)
            if suggestion.icon is not None:
                item.setIcon(suggestion.icon)
            model.appendRow(item)
        completer = QtWidgets.QCompleter(model, line)
        completer.setCompletionRole(QtCore.Qt.ItemDataRole.UserRole)
        completer.setCaseSensitivity(QtCore.Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(QtCore.Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(12)
        popup = _Popup()
        completer.setPopup(popup)
        popup.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        popup.widen([suggestion.label for suggestion in suggestions])
        completer.activated.connect(self.finish, QtCore.Qt.ConnectionType.QueuedConnection)
        line.setCompleter(completer)

    def _open(self, line: QtWidgets.QLineEdit) -> None:
        completer = line.completer()
        if line is self._editor and line.hasFocus() and not line.text():
            completer.complete()

    def _on_text_edited(self, content: str) -> None:
        if content.count("\n") > self._before.count("\n"):  # several lines were pasted or dropped
            QtCore.QTimer.singleShot(0, self, self.finish)

    def destroyEditor(self, editor: QtWidgets.QWidget, index: _Index) -> None:
        self._editor = None
        super().destroyEditor(editor, index)

    def setEditorData(self, editor: QtWidgets.QWidget, index: _Index) -> None:
        if isinstance(editor, QtWidgets.QLineEdit):
            editor.setText(str(index.data()))
            self._before = editor.text()

    def setModelData(self, editor: QtWidgets.QWidget, _: QtCore.QAbstractItemModel, index: _Index) -> None:
        if not isinstance(editor, QtWidgets.QLineEdit) or editor.text() == self._before:
            return
        written = editor.text()
        lines = self._before.count("\n")
        # A text that had several lines in the file keeps them while it is edited.
        kept = lines and written.count("\n") == lines
        self.entered = Entered(index.row(), (written.strip(),) if kept else tuple(self._split(written)))

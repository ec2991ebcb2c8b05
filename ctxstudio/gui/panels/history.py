"""The steps that can be undone and done again, and which of them is on disk."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import labels, text
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.session import Session

_ROOT: Final = QtCore.QModelIndex()
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_TITLES: Final = ("Step", "State")


class _Row(NamedTuple):
    """A state of the directory.

    Attributes:
        title: the step that led to it.
        state: where it stands: `now`, `on disk`, `undone`; empty for done.
    """

    title: str
    state: str


class HistoryModel(QtCore.QAbstractTableModel):
    """The undo stack as rows: the first is the directory as it was opened, each other one the state after a step."""

    def __init__(self, stack: QtGui.QUndoStack, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._bold = labels.bold(QtWidgets.QApplication.font())
        # Kept: when everything goes, the stack goes first.
        self._rows: list[_Row] = []
        self._now = 0

    def refresh(self) -> None:
        """The stack is another."""
        self.beginResetModel()
        stack, self._now = self._stack, self._stack.index()
        titles = ["As opened", *(text.one_line(stack.text(step)) for step in range(stack.count()))]
        self._rows = [_Row(title[:1].upper() + title[1:], self._state(row)) for row, title in enumerate(titles)]
        self.endResetModel()

    def _state(self, row: int) -> str:
        words = ("now" if row == self._now else "", "on disk" if row == self._stack.cleanIndex() else "")
        return ", ".join(filter(None, (*words, "undone" if row > self._now else "")))

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: _Index, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, number = self._rows[index.row()], int(role)
        if number == int(QtCore.Qt.ItemDataRole.DisplayRole):
            return row[index.column()]
        if number == int(QtCore.Qt.ItemDataRole.AccessibleTextRole):
            return ", ".join(filter(None, row))
        if number == int(QtCore.Qt.ItemDataRole.SizeHintRole) and index.column() == 0:
            return QtCore.QSize(0, QtGui.QFontMetrics(QtWidgets.QApplication.font()).height() + 7)
        if number == int(QtCore.Qt.ItemDataRole.ToolTipRole):
            return text.tooltip(row.title)
        if number == int(QtCore.Qt.ItemDataRole.FontRole) and index.row() == self._now:
            return self._bold
        if number == int(QtCore.Qt.ItemDataRole.ForegroundRole) and index.row() > self._now:
            return QtWidgets.QApplication.palette().color(QtGui.QPalette.ColorRole.PlaceholderText)
        return None

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = QtCore.Qt.ItemDataRole.DisplayRole
    ) -> Any:
        horizontal = orientation is QtCore.Qt.Orientation.Horizontal
        return _TITLES[section] if horizontal and int(role) == int(QtCore.Qt.ItemDataRole.DisplayRole) else None


class HistoryView(QtWidgets.QTreeView):
    """The steps; a click or Return goes to one.

    Signals:
        step_requested: (int) the state after so many steps is wanted.
    """

    step_requested = QtCore.Signal(int)

    def __init__(self, session: Session, disk: Disk, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyView")
        self.setAccessibleName("History")
        self.setAccessibleDescription("The steps that were done; Return goes back or forth to the selected one")
        self._session, self._stack = session, session.undo_stack
        self._rows = HistoryModel(self._stack, self)
        self._stale = False
        self.setModel(self._rows)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(self.Shape.NoFrame)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideMiddle)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QtWidgets.QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QtWidgets.QHeaderView.ResizeMode.ResizeToContents)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)
        self._stack.indexChanged.connect(self._on_step)
        self._stack.cleanChanged.connect(self._refresh)
        session.opened.connect(self._on_step)
        disk.saved.connect(self._on_written)
        disk.taken.connect(self._on_written)
        self._refresh()

    def _on_chosen(self, index: QtCore.QModelIndex) -> None:
        if index.row() != self._stack.index():
            self.step_requested.emit(index.row())

    def _on_step(self) -> None:
        # Unsaved is a comparison. The stack's mark only tells which row is on disk, and follows it.
        if not self._session.workspace.changed_count:
            self._stack.setClean()
        elif self._stack.isClean():
            self._stack.resetClean()
        self._refresh()

    def _on_written(self) -> None:
        if self._session.workspace.changed_count:
            self._stack.resetClean()
        else:
            self._stack.setClean()
        self._refresh()

    def _refresh(self) -> None:
        self._stale = not self.isVisible()
        if not self._stale:
            self._rows.refresh()
            self.setCurrentIndex(self._rows.index(self._stack.index(), 0))

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._refresh()

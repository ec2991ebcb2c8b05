"""The files of the directory that are no rows of the table, and why."""

from __future__ import annotations

from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text
from ctxstudio.gui.session import Session

_ROOT: Final = QtCore.QModelIndex()
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_TITLES = ("Path", "Reason")


class NotLoadedModel(QtCore.QAbstractTableModel):
    """`Workspace.not_loaded`, which only grows until another directory is opened."""

    def __init__(self, session: Session, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows = list(session.workspace.not_loaded)

    def reset(self) -> None:
        """Another directory is open."""
        self.beginResetModel()
        self._rows = list(self._session.workspace.not_loaded)
        self.endResetModel()

    def extend(self) -> bool:
        """Take over what was added; whether there was anything."""
        new = self._session.workspace.not_loaded[len(self._rows) :]
        if new:
            self.beginInsertRows(_ROOT, len(self._rows), len(self._rows) + len(new) - 1)
            self._rows += new
            self.endInsertRows()
        return bool(new)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: _Index, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        value = self._rows[index.row()][index.column()]
        if int(role) == int(QtCore.Qt.ItemDataRole.DisplayRole):
            return text.one_line(value)
        if int(role) == int(QtCore.Qt.ItemDataRole.SizeHintRole):
            return QtCore.QSize(0, QtGui.QFontMetrics(QtWidgets.QApplication.font()).height() + 7)
        return text.tooltip(value) if int(role) == int(QtCore.Qt.ItemDataRole.ToolTipRole) else None

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = QtCore.Qt.ItemDataRole.DisplayRole
    ) -> Any:
        horizontal = orientation is QtCore.Qt.Orientation.Horizontal
        return _TITLES[section] if horizontal and int(role) == int(QtCore.Qt.ItemDataRole.DisplayRole) else None


class NotLoadedView(QtWidgets.QTreeView):
    """Path and reason of each file that is not loaded.

    Signals:
        count_changed: (int) how many there are.
    """

    count_changed = QtCore.Signal(int)

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notLoadedView")
        self.setAccessibleName("Files that are not loaded")
        self._rows = NotLoadedModel(session, self)
        order = QtCore.QSortFilterProxyModel(self)
        order.setSourceModel(self._rows)
        order.setSortCaseSensitivity(QtCore.Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(order)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(self.Shape.NoFrame)
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideMiddle)
        self.setSortingEnabled(True)
        self.sortByColumn(0, QtCore.Qt.SortOrder.AscendingOrder)
        self.header().resizeSection(0, 320)
        session.opened.connect(self._on_opened)
        session.agents_added.connect(self._on_added)
        session.loading_finished.connect(self._on_added)

    def count(self) -> int:
        """How many files are not loaded."""
        return self._rows.rowCount()

    def _on_opened(self) -> None:
        self._rows.reset()
        self.count_changed.emit(self.count())

    def _on_added(self) -> None:
        if self._rows.extend():
            self.count_changed.emit(self.count())

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.matches(QtGui.QKeySequence.StandardKey.Copy):
            rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
            lines = [f"{row.data()}\t{row.siblingAtColumn(1).data()}" for row in rows]
            QtGui.QGuiApplication.clipboard().setText("\n".join(lines))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.count():
            painter = QtGui.QPainter(self.viewport())
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.PlaceholderText))
            area = self.viewport().rect().adjusted(12, 12, -12, -12)
            flags = QtCore.Qt.AlignmentFlag.AlignHCenter | QtCore.Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), "Every Markdown file of this directory is an agent in the table.")

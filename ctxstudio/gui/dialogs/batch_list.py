"""The list of past saves: when, what, how many files, how it ended, where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text
from ctxstudio.storage.journal import Batch

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_Role = QtCore.Qt.ItemDataRole
_ROOT: Final = QtCore.QModelIndex()
_TITLES: Final = ("When", "What", "Files", "State", "Directory")
_WIDTHS: Final = (18, 34, 7, 18)
"""Digits of all columns but the last."""
_FILES: Final = 2
_MOST_NAMES: Final = 20


class BatchModel(QtCore.QAbstractTableModel):
    """Batches, one a row."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self.batches: Sequence[Batch] = ()

    def set_batches(self, batches: Sequence[Batch]) -> None:
        """Show other batches."""
        self.beginResetModel()
        self.batches = batches
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.batches)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        batch, role = self.batches[index.row()], int(role)
        cell = _cells(batch)[index.column()]
        if role == int(_Role.DisplayRole):
            return text.one_line(cell)
        if role == int(_Role.SizeHintRole):
            return QtCore.QSize(0, QtGui.QFontMetrics(QtWidgets.QApplication.font()).height() + 7)
        if role == int(_Role.ToolTipRole):
            return text.tooltip("\n".join([cell, *batch.ids[:_MOST_NAMES]]) if index.column() == _FILES else cell)
        return None

    def headerData(self, section: int, orientation: QtCore.Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        horizontal = orientation is QtCore.Qt.Orientation.Horizontal
        return _TITLES[section] if horizontal and int(role) == int(_Role.DisplayRole) else None


def _cells(batch: Batch) -> tuple[str, ...]:
    when = f"{batch.time.astimezone():%Y-%m-%d %H:%M}"
    return when, batch.title, f"{len(batch.ids):,}", state(batch), str(batch.directory)


def state(batch: Batch) -> str:
    """How a batch ended, in a few words."""
    if not batch.finished:
        return "interrupted"
    reasons = [reason for reason in batch.outcomes.values() if reason]
    if not reasons:
        return "finished"
    if len(reasons) < len(batch.ids):
        return f"{len(batch.ids) - len(reasons):,} of {len(batch.ids):,} written"
    return reasons[0] if len(set(reasons)) == 1 else "nothing written"


class BatchList(QtWidgets.QTreeView):
    """Batches to choose from.

    Attributes:
        batches: its model.
    """

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.batches = BatchModel(self)
        self.setObjectName("savedChangesList")
        self.setAccessibleName("Past saves, the newest first")
        self.setModel(self.batches)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(self.Shape.NoFrame)
        self.setTextElideMode(QtCore.Qt.TextElideMode.ElideMiddle)
        digit = self.fontMetrics().horizontalAdvance("0")
        for column, width in enumerate(_WIDTHS):
            self.header().resizeSection(column, width * digit)

    def batch(self) -> Batch | None:
        """The current one."""
        row = self.currentIndex().row()
        return self.batches.batches[row] if 0 <= row < len(self.batches.batches) else None

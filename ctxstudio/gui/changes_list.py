"""The list of changed files: check marks, folders, how many lines came and went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.gui import icons, text, theme
from ctxstudio.storage import diff

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_Role = QtCore.Qt.ItemDataRole
_Check = QtCore.Qt.CheckState
_ROOT: Final = QtCore.QModelIndex()
_FOLDER: Final = int(_Role.UserRole) + 1
_COUNTS: Final = int(_Role.UserRole) + 2
_NOTE: Final = int(_Role.UserRole) + 3
_QUICK = 256 << 10
"""Bytes of a file up to which its lines are counted before anybody looks at it."""
_GAP = 8


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of one file.

    Attributes:
        id: path relative to the directory, POSIX form.
        before: its content; None for no file.
        after: its content then; None for no file.
        note: what is to be known about it, or empty.
        checked: whether it is chosen at first.
        locked: whether the user cannot choose.
    """

    id: str
    before: bytes | None
    after: bytes | None
    note: str = ""
    checked: bool = True
    locked: bool = False


class ChangesModel(QtCore.QAbstractListModel):
    """The changes; where there are several, a first row stands for all.

    Attributes:
        changes: the files, in order.

    Signals:
        checked_changed: () others are checked now.
    """

    checked_changed = QtCore.Signal()

    def __init__(self, checkable: bool, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._checkable = checkable
        self.changes: tuple[FileChange, ...] = ()
        self._checked: set[str] = set()
        self._counts: dict[str, tuple[int, int]] = {}

    @property
    def offset(self) -> int:
        """How many rows stand above the files."""
        return 1 if len(self.changes) > 1 else 0

    def set_changes(self, changes: Sequence[FileChange]) -> None:
        """Take other files."""
        self.beginResetModel()
        self.changes = tuple(changes)
        self._checked = {change.id for change in changes if change.checked}
        self._counts = {}
        self.endResetModel()

    def change(self, row: int) -> FileChange | None:
        """The file of a row; None for the row of all."""
        place = row - self.offset
        return self.changes[place] if 0 <= place < len(self.changes) else None

    def checked_ids(self) -> tuple[str, ...]:
        """The checked files, in order."""
        return tuple(change.id for change in self.changes if change.id in self._checked)

    def toggle(self, rows: Collection[int]) -> None:
        """Check the files of some rows, or uncheck them where all are checked."""
        ids = self._free(rows)
        self._check(ids, not ids <= self._checked)

    def _free(self, rows: Collection[int]) -> set[str]:
        """The files of some rows that the user may check."""
        files = [self.change(row) for row in rows]
        chosen = self.changes if None in files else files
        return {change.id for change in chosen if self._checkable and change is not None and not change.locked}

    def _check(self, ids: set[str], checked: bool) -> None:
        before = len(self._checked)
        self._checked = self._checked | ids if checked else self._checked - ids
        if len(self._checked) != before:
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1), [_Role.CheckStateRole])
            self.checked_changed.emit()

    def note_counts(self, id: str, compared: diff.Comparison) -> None:
        """Take over what was counted elsewhere."""
        self._counts[id] = (compared.added, compared.removed)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.changes) + self.offset

    def flags(self, index: _Index) -> QtCore.Qt.ItemFlag:
        flags = QtCore.Qt.ItemFlag.ItemIsEnabled | QtCore.Qt.ItemFlag.ItemIsSelectable
        change = self.change(index.row())
        fixed = not self._checkable or (change is not None and change.locked)
        return flags if fixed else flags | QtCore.Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        change, role = self.change(index.row()), int(role)
        if role == int(_Role.CheckStateRole):
            return self._check_state(change) if self._checkable else None
        if change is None:
            return self._of_all(role)
        folder, _, name = change.id.rpartition("/")
        if role == int(_Role.DisplayRole):
            return text.one_line(name)
        if role == _FOLDER:
            return text.one_line(folder)
        if role == _COUNTS:
            return self._count(change)
        if role == _NOTE:
            return text.one_line(change.note)
        if role == int(_Role.ToolTipRole):
            return text.tooltip("\n".join(filter(None, (change.id, change.note))))
        return self._said(change) if role == int(_Role.AccessibleTextRole) else None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        if int(role) != int(_Role.CheckStateRole):
            return False
        if self.change(index.row()) is None:
            self.toggle([index.row()])
        else:
            self._check(self._free([index.row()]), _Check(value) is not _Check.Unchecked)
        return True

    def _check_state(self, change: FileChange | None) -> QtCore.Qt.CheckState:
        if change is not None:
            return _Check.Checked if change.id in self._checked else _Check.Unchecked
        if len(self._checked) == len(self.changes):
            return _Check.Checked
        return _Check.PartiallyChecked if self._checked else _Check.Unchecked

    def _of_all(self, role: int) -> Any:
        if role == int(_Role.FontRole):
            font = QtWidgets.QApplication.font()
            font.setBold(True)
            return font
        if role in (int(_Role.DisplayRole), int(_Role.AccessibleTextRole)):
            return f"All {len(self.changes):,} files"
        if role == _COUNTS and self._checkable:
            return f"{len(self._checked):,} checked"
        return None

    def _count(self, change: FileChange) -> tuple[int, int] | None:
        """Lines that come and go; None for a large file that nobody looked at yet."""
        if change.id not in self._counts:
            if len(change.before or b"") + len(change.after or b"") > _QUICK:
                return None
            self.note_counts(change.id, diff.Comparison(change.before, change.after))
        return self._counts[change.id]

    def _said(self, change: FileChange) -> str:
        counts = self._count(change)
        lines = f"{counted(counts[0], 'line')} added, {counted(counts[1], 'line')} removed" if counts else ""
        return text.one_line(", ".join(filter(None, (change.id, lines, change.note))))


class _FileDelegate(QtWidgets.QStyledItemDelegate):
    """Draws the folder dimmed behind the name, and the counts at the right."""

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._info = QtGui.QIcon()

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> None:
        item = QtWidgets.QStyleOptionViewItem(option)
        self.initStyleOption(item, index)
        style = item.widget.style()
        area = style.subElementRect(style.SubElement.SE_ItemViewItemText, item, item.widget).adjusted(4, 0, -6, 0)
        name, item.text = item.text, ""
        # Fusion draws the frame of a check box a little darker than the window: unseen on a dark one.
        item.palette.setColor(QtGui.QPalette.ColorRole.Window, theme.role_color("muted", item.palette))
        enabled = item.state
        if not index.flags() & QtCore.Qt.ItemFlag.ItemIsUserCheckable:
            item.state &= ~QtWidgets.QStyle.StateFlag.State_Enabled
        style.drawControl(style.ControlElement.CE_ItemViewItem, item, painter, item.widget)
        item.state = enabled
        painter.save()
        painter.setFont(item.font)
        # What stands at the right comes first: the name gives way.
        area.setRight(self._paint_counts(painter, item, area, index.data(_COUNTS)))
        if index.data(_NOTE):
            area.setRight(self._paint_icon(painter, item, area))
        self._paint_name(painter, item, area, name, index.data(_FOLDER) or "")
        painter.restore()

    def _paint_counts(
        self,
        painter: QtGui.QPainter,
        item: QtWidgets.QStyleOptionViewItem,
        area: QtCore.QRect,
        counts: object,
    ) -> int:
        """The right edge of what is left of the area."""
        right = area.right()
        muted = (theme.role_color("muted", item.palette), str(counts or ""))
        parts = [muted]
        if isinstance(counts, tuple):
            parts = [
                (theme.role_color(role, item.palette), f"{sign}{count:,}")
                for role, sign, count in (("removed", "−", counts[1]), ("added", "+", counts[0]))
            ]
        for color, content in parts:
            width = item.fontMetrics.horizontalAdvance(content)
            painter.setPen(_on_selection(item, color))
            cell = QtCore.QRect(right - width, area.top(), width, area.height())
            painter.drawText(cell, int(QtCore.Qt.AlignmentFlag.AlignVCenter), content)
            right -= width + _GAP
        return right

    def _paint_icon(self, painter: QtGui.QPainter, item: QtWidgets.QStyleOptionViewItem, area: QtCore.QRect) -> int:
        icon = icons.icon("info", item.palette, _on_selection(item, theme.role_color("muted", item.palette)))
        cell = QtCore.QRect(area.right() - 14, area.center().y() - 7, 14, 14)
        icon.paint(painter, cell)
        return cell.left() - _GAP

    def _paint_name(
        self,
        painter: QtGui.QPainter,
        item: QtWidgets.QStyleOptionViewItem,
        area: QtCore.QRect,
        name: str,
        folder: str,
    ) -> None:
        align = int(QtCore.Qt.AlignmentFlag.AlignVCenter)
        shown = item.fontMetrics.elidedText(name, QtCore.Qt.TextElideMode.ElideMiddle, area.width())
        painter.setPen(_on_selection(item, item.palette.color(QtGui.QPalette.ColorRole.Text)))
        painter.drawText(area, align, shown)
        area.setLeft(area.left() + item.fontMetrics.horizontalAdvance(shown) + _GAP)
        if folder and area.width() > 40:
            painter.setPen(_on_selection(item, theme.role_color("muted", item.palette)))
            mode = QtCore.Qt.TextElideMode.ElideLeft
            painter.drawText(area, align, item.fontMetrics.elidedText(folder, mode, area.width()))

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, _index: _Index) -> QtCore.QSize:
        return QtCore.QSize(0, max(option.fontMetrics.height() + 8, 22))


def _on_selection(item: QtWidgets.QStyleOptionViewItem, color: QtGui.QColor) -> QtGui.QColor:
    """A colour, or that of selected text: the coloured ones are readable on the base only."""
    if item.state & QtWidgets.QStyle.StateFlag.State_Selected:
        return item.palette.color(QtGui.QPalette.ColorRole.HighlightedText)
    return color


class ChangesList(QtWidgets.QListView):
    """The files, one below the other; the space bar checks those that are selected."""

    def __init__(self, model: ChangesModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._changes = model
        self.setModel(model)
        self.setItemDelegate(_FileDelegate(self))
        self.setObjectName("changesList")
        self.setAccessibleName("Changed files")
        self.setFrameShape(self.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Space:
            self._changes.toggle([index.row() for index in self.selectionModel().selectedIndexes()])
        else:
            super().keyPressEvent(event)

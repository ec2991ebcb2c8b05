"""The table that compares a profile with the open directory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text, theme
from ctxstudio.policy import fields
from ctxstudio.policy.profiles import Row, Status
from ctxstudio.policy.values import Policy, Switch

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_Role = QtCore.Qt.ItemDataRole
_ROOT: Final = QtCore.QModelIndex()
_TITLES: Final = ("Agent", "", "Now", "Profile", "Differs in")
_STATUS_COLUMN: Final = 1
_SIGNS: Final = {Status.MATCHES: "=", Status.DIFFERS: "≠", Status.MISSING: "−", Status.EXTRA: "+"}
_WORDS: Final = {
    Status.MATCHES: "matches",
    Status.DIFFERS: "differs",
    Status.MISSING: "not in the directory",
    Status.EXTRA: "not in the profile",
}
_LONGEST = 60


class ProfileModel(QtCore.QAbstractTableModel):
    """One row an agent. Those that differ can be checked.

    Signals:
        checked_changed: () others are checked now.
    """

    checked_changed = QtCore.Signal()

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Row, ...] = ()
        self._shown: list[Row] = []
        self._status: Status | None = None
        self._left_out: set[str] = set()
        self._sorted_by, self._order = -1, QtCore.Qt.SortOrder.AscendingOrder

    # For the dialog

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show another comparison; what was unchecked stays so."""
        self._all = tuple(rows)
        self._rebuild()
        self.checked_changed.emit()

    def show_only(self, status: Status | None) -> None:
        """Show the rows of one status, or all."""
        self._status = status
        self._rebuild()

    def forget(self) -> None:
        """Check all again: it is another profile now."""
        self._left_out = set()

    def counts(self) -> Mapping[Status, int]:
        """How many rows have which status."""
        return Counter(row.status for row in self._all)

    def checked(self) -> list[Row]:
        """The rows that differ and are checked, shown or not."""
        return [row for row in self._all if self._is_checked(row)]

    def check(self, rows: Collection[int], checked: bool) -> None:
        """Check or uncheck some of the shown rows."""
        ids = {self._shown[row].id for row in rows if self._shown[row].status is Status.DIFFERS}
        self._left_out = self._left_out - ids if checked else self._left_out | ids
        if ids:
            last = self.index(len(self._shown) - 1, 0)
            self.dataChanged.emit(self.index(0, 0), last, [_Role.CheckStateRole])
            self.checked_changed.emit()

    def row(self, position: int) -> Row:
        """The row that is shown there."""
        return self._shown[position]

    def _is_checked(self, row: Row) -> bool:
        return row.status is Status.DIFFERS and row.id not in self._left_out

    def _rebuild(self) -> None:
        self.beginResetModel()
        self._shown = [row for row in self._all if self._status in (None, row.status)]
        if self._sorted_by >= 0:
            descending = self._order is QtCore.Qt.SortOrder.DescendingOrder
            self._shown.sort(key=lambda row: _sort_key(row, self._sorted_by), reverse=descending)
        self.endResetModel()

    # For the view

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: QtCore.Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation is QtCore.Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return _TITLES[section]
        if section == _STATUS_COLUMN and role in (_Role.ToolTipRole, _Role.AccessibleTextRole):
            return "How the agent stands to the profile"
        return None

    def flags(self, index: _Index) -> QtCore.Qt.ItemFlag:
        flags = QtCore.Qt.ItemFlag.ItemIsEnabled | QtCore.Qt.ItemFlag.ItemIsSelectable
        checkable = index.column() == 0 and self._shown[index.row()].status is Status.DIFFERS
        return flags | QtCore.Qt.ItemFlag.ItemIsUserCheckable if checkable else flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], index.column()
        if role == _Role.DisplayRole:
            return _SIGNS[row.status] if column == _STATUS_COLUMN else text.one_line(_cell(row, column))
        if role == _Role.ToolTipRole:
            return text.tooltip(explained(row))
        if role == _Role.AccessibleTextRole:
            said = _WORDS[row.status] if column == _STATUS_COLUMN else _cell(row, column)
            return text.one_line(f"{_TITLES[column] or 'Status'}: {said or 'nothing'}")
        if role == _Role.CheckStateRole and column == 0 and row.status is Status.DIFFERS:
            return QtCore.Qt.CheckState.Checked if self._is_checked(row) else QtCore.Qt.CheckState.Unchecked
        if role == _Role.TextAlignmentRole and column == _STATUS_COLUMN:
            return QtCore.Qt.AlignmentFlag.AlignCenter
        if role == _Role.ForegroundRole and row.status is not Status.DIFFERS:
            return theme.role_color("muted", QtWidgets.QApplication.palette())
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        if role != _Role.CheckStateRole:
            return False
        self.check([index.row()], QtCore.Qt.CheckState(value) is QtCore.Qt.CheckState.Checked)
        return True

    def sort(self, column: int, order: QtCore.Qt.SortOrder = QtCore.Qt.SortOrder.AscendingOrder) -> None:
        self._sorted_by, self._order = column, order
        self._rebuild()


class _CheckDelegate(QtWidgets.QStyledItemDelegate):
    """Draws check boxes that are seen on a dark ground too."""

    def initStyleOption(self, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        # Fusion draws the frame of a check box a little darker than the window.
        option.palette.setColor(QtGui.QPalette.ColorRole.Window, theme.role_color("muted", option.palette))


class ProfileTable(QtWidgets.QTableView):
    """The comparison; the space bar checks the selected rows."""

    def __init__(self, model: ProfileModel, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self.setObjectName("profileTable")
        self.setAccessibleName("Comparison of the profile with the directory")
        self.setModel(model)
        self.setItemDelegateForColumn(0, _CheckDelegate(self))
        self.setSelectionBehavior(self.SelectionBehavior.SelectRows)
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter)
        header.setSortIndicator(-1, QtCore.Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        for column, width in enumerate((160, 28, 140, 170)):
            header.resizeSection(column, width)
        header.setStretchLastSection(True)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() != QtCore.Qt.Key.Key_Space:
            super().keyPressEvent(event)
            return
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        can = [row for row in rows if self._rows.row(row).status is Status.DIFFERS]
        checked = QtCore.Qt.CheckState.Checked
        unchecked = any(self._rows.index(row, 0).data(_Role.CheckStateRole) is not checked for row in can)
        self._rows.check(can, unchecked)


def _cell(row: Row, column: int) -> str:
    if column == 0:
        return row.name
    if column in (2, 3):
        return short(row.now if column == 2 else row.wanted, row.differs)
    return ", ".join(fields.field(id).title.lower() for id in row.differs)


def _sort_key(row: Row, column: int) -> tuple[str, str]:
    return (str(row.status) if column == _STATUS_COLUMN else _cell(row, column).casefold(), row.name.casefold())


def short(policy: Policy | None, about: Collection[str]) -> str:
    """A policy in a few words: the preference, where it may switch to, and the fields that somebody asks about."""
    if policy is None:
        return ""
    words = policy.preference or "(inherits)"
    words += f" > {policy.escalation.to or '?'}" if policy.escalation else ""
    words += f" < {policy.fast_path.to or '?'}" if policy.fast_path else ""
    more = [
        f"{fields.field(id).title.lower()} {_value(policy, id)}"
        for id in about
        if id not in ("preference", "escalation", "escalation.to", "fast_path", "fast_path.to")
    ]
    return "; ".join([words, *more])


def explained(row: Row) -> str:
    """A row in several lines, for a tooltip."""
    place = row.id or row.key
    lines = [place, _WORDS[row.status]]
    for id in row.differs:
        title = fields.field(id).title
        if row.now is not None and row.wanted is not None:
            lines += [f"{title} now: {_value(row.now, id)}", f"{title} in the profile: {_value(row.wanted, id)}"]
    return "\n".join(lines)


def _value(policy: Policy, id: str) -> str:
    name, _, part = id.partition(".")
    value = getattr(policy, name)
    if part:
        value = getattr(value or Switch(), part)
    said = text.one_line(fields.display(fields.field(id).kind, value))
    return (said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…") or "(none)"

"""The fields of one agent in three versions, with the side that is taken."""

from __future__ import annotations

from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import labels, text, theme
from ctxstudio.policy import fields, merge
from ctxstudio.policy.fields import Kind
from ctxstudio.policy.merge import PARTS, Conflict, Origin
from ctxstudio.policy.values import Policy

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_Role = QtCore.Qt.ItemDataRole
_ROOT: Final = QtCore.QModelIndex()
_FIELD, _BASE, _DISK, _MINE, _WHO = range(5)
_TITLES: Final = ("Field", "When read", "On disk", "Mine", "Changed")
_WHO_CHANGED: Final = {
    Origin.NOBODY: "",
    Origin.DISK: "on disk",
    Origin.MINE: "by me",
    Origin.BOTH: "by both, alike",
    Origin.CLASH: "by both: choose",
}
_CHOSEN: Final = int(_Role.UserRole) + 1
_LONGEST: Final = 300
_TALLEST: Final = 120
_RADIO: Final = 24
_PAD: Final = 4


class Choices:
    """What is taken for one agent: what one side changed from that side, what both changed from mine, until chosen.

    Attributes:
        conflict: the agent.
        origins: who changed each part.
    """

    def __init__(self, conflict: Conflict) -> None:
        self.conflict = conflict
        self.origins = merge.origins(conflict.base, conflict.disk, conflict.mine)
        self._from_disk = {id for id, origin in self.origins.items() if origin is Origin.DISK}

    @property
    def clashes(self) -> int:
        """How many parts both sides changed to different values."""
        return sum(origin is Origin.CLASH for origin in self.origins.values())

    def is_open(self, part: str) -> bool:
        """Whether there is something to choose: the two sides differ."""
        return self.origins[part] not in (Origin.NOBODY, Origin.BOTH)

    def takes_disk(self, part: str) -> bool:
        """Whether a part is taken from the disk."""
        return part in self._from_disk

    def take(self, part: str, *, disk: bool) -> None:
        """Take a part from one side."""
        if not self.is_open(part):
            return
        if disk:
            self._from_disk.add(part)
        else:
            self._from_disk.discard(part)

    def take_all(self, *, disk: bool) -> None:
        """Take all parts from one side."""
        for part in self.origins:
            self.take(part, disk=disk)

    def result(self) -> Policy:
        """The policy that comes of it."""
        return merge.combine(self.conflict.disk, self.conflict.mine, self._from_disk)


class _ConflictModel(QtCore.QAbstractTableModel):
    """Parts of a policy x versions."""

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self.choices: Choices | None = None

    def show(self, choices: Choices) -> None:
        """Show another agent."""
        self.beginResetModel()
        self.choices = choices
        self.endResetModel()

    def refresh(self) -> None:
        """Others are chosen now."""
        self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, _WHO))

    def take(self, index: _Index) -> None:
        """Take a part from the side of a cell."""
        if self.choices is not None and index.isValid() and index.column() in (_DISK, _MINE):
            self.choices.take(PARTS[index.row()].id, disk=index.column() == _DISK)
            self.refresh()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.choices is None else len(PARTS)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: QtCore.Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        horizontal = orientation is QtCore.Qt.Orientation.Horizontal
        return _TITLES[section] if horizontal and int(role) == int(_Role.DisplayRole) else None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid() or self.choices is None:
            return None
        part, role = PARTS[index.row()], int(role)
        origin = self.choices.origins[part.id]
        if role == int(_Role.TextAlignmentRole):
            return QtCore.Qt.AlignmentFlag.AlignTop | QtCore.Qt.AlignmentFlag.AlignLeft
        if index.column() == _FIELD:
            return {int(_Role.DisplayRole): part.title, int(_Role.ToolTipRole): text.tooltip(part.help)}.get(role)
        if index.column() == _WHO:
            return self._who(origin, role)
        said = self._said(index)
        if role == int(_Role.DisplayRole):
            return (said[:_LONGEST] + "…" if len(said) > _LONGEST else said) or "—"
        if role == int(_Role.ToolTipRole):
            return text.tooltip(said)
        if role == _CHOSEN and index.column() != _BASE and self.choices.is_open(part.id):
            return self.choices.takes_disk(part.id) == (index.column() == _DISK)
        return self._look(index, origin, role)

    def _said(self, index: _Index) -> str:
        """A cell as text, a list with one entry a line."""
        if self.choices is None:
            return ""
        conflict, part = self.choices.conflict, PARTS[index.row()]
        found = merge.value(part, (conflict.base, conflict.disk, conflict.mine)[index.column() - _BASE])
        if part.kind in (Kind.MODELS, Kind.TEXTS):
            return "\n".join(f"• {text.one_line(item)}" for item in found)
        return text.shown(fields.display(part.kind, found))

    def _who(self, origin: Origin, role: int) -> Any:
        if role == int(_Role.DisplayRole):
            return _WHO_CHANGED[origin]
        if role == int(_Role.DecorationRole) and origin is Origin.CLASH:
            return labels.severity_icon(Severity.WARNING, QtWidgets.QApplication.palette())
        return None

    def _look(self, index: _Index, origin: Origin, role: int) -> Any:
        palette = QtWidgets.QApplication.palette()
        differs = index.column() != _BASE and self._said(index) != self._said(self.index(index.row(), _BASE))
        if role == int(_Role.FontRole):
            return labels.bold(QtWidgets.QApplication.font(), differs)
        if role == int(_Role.BackgroundRole) and differs:
            return theme.role_color("added_ground", palette)
        if role == int(_Role.ForegroundRole) and origin is Origin.NOBODY:
            return theme.role_color("muted", palette)
        if role == int(_Role.AccessibleTextRole):
            chosen = ", taken" if self.data(index, _CHOSEN) else ""
            return (
                f"{_TITLES[index.column()]}: {self._said(index) or 'nothing'}{', changed' if differs else ''}{chosen}"
            )
        return None


class _RadioDelegate(QtWidgets.QStyledItemDelegate):
    """Draws a radio button in the cells that can be taken."""

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> None:
        item = QtWidgets.QStyleOptionViewItem(option)
        self.initStyleOption(item, index)
        style, state = option.widget.style(), QtWidgets.QStyle.StateFlag
        # The ground of the whole cell first, then its text beside the button.
        style.drawPrimitive(style.PrimitiveElement.PE_PanelItemViewItem, item, painter, option.widget)
        item.rect.adjust(_RADIO if index.column() in (_DISK, _MINE) else _PAD, _PAD, 0, 0)
        item.state &= ~state.State_Selected & ~state.State_HasFocus
        item.backgroundBrush = QtGui.QBrush()
        style.drawControl(style.ControlElement.CE_ItemViewItem, item, painter, option.widget)
        chosen = index.data(_CHOSEN)
        if chosen is None:
            return
        button = QtWidgets.QStyleOptionButton()
        button.palette = item.palette
        # As with check boxes, Fusion's frame would not be seen on a dark ground.
        button.palette.setColor(QtGui.QPalette.ColorRole.Window, theme.role_color("muted", item.palette))
        button.rect = QtCore.QRect(option.rect.left() + 6, option.rect.top() + _PAD + 1, 14, 14)
        button.state = state.State_Enabled | (state.State_On if chosen else state.State_Off)
        style.drawPrimitive(style.PrimitiveElement.PE_IndicatorRadioButton, button, painter, option.widget)

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> QtCore.QSize:
        item = QtWidgets.QStyleOptionViewItem(option)
        table = option.widget
        if isinstance(table, QtWidgets.QTableView):
            item.rect.setWidth(table.columnWidth(index.column()) - _RADIO)
        size = super().sizeHint(item, index)
        return QtCore.QSize(size.width() + _RADIO, min(size.height() + 2 * _PAD, _TALLEST))


class ConflictTable(QtWidgets.QTableView):
    """The fields of one agent; a click or the space bar takes a field from the side of the cell."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _ConflictModel(self)
        self.setObjectName("conflictTable")
        self.setAccessibleName("Fields in three versions")
        self.setModel(self._model)
        self.setItemDelegate(_RadioDelegate(self))
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(QtCore.Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(header.ResizeMode.Stretch)
        for column in (_FIELD, _WHO):
            header.setSectionResizeMode(column, header.ResizeMode.ResizeToContents)
        self.verticalHeader().hide()
        # Only when all columns have their width: the header tells of each before the next is set.
        self._settling = QtCore.QTimer(self, singleShot=True, interval=0)
        self._settling.timeout.connect(self.resizeRowsToContents)
        header.sectionResized.connect(self._settling.start)
        self.clicked.connect(self._model.take)

    def show_choices(self, choices: Choices) -> None:
        """Show another agent."""
        self._model.show(choices)
        self.resizeRowsToContents()
        first = next((row for row, part in enumerate(PARTS) if choices.is_open(part.id)), 0)
        self.setCurrentIndex(self._model.index(first, _MINE))

    def refresh(self) -> None:
        """Others are chosen now."""
        self._model.refresh()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Space:
            self._model.take(self.currentIndex())
        else:
            super().keyPressEvent(event)

"""The table of the decision matrix's rows for the current agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text, theme
from ctxstudio.gui.session import Session
from ctxstudio.policy.matrix import Row
from ctxstudio.policy.values import Trait, TraitSource

_ROOT: Final = QtCore.QModelIndex()
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_STATE, _LABEL, _WEIGHTS = 0, 1, 2
_HELP: Final = {_STATE: "Whether the agent has this characteristic."}
_WEIGHT_HELP: Final = "What the row adds to the model's score if it is on."
_WHY_ROLE: Final = int(QtCore.Qt.ItemDataRole.UserRole)
_LEFT: Final = QtCore.Qt.AlignmentFlag.AlignLeft
_WIDE = 520
"""Pixels from which the words have a column of their own."""


class TraitModel(QtCore.QAbstractTableModel):
    """The rows of the matrix for the current agent, read from the workspace when they are asked for."""

    def __init__(self, session: Session, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._matrix = session.shipped.matrix
        self._rows = tuple(self._matrix.rows.values())
        self._why = _WEIGHTS + len(self._matrix.columns)
        role = QtCore.Qt.ItemDataRole
        self._by_role: dict[int, Callable[[Row, Trait | None, int], Any]] = {
            int(role.DisplayRole): self._display,
            int(role.ToolTipRole): self._tooltip,
            int(role.ForegroundRole): self._foreground,
            int(role.TextAlignmentRole): self._alignment,
            int(role.AccessibleTextRole): self._spoken,
            _WHY_ROLE: lambda _, trait, column: _why(trait) if trait and column == _LABEL else None,
        }

    def refresh(self) -> None:
        """The agent or its assessment is another."""
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, self._why))

    def _trait(self, row: Row) -> Trait | None:
        session = self._session
        assessment = session.workspace.agent(session.selection[0]).assessment if session.selection else None
        if assessment is None:
            return None
        return next((trait for trait in assessment.traits if trait.id == row.id), None)

    def _weight(self, row: Row, column: int) -> float | None:
        return row.weights[self._matrix.columns[column - _WEIGHTS]] if _WEIGHTS <= column < self._why else None

    def _display(self, row: Row, trait: Trait | None, column: int) -> str:
        if column == _LABEL:
            return row.label
        if trait is None:
            return ""
        if column == _STATE:
            return "✓ on" if trait.on else "– off"
        weight = self._weight(row, column)
        if weight is not None:
            return _signed(weight) if trait.on else f"{weight:g}".replace("-", "−")
        return _why(trait)

    def _tooltip(self, row: Row, trait: Trait | None, _: int) -> str:
        if trait is None:
            return ""
        why = _why(trait) or ("" if trait.on else "too little in the agent's text speaks for it")
        weights = ", ".join(f"{name} {_signed(row.weights[name])}" for name in self._matrix.columns)
        return text.tooltip(f"{row.label}: {'on' if trait.on else 'off'}\n{why}\n{weights}")

    def _foreground(self, _: Row, trait: Trait | None, column: int) -> QtGui.QColor | None:
        palette = QtGui.QGuiApplication.palette()
        if trait is None or not trait.on:
            return theme.role_color("muted", palette)
        return theme.role_color("added", palette) if column == _STATE else None

    def _alignment(self, row: Row, _: Trait | None, column: int) -> QtCore.Qt.AlignmentFlag:
        centred = self._weight(row, column) is not None
        side = QtCore.Qt.AlignmentFlag.AlignHCenter if centred else QtCore.Qt.AlignmentFlag.AlignLeft
        return side | QtCore.Qt.AlignmentFlag.AlignVCenter

    def _spoken(self, row: Row, trait: Trait | None, column: int) -> str:
        why = f", because of {_why(trait)}" if trait and column == _LABEL and _why(trait) else ""
        return f"{self._title(column)}: {self._display(row, trait, column) or 'none'}{why}"

    def _title(self, column: int) -> str:
        titles = {_STATE: "State", _LABEL: "Characteristic", self._why: "Why"}
        return titles.get(column) or self._matrix.columns[column - _WEIGHTS].capitalize()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else self._why + 1

    def data(self, index: _Index, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        find = self._by_role.get(int(role))
        if find is None or not index.isValid():
            return None
        row = self._rows[index.row()]
        return find(row, self._trait(row), index.column())

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = QtCore.Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not QtCore.Qt.Orientation.Horizontal or not 0 <= section <= self._why:
            return None
        if int(role) == int(QtCore.Qt.ItemDataRole.TextAlignmentRole):
            return self._alignment(self._rows[0], None, section)
        if int(role) == int(QtCore.Qt.ItemDataRole.ToolTipRole):
            return text.tooltip(_HELP.get(section, "" if section == self._why else _WEIGHT_HELP))
        return self._title(section) if int(role) == int(QtCore.Qt.ItemDataRole.DisplayRole) else None


class _LabelDelegate(QtWidgets.QStyledItemDelegate):
    """Draws a characteristic with the words that decided below it, where they have no column of their own."""

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> None:
        why = index.data(_WHY_ROLE)
        if not why or option.rect.height() < 2 * option.fontMetrics.height():
            super().paint(painter, option, index)
            return
        item = QtWidgets.QStyleOptionViewItem(option)
        self.initStyleOption(item, index)
        label, item.text = item.text, ""
        item.widget.style().drawControl(QtWidgets.QStyle.ControlElement.CE_ItemViewItem, item, painter, item.widget)
        selected = bool(item.state & QtWidgets.QStyle.StateFlag.State_Selected)
        role = QtGui.QPalette.ColorRole.HighlightedText if selected else QtGui.QPalette.ColorRole.Text
        area = item.rect.adjusted(3, 0, -3, 0)
        upper, lower = QtCore.QRect(area), QtCore.QRect(area)
        upper.setBottom(area.center().y())
        lower.setTop(area.center().y())
        painter.save()
        painter.setPen(item.palette.color(role))
        painter.drawText(upper, int(_LEFT | QtCore.Qt.AlignmentFlag.AlignBottom), label)
        painter.setPen(item.palette.color(role) if selected else theme.role_color("muted", item.palette))
        words = item.fontMetrics.elidedText(why, QtCore.Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(lower, int(_LEFT | QtCore.Qt.AlignmentFlag.AlignTop), words)
        painter.restore()


class TraitTable(QtWidgets.QTableView):
    """All rows, without a scroll bar of its own; the words get a column or, in a narrow panel, a second line."""

    def __init__(self, model: TraitModel) -> None:
        super().__init__()
        self.setObjectName("traitsView")
        self.setAccessibleName("Characteristics of the decision matrix")
        self.setModel(model)
        self.setItemDelegateForColumn(_LABEL, _LabelDelegate(self))
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setSelectionBehavior(self.SelectionBehavior.SelectRows)
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(30)
        header.setHighlightSections(False)
        header.setSectionResizeMode(header.ResizeMode.ResizeToContents)
        self._why = model.columnCount() - 1
        self._fitted: tuple[bool, list[bool]] | None = None
        header.setSectionResizeMode(self._why, header.ResizeMode.Stretch)
        self.fit()

    def fit(self) -> None:
        """Give each row, and so the table, the height that its content takes."""
        narrow, model = self.width() < _WIDE, self.model()
        two = [narrow and bool(model.index(row, _LABEL).data(_WHY_ROLE)) for row in range(model.rowCount())]
        if (narrow, two) == self._fitted:
            return
        self._fitted = (narrow, two)
        header, mode = self.horizontalHeader(), QtWidgets.QHeaderView.ResizeMode
        header.setSectionResizeMode(_LABEL, mode.Stretch if narrow else mode.ResizeToContents)
        self.setColumnHidden(self._why, narrow)
        line = self.fontMetrics().height()
        heights = [2 * line + 10 if high else line + 7 for high in two]
        for row, height in enumerate(heights):
            self.setRowHeight(row, height)
        self.setFixedHeight(sum(heights) + header.sizeHint().height() + 2 * self.frameWidth())

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


def _why(trait: Trait) -> str:
    """What put the characteristic on; empty if it is off."""
    if trait.source is TraitSource.USER:
        return "set by hand"
    return text.one_line(", ".join(trait.words)) if trait.on else ""


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"

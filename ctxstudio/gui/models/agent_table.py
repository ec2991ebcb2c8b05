"""The table's model: ids in the order and the selection that the user asked for, values from the workspace."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from PySide6 import QtCore, QtGui

from ctxstudio.errors import RefusedError
from ctxstudio.gui import text, theme
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields, query
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.values import Agent

_ROOT: Final = QtCore.QModelIndex()
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_ALIGN_RIGHT: Final = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
_ALIGN_LEFT: Final = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter


class AgentTableModel(QtCore.QAbstractTableModel):
    """Agents as rows, fields as columns. Sorts and filters itself: a proxy over a Python model is ten times slower.

    Signals:
        edit_requested: (tuple of ids, str field id, value) a cell was edited.
        edit_refused: (str) what was typed cannot be a value.
    """

    edit_requested = QtCore.Signal(object, str, object)
    edit_refused = QtCore.Signal(str)

    def __init__(self, session: Session, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._order: list[str] = []
        self._view: list[str] = []
        self._rows: dict[str, int] | None = None
        self._query = query.Query()
        self._accept: Callable[[Agent], bool] | None = None
        self._searchable: dict[str, str] = {}
        self._sorted_by: tuple[int, bool] = (-1, False)
        self._bold = QtGui.QFont()
        self._bold.setBold(True)
        # Role numbers, not enum members: an enum compared for each of 500 visible cells doubles the repaint.
        self._by_role: dict[int, Callable[[Agent, Field], Any]] = {
            int(QtCore.Qt.ItemDataRole.DisplayRole): lambda agent, field: text.one_line(field.display(agent)),
            int(QtCore.Qt.ItemDataRole.EditRole): self._edit_text,
            int(QtCore.Qt.ItemDataRole.ToolTipRole): self._tooltip,
            int(QtCore.Qt.ItemDataRole.FontRole): self._font,
            int(QtCore.Qt.ItemDataRole.ForegroundRole): self._foreground,
            int(QtCore.Qt.ItemDataRole.TextAlignmentRole): lambda _, field: _alignment(field),
            int(QtCore.Qt.ItemDataRole.AccessibleTextRole): self._spoken,
        }
        session.opened.connect(self._on_opened)
        session.agents_added.connect(self._on_added)
        session.agents_changed.connect(self._on_changed)

    # Ids and rows

    def id_at(self, row: int) -> str:
        """The agent in a row."""
        return self._view[row]

    def row_of(self, id: str) -> int:
        """The row of an agent, -1 if it is filtered out."""
        if self._rows is None:
            self._rows = {id: row for row, id in enumerate(self._view)}
        return self._rows.get(id, -1)

    def shown_ids(self) -> tuple[str, ...]:
        """The agents that pass the filter, in order."""
        return tuple(self._view)

    # Filtering

    def set_filter(self, wanted: query.Query, accept: Callable[[Agent], bool] | None = None) -> None:
        """Show only agents that match a query and pass a test."""
        self._query, self._accept = wanted, accept
        view = self._filtered(self._order)
        if view != self._view:
            self.beginResetModel()
            self._view, self._rows = view, None
            self.endResetModel()

    def _filtered(self, ids: Collection[str]) -> list[str]:
        if not self._query and self._accept is None:
            return list(ids)
        workspace, searchable = self._session.workspace, self._searchable
        view = []
        for id in ids:
            agent = workspace.agent(id)
            haystack = searchable.get(id)
            if haystack is None:
                haystack = searchable[id] = query.searchable(agent)
            if self._query.matches(agent, haystack) and (self._accept is None or self._accept(agent)):
                view.append(id)
        return view

    # What the session tells

    def _on_opened(self) -> None:
        self.beginResetModel()
        self._order, self._view, self._rows, self._searchable = [], [], None, {}
        self.endResetModel()

    def _on_added(self, ids: tuple[str, ...]) -> None:
        self._order += ids
        view = self._filtered(ids)
        if view:
            self.beginInsertRows(_ROOT, len(self._view), len(self._view) + len(view) - 1)
            self._view += view
            self._rows = None
            self.endInsertRows()

    def _on_changed(self, ids: tuple[str, ...]) -> None:
        for id in ids:
            self._searchable.pop(id, None)
        rows = [row for id in ids if (row := self.row_of(id)) >= 0]
        if rows:
            last = self.columnCount() - 1
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), last))

    # Values by role

    def _edit_text(self, agent: Agent, field: Field) -> str:
        if field.kind is Kind.SWITCH:
            switch = field.value(agent)
            return (switch.to or "") if switch else ""
        return field.display(agent)

    def _tooltip(self, agent: Agent, field: Field) -> str:
        lines = [text.shown(field.display(agent))]
        if self._is_changed(agent, field):
            before = fields.display(field.kind, fields.saved_value(field, agent)) or "(none)"
            lines = [f"now: {lines[0] or '(none)'}", f"on disk: {before}"]
        switch = field.value(agent) if field.kind is Kind.SWITCH else None
        lines += [f"• {trigger}" for trigger in switch.when] if switch else []
        if field.id == "state":
            lines += [issue.text() for issue in agent.problems]
        advice = agent.assessment.recommendation if agent.assessment else None
        if field.id == "recommendation" and advice:
            lines.append(advice.reason)
        return text.tooltip("\n".join(line for line in lines if line))

    def _is_changed(self, agent: Agent, field: Field) -> bool:
        return agent.changed and field.assign is not None and field.value(agent) != fields.saved_value(field, agent)

    def _font(self, agent: Agent, field: Field) -> QtGui.QFont | None:
        return self._bold if self._is_changed(agent, field) else None

    def _foreground(self, agent: Agent, field: Field) -> QtGui.QColor | None:
        palette = QtGui.QGuiApplication.palette()
        if field.kind is Kind.MODEL:
            family = self._session.shipped.catalogue.family(field.value(agent))
            return theme.family_color(family, palette)
        if field.id == "recommendation" and agent.assessment and agent.assessment.recommendation:
            return theme.family_color(agent.assessment.recommendation.preference, palette)
        if field.id == "state" and agent.problems:
            return theme.role_color("error" if agent.has_errors else "warning", palette)
        return None

    def _spoken(self, agent: Agent, field: Field) -> str:
        changed = ", changed" if self._is_changed(agent, field) else ""
        return f"{field.title}: {text.one_line(field.display(agent)) or 'none'}{changed}"

    # Qt

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._view)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(fields.COLUMNS)

    def data(self, index: _Index, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        find = self._by_role.get(int(role))
        if find is None or not index.isValid():
            return None
        return find(self._session.workspace.agent(self._view[index.row()]), fields.COLUMNS[index.column()])

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = QtCore.Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not QtCore.Qt.Orientation.Horizontal or not 0 <= section < len(fields.COLUMNS):
            return None
        field = fields.COLUMNS[section]
        answers = {
            int(QtCore.Qt.ItemDataRole.DisplayRole): field.title,
            int(QtCore.Qt.ItemDataRole.ToolTipRole): text.tooltip(field.help),
            int(QtCore.Qt.ItemDataRole.UserRole): field.id,
            int(QtCore.Qt.ItemDataRole.TextAlignmentRole): _alignment(field),
        }
        return answers.get(int(role))

    def flags(self, index: _Index) -> QtCore.Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid() or fields.COLUMNS[index.column()].assign is None:
            return flags
        locked = self._session.workspace.record(self._view[index.row()]).locked
        return flags if locked else flags | QtCore.Qt.ItemFlag.ItemIsEditable

    def setData(self, index: _Index, value: Any, role: int = QtCore.Qt.ItemDataRole.EditRole) -> bool:
        if int(role) != int(QtCore.Qt.ItemDataRole.EditRole) or not index.isValid():
            return False
        field, id = fields.COLUMNS[index.column()], self._view[index.row()]
        try:
            parsed = fields.parse(field, str(value)) if isinstance(value, str) or value is None else value
        except RefusedError as error:
            self.edit_refused.emit(str(error))
            return False
        field_id = field.id
        if field.kind is Kind.SWITCH and parsed is not None:
            # A cell edits the target; its triggers stay.
            field_id, parsed = f"{field.id}.to", parsed.to
        selected = self._session.selection
        self.edit_requested.emit(selected if id in selected else (id,), field_id, parsed)
        return True

    def sort(self, column: int, order: QtCore.Qt.SortOrder = QtCore.Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 gives the order of the paths again. Missing values stay last either way."""
        descending = order is QtCore.Qt.SortOrder.DescendingOrder
        self._sorted_by = (column, descending)
        agent = self._session.workspace.agent
        self.layoutAboutToBeChanged.emit()
        persistent = self.persistentIndexList()
        before = [self._view[index.row()] for index in persistent]
        if column < 0:
            self._order.sort()
        else:
            key = fields.COLUMNS[column].sort_key
            keys = {id: key(agent(id)) for id in self._order}
            present = sorted(
                (id for id in self._order if keys[id][0] == 0), key=lambda id: keys[id][1], reverse=descending
            )
            self._order = present + [id for id in self._order if keys[id][0]]
        self._view = self._filtered(self._order)
        self._rows = None
        self.changePersistentIndexList(
            persistent,
            [self.index(self.row_of(id), index.column()) for id, index in zip(before, persistent, strict=True)],
        )
        self.layoutChanged.emit()

    def sort_again(self) -> None:
        """Sort as last asked, after rows were added or scored."""
        if self._sorted_by[0] >= 0:
            column, descending = self._sorted_by
            order = QtCore.Qt.SortOrder.DescendingOrder if descending else QtCore.Qt.SortOrder.AscendingOrder
            self.sort(column, order)


def _alignment(field: Field) -> QtCore.Qt.AlignmentFlag:
    return _ALIGN_RIGHT if field.kind is Kind.NUMBER else _ALIGN_LEFT

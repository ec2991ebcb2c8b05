"""The table's model: agents and headings as `Rows` orders them, values from the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from PySide6 import QtCore

from ctxstudio.errors import RefusedError
from ctxstudio.gui import text
from ctxstudio.gui.models import cells
from ctxstudio.gui.models.groups import Grouping, Heading
from ctxstudio.gui.models.rows import Accept, Rows
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields, query
from ctxstudio.policy.fields import Kind

_ROOT: Final = QtCore.QModelIndex()
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_FLAG = QtCore.Qt.ItemFlag
_HEADING: Final = _FLAG.ItemIsEnabled | _FLAG.ItemNeverHasChildren
_COMPUTED: Final = _HEADING | _FLAG.ItemIsSelectable
_EDITABLE: Final = _COMPUTED | _FLAG.ItemIsEditable
_SETTLE_MS = 250
"""So often, at most, rows are put in their places while files are being read."""


class AgentTableModel(QtCore.QAbstractTableModel):
    """Agents as rows, fields as columns, headings above groups. Sorts, filters and groups itself: a proxy over a Python
    model is ten times slower.

    Signals:
        edit_requested: (tuple of ids, str field id, value) a cell was edited.
        edit_refused: (str) what was typed cannot be a value.
        agents_counted: (int) how many agents pass the filter now.
    """

    edit_requested = QtCore.Signal(object, str, object)
    edit_refused = QtCore.Signal(str)
    agents_counted = QtCore.Signal(int)

    def __init__(self, session: Session, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows = Rows(session.workspace)
        self._cells = cells.Cells(session)
        self._settle = QtCore.QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._on_settle)
        session.opened.connect(self._on_opened)
        session.agents_added.connect(self._on_added)
        session.agents_removed.connect(self._on_removed)
        session.agents_changed.connect(self._on_changed)

    # Ids and rows

    def id_at(self, row: int) -> str:
        """The agent in a row, empty for a heading."""
        found = self._rows.view[row]
        return found if isinstance(found, str) else ""

    def heading_at(self, row: int) -> Heading | None:
        """The heading in a row, None for an agent."""
        found = self._rows.view[row]
        return found if isinstance(found, Heading) else None

    def row_of(self, id: str) -> int:
        """The row of an agent, -1 if it is not shown."""
        return self._rows.place(id)

    def shown_ids(self) -> tuple[str, ...]:
        """The agents that have a row, in order."""
        return tuple(row for row in self._rows.view if isinstance(row, str))

    def is_editable(self, row: int, column: int) -> bool:
        """Whether a cell can be changed."""
        id = self.id_at(row)
        return bool(id) and fields.COLUMNS[column].assign is not None and not self._session.workspace.record(id).locked

    @property
    def agent_count(self) -> int:
        """How many agents pass the filter, those in collapsed groups included."""
        return self._rows.matching

    # Filtering and grouping

    def set_filter(self, wanted: query.Query, accept: Accept | None = None) -> None:
        """Show only agents that match a query and pass a test."""
        self._rows.set_filter(wanted, accept)
        self._rebuild()

    @property
    def grouping(self) -> Grouping:
        """By what the agents are grouped."""
        return self._rows.grouping

    def set_grouping(self, grouping: Grouping) -> None:
        """Let agents stand together that have something in common; all groups are open."""
        if grouping is not self._rows.grouping:
            self._rows.set_grouping(grouping)
            self._rebuild()

    def is_collapsed(self, heading: Heading) -> bool:
        """Whether the agents of a group are hidden."""
        return heading.key in self._rows.collapsed

    def set_collapsed(self, row: int, collapsed: bool) -> None:
        """Hide or show the agents below the heading in a row."""
        heading = self.heading_at(row)
        if heading is None or self.is_collapsed(heading) is collapsed:
            return
        first, last = row + 1, row + len(heading.ids)
        if collapsed:
            self.beginRemoveRows(_ROOT, first, last)
            self._rows.collapse(row, heading)
            self.endRemoveRows()
        else:
            self.beginInsertRows(_ROOT, first, last)
            self._rows.expand(row, heading)
            self.endInsertRows()
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def reveal(self, ids: Iterable[str]) -> None:
        """Open the groups of some agents. Those that the filter hides stay hidden."""
        for id in ids:
            heading = self._rows.heading_of(id)
            if heading is not None:
                self.set_collapsed(self._rows.place(heading), False)

    def set_all_collapsed(self, collapsed: bool) -> None:
        """Hide or show the agents of all groups."""
        self._rows.collapse_all(collapsed)
        self._rebuild()

    def _rebuild(self) -> None:
        """Filter and group anew, in the order that is."""
        self._settle.stop()
        view = self._rows.viewed()
        # Headings are equal where their groups have the same name: their numbers may be others.
        if self._rows.grouping is not Grouping.NONE or view != self._rows.view:
            self.beginResetModel()
            self._rows.show(view)
            self.endResetModel()
        self.agents_counted.emit(self._rows.matching)

    # What the session tells

    def _on_opened(self) -> None:
        self.beginResetModel()
        self._rows.open(self._session.workspace)
        self.endResetModel()
        self.agents_counted.emit(0)

    def _on_added(self, ids: tuple[str, ...]) -> None:
        passing = self._rows.add(ids)
        grouped = self._rows.grouping is not Grouping.NONE
        if passing and not grouped:
            self.beginInsertRows(_ROOT, self.rowCount(), self.rowCount() + len(passing) - 1)
            self._rows.append(passing)
            self.endInsertRows()
            self.agents_counted.emit(self._rows.matching)
        if (grouped or not self._rows.in_order) and not self._settle.isActive():
            self._settle.start()

    def _on_settle(self) -> None:
        """Put new agents where they belong."""
        column, descending = self._rows.sorted_by
        self._rows.sort(column, descending=descending)
        self._rebuild()

    def _on_removed(self, ids: tuple[str, ...]) -> None:
        self._rows.remove(ids)
        self._rebuild()

    def _on_changed(self, ids: tuple[str, ...]) -> None:
        rows = self._rows.update(ids)
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), self.columnCount() - 1))

    # Qt

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows.view)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(fields.COLUMNS)

    def data(self, index: _Index, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        find = self._cells.by_role.get(int(role))
        if find is None or not index.isValid():
            return None
        row = self._rows.view[index.row()]
        if isinstance(row, Heading):
            return self._heading_data(row, index.column(), int(role))
        return find(self._session.workspace.agent(row), fields.COLUMNS[index.column()])

    def _heading_data(self, heading: Heading, column: int, role: int) -> str | None:
        """The view draws headings itself, over all columns; this is for who reads the table otherwise."""
        if role == int(QtCore.Qt.ItemDataRole.AccessibleTextRole):
            return f"{heading.text()}, {'collapsed' if self.is_collapsed(heading) else 'expanded'}"
        return heading.text() if column == 0 and role == int(QtCore.Qt.ItemDataRole.DisplayRole) else None

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
            int(QtCore.Qt.ItemDataRole.TextAlignmentRole): cells.alignment(field),
        }
        return answers.get(int(role))

    def flags(self, index: _Index) -> QtCore.Qt.ItemFlag:
        if not index.isValid():
            return _FLAG.NoItemFlags
        if isinstance(self._rows.view[index.row()], Heading):
            return _HEADING
        return _EDITABLE if self.is_editable(index.row(), index.column()) else _COMPUTED

    def setData(self, index: _Index, value: Any, role: int = QtCore.Qt.ItemDataRole.EditRole) -> bool:
        if int(role) != int(QtCore.Qt.ItemDataRole.EditRole) or not index.isValid():
            return False
        field, id = fields.COLUMNS[index.column()], self.id_at(index.row())
        if not id:
            return False
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
        """Sort by a column, within the groups; -1 gives the order of the paths again."""
        self._rows.sort(column, descending=order is QtCore.Qt.SortOrder.DescendingOrder)
        with self._new_layout():
            self._rows.show(self._rows.viewed())
        self.agents_counted.emit(self._rows.matching)

    @contextmanager
    def _new_layout(self) -> Iterator[None]:
        """Rows change their places, and whoever holds an index to one keeps it."""
        self._settle.stop()
        self.layoutAboutToBeChanged.emit()
        persistent = self.persistentIndexList()
        before = [self._rows.view[index.row()] for index in persistent]
        yield
        places = self._rows.place
        self.changePersistentIndexList(
            persistent,
            [self.index(places(row), index.column()) for row, index in zip(before, persistent, strict=True)],
        )
        self.layoutChanged.emit()

    def sort_again(self) -> None:
        """Sort and group as last asked, after rows were added or scored."""
        column, descending = self._rows.sorted_by
        if column >= 0 or self._rows.grouping is not Grouping.NONE:
            order = QtCore.Qt.SortOrder.DescendingOrder if descending else QtCore.Qt.SortOrder.AscendingOrder
            self.sort(column, order)

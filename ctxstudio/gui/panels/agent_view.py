"""The table of agents: what is shown, in what order, and what is selected."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.delegates import headings
from ctxstudio.gui.delegates.cells import CellDelegate
from ctxstudio.gui.delegates.names import NameDelegate
from ctxstudio.gui.models import selection
from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.models.groups import Grouping, Heading
from ctxstudio.gui.models.selection import Kept
from ctxstudio.gui.panels.agent_actions import AgentActions
from ctxstudio.gui.panels.agent_clipboard import AgentClipboard
from ctxstudio.gui.panels.agent_columns import AgentColumns
from ctxstudio.gui.panels.agent_header import AgentHeader
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_SELECT = QtCore.QItemSelectionModel.SelectionFlag
_ASCENDING = QtCore.Qt.SortOrder.AscendingOrder
_DESCENDING = QtCore.Qt.SortOrder.DescendingOrder
_MANY_RANGES = 50
"""From so many changed ranges on, drawing all is quicker than finding out what to draw."""


class AgentView(QtWidgets.QTableView):
    """The table of agents. Cells are selected; the agents of their rows are the session's selection.

    Attributes:
        table: its model.
        columns: which columns are shown, and how.
        clipboard: copies, pastes, clears and exports cells.

    Signals:
        noted: (str) something was done; good news.
    """

    noted = QtCore.Signal(str)

    def __init__(
        self, session: Session, parent: QtWidgets.QWidget | None = None, *, settings: QtCore.QSettings | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("agentTable")
        self.setAccessibleName("Agents")
        self._session, self._settings = session, settings
        self._kept: Kept | None = None
        self._clicked: tuple[QtCore.QModelIndex, Kept] | None = None
        self._pressed_inside = self._selecting = False
        self.table = AgentTableModel(session, self)
        # Before the selection model hears of it: left to itself, it would follow each selected cell.
        self.table.layoutAboutToBeChanged.connect(self._on_rows_about_to_move)
        self.table.modelAboutToBeReset.connect(self._on_rows_about_to_move)
        header = AgentHeader(self)
        self.setHorizontalHeader(header)
        self.setModel(self.table)
        # None of the table's: to draw which columns are selected, Qt would ask each cell of all rows.
        header.setSelectionModel(QtCore.QItemSelectionModel(self.table, header))
        self._cells = CellDelegate(session.shipped.catalogue, self)
        self.setItemDelegate(self._cells)
        self.setItemDelegateForColumn(0, NameDelegate(session, self, self.table))
        self._set_look()
        self.columns = AgentColumns(session, self, self.table, header)
        self.clipboard = AgentClipboard(session, self, self.table, header)
        self._actions = AgentActions(self, self.columns, self.clipboard)
        self._connect(session)
        if settings is not None:
            self._restore_state(settings)
        self._on_selection_changed()

    def _set_look(self) -> None:
        self.setSelectionBehavior(self.SelectionBehavior.SelectItems)
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        triggers = self.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(self.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        # Fixed, so that ten thousand rows need no measuring.
        rows.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.horizontalHeader().setDefaultAlignment(
            QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter
        )
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorShown(False)  # it draws its own

    def _connect(self, session: Session) -> None:
        self.table.edit_requested.connect(session.edit)
        self.table.edit_refused.connect(lambda reason: session.refused.emit("This value cannot be set", reason))
        self.table.layoutChanged.connect(self._on_rows_moved)
        self.table.modelReset.connect(self._on_rows_moved)
        self.clipboard.noted.connect(self.noted)
        self._actions.grouping_requested.connect(self.group_by)
        self._actions.collapsing_requested.connect(self.table.set_all_collapsed)
        self._actions.sort_requested.connect(self.sort_by_current)
        self._actions.rows_requested.connect(self.select_whole_rows)
        self._actions.columns_requested.connect(self.select_whole_columns)
        session.loading_finished.connect(self._on_loading_finished)
        session.selection_changed.connect(self._on_session_selection_changed)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.selectionModel().currentChanged.connect(self._on_selection_changed)

    # For the window

    def menu_actions(self) -> dict[str, list[QtGui.QAction]]:
        """The table's own actions by the title of the menu they belong into; separators included."""
        return self._actions.by_menu

    def column_actions(self) -> list[QtGui.QAction]:
        """Which columns are shown, and what else can be done to columns."""
        return self.horizontalHeader().actions()

    def commit_pending(self) -> None:
        """Take over what is being typed into a cell."""
        editor = self.indexWidget(self.currentIndex())
        if self.state() is self.State.EditingState and editor is not None:
            self._cells.commit(editor)

    def save_state(self) -> None:
        """Remember columns, sort and groups for the next start."""
        if self._settings is not None:
            section, order = (
                self.horizontalHeader().sortIndicatorSection(),
                self.horizontalHeader().sortIndicatorOrder(),
            )
            sort = (fields.COLUMNS[section].id, order is _DESCENDING) if section >= 0 else None
            self.columns.save(self._settings, sort, self.table.grouping)

    def _restore_state(self, settings: QtCore.QSettings) -> None:
        saved = self.columns.restore(settings)
        self.group_by(saved.grouping)
        if saved.sort is not None:
            id, descending = saved.sort
            self.sortByColumn(fields.COLUMNS.index(fields.field(id)), _DESCENDING if descending else _ASCENDING)

    # What its actions do

    def group_by(self, grouping: Grouping) -> None:
        """Let agents stand together that have something in common."""
        self.table.set_grouping(grouping)
        self._actions.show_grouping(grouping)

    def sort_by_current(self) -> None:
        """Sort by the column of the current cell: up, then down, then not at all, as clicks on its header do."""
        column, header = self.currentIndex().column(), self.horizontalHeader()
        if column < 0:
            return
        if header.sortIndicatorSection() != column:
            self.sortByColumn(column, _ASCENDING)
        elif header.sortIndicatorOrder() is _ASCENDING:
            self.sortByColumn(column, _DESCENDING)
        else:
            self.sortByColumn(-1, _ASCENDING)

    def select_whole_rows(self) -> None:
        """Select all cells of the rows with a selected cell."""
        self.selectionModel().select(self.selectionModel().selection(), _SELECT.Select | _SELECT.Rows)

    def select_whole_columns(self) -> None:
        """Select all cells of the columns with a selected cell."""
        self.selectionModel().select(self.selectionModel().selection(), _SELECT.Select | _SELECT.Columns)

    # Selection

    def _on_selection_changed(self) -> None:
        if not self._selecting:
            self._selecting = True
            self._session.select(selection.selected_ids(self.table, self.selectionModel()))
            self._selecting = False

    def _on_session_selection_changed(self) -> None:
        """Select the agents that somebody else selected, and open their groups."""
        wanted = self._session.selection
        if self._selecting or set(wanted) == set(selection.selected_ids(self.table, self.selectionModel())):
            return
        self.table.reveal(wanted)
        column = max(self.currentIndex().column(), 0)
        self._select(Kept(((column, column, wanted),), (wanted[0] if wanted else "", column)))
        if any(self.table.row_of(id) < 0 for id in wanted):
            self._on_selection_changed()
        self.scrollTo(self.currentIndex())

    def _on_rows_about_to_move(self) -> None:
        self._kept = Kept.of(self.table, self.selectionModel())
        with QtCore.QSignalBlocker(self.selectionModel()):
            self.selectionModel().clearSelection()

    def _on_rows_moved(self) -> None:
        """Select again what was selected, as far as it is shown: an edit must not land on a row that nobody sees."""
        kept, self._kept, self._clicked = self._kept, None, None
        if kept is not None:
            self._select(kept)
            self._on_selection_changed()

    def _select(self, kept: Kept) -> None:
        """Select cells, without telling the session in between."""
        self._selecting = True
        selected = kept.selection(self.table)
        self.selectionModel().select(selected, _SELECT.ClearAndSelect)
        current = self.table.index(self.table.row_of(kept.current[0]), kept.current[1])
        if not current.isValid() and selected.count():
            current = self.table.index(selected.at(0).top(), selected.at(0).left())
        if current.isValid():
            self.selectionModel().setCurrentIndex(current, _SELECT.NoUpdate)
        self._selecting = False

    def _on_loading_finished(self) -> None:
        self.table.sort_again()
        self.columns.fit()
        if not self._session.selection and self.table.shown_ids():
            self.setCurrentIndex(self.table.index(self.table.row_of(self.table.shown_ids()[0]), 0))

    def selectionChanged(self, selected: QtCore.QItemSelection, deselected: QtCore.QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if selected.count() + deselected.count() > _MANY_RANGES:
            self.viewport().update()
            return
        for found in (*selection.ranges(selected), *selection.ranges(deselected)):
            self._update_rows(found.top(), found.bottom())

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        for index in (current, previous):
            self._update_rows(index.row(), index.row())

    def _update_rows(self, first: int, last: int) -> None:
        """Draw whole rows anew: what is selected tints the rest of its row."""
        top, bottom = self.rowViewportPosition(first), self.rowViewportPosition(last) + self.rowHeight(last)
        self.viewport().update(0, top, self.viewport().width(), bottom - top)

    # Mouse and keys

    def _heading(self, index: QtCore.QModelIndex) -> Heading | None:
        return self.table.heading_at(index.row()) if index.isValid() else None

    def _set_collapsed(self, row: int, collapsed: bool) -> None:
        self.selectionModel().setCurrentIndex(self.table.index(row, self.currentIndex().column()), _SELECT.NoUpdate)
        self.table.set_collapsed(row, collapsed)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        heading = self._heading(index)
        is_left = event.button() is QtCore.Qt.MouseButton.LeftButton
        if heading is not None and is_left:
            self._set_collapsed(index.row(), not self.table.is_collapsed(heading))
            return
        # A double click edits what is selected; its first press must leave that alone.
        plain = is_left and event.modifiers() == QtCore.Qt.KeyboardModifier.NoModifier
        self._pressed_inside = plain and self.selectionModel().isSelected(index) and self._is_several_selected()
        self._clicked = (index, Kept.of(self.table, self.selectionModel())) if self._pressed_inside else None
        super().mousePressEvent(event)

    def _is_several_selected(self) -> bool:
        found = selection.ranges(self.selectionModel().selection())
        return len(found) > 1 or any(part.width() * part.height() > 1 for part in found)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed_inside and self.indexAt(event.position().toPoint()) == self.currentIndex():
            return  # a hand that trembles
        self._pressed_inside = False
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        inside, self._pressed_inside = self._pressed_inside, False
        super().mouseReleaseEvent(event)
        if inside:
            self.selectionModel().select(self.currentIndex(), _SELECT.ClearAndSelect)

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self._heading(index) is not None:
            return  # the first click did it
        if self._clicked is not None and self._clicked[0] == index:
            self.selectionModel().select(self._clicked[1].selection(self.table), _SELECT.ClearAndSelect)
        super().mouseDoubleClickEvent(event)

    def selectionCommand(
        self, index: _Index, event: QtCore.QEvent | None = None
    ) -> QtCore.QItemSelectionModel.SelectionFlag:
        return _SELECT.NoUpdate if self._pressed_inside else super().selectionCommand(index, event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        current = self.currentIndex()
        heading = self._heading(current)
        key = QtCore.Qt.Key
        if event.modifiers() & ~QtCore.Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif heading is not None and event.key() in (key.Key_Return, key.Key_Enter, key.Key_Space):
            self._set_collapsed(current.row(), not self.table.is_collapsed(heading))
        elif heading is not None and event.key() in (key.Key_Left, key.Key_Right):
            self._set_collapsed(current.row(), event.key() == key.Key_Left)
        elif event.key() == key.Key_Space:
            # Typed into the cell as other characters are, it would stand for an empty value.
            self.edit(current)
        else:
            super().keyPressEvent(event)

    # Drawing

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if self.table.grouping is Grouping.NONE:
            return
        painter = QtGui.QPainter(self.viewport())
        for row, heading in self._visible_headings():
            top, left = self.rowViewportPosition(row), -self.horizontalHeader().offset()
            rect = QtCore.QRect(left, top, self.viewport().width() - left, self.rowHeight(row))
            focused = self.hasFocus() and row == self.currentIndex().row()
            headings.paint(painter, rect, heading, self, collapsed=self.table.is_collapsed(heading), focused=focused)

    def _visible_headings(self) -> Iterator[tuple[int, Heading]]:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        for row in range(max(first, 0), (last if last >= 0 else self.table.rowCount() - 1) + 1):
            heading = self.table.heading_at(row)
            if heading is not None:
                yield row, heading

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()

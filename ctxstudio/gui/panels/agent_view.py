"""The table of agents: what is shown, in what order, and what is selected."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.delegates.cells import CellDelegate
from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields

_SAMPLE = 200
"""Rows measured for the width of a column."""
_LONGEST = 60
"""Characters measured of one cell."""


class AgentView(QtWidgets.QTableView):
    """The table of agents.

    Attributes:
        table: its model.
    """

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("agentTable")
        self.setAccessibleName("Agents")
        self._session = session
        self._widths_chosen = self._fitting = False
        self.table = AgentTableModel(session, self)
        self.setModel(self.table)
        self._cells = CellDelegate(session.shipped.catalogue, self)
        self.setItemDelegate(self._cells)
        self._set_look()
        self.table.edit_requested.connect(session.edit)
        self.table.edit_refused.connect(lambda reason: session.refused.emit("This value cannot be set", reason))
        self.table.modelReset.connect(self._restore_selection)
        session.loading_finished.connect(self._on_loading_finished)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.selectionModel().currentChanged.connect(self._on_selection_changed)

    def _set_look(self) -> None:
        self.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QtWidgets.QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = self.verticalHeader()
        rows.hide()
        # Fixed, so that ten thousand rows need no measuring.
        rows.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(QtCore.Qt.ContextMenuPolicy.ActionsContextMenu)
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, QtCore.Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        for column, field in enumerate(fields.COLUMNS):
            self.setColumnHidden(column, not field.shown)
            if column:  # the first, the name, stays
                header.addAction(self._column_action(column, field))
        header.sectionResized.connect(self._on_section_resized)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Give the columns room for what the first rows show, and the spare room to those that hold long texts.

        A sample, for measuring ten thousand rows takes seconds; not at all once the user chose a width.
        """
        if self._widths_chosen:
            return
        shown = [column for column in range(len(fields.COLUMNS)) if not self.isColumnHidden(column)]
        widths = {column: self._wanted_width(column) for column in shown}
        spare = self.viewport().width() - sum(widths.values())
        growing = [column for column in shown if fields.COLUMNS[column].kind is not fields.Kind.NUMBER]
        self._fitting = True
        for column in shown:
            extra = max(0, spare) // len(growing) if column in growing else 0
            self.setColumnWidth(column, widths[column] + min(extra, widths[column]))
        self._fitting = False

    def _wanted_width(self, column: int) -> int:
        field, metrics = fields.COLUMNS[column], self.fontMetrics()
        sample = self.table.shown_ids()[:_SAMPLE]
        texts = [field.display(self._session.workspace.agent(id))[:_LONGEST] for id in sample]
        content = max(map(metrics.horizontalAdvance, texts), default=0)
        most = 2 * field.width * metrics.averageCharWidth()
        return max(metrics.horizontalAdvance(field.title) + 8, min(content, most)) + 12

    def _on_section_resized(self) -> None:
        dragged = QtWidgets.QApplication.mouseButtons() & QtCore.Qt.MouseButton.LeftButton
        if dragged and not self._fitting:
            self._widths_chosen = True

    def _column_action(self, column: int, field: fields.Field) -> QtGui.QAction:
        action = QtGui.QAction(field.title, self)
        action.setCheckable(True)
        action.setChecked(field.shown)
        action.toggled.connect(lambda shown: self._show_column(column, shown))
        return action

    def _show_column(self, column: int, shown: bool) -> None:
        self._fitting = True
        self.setColumnHidden(column, not shown)
        self._fitting = False
        self._fit_columns()

    def _on_selection_changed(self) -> None:
        rows = [index.row() for index in self.selectionModel().selectedRows()]
        current = self.currentIndex().row()
        rows.sort(key=lambda row: (row != current, row))
        self._session.select([self.table.id_at(row) for row in rows])

    def _restore_selection(self) -> None:
        """Select again what was selected, as far as it is shown."""
        wanted = QtCore.QItemSelection()
        last = self.table.columnCount() - 1
        rows = [row for id in self._session.selection if (row := self.table.row_of(id)) >= 0]
        for row in rows:
            wanted.select(self.table.index(row, 0), self.table.index(row, last))
        flags = QtCore.QItemSelectionModel.SelectionFlag
        self.selectionModel().select(wanted, flags.ClearAndSelect)
        if rows:
            self.selectionModel().setCurrentIndex(self.table.index(rows[0], 0), flags.NoUpdate)
        # What is filtered out is selected no more: an edit must not land on a row that nobody sees.
        self._on_selection_changed()

    def commit_pending(self) -> None:
        """Take over what is being typed into a cell."""
        editor = self.indexWidget(self.currentIndex())
        if self.state() is self.State.EditingState and editor is not None:
            self._cells.commit(editor)

    def column_actions(self) -> list[QtGui.QAction]:
        """One action for each column that can be hidden."""
        return self.horizontalHeader().actions()

    def _on_loading_finished(self) -> None:
        self.table.sort_again()
        self._fit_columns()
        if not self._session.selection and self.table.rowCount():
            self.selectRow(0)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

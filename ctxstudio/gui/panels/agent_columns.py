"""The columns of the table: which are shown, in what order, how wide; remembered from one start to the next."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.models import cells, layout
from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.models.groups import Grouping
from ctxstudio.gui.models.layout import Layout
from ctxstudio.gui.panels.agent_header import AgentHeader
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields
from ctxstudio.policy.fields import Kind

_SAMPLE = 200
"""Rows measured for the width of a column."""
_LONGEST = 60
"""Characters measured of one cell."""
_KEY: Final = "table/layout"
_COLUMN_OF: Final = {field.id: column for column, field in enumerate(fields.COLUMNS)}
_NAME_CHARACTERS = 24
"""So much of the names stays in a narrow table, for an agent must be known by something."""


class AgentColumns(QtCore.QObject):
    """Arranges the columns of a table.

    Attributes:
        toggles: one action for each column that can be hidden.
    """

    def __init__(
        self, session: Session, view: QtWidgets.QTableView, model: AgentTableModel, header: AgentHeader
    ) -> None:
        super().__init__(view)
        self._session, self._view, self._model, self._header = session, view, model, header
        self._widths_chosen = False
        self._wanted: dict[int, int] = {}
        self.toggles = [self._toggle(column) for column in range(1, len(fields.COLUMNS))]  # the first, the name, stays
        header.width_chosen.connect(self._on_width_chosen)
        header.sortIndicatorChanged.connect(self.fit)
        session.agents_changed.connect(self._on_contents_changed)
        session.agents_added.connect(self._on_contents_changed)
        self._arrange(Layout())

    def _toggle(self, column: int) -> QtGui.QAction:
        action = QtGui.QAction(fields.COLUMNS[column].title, self)
        action.setCheckable(True)
        action.setToolTip(fields.COLUMNS[column].help)
        action.toggled.connect(partial(self._on_toggled, column))
        return action

    # Layouts

    def restore(self, settings: QtCore.QSettings) -> Layout:
        """Arrange the columns as they were saved; the whole layout."""
        saved = layout.read(settings.value(_KEY))
        self._arrange(saved)
        return saved

    def save(self, settings: QtCore.QSettings, sort: tuple[str, bool] | None, grouping: Grouping) -> None:
        """Remember the columns, with what else belongs to the layout."""
        header = self._header
        order = [header.logicalIndex(place) for place in range(header.count())]
        shown = [column for column in order if not header.isSectionHidden(column)]
        arranged = Layout(
            tuple(fields.COLUMNS[column].id for column in order),
            frozenset(fields.COLUMNS[column].id for column in order if column not in shown),
            {fields.COLUMNS[column].id: header.sectionSize(column) for column in shown} if self._widths_chosen else {},
            sort,
            grouping,
        )
        settings.setValue(_KEY, arranged.text())

    def reset(self) -> None:
        """Arrange all columns as they are by default, wide enough for what they show."""
        self._arrange(Layout())

    def move(self, step: int) -> None:
        """Move the column of the current cell to the right, or to the left where `step` is negative."""
        column = self._view.currentIndex().column()
        shown = self._header.shown_sections()
        if column not in shown:
            return
        place = shown.index(column) + step
        if 0 <= place < len(shown):
            self._header.moveSection(self._header.visualIndex(column), self._header.visualIndex(shown[place]))
            self._view.scrollTo(self._view.currentIndex())

    def _arrange(self, wanted: Layout) -> None:
        header = self._header
        for place, id in enumerate(wanted.order):
            header.moveSection(header.visualIndex(_COLUMN_OF[id]), place)
        for column, action in enumerate(self.toggles, 1):
            shown = fields.COLUMNS[column].id not in wanted.hidden
            header.setSectionHidden(column, not shown)
            action.setChecked(shown)
        self._widths_chosen = bool(wanted.widths)
        for id, width in wanted.widths.items():
            header.resizeSection(_COLUMN_OF[id], width)
        self.fit()

    def _on_toggled(self, column: int, shown: bool) -> None:
        if self._header.isSectionHidden(column) is not shown:
            return  # it was arranged, not chosen
        self._header.setSectionHidden(column, not shown)
        if shown and self._widths_chosen:
            self._header.resizeSection(column, self._wanted_width(column))
        self.fit()

    def _on_contents_changed(self) -> None:
        self._wanted.clear()

    def _on_width_chosen(self) -> None:
        self._widths_chosen = True

    # Widths

    def fit(self) -> None:
        """Give the columns room for what the first rows show; not once the user chose a width.

        Spare room goes to those that hold texts. Where there is too little, the widest give way first.
        """
        if self._widths_chosen:
            return
        shown = self._header.shown_sections()
        widths = {column: self._wanted_width(column) for column in shown}
        spare = self._view.viewport().width() - sum(widths.values())
        if spare < 0:
            widths = self._narrowed(widths)
        else:
            texts = [column for column in shown if fields.COLUMNS[column].kind is not Kind.NUMBER]
            widths |= {column: widths[column] + min(spare // len(texts), widths[column]) for column in texts}
        for column, width in widths.items():
            self._header.resizeSection(column, width)

    def _narrowed(self, widths: dict[int, int]) -> dict[int, int]:
        """Widths of which none is above a common limit, so that all columns are seen if that is possible at all."""
        room = self._view.viewport().width()
        least = {column: min(width, self._least_width(column)) for column, width in widths.items()}
        limit, step = 0, 1 << 11
        while step:
            if sum(max(least[column], min(width, limit + step)) for column, width in widths.items()) <= room:
                limit += step
            step >>= 1
        return {column: max(least[column], min(width, limit)) for column, width in widths.items()}

    def _least_width(self, column: int) -> int:
        if column == 0:
            return _NAME_CHARACTERS * self._header.fontMetrics().averageCharWidth()
        return max(self._header.title_width(column), self._label_width(column))

    def _label_width(self, column: int) -> int:
        """What labels such as `changed` need: they come and go with every edit, and columns do not follow."""
        field = fields.COLUMNS[column]
        is_label = field.kind is fields.Kind.LABEL
        return field.width * self._view.fontMetrics().averageCharWidth() if is_label else 0

    def _wanted_width(self, column: int) -> int:
        """What the first rows and the title need: a sample, for measuring ten thousand rows takes seconds."""
        if column not in self._wanted:
            field, metrics = fields.COLUMNS[column], self._view.fontMetrics()
            most = 2 * field.width * metrics.averageCharWidth()
            content = max(map(metrics.horizontalAdvance, self._sample(column)), default=0)
            self._wanted[column] = min(content, most) + 12
        return max(self._header.title_width(column), self._label_width(column), self._wanted[column])

    def _sample(self, column: int) -> Iterable[str]:
        field, agent = fields.COLUMNS[column], self._session.workspace.agent
        for row in range(min(_SAMPLE, self._model.rowCount())):
            if id := self._model.id_at(row):
                beside = cells.namesake(agent(id)) if column == 0 else ""
                yield (field.display(agent(id)) + beside)[:_LONGEST]

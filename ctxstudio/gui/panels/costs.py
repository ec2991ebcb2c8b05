"""The cost dock: what a scenario costs on the baseline, on disk and now, as a chart and in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.board import Comparison
from ctxstudio.costs.series import comparison_bars
from ctxstudio.costs.words import money
from ctxstudio.gui import text
from ctxstudio.gui.session import Session

if TYPE_CHECKING:
    from ctxstudio.gui.charts.comparison import ComparisonChart

_LEFT = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter
_RIGHT = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter

_REFRESH_MS = 16
_COLUMNS = ("", "baseline", "on disk", "now", "printed")
_FIXED_ROWS = ("per task", "per day", "per 30 days", "saving")


class CostPanel(QtWidgets.QWidget):
    """Chart and figures of one scenario, following every edit.

    Attributes:
        scenario_box: chooses the scenario.
    """

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.scenario_box = self._make_scenario_box()
        self._notes = QtWidgets.QLabel(self)
        self._notes.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._notes.setWordWrap(True)
        self._figures = FigureTable(self)
        # pyqtgraph takes half a second to import: the chart comes after the first paint, into this frame.
        self._frame = QtWidgets.QWidget(self)
        self._frame.setObjectName("costChart")
        self._frame.setAccessibleName("Chart of dollars per day: baseline, policy on disk, policy now")
        self._frame_layout = QtWidgets.QVBoxLayout(self._frame)
        self._frame_layout.setContentsMargins(0, 0, 0, 0)
        self._chart: ComparisonChart | None = None
        self._lay_out()
        self._refresh = QtCore.QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._refresh.timeout.connect(self.refresh)
        for signal in (session.agents_changed, session.scenario_changed, session.loading_finished, session.opened):
            signal.connect(self._refresh.start)

    def _make_scenario_box(self) -> QtWidgets.QComboBox:
        box = QtWidgets.QComboBox(self)
        box.setObjectName("scenarioBox")
        box.setAccessibleName("Cost scenario")
        for name, scenario in self._session.shipped.scenarios.items():
            box.addItem(f"{name} — {scenario.title}", name)
            box.setItemData(box.count() - 1, text.tooltip(scenario.description), QtCore.Qt.ItemDataRole.ToolTipRole)
        box.currentIndexChanged.connect(self._on_scenario)
        return box

    def _lay_out(self) -> None:
        label = QtWidgets.QLabel("Scenario", self)
        label.setBuddy(self.scenario_box)
        top = QtWidgets.QHBoxLayout()
        top.addWidget(label)
        top.addWidget(self.scenario_box)
        top.addWidget(self._notes, 1)
        middle = QtWidgets.QHBoxLayout()
        middle.setSpacing(8)
        middle.addWidget(self._frame, 1)
        middle.addWidget(self._figures)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addLayout(top)
        layout.addLayout(middle, 1)

    def _on_scenario(self) -> None:
        self._session.set_scenario(self.scenario_box.currentData())

    def refresh(self) -> None:
        """Show the present figures."""
        session = self._session
        if session.loading:
            self._notes.setText("The costs follow when all files are read.")
            return
        if not len(session.workspace):
            self._notes.setText("No agents, no costs.")
            self._figures.setRowCount(0)
            if self._chart is not None:
                self._chart.show_bars(())
            return
        comparison = session.workspace.costs(session.scenario).compare()
        self._notes.setText(_notes(comparison))
        self._figures.show_figures(comparison)
        if self._chart is None:
            self._chart = self._make_chart()
        baseline = session.shipped.scenarios[session.scenario].baseline_model
        self._chart.show_bars(comparison_bars(comparison, baseline))

    def _make_chart(self) -> ComparisonChart:
        from ctxstudio.gui.charts.comparison import ComparisonChart

        chart = ComparisonChart(self._session.shipped.catalogue.family, self._frame)
        self._frame_layout.addWidget(chart)
        return chart


def _notes(comparison: Comparison) -> str:
    unpriced = [f"{row.model} ({row.calls:,.0f} calls a day)" for row in comparison.now.unpriced]
    notes = [*comparison.now.notes]
    if unpriced:
        notes.append("No price is known for " + ", ".join(unpriced) + "; the totals leave them out.")
    return text.one_line(" ".join(notes))


class FigureTable(QtWidgets.QTableWidget):
    """The figures behind the chart: totals, and each kind of task with what the strategy document prints."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setAccessibleName("Costs in figures")
        self.setHorizontalHeaderLabels(_COLUMNS)
        self.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        header.setDefaultAlignment(_RIGHT)
        rows = self.verticalHeader()
        rows.hide()
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)
        rows.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.Fixed)
        self.model().setHeaderData(
            _COLUMNS.index("printed"),
            QtCore.Qt.Orientation.Horizontal,
            "What the strategy document prints; its own arithmetic differs",
            QtCore.Qt.ItemDataRole.ToolTipRole,
        )

    def show_figures(self, comparison: Comparison) -> None:
        """Show other figures, in the cells there are."""
        kinds = comparison.now.kinds
        names = [*_FIXED_ROWS, *(f"{kind.title} {kind.share:.0%}" for kind in kinds)]
        if self.rowCount() != len(names):
            self.setRowCount(len(names))
        printed = comparison.now.printed
        known = (cost if cost.known else None for cost in (comparison.saved, comparison.now))
        totals = [comparison.now.baseline, *known]
        unknown = "unknown"
        rows = [
            [*(money(total.per_task) if total else unknown for total in totals), _money(printed.per_task)],
            [*(money(total.per_day) if total else unknown for total in totals), ""],
            [*(money(total.per_month) if total else unknown for total in totals), ""],
            [
                "",
                _percent(comparison.saved.saving_percent),
                _percent(comparison.now.saving_percent),
                _percent(printed.saving_percent),
            ],
        ]
        rows += [
            ["", money(before.per_task), money(kind.per_task), _money(kind.printed)]
            for before, kind in zip(comparison.saved.kinds, kinds, strict=True)
        ]
        for row, (name, texts) in enumerate(zip(names, rows, strict=True)):
            for column, content in enumerate((name, *texts)):
                self._set(row, column, content)
        self.setMinimumWidth(self.horizontalHeader().length() + self.verticalScrollBar().sizeHint().width() + 2)

    def _set(self, row: int, column: int, content: str) -> None:
        item = self.item(row, column)
        if item is None:
            item = QtWidgets.QTableWidgetItem()
            item.setTextAlignment(_RIGHT if column else _LEFT)
            self.setItem(row, column, item)
        if item.text() != content:
            item.setText(content)


def _money(dollars: float | None) -> str:
    return "" if dollars is None else money(dollars)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} %"

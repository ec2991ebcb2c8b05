"""Selected cells of the table by agent and column, so that they survive rows that move; and their rows, quickly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from PySide6 import QtCore

from ctxstudio.gui.models.agent_table import AgentTableModel


def ranges(selection: QtCore.QItemSelection) -> list[QtCore.QItemSelectionRange]:
    """The rectangles of a selection."""
    return [selection.at(number) for number in range(selection.count())]


@dataclass(frozen=True, slots=True)
class Kept:
    """Selected cells.

    Attributes:
        ranges: first and last column of ranges, and the agents in them.
        current: agent and column of the current cell; an empty id if there is none.
    """

    ranges: tuple[tuple[int, int, tuple[str, ...]], ...]
    current: tuple[str, int]

    @classmethod
    def of(cls, model: AgentTableModel, selected: QtCore.QItemSelectionModel) -> Kept:
        """What is selected now."""
        current = selected.currentIndex()
        # Ranges of the same columns as one, so that they do not become more and more with every sort.
        agents: dict[tuple[int, int], list[str]] = {}
        for found in ranges(selected.selection()):
            agents.setdefault((found.left(), found.right()), []).extend(filter(None, map(model.id_at, _rows(found))))
        return cls(
            tuple((left, right, tuple(ids)) for (left, right), ids in agents.items()),
            (model.id_at(current.row()) if current.isValid() else "", current.column()),
        )

    def selection(self, model: AgentTableModel) -> QtCore.QItemSelection:
        """The same cells where they stand now; agents without a row fall out."""
        found = QtCore.QItemSelection()
        for left, right, ids in self.ranges:
            rows = sorted({row for id in ids if (row := model.row_of(id)) >= 0})
            for first, last in _runs(rows):
                found.append(QtCore.QItemSelectionRange(model.index(first, left), model.index(last, right)))
        return found


def selected_ids(model: AgentTableModel, selected: QtCore.QItemSelectionModel) -> list[str]:
    """The agents with a selected cell, the current one first, the others as they stand. By ranges: asking for the
    selected indexes takes a second for 10,000 rows.
    """
    rows = {row for found in ranges(selected.selection()) for row in _rows(found)}
    current = selected.currentIndex().row()
    order = sorted(rows)
    if current in rows:
        order.insert(0, current)
    return list(dict.fromkeys(id for row in order if (id := model.id_at(row))))


def _rows(found: QtCore.QItemSelectionRange) -> range:
    return range(found.top(), found.bottom() + 1)


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of rows without a gap."""
    breaks = [place for place, (row, after) in enumerate(pairwise(rows), 1) if after != row + 1]
    for start, stop in pairwise([0, *breaks, len(rows)]) if rows else ():
        yield rows[start], rows[stop - 1]

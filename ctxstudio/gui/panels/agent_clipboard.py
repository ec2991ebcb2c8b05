"""Cells of the table on their way to and from other programs: copy, paste, clear, CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError, RefusedError
from ctxstudio.gui.models import pasting
from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.models.pasting import Write
from ctxstudio.gui.models.selection import ranges
from ctxstudio.gui.panels.agent_header import AgentHeader
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields
from ctxstudio.policy.fields import Field
from ctxstudio.policy.values import Agent
from ctxstudio.storage import atomic, spreadsheet


class AgentClipboard(QtCore.QObject):
    """Copies, pastes, clears and exports the cells of a table. Headings and hidden columns take no part.

    Signals:
        noted: (str) what was done; good news.
    """

    noted = QtCore.Signal(str)

    def __init__(
        self, session: Session, view: QtWidgets.QTableView, model: AgentTableModel, header: AgentHeader
    ) -> None:
        super().__init__(view)
        self._session, self._view, self._model, self._header = session, view, model, header

    # Out

    def copy(self) -> None:
        """Put the selected cells on the clipboard: all rows and columns with a selected cell, as a rectangle."""
        self._copy(headers=False)

    def copy_with_headers(self) -> None:
        """The same below the titles of the columns."""
        self._copy(headers=True)

    def _copy(self, *, headers: bool) -> None:
        rows, columns = self._selected()
        if not rows:
            return
        lines = self._texts(map(self._model.id_at, rows), columns, pasting.edit_text, headers=headers)
        QtGui.QGuiApplication.clipboard().setText(spreadsheet.tsv(lines))
        self.noted.emit(f"{counted(len(rows) * len(columns), 'cell')} of {counted(len(rows), 'agent')} copied")

    def choose_csv(self) -> None:
        """Ask for a file and write the table into it."""
        directory = self._session.workspace.directory
        dialog = QtWidgets.QFileDialog(self._view, "Export table as CSV", str(directory.parent))
        dialog.setAcceptMode(QtWidgets.QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["CSV tables (*.csv)", "All files (*)"])
        # Completed by the dialog, before it asks whether an existing file may be replaced.
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{directory.name or 'agents'}.csv")
        if dialog.exec():
            self.export_csv(Path(dialog.selectedFiles()[0]))

    def export_csv(self, path: Path) -> None:
        """Write the table as it stands, its visible columns and rows in their order, into a file that may be there."""
        ids, columns = self._model.shown_ids(), self._header.shown_sections()
        lines = self._texts(ids, columns, lambda agent, field: field.display(agent), headers=True)
        try:
            atomic.write(path, spreadsheet.csv(lines))
        except RefusedError as error:
            self._session.refused.emit("The table was not exported", str(error))
        except OSError as error:
            self._session.refused.emit("The table was not exported", f"{path}: {atomic.reason(error)}")
        else:
            left_out = self._model.agent_count - len(ids)
            more = f"; {counted(left_out, 'agent')} of collapsed groups left out" if left_out else ""
            self.noted.emit(f"{counted(len(ids), 'agent')} exported to {path}{more}")

    def _texts(
        self, ids: Iterable[str], columns: Sequence[int], text: Callable[[Agent, Field], str], *, headers: bool
    ) -> list[list[str]]:
        shown = _fields(columns)
        lines = [[field.title for field in shown]] if headers else []
        return lines + [[text(agent, field) for field in shown] for agent in map(self._session.workspace.agent, ids)]

    # In

    def paste(self) -> None:
        """Write the clipboard's text into cells: one value into all selected ones, a table from the first one on."""
        text = QtGui.QGuiApplication.clipboard().text()
        try:
            if not text:
                raise RefusedError("the clipboard holds no text")
            table = spreadsheet.cells(text)
            single = len(table) == len(table[0]) == 1
            self._write(
                self._everywhere(table[0][0]) if single else self._from_corner(table), "paste into", "pasted into"
            )
        except CtxStudioError as error:
            self._session.refused.emit("Nothing was pasted", str(error))

    def clear(self) -> None:
        """Take the values of the selected cells away."""
        try:
            self._write(self._everywhere(""), "clear", "cleared")
        except CtxStudioError as error:
            self._session.refused.emit("Nothing was cleared", str(error))

    def _write(self, writes: Iterable[Write], what: str, done: str) -> None:
        written = pasting.write(self._session.workspace, writes)
        if not written.cells:
            self.noted.emit("nothing to change: the cells say that already")
            return
        count = counted(written.cells, "cell")
        self._session.apply_policies(written.policies, f"{what} {count}")
        self.noted.emit(f"{done} {count} of {counted(len(written.policies), 'agent')}")

    def _everywhere(self, text: str) -> list[Write]:
        """One text for all selected cells that can be changed."""
        shown = self._header.shown_sections()
        targets = {
            (row, column): None
            for found in ranges(self._view.selectionModel().selection())
            for row in range(found.top(), found.bottom() + 1)
            for column in shown
            if found.left() <= column <= found.right() and self._model.is_editable(row, column)
        }
        if not targets:
            raise RefusedError("none of the selected cells can be changed; columns such as Score are computed")
        return [Write(self._model.id_at(row), fields.COLUMNS[column], text) for row, column in targets]

    def _from_corner(self, table: list[list[str]]) -> list[Write]:
        """A table of texts, from the topmost row and the leftmost column with a selected cell on."""
        rows, columns = self._selected()
        if not rows:
            raise RefusedError("no cell is selected")
        shown = self._header.shown_sections()
        columns = shown[shown.index(columns[0]) :]
        numbered = list(enumerate(table, 1))
        if len(table) > 1 and (named := self._named(table[0], columns[0])):
            columns = named
            del numbered[0]
        if len(numbered) > 1:
            rows = [row for row in range(rows[0], self._model.rowCount()) if self._model.id_at(row)]
        else:
            numbered *= len(rows)  # one row goes into each selected one
        _check_room("row", len(numbered), len(rows))
        _check_room("column", max(map(len, table)), len(columns))
        return [
            Write(self._model.id_at(row), fields.COLUMNS[column], text, number)
            for row, (number, texts) in zip(rows, numbered, strict=False)
            for column, text in zip(columns, texts, strict=False)
        ]

    def _named(self, titles: list[str], first: int) -> list[int]:
        """The columns that a row of titles names, as what was copied with headers begins; else none.

        One title alone is one only above its own column: `Sonnet` may be meant as a model's name.
        """
        column_of = {fields.COLUMNS[column].title: column for column in self._header.shown_sections()}
        if titles == [fields.COLUMNS[first].title] or (len(titles) > 1 and set(titles) <= set(column_of)):
            return [column_of[title] for title in titles]
        return []

    def _selected(self) -> tuple[list[int], list[int]]:
        """The rows and the visible columns with a selected cell, as they stand."""
        found = ranges(self._view.selectionModel().selection())
        rows = {row for part in found for row in range(part.top(), part.bottom() + 1)}
        columns = {column for part in found for column in range(part.left(), part.right() + 1)}
        return (
            [row for row in sorted(rows) if self._model.id_at(row)],
            [column for column in self._header.shown_sections() if column in columns],
        )


def _fields(columns: Iterable[int]) -> list[Field]:
    return [fields.COLUMNS[column] for column in columns]


def _check_room(noun: str, wanted: int, there: int) -> None:
    if wanted > there:
        raise RefusedError(
            f"what was copied has {counted(wanted, noun)}; from the selected cell on there are {there:,}"
        )

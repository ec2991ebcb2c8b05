"""Finding things in the window, shared by its tests."""

from __future__ import annotations

from PySide6 import QtCore, QtWidgets


def select_row(view: QtWidgets.QTableView, row: int) -> None:
    """As `selectRow`, whatever modifier key another test left pressed."""
    flags = QtCore.QItemSelectionModel.SelectionFlag
    view.selectionModel().setCurrentIndex(view.model().index(row, 0), flags.ClearAndSelect | flags.Rows)

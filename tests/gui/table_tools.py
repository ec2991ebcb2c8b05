"""The table alone, without its window, and what its tests do to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields

Key = QtCore.Qt.Key
_SELECT = QtCore.QItemSelectionModel.SelectionFlag
_LEFT = QtCore.Qt.MouseButton.LeftButton


def write_agents(directory: Path, agents: Mapping[str, str]) -> Path:
    """Write agent files: relative path -> further lines of the frontmatter."""
    for path, lines in agents.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\nname: {file.stem}\n{lines}\n---\nbody\n", "utf-8")
    return directory


def open_table(
    qtbot: QtBot, session: Session, directory: Path, settings: QtCore.QSettings | None = None, width: int = 1000
) -> AgentView:
    """A table on a directory, shown, everything loaded."""
    view = AgentView(session, settings=settings)
    qtbot.addWidget(view)
    view.resize(width, 600)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    session.open(directory)
    view.setFocus()
    QtWidgets.QApplication.processEvents()  # the scroll bar comes, and takes its room
    return view


def column(field_id: str) -> int:
    """The number of a column."""
    return next(at for at, field in enumerate(fields.COLUMNS) if field.id == field_id)


def cell(view: AgentView, id: str, field_id: str) -> QtCore.QModelIndex:
    """The cell of an agent."""
    return view.table.index(view.table.row_of(id), column(field_id))


def select(view: AgentView, cells: Iterable[tuple[str, str]]) -> None:
    """Select cells; the first becomes the current one."""
    indexes = [cell(view, *place) for place in cells]
    view.selectionModel().clearSelection()
    for index in indexes:
        view.selectionModel().select(index, _SELECT.Select)
    view.selectionModel().setCurrentIndex(indexes[0], _SELECT.NoUpdate)


def selected(view: AgentView) -> set[tuple[str, str]]:
    """The selected cells."""
    indexes = view.selectionModel().selectedIndexes()
    return {(view.table.id_at(index.row()), fields.COLUMNS[index.column()].id) for index in indexes}


def click(
    view: AgentView,
    index: QtCore.QModelIndex,
    modifier: QtCore.Qt.KeyboardModifier = QtCore.Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press and release the mouse on a cell."""
    QtTest.QTest.mouseClick(view.viewport(), _LEFT, modifier, view.visualRect(index).center())


def double_click(view: AgentView, index: QtCore.QModelIndex) -> None:
    """What a mouse sends: press, release, double click, release."""
    click(view, index)
    at = view.visualRect(index).center()
    QtTest.QTest.mouseDClick(view.viewport(), _LEFT, QtCore.Qt.KeyboardModifier.NoModifier, at)
    QtTest.QTest.mouseRelease(view.viewport(), _LEFT, QtCore.Qt.KeyboardModifier.NoModifier, at)


def press(
    view: AgentView,
    key: QtCore.Qt.Key,
    modifier: QtCore.Qt.KeyboardModifier = QtCore.Qt.KeyboardModifier.NoModifier,
) -> None:
    """Press a key on the table."""
    QtTest.QTest.keyClick(view, key, modifier)


def editor() -> QtWidgets.QLineEdit:
    """The line that is being typed into."""
    widget = QtWidgets.QApplication.focusWidget()
    line = widget.lineEdit() if isinstance(widget, QtWidgets.QComboBox) else widget
    assert isinstance(line, QtWidgets.QLineEdit)
    return line


def enter(text: str) -> None:
    """Type into the cell that is being edited, and finish with Return."""
    QtTest.QTest.keyClicks(editor(), text)
    QtTest.QTest.keyClick(editor(), Key.Key_Return)
    QtWidgets.QApplication.processEvents()  # a line is taken over when it has handled the key itself


def is_editing(view: AgentView) -> bool:
    """Whether a cell is being edited."""
    return view.state() is view.State.EditingState


def trigger(view: AgentView, name: str) -> None:
    """Use one of the table's actions."""
    action = view.findChild(QtGui.QAction, name)
    assert action is not None, name
    assert action.isEnabled(), name
    action.trigger()


def clipboard() -> QtGui.QClipboard:
    """The system's clipboard."""
    return QtGui.QGuiApplication.clipboard()

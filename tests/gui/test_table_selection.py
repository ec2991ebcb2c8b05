"""Cells that are selected by mouse and keys, and what is edited then."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore, QtTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.session import Session
from ctxstudio.policy import query
from ctxstudio.storage import record, scan
from tests.gui.table_tools import (
    Key,
    cell,
    click,
    column,
    double_click,
    editor,
    enter,
    is_editing,
    open_table,
    press,
    select,
    selected,
    trigger,
    write_agents,
)

_CONTROL = QtCore.Qt.KeyboardModifier.ControlModifier
_SHIFT = QtCore.Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def five(tmp_path: Path) -> Path:
    """Five agents, a to e."""
    return write_agents(tmp_path / "five", {f"{name}.md": "model: haiku" for name in "abcde"})


def test_the_first_cell_is_selected_when_all_is_read(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    assert selected(view) == {("a.md", "name")}
    assert list(session.selection) == ["a.md"]


def test_mouse_and_keys_select_agents_by_their_cells(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    click(view, cell(view, "b.md", "preference"))
    assert selected(view) == {("b.md", "preference")}
    press(view, Key.Key_Down, _SHIFT)
    press(view, Key.Key_Down, _SHIFT)
    assert session.selection == ("d.md", "b.md", "c.md")  # the current one first
    click(view, cell(view, "a.md", "effort"), _CONTROL)
    assert set(session.selection) == {"a.md", "b.md", "c.md", "d.md"}
    click(view, cell(view, "c.md", "preference"), _CONTROL)
    assert set(session.selection) == {"a.md", "b.md", "d.md"}
    click(view, cell(view, "a.md", "name"))
    click(view, cell(view, "c.md", "category"), _SHIFT)
    assert selected(view) == {(id, field) for id in ("a.md", "b.md", "c.md") for field in ("name", "category")}
    press(view, Key.Key_A, _CONTROL)
    assert set(session.selection) == {"a.md", "b.md", "c.md", "d.md", "e.md"}
    press(view, Key.Key_Escape)  # no modifier is down any more
    view.selectRow(3)
    assert list(session.selection) == ["d.md"]


def test_whole_rows_and_columns_by_keys(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    click(view, cell(view, "b.md", "preference"))
    press(view, Key.Key_Down, _SHIFT)
    press(view, Key.Key_Space, _SHIFT)
    assert {id for id, _ in selected(view)} == {"b.md", "c.md"}
    assert len(selected(view)) == 2 * view.table.columnCount()
    click(view, cell(view, "b.md", "effort"))
    press(view, Key.Key_Space, _CONTROL)
    assert selected(view) == {(f"{name}.md", "effort") for name in "abcde"}


def test_a_selected_row_is_tinted(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("b.md", "preference")])
    background = QtCore.Qt.ItemDataRole.BackgroundRole
    assert cell(view, "b.md", "state").data(background) is not None
    assert cell(view, "c.md", "state").data(background) is None


def test_a_double_click_in_a_selection_edits_all_of_it(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("a.md", "preference"), ("b.md", "preference"), ("d.md", "preference")])
    double_click(view, cell(view, "b.md", "preference"))
    assert is_editing(view)
    assert set(session.selection) == {"a.md", "b.md", "d.md"}
    enter("opus")
    assert set(session.workspace.changed()) == {"a.md", "b.md", "d.md"}
    assert session.undo_stack.count() == 1


def test_a_single_click_in_a_selection_selects_only_that_cell(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("a.md", "preference"), ("b.md", "preference")])
    center = view.visualRect(cell(view, "b.md", "preference")).center()
    left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier
    QtTest.QTest.mousePress(view.viewport(), left, none, center)
    assert set(session.selection) == {"a.md", "b.md"}
    QtTest.QTest.mouseRelease(view.viewport(), left, none, center)
    assert selected(view) == {("b.md", "preference")}


def test_a_drag_from_a_selected_cell_selects_anew(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("a.md", "preference"), ("b.md", "preference"), ("e.md", "preference")])
    left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier
    start, stop = (view.visualRect(cell(view, id, "preference")).center() for id in ("b.md", "d.md"))
    QtTest.QTest.mousePress(view.viewport(), left, none, start)
    QtTest.QTest.mouseMove(view.viewport(), stop)
    QtTest.QTest.mouseRelease(view.viewport(), left, none, stop)
    assert {id for id, _ in selected(view)} == {"b.md", "c.md", "d.md"}


def test_f2_edits_the_whole_selection_and_escape_nothing(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("b.md", "effort"), ("c.md", "effort")])
    press(view, Key.Key_F2)
    QtTest.QTest.keyClicks(editor(), "max")
    QtTest.QTest.keyClick(editor(), Key.Key_Escape)
    assert not session.workspace.changed()
    press(view, Key.Key_F2)
    enter("max")
    assert session.workspace.changed() == ("b.md", "c.md")


@pytest.mark.parametrize(
    ("field", "typed", "value"), [("preference", "opus", "opus"), ("fallbacks", "x, y", ("x", "y"))]
)
def test_typing_begins_an_edit_and_replaces_the_value(
    qtbot: QtBot, session: Session, five: Path, field: str, typed: str, value: object
) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("b.md", field)])
    QtTest.QTest.keyClicks(view, typed[0])
    assert is_editing(view)
    enter(typed[1:])
    assert getattr(session.workspace.agent("b.md").policy, field) == value


def test_typing_on_a_computed_cell_searches_and_space_opens_what_is_there(
    qtbot: QtBot, session: Session, five: Path
) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("a.md", "name")])
    QtTest.QTest.keyClicks(view, "d")
    assert not is_editing(view)
    assert session.selection == ("d.md",)
    select(view, [("a.md", "preference")])
    press(view, Key.Key_Space)
    assert editor().text() == "haiku"


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_delete_clears_the_selected_cells_in_one_step(
    qtbot: QtBot, session: Session, five: Path, key: QtCore.Qt.Key
) -> None:
    view = open_table(qtbot, session, five)
    told: list[object] = []
    session.agents_changed.connect(told.append)
    select(view, [("a.md", "preference"), ("b.md", "preference"), ("b.md", "name"), ("c.md", "effort")])
    press(view, key)
    assert session.workspace.changed() == ("a.md", "b.md")
    assert session.workspace.agent("a.md").policy.preference is None
    assert session.undo_stack.undoText() == "clear 2 cells of 2 agents"
    assert len(told) == 1
    session.undo_stack.undo()
    assert not session.workspace.changed()


def test_delete_in_an_editor_is_the_editors(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    select(view, [("a.md", "preference")])
    press(view, Key.Key_F2)
    QtTest.QTest.keyClick(editor(), Key.Key_Delete)
    assert not session.workspace.changed()
    QtTest.QTest.keyClick(editor(), Key.Key_Escape)
    assert not session.workspace.changed()


def test_where_nothing_can_be_cleared_it_is_said(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    refused: list[str] = []
    session.refused.connect(lambda title, reason: refused.append(f"{title}: {reason}"))
    select(view, [("a.md", "name")])
    press(view, Key.Key_Delete)
    assert refused == [
        "Nothing was cleared: none of the selected cells can be changed; columns such as Score are computed"
    ]
    assert session.undo_stack.count() == 0


def test_selected_cells_follow_their_agents(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    wanted = {("a.md", "preference"), ("b.md", "effort"), ("b.md", "preference"), ("e.md", "effort")}
    select(view, sorted(wanted))
    view.sortByColumn(column("name"), QtCore.Qt.SortOrder.DescendingOrder)
    assert view.table.shown_ids() == ("e.md", "d.md", "c.md", "b.md", "a.md")
    assert selected(view) == wanted
    assert view.currentIndex() == cell(view, "a.md", "preference")
    trigger(view, "groupFamilyAction")
    assert selected(view) == wanted
    assert set(session.selection) == {"a.md", "b.md", "e.md"}


def test_all_rows_are_selected_without_asking_each_cell(
    qtbot: QtBot, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt asks every cell for its flags where it can; with 10,000 rows that takes a second."""
    view = open_table(qtbot, session, write_agents(tmp_path, {f"{n}.md": "model: haiku" for n in range(2000)}))
    asked: list[int] = []
    real = AgentTableModel.is_editable

    def is_editable(model: AgentTableModel, row: int, column: int) -> bool:
        asked.append(row)
        return real(model, row, column)

    monkeypatch.setattr(AgentTableModel, "is_editable", is_editable)
    view.selectAll()
    view.grab()
    assert len(session.selection) == 2000
    assert 0 < len(asked) < 2000


def test_the_table_follows_who_else_selects(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    click(view, cell(view, "a.md", "effort"))
    session.select(["d.md", "a.md", "c.md"])
    assert session.selection == ("d.md", "a.md", "c.md")
    assert selected(view) == {(id, "effort") for id in ("a.md", "c.md", "d.md")}
    assert view.currentIndex() == cell(view, "d.md", "effort")
    view.table.set_filter(query.parse("a.md"))
    session.select(["a.md", "b.md"])  # nobody sees b
    assert list(session.selection) == ["a.md"]


def test_an_agent_of_a_closed_group_is_selected_in_the_open(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    trigger(view, "groupFamilyAction")
    trigger(view, "collapseAllAction")
    assert session.selection == ()
    session.select(["e.md"])
    assert selected(view) == {("e.md", "name")}
    assert view.table.row_of("e.md") == 5


def test_agents_that_come_later_stand_where_the_order_wants_them(qtbot: QtBot, session: Session, five: Path) -> None:
    view = open_table(qtbot, session, five)
    view.sortByColumn(column("name"), QtCore.Qt.SortOrder.DescendingOrder)
    click(view, cell(view, "b.md", "effort"))
    write_agents(five, {"bb.md": "model: opus"})
    found = record.read(str(five / "bb.md"), "bb.md")
    assert isinstance(found, record.Record)
    session.agents_added.emit(session.workspace.add(scan.Batch([found])))
    qtbot.waitUntil(lambda: view.table.shown_ids() == ("e.md", "d.md", "c.md", "bb.md", "b.md", "a.md"))
    assert selected(view) == {("b.md", "effort")}

"""Columns: shown, moved, widened, sorted, and all of it remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6 import QtCore, QtTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.models import layout
from ctxstudio.gui.models.groups import Grouping
from ctxstudio.gui.models.layout import Layout
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields
from tests.gui.table_tools import Key, cell, click, column, editor, open_table, press, select, trigger, write_agents

_ALT_SHIFT = QtCore.Qt.KeyboardModifier.AltModifier | QtCore.Qt.KeyboardModifier.ShiftModifier
_LEFT = QtCore.Qt.MouseButton.LeftButton
_NONE = QtCore.Qt.KeyboardModifier.NoModifier
_KEY = "table/layout"


@pytest.fixture
def settings(tmp_path: Path) -> QtCore.QSettings:
    return QtCore.QSettings(str(tmp_path / "settings.ini"), QtCore.QSettings.Format.IniFormat)


def order(view: AgentView) -> list[str]:
    """The shown columns from left to right."""
    header = view.horizontalHeader()
    sections = [header.logicalIndex(place) for place in range(header.count())]
    return [fields.COLUMNS[section].id for section in sections if not header.isSectionHidden(section)]


def widths(view: AgentView) -> dict[str, int]:
    return {id: view.columnWidth(column(id)) for id in order(view)}


def drag_border(view: AgentView, field_id: str, by: int) -> None:
    """Make a column wider with the mouse."""
    header = view.horizontalHeader()
    at = QtCore.QPoint(header.sectionViewportPosition(column(field_id)) + view.columnWidth(column(field_id)) - 1, 8)
    QtTest.QTest.mousePress(header.viewport(), _LEFT, _NONE, at)
    QtTest.QTest.mouseMove(header.viewport(), at + QtCore.QPoint(by, 0))
    QtTest.QTest.mouseRelease(header.viewport(), _LEFT, _NONE, at + QtCore.QPoint(by, 0))


def click_header(view: AgentView, field_id: str) -> None:
    header = view.horizontalHeader()
    at = QtCore.QPoint(header.sectionViewportPosition(column(field_id)) + 15, 8)
    QtTest.QTest.mouseClick(header.viewport(), _LEFT, _NONE, at)


# Remembered


def test_everything_is_there_again_at_the_next_start(
    qtbot: QtBot, session: Session, agents: Path, settings: QtCore.QSettings
) -> None:
    view = open_table(qtbot, session, agents, settings)
    header = view.horizontalHeader()
    header.moveSection(header.visualIndex(column("state")), 0)
    actions = {action.text(): action for action in view.column_actions()}
    actions["Reasoning"].trigger()
    actions["Category"].trigger()
    drag_border(view, "name", 77)
    view.sortByColumn(column("score.sonnet"), QtCore.Qt.SortOrder.DescendingOrder)
    trigger(view, "groupFamilyAction")
    view.save_state()
    settings.sync()
    again = open_table(qtbot, session, agents, QtCore.QSettings(settings.fileName(), QtCore.QSettings.Format.IniFormat))
    assert order(again) == order(view)
    assert order(again)[0] == "state"
    assert "reasoning" in order(again)
    assert "category" not in order(again)
    assert widths(again) == widths(view)
    assert again.horizontalHeader().sortIndicatorSection() == column("score.sonnet")
    assert again.table.shown_ids() == view.table.shown_ids()
    assert again.table.grouping is Grouping.FAMILY
    assert {action.text(): action.isChecked() for action in again.column_actions()} == {
        action.text(): action.isChecked() for action in view.column_actions()
    }


@pytest.mark.parametrize(
    "value",
    [
        "", "{", "[]", "null", "7", '{"columns": 7, "sort": [], "group": {}}', '{"columns": [1, {}, {"id": []}, null]}',
        '{"sort": {"id": "gone"}, "group": "moon"}', "[" * 100_000, 12, ["a"], None, b"\xff",
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_settings_that_are_none_are_as_good_as_no_settings(
    qtbot: QtBot, session: Session, agents: Path, settings: QtCore.QSettings, value: object
) -> None:
    settings.setValue(_KEY, value)
    assert order(open_table(qtbot, session, agents, settings)) == [field.id for field in fields.COLUMNS if field.shown]


def test_columns_that_came_or_went_since_do_not_matter() -> None:
    kept = [{"id": "state"}, {"id": "gone"}, {"id": "name", "shown": False}, {"id": "effort", "shown": False}]
    read = layout.read(json.dumps({"columns": kept, "version": 9}))
    assert read.order == (
        "state", "path", "reasoning", "name", "category", "preference", "fallbacks", "escalation", "fast_path",
        "effort", "score.haiku", "score.sonnet", "verdict", "recommendation",
    )  # fmt: skip
    assert read.hidden == {"effort", "fast_path", "path", "reasoning"}


@pytest.mark.parametrize(("width", "taken"), [(1, 24), (99, 99), (10**9, 4000), (-5, 0), (True, 0), ("9", 0), (1.5, 0)])
def test_widths_stay_within_reason(width: object, taken: int) -> None:
    assert layout.read(json.dumps({"columns": [{"id": "name", "width": width}]})).widths.get("name", 0) == taken


def test_a_layout_is_read_as_it_was_written() -> None:
    arranged = Layout(
        tuple(reversed(Layout().order)), frozenset({"state", "effort"}), {"name": 120}, ("path", True), Grouping.STATE
    )
    assert layout.read(arranged.text()) == arranged
    assert layout.read(Layout().text()) == Layout()


# Widths


def test_chosen_widths_stay_on_reload_and_resize(qtbot: QtBot, session: Session, agents: Path) -> None:
    view = open_table(qtbot, session, agents)
    drag_border(view, "preference", 60)
    chosen = widths(view)
    session.reload()
    view.resize(1400, 600)
    chosen.pop("state")  # the last one fills the window
    assert {id: width for id, width in widths(view).items() if id in chosen} == chosen


def test_a_window_that_grows_is_no_choice(qtbot: QtBot, session: Session, agents: Path) -> None:
    view = open_table(qtbot, session, agents, width=800)
    narrow = view.columnWidth(column("category"))
    view.resize(1500, 600)
    assert view.columnWidth(column("category")) > narrow


@pytest.mark.parametrize("width", [916, 1400])
def test_all_columns_are_seen_even_with_long_model_names(
    qtbot: QtBot, session: Session, agents: Path, width: int
) -> None:
    write_agents(agents, {"x.md": "model: claude-sonnet-4-5-20250929-with-a-name-that-does-not-end\ndescription: x"})
    view = open_table(qtbot, session, agents, width=width)
    view.sortByColumn(column("score.sonnet"), QtCore.Qt.SortOrder.AscendingOrder)
    assert view.horizontalHeader().length() <= view.viewport().width()
    metrics = view.fontMetrics()
    assert all(view.columnWidth(column(id)) >= metrics.horizontalAdvance(fields.field(id).title) for id in order(view))


def test_reset_arranges_all_as_at_first(qtbot: QtBot, session: Session, agents: Path) -> None:
    view = open_table(qtbot, session, agents)
    first = widths(view)
    header = view.horizontalHeader()
    header.moveSection(0, 5)
    {action.text(): action for action in view.column_actions()}["Effort"].trigger()
    drag_border(view, "category", 50)
    assert widths(view) != first
    trigger(view, "resetColumnsAction")
    assert widths(view) == first


# Sorting and moving


def test_clicks_on_a_header_sort_up_down_and_not_at_all(qtbot: QtBot, session: Session, agents: Path) -> None:
    view = open_table(qtbot, session, agents)
    by_path = view.table.shown_ids()
    click_header(view, "score.sonnet")
    up = view.table.shown_ids()
    click_header(view, "score.sonnet")
    down = view.table.shown_ids()
    click_header(view, "score.sonnet")
    assert len({by_path, up, down}) == 3
    assert view.table.shown_ids() == by_path


def test_the_keyboard_sorts_and_moves_the_current_column(qtbot: QtBot, session: Session, agents: Path) -> None:
    view = open_table(qtbot, session, agents)
    by_path = view.table.shown_ids()
    select(view, [("rust-pro.md", "category")])
    press(view, Key.Key_Down, _ALT_SHIFT)
    assert view.table.shown_ids() != by_path
    header = view.horizontalHeader()
    assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (
        column("category"), QtCore.Qt.SortOrder.AscendingOrder,
    )  # fmt: skip
    press(view, Key.Key_Down, _ALT_SHIFT)
    press(view, Key.Key_Down, _ALT_SHIFT)
    assert view.table.shown_ids() == by_path
    press(view, Key.Key_Right, _ALT_SHIFT)
    assert order(view)[:3] == ["name", "preference", "category"]
    press(view, Key.Key_Left, _ALT_SHIFT)
    press(view, Key.Key_Left, _ALT_SHIFT)
    press(view, Key.Key_Left, _ALT_SHIFT)
    assert order(view)[:3] == ["category", "name", "preference"]
    assert session.selection == ("rust-pro.md",)


def test_the_arrow_stands_beside_a_title_on_the_right(qtbot: QtBot, session: Session, agents: Path) -> None:
    view = open_table(qtbot, session, agents)
    header = view.horizontalHeader()
    title = fields.field("score.sonnet").title
    view.sortByColumn(column("score.sonnet"), QtCore.Qt.SortOrder.AscendingOrder)
    left = header.sectionViewportPosition(column("score.sonnet"))
    width = view.columnWidth(column("score.sonnet"))
    beside = QtCore.QRect(left, 0, width - header.fontMetrics().horizontalAdvance(title) - 6, header.height() - 2)
    sorted_by_it = header.grab(beside).toImage()
    view.sortByColumn(column("name"), QtCore.Qt.SortOrder.AscendingOrder)
    left = header.sectionViewportPosition(column("score.sonnet")) + view.columnWidth(column("score.sonnet")) - width
    beside.moveLeft(left)
    assert header.grab(beside).toImage() != sorted_by_it


# Names


def test_namesakes_are_told_apart(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    role = QtCore.Qt.ItemDataRole
    directory = write_agents(tmp_path / "x", {
        "a.md": "model: haiku\ndescription: a", "team/a.md": "model: haiku\ndescription: a",
        "b.md": "model: haiku\ndescription: b",
    })  # fmt: skip
    view = open_table(qtbot, session, directory)
    view.setAlternatingRowColors(False)
    click(view, cell(view, "b.md", "state"))
    names = [cell(view, id, "name") for id in ("a.md", "team/a.md")]
    assert {name.data() for name in names} == {"a"}
    pictures = [view.viewport().grab(view.visualRect(name)).toImage() for name in names]
    assert pictures[0] != pictures[1]
    assert [name.data(role.AccessibleTextRole) for name in names] == ["Name: a, in ./", "Name: a, in team/"]
    {action.text(): action for action in view.column_actions()}["Path"].trigger()
    plain = [view.viewport().grab(view.visualRect(name)).toImage() for name in names]
    assert plain[0] == plain[1]


def test_the_tooltip_of_a_name_describes_the_agent(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    write_agents(tmp_path / "x", {"team/a.md": f'description: "<b>Reviews</b>  code. {"long " * 300}"'})
    view = open_table(qtbot, session, tmp_path / "x")
    tip = cell(view, "team/a.md", "name").data(QtCore.Qt.ItemDataRole.ToolTipRole)
    assert "a\nteam/a.md\n \n&lt;b&gt;Reviews&lt;/b&gt; code. long" in tip
    assert "…" in tip
    assert len(tip) < 800


def test_a_cell_that_was_only_looked_at_is_no_edit(qtbot: QtBot, session: Session, agents: Path) -> None:
    view = open_table(qtbot, session, agents)
    for field in ("fallbacks", "preference"):
        select(view, [("rust-pro.md", field), ("golang-pro.md", field), ("debugger.md", field)])
        press(view, Key.Key_F2)
        QtTest.QTest.keyClick(editor(), Key.Key_Return)
        qtbot.waitUntil(lambda: view.state() is view.State.NoState)
    assert not session.workspace.changed()

"""Groups of agents under headings: what they say, how they open and close, and who leaves them alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore
from pytestqt.qtbot import QtBot

from ctxstudio.gui.models.groups import Grouping
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.session import Session
from ctxstudio.policy import query
from tests.gui.table_tools import (
    Key,
    cell,
    click,
    clipboard,
    column,
    open_table,
    press,
    select,
    selected,
    trigger,
    write_agents,
)

_ROLE = QtCore.Qt.ItemDataRole


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return write_agents(
        tmp_path / "fleet",
        {
            "b.md": "model: haiku\ncategory: security\ndescription: b",
            "lang/a.md": "model: sonnet\ncategory: Data\ndescription: a",
            "lang/c.md": "model: opus\ncategory: security\ndescription: c",
            "lang/d.md": "model: haiku\nmodelPolicy:\n  escalation: {to: opus, when: [hard]}\ndescription: d",
            "ops/e.md": "description: e",
        },
    )


def rows(view: AgentView) -> list[str]:
    """All rows: headings as they read, agents by their ids."""
    return [
        view.table.id_at(row) or str(view.table.index(row, 0).data()) for row in range(view.table.rowCount())
    ]  # fmt: skip


def heading(view: AgentView, title: str) -> QtCore.QModelIndex:
    found = (row for row, text in enumerate(rows(view)) if text.startswith(title))
    return view.table.index(next(found), 0)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "Folder",
            ["(the opened folder) (1 agent)", "b.md", "lang (3 agents)", "lang/a.md", "lang/c.md", "lang/d.md",
             "ops (1 agent)", "ops/e.md"],
        ),
        (
            "Category",
            ["Data (1 agent)", "lang/a.md", "security (2 agents)", "b.md", "lang/c.md",
             "(no category) (2 agents)", "lang/d.md", "ops/e.md"],
        ),
        (
            "Family",
            ["opus (1 agent)", "lang/c.md", "sonnet (1 agent)", "lang/a.md", "haiku (1 agent)", "b.md",
             "inherit (1 agent)", "ops/e.md", "context-dependent (1 agent)", "lang/d.md"],
        ),
        (
            "State",
            ["no problems, not changed (5 agents)", "b.md", "lang/a.md", "lang/c.md", "lang/d.md", "ops/e.md"],
        ),
        ("None", ["b.md", "lang/a.md", "lang/c.md", "lang/d.md", "ops/e.md"]),
    ],
)  # fmt: skip
def test_agents_stand_together(qtbot: QtBot, session: Session, fleet: Path, name: str, wanted: list[str]) -> None:
    view = open_table(qtbot, session, fleet)
    trigger(view, "groupFolderAction")
    trigger(view, f"group{name}Action")
    assert rows(view) == wanted
    assert view.table.agent_count == 5
    assert set(view.table.shown_ids()) == set(session.workspace.ids())


def test_states_are_told_apart(qtbot: QtBot, session: Session, fleet: Path) -> None:
    (fleet / "bad.md").write_text("---\nname: bad\ndescription: a: b\nmodel: haiku\n---\n")
    (fleet / "odd.md").write_text("---\nname: odd\ndescription: odd\nmodel: no-such-model\n---\n")
    view = open_table(qtbot, session, fleet)
    session.edit(["odd.md", "b.md"], "effort", "low")
    view.group_by(Grouping.STATE)
    assert [row for row in rows(view) if "(" in row] == [
        "degraded (1 agent)", "with problems, changed (1 agent, 1 changed)", "changed (1 agent, 1 changed)",
        "no problems, not changed (4 agents)",
    ]  # fmt: skip


def test_within_a_group_the_order_is_the_tables(qtbot: QtBot, session: Session, fleet: Path) -> None:
    view = open_table(qtbot, session, fleet)
    view.group_by(Grouping.CATEGORY)
    view.sortByColumn(column("name"), QtCore.Qt.SortOrder.DescendingOrder)
    assert view.table.shown_ids() == ("lang/a.md", "lang/c.md", "b.md", "ops/e.md", "lang/d.md")


def test_an_edit_counts_at_once_and_moves_nobody_until_the_next_sort(
    qtbot: QtBot, session: Session, fleet: Path
) -> None:
    view = open_table(qtbot, session, fleet)
    view.group_by(Grouping.FAMILY)
    before = view.table.shown_ids()
    session.edit(["b.md"], "preference", "opus")
    assert view.table.shown_ids() == before
    assert heading(view, "haiku").data() == "haiku (1 agent, 1 changed)"
    view.sortByColumn(column("name"), QtCore.Qt.SortOrder.AscendingOrder)
    assert rows(view)[:3] == ["opus (2 agents, 1 changed)", "b.md", "lang/c.md"]
    session.undo_stack.undo()
    assert heading(view, "opus").data() == "opus (2 agents)"


def test_a_filter_leaves_only_groups_with_agents(qtbot: QtBot, session: Session, fleet: Path) -> None:
    view = open_table(qtbot, session, fleet)
    counted: list[int] = []
    view.table.agents_counted.connect(counted.append)
    view.group_by(Grouping.FOLDER)
    view.table.set_filter(query.parse("model:opus"))
    assert rows(view) == ["lang (1 agent)", "lang/c.md"]
    assert counted == [5, 1]


@pytest.mark.parametrize("way", ["mouse", "arrows", "return", "actions"])
def test_a_group_closes_and_opens(qtbot: QtBot, session: Session, fleet: Path, way: str) -> None:
    view = open_table(qtbot, session, fleet)
    view.group_by(Grouping.FOLDER)
    opened = rows(view)

    def toggle(arrow: QtCore.Qt.Key, action: str) -> None:
        if way == "mouse":
            click(view, heading(view, "lang").siblingAtColumn(column("effort")))
        elif way == "actions":
            trigger(view, action)
        else:
            view.setCurrentIndex(heading(view, "lang"))
            press(view, arrow if way == "arrows" else Key.Key_Return)

    toggle(Key.Key_Left, "collapseAllAction")
    assert "lang (3 agents)" in rows(view)
    assert not set(view.table.shown_ids()) & {"lang/a.md", "lang/c.md", "lang/d.md"}
    assert view.table.agent_count == 5
    assert "collapsed" in heading(view, "lang").data(_ROLE.AccessibleTextRole)
    toggle(Key.Key_Right, "expandAllAction")
    assert rows(view) == opened


def test_who_is_hidden_is_selected_no_more(qtbot: QtBot, session: Session, fleet: Path) -> None:
    view = open_table(qtbot, session, fleet)
    view.group_by(Grouping.FOLDER)
    select(view, [("b.md", "effort"), ("lang/a.md", "effort")])
    click(view, heading(view, "lang"))
    assert session.selection == ("b.md",)
    assert selected(view) == {("b.md", "effort")}


def test_headings_take_no_part(qtbot: QtBot, session: Session, fleet: Path) -> None:
    view = open_table(qtbot, session, fleet)
    view.group_by(Grouping.FOLDER)
    view.selectAll()
    assert set(session.selection) == set(session.workspace.ids())
    trigger(view, "copyAction")
    assert [line.split("\t")[0] for line in clipboard().text().splitlines()] == ["b", "a", "c", "d", "e"]
    index = heading(view, "lang")
    assert not view.table.setData(index.siblingAtColumn(column("effort")), "low")
    assert not index.flags() & QtCore.Qt.ItemFlag.ItemIsSelectable
    view.setCurrentIndex(index)
    assert session.selection == ()
    assert not session.workspace.changed()


def test_a_heading_is_drawn_over_all_columns(qtbot: QtBot, session: Session, fleet: Path) -> None:
    view = open_table(qtbot, session, fleet)
    select(view, [("ops/e.md", "effort")])
    view.group_by(Grouping.FOLDER)
    opened = view.viewport().grab(view.visualRect(heading(view, "lang"))).toImage()
    rect = view.visualRect(heading(view, "lang").siblingAtColumn(column("state")))
    assert view.viewport().grab(rect).toImage().pixelColor(3, 3) == opened.pixelColor(3, 3)
    click(view, heading(view, "lang"))
    assert view.viewport().grab(view.visualRect(heading(view, "lang"))).toImage() != opened


def test_groups_are_plain_text(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    write_agents(tmp_path / "x", {"a.md": 'category: "<b>bad</b>\\u202E"\ndescription: a'})
    view = open_table(qtbot, session, tmp_path / "x")
    view.group_by(Grouping.CATEGORY)
    assert rows(view)[0] == "<b>bad</b>\ufffd (1 agent)"


def test_agents_that_come_and_go_stand_in_their_groups(qtbot: QtBot, session: Session, fleet: Path) -> None:
    view = open_table(qtbot, session, fleet)
    view.group_by(Grouping.FOLDER)
    session.open(fleet)
    assert rows(view)[:3] == ["(the opened folder) (1 agent)", "b.md", "lang (3 agents)"]
    session.workspace.forget("b.md")
    session.agents_removed.emit(("b.md",))
    assert rows(view)[0] == "lang (3 agents)"
    assert view.table.row_of("b.md") == -1


def test_cells_of_a_group_show_where_the_agents_are(qtbot: QtBot, session: Session, fleet: Path) -> None:
    view = open_table(qtbot, session, fleet)
    view.group_by(Grouping.FOLDER)
    assert cell(view, "lang/a.md", "name").data() == "a"
    assert view.table.heading_at(view.table.row_of("lang/a.md")) is None

"""The three-way view of policies that changed on disk while they have unsaved edits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6 import QtCore, QtTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.dialogs.conflicts import ConflictDialog
from ctxstudio.policy import merge
from ctxstudio.policy.merge import PARTS, Conflict
from ctxstudio.policy.values import Policy, Switch

BASE = Policy("haiku", ("sonnet",), Switch("sonnet", ("a", "b")), None, "why", "low")
DISK = replace(BASE, preference="opus", fallbacks=("sonnet", "haiku"))
MINE = replace(BASE, preference="sonnet", effort="high")
A = Conflict("team/a.md", "<b>alpha</b>", BASE, DISK, MINE)
B = Conflict("b.md", "beta", BASE, replace(BASE, reasoning="theirs"), replace(BASE, effort="max"))
ROWS = {part.id: row for row, part in enumerate(PARTS)}
_Key = QtCore.Qt.Key
_Role = QtCore.Qt.ItemDataRole


def opened(qtbot: QtBot, *conflicts: Conflict) -> ConflictDialog:
    dialog = ConflictDialog(conflicts)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def cell(dialog: ConflictDialog, field: str, column: int, role: _Role = _Role.DisplayRole) -> object:
    return dialog.table.model().index(ROWS[field], column).data(role)


def said(dialog: ConflictDialog, field: str) -> list[object]:
    return [cell(dialog, field, column) for column in range(5)]


def taken(dialog: ConflictDialog, field: str) -> list[bool]:
    """Whether the disk's and my cell say that they are taken."""
    texts = [str(cell(dialog, field, column, _Role.AccessibleTextRole)) for column in (2, 3)]
    return [text.endswith(", taken") for text in texts]


def click(dialog: ConflictDialog, field: str, column: int) -> None:
    place = dialog.table.visualRect(dialog.table.model().index(ROWS[field], column))
    QtTest.QTest.mouseClick(dialog.table.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=place.center())


def applied(qtbot: QtBot, dialog: ConflictDialog) -> dict[str, Policy]:
    with qtbot.waitSignal(dialog.resolved) as signal:
        dialog.apply.click()
    (found,) = signal.args or [None]
    assert isinstance(found, dict)
    return found


def test_three_versions_stand_side_by_side_with_who_changed_what(qtbot: QtBot) -> None:
    dialog = opened(qtbot, A)
    assert said(dialog, "preference") == ["Preference", "haiku", "opus", "sonnet", "by both: choose"]
    assert said(dialog, "fallbacks") == ["Fallbacks", "• sonnet", "• sonnet\n• haiku", "• sonnet", "on disk"]
    assert said(dialog, "effort") == ["Effort", "low", "low", "high", "by me"]
    assert said(dialog, "escalation.when") == ["Escalation triggers", "• a\n• b", "• a\n• b", "• a\n• b", ""]
    assert said(dialog, "fast_path.to")[1:] == ["—", "—", "—", ""]


def test_cells_that_differ_are_marked_in_colour_and_in_bold(qtbot: QtBot) -> None:
    dialog = opened(qtbot, A)
    marked = []
    for field in ROWS:
        for column in (1, 2, 3):
            font = dialog.table.model().index(ROWS[field], column).data(_Role.FontRole)
            has_ground = cell(dialog, field, column, _Role.BackgroundRole) is not None
            assert font.bold() == has_ground
            marked += [(field, column)] if has_ground else []
    assert marked == [("preference", 2), ("preference", 3), ("fallbacks", 2), ("effort", 3)]


def test_what_one_side_changed_is_taken_and_mine_where_both_did(qtbot: QtBot) -> None:
    dialog = opened(qtbot, A)
    assert taken(dialog, "preference") == [False, True]
    assert taken(dialog, "fallbacks") == [True, False]
    assert taken(dialog, "effort") == [False, True]
    assert taken(dialog, "reasoning") == [False, False]
    assert applied(qtbot, dialog) == {"team/a.md": merge.merge(BASE, DISK, MINE).policy}
    assert not dialog.isVisible()


def test_a_click_takes_a_side(qtbot: QtBot) -> None:
    dialog = opened(qtbot, A)
    click(dialog, "preference", 2)
    click(dialog, "fallbacks", 3)
    click(dialog, "effort", 1)  # what was read is no side
    click(dialog, "reasoning", 2)  # nothing to choose
    assert taken(dialog, "preference") == [True, False]
    assert applied(qtbot, dialog) == {"team/a.md": replace(BASE, preference="opus", effort="high")}


def test_the_space_bar_takes_a_side(qtbot: QtBot) -> None:
    dialog = opened(qtbot, A)
    dialog.table.setFocus()
    assert dialog.table.currentIndex().row() == ROWS["preference"]
    QtTest.QTest.keyClick(dialog.table, _Key.Key_Left)
    QtTest.QTest.keyClick(dialog.table, _Key.Key_Space)
    assert taken(dialog, "preference") == [True, False]
    QtTest.QTest.keyClick(dialog.table, _Key.Key_Right)
    QtTest.QTest.keyClick(dialog.table, _Key.Key_Space)
    assert taken(dialog, "preference") == [False, True]


@pytest.mark.parametrize("disk", [False, True])
def test_all_agents_can_take_one_side(qtbot: QtBot, disk: bool) -> None:
    dialog = opened(qtbot, A, B)
    (dialog.disk if disk else dialog.mine).click()
    assert taken(dialog, "preference") == [disk, not disk]
    assert dialog.isVisible()
    expected = {"team/a.md": A.disk, "b.md": B.disk} if disk else {"team/a.md": A.mine, "b.md": B.mine}
    assert applied(qtbot, dialog) == expected


def test_agents_are_listed_with_what_is_to_choose_and_keep_their_choices(qtbot: QtBot) -> None:
    dialog = opened(qtbot, A, B)
    assert [dialog.list.item(row).text() for row in range(2)] == ["<b>alpha</b> — 1 to choose", "beta"]
    click(dialog, "preference", 2)
    QtTest.QTest.keyClick(dialog.list, _Key.Key_Down)
    assert said(dialog, "reasoning") == ["Reasoning", "why", "theirs", "why", "on disk"]
    QtTest.QTest.keyClick(dialog.list, _Key.Key_Up)
    assert taken(dialog, "preference") == [True, False]
    assert applied(qtbot, dialog) == {
        "team/a.md": replace(BASE, preference="opus", fallbacks=("sonnet", "haiku"), effort="high"),
        "b.md": replace(BASE, reasoning="theirs", effort="max"),
    }


def test_one_agent_needs_no_list(qtbot: QtBot) -> None:
    assert not opened(qtbot, A).list.isVisible()
    assert opened(qtbot, A, B).list.isVisible()


def test_escape_changes_nothing(qtbot: QtBot) -> None:
    dialog = opened(qtbot, A)
    told: list[object] = []
    dialog.resolved.connect(told.append)
    QtTest.QTest.keyClick(dialog.table, _Key.Key_Escape)
    assert told == []
    assert not dialog.isVisible()


def test_long_and_hostile_texts_are_plain_and_cut(qtbot: QtBot) -> None:
    hostile = replace(BASE, reasoning="<img src=x>\x1b\u202e" + "long " * 2_000)
    dialog = opened(qtbot, replace(A, disk=hostile))
    text = str(cell(dialog, "reasoning", 2))
    assert text.startswith("<img src=x>\ufffd\ufffdlong")
    assert len(text) == 301
    assert dialog.table.rowHeight(ROWS["reasoning"]) < 130
    assert "&lt;img" in str(cell(dialog, "reasoning", 2, _Role.ToolTipRole))

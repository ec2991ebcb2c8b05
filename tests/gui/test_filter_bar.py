"""The filter bar: typing with suggestions, what is wrong said where it is, quick buttons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.panels.filter_bar import FilterBar
from ctxstudio.gui.session import Session
from tests.conftest import Folder
from tests.gui.filter_stage import ALL, FILES, Button, Key, Stage, child, shown_stage

Make = Callable[..., Stage]


@pytest.fixture
def make_stage(qtbot: QtBot, session: Session, folder: Folder) -> Make:
    kept: list[Stage] = []
    session.open(folder(FILES))

    def make() -> Stage:
        kept.append(shown_stage(qtbot, session, None))
        return kept[-1]

    return make


# Typing


def test_field_and_value_are_picked_by_keyboard(make_stage: Make) -> None:
    stage = make_stage()
    stage.type("cat")
    assert stage.suggested() == ["category:"]
    stage.press(Key.Key_Tab)
    assert stage.edit.text() == "category:"
    assert stage.suggested() == ["docs", "quality-security"]
    assert stage.popup.model().index(0, 1).data() == "1 agent"
    stage.press(Key.Key_Down, Key.Key_Down, Key.Key_Return)
    assert stage.edit.text() == "category:quality-security "
    assert not stage.popup.isVisible()
    assert stage.names() == {"reviewer"}
    stage.type("or mod")
    stage.press(Key.Key_Tab)
    stage.type("hai")
    assert stage.suggested() == ["haiku"]
    stage.press(Key.Key_Tab)
    assert stage.edit.text() == "category:quality-security or model:haiku "
    assert stage.names() == {"reviewer", "writer"}


def test_escape_closes_the_list_first_and_then_clears(make_stage: Make) -> None:
    stage = make_stage()
    stage.quick()["changed"].click()
    stage.type("wr model:")
    assert stage.suggested()
    stage.press(Key.Key_Escape)
    assert stage.edit.text() == "wr model:"
    assert not stage.suggested()
    stage.press(Key.Key_Escape)
    assert stage.edit.text() == ""
    assert not stage.quick()["changed"].isChecked()
    assert stage.names() == ALL


def test_return_without_a_choice_is_the_boxs_own(qtbot: QtBot, make_stage: Make) -> None:
    stage = make_stage()
    stage.type("model:h")
    assert stage.suggested() == ["haiku", "inherit"]
    with qtbot.waitSignal(stage.edit.returnPressed):
        stage.press(Key.Key_Return)
    assert stage.edit.text() == "model:h"
    assert not stage.popup.isVisible()


def test_the_list_opens_where_it_helps_and_when_asked(make_stage: Make) -> None:
    stage = make_stage()
    stage.edit.setText("model:")
    assert not stage.suggested()
    stage.edit.clear()
    stage.type("m")
    assert not stage.suggested()
    stage.press(Key.Key_Down)
    assert stage.suggested() == ["model:"]
    stage.press(Key.Key_Escape)
    QtTest.QTest.keyClick(stage.edit, Key.Key_Space, QtCore.Qt.KeyboardModifier.ControlModifier)
    assert stage.suggested() == ["model:"]
    stage.press(Key.Key_Left)
    assert not stage.suggested()
    assert stage.edit.cursorPosition() == 0
    stage.edit.setText("zebra")
    stage.press(Key.Key_Down)
    assert not stage.suggested()


@pytest.mark.parametrize("leave", ["click", "button", "focus", "size"])
def test_the_list_closes_when_the_user_goes_elsewhere(make_stage: Make, leave: str) -> None:
    stage = make_stage()
    stage.type("mod")
    assert stage.suggested()
    if leave == "click":
        QtTest.QTest.mouseClick(stage.edit, Button.LeftButton)
    elif leave == "button":
        QtTest.QTest.mouseClick(stage.quick()["changed"], Button.LeftButton)
    elif leave == "focus":
        child(stage, QtWidgets.QTextEdit).setFocus()
    else:
        stage.resize(600, 300)
    assert not stage.suggested()


def test_the_list_stays_in_the_window(make_stage: Make) -> None:
    stage = make_stage()
    stage.resize(420, 150)
    stage.press(Key.Key_Down)
    assert stage.suggested()
    assert stage.rect().contains(stage.popup.geometry())
    stage.press(Key.Key_Up)
    last = stage.popup.currentIndex()
    assert last.row() == len(stage.suggested()) - 1
    assert stage.popup.viewport().rect().intersects(stage.popup.visualRect(last))
    stage.press(Key.Key_Down, Key.Key_Down)
    assert stage.popup.currentIndex().row() == 0
    stage.press(Key.Key_PageDown)
    assert stage.popup.currentIndex().row() == 12


def test_a_suggestion_is_picked_by_the_mouse_and_taken_back(make_stage: Make) -> None:
    stage = make_stage()
    stage.edit.setText("-(trigger:sec or writer)")
    stage.edit.setCursorPosition(13)
    stage.press(Key.Key_Down)
    assert stage.suggested() == ["security review"]
    place = stage.popup.visualRect(stage.popup.model().index(0, 0)).center()
    QtTest.QTest.mouseClick(stage.popup.viewport(), Button.LeftButton, pos=place)
    assert stage.edit.text() == '-(trigger:"security review" or writer)'
    assert not stage.popup.isVisible()
    assert stage.names() == {"helper", "broken"}
    stage.edit.undo()
    assert stage.edit.text() == "-(trigger:sec or writer)"


def test_suggested_values_follow_an_edit(make_stage: Make, session: Session) -> None:
    stage = make_stage()
    stage.type("effort:")
    assert not stage.suggested()
    session.edit(("writer.md",), "effort", "high")
    stage.edit.clear()
    stage.type("effort:")
    assert stage.suggested() == ["high"]


def test_hostile_values_are_shown_as_they_are(make_stage: Make, session: Session) -> None:
    stage = make_stage()
    session.edit(("writer.md",), "reasoning", '<b>"bold"</b>')
    session.edit(("helper.md",), "reasoning", "odd \u202e turn")
    stage.type("reasoning:")
    assert stage.suggested() == ['<b>"bold"</b>', "careful"]
    stage.press(Key.Key_Tab)
    assert stage.names() == {"writer"}


def test_the_window_adds_the_state_that_takes_a_catalogue(make_stage: Make, session: Session) -> None:
    stage = make_stage()
    stage.edit.setText("is:differs")
    by_text = stage.names()
    stage.bar.clear()
    stage.quick()["differs"].click()
    assert stage.names() == by_text
    workspace = session.workspace
    assert by_text == {agent.name for agent in workspace.fleet() if workspace.differs(agent)}


# What is wrong


def test_an_error_is_said_in_the_box_and_below_it(make_stage: Make) -> None:
    stage = make_stage()
    stage.edit.setText("model:haiku")
    stage.bar.show_count(1, 4)
    assert stage.badge() == "1 of 4"
    plain, asked = stage.edit.toolTip(), len(stage.asked)
    stage.edit.setText("model:haiku categry:x")
    message = "there is no field 'categry'; did you mean 'category'?"
    assert len(stage.asked) == asked
    assert stage.notice() == f"At character 13: {message}"
    assert stage.badge() == "error at 13"
    assert stage.edit.accessibleDescription() == f"{message} (at character 13)"
    assert "(at character 13)" in stage.edit.toolTip()
    badge = next(label for label in stage.edit.findChildren(QtWidgets.QLabel) if label.text() == "error at 13")
    QtTest.QTest.mouseClick(badge, Button.LeftButton)
    assert stage.edit.cursorPosition() == 12
    stage.edit.setText("model:haiku category:x")
    assert (stage.notice(), stage.badge(), stage.edit.toolTip()) == ("", "1 of 4", plain)
    assert stage.names() == set()


def test_the_message_below_gives_way(make_stage: Make) -> None:
    stage = make_stage()
    stage.edit.setText("bogus:x")
    assert stage.notice()
    stage.edit.setCursorPosition(0)
    stage.type("mo")
    assert stage.suggested() == ["model"]
    assert not stage.notice()
    stage.press(Key.Key_Escape)
    assert stage.notice()
    child(stage, QtWidgets.QToolButton, "savedFiltersButton").setFocus()
    assert not stage.notice()
    assert stage.badge() == "error at 1"


def test_a_long_message_stays_in_the_window(make_stage: Make) -> None:
    stage = make_stage()
    stage.edit.setText("effort>" + "much" * 9)
    label = child(stage, QtWidgets.QLabel, "filterNotice")
    assert stage.rect().contains(label.geometry())
    stage.resize(640, 300)
    assert stage.rect().contains(label.geometry())


def test_unfinished_typing_is_no_error(make_stage: Make) -> None:
    stage = make_stage()
    for text in ("model:", "writer or", '"wri', "is:chan", "score.sonnet>-", "(writer"):
        stage.edit.setText(text)
        assert stage.badge() == "", text
        assert "writer" in stage.names()


# Quick buttons


def test_quick_buttons_ask_together(make_stage: Make, session: Session) -> None:
    stage = make_stage()
    stage.resize(1500, 400)
    buttons = stage.quick()
    assert list(buttons) == ["changed", "problems", "differs", "context-dependent", "degraded"]
    assert not stage.more().isVisible()
    session.edit(("writer.md", "broken.md"), "preference", "sonnet")
    for word, names in {
        "changed": {"writer", "broken"}, "context-dependent": {"reviewer"}, "degraded": {"broken"},
    }.items():  # fmt: skip
        QtTest.QTest.mouseClick(buttons[word], Button.LeftButton)
        assert stage.names() == names
        QtTest.QTest.keyClick(buttons[word], Key.Key_Space)
        assert stage.names() == ALL
    buttons["changed"].click()
    buttons["degraded"].click()
    assert stage.names() == {"broken"}
    buttons["degraded"].click()
    stage.edit.setText("-writer")
    assert stage.names() == {"broken"}
    stage.bar.clear()
    assert stage.names() == ALL
    assert not any(button.isChecked() for button in buttons.values())


@pytest.mark.parametrize(("width", "fewest", "most"), [(660, 1, 4), (300, 0, 0)])
def test_what_has_no_room_stands_in_the_menu(make_stage: Make, width: int, fewest: int, most: int) -> None:
    stage = make_stage()
    stage.resize(width, 400)
    QtWidgets.QApplication.sendPostedEvents()
    buttons, menu = stage.quick(), stage.more().menu()
    assert menu is not None
    inside = {action.text(): action for action in menu.actions()}
    words = ["changed", "problems", "differs", "context-dependent", "degraded"]
    assert [*buttons, *inside] == words
    assert fewest <= len(buttons) <= most
    assert all(stage.bar.rect().contains(button.geometry()) for button in (*buttons.values(), stage.more()))
    assert not stage.more().isChecked()
    inside["degraded"].trigger()
    assert stage.names() == {"broken"}
    assert stage.more().isChecked()
    assert stage.more().text().endswith("(1)")
    assert "degraded" in stage.more().accessibleDescription()
    stage.resize(1500, 400)
    assert stage.quick()["degraded"].isChecked()
    assert stage.names() == {"broken"}


@pytest.mark.parametrize("width", [1280, 1024])
def test_the_bar_has_room_in_the_window(make_window: Callable[[Path], MainWindow], agents: Path, width: int) -> None:
    window = make_window(agents)
    window.resize(width, 700)
    QtWidgets.QApplication.processEvents()
    edit, bar = child(window, QtWidgets.QLineEdit, "filterEdit"), child(window, FilterBar)
    assert edit.isVisible()
    assert edit.width() >= 180
    inside = bar.findChildren(QtWidgets.QToolButton)
    assert all(
        bar.rect().contains(button.mapTo(bar, button.rect().center())) for button in inside if button.isVisible()
    )

"""The ordered list editor by itself: keys, buttons, drag, paste, the property."""

from __future__ import annotations

import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.list_edit import ListEdit

_Key = QtCore.Qt.Key
_ALT = QtCore.Qt.KeyboardModifier.AltModifier


@pytest.fixture
def edit(qtbot: QtBot) -> ListEdit:
    made = ListEdit("nothing", lambda typed: [line.strip() for line in typed.splitlines() if line.strip()])
    qtbot.addWidget(made)
    made.show_value(("one", "two", "three"))
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def edits(edit: ListEdit) -> list[tuple[str, ...]]:
    told: list[tuple[str, ...]] = []
    edit.edited.connect(told.append)
    return told


def list_of(edit: ListEdit) -> QtWidgets.QListWidget:
    found = edit.findChild(QtWidgets.QListWidget)
    assert isinstance(found, QtWidgets.QListWidget)
    return found


def open_editor(edit: ListEdit) -> QtWidgets.QLineEdit:
    # The newest: one that was closed lives until the event loop comes round.
    return list_of(edit).viewport().findChildren(QtWidgets.QLineEdit)[-1]


def test_showing_is_no_edit_and_setting_is_one(edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    edit.show_value(("four",))
    edit.show_mixed([("a",), (), ("b",)])
    assert edits == []
    edit.value = ["five", " six ", ""]  # type: ignore[assignment]  # the stubs take a Qt property for a plain attribute
    edit.setProperty("value", ["five", "six"])
    assert edits == [("five", "six")]
    assert edit.property("value") == ["five", "six"]


def test_keys_move_remove_and_edit(qtbot: QtBot, edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    rows = list_of(edit)
    rows.setCurrentRow(0)
    QTest.keyClick(rows, _Key.Key_Down, _ALT)
    assert (edits[-1], rows.currentRow()) == (("two", "one", "three"), 1)
    QTest.keyClick(rows, _Key.Key_Up, _ALT)
    QTest.keyClick(rows, _Key.Key_Up, _ALT)
    assert (edits[-1], len(edits)) == (("one", "two", "three"), 2)
    QTest.keyClick(rows, _Key.Key_Delete)
    assert edits[-1] == ("two", "three")
    QTest.keyClick(rows, _Key.Key_F2)
    line = open_editor(edit)
    assert line.text() == "two"
    QTest.keyClicks(line, " and a half")
    QTest.keyClick(line, _Key.Key_Return)
    qtbot.waitUntil(lambda: len(edits) == 4)
    assert edits[-1][1] == "three"


def test_enter_adds_and_an_empty_text_adds_nothing(qtbot: QtBot, edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    QTest.keyClick(list_of(edit), _Key.Key_Return)
    QTest.keyClicks(open_editor(edit), "four")
    edit.commit()
    assert edits == [("one", "two", "three", "four")]
    QTest.keyClick(list_of(edit), _Key.Key_Return)
    edit.commit()
    assert len(edits) == 1
    assert edit.property("value") == ["one", "two", "three", "four"]


def test_where_agents_differ_an_abandoned_text_changes_nothing(
    qtbot: QtBot, edit: ListEdit, edits: list[tuple[str, ...]]
) -> None:
    each: list[object] = []
    edit.each_edited.connect(each.append)
    edit.show_mixed([("one",), ("one", "two")])
    edit.add_text()
    edit.commit()
    list_of(edit).editItem(list_of(edit).item(1))
    edit.commit()
    assert (edits, each) == ([], [])
    assert list_of(edit).count() == 2


def test_several_lines_become_several_texts(qtbot: QtBot, edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    rows = list_of(edit)
    rows.setCurrentRow(0)
    QtGui.QGuiApplication.clipboard().setText("a\n\n b \n")
    QTest.keySequence(rows, QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Paste))
    assert edits == [("one", "a", "b", "two", "three")]
    edit.add_text()
    open_editor(edit).setText("x\ny")
    edit.commit()
    assert edits[1:] == [("one", "a", "b", "two", "three", "x", "y")]


def test_a_text_of_several_lines_survives_the_edit_of_another(edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    edit.show_value(("two\nlines", "one"))
    list_of(edit).editItem(list_of(edit).item(0))
    edit.commit()
    assert edits == []
    list_of(edit).editItem(list_of(edit).item(1))
    open_editor(edit).setText("1")
    edit.commit()
    assert edits == [("two\nlines", "1")]


def test_several_selected_rows_move_and_go_together(edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    rows = list_of(edit)
    rows.item(1).setSelected(True)
    rows.item(2).setSelected(True)
    QTest.keyClick(rows, _Key.Key_Up, _ALT)
    assert edits == [("two", "three", "one")]
    QTest.keySequence(rows, QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Cut))
    assert edits[1:] == [("one",)]
    assert QtGui.QGuiApplication.clipboard().text() == "two\nthree"


def test_the_keys_of_the_list_are_not_the_windows(qtbot: QtBot, edit: ListEdit) -> None:
    taken: list[str] = []
    for keys in ("Ctrl+V", "Ctrl+C", "Del", "Alt+Up", "Return"):
        shortcut = QtGui.QShortcut(QtGui.QKeySequence(keys), edit)
        shortcut.activated.connect(lambda keys=keys: taken.append(keys))
    QtGui.QGuiApplication.clipboard().setText("four")
    list_of(edit).setFocus()
    list_of(edit).setCurrentRow(2)
    QTest.keySequence(list_of(edit), QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Paste))
    QTest.keyClick(list_of(edit), _Key.Key_Up, _ALT)
    assert edit.property("value") == ["one", "two", "four", "three"]
    assert taken == []


def test_a_dragged_row_is_an_edit(edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    model, root = list_of(edit).model(), QtCore.QModelIndex()
    model.moveRow(root, 0, root, 3)
    assert edits == [("two", "three", "one")]


def test_buttons_can_be_pressed_where_they_do_something(edit: ListEdit, edits: list[tuple[str, ...]]) -> None:
    found = edit.findChildren(QtWidgets.QToolButton)
    buttons = {button.accessibleName(): button for button in found if button.isVisible()}
    list_of(edit).setCurrentRow(2)
    enabled = {name: button.isEnabled() for name, button in buttons.items()}
    assert enabled == {"Add": True, "Move up": True, "Remove": True, "Move down": False}
    buttons["Move up"].click()
    buttons["Remove"].click()
    assert edits == [("one", "three", "two"), ("one", "two")]


def test_control_characters_and_markup_are_not_rendered(edit: ListEdit) -> None:
    edit.show_value(("<b>x</b>\u202e",))
    item = list_of(edit).item(0)
    assert "&lt;b&gt;" in item.toolTip()
    delegate = list_of(edit).itemDelegate()
    assert isinstance(delegate, QtWidgets.QStyledItemDelegate)
    assert delegate.displayText(item.text(), QtCore.QLocale()) == "<b>x</b>\ufffd"

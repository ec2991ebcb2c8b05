"""Lists in the inspector's form: suggestions, pasted lines, many agents whose lists differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.list_edit import ListEdit
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.session import Session
from ctxstudio.policy.values import Switch

# What the offscreen platform says when suggestions or a menu pop up.
pops_up = pytest.mark.qt_log_ignore("This plugin does not support")

_Key = QtCore.Qt.Key
_ALL = ("a.md", "b.md", "c.md")


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, tmp_path: Path) -> Inspector:
    texts = {
        "a": "preference: sonnet\n  fallbacks: [haiku, opus]\n  escalation: {to: opus, when: [risk, scale]}",
        "b": "preference: sonnet\n  fallbacks: [opus]\n  escalation: {to: opus, when: [risk, law]}",
        "c": "preference: haiku\n  fast_path: {to: haiku, when: [typo]}",
    }
    for name, model in texts.items():
        (tmp_path / f"{name}.md").write_text(f"---\nname: {name}\ndescription: x\nmodel:\n  {model}\n---\n")
    made = Inspector(session)
    qtbot.addWidget(made)
    made.resize(360, 800)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    session.open(tmp_path)
    return made


def editor(inspector: Inspector, name: str = "fallbacksEdit") -> ListEdit:
    found = inspector.findChild(ListEdit, name)
    assert isinstance(found, ListEdit)
    return found


def list_of(edit: ListEdit) -> QtWidgets.QListWidget:
    found = edit.findChild(QtWidgets.QListWidget)
    assert isinstance(found, QtWidgets.QListWidget)
    return found


def line_of(edit: ListEdit) -> QtWidgets.QLineEdit:
    return list_of(edit).viewport().findChildren(QtWidgets.QLineEdit)[-1]


def popup_of(line: QtWidgets.QLineEdit) -> QtWidgets.QAbstractItemView:
    popup = line.completer().popup()
    assert isinstance(popup, QtWidgets.QAbstractItemView)
    return popup


def offered(line: QtWidgets.QLineEdit) -> list[str]:
    model = line.completer().model()
    return [model.index(row, 0).data(QtCore.Qt.ItemDataRole.UserRole) for row in range(model.rowCount())]


def fallbacks(session: Session) -> list[tuple[str, ...]]:
    return [session.workspace.agent(id).policy.fallbacks for id in _ALL]


def triggers(session: Session) -> list[tuple[str, ...]]:
    switches = [session.workspace.agent(id).policy.escalation for id in _ALL]
    return [switch.when if switch else () for switch in switches]


def shares(edit: ListEdit) -> dict[str, str]:
    rows = list_of(edit)
    role = QtCore.Qt.ItemDataRole.AccessibleTextRole
    return {rows.item(row).text(): rows.item(row).data(role) for row in range(rows.count())}


def select(edit: ListEdit, text: str) -> None:
    rows = list_of(edit)
    rows.setCurrentItem(rows.findItems(text, QtCore.Qt.MatchFlag.MatchExactly)[0])


def entries(menu: QtWidgets.QMenu) -> dict[str, QtGui.QAction]:
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def for_all(edit: ListEdit) -> dict[str, QtGui.QAction]:
    """The menu below a list of agents that differ."""
    button = edit.findChildren(QtWidgets.QPushButton)[0]
    assert button.isVisible()
    menu = button.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    return entries(menu)


# One agent


@pops_up
def test_one_return_adds_a_model_although_suggestions_are_open(
    qtbot: QtBot, inspector: Inspector, session: Session
) -> None:
    session.select(("a.md",))
    edit = editor(inspector)
    QTest.keyClick(list_of(edit), _Key.Key_Return)
    line = line_of(edit)
    qtbot.waitUntil(popup_of(line).isVisible)
    QTest.keyClicks(popup_of(line), "fable")
    QTest.keyClick(popup_of(line), _Key.Key_Return)
    qtbot.waitUntil(lambda: fallbacks(session)[0] == ("haiku", "opus", "fable"))
    assert session.undo_stack.count() == 1
    qtbot.waitUntil(list_of(edit).hasFocus)


@pops_up
def test_a_chosen_suggestion_is_added_at_once(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    session.select(("b.md",))
    edit = editor(inspector)
    edit.add_text()
    line = line_of(edit)
    qtbot.waitUntil(popup_of(line).isVisible)
    QTest.keyClick(popup_of(line), _Key.Key_Down)
    QTest.keyClick(popup_of(line), _Key.Key_Down)
    QTest.keyClick(popup_of(line), _Key.Key_Return)
    qtbot.waitUntil(lambda: len(fallbacks(session)[1]) == 2)
    assert session.undo_stack.count() == 1


@pops_up
def test_models_that_make_no_sense_are_not_offered(inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    edit = editor(inspector)
    edit.add_text()
    names = offered(line_of(edit))
    assert {"fable", "inherit"} <= set(names)
    assert not {"sonnet", "claude-sonnet-5-5", "haiku", "opus"} & set(names)


@pops_up
def test_triggers_used_elsewhere_come_first_then_the_shipped_ones(inspector: Inspector, session: Session) -> None:
    session.select(("c.md",))
    edit = editor(inspector, "triggersEdit")
    edit.add_text()
    line = line_of(edit)
    assert offered(line)[:3] == ["risk", "law", "scale"]
    assert "security implications" in offered(line)
    assert "sharding strategy" in offered(line)
    assert line.completer().model().index(0, 0).data() == "risk · 2 agents"
    edit.commit()
    session.edit(("b.md", "c.md"), "escalation.when", ("law",))
    edit.add_text()
    assert offered(line_of(edit))[:2] == ["risk", "scale"]  # `law` is in the list by now
    quick = editor(inspector, "fastPathTriggersEdit")
    quick.add_text()
    assert offered(line_of(quick))[0] == "code example"  # `typo` is in the list
    assert "risk" not in offered(line_of(quick))


@pops_up
def test_lines_pasted_into_the_open_line_are_items_at_once(
    qtbot: QtBot, inspector: Inspector, session: Session
) -> None:
    session.select(("c.md",))
    edit = editor(inspector, "triggersEdit")
    edit.add_text()
    QtGui.QGuiApplication.clipboard().setText('* one\n  - "two: more"\n\n3) three\n')
    line_of(edit).paste()
    qtbot.waitUntil(lambda: triggers(session)[2] == ("one", "two: more", "3) three"))
    assert [list_of(edit).item(row).text() for row in range(3)] == ["one", "two: more", "3) three"]
    assert session.undo_stack.count() == 1


@pops_up
def test_what_is_there_already_does_not_come_twice(inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    edit = editor(inspector)
    edit.add_text()
    line_of(edit).setText("haiku")
    edit.commit()
    assert (session.undo_stack.count(), list_of(edit).count(), list_of(edit).currentRow()) == (0, 2, 0)
    QtGui.QGuiApplication.clipboard().setText("opus, fable, fable")
    QTest.keySequence(list_of(edit), QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Paste))
    assert fallbacks(session)[0] == ("haiku", "fable", "opus")


# Many agents


@pops_up
def test_differing_lists_show_every_text_and_how_many_have_it(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    edit = editor(inspector)
    assert shares(edit) == {"opus": "opus, in 2 of 3 agents", "haiku": "haiku, in 1 of 3 agents"}
    assert edit.property("value") == []
    texts = [label.text() for label in edit.findChildren(QtWidgets.QLabel) if label.isVisible()]
    assert texts == ["different in 3 agents"]
    assert "different in 3 agents" in edit.accessibleDescription()
    session.select(("a.md", "b.md"))
    assert [label.text() for label in edit.findChildren(QtWidgets.QLabel)] == ["different in 2 agents"]
    session.select(("a.md",))
    assert not any(label.isVisible() for label in edit.findChildren(QtWidgets.QLabel))
    assert shares(edit) == {"haiku": "haiku", "opus": "opus"}


@pops_up
def test_adding_to_differing_lists_adds_to_all_and_keeps_the_rest(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    edit = editor(inspector)
    edit.add_text()
    assert line_of(edit).placeholderText() == "added to all 3 agents"
    line_of(edit).setText("opus")
    edit.commit()
    assert fallbacks(session) == [("haiku", "opus"), ("opus",), ("opus",)]
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert fallbacks(session) == [("haiku", "opus"), ("opus",), ()]


@pops_up
def test_removing_from_differing_lists_removes_from_all(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    edit = editor(inspector)
    select(edit, "opus")
    QTest.keyClick(list_of(edit), _Key.Key_Delete)
    assert fallbacks(session) == [("haiku",), (), ()]
    assert session.undo_stack.count() == 1


@pops_up
def test_editing_a_text_of_differing_lists_edits_it_where_it_stands(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    edit = editor(inspector, "triggersEdit")
    select(edit, "risk")
    QTest.keyClick(list_of(edit), _Key.Key_F2)
    line_of(edit).setText("legal risk")
    edit.commit()
    assert triggers(session) == [("legal risk", "scale"), ("legal risk", "law"), ()]
    assert session.undo_stack.count() == 1


@pops_up
def test_a_text_of_some_can_be_given_to_all(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    edit = editor(inspector)
    select(edit, "haiku")
    for_all(edit)["Add “haiku” to all 3"].trigger()
    assert fallbacks(session) == [("haiku", "opus"), ("opus", "haiku"), ("haiku",)]
    assert session.undo_stack.count() == 1


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("Give all: opus  (as in 1 agent)", ("opus",)),
        ("Give all: haiku, opus  (as in 1 agent)", ("haiku", "opus")),
        ("Clear all", ()),
    ],
)
@pops_up
def test_one_list_replaces_all(inspector: Inspector, session: Session, entry: str, wanted: tuple[str, ...]) -> None:
    session.select(_ALL)
    edit = editor(inspector)
    for_all(edit)[entry].trigger()
    assert fallbacks(session) == [wanted] * 3
    assert session.undo_stack.count() == 1
    assert edit.property("value") == list(wanted)


@pops_up
def test_setting_the_value_replaces_all(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    editor(inspector).setProperty("value", ["fable"])
    assert fallbacks(session) == [("fable",)] * 3
    assert session.undo_stack.count() == 1


@pops_up
def test_a_trigger_for_all_keeps_the_targets(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    edit = editor(inspector, "triggersEdit")
    QtGui.QGuiApplication.clipboard().setText("- law\n- scale\n")
    QTest.keySequence(list_of(edit), QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Paste))
    assert triggers(session) == [("risk", "scale", "law"), ("risk", "law", "scale"), ("law", "scale")]
    assert session.workspace.agent("a.md").policy.escalation == Switch("opus", ("risk", "scale", "law"))
    assert session.undo_stack.count() == 1


@pops_up
def test_order_means_nothing_while_lists_differ(inspector: Inspector, session: Session) -> None:
    session.select(_ALL)
    edit = editor(inspector)
    select(edit, "haiku")
    QTest.keyClick(list_of(edit), _Key.Key_Up, QtCore.Qt.KeyboardModifier.AltModifier)
    assert session.undo_stack.count() == 0
    assert not list_of(edit).dragEnabled()
    session.select(("a.md",))
    assert list_of(edit).dragEnabled()


@pops_up
def test_a_file_that_cannot_be_edited_is_left_out(inspector: Inspector, session: Session, tmp_path: Path) -> None:
    refused: list[str] = []
    session.refused.connect(lambda title, _: refused.append(title))
    (tmp_path / "d.md").write_text("---\nname: d\nmodel: 'a\n---\n")
    session.reload()
    session.select(("a.md", "b.md", "d.md"))
    edit = editor(inspector)
    assert shares(edit) == {"opus": "opus, in 2 of 2 agents", "haiku": "haiku, in 1 of 2 agents"}
    edit.setProperty("value", ["fable"])
    assert fallbacks(session)[:2] == [("fable",), ("fable",)]
    assert refused == []


@pops_up
def test_the_menu_of_the_keyboard_does_what_the_keys_do(inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    edit = editor(inspector)
    select(edit, "haiku")
    QTest.keyClick(list_of(edit), _Key.Key_F10, QtCore.Qt.KeyboardModifier.ShiftModifier)
    (menu,) = (menu for menu in edit.findChildren(QtWidgets.QMenu) if menu.isVisible())
    found = entries(menu)
    assert [name for name, action in found.items() if action.isEnabled()] == [
        "Add…", "Edit", "Remove", "Copy", "Paste lines", "Move down",
    ]  # fmt: skip
    found["Move down"].trigger()
    menu.close()
    assert fallbacks(session)[0] == ("opus", "haiku")

"""The dialog of rules: composing, the live preview, applying as one step."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.changes_list import ChangesList
from ctxstudio.gui.dialogs.rules import RulesDialog
from ctxstudio.gui.session import Session
from ctxstudio.gui.text_box import TextBox
from ctxstudio.gui.widgets import ModelBox
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.steps import Do, Step
from ctxstudio.policy.values import Policy, Switch
from ctxstudio.storage.library import Library
from tests.gui.rules_dialog import (
    OPUS,
    Key,
    Make,
    Modifier,
    add,
    child,
    choose,
    editors,
    files,
    make,
    opened,
    press,
    saved,
    summary,
    warnings,
    write_filter,
)

__all__ = ["make", "opened", "saved"]  # fixtures


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_rule_is_composed_with_the_keyboard_previewed_and_applied_as_one_step(
    qtbot: QtBot, make: Make, opened: Session
) -> None:
    dialog = make()
    told: list[object] = []
    opened.agents_changed.connect(told.append)
    assert not child(dialog, QtWidgets.QPushButton, "ruleApplyButton").isEnabled()
    press(dialog, "ruleNewButton")
    edit = child(dialog, QtWidgets.QLineEdit, "ruleFilterEdit")
    assert dialog.focusWidget() is edit
    QTest.keyClicks(edit, "-name=c")
    editor = add(dialog, "Set a field")
    box = editor.part("value")
    assert isinstance(box, ModelBox)
    line = box.lineEdit()
    assert line is not None
    line.setFocus()
    QTest.keyClicks(line, "opus")
    QTest.keyClick(line, Key.Key_Return)
    apply = child(dialog, QtWidgets.QPushButton, "ruleApplyButton")
    qtbot.waitUntil(lambda: apply.text() == "Apply to 2 agents")
    assert summary(dialog) == "2 agents would change, 1 cannot be changed"
    assert files(dialog) == ["a.md", "b.md", "locked.md"]
    assert opened.undo_stack.count() == 0
    QTest.keyClick(dialog, Key.Key_Return, Modifier.ControlModifier)
    assert [opened.workspace.agent(f"{name}.md").policy.preference for name in "abc"] == ["opus", "opus", "haiku"]
    assert (opened.undo_stack.count(), told) == (1, [("a.md", "b.md")])
    assert opened.undo_stack.undoText() == "rule New rule of 2 agents"
    assert summary(dialog) == "0 agents would change, 2 stay as they are, 1 cannot be changed"
    opened.undo_stack.undo()
    assert not opened.workspace.changed()
    qtbot.waitUntil(lambda: apply.text() == "Apply to 2 agents")


def test_a_rule_without_a_filter_is_for_the_selection(qtbot: QtBot, make: Make, opened: Session) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    assert summary(dialog) == "Add a step to see what it would change."
    editor = add(dialog, "Clear a field")
    dialog.look()
    assert summary(dialog).startswith("No agent is meant.")
    opened.select(["c.md", "a.md"])
    choose(editor, "field", "fallbacks")
    qtbot.waitUntil(lambda: summary(dialog) == "2 agents would change")
    assert files(dialog) == ["c.md", "a.md"]
    press(dialog, "ruleApplyButton")
    assert [opened.workspace.agent(f"{name}.md").policy.fallbacks for name in "abc"] == [(), ("sonnet",), ()]


def test_a_file_that_is_left_out_is_not_changed_and_stays_left_out(make: Make, opened: Session) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    write_filter(dialog, "model:haiku")
    editor = add(dialog, "Set a field")
    choose(editor, "value", "opus")
    dialog.look()
    view = child(dialog, ChangesList, "changesList")
    only = QtCore.QItemSelectionModel.SelectionFlag.ClearAndSelect  # whatever modifier key is taken for pressed
    view.selectionModel().setCurrentIndex(view.model().index(files(dialog).index("b.md") + 1, 0), only)
    QTest.keyClick(view, Key.Key_Space)
    choose(editor, "value", "sonnet")
    dialog.look()
    assert child(dialog, QtWidgets.QPushButton, "ruleApplyButton").text() == "Apply to 2 agents"
    press(dialog, "ruleApplyButton")
    assert [opened.workspace.agent(f"{name}.md").policy.preference for name in "abc"] == ["sonnet", "haiku", "sonnet"]


def test_what_is_wrong_stands_beside_the_step_and_nothing_can_be_applied(make: Make) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    write_filter(dialog, "model:haiku")
    add(dialog, "Set a field")
    choose(add(dialog, "Replace a model"), "model", "haiku")
    add(dialog, "Add triggers").part("triggers").setProperty("value", ["x"])
    dialog.look()
    assert [editor.note() for editor in editors(dialog)] == [
        "Value must not be empty",
        "New model must not be empty",
        "",
    ]
    assert summary(dialog) == "Nothing can be done while a step is not complete."
    assert not child(dialog, QtWidgets.QPushButton, "ruleApplyButton").isEnabled()
    press(dialog, "ruleSaveButton")
    assert warnings(dialog) == ["Step 1: Value must not be empty."]
    choose(editors(dialog)[0], "value", "opus")
    choose(editors(dialog)[1], "by", "opus")
    dialog.look()
    assert [editor.note() for editor in editors(dialog)] == ["", "", "3 agents: no escalation to add triggers to"]
    assert files(dialog) == ["a.md", "b.md", "c.md"]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_unknown_model_is_doubted_and_accepted(make: Make) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    write_filter(dialog, "name:a")
    editor = add(dialog, "Add a fallback")
    box = editor.part("model")
    assert isinstance(box, ModelBox)
    box.setEditText("sonet")
    box.commit()
    dialog.look()
    assert editor.note() == "Unknown model sonet; did you mean sonnet?"
    assert files(dialog) == ["a.md"]


def test_a_filter_that_cannot_be_understood_keeps_the_last_good_result(make: Make, saved: Library[Rule]) -> None:
    saved.save(OPUS)
    dialog = make()
    assert files(dialog) == ["a.md", "locked.md"]
    write_filter(dialog, "modl:a")
    assert files(dialog) == ["a.md", "locked.md"]
    assert summary(dialog).startswith("The filter cannot be understood")
    assert "modl" in child(dialog, QtWidgets.QLineEdit, "ruleFilterEdit").accessibleDescription()
    assert not child(dialog, QtWidgets.QPushButton, "ruleApplyButton").isEnabled()
    press(dialog, "ruleSaveButton")
    assert len(warnings(dialog)) == 1
    assert "to opus: filter: " in warnings(dialog)[0]
    write_filter(dialog, "name:b")
    assert files(dialog) == ["b.md"]


def test_what_is_still_typed_is_in_the_preview_before_it_is_applied(
    make: Make, opened: Session, saved: Library[Rule]
) -> None:
    saved.save(Rule("r", "name:a", (Step(Do.SET, "reasoning", "one"),)))
    dialog = make()
    box = editors(dialog)[0].part("value")
    assert isinstance(box, TextBox)
    box.setPlainText("two")
    press(dialog, "ruleApplyButton")
    assert not opened.workspace.changed()
    press(dialog, "ruleApplyButton")
    assert opened.workspace.agent("a.md").policy.reasoning == "two"


def test_the_preview_follows_the_directory(qtbot: QtBot, make: Make, opened: Session) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    write_filter(dialog, "model:haiku")
    add(dialog, "Add a fallback")
    choose(editors(dialog)[0], "model", "fable")
    dialog.look()
    assert files(dialog) == ["a.md", "b.md", "c.md"]
    opened.edit(["a.md"], "preference", "opus")
    qtbot.waitUntil(lambda: files(dialog) == ["b.md", "c.md"])
    opened.edit(["b.md"], "escalation", Switch("opus", ("x",)))
    dialog.look()
    press(dialog, "ruleApplyButton")
    assert opened.workspace.agent("b.md").policy == Policy("haiku", ("sonnet", "fable"), Switch("opus", ("x",)))


def test_many_files_are_compared_in_slices(
    qtbot: QtBot, session: Session, saved: Library[Rule], tmp_path: Path
) -> None:
    for number in range(400):
        (tmp_path / f"a{number:03}.md").write_text(f"---\nname: a{number}\ndescription: x\nmodel: haiku\n---\n")
    session.open(tmp_path)
    saved.save(Rule("all", "model:haiku", (Step(Do.SET, "preference", "opus"),)))
    dialog = RulesDialog(session, saved)
    qtbot.addWidget(dialog)
    dialog.show()
    assert summary(dialog).startswith("Comparing files: ")
    apply = child(dialog, QtWidgets.QPushButton, "ruleApplyButton")
    assert not apply.isEnabled()
    qtbot.waitUntil(lambda: apply.text() == "Apply to 400 agents")
    assert len(files(dialog)) == 400
    press(dialog, "ruleApplyButton")
    assert session.undo_stack.count() == 1
    assert len(session.workspace.changed()) == 400

"""The dialog of rules: saving by name, renaming, deleting, importing; files that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.controllers.library import LibraryActions
from ctxstudio.gui.dialogs.rules import RulesDialog
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.steps import Do, Step
from ctxstudio.storage.library import Library
from ctxstudio.storage.places import Places
from tests.gui.rules_dialog import (
    OPUS,
    Key,
    Make,
    Modifier,
    add,
    child,
    choose,
    make,
    names,
    opened,
    press,
    saved,
    warnings,
    write_filter,
)

__all__ = ["make", "opened", "saved"]  # fixtures


def test_rules_are_saved_by_name_and_come_back(make: Make, saved: Library[Rule]) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    write_filter(dialog, "category:docs")
    add(dialog, "Clear a field")
    assert names(dialog).item(0).data(QtCore.Qt.ItemDataRole.AccessibleTextRole) == "New rule (not saved)"
    QTest.keyClick(dialog, Key.Key_S, Modifier.ControlModifier)
    rule = Rule("New rule", "category:docs", (Step(Do.CLEAR),))
    assert [item.value for item in saved.items()] == [rule]
    assert names(dialog).item(0).data(QtCore.Qt.ItemDataRole.AccessibleTextRole) == "New rule"
    assert not child(dialog, QtWidgets.QPushButton, "ruleSaveButton").isEnabled()
    assert make().rule() == rule


def test_a_rule_is_renamed_in_place_and_its_file_with_it(qtbot: QtBot, make: Make, saved: Library[Rule]) -> None:
    saved.save(OPUS)
    saved.save(Rule("zz", steps=(Step(Do.CLEAR),)))
    dialog = make()
    write_filter(dialog, "name:b")
    QTest.keyClick(names(dialog), Key.Key_F2)
    line = names(dialog).findChild(QtWidgets.QLineEdit)
    assert isinstance(line, QtWidgets.QLineEdit)
    assert line.text() == "to opus"
    line.clear()
    QTest.keyClicks(line, "all to opus")
    QTest.keyClick(line, Key.Key_Return)
    qtbot.waitUntil(lambda: "all to opus" in [item.name for item in saved.items()])
    # the filter is not saved yet, the name is
    assert {item.name: item.value.filter for item in saved.items() if item.value} == {
        "all to opus": OPUS.filter,
        "zz": "",
    }
    rule = dialog.rule()
    assert rule is not None
    assert (rule.name, rule.filter) == ("all to opus", "name:b")
    for wrong in ("ZZ", " ", "x" * 200):
        names(dialog).item(0).setText(wrong)
        assert names(dialog).item(0).text() == "all to opus"
    assert len(warnings(dialog)) == 3
    assert warnings(dialog)[0] == "The name ZZ is in use already."


def test_a_rule_is_deleted_once_the_user_said_so(
    make: Make, saved: Library[Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved.save(OPUS)
    dialog, answers = make(), [False, True]
    asked: list[str] = []

    def ask(_: Messages, title: str, question: str, yes: str, detail: str = "") -> bool:
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr(Messages, "ask", ask)
    QTest.keyClick(names(dialog), Key.Key_Delete)
    assert len(saved.items()) == 1
    press(dialog, "ruleDeleteButton")
    assert saved.items() == ()
    assert dialog.rule() is None
    assert asked == ["Delete the rule to opus?"] * 2


def test_a_file_with_a_wrong_key_says_which_in_the_dialog(make: Make, saved: Library[Rule]) -> None:
    saved.save(OPUS)
    path = saved.root / "a.yaml"
    path.write_text("version: 1\nname: broken\nsteps:\n  - do: clear\n    feild: effort\n")
    dialog = make()
    assert names(dialog).item(0).text() == "a"
    names(dialog).setCurrentRow(0)
    assert dialog.rule() is None
    notes = [label.text() for label in dialog.findChildren(QtWidgets.QLabel) if label.isVisible()]
    assert any("a.yaml:5: steps.0.feild: unknown key; did you mean field?" in note for note in notes)
    for name in ("ruleExportButton", "ruleRenameButton", "ruleDuplicateButton", "ruleSaveButton"):
        assert not child(dialog, QtWidgets.QPushButton, name).isEnabled()
    path.write_text("version: 1\nname: mended\nsteps: []\n")
    again = next(button for button in dialog.findChildren(QtWidgets.QPushButton) if button.text() == "Read again")
    again.click()
    rule = dialog.rule()
    assert rule is not None
    assert rule.name == "mended"


def test_rules_are_imported_exported_and_duplicated(make: Make, saved: Library[Rule], tmp_path: Path) -> None:
    saved.save(OPUS)
    dialog, path = make(), tmp_path / "out.yaml"
    assert dialog.shelf.export_to(path)
    assert dialog.shelf.import_from(path)
    press(dialog, "ruleDuplicateButton")
    assert [item.name for item in saved.items()] == ["to opus", "to opus 2", "to opus 2 2"]
    assert {item.value.steps for item in saved.items() if item.value} == {OPUS.steps}
    path.write_text("version: 1\nname: x\nstep: []\n")
    assert not dialog.shelf.import_from(path)
    assert warnings(dialog) == ["out.yaml:3: step: unknown key; did you mean steps?"]
    assert not dialog.shelf.export_to(tmp_path / "no" / "folder.yaml")
    assert len(saved.items()) == 3


def test_what_is_not_saved_stays_while_others_are_looked_at(make: Make, saved: Library[Rule]) -> None:
    saved.save(OPUS)
    saved.save(Rule("zz", steps=(Step(Do.CLEAR),)))
    dialog = make()
    write_filter(dialog, "name:b")
    names(dialog).setCurrentRow(1)
    assert child(dialog, QtWidgets.QLineEdit, "ruleFilterEdit").text() == ""
    dialog.hide()
    dialog.show()
    names(dialog).setCurrentRow(0)
    assert child(dialog, QtWidgets.QLineEdit, "ruleFilterEdit").text() == "name:b"
    assert dialog.unsaved() == ["to opus"]
    assert saved.items()[0].value == OPUS


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_rules_that_would_be_lost_are_named_but_not_one_that_was_applied(
    qtbot: QtBot, opened: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QtWidgets.QMainWindow()
    qtbot.addWidget(window)
    actions = LibraryActions(opened, Messages(window), window, Places(tmp_path / "state"))
    assert actions.may_drop()
    actions.show_rules()
    actions.show_rules()
    (dialog,) = window.findChildren(RulesDialog)
    asked: list[str] = []

    def ask(_: Messages, title: str, question: str, yes: str, detail: str = "") -> bool:
        asked.append(detail)
        return False

    monkeypatch.setattr(Messages, "ask", ask)
    press(dialog, "ruleNewButton")
    write_filter(dialog, "name:a")
    choose(add(dialog, "Set a field"), "value", "opus")
    dialog.look()
    assert not actions.may_drop()
    press(dialog, "ruleApplyButton")
    assert actions.may_drop()
    press(dialog, "ruleSaveButton")
    assert (tmp_path / "state" / "rules" / "New-rule.yaml").exists()
    write_filter(dialog, "name:b")
    press(dialog, "ruleApplyButton")
    assert not actions.may_drop()
    assert asked == ["New rule", "New rule"]


def test_what_was_never_saved_survives_a_look_at_the_files(make: Make, saved: Library[Rule]) -> None:
    path = saved.save(OPUS)
    dialog = make()
    write_filter(dialog, "name:b")
    for text in ("name:a", "name:c"):
        press(dialog, "ruleNewButton")
        write_filter(dialog, text)
    path.write_text("name: 'broken\n")
    dialog.shelf.reload()
    found = [(entry.name, entry.value.filter if entry.value else entry.error[:12]) for entry in dialog.shelf.entries]
    assert found == [
        ("to-opus", "to-opus.yaml"),
        ("to opus", "name:b"),
        ("New rule", "name:a"),
        ("New rule 2", "name:c"),
    ]
    rule = dialog.rule()
    assert rule is not None
    assert rule.name == "New rule 2"

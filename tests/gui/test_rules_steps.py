"""The dialog of rules: the form of each step, and the order of steps."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
from PySide6 import QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.dialogs.step_editor import StepEditor
from ctxstudio.gui.list_edit import ListEdit
from ctxstudio.gui.text_box import TextBox
from ctxstudio.gui.widgets import ChoiceBox
from ctxstudio.policy import steps
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.steps import Do, Place, Step
from ctxstudio.storage.library import Library
from tests.gui.rules_dialog import (
    Key,
    Make,
    Modifier,
    add,
    child,
    choose,
    editors,
    make,
    opened,
    press,
    saved,
)

__all__ = ["make", "opened", "saved"]  # fixtures
BOTH = Modifier.ControlModifier | Modifier.ShiftModifier


def put(part: str, *texts: str) -> Callable[[StepEditor], None]:
    def act(editor: StepEditor) -> None:
        edit = editor.part(part)
        assert isinstance(edit, ListEdit)
        assert edit.setProperty("value", list(texts))

    return act


def pick(part: str, name: str) -> Callable[[StepEditor], None]:
    return functools.partial(choose, part=part, name=name)


def check(editor: StepEditor) -> None:
    box = editor.part("newer")
    assert isinstance(box, QtWidgets.QCheckBox)
    box.click()


def write(editor: StepEditor) -> None:
    box = editor.part("value")
    assert isinstance(box, TextBox)
    box.setPlainText("because\nof it")
    box.commit()


@pytest.mark.parametrize(
    ("title", "acts", "step"),
    [
        ("Set a field", [pick("field", "fallbacks"), put("value", "a", "b")], Step(Do.SET, "fallbacks", ("a", "b"))),
        ("Set a field", [pick("field", "effort"), pick("value", "high")], Step(Do.SET, "effort", "high")),
        ("Set a field", [pick("field", "reasoning"), write], Step(Do.SET, "reasoning", "because\nof it")),
        ("Clear a field", [pick("field", "fast path")], Step(Do.CLEAR, "fast_path")),
        (
            "Set escalation or fast path",
            [pick("switch", "fast path"), pick("model", "haiku"), put("triggers", "x")],
            Step(Do.SET_SWITCH, switch="fast_path", model="haiku", triggers=("x",)),
        ),
        ("Add triggers", [put("triggers", "x", "y")], Step(Do.ADD_TRIGGERS, triggers=("x", "y"))),
        ("Remove triggers", [put("triggers", "x")], Step(Do.REMOVE_TRIGGERS, triggers=("x",))),
        (
            "Add a fallback",
            [pick("model", "opus"), pick("place", "first")],
            Step(Do.ADD_FALLBACK, model="opus", place=Place.FIRST),
        ),
        ("Remove a fallback", [pick("model", "opus")], Step(Do.REMOVE_FALLBACK, model="opus")),
        (
            "Replace a model",
            [pick("model", "haiku"), pick("by", "opus")],
            Step(Do.REPLACE_MODEL, model="haiku", by="opus"),
        ),
        ("Replace model ids by aliases", [check], Step(Do.USE_ALIASES, newer=True)),
    ],
)
def test_every_kind_of_step_has_its_form(
    make: Make, title: str, acts: list[Callable[[StepEditor], None]], step: Step
) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    editor = add(dialog, title)
    for act in acts:
        act(editor)
    rule = dialog.rule()
    assert rule is not None
    assert rule.steps == (step,)
    assert editor.accessibleName() == f"Step 1: {steps.describe(step)}"
    for part in steps.KINDS[step.do].parts:
        assert editor.part(part).accessibleName() == f"Step 1: {steps.PARTS[part]}"
    # shown again, the forms say the same
    dialog.shelf.add(Rule("other"))
    dialog.shelf.add(rule)
    dialog.look()
    assert dialog.rule() == rule


def test_another_kind_keeps_what_both_need_and_another_field_drops_the_value(make: Make) -> None:
    dialog = make()
    press(dialog, "ruleNewButton")
    editor = add(dialog, "Add a fallback")
    choose(editor, "model", "opus")
    kind = editor.part("do")
    assert isinstance(kind, QtWidgets.QComboBox)
    kind.setCurrentText("Replace a model")
    rule = dialog.rule()
    assert rule is not None
    assert rule.steps == (Step(Do.REPLACE_MODEL, model="opus"),)
    kind.setCurrentText("Set a field")
    choose(editor, "value", "haiku")
    choose(editor, "field", "effort")
    rule = dialog.rule()
    assert rule is not None
    assert rule.steps == (Step(Do.SET, "effort"),)
    assert isinstance(editor.part("value"), ChoiceBox)


def test_steps_are_moved_and_removed_with_keys_and_buttons(make: Make, saved: Library[Rule]) -> None:
    first, second, third = (Step(Do.CLEAR, id) for id in ("effort", "reasoning", "fallbacks"))
    saved.save(Rule("r", steps=(first, second, third)))
    dialog = make()

    def said() -> tuple[Step, ...]:
        rule = dialog.rule()
        assert rule is not None
        return rule.steps

    QTest.keyClick(editors(dialog)[2], Key.Key_Up, BOTH)
    assert said() == (first, third, second)
    assert dialog.focusWidget() is editors(dialog)[1].part("do")
    QTest.keyClick(editors(dialog)[0], Key.Key_Up, BOTH)
    assert said() == (first, third, second)
    QTest.keyClick(editors(dialog)[0], Key.Key_Down, BOTH)
    assert said() == (third, first, second)
    QTest.keyClick(editors(dialog)[1], Key.Key_Delete, BOTH)
    assert said() == (third, second)
    up, down, remove = (
        child(editors(dialog)[1], QtWidgets.QToolButton, name) for name in ("arrow-up", "arrow-down", "x")
    )
    assert (up.isEnabled(), down.isEnabled(), up.accessibleName()) == (True, False, "Step 2: up")
    up.click()
    assert said() == (second, third)
    remove.click()
    child(editors(dialog)[0], QtWidgets.QToolButton, "x").click()
    assert said() == ()
    assert editors(dialog) == []
    assert dialog.focusWidget() is child(dialog, QtWidgets.QPushButton, "addStepButton")


def test_the_tab_key_goes_through_the_steps_in_their_order(qtbot: QtBot, make: Make, saved: Library[Rule]) -> None:
    saved.save(Rule("r", steps=(Step(Do.SET, "preference", "opus"), Step(Do.ADD_TRIGGERS, triggers=("x",)))))
    dialog = make()
    choose(add(dialog, "Add a fallback"), "model", "opus")
    QTest.keyClick(editors(dialog)[2], Key.Key_Up, BOTH)
    qtbot.waitUntil(editors(dialog)[2].part("triggers").isVisible)
    child(dialog, QtWidgets.QLineEdit, "ruleFilterEdit").setFocus()
    seen = []
    for _ in range(17):
        widget = dialog.focusWidget()
        assert widget is not None
        seen.append(widget.accessibleName() or widget.objectName())
        QTest.keyClick(widget, Key.Key_Tab)
    first = ["what it does", "field", "value", "down", "remove"]
    second = ["what it does", "model", "place", "up", "down", "remove"]
    third = ["what it does", "escalation or fast path", "triggers", "up"]
    assert seen == [
        "Filter of the rule",
        *(f"Step 1: {part}" for part in first),
        *(f"Step 2: {part}" for part in second),
        *(f"Step 3: {part}" for part in third),
        "Step 3: remove",
    ]

"""What the tests of the dialog of rules share: its fixtures, and hands and eyes for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.changes_list import ChangesList
from ctxstudio.gui.dialogs.rules import RulesDialog
from ctxstudio.gui.dialogs.step_editor import StepEditor
from ctxstudio.gui.dialogs.step_list import StepList
from ctxstudio.gui.session import Session
from ctxstudio.policy import rules
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.steps import Do, Step
from ctxstudio.storage.library import Library

W = TypeVar("W", bound=QtWidgets.QWidget)
Make = Callable[[], RulesDialog]
Key, Modifier = QtCore.Qt.Key, QtCore.Qt.KeyboardModifier
OPUS: Final = Rule("to opus", "name:a or name:locked", (Step(Do.SET, "preference", "opus"),))


@pytest.fixture
def saved(tmp_path: Path) -> Library[Rule]:
    return Library(tmp_path / "rules", rules.rule_of, rules.plain)


@pytest.fixture
def opened(session: Session, tmp_path: Path) -> Session:
    folder = tmp_path / "agents"
    folder.mkdir()
    for name in ("a", "b", "c"):
        model = "preference: haiku\n  fallbacks: [sonnet]"
        (folder / f"{name}.md").write_text(f"---\nname: {name}\ndescription: x\nmodel:\n  {model}\n---\n")
    (folder / "locked.md").write_text("---\nname: locked\nmodel: 'a\n---\n")
    session.open(folder)
    return session


@pytest.fixture
def make(qtbot: QtBot, opened: Session, saved: Library[Rule]) -> Callable[[], RulesDialog]:
    kept = []

    def make() -> RulesDialog:
        dialog = RulesDialog(opened, saved)
        kept.append(dialog)
        qtbot.addWidget(dialog)
        with qtbot.waitActive(dialog):
            dialog.show()
            dialog.activateWindow()
        return dialog

    return make


def child(dialog: QtWidgets.QWidget, kind: type[W], name: str) -> W:
    found = dialog.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def press(dialog: RulesDialog, name: str) -> None:
    button = child(dialog, QtWidgets.QPushButton, name)
    assert button.isEnabled()
    QTest.mouseClick(button, QtCore.Qt.MouseButton.LeftButton)


def add(dialog: RulesDialog, title: str) -> StepEditor:
    """Adds a step through the menu; its editor."""
    menu = child(dialog, QtWidgets.QPushButton, "addStepButton").menu()
    assert menu is not None
    next(action for action in menu.actions() if action.text() == title).trigger()
    return editors(dialog)[-1]


def editors(dialog: RulesDialog) -> list[StepEditor]:
    return child(dialog, StepList, "stepList").editors


def write_filter(dialog: RulesDialog, text: str) -> None:
    edit = child(dialog, QtWidgets.QLineEdit, "ruleFilterEdit")
    edit.setText(text)
    dialog.look()


def choose(editor: StepEditor, part: str, name: str) -> None:
    box = editor.part(part)
    assert isinstance(box, QtWidgets.QComboBox)
    box.setCurrentIndex(next(row for row in range(box.count()) if box.itemText(row).startswith(name)))


def files(dialog: RulesDialog) -> list[str]:
    view = child(dialog, ChangesList, "changesList")
    found = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
    return [name for name in found if not name.startswith("All ")]


def summary(dialog: RulesDialog) -> str:
    return child(dialog, QtWidgets.QLabel, "ruleSummary").text()


def names(dialog: RulesDialog) -> QtWidgets.QListWidget:
    return child(dialog, QtWidgets.QListWidget, "ruleList")


def warnings(dialog: QtWidgets.QWidget) -> list[str]:
    return [box.text() for box in dialog.findChildren(QtWidgets.QMessageBox)]

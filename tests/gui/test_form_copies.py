"""Agents of one name in several folders: the inspector says so and selects them all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.labels import Note
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.session import Session


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, tmp_path: Path) -> Inspector:
    for path, name, model in (
        ("one.md", "one", "sonnet"), ("x/one.md", "one", "haiku"), ("y/z/other.md", "one", "sonnet"),
        ("two.md", "two", "opus"), ("x/two.md", "two", "opus"), ("three.md", "three", "opus"),
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"---\nname: {name}\ndescription: x\nmodel: {model}\n---\n")
    made = Inspector(session)
    qtbot.addWidget(made)
    made.show()
    session.open(tmp_path)
    return made


def copies(inspector: Inspector) -> Note:
    found = inspector.findChild(Note, "inspectorCopies")
    assert isinstance(found, Note)
    return found


def test_an_agent_alone_with_its_name_has_no_copies(inspector: Inspector, session: Session) -> None:
    session.select(("three.md",))
    assert not copies(inspector).isVisible()


def test_copies_that_differ_are_said_with_their_folders(inspector: Inspector, session: Session) -> None:
    session.select(("x/one.md",))
    note = copies(inspector)
    assert note.isVisible()
    assert note.text() == "3 agents are called one, in x, the top folder, y/z. They differ: sonnet in 2, haiku in 1."
    assert note.accessibleName().startswith("Warning")
    assert "y/z/other.md: sonnet" in note.toolTip()
    session.select(("two.md",))
    assert note.text() == "2 agents are called two, in the top folder, x."
    assert note.accessibleName().startswith("Info")


def test_all_copies_are_edited_in_one_step(inspector: Inspector, session: Session) -> None:
    session.select(("x/one.md",))
    button = copies(inspector).findChild(QtWidgets.QPushButton)
    assert isinstance(button, QtWidgets.QPushButton)
    assert button.text() == "Edit all copies"
    button.click()
    assert session.selection == ("x/one.md", "one.md", "y/z/other.md")
    assert not copies(inspector).isVisible()
    path = inspector.findChild(QtWidgets.QLabel, "inspectorPath")
    assert isinstance(path, QtWidgets.QLabel)
    assert path.text() == "one in x, the top folder, y/z"
    box = inspector.findChild(QtWidgets.QComboBox, "preferenceBox")
    assert isinstance(box, QtWidgets.QComboBox)
    box.setCurrentIndex(box.findData("opus"))
    assert {session.workspace.agent(id).policy.preference for id in session.selection} == {"opus"}
    assert session.undo_stack.count() == 1


def test_the_line_follows_an_edit(inspector: Inspector, session: Session) -> None:
    session.select(("x/one.md",))
    session.edit(("x/one.md",), "preference", "sonnet")
    assert copies(inspector).text() == "3 agents are called one, in x, the top folder, y/z."


def test_copies_of_many_are_counted(inspector: Inspector, session: Session) -> None:
    session.select(("one.md", "two.md", "three.md"))
    assert copies(inspector).text() == "3 others with the name of a selected one, in x, y/z."
    copies(inspector).accepted.emit(0)
    assert session.selection == ("one.md", "two.md", "three.md", "x/one.md", "y/z/other.md", "x/two.md")

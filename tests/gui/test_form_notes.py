"""Notes beside the fields of the form: what is wrong, at once, for how many, and the buttons that mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui import labels
from ctxstudio.gui.labels import Note
from ctxstudio.gui.panels.field_notes import FieldNotes
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.session import Session
from ctxstudio.policy.values import Policy, Switch


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, tmp_path: Path) -> Inspector:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(
            f"---\nname: {name}\ndescription: x\nmodel:\n  preference: sonnet\n  fallbacks: [haiku]\n"
            "  escalation: {to: opus, when: [risk, scale]}\n---\n"
        )
    (tmp_path / "locked.md").write_text("---\nname: locked\nmodel: 'a\n---\n")
    made = Inspector(session)
    qtbot.addWidget(made)
    made.resize(344, 860)
    made.show()
    session.open(tmp_path)
    session.select(("a.md",))
    return made


def notes(inspector: Inspector) -> dict[str, list[Note]]:
    """The visible notes by the object name of the editor they stand below."""
    found: dict[str, list[Note]] = {}
    for part in inspector.findChildren(FieldNotes):
        shown = [note for note in part.findChildren(Note) if note.isVisible()]
        owner = part.parentWidget()
        layout = owner.layout() if owner is not None else None
        assert isinstance(layout, QtWidgets.QGridLayout)
        above = layout.itemAtPosition(_row_of(layout, part) - 1, 1)
        editor = above.widget() if above is not None else None
        assert editor is not None
        found |= {editor.objectName(): shown} if shown else {}
    return found


def _row_of(layout: QtWidgets.QGridLayout, widget: QtWidgets.QWidget) -> int:
    position = layout.getItemPosition(layout.indexOf(widget))
    assert isinstance(position, tuple)
    return int(position[0])


def said(inspector: Inspector) -> dict[str, list[str]]:
    return {name: [note.text() for note in shown] for name, shown in notes(inspector).items()}


def press(inspector: Inspector, editor: str, label: str) -> None:
    buttons = [button for note in notes(inspector)[editor] for button in note.findChildren(QtWidgets.QPushButton)]
    next(button for button in buttons if button.isVisible() and button.text() == label).click()


def box(inspector: Inspector, name: str) -> QtWidgets.QComboBox:
    found = inspector.findChild(QtWidgets.QComboBox, name)
    assert isinstance(found, QtWidgets.QComboBox)
    return found


def policy(session: Session, id: str = "a.md") -> Policy:
    return session.workspace.agent(id).policy


def test_a_good_policy_needs_no_notes(inspector: Inspector) -> None:
    assert said(inspector) == {}


def test_every_finding_stands_at_its_field_at_once(inspector: Inspector, session: Session) -> None:
    session.edit(("a.md",), "preference", "claude-sonnet-4-5")
    session.edit(("a.md",), "effort", "max")
    session.edit(("a.md",), "fallbacks", ("hiaku", "sonnet", "claude-sonnet-5-5"))
    session.edit(("a.md",), "escalation.to", "haiku")
    session.edit(("a.md",), "escalation.when", ())
    assert said(inspector) == {
        "preferenceBox": ["“claude-sonnet-4-5” will be retired on 2026-11-30"],
        "effortBox": ["Sonnet 4.5 knows no effort: it is not sent"],
        "fallbacksEdit": [
            "The model “hiaku” is not in the catalogue",
            "The fallback “claude-sonnet-5-5” stands twice",
        ],
        "escalationBox": ["The escalation goes to “haiku”, no stronger model"],
        "triggersEdit": ["The escalation has no trigger: it never happens"],
    }
    offered = {name: [note.actions_offered() for note in shown] for name, shown in notes(inspector).items()}
    assert offered == {
        "preferenceBox": [["Use sonnet"]],
        "effortBox": [["Clear it"]],
        "fallbacksEdit": [["Use haiku"], ["Remove it"]],
        "escalationBox": [["Use opus", "No escalation"]],
        "triggersEdit": [["No escalation"]],
    }
    for editor, label in (
        ("effortBox", "Clear it"), ("fallbacksEdit", "Use haiku"), ("fallbacksEdit", "Remove it"),
        ("preferenceBox", "Use sonnet"), ("fallbacksEdit", "Remove it"), ("escalationBox", "Use opus"),
    ):  # fmt: skip
        press(inspector, editor, label)
    assert policy(session) == Policy("sonnet", ("haiku",), Switch("opus"))
    press(inspector, "triggersEdit", "No escalation")
    assert said(inspector) == {}


def test_a_finding_is_said_once(inspector: Inspector, session: Session) -> None:
    session.edit(("a.md",), "preference", "sonet")
    texts = [label.text() for label in inspector.findChildren(QtWidgets.QLabel) if label.isVisible()]
    assert sum("not in the catalogue" in text for text in texts) == 1
    assert "No problems" not in texts


def test_a_note_is_no_colour_alone(inspector: Inspector, session: Session) -> None:
    session.edit(("a.md",), "escalation.to", None)
    (error,) = notes(inspector)["escalationBox"]
    session.edit(("a.md",), "preference", "sonet")
    (warning,) = notes(inspector)["preferenceBox"]
    assert error.accessibleName() == "Error: The escalation names no model"
    assert warning.accessibleName() == "Warning: The model “sonet” is not in the catalogue"
    pictures = [note.findChildren(QtWidgets.QLabel)[0].pixmap().toImage() for note in (error, warning)]
    assert pictures[0] != pictures[1]
    spoken = box(inspector, "preferenceBox").accessibleDescription()
    assert "Warning: The model “sonet” is not in the catalogue." in spoken
    session.undo_stack.undo()
    assert "Warning" not in box(inspector, "preferenceBox").accessibleDescription()


def test_the_tooltip_names_file_line_and_code(inspector: Inspector, session: Session) -> None:
    session.edit(("a.md",), "preference", "sonet")
    tip = notes(inspector)["preferenceBox"][0].toolTip()
    assert "a.md:5: warning: the model “sonet” is not in the catalogue [unknown-model] (did you mean sonnet?)" in tip


def test_notes_about_many_say_how_many_and_mend_those(inspector: Inspector, session: Session) -> None:
    session.edit(("a.md",), "preference", "sonet")
    session.edit(("b.md",), "preference", "hiaku")
    session.undo_stack.clear()
    session.select(("a.md", "b.md", "c.md", "locked.md"))
    assert said(inspector)["preferenceBox"] == ["In 2 agents: the model is not in the catalogue"]
    assert notes(inspector)["preferenceBox"][0].actions_offered() == ["Mend all"]
    press(inspector, "preferenceBox", "Mend all")
    assert [policy(session, f"{name}.md").preference for name in "abc"] == ["sonnet", "haiku", "sonnet"]
    assert session.undo_stack.count() == 1
    session.edit(("c.md",), "effort", "loww")
    assert "effortBox" not in said(inspector)  # refused: no file should hold it


def test_the_same_finding_of_many_keeps_its_words(inspector: Inspector, session: Session) -> None:
    session.edit(("a.md", "b.md"), "fallbacks", ("sonnet", "haiku"))
    session.select(("a.md", "b.md", "c.md"))
    assert said(inspector)["fallbacksEdit"] == ["In 2 agents: the fallback “sonnet” is the preferred model"]
    session.select(("a.md", "c.md"))
    assert said(inspector)["fallbacksEdit"] == ["In 1 agent: the fallback “sonnet” is the preferred model"]


def test_without_a_target_the_triggers_go_too_and_can_come_back(inspector: Inspector, session: Session) -> None:
    target = box(inspector, "escalationBox")
    target.setCurrentIndex(0)
    assert policy(session).escalation is None
    assert said(inspector) == {"escalationBox": ["Cleared together with its 2 triggers"]}
    press(inspector, "escalationBox", "Keep them")
    assert policy(session).escalation == Switch(None, ("risk", "scale"))
    assert said(inspector) == {"escalationBox": ["The escalation names no model"]}
    press(inspector, "escalationBox", "Remove the triggers")
    assert (policy(session).escalation, said(inspector)) == (None, {})


def test_the_triggers_of_many_come_back_to_their_own(inspector: Inspector, session: Session) -> None:
    session.edit(("b.md",), "escalation.when", ("law",))
    session.select(("a.md", "b.md"))
    box(inspector, "escalationBox").setCurrentIndex(0)
    assert said(inspector) == {"escalationBox": ["Cleared together with 3 triggers"]}
    count = session.undo_stack.count()
    press(inspector, "escalationBox", "Keep them")
    assert session.undo_stack.count() == count + 1
    whens = [policy(session, id).escalation for id in ("a.md", "b.md")]
    assert whens == [Switch(None, ("risk", "scale")), Switch(None, ("law",))]


def test_the_word_about_cleared_triggers_is_for_the_moment(inspector: Inspector, session: Session) -> None:
    box(inspector, "escalationBox").setCurrentIndex(0)
    session.select(("b.md",))
    session.select(("a.md",))
    assert said(inspector) == {}


def test_triggers_first_then_a_target(inspector: Inspector, session: Session) -> None:
    edit = inspector.findChild(QtWidgets.QWidget, "fastPathTriggersEdit")
    assert edit is not None
    edit.setProperty("value", ["typos"])
    assert said(inspector)["fastPathBox"][0] == "The fast path names no model"
    press(inspector, "fastPathBox", "Use haiku")
    assert policy(session).fast_path == Switch("haiku", ("typos",))
    assert said(inspector) == {
        "fastPathBox": ["The agent has an escalation and a fast path: it may run on three models"]
    }


def test_typing_a_wrong_name_is_said_when_it_counts(inspector: Inspector, session: Session) -> None:
    line = box(inspector, "preferenceBox").lineEdit()
    assert line is not None
    line.setText("clod")
    assert said(inspector) == {}
    QTest.keyClick(line, QtCore.Qt.Key.Key_Return)
    assert said(inspector) == {"preferenceBox": ["The model “clod” is not in the catalogue"]}
    assert notes(inspector)["preferenceBox"][0].actions_offered() == []


def test_markup_in_a_note_is_literal(qtbot: QtBot) -> None:
    note = labels.Note()
    qtbot.addWidget(note)
    note.show_note("<b>x</b>\u202e", ["<i>do</i>"], detail="<b>y</b>")
    assert note.text() == "<b>x</b>\ufffd"
    assert "&lt;b&gt;y" in note.toolTip()
    assert {label.textFormat() for label in note.findChildren(QtWidgets.QLabel) if label.text()} == {
        QtCore.Qt.TextFormat.PlainText
    }

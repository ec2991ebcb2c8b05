"""The inspector's form: every edit goes through the session, for all selected agents, as one undo step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.labels import Note
from ctxstudio.gui.list_edit import ListEdit
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.session import Session
from ctxstudio.gui.text_box import TextBox
from ctxstudio.gui.widgets import ChoiceBox, ModelBox
from ctxstudio.policy.values import Policy, Switch

W = TypeVar("W", bound=QtWidgets.QWidget)
Open = Callable[..., Inspector]
_FILE = """---
name: {name}
description: Reviews code.
model:
  preference: sonnet
  fallbacks: [haiku]
  escalation:
    to: opus
    when: [security, design]
  reasoning: it depends
---
prompt
"""


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, tmp_path: Path) -> Inspector:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(_FILE.format(name=name))
    (tmp_path / "plain.md").write_text("---\nname: plain\ndescription: x\n---\n")
    (tmp_path / "locked.md").write_text("---\nname: locked\nmodel: 'a\n---\n")
    (tmp_path / "other.md").write_text("---\nname: <b>o</b>\ndescription: x\nmodel: [a]\n---\n")
    made = Inspector(session)
    qtbot.addWidget(made)
    made.resize(380, 760)
    made.show()
    session.open(tmp_path)
    return made


def child(inspector: Inspector, kind: type[W], name: str) -> W:
    found = inspector.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def policy(session: Session, id: str = "a.md") -> Policy:
    return session.workspace.agent(id).policy


def choose(box: QtWidgets.QComboBox, name: str) -> None:
    box.setCurrentIndex(next(row for row in range(box.count()) if box.itemText(row).startswith(name)))


def type_name(qtbot: QtBot, box: ModelBox, name: str) -> None:
    line = box.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, name)
    QTest.keyClick(line, QtCore.Qt.Key.Key_Return)


def choose_in(name: str, item: str) -> Callable[[Inspector], None]:
    return lambda inspector: choose(child(inspector, QtWidgets.QComboBox, name), item)


def put(name: str, *texts: str) -> Callable[[Inspector], None]:
    def act(inspector: Inspector) -> None:
        assert child(inspector, QtWidgets.QWidget, name).setProperty("value", list(texts))

    return act


def write(inspector: Inspector) -> None:
    box = child(inspector, TextBox, "reasoningEdit")
    box.setPlainText("another reason")
    box.commit()


@pytest.mark.parametrize(
    ("act", "field", "wanted"),
    [
        (choose_in("preferenceBox", "haiku"), "preference", "haiku"),
        (choose_in("preferenceBox", "claude-opus-5 "), "preference", "claude-opus-5"),
        (choose_in("preferenceBox", "(none"), "preference", None),
        (choose_in("effortBox", "high"), "effort", "high"),
        (put("fallbacksEdit", "opus", "haiku"), "fallbacks", ("opus", "haiku")),
        (put("fallbacksEdit"), "fallbacks", ()),
        (choose_in("escalationBox", "fable"), "escalation", Switch("fable", ("security", "design"))),
        (choose_in("escalationBox", "(none"), "escalation", None),
        (put("triggersEdit", "legal"), "escalation", Switch("opus", ("legal",))),
        (choose_in("fastPathBox", "haiku"), "fast_path", Switch("haiku")),
        (put("fastPathTriggersEdit", "typos"), "fast_path", Switch(None, ("typos",))),
        (write, "reasoning", "another reason"),
    ],
)
def test_an_edit_is_one_undo_step_and_comes_back(
    inspector: Inspector, session: Session, act: Callable[[Inspector], None], field: str, wanted: object
) -> None:
    session.select(("a.md",))
    before = policy(session)
    told: list[object] = []
    session.agents_changed.connect(told.append)
    act(inspector)
    assert getattr(policy(session), field) == wanted
    assert (session.undo_stack.count(), told) == (1, [("a.md",)])
    act(inspector)
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert policy(session) == before
    assert child(inspector, ModelBox, "preferenceBox").currentText() == "sonnet"
    assert child(inspector, ListEdit, "triggersEdit").property("value") == ["security", "design"]
    assert child(inspector, TextBox, "reasoningEdit").toPlainText() == "it depends"


def test_a_new_escalation_begins_with_its_target(inspector: Inspector, session: Session) -> None:
    session.select(("plain.md",))
    choose(child(inspector, ModelBox, "escalationBox"), "opus")
    assert policy(session, "plain.md").escalation == Switch("opus")


@pytest.mark.qt_log_ignore("This plugin does not support")  # suggestions pop up, which offscreen cannot raise
def test_an_unknown_name_is_accepted_with_a_warning(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    box = child(inspector, ModelBox, "preferenceBox")
    type_name(qtbot, box, "sonet")
    assert policy(session).preference == "sonet"
    note = next(note for note in inspector.findChildren(Note) if note.isVisible())
    assert note.text() == "The model “sonet” is not in the catalogue"
    assert note.actions_offered() == ["Use sonnet"]
    note.accepted.emit(0)
    assert policy(session).preference == "sonnet"
    assert not note.isVisible()


def test_clearing_the_line_clears_the_field(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    box = child(inspector, ModelBox, "preferenceBox")
    box.setEditText("")
    QTest.keyClick(box, QtCore.Qt.Key.Key_Return)
    assert policy(session).preference is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_suggestion_is_taken_once(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    box = child(inspector, ModelBox, "preferenceBox")
    line = box.lineEdit()
    assert line is not None
    inspector.activateWindow()
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    line.selectAll()
    QTest.keyClicks(line, "opusp")
    completer = box.completer()
    assert completer is not None
    popup = completer.popup()
    assert isinstance(popup, QtWidgets.QAbstractItemView)
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, QtCore.Qt.Key.Key_Down)
    QTest.keyClick(popup, QtCore.Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: policy(session).preference == "opusplan")
    assert (box.currentText(), session.undo_stack.count()) == ("opusplan", 1)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_escape_takes_back_what_was_typed(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    box = child(inspector, ModelBox, "preferenceBox")
    box.setEditText("hai")
    QTest.keyClick(box, QtCore.Qt.Key.Key_Escape)
    assert box.currentText() == "sonnet"
    inspector.commit_pending()
    assert session.undo_stack.count() == 0


def test_differing_values_are_not_shown_and_an_edit_sets_all(inspector: Inspector, session: Session) -> None:
    session.edit(("b.md",), "preference", "haiku")
    session.edit(("b.md",), "fallbacks", ())
    session.edit(("b.md",), "reasoning", "other")
    session.edit(("b.md",), "effort", "max")
    session.undo_stack.clear()
    session.select(("a.md", "b.md", "c.md"))
    box, effort = child(inspector, ModelBox, "preferenceBox"), child(inspector, ChoiceBox, "effortBox")
    line, fallbacks = box.lineEdit(), child(inspector, ListEdit, "fallbacksEdit")
    assert line is not None
    assert (box.currentText(), line.placeholderText()) == ("", "different in 3 agents")
    assert (effort.currentIndex(), effort.placeholderText()) == (-1, "different in 3 agents")
    assert fallbacks.property("value") == []
    assert child(inspector, TextBox, "reasoningEdit").toPlainText() == ""
    assert child(inspector, ModelBox, "escalationBox").currentText() == "opus"
    inspector.commit_pending()
    assert session.undo_stack.count() == 0
    told: list[object] = []
    session.agents_changed.connect(told.append)
    choose(box, "opus")
    assert {policy(session, id).preference for id in session.selection} == {"opus"}
    assert (session.undo_stack.count(), len(told)) == (1, 1)
    assert box.currentText() == "opus"
    fallbacks.setProperty("value", [])
    choose(effort, "(none)")
    assert {(policy(session, id).fallbacks, policy(session, id).effort) for id in session.selection} == {((), None)}
    assert child(inspector, QtWidgets.QLabel, "inspectorName").text() == "3 agents selected"


def test_what_is_being_written_belongs_to_the_agent_shown(inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    box = child(inspector, TextBox, "reasoningEdit")
    box.setPlainText("for a")
    session.edit(("a.md",), "effort", "low")
    assert box.toPlainText() == "for a"
    session.select(("b.md",))
    assert policy(session, "a.md").reasoning == "for a"
    assert box.toPlainText() == policy(session, "b.md").reasoning == "it depends"
    box.setPlainText("lost with its directory")
    session.reload()
    assert session.undo_stack.count() == 0


def test_writing_counts_after_a_pause_and_when_the_focus_leaves(
    qtbot: QtBot, inspector: Inspector, session: Session
) -> None:
    session.select(("a.md",))
    box = child(inspector, TextBox, "reasoningEdit")
    pause = box.findChild(QtCore.QTimer)
    assert isinstance(pause, QtCore.QTimer)
    assert pause.interval() == 600
    pause.setInterval(0)
    box.appendPlainText("more")
    qtbot.waitUntil(lambda: policy(session).reasoning == "it depends\nmore")
    pause.setInterval(60_000)
    box.setPlainText(" ")
    QtWidgets.QApplication.sendEvent(box, QtGui.QFocusEvent(QtCore.QEvent.Type.FocusOut))
    assert policy(session).reasoning is None


def test_a_refused_value_is_taken_back(inspector: Inspector, session: Session) -> None:
    refused: list[str] = []
    session.refused.connect(lambda _, text: refused.append(text))
    session.select(("a.md",))
    fallbacks = child(inspector, ListEdit, "fallbacksEdit")
    fallbacks.setProperty("value", ["opus", "opus"])
    assert refused == ["a fallback must not stand twice in the list"]
    assert fallbacks.property("value") == ["haiku"]
    assert session.undo_stack.count() == 0


def test_a_locked_file_is_shown_with_the_reason(inspector: Inspector, session: Session) -> None:
    session.select(("locked.md",))
    assert not child(inspector, ModelBox, "preferenceBox").isEnabled()
    shown = [note.text() for note in inspector.findChildren(Note) if note.isVisible()]
    assert shown == ["Cannot be edited: its `model` is not valid YAML."]
    session.select(("a.md", "locked.md"))
    assert child(inspector, ModelBox, "preferenceBox").isEnabled()
    session.select(("a.md",))
    assert not any(note.isVisible() for note in inspector.findChildren(Note))


def test_a_model_that_is_no_name_is_replaced_on_request_only(inspector: Inspector, session: Session) -> None:
    session.select(("other.md",))
    box = child(inspector, ModelBox, "preferenceBox")
    assert not box.isEnabled()
    next(note for note in inspector.findChildren(Note) if note.isVisible()).accepted.emit(0)
    assert box.isEnabled()
    choose(box, "haiku")
    assert policy(session, "other.md").preference == "haiku"


def test_markup_in_a_name_is_shown_literally(inspector: Inspector, session: Session) -> None:
    session.select(("other.md",))
    name = child(inspector, QtWidgets.QLabel, "inspectorName")
    assert name.text() == "<b>o</b>"
    assert name.textFormat() is QtCore.Qt.TextFormat.PlainText
    assert "&lt;b&gt;" in name.toolTip()
    formats = {label.textFormat() for label in inspector.findChildren(QtWidgets.QLabel) if label.text()}
    assert formats == {QtCore.Qt.TextFormat.PlainText}


def wheel(box: QtWidgets.QWidget) -> None:
    event = QtGui.QWheelEvent(
        QtCore.QPointF(5, 5), QtCore.QPointF(5, 5), QtCore.QPoint(), QtCore.QPoint(0, -120),
        QtCore.Qt.MouseButton.NoButton, QtCore.Qt.KeyboardModifier.NoModifier,
        QtCore.Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QtWidgets.QApplication.sendEvent(box, event)


@pytest.mark.parametrize("name", ["preferenceBox", "effortBox", "escalationBox"])
def test_the_wheel_changes_nothing_without_focus(
    qtbot: QtBot, inspector: Inspector, session: Session, name: str
) -> None:
    session.select(("a.md",))
    box = child(inspector, QtWidgets.QComboBox, name)
    inspector.activateWindow()
    child(inspector, TextBox, "reasoningEdit").setFocus()
    wheel(box)
    assert session.undo_stack.count() == 0
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    wheel(box)
    assert session.undo_stack.count() == 1


def test_problems_are_listed_in_words(inspector: Inspector, session: Session) -> None:
    session.select(("other.md",))
    texts = [label.text() for label in inspector.findChildren(QtWidgets.QLabel) if label.isVisible()]
    assert any(text.startswith("Problems (") for text in texts)
    assert any(text.startswith("Warning · line 4 · ") for text in texts)


def test_tab_goes_through_the_fields_in_their_order(inspector: Inspector, session: Session) -> None:
    session.select(("a.md",))
    start = child(inspector, ModelBox, "preferenceBox")
    order: list[str] = [start.objectName()]
    at: QtWidgets.QWidget | None = start.nextInFocusChain()
    while at is not None and at is not start:
        stop = at.focusPolicy() & QtCore.Qt.FocusPolicy.TabFocus and at.isVisible() and at.focusProxy() is None
        owner = at.parentWidget() if isinstance(at, QtWidgets.QListWidget) else at
        if stop and owner is not None and owner.objectName().endswith(("Box", "Edit")):
            order.append(owner.objectName())
        at = at.nextInFocusChain()
    assert order == [
        "preferenceBox", "effortBox", "fallbacksEdit", "escalationBox", "triggersEdit", "fastPathBox",
        "fastPathTriggersEdit", "reasoningEdit",
    ]  # fmt: skip


def test_every_field_is_named_for_people_who_cannot_see_it(inspector: Inspector) -> None:
    buddies = set()
    for label in inspector.findChildren(QtWidgets.QLabel):
        widget: QtWidgets.QWidget | None = label.buddy()
        if widget is not None:
            buddies.add(widget.objectName())
    assert buddies == {
        "preferenceBox", "effortBox", "fallbacksEdit", "escalationBox", "triggersEdit", "fastPathBox",
        "fastPathTriggersEdit", "reasoningEdit",
    }  # fmt: skip
    for name in buddies:
        widget = child(inspector, QtWidgets.QWidget, name)
        assert widget.accessibleName()
        assert widget.toolTip()

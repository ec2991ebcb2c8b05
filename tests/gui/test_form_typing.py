"""Writing the reasoning: pauses are no undo steps, nothing typed is lost, the keys of undo reach who knows the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.disk import Disk
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.session import Session
from ctxstudio.gui.text_box import TextBox


@pytest.fixture
def window(qtbot: QtBot, session: Session, tmp_path: Path) -> QtWidgets.QMainWindow:
    """A window with nothing but the inspector and the actions of undo and redo."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(
            f"---\nname: {name}\ndescription: x\nmodel:\n  preference: sonnet\n  reasoning: old\n---\n"
        )
    made = QtWidgets.QMainWindow()
    qtbot.addWidget(made)
    inspector = Inspector(session)
    made.setCentralWidget(inspector)
    for name, run in (("Undo", session.undo_stack.undo), ("Redo", session.undo_stack.redo)):
        action = QtGui.QAction(name, made)
        action.setShortcut(getattr(QtGui.QKeySequence.StandardKey, name))
        action.triggered.connect(inspector.commit_pending)
        action.triggered.connect(run)
        made.addAction(action)
    made.resize(380, 760)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    session.open(tmp_path)
    session.select(("a.md",))
    return made


@pytest.fixture
def box(qtbot: QtBot, window: QtWidgets.QMainWindow) -> TextBox:
    found = window.findChild(TextBox, "reasoningEdit")
    assert isinstance(found, TextBox)
    found.setFocus()
    qtbot.waitUntil(found.hasFocus)
    return found


@pytest.fixture
def pause(box: TextBox) -> Callable[[], None]:
    """Lets the pause after which typing counts be over."""
    timer = box.findChild(QtCore.QTimer)
    assert isinstance(timer, QtCore.QTimer)
    timer.setInterval(60_000)
    return timer.timeout.emit


def reasoning(session: Session, id: str = "a.md") -> str | None:
    return session.workspace.agent(id).policy.reasoning


def write(box: TextBox, text: str) -> None:
    QTest.keyClicks(box, text)


def test_typing_with_pauses_is_one_undo_step(session: Session, box: TextBox, pause: Callable[[], None]) -> None:
    seen = []
    for text in ("one ", "two ", "three"):
        write(box, text)
        pause()
        seen.append(reasoning(session))
    assert seen == ["one old", "one two old", "one two threeold"]
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert reasoning(session) == "old"
    session.undo_stack.redo()
    assert (reasoning(session), box.toPlainText()) == ("one two threeold", "one two threeold")


def test_what_was_typed_and_taken_back_is_no_step(session: Session, box: TextBox, pause: Callable[[], None]) -> None:
    write(box, "x")
    pause()
    QTest.keyClick(box, QtCore.Qt.Key.Key_Backspace)
    pause()
    assert (reasoning(session), session.undo_stack.count(), session.workspace.changed()) == ("old", 0, ())


def test_another_edit_between_makes_two_steps(session: Session, box: TextBox, pause: Callable[[], None]) -> None:
    write(box, "x")
    pause()
    session.edit(("a.md",), "effort", "low")
    write(box, "y")
    pause()
    assert session.undo_stack.count() == 3


def test_leaving_the_box_ends_the_step(qtbot: QtBot, session: Session, box: TextBox) -> None:
    write(box, "x")
    QTest.keyClick(box, QtCore.Qt.Key.Key_Tab)
    assert (reasoning(session), session.undo_stack.count()) == ("xold", 1)
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    write(box, "y")
    box.commit()
    assert (reasoning(session), session.undo_stack.count()) == ("xyold", 2)


def test_a_save_ends_the_step(
    session: Session, window: QtWidgets.QMainWindow, box: TextBox, pause: Callable[[], None]
) -> None:
    inspector = window.findChild(Inspector)
    assert isinstance(inspector, Inspector)
    write(box, "x")
    inspector.commit_pending()  # as the window does before each action
    assert reasoning(session) == "xold"
    write(box, "y")
    pause()
    assert (reasoning(session), session.undo_stack.count()) == ("xyold", 2)


def test_several_agents_are_written_in_one_step(session: Session, box: TextBox, pause: Callable[[], None]) -> None:
    session.edit(("b.md",), "reasoning", "other")
    session.undo_stack.clear()
    session.select(("a.md", "b.md", "c.md"))
    assert (box.toPlainText(), box.placeholderText()) == ("", "different in 3 agents")
    for text in ("for ", "all"):
        write(box, text)
        pause()
    assert {reasoning(session, id) for id in session.selection} == {"for all"}
    assert session.undo_stack.count() == 1
    assert session.undo_stack.undoText() == "set reasoning of 3 agents"
    session.undo_stack.undo()
    assert [reasoning(session, id) for id in ("a.md", "b.md", "c.md")] == ["old", "other", "old"]


def test_what_differs_can_be_cleared_for_all(session: Session, window: QtWidgets.QMainWindow, box: TextBox) -> None:
    session.edit(("b.md",), "reasoning", "other")
    session.select(("a.md", "b.md"))
    button = next(button for button in window.findChildren(QtWidgets.QPushButton) if button.text() == "Clear all")
    button.click()
    assert {reasoning(session, id) for id in session.selection} == {None}
    assert box.placeholderText() == "why this model"
    assert not button.isVisible()


@pytest.mark.parametrize("name", ["reasoningEdit", "preferenceBox", "effortBox", "fallbacksEdit"])
def test_the_number_of_differing_agents_is_drawn_anew(
    session: Session, window: QtWidgets.QMainWindow, box: TextBox, name: str
) -> None:
    for field, value in (("reasoning", "other"), ("preference", "opus"), ("effort", "low"), ("fallbacks", ("haiku",))):
        session.edit(("b.md",), field, value)
    editor = window.findChild(QtWidgets.QWidget, name)
    assert isinstance(editor, QtWidgets.QWidget)

    def seen(*ids: str) -> QtGui.QImage:
        """The editor as it stands on the screen; to draw it for the test would draw it anew."""
        session.select(ids)
        QtWidgets.QApplication.processEvents()
        whole = window.screen().grabWindow(window.winId()).toImage()
        place = QtCore.QRect(editor.mapTo(window, QtCore.QPoint()), editor.size())
        assert whole.rect().contains(place)
        return whole.copy(place.adjusted(4, 4, -4, -4))

    box.clearFocus()
    two, three = seen("a.md", "b.md"), seen("a.md", "b.md", "c.md")
    assert two != three
    assert seen("a.md", "b.md") == two


def test_undo_in_the_box_comes_before_undo_in_the_window(
    qtbot: QtBot, session: Session, window: QtWidgets.QMainWindow, box: TextBox, pause: Callable[[], None]
) -> None:
    session.edit(("a.md",), "effort", "low")
    undo = QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Undo)
    write(box, "typo")
    pause()
    QTest.keySequence(box, undo)
    assert box.toPlainText() == "old"
    box.commit()
    assert session.workspace.agent("a.md").policy.effort == "low"
    QTest.keySequence(box, undo)
    assert session.workspace.agent("a.md").policy.effort is None
    QTest.keySequence(box, QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Redo))
    assert session.workspace.agent("a.md").policy.effort == "low"


def test_what_is_being_written_is_saved(
    qtbot: QtBot, make_window: Callable[[Path], MainWindow], session: Session, disk: Disk, agents: Path
) -> None:
    window = make_window(agents)
    window.activateWindow()
    session.select(("rust-pro.md",))
    box = window.findChild(TextBox, "reasoningEdit")
    assert isinstance(box, TextBox)
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    write(box, "Because. ")
    with qtbot.waitSignal(disk.saved):
        QTest.keySequence(box, QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Save))
    assert "Because. " in (agents / "rust-pro.md").read_text()
    assert session.undo_stack.count() == 1

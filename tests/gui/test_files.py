"""What is done to agent files from the window: its dialogs, its notices, and what it says."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui import reveal
from ctxstudio.gui.controllers import files
from ctxstudio.gui.dialogs.agent_file import AgentFileDialog
from ctxstudio.gui.dialogs.preview import PreviewDialog
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.storage.journal import Change
from tests.unit.agent_files import scalar, schema_v2, texts

Make = Callable[[Path], MainWindow]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "agents"
    (made / "team").mkdir(parents=True)
    (made / "a.md").write_text(scalar("a"))
    (made / "b.md").write_text(schema_v2("b"))
    (made / "team/c.md").write_text(scalar("c").replace("Helps with c.", "Use this: when it breaks"))
    return made


def dialog_of(window: QtWidgets.QWidget, kind: type[QtWidgets.QDialog]) -> QtWidgets.QDialog:
    found = [dialog for dialog in window.findChildren(kind) if dialog.isVisible()]
    assert len(found) == 1
    return found[0]


def child(widget: QtWidgets.QWidget, kind: type[QtWidgets.QWidget], name: str) -> QtWidgets.QWidget:
    found = widget.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def action(window: MainWindow, id: str) -> QtGui.QAction:
    found = window.findChild(QtGui.QAction, id)
    assert isinstance(found, QtGui.QAction)
    return found


def test_a_new_agent_is_made_from_a_template(
    qtbot: QtBot, make_window: Make, session: Session, directory: Path
) -> None:
    window = make_window(directory)
    action(window, "newAction").trigger()
    dialog = dialog_of(window, AgentFileDialog)
    do = next(button for button in dialog.findChildren(QtWidgets.QPushButton) if button.text() == "Create")
    assert not do.isEnabled()
    name = dialog.findChild(QtWidgets.QLineEdit, "agentNameEdit")
    assert isinstance(name, QtWidgets.QLineEdit)
    name.setText("Péter's helper")  # key clicks know Latin letters only
    description = child(dialog, QtWidgets.QPlainTextEdit, "agentDescriptionEdit")
    QtTest.QTest.keyClicks(description, "Use this: when 'it' breaks")
    assert do.isEnabled()
    QtTest.QTest.keyClick(name, QtCore.Qt.Key.Key_Return)
    assert not dialog.isVisible()
    made = session.workspace.agent("péter-s-helper.md")
    assert (made.name, made.problems) == ("Péter's helper", ())
    assert session.selection == (made.id,)
    action(window, "undoAction").trigger()
    assert not (directory / made.id).exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("a:b", "colon"), ("-a", "hyphen"), ("   ", "needs a name"), ("x" * 101, "at most 100"), ("a", "also in a.md")],
)
def test_a_name_is_judged_while_it_is_typed(make_window: Make, directory: Path, typed: str, said: str) -> None:
    window = make_window(directory)
    action(window, "newAction").trigger()
    dialog = dialog_of(window, AgentFileDialog)
    edit = dialog.findChild(QtWidgets.QLineEdit, "agentNameEdit")
    assert isinstance(edit, QtWidgets.QLineEdit)
    edit.setText(typed)
    assert any(said in label.text() for label in dialog.findChildren(QtWidgets.QLabel))
    dialog.reject()


@pytest.mark.parametrize("folder", ["../x", "/etc", "a\\b", "x/../../y"])
def test_a_new_file_stays_in_the_directory(make_window: Make, directory: Path, folder: str) -> None:
    window = make_window(directory)
    action(window, "newAction").trigger()
    dialog = dialog_of(window, AgentFileDialog)
    edit = dialog.findChild(QtWidgets.QLineEdit, "agentNameEdit")
    box = dialog.findChild(QtWidgets.QComboBox, "agentFolderBox")
    assert isinstance(edit, QtWidgets.QLineEdit)
    assert isinstance(box, QtWidgets.QComboBox)
    edit.setText("x")
    box.setEditText(folder)
    do = next(button for button in dialog.findChildren(QtWidgets.QPushButton) if button.text() == "Create")
    assert not do.isEnabled()
    dialog.reject()


def test_duplicate_and_rename(make_window: Make, session: Session, directory: Path) -> None:
    window = make_window(directory)
    session.select(["team/c.md"])
    action(window, "duplicateAction").trigger()
    dialog_of(window, AgentFileDialog).accept()
    assert session.workspace.agent("team/c-copy.md").name == "c-copy"
    session.select(["a.md"])
    session.edit(["a.md"], "preference", "opus")
    action(window, "renameAction").trigger()
    dialog = dialog_of(window, AgentFileDialog)
    edit = dialog.findChild(QtWidgets.QLineEdit, "agentNameEdit")
    assert isinstance(edit, QtWidgets.QLineEdit)
    edit.setText("zeta")
    dialog.accept()
    agent = session.workspace.agent("zeta.md")
    assert (agent.name, agent.policy.preference, agent.changed) == ("zeta", "opus", True)
    assert texts(directory)["zeta.md"] == scalar("a").replace("name: a", "name: zeta").encode()


def test_delete_asks_and_can_be_undone(
    make_window: Make, session: Session, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(directory)
    before, asked = texts(directory), list[str]()

    def decline(*said: str) -> bool:
        asked.append(said[-1])
        return False

    monkeypatch.setattr(Messages, "ask", decline)
    session.select(["a.md", "team/c.md"])
    session.edit(["a.md"], "preference", "opus")
    action(window, "deleteAction").trigger()
    assert texts(directory) == before
    assert "a, c" in asked[0]
    assert "1 agent with unsaved edits" in asked[0]
    monkeypatch.setattr(Messages, "ask", lambda *_: True)
    action(window, "deleteAction").trigger()
    assert set(texts(directory)) == {"b.md"}
    assert session.workspace.ids() == ("b.md",)
    action(window, "undoAction").trigger()
    assert texts(directory) == before
    assert session.workspace.agent("a.md").policy.preference == "opus"


def test_repair_shows_what_it_does_and_does_it(make_window: Make, session: Session, directory: Path) -> None:
    window = make_window(directory)
    session.select(["a.md"])
    assert not action(window, "repairAction").isEnabled()
    session.select(["team/c.md"])
    assert action(window, "repairAction").isEnabled()
    action(window, "repairAction").trigger()
    dialog_of(window, PreviewDialog).accept()
    assert b"description: 'Use this: when it breaks'" in texts(directory)["team/c.md"].replace(b'"', b"'")
    assert session.workspace.agent("team/c.md").problems == ()
    session.undo_stack.undo()
    assert b"description: Use this: when it breaks" in texts(directory)["team/c.md"]


def test_conversion_shows_what_it_does_and_does_it(make_window: Make, session: Session, directory: Path) -> None:
    window = make_window(directory)
    before = texts(directory)
    session.select(["a.md", "b.md"])
    session.edit(["b.md"], "preference", "opus")
    action(window, "convertForCodeAction").trigger()
    dialog = dialog_of(window, PreviewDialog)
    dialog.accept()
    after = texts(directory)
    assert after["a.md"] == before["a.md"]
    assert b"model: sonnet\nmodelPolicy:\n  fallbacks:\n    - haiku\n" in after["b.md"]
    assert b"tools: Read, Bash" in after["b.md"]
    agent = session.workspace.agent("b.md")
    assert (agent.dialect, agent.saved.preference, agent.policy.preference) == ("scalar", "sonnet", "opus")
    session.undo_stack.undo()
    assert texts(directory) == before


def test_paths_are_copied_and_files_shown_elsewhere(
    make_window: Make, session: Session, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []

    def show(path: Path) -> bool:
        shown.append(path)
        return True

    monkeypatch.setattr(reveal, "in_file_manager", show)
    monkeypatch.setattr(reveal, "in_editor", show)
    window = make_window(directory)
    session.select(["team/c.md", "a.md"])
    for id in ("copyPathAction", "revealAction", "editOutsideAction"):
        action(window, id).trigger()
    assert QtGui.QGuiApplication.clipboard().text() == f"{directory / 'team/c.md'}\n{directory / 'a.md'}"
    assert shown == [directory / "team/c.md"] * 2


def test_a_directory_can_be_dropped(directory: Path, tmp_path: Path) -> None:
    def dropped(*paths: Path) -> Path | None:
        data = QtCore.QMimeData()
        data.setUrls([QtCore.QUrl.fromLocalFile(str(path)) for path in paths])
        return files.dropped_directory(data)

    assert dropped(directory) == directory
    assert dropped(directory / "team/c.md") == directory / "team"
    assert dropped(directory, tmp_path) is None
    assert dropped(tmp_path / "gone") is None
    text = QtCore.QMimeData()
    text.setText(str(directory))
    assert files.dropped_directory(text) is None


def test_recent_directories_are_remembered(
    qtbot: QtBot, session: Session, disk: Disk, directory: Path, tmp_path: Path
) -> None:
    settings = QtCore.QSettings(str(tmp_path / "window.ini"), QtCore.QSettings.Format.IniFormat)
    settings.setValue("recent/directories", [str(tmp_path / "gone"), 7, ""])
    window = MainWindow(session, disk, settings)
    qtbot.addWidget(window)
    session.open(directory)
    window.files.recent_menu.aboutToShow.emit()
    listed = [(entry.text(), entry.isEnabled()) for entry in window.files.recent_menu.actions()]
    assert listed == [(str(directory), True), (str(tmp_path / "gone"), False)]
    assert settings.value("recent/directories") == [str(directory), str(tmp_path / "gone")]


def test_notices_offer_what_is_open(
    qtbot: QtBot, make_window: Make, session: Session, disk: Disk, directory: Path
) -> None:
    content = (directory / "a.md").read_bytes()
    change = Change("a.md", content, content.replace(b"haiku", b"opus"))
    disk.journal.begin(directory, "save of a", [change], datetime.datetime.now(datetime.UTC))
    window = make_window(directory)
    notice = window.findChild(QtWidgets.QFrame, "interruptedNotice")
    assert isinstance(notice, QtWidgets.QFrame)
    finish, undo, show = (button for button in notice.findChildren(QtWidgets.QPushButton))
    assert [button.text() for button in (finish, undo, show)] == ["Finish", "Undo", "Show…"]
    assert finish.isDefault()
    assert notice.isVisible()
    QtTest.QTest.mouseClick(finish, QtCore.Qt.MouseButton.LeftButton)
    assert session.workspace.agent("a.md").policy.preference == "opus"
    assert not notice.isVisible()


def test_a_conflict_is_decided_in_the_window(
    qtbot: QtBot, make_window: Make, session: Session, disk: Disk, directory: Path
) -> None:
    window = make_window(directory)
    session.edit(["a.md"], "preference", "opus")
    (directory / "a.md").write_text(scalar("a", "sonnet"))
    disk.look()
    notice = window.findChild(QtWidgets.QFrame, "conflictNotice")
    assert isinstance(notice, QtWidgets.QFrame)
    qtbot.waitUntil(action(window, "conflictsAction").isEnabled)
    QtTest.QTest.mouseClick(notice.findChildren(QtWidgets.QPushButton)[0], QtCore.Qt.MouseButton.LeftButton)
    dialog = window.findChild(QtWidgets.QDialog, "conflictDialog")
    assert isinstance(dialog, QtWidgets.QDialog)
    buttons = {button.text().replace("&", ""): button for button in dialog.findChildren(QtWidgets.QPushButton)}
    buttons["Take all from disk"].click()
    buttons["Apply"].click()
    assert session.workspace.agent("a.md").policy.preference == "sonnet"
    assert not session.workspace.conflicts


def test_review_saves_what_stays_checked(qtbot: QtBot, make_window: Make, session: Session, directory: Path) -> None:
    window = make_window(directory)
    assert not action(window, "reviewAction").isEnabled()
    session.edit(["a.md", "b.md"], "preference", "opus")
    qtbot.waitUntil(action(window, "reviewAction").isEnabled)
    action(window, "reviewAction").trigger()
    dialog = window.findChild(QtWidgets.QDialog, "reviewDialog")
    assert isinstance(dialog, QtWidgets.QDialog)
    save = next(button for button in dialog.findChildren(QtWidgets.QPushButton) if "2 files" in button.text())
    save.click()
    assert not session.workspace.changed_count
    assert "model: opus" in (directory / "a.md").read_text()

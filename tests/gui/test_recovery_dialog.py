"""The dialog after an interrupted save: how the files stand, and what shall become of them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from PySide6 import QtCore, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.errors import RefusedError
from ctxstudio.gui.changes_list import ChangesList
from ctxstudio.gui.dialogs.recovery import RecoveryDialog
from ctxstudio.storage import batch
from ctxstudio.storage.journal import Batch, Change, Journal

NOW = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
OLD, NEW = b"model: haiku\n", b"model: sonnet\n"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "journal.sqlite")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    made = tmp_path / "agents"
    made.mkdir()
    return made


def interrupted(journal: Journal, directory: Path, *now: bytes, title: str = "save") -> Batch:
    """A batch that was broken off: its files hold some contents."""
    changes = [Change(f"{title}{number}.md", OLD, NEW) for number in range(len(now))]
    for change, content in zip(changes, now, strict=True):
        (directory / change.id).write_bytes(content)
    return journal.begin(directory, title, changes, NOW)


def opened(qtbot: QtBot, journal: Journal, *batches: Batch) -> RecoveryDialog:
    dialog = RecoveryDialog(batches, journal.changes, batch.standing)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def label(dialog: RecoveryDialog, name: str) -> str:
    found = dialog.findChild(QtWidgets.QLabel, name)
    assert isinstance(found, QtWidgets.QLabel)
    return found.text()


def test_it_says_what_was_interrupted_and_how_the_files_stand(qtbot: QtBot, journal: Journal, directory: Path) -> None:
    broken = interrupted(journal, directory, NEW, NEW, OLD, b"theirs\n")
    dialog = opened(qtbot, journal, broken)
    when = f"{NOW.astimezone():%Y-%m-%d at %H:%M}"
    assert label(dialog, "recoveryHead") == f"A save of 4 files in {broken.directory} on {when} was interrupted"
    assert label(dialog, "recoveryState") == (
        "2 files have the new contents, 1 the old. 1 file has changed since and will be left alone."
    )


def test_a_file_that_is_half_written_is_told(qtbot: QtBot, journal: Journal, directory: Path) -> None:
    change = Change("a.md", b"aaaa", b"bbbb", in_place=True)
    (directory / "a.md").write_bytes(b"bbaa")
    dialog = opened(qtbot, journal, journal.begin(directory, "x", [change], NOW))
    assert label(dialog, "recoveryState") == "0 files have the new contents, 0 the old, 1 is written in part."


def test_return_finishes(qtbot: QtBot, journal: Journal, directory: Path) -> None:
    broken = interrupted(journal, directory, NEW, OLD)
    dialog = opened(qtbot, journal, broken)
    qtbot.waitExposed(dialog)
    with qtbot.waitSignal(dialog.finish_requested) as signal:
        QtTest.QTest.keyClick(dialog, QtCore.Qt.Key.Key_Return)
    assert signal.args == [broken]
    assert not dialog.isVisible()


def test_several_batches_come_one_after_the_other(qtbot: QtBot, journal: Journal, directory: Path) -> None:
    batches = [interrupted(journal, directory, NEW, OLD, title=title) for title in "abc"]
    dialog = opened(qtbot, journal, *batches)
    finished: list[Batch] = []
    undone: list[Batch] = []
    dialog.finish_requested.connect(finished.append)
    dialog.undo_requested.connect(undone.append)
    assert label(dialog, "recoveryHead").endswith("was interrupted (1 of 3)")
    dialog.undo.click()
    assert label(dialog, "recoveryHead").endswith("was interrupted (2 of 3)")
    dialog.later.click()
    dialog.finish.click()
    assert (finished, undone) == ([batches[2]], [batches[0]])
    assert not dialog.isVisible()


def test_escape_leaves_all_for_later(qtbot: QtBot, journal: Journal, directory: Path) -> None:
    batches = [interrupted(journal, directory, NEW, OLD, title=title) for title in "ab"]
    dialog = opened(qtbot, journal, *batches)
    told: list[object] = []
    dialog.finish_requested.connect(told.append)
    dialog.undo_requested.connect(told.append)
    QtTest.QTest.keyClick(dialog, QtCore.Qt.Key.Key_Escape)
    assert told == []
    assert not dialog.isVisible()


def test_the_changes_are_shown_on_demand(qtbot: QtBot, journal: Journal, directory: Path) -> None:
    dialog = opened(qtbot, journal, interrupted(journal, directory, NEW, OLD, b"theirs\n"))
    assert not dialog.changes.isVisible()
    small = dialog.height()
    dialog.details.click()
    assert dialog.changes.isVisible()
    assert dialog.height() >= 600
    files = dialog.findChild(ChangesList)
    assert isinstance(files, ChangesList)
    said = [files.model().index(row, 0).data(QtCore.Qt.ItemDataRole.AccessibleTextRole) for row in range(1, 4)]
    assert [text.rpartition("removed, ")[2] for text in said] == [
        "has the new contents",
        "has the old contents",
        "changed since; it is left alone",
    ]
    dialog.details.click()
    assert not dialog.changes.isVisible()
    assert dialog.height() == small


def test_a_batch_that_cannot_be_read_can_only_wait(qtbot: QtBot, journal: Journal, directory: Path) -> None:
    def refuse(_: Batch) -> tuple[Change, ...]:
        raise RefusedError("the journal is broken")

    dialog = RecoveryDialog([interrupted(journal, directory, OLD)], refuse, batch.standing)
    qtbot.addWidget(dialog)
    dialog.open()
    assert not any(button.isEnabled() for button in (dialog.finish, dialog.undo, dialog.details))
    assert dialog.later.isEnabled()
    texts = [found.text() for found in dialog.findChildren(QtWidgets.QLabel) if found.isVisible()]
    assert "What it was going to write cannot be read: the journal is broken" in texts

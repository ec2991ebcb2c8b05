"""The dialog of past saves: what each wrote, what can be restored, and what is refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from PySide6 import QtCore, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.errors import RefusedError
from ctxstudio.gui.changes_list import ChangesList
from ctxstudio.gui.changes_view import ChangesView
from ctxstudio.gui.dialogs.saved_changes import SavedChangesDialog
from ctxstudio.gui.unified import UnifiedView
from ctxstudio.storage import batch
from ctxstudio.storage.journal import Batch, Change, Journal

NOW = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
_Key = QtCore.Qt.Key


class Place:
    """A directory with a journal."""

    def __init__(self, path: Path) -> None:
        self.directory = path / "agents"
        self.directory.mkdir()
        self.journal = Journal(path / "state" / "journal.sqlite")
        self._minutes = 0

    def write(self, **contents: bytes | None) -> None:
        for name, content in contents.items():
            if content is None:
                self._path(name).unlink()
            else:
                self._path(name).write_bytes(content)

    def save(self, title: str, directory: Path | None = None, **contents: bytes) -> None:
        """Save files by name as one batch."""
        self._minutes += 1
        where = directory or self.directory
        changes = [Change(f"{name}.md", self.present(where, f"{name}.md"), new) for name, new in contents.items()]
        batch.carry_out(self.journal, where, title, changes, NOW + datetime.timedelta(minutes=self._minutes))

    def present(self, directory: Path, id: str) -> bytes | None:
        try:
            return (directory / id).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.md"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write(a=b"model: haiku\n", b=b"model: haiku\n", c=b"model: haiku\n")
    return made


def opened(qtbot: QtBot, place: Place) -> SavedChangesDialog:
    dialog = SavedChangesDialog(place.journal, place.directory, place.present)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def rows(dialog: SavedChangesDialog) -> list[list[str]]:
    model = dialog.list.model()
    return [[model.index(row, column).data() for column in range(1, 4)] for row in range(model.rowCount())]


def names(view: ChangesView) -> list[str]:
    found = view.findChild(ChangesList)
    assert isinstance(found, ChangesList)
    return [found.model().index(row, 0).data() for row in range(found.model().rowCount())]


def diff_of(view: ChangesView) -> str:
    found = view.findChild(UnifiedView)
    assert isinstance(found, UnifiedView)
    next(button for button in view.findChildren(QtWidgets.QToolButton) if button.text() == "Unified").click()
    return found.toPlainText()


def note(dialog: SavedChangesDialog) -> str:
    return dialog.note.text() if dialog.note.isVisible() else ""


@pytest.fixture(autouse=True)
def _form(qapp: QtWidgets.QApplication) -> None:
    qapp.setProperty("ctxstudioUnified", None)


def test_batches_are_listed_newest_first_with_how_they_ended(qtbot: QtBot, place: Place, tmp_path: Path) -> None:
    place.save("first", a=b"model: opus\n", b=b"model: opus\n")
    place.save("elsewhere", tmp_path, x=b"new\n")
    place.journal.begin(place.directory, "broken off", [Change("a.md", b"", b"x")], NOW)
    dialog = opened(qtbot, place)
    assert rows(dialog) == [["broken off", "1", "interrupted"], ["first", "2", "finished"]]
    dialog.scope.setCurrentIndex(1)
    assert [row[0] for row in rows(dialog)] == ["broken off", "elsewhere", "first"]
    assert dialog.list.model().index(2, 0).data().startswith("2026-11-2")


def test_a_batch_that_was_not_written_as_a_whole_says_so(qtbot: QtBot, place: Place) -> None:
    place.write(d=b"x\n")
    changes = [Change("a.md", b"model: haiku\n", b"y\n"), Change("d.md", b"other\n", b"y\n")]
    batch.carry_out(place.journal, place.directory, "half", changes, NOW)
    dialog = opened(qtbot, place)
    assert rows(dialog) == [["half", "2", "1 of 2 written"]]
    assert dialog.written.checked_ids() == ("a.md",)


def test_files_are_restored_by_asking_for_it(qtbot: QtBot, place: Place) -> None:
    place.save("first", a=b"model: opus\n", b=b"model: opus\n")
    dialog = opened(qtbot, place)
    assert "-model: haiku\n+model: opus" in diff_of(dialog.written)
    assert dialog.restore.text() == "&Restore 2 files"
    dialog.written.show_file("b.md")
    files = dialog.written.findChild(ChangesList)
    assert isinstance(files, ChangesList)
    QtTest.QTest.keyClick(files, _Key.Key_Space)
    with qtbot.waitSignal(dialog.restore_requested) as signal:
        dialog.restore.click()
    asked, ids = signal.args or [None, None]
    assert isinstance(asked, Batch)
    assert (asked.title, ids) == ("first", ("a.md",))


def test_after_a_restore_the_journal_is_read_again_and_the_batch_stays(qtbot: QtBot, place: Place) -> None:
    place.save("first", a=b"model: opus\n", b=b"model: opus\n")
    dialog = opened(qtbot, place)

    def restore(asked: Batch, ids: tuple[str, ...]) -> None:
        changes = [change.inverse() for change in place.journal.changes(asked) if change.id in ids]
        batch.carry_out(place.journal, asked.directory, "restore", changes, NOW)
        dialog.refresh()

    dialog.restore_requested.connect(restore)
    dialog.restore.click()
    assert place.present(place.directory, "a.md") == b"model: haiku\n"
    assert [row[0] for row in rows(dialog)] == ["restore", "first"]
    assert dialog.list.currentIndex().row() == 1
    assert not dialog.restore.isEnabled()
    assert dialog.written.checked_ids() == ()


def test_a_file_that_changed_since_is_not_restored_and_its_difference_is_shown(qtbot: QtBot, place: Place) -> None:
    place.save("first", a=b"model: opus\n", b=b"model: opus\n")
    place.write(b=b"model: fable\n")
    dialog = opened(qtbot, place)
    assert dialog.written.checked_ids() == ("a.md",)
    assert dialog.tabs.tabText(1) == "Changed since (1)"
    dialog.tabs.setCurrentIndex(1)
    assert names(dialog.since) == ["b.md"]
    assert "-model: opus\n+model: fable" in diff_of(dialog.since)


def test_a_file_that_changes_while_the_dialog_is_open_is_refused(qtbot: QtBot, place: Place) -> None:
    place.save("first", a=b"model: opus\n", b=b"model: opus\n", c=b"model: opus\n")
    dialog = opened(qtbot, place)
    dialog.written.show_file("c.md")
    files = dialog.written.findChild(ChangesList)
    assert isinstance(files, ChangesList)
    QtTest.QTest.keyClick(files, _Key.Key_Space)
    place.write(b=None)
    asked: list[object] = []
    dialog.restore_requested.connect(lambda _, ids: asked.append(ids))
    dialog.restore.click()
    assert asked == []
    assert note(dialog) == "1 file has changed just now. Nothing was restored."
    assert dialog.tabs.currentIndex() == 1
    assert names(dialog.since) == ["b.md"]
    assert dialog.written.checked_ids() == ("a.md",)
    dialog.restore.click()
    assert asked == [("a.md",)]


def test_what_cannot_be_read_is_said_where_it_happens(
    qtbot: QtBot, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RefusedError("the journal is broken")

    place.save("first", a=b"model: opus\n", b=b"model: opus\n")
    monkeypatch.setattr(place.journal, "changes", refuse)
    dialog = opened(qtbot, place)
    assert note(dialog) == "The contents of this save cannot be read: the journal is broken"
    assert not dialog.restore.isEnabled()
    monkeypatch.setattr(place.journal, "batches", refuse)
    dialog.refresh()
    assert note(dialog) == "The saves cannot be read: the journal is broken"
    assert rows(dialog) == []
    monkeypatch.undo()
    dialog.refresh()
    assert note(dialog) == ""
    assert dialog.restore.text() == "&Restore 2 files"


def test_a_file_that_cannot_be_read_is_left_out(qtbot: QtBot, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = place.present

    def present(directory: Path, id: str) -> bytes | None:
        if id == "a.md":
            raise RefusedError("it is too large")
        return real(directory, id)

    place.save("first", a=b"model: opus\n", b=b"model: opus\n")
    monkeypatch.setattr(place, "present", present)
    dialog = opened(qtbot, place)
    assert dialog.written.checked_ids() == ("b.md",)
    assert names(dialog.written) == ["All 2 files", "a.md", "b.md"]


def test_nothing_saved_yet(qtbot: QtBot, place: Place) -> None:
    dialog = opened(qtbot, place)
    assert "Nothing was saved yet" in [label.text() for label in dialog.findChildren(QtWidgets.QLabel)]
    assert not dialog.restore.isEnabled()
    QtTest.QTest.keyClick(dialog.list, _Key.Key_Return)
    assert dialog.isVisible()
    QtTest.QTest.keyClick(dialog.list, _Key.Key_Escape)
    assert not dialog.isVisible()


def test_titles_and_paths_are_plain_text(qtbot: QtBot, place: Place) -> None:
    place.save("<b>x</b>\x1b[31m", a=b"model: opus\n")
    assert rows(opened(qtbot, place))[0][0] == "<b>x</b>\ufffd[31m"

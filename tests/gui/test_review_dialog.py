"""The dialog before a save: what would be written, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PySide6 import QtCore, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.changes_list import ChangesList
from ctxstudio.gui.changes_view import FileChange
from ctxstudio.gui.dialogs.review import ReviewDialog

_Key = QtCore.Qt.Key
Review = Callable[[Sequence[str]], ReviewDialog]


@pytest.fixture
def review(qtbot: QtBot) -> Review:
    def make(ids: Sequence[str]) -> ReviewDialog:
        changes = [FileChange(id, b"model: haiku\n", b"model: opus\n") for id in ids]
        dialog = ReviewDialog(changes, lambda ids: f"strategy: {len(ids)} agents cost $7 more per day")
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return make


def files(dialog: ReviewDialog) -> ChangesList:
    found = dialog.findChild(ChangesList)
    assert isinstance(found, ChangesList)
    return found


def label(dialog: ReviewDialog, name: str) -> str:
    found = dialog.findChild(QtWidgets.QLabel, name)
    assert isinstance(found, QtWidgets.QLabel)
    return found.text()


def test_count_and_cost_follow_the_checks(review: Review) -> None:
    dialog = review(["a.md", "b.md", "c.md"])
    assert dialog.save.text() == "&Save 3 files"
    assert label(dialog, "reviewCost") == "strategy: 3 agents cost $7 more per day"
    assert label(dialog, "reviewLeftOut") == "No file is left out"
    dialog.changes.show_file("b.md")
    QtTest.QTest.keyClick(files(dialog), _Key.Key_Space)
    assert dialog.save.text() == "&Save 2 files"
    assert label(dialog, "reviewCost") == "strategy: 2 agents cost $7 more per day"
    assert label(dialog, "reviewLeftOut") == "1 file left out remains unsaved"
    assert dialog.ids == ("a.md", "c.md")


def test_nothing_checked_can_not_be_saved(review: Review) -> None:
    dialog = review(["a.md", "b.md"])
    QtTest.QTest.keyClick(files(dialog), _Key.Key_Space)
    assert not dialog.save.isEnabled()
    assert label(dialog, "reviewCost") == ""
    assert label(dialog, "reviewLeftOut") == "2 files left out remain unsaved"


def test_return_saves_what_is_checked(review: Review, qtbot: QtBot) -> None:
    dialog = review(["a.md", "b.md"])
    dialog.changes.show_file("a.md")
    QtTest.QTest.keyClick(files(dialog), _Key.Key_Space)
    with qtbot.waitSignal(dialog.accepted), qtbot.waitSignal(dialog.save_requested) as signal:
        QtTest.QTest.keyClick(files(dialog), _Key.Key_Return)
    assert signal.args == [("b.md",)]
    assert not dialog.isVisible()


def test_escape_saves_nothing(review: Review, qtbot: QtBot) -> None:
    dialog = review(["a.md"])
    told: list[object] = []
    dialog.save_requested.connect(told.append)
    with qtbot.waitSignal(dialog.rejected):
        QtTest.QTest.keyClick(files(dialog), _Key.Key_Escape)
    assert told == []
    assert dialog.save.text() == "&Save 1 file"

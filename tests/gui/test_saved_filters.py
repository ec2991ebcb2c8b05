"""Saved filters: through menu and dialogs, in the settings, with settings that are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.filter_store import FilterStore, SavedFilter
from ctxstudio.gui.session import Session
from tests.conftest import Folder
from tests.gui.filter_stage import FILES, Key, Stage, child, shown_stage

Make = Callable[..., Stage]


@pytest.fixture
def make_stage(qtbot: QtBot, session: Session, folder: Folder) -> Make:
    kept: list[Stage] = []
    session.open(folder(FILES))

    def make(settings: QtCore.QSettings | None = None) -> Stage:
        kept.append(shown_stage(qtbot, session, settings))
        return kept[-1]

    return make


def settings_in(path: Path) -> QtCore.QSettings:
    return QtCore.QSettings(str(path / "settings.ini"), QtCore.QSettings.Format.IniFormat)


def test_a_filter_is_saved_with_its_buttons_and_comes_back(make_stage: Make, tmp_path: Path) -> None:
    stage = make_stage(settings_in(tmp_path))
    assert not stage.menu()["&Save this filter…"].isEnabled()
    assert not stage.menu()["&Rename or delete…"].isEnabled()
    stage.edit.setText('-writer or "a, b; c"')
    stage.quick()["differs"].click()
    assert stage.save_as("R&D, reviewed") == "&Save"
    stage.bar.clear()
    later = make_stage(settings_in(tmp_path))
    assert later.saved() == ["R&&D, reviewed"]
    asked = len(later.asked)
    later.menu()["R&&D, reviewed"].trigger()
    assert later.edit.text() == '-writer or "a, b; c"'
    assert [word for word, button in later.quick().items() if button.isChecked()] == ["differs"]
    assert len(later.asked) == asked + 1
    assert later.menu()["R&&D, reviewed"].isChecked()
    later.edit.clear()
    assert not later.menu()["R&&D, reviewed"].isChecked()


def test_a_name_that_is_taken_is_replaced_knowingly(make_stage: Make) -> None:
    stage = make_stage()
    stage.edit.setText("writer")
    assert stage.save_as("mine") == "&Save"
    stage.edit.setText("helper")
    assert stage.save_as("mine") == "&Replace"
    assert stage.saved() == ["mine"]
    stage.bar.clear()
    stage.menu()["mine"].trigger()
    assert stage.names() == {"helper"}


def test_a_filter_needs_a_name_and_a_meaning(make_stage: Make) -> None:
    stage = make_stage()
    stage.edit.setText("bogus:x")
    assert not stage.menu()["&Save this filter…"].isEnabled()
    stage.edit.setText("writer")
    stage.save_as("   ")
    assert stage.saved() == []


def test_filters_are_renamed_and_deleted(qtbot: QtBot, make_stage: Make, tmp_path: Path) -> None:
    stage = make_stage(settings_in(tmp_path))
    for name in ("one", "two", "three"):
        stage.edit.setText(name)
        stage.save_as(name)
    assert stage.saved() == ["one", "three", "two"]
    dialog, tree = stage.managing(qtbot)
    QtTest.QTest.keyClick(tree, Key.Key_F2)
    editor = child(tree.viewport(), QtWidgets.QLineEdit)
    editor.selectAll()
    QtTest.QTest.keyClicks(editor, "zero")
    QtTest.QTest.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: tree.viewport().findChild(QtWidgets.QLineEdit) is None)
    tree.setCurrentIndex(tree.model().index(1, 0))
    QtTest.QTest.keyClick(tree, Key.Key_Delete)
    assert stage.saved() == ["one", "three", "two"]  # nothing before OK
    dialog.accept()
    assert stage.saved() == ["two", "zero"]
    stage.menu()["zero"].trigger()
    assert stage.edit.text() == "one"
    assert [saved.name for saved in FilterStore(settings_in(tmp_path)).all()] == ["two", "zero"]


def test_a_name_is_not_given_twice_and_cancel_changes_nothing(qtbot: QtBot, make_stage: Make) -> None:
    stage = make_stage()
    for name in ("one", "two"):
        stage.edit.setText(name)
        stage.save_as(name)
    dialog, tree = stage.managing(qtbot)
    first = tree.topLevelItem(0)
    assert first is not None
    for name, reason in (("two", "There is another filter 'two'."), ("  ", "A name cannot be empty.")):
        first.setText(0, name)
        assert first.text(0) == "one"
        assert reason in [label.text() for label in dialog.findChildren(QtWidgets.QLabel)]
    child(dialog, QtWidgets.QPushButton).click()
    first.setText(0, "other")
    dialog.reject()
    assert stage.saved() == ["one", "two"]


@pytest.mark.parametrize(
    "content",
    [
        "no json", "[", "null", "7", '{"name": "a"}', "[" * 100_000, '["a", 7, null]',
        '[{"name": "", "text": "a"}, {"text": "a"}, {"name": 1, "text": "a"}]',
        '[{"name": "a", "text": 7}, {"name": "a", "text": "b", "pressed": "differs"}]',
        '[{"name": "a", "text": "\\ud800"}, {"name": "\\udfff", "text": "b"}]',
    ],
)  # fmt: skip
def test_bad_settings_are_no_filters(make_stage: Make, tmp_path: Path, content: str) -> None:
    settings = settings_in(tmp_path)
    settings.setValue("filters/saved", content)
    settings.sync()
    stage = make_stage(settings_in(tmp_path))
    assert stage.saved() == []
    stage.edit.setText("writer")
    stage.save_as("new")
    assert stage.saved() == ["new"]


def test_settings_of_another_kind_are_no_filters(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.setValue("filters/saved", ["a", "b"])
    assert FilterStore(settings).all() == ()


def test_what_is_readable_among_bad_settings_is_kept(make_stage: Make, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    items = [{"name": "good", "text": "writer", "pressed": ["differs", "gone"]}, {"name": "bad"}, 7]
    settings.setValue("filters/saved", json.dumps([*items, {"name": "good", "text": "second"}]))
    assert FilterStore(settings).all() == (
        SavedFilter("bad", "", ()),
        SavedFilter("good", "writer", ("differs", "gone")),
    )
    stage = make_stage(settings)
    stage.menu()["good"].trigger()
    assert stage.edit.text() == "writer"
    assert [word for word, button in stage.quick().items() if button.isChecked()] == ["differs"]


def test_settings_that_cannot_be_written_are_said(
    qtbot: QtBot, make_stage: Make, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = QtCore.QSettings(str(tmp_path / "file" / "settings.ini"), QtCore.QSettings.Format.IniFormat)
    stage = make_stage(settings)
    stage.edit.setText("writer")
    with qtbot.waitSignal(session.refused) as refused:
        stage.save_as("mine")
    assert refused.args is not None
    assert refused.args[0] == "The filter was not saved"
    assert "cannot be written" in refused.args[1]

"""The dialog of profiles: comparing, applying with a preview, capturing, and the files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6 import QtCore, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.changes_list import ChangesList
from ctxstudio.gui.controllers.library import LibraryActions
from ctxstudio.gui.dialogs.capture import CaptureDialog
from ctxstudio.gui.dialogs.preview import PreviewDialog
from ctxstudio.gui.dialogs.profiles import ProfilesDialog
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.gui.text_box import TextBox
from ctxstudio.policy import profiles
from ctxstudio.policy.profiles import Profile
from ctxstudio.policy.values import Policy
from ctxstudio.storage.library import Library
from ctxstudio.storage.places import Places
from tests.gui.looking import select_row

W = TypeVar("W", bound=QtWidgets.QWidget)
Make = Callable[[], ProfilesDialog]
Key, Modifier, Role = QtCore.Qt.Key, QtCore.Qt.KeyboardModifier, QtCore.Qt.ItemDataRole
OURS = Profile("ours", "what we use", {"a": Policy("opus"), "b": Policy("haiku"), "gone": Policy("haiku")})


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "state")


@pytest.fixture
def own(places: Places) -> Library[Profile]:
    return Library(places.profiles, profiles.profile_of, profiles.plain)


@pytest.fixture
def opened(session: Session, tmp_path: Path) -> Session:
    folder = tmp_path / "agents"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.md").write_text(f"---\nname: {name}\ndescription: x\nmodel: haiku\n---\n")
    session.open(folder)
    return session


@pytest.fixture
def make(qtbot: QtBot, opened: Session, places: Places) -> Make:
    windows = []

    def make() -> ProfilesDialog:
        window = QtWidgets.QMainWindow()
        windows.append(window)
        qtbot.addWidget(window)
        actions = LibraryActions(opened, Messages(window), window, places)
        actions.show_profiles()
        (dialog,) = window.findChildren(ProfilesDialog)
        with qtbot.waitActive(dialog):
            dialog.activateWindow()
        return dialog

    return make


def child(dialog: QtWidgets.QWidget, kind: type[W], name: str) -> W:
    found = dialog.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def press(dialog: QtWidgets.QWidget, name: str) -> None:
    button = child(dialog, QtWidgets.QAbstractButton, name)
    assert button.isEnabled()
    QTest.mouseClick(button, QtCore.Qt.MouseButton.LeftButton)


def table(dialog: ProfilesDialog) -> QtWidgets.QTableView:
    return child(dialog, QtWidgets.QTableView, "profileTable")


def rows(dialog: ProfilesDialog) -> list[str]:
    model = table(dialog).model()
    return [
        " | ".join(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def go_to(dialog: ProfilesDialog, name: str) -> None:
    names = child(dialog, QtWidgets.QListWidget, "profileList")
    names.setCurrentRow([names.item(row).text() for row in range(names.count())].index(name))


def summary(dialog: ProfilesDialog) -> str:
    return child(dialog, QtWidgets.QLabel, "profileSummary").text()


def warnings(dialog: QtWidgets.QWidget) -> list[str]:
    return [box.text() for box in dialog.findChildren(QtWidgets.QMessageBox)]


def test_the_shipped_profiles_stand_first_and_cannot_be_changed(make: Make, own: Library[Profile]) -> None:
    own.save(Profile("a first", agents=OURS.agents))
    dialog = make()
    names = child(dialog, QtWidgets.QListWidget, "profileList")
    shown = [names.item(row).data(Role.AccessibleTextRole) for row in range(names.count())]
    assert shown == ["balanced (shipped)", "budget (shipped)", "quality (shipped)", "a first"]
    assert child(dialog, TextBox, "profileDescription").isReadOnly()
    assert child(dialog, TextBox, "profileDescription").toPlainText().startswith("The 67 assignments")
    for name in ("profileRenameButton", "profileDeleteButton"):
        assert not child(dialog, QtWidgets.QPushButton, name).isEnabled()
    QTest.keyClick(names, Key.Key_Delete)
    QTest.keyClick(names, Key.Key_F2)
    assert names.findChild(QtWidgets.QLineEdit) is None
    press(dialog, "profileDuplicateButton")
    assert [item.name for item in own.items()] == ["a first", "balanced 2"]
    assert not child(dialog, TextBox, "profileDescription").isReadOnly()


def test_a_profile_is_compared_with_the_directory(make: Make, own: Library[Profile]) -> None:
    own.save(OURS)
    dialog = make()
    go_to(dialog, "ours")
    assert rows(dialog) == [
        "a | ≠ | haiku | opus | preference",
        "b | = | haiku | haiku | ",
        "c | + | haiku |  | ",
        "gone | − |  | haiku | ",
    ]
    model = table(dialog).model()
    assert [model.index(row, 1).data(Role.AccessibleTextRole) for row in range(4)] == [
        "Status: differs", "Status: matches", "Status: not in the profile", "Status: not in the directory"
    ]  # fmt: skip
    assert "Preference in the profile: opus" in model.index(0, 0).data(Role.ToolTipRole)
    found = {
        name: child(dialog, QtWidgets.QToolButton, f"{name}Button").text()
        for name in ("all", "differs", "matches", "missing", "extra")
    }
    assert list(found.values()) == ["all 4", "differs 1", "matches 1", "missing 1", "extra 1"]
    assert summary(dialog) == "1 of 1 agent that differs is checked"


@pytest.mark.parametrize(
    ("button", "wanted"), [("differs", "a"), ("matches", "b"), ("extra", "c"), ("missing", "gone")]
)
def test_the_comparison_is_filtered(make: Make, own: Library[Profile], button: str, wanted: str) -> None:
    own.save(OURS)
    dialog = make()
    go_to(dialog, "ours")
    press(dialog, f"{button}Button")
    assert [row.partition(" ")[0] for row in rows(dialog)] == [wanted]
    press(dialog, "allButton")
    assert len(rows(dialog)) == 4


def test_the_comparison_is_sorted_and_follows_the_directory(
    qtbot: QtBot, make: Make, own: Library[Profile], opened: Session
) -> None:
    own.save(OURS)
    dialog = make()
    go_to(dialog, "ours")
    table(dialog).sortByColumn(0, QtCore.Qt.SortOrder.DescendingOrder)
    assert [row[0] for row in rows(dialog)] == ["g", "c", "b", "a"]
    opened.edit(["a.md"], "preference", "opus")
    qtbot.waitUntil(lambda: rows(dialog)[-1] == "a | = | opus | opus | ")
    assert summary(dialog) == "Nothing to apply: no agent differs."
    assert not child(dialog, QtWidgets.QPushButton, "profileApplyButton").isEnabled()


def test_what_is_checked_is_previewed_and_applied_as_one_step(
    make: Make, own: Library[Profile], opened: Session
) -> None:
    own.save(Profile("ours", agents={name: Policy("opus", effort="low") for name in "abc"}))
    dialog = make()
    told: list[object] = []
    opened.agents_changed.connect(told.append)
    go_to(dialog, "ours")
    select_row(table(dialog), 1)
    QTest.keyClick(table(dialog), Key.Key_Space)
    assert summary(dialog) == "2 of 3 agents that differ are checked"
    QTest.keyClick(dialog, Key.Key_Return, Modifier.ControlModifier)
    (preview,) = dialog.findChildren(PreviewDialog)
    view = child(preview, ChangesList, "changesList")
    assert [view.model().index(row, 0).data() for row in range(3)] == ["All 2 files", "a.md", "c.md"]
    assert not opened.workspace.changed()
    only = QtCore.QItemSelectionModel.SelectionFlag.ClearAndSelect  # whatever modifier key is taken for pressed
    view.selectionModel().setCurrentIndex(view.model().index(2, 0), only)
    QTest.keyClick(view, Key.Key_Space)
    preview.accept()
    assert opened.workspace.agent("a.md").policy == Policy("opus", effort="low")
    assert opened.workspace.changed() == ("a.md",)
    assert (opened.undo_stack.count(), told) == (1, [("a.md",)])
    assert opened.undo_stack.undoText() == "profile ours of a"
    opened.undo_stack.undo()
    assert not opened.workspace.changed()


def test_check_marks_are_set_for_what_is_shown_and_by_the_mouse(make: Make, own: Library[Profile]) -> None:
    own.save(Profile("ours", agents={name: Policy("opus") for name in "abc"}))
    dialog = make()
    go_to(dialog, "ours")
    apply = child(dialog, QtWidgets.QPushButton, "profileApplyButton")
    press(dialog, "checkNoneButton")
    assert not apply.isEnabled()
    assert table(dialog).model().setData(table(dialog).model().index(2, 0), QtCore.Qt.CheckState.Checked.value,
                                         Role.CheckStateRole)  # fmt: skip
    assert apply.text() == "Apply to 1 agent…"
    press(dialog, "checkAllButton")
    assert apply.text() == "Apply to 3 agents…"
    # a look at another profile begins anew
    press(dialog, "checkNoneButton")
    go_to(dialog, "quality")
    go_to(dialog, "ours")
    assert apply.text() == "Apply to 3 agents…"


def test_what_cannot_be_changed_is_said_in_the_preview(make: Make, own: Library[Profile], opened: Session) -> None:
    path = opened.workspace.directory / "locked.md"
    path.write_text("---\nname: locked\nmodel: 'a\n---\n")
    opened.reload()
    own.save(Profile("ours", agents={"locked": Policy("opus"), "a": Policy("opus")}))
    dialog = make()
    go_to(dialog, "ours")
    press(dialog, "profileApplyButton")
    (preview,) = dialog.findChildren(PreviewDialog)
    view = child(preview, ChangesList, "changesList")
    assert "cannot be changed: " in view.model().index(2, 0).data(Role.ToolTipRole)
    preview.accept()
    assert opened.workspace.changed() == ("a.md",)


def capture(dialog: ProfilesDialog) -> CaptureDialog:
    press(dialog, "profileCaptureButton")
    return dialog.findChildren(CaptureDialog)[-1]


def test_the_directory_is_captured_under_a_name(make: Make, own: Library[Profile], opened: Session) -> None:
    opened.edit(["a.md"], "preference", "opus")
    dialog = make()
    asking = capture(dialog)
    assert asking.name.text() == "agents"
    assert not asking.selection.isEnabled()
    asking.name.clear()
    QTest.keyClicks(asking.name, "November")
    QTest.keyClicks(asking.description, "as it was")
    QTest.keyClick(asking.name, Key.Key_Return)
    wanted = {"a": Policy("opus"), "b": Policy("haiku"), "c": Policy("haiku")}
    assert [item.value for item in own.items()] == [Profile("November", "as it was", wanted)]
    assert dialog.profile() == own.items()[0].value
    assert child(dialog, QtWidgets.QToolButton, "matchesButton").text() == "matches 3"


def test_the_selection_is_captured_and_a_name_stands_once(make: Make, own: Library[Profile], opened: Session) -> None:
    own.save(OURS)
    opened.select(["b.md"])
    dialog = make()
    asking = capture(dialog)
    asking.selection.click()
    for name in ("OURS", "quality", " ", "a\x07"):
        asking.name.setText(name)
        asking.accept()
        assert asking.isVisible()
        assert asking.fault().startswith("The name ")
    assert len(own.items()) == 1
    asking.name.setText("one")
    asking.accept()
    assert not asking.isVisible()
    assert {item.name: list(item.value.agents) for item in own.items() if item.value}["one"] == ["b"]


def test_agents_that_cannot_be_captured_are_named(make: Make, own: Library[Profile], opened: Session) -> None:
    (opened.workspace.directory / "locked.md").write_text("---\nname: locked\nmodel: 'a\n---\n")
    (opened.workspace.directory / "odd.md").write_text("---\nname: odd\nmodel: {fallbacks: [a, a]}\n---\n")
    opened.reload()
    dialog = make()
    capture(dialog).accept()
    value = own.items()[0].value
    assert value is not None
    assert list(value.agents) == ["a", "b", "c"]
    (said,) = warnings(dialog)
    assert said.splitlines()[0].startswith("locked.md: ")
    assert said.splitlines()[1] == "odd.md: fallbacks: a fallback must not stand twice in the list"


def test_a_description_is_edited_in_place(make: Make, own: Library[Profile]) -> None:
    path = own.save(OURS)
    path.write_text("# mine\n" + path.read_text())
    dialog = make()
    go_to(dialog, "ours")
    box = child(dialog, TextBox, "profileDescription")
    box.setPlainText("for everybody")
    box.commit()
    assert path.read_text().startswith("# mine\n")
    assert own.load(path).description == "for everybody"
    assert summary(dialog) == "1 of 1 agent that differs is checked"


def test_a_profile_with_a_wrong_key_says_which_in_the_dialog(make: Make, own: Library[Profile]) -> None:
    path = own.save(OURS)
    path.write_text(path.read_text().replace("preference: opus", "prefrence: opus"))
    dialog = make()
    go_to(dialog, "ours")
    assert dialog.profile() is None
    notes = [label.text() for label in dialog.findChildren(QtWidgets.QLabel) if label.isVisible()]
    assert any("ours.yaml:6: agents.a.prefrence: unknown key; did you mean preference?" in note for note in notes)
    assert not child(dialog, QtWidgets.QPushButton, "profileApplyButton").isEnabled()
    go_to(dialog, "balanced")
    assert dialog.profile() is not None


def test_profiles_are_imported_exported_renamed_and_deleted(
    make: Make, own: Library[Profile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, path = make(), tmp_path / "out.yaml"
    assert dialog.shelf.export_to(path)
    assert dialog.shelf.import_from(path)
    assert [item.name for item in own.items()] == ["balanced 2"]
    names = child(dialog, QtWidgets.QListWidget, "profileList")
    names.item(names.count() - 1).setText("as shipped")
    assert [item.name for item in own.items()] == ["as shipped"]
    path.write_text("version: 1\nname: x\nothers: {model: haiku}\n")
    assert not dialog.shelf.import_from(path)
    assert "out.yaml:3: others.model: unknown key" in warnings(dialog)[0]
    monkeypatch.setattr(Messages, "ask", lambda *_: True)
    QTest.keyClick(names, Key.Key_Delete)
    assert own.items() == ()

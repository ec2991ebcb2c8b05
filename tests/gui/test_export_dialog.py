"""The export dialog: it says before what it would do, does that, and never goes over what is there unasked."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.frontmatter import Document
from ctxstudio.gui.controllers.exporting import ExportActions
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import ThreadRunner
from ctxstudio.storage import atomic

Make = Callable[[Path], MainWindow]


class Dialog:
    """The dialog as its user sees it, looked up by object names."""

    def __init__(self, window: QtWidgets.QWidget) -> None:
        (self.widget,) = [one for one in window.findChildren(QtWidgets.QDialog, "exportDialog") if one.isVisible()]

    def _child(self, kind: type[QtWidgets.QWidget], name: str) -> QtWidgets.QWidget:
        found = self.widget.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def line(self, name: str) -> QtWidgets.QLineEdit:
        found = self._child(QtWidgets.QLineEdit, name)
        assert isinstance(found, QtWidgets.QLineEdit)
        return found

    def box(self, name: str) -> QtWidgets.QComboBox:
        found = self._child(QtWidgets.QComboBox, name)
        assert isinstance(found, QtWidgets.QComboBox)
        return found

    def button(self, name: str) -> QtWidgets.QAbstractButton:
        found = self._child(QtWidgets.QAbstractButton, name)
        assert isinstance(found, QtWidgets.QAbstractButton)
        return found

    @property
    def summary(self) -> str:
        found = self._child(QtWidgets.QLabel, "exportSummary")
        assert isinstance(found, QtWidgets.QLabel)
        return found.text()

    @property
    def note(self) -> str:
        note = self._child(QtWidgets.QWidget, "exportNote")
        return "" if note.isHidden() else note.accessibleName()

    @property
    def problems(self) -> list[str]:
        found = self._child(QtWidgets.QListWidget, "exportProblems")
        assert isinstance(found, QtWidgets.QListWidget)
        return [] if found.isHidden() else [found.item(row).text() for row in range(found.count())]

    def choose(self, name: str, words: str) -> None:
        box = self.box(name)
        box.setCurrentIndex(next(row for row in range(box.count()) if words in box.itemText(row)))


@pytest.fixture
def settings(tmp_path: Path) -> QtCore.QSettings:
    return QtCore.QSettings(str(tmp_path / "settings.ini"), QtCore.QSettings.Format.IniFormat)


@pytest.fixture
def exporting(make_window: Make, session: Session, agents: Path, settings: QtCore.QSettings) -> ExportActions:
    """Exports of the 67 agents, with settings that are remembered."""
    window = make_window(agents)
    return ExportActions(session, session.runner, Messages(window), settings, window)


def opened(exporting: ExportActions, qtbot: QtBot) -> Dialog:
    exporting.choose()
    window = exporting.parent()
    assert isinstance(window, QtWidgets.QWidget)
    dialog = Dialog(window)
    qtbot.waitUntil(lambda: "Looking" not in dialog.summary)
    return dialog


def settled(dialog: Dialog, qtbot: QtBot, *, says: str) -> None:
    qtbot.waitUntil(lambda: says in dialog.summary or says in dialog.note)


def press(button: QtWidgets.QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled(), button.objectName()
    at = QtCore.QPoint(min(10, button.width() // 2), button.height() // 2)  # a wide box is no box at its middle
    QtTest.QTest.mouseClick(button, QtCore.Qt.MouseButton.LeftButton, pos=at)


def test_the_action_opens_it_and_return_exports(qtbot: QtBot, make_window: Make, agents: Path, tmp_path: Path) -> None:
    window = make_window(agents)
    action = window.findChild(QtGui.QAction, "exportAction")
    assert isinstance(action, QtGui.QAction)
    action.trigger()
    dialog = Dialog(window)
    settled(dialog, qtbot, says="67 agents in 69 files")
    assert dialog.line("exportTargetEdit").text() == str(tmp_path / "agents-export")
    assert not (tmp_path / "agents-export").exists()
    QtTest.QTest.keyClick(dialog.line("exportTargetEdit"), QtCore.Qt.Key.Key_Return)
    assert dialog.summary == f"69 files exported to {tmp_path / 'agents-export'}"
    assert len(list((tmp_path / "agents-export").glob("*.md"))) == 68


def test_the_edits_are_in_the_copies_and_nothing_else_changes(
    qtbot: QtBot, exporting: ExportActions, session: Session, agents: Path, tmp_path: Path
) -> None:
    before = {path.name: path.read_bytes() for path in agents.iterdir()}
    session.edit(["python-pro.md"], "preference", "opus")
    dialog = opened(exporting, qtbot)
    dialog.button("exportCatalogCheck").click()
    dialog.choose("exportScopeBox", "unsaved edits")
    settled(dialog, qtbot, says="1 agent, ")
    assert "66 unchanged agents left out" in dialog.summary
    press(dialog.button("exportButton"))
    assert dialog.summary == f"1 file exported to {tmp_path / 'agents-export'}\n66 unchanged agents left out"
    (copy,) = (tmp_path / "agents-export").iterdir()
    assert copy.read_bytes() == before["python-pro.md"].replace(b"preference: haiku", b"preference: opus")
    assert {path.name: path.read_bytes() for path in agents.iterdir()} == before


def test_the_summary_follows_edits(qtbot: QtBot, exporting: ExportActions, session: Session) -> None:
    dialog = opened(exporting, qtbot)
    dialog.choose("exportScopeBox", "unsaved edits")
    settled(dialog, qtbot, says="No agent has unsaved edits.")
    assert not dialog.button("exportButton").isEnabled()
    session.edit(["python-pro.md", "rust-pro.md"], "effort", "low")
    settled(dialog, qtbot, says="2 agents in 4 files")
    session.undo_stack.undo()
    settled(dialog, qtbot, says="No agent has unsaved edits.")


def test_what_is_there_is_replaced_only_where_that_is_asked_for(
    qtbot: QtBot, exporting: ExportActions, tmp_path: Path
) -> None:
    out = tmp_path / "agents-export"
    out.mkdir()
    for name in ("python-pro.md", "agents.md"):
        (out / name).write_text("mine")
    dialog = opened(exporting, qtbot)
    settled(dialog, qtbot, says="python-pro.md, agents.md are there already.")
    assert not dialog.button("exportButton").isEnabled()
    press(dialog.button("exportReplaceCheck"))
    assert dialog.note == ""
    dialog.line("exportTargetEdit").setText(str(tmp_path / "other"))
    settled(dialog, qtbot, says=str(tmp_path / "other"))
    assert dialog.button("exportReplaceCheck").isHidden()
    dialog.line("exportTargetEdit").setText(str(out))
    settled(dialog, qtbot, says="are there already.")
    assert not dialog.button("exportReplaceCheck").isChecked()  # it was said of another look at it
    assert (out / "agents.md").read_text() == "mine"
    press(dialog.button("exportReplaceCheck"))
    press(dialog.button("exportButton"))
    assert "69 files exported" in dialog.summary
    assert (out / "agents.md").read_text().startswith("# Agents")


def test_files_that_appear_after_the_look_are_refused(qtbot: QtBot, exporting: ExportActions, tmp_path: Path) -> None:
    dialog = opened(exporting, qtbot)
    (tmp_path / "agents-export").mkdir()
    (tmp_path / "agents-export" / "rust-pro.md").write_text("mine")
    press(dialog.button("exportButton"))
    assert "already has rust-pro.md; nothing was written" in dialog.note
    assert [path.name for path in (tmp_path / "agents-export").iterdir()] == ["rust-pro.md"]
    settled(dialog, qtbot, says="rust-pro.md is there already.")


@pytest.mark.parametrize("inside", ["", "sub", "deep/er"])
def test_a_target_in_the_opened_directory_is_refused(
    qtbot: QtBot, exporting: ExportActions, agents: Path, inside: str
) -> None:
    dialog = opened(exporting, qtbot)
    dialog.line("exportTargetEdit").setText(str(agents / inside))
    settled(dialog, qtbot, says="read as agents" if inside else "another folder")
    assert dialog.note.startswith("Error: ")
    assert not dialog.button("exportButton").isEnabled()
    assert len(list(agents.iterdir())) == 67


@pytest.mark.parametrize("typed", ["", "relative/path", "   "])
def test_a_target_that_is_no_whole_path_is_asked_for(qtbot: QtBot, exporting: ExportActions, typed: str) -> None:
    dialog = opened(exporting, qtbot)
    dialog.line("exportTargetEdit").setText(typed)
    settled(dialog, qtbot, says="Write the whole path of the target.")
    assert not dialog.button("exportButton").isEnabled()


def test_a_flat_export_drops_or_keeps_the_extras(
    qtbot: QtBot, exporting: ExportActions, agents: Path, tmp_path: Path
) -> None:
    broken = (agents / "rust-pro.md").read_text().replace("    - Read\n", "    - Telepathy\n", 1)
    (agents / "rust-pro.md").write_text(broken)
    dialog = opened(exporting, qtbot)
    assert dialog.box("exportExtrasBox").isHidden()
    dialog.choose("exportDialectBox", "Claude Code")
    assert not dialog.box("exportExtrasBox").isHidden()
    qtbot.waitUntil(lambda: dialog.problems != [])
    assert dialog.problems == ["rust-pro.md: the tool 'Telepathy' has no known name in the other dialect"]
    assert "66 agents in 68 files" in dialog.summary
    for words, kept in (("Keep", True), ("Drop", False)):
        dialog.line("exportTargetEdit").setText(str(tmp_path / words))
        dialog.choose("exportExtrasBox", words)
        settled(dialog, qtbot, says=f"to {tmp_path / words}")
        qtbot.waitUntil(dialog.button("exportButton").isEnabled)
        press(dialog.button("exportButton"))
        assert dialog.problems == ["rust-pro.md: the tool 'Telepathy' has no known name in the other dialect"]
        document = Document.from_bytes((tmp_path / words / "database-optimizer.md").read_bytes())
        assert document.get("model") == "haiku"
        assert (document.get("modelPolicy") is not None) == kept


def test_a_zip_archive_with_manifest(qtbot: QtBot, exporting: ExportActions, tmp_path: Path) -> None:
    dialog = opened(exporting, qtbot)
    press(dialog.button("exportZipRadio"))
    assert dialog.line("exportTargetEdit").text() == str(tmp_path / "agents-export.zip")
    press(dialog.button("exportManifestCheck"))
    settled(dialog, qtbot, says="67 agents in 70 files")
    settled(dialog, qtbot, says="agents-export.zip")
    qtbot.waitUntil(dialog.button("exportButton").isEnabled)
    press(dialog.button("exportButton"))
    with zipfile.ZipFile(tmp_path / "agents-export.zip") as packed:
        manifest = json.loads(packed.read("manifest.json"))
        assert len(packed.namelist()) == 70
    assert (manifest["date"], len(manifest["files"])) == ("2026-11-24", 69)


def test_the_kind_of_target_is_that_of_its_name(qtbot: QtBot, exporting: ExportActions) -> None:
    dialog = opened(exporting, qtbot)
    dialog.line("exportTargetEdit").setText("/somewhere/x.ZIP")
    assert dialog.button("exportZipRadio").isChecked()
    press(dialog.button("exportFolderRadio"))
    assert dialog.line("exportTargetEdit").text() == "/somewhere/x"


def test_only_what_differs_from_another_folder(
    qtbot: QtBot, exporting: ExportActions, session: Session, agents: Path
) -> None:
    session.edit(["rust-pro.md"], "effort", "low")
    dialog = opened(exporting, qtbot)
    dialog.choose("exportScopeBox", "another folder")
    settled(dialog, qtbot, says="Choose the folder to compare with.")
    dialog.line("exportSinceEdit").setText(str(agents))
    settled(dialog, qtbot, says="1 agent in 3 files")
    dialog.line("exportSinceEdit").setText(str(agents / "rust-pro.md"))
    settled(dialog, qtbot, says="Choose the folder to compare with.")


def test_browsing(
    qtbot: QtBot, make_window: Make, session: Session, agents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ctxstudio.gui.controllers import exporting as module

    asked: list[tuple[str, Path]] = []

    def ask(_: QtWidgets.QWidget, title: str, start: Path) -> Path:
        asked.append((title, start))
        return tmp_path / "chosen"

    def name_archive(*arguments: object, **_: object) -> tuple[str, str]:
        return str(tmp_path / "archive"), ""

    monkeypatch.setattr(module, "ask_for_folder", ask)
    monkeypatch.setattr(QtWidgets.QFileDialog, "getSaveFileName", name_archive)
    window = make_window(agents)
    dialog = opened(window.exporting, qtbot)
    press(dialog.button("exportBrowseButton"))
    assert dialog.line("exportTargetEdit").text() == str(tmp_path / "chosen")
    dialog.choose("exportScopeBox", "another folder")
    press(dialog.button("exportSinceButton"))
    assert dialog.line("exportSinceEdit").text() == str(tmp_path / "chosen")
    assert asked == [("Export to a folder", tmp_path), ("Compare with a folder", tmp_path)]
    press(dialog.button("exportZipRadio"))
    press(dialog.button("exportBrowseButton"))
    assert dialog.line("exportTargetEdit").text() == str(tmp_path / "archive.zip")


def test_the_written_folder_can_be_opened(
    qtbot: QtBot, exporting: ExportActions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    def open_url(url: QtCore.QUrl) -> bool:
        seen.append(Path(url.toLocalFile()))
        return len(seen) < 2

    monkeypatch.setattr(QtGui.QDesktopServices, "openUrl", open_url)
    dialog = opened(exporting, qtbot)
    assert dialog.button("exportOpenButton").isHidden()
    press(dialog.button("exportButton"))
    press(dialog.button("exportOpenButton"))
    assert (seen, dialog.note) == ([tmp_path / "agents-export"], "")
    press(dialog.button("exportOpenButton"))
    assert "No program opens" in dialog.note


def test_choices_are_remembered_but_never_that_files_are_replaced(
    qtbot: QtBot, exporting: ExportActions, settings: QtCore.QSettings, tmp_path: Path
) -> None:
    dialog = opened(exporting, qtbot)
    dialog.choose("exportDialectBox", "Claude Code")
    dialog.choose("exportExtrasBox", "Drop")
    press(dialog.button("exportManifestCheck"))
    press(dialog.button("exportCatalogCheck"))
    dialog.line("exportTargetEdit").setText(str(tmp_path / "mine.zip"))
    settled(dialog, qtbot, says="67 agents in 68 files")
    settled(dialog, qtbot, says="mine.zip")
    qtbot.waitUntil(dialog.button("exportButton").isEnabled)
    press(dialog.button("exportButton"))
    press(dialog.button("exportCloseButton"))
    qtbot.waitUntil(lambda: exporting._dialog is None)
    again = opened(exporting, qtbot)
    assert again.line("exportTargetEdit").text() == str(tmp_path / "mine.zip")
    assert again.button("exportZipRadio").isChecked()
    assert "Claude Code" in again.box("exportDialectBox").currentText()
    assert again.box("exportExtrasBox").currentText() == "Drop it"
    assert again.button("exportManifestCheck").isChecked()
    assert not again.button("exportCatalogCheck").isChecked()
    settled(again, qtbot, says="mine.zip is there already.")
    assert not again.button("exportReplaceCheck").isChecked()
    settings.setValue("export/directory", "/another")
    settings.setValue("export/dialect", "nonsense")
    again.widget.close()
    qtbot.waitUntil(lambda: exporting._dialog is None)
    other = opened(exporting, qtbot)
    assert other.line("exportTargetEdit").text() == str(tmp_path / "agents-export.zip")
    assert other.box("exportDialectBox").currentIndex() == 0


def test_without_settings_nothing_is_remembered(qtbot: QtBot, make_window: Make, agents: Path, tmp_path: Path) -> None:
    window = make_window(agents)
    dialog = opened(window.exporting, qtbot)
    press(dialog.button("exportButton"))
    assert (tmp_path / "agents-export").is_dir()


def test_opening_another_directory_closes_it(qtbot: QtBot, exporting: ExportActions, session: Session) -> None:
    opened(exporting, qtbot)
    session.reload()
    qtbot.waitUntil(lambda: exporting._dialog is None)


def test_the_dialog_is_one_and_leaves_the_window_usable(qtbot: QtBot, exporting: ExportActions) -> None:
    dialog = opened(exporting, qtbot)
    exporting.choose()
    window = exporting.parent()
    assert isinstance(window, QtWidgets.QWidget)
    assert len(window.findChildren(QtWidgets.QDialog, "exportDialog")) == 1
    assert not dialog.widget.isModal()


def test_it_runs_in_the_background_and_can_be_stopped(
    qtbot: QtBot,
    make_window: Make,
    session: Session,
    agents: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, runner = make_window(agents), ThreadRunner()
    exporting = ExportActions(session, runner, Messages(window), None, window)
    dialog = opened(exporting, qtbot)
    qtbot.waitUntil(dialog.button("exportButton").isEnabled)
    real, stop = atomic.create, dialog.button("exportCloseButton")

    def create(path: Path, *arguments: object, **options: object) -> object:
        if path.name == "python-pro.md":  # the user is quicker than the disk
            QtCore.QMetaObject.invokeMethod(stop, "click", QtCore.Qt.ConnectionType.BlockingQueuedConnection)
        return real(path, *arguments, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(atomic, "create", create)
    with qtbot.waitSignal(exporting.ended, timeout=20_000) as ended:
        press(dialog.button("exportButton"))
        assert stop.text() == "&Stop"
        assert not dialog.line("exportTargetEdit").isEnabled()
    assert ended.args == [None, ""]
    assert dialog.summary == "The export was stopped; nothing was written."
    assert not (tmp_path / "agents-export").exists()
    runner.wait()
    qtbot.waitUntil(dialog.button("exportButton").isEnabled)
    dialog.widget.close()


def test_the_end_of_a_session_takes_back_what_was_written(
    qtbot: QtBot, make_window: Make, session: Session, agents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, runner = make_window(agents), ThreadRunner()
    exporting = ExportActions(session, runner, Messages(window), None, window)
    real = atomic.create

    def create(path: Path, *arguments: object, **options: object) -> object:
        if path.name == "django-pro.md":
            runner.cancel()
        return real(path, *arguments, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(atomic, "create", create)
    exporting.export_to(tmp_path / "out")
    runner.wait()
    assert not (tmp_path / "out").exists()


def test_progress_is_shown(qtbot: QtBot, exporting: ExportActions) -> None:
    dialog = opened(exporting, qtbot)
    bar = dialog.widget.findChild(QtWidgets.QProgressBar, "exportProgress")
    assert isinstance(bar, QtWidgets.QProgressBar)
    seen: list[tuple[bool, str]] = []
    exporting.progressed.connect(lambda _: seen.append((bar.isVisible(), bar.text())))
    press(dialog.button("exportButton"))
    assert (True, "Preparing 60 of 67") in seen
    assert seen[-1] == (True, "Writing 69 of 69")
    assert bar.isHidden()


def test_an_export_without_dialog_is_told_by_the_window(make_window: Make, agents: Path, tmp_path: Path) -> None:
    window = make_window(agents)
    said: list[str] = []
    window.messages.said.connect(said.append)
    window.exporting.export_to(tmp_path / "out")
    assert said == [f"67 files exported to {tmp_path / 'out'}"]
    window.exporting.export_to(tmp_path / "out")
    (box,) = window.findChildren(QtWidgets.QMessageBox)
    assert "nothing was written" in box.text()
    box.close()

"""The main way through the window, on real files: open, filter, edit, look, undo, redo, save, read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.dialogs.conflicts import ConflictDialog
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.session import Session
from ctxstudio.main import create_window
from tests.gui.looking import select_row

Make = Callable[[Path], MainWindow]
_AT_FIRST = (
    "67 agents: 27 sonnet, 31 haiku, 9 context-dependent; strategy: $7,080 per day, 52.8 % below all-sonnet; 0 unsaved"
)


def table_of(window: QtWidgets.QWidget) -> QtWidgets.QTableView:
    found = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(found, QtWidgets.QTableView)
    return found


def column_of(table: QtWidgets.QTableView, field_id: str) -> int:
    header, role = QtCore.Qt.Orientation.Horizontal, QtCore.Qt.ItemDataRole.UserRole
    return next(c for c in range(table.model().columnCount()) if table.model().headerData(c, header, role) == field_id)


def row_of(table: QtWidgets.QTableView, name: str) -> int:
    column = column_of(table, "name")
    return next(r for r in range(table.model().rowCount()) if table.model().index(r, column).data() == name)


def cell(table: QtWidgets.QTableView, name: str, field_id: str) -> QtCore.QModelIndex:
    return table.model().index(row_of(table, name), column_of(table, field_id))


def summary(window: QtWidgets.QWidget) -> str:
    label = window.findChild(QtWidgets.QLabel, "statusSummary")
    assert isinstance(label, QtWidgets.QLabel)
    return label.text()


def action(window: QtWidgets.QWidget, name: str) -> QtGui.QAction:
    found = window.findChild(QtGui.QAction, name)
    assert isinstance(found, QtGui.QAction)
    return found


def type_into_cell(table: QtWidgets.QTableView, index: QtCore.QModelIndex, text: str) -> None:
    """Edit a cell as a user does: open the editor by its key, type, Enter."""
    table.setCurrentIndex(index)
    table.setFocus()
    table.edit(index)
    editor = table.viewport().findChild(QtWidgets.QComboBox) or table.viewport().findChild(QtWidgets.QLineEdit)
    assert editor is not None
    line = editor.lineEdit() if isinstance(editor, QtWidgets.QComboBox) else editor
    assert isinstance(line, QtWidgets.QLineEdit)
    line.selectAll()
    QtTest.QTest.keyClicks(line, text)
    QtTest.QTest.keyClick(line, QtCore.Qt.Key.Key_Return)


def test_the_main_way(qtbot: QtBot, make_window: Make, session: Session, disk: Disk, agents: Path) -> None:
    window = make_window(agents)
    table = table_of(window)
    assert table.model().rowCount() == 67
    qtbot.waitUntil(lambda: summary(window) == _AT_FIRST)

    filter_edit = window.findChild(QtWidgets.QLineEdit, "filterEdit")
    assert isinstance(filter_edit, QtWidgets.QLineEdit)
    QtTest.QTest.keyClicks(filter_edit, "model:sonnet code-rev")
    assert [table.model().index(row, 0).data() for row in range(table.model().rowCount())] == ["code-reviewer"]
    assert cell(table, "code-reviewer", "verdict").data() == "strong"

    path, before = agents / "code-reviewer.md", (agents / "code-reviewer.md").read_bytes()
    chart = window.findChild(QtWidgets.QWidget, "costChart")
    assert isinstance(chart, QtWidgets.QWidget)
    picture = chart.grab().toImage()
    type_into_cell(table, cell(table, "code-reviewer", "preference"), "haiku")
    filter_edit.clear()
    assert cell(table, "code-reviewer", "preference").data() == "haiku"
    assert cell(table, "code-reviewer", "verdict").data() == "reconsider"
    assert cell(table, "code-reviewer", "preference").data(QtCore.Qt.ItemDataRole.FontRole).bold()
    # 27 sonnet agents share 1.4 calls a task at $3 and $0.80: one of them on haiku saves 2.2 * 1,400 / 27 a day.
    qtbot.waitUntil(lambda: "26 sonnet, 32 haiku" in summary(window))
    assert f"−${2.2 * 1400 / 27:,.2f} per day pending; 1 unsaved" in summary(window)
    qtbot.waitUntil(lambda: chart.grab().toImage() != picture)
    assert path.read_bytes() == before

    action(window, "undoAction").trigger()
    assert cell(table, "code-reviewer", "preference").data() == "sonnet"
    qtbot.waitUntil(lambda: summary(window).endswith("; 0 unsaved"))
    action(window, "redoAction").trigger()
    assert cell(table, "code-reviewer", "preference").data() == "haiku"

    with qtbot.waitSignal(disk.saved):
        action(window, "saveAllAction").trigger()
    assert path.read_bytes() == before.replace(b"preference: sonnet", b"preference: haiku")
    assert not session.workspace.changed()
    action(window, "undoAction").trigger()
    with qtbot.waitSignal(disk.saved):
        action(window, "saveAllAction").trigger()
    assert path.read_bytes() == before


def test_one_edit_of_many_agents_is_one_undo_step(make_window: Make, session: Session, agents: Path) -> None:
    table = table_of(make_window(agents))
    told: list[object] = []
    session.agents_changed.connect(told.append)
    table.selectAll()
    assert len(session.selection) == 67
    table.model().setData(cell(table, "python-pro", "effort"), "low")
    assert {agent.policy.effort for agent in session.workspace.fleet()} == {"low"}
    assert session.undo_stack.count() == 1
    assert len(told) == 1
    session.undo_stack.undo()
    assert not session.workspace.changed()


def test_apply_recommendation_revert_and_save_selected(
    qtbot: QtBot, make_window: Make, session: Session, disk: Disk, agents: Path
) -> None:
    window = make_window(agents)
    table = table_of(window)
    select_row(table, row_of(table, "python-pro"))
    table.model().setData(cell(table, "python-pro", "preference"), "opus")
    assert session.workspace.agent("python-pro.md").policy.preference == "opus"
    action(window, "applyRecommendationAction").trigger()
    assert session.workspace.agent("python-pro.md").policy.preference == "haiku"
    assert not session.workspace.changed()
    table.model().setData(cell(table, "python-pro", "preference"), "opus")
    action(window, "revertAction").trigger()
    assert not session.workspace.changed()
    table.model().setData(cell(table, "python-pro", "preference"), "opus")
    with qtbot.waitSignal(disk.saved):
        action(window, "saveAction").trigger()
    assert "preference: opus" in (agents / "python-pro.md").read_text()


def test_an_exact_model_id_survives_edits_of_other_fields(
    qtbot: QtBot, make_window: Make, session: Session, disk: Disk, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("---\nname: a\nmodel: claude-sonnet-4-5-20250929\n---\nbody\n")
    table = table_of(make_window(tmp_path))
    table.model().setData(cell(table, "a", "effort"), "high")
    table.model().setData(cell(table, "a", "fallbacks"), "haiku, opus")
    with qtbot.waitSignal(disk.saved):
        disk.save_all()
    assert (tmp_path / "a.md").read_text() == (
        "---\nname: a\nmodel: claude-sonnet-4-5-20250929\nmodelPolicy:\n  fallbacks:\n    - haiku\n    - opus\n"
        "effort: high\n---\nbody\n"
    )


def test_the_contract_window_loads_in_the_background(qtbot: QtBot, agents: Path) -> None:
    window = create_window(agents)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(window.loading_finished, timeout=20_000):
        pass
    assert table_of(window).model().rowCount() == 67
    for name in (
        "agentTable", "filterEdit", "inspector", "preferenceBox", "fallbacksEdit", "escalationBox", "triggersEdit",
        "fastPathBox", "fastPathTriggersEdit", "reasoningEdit", "traitsView", "diffView", "costChart", "scenarioBox",
        "notLoadedView", "statusSummary",
    ):  # fmt: skip
        assert window.findChild(QtWidgets.QWidget, name) is not None, name
    for name in (
        "openAction", "saveAction", "saveAllAction", "revertAction", "undoAction", "redoAction", "exportAction",
        "applyRecommendationAction", "reloadAction",
    ):  # fmt: skip
        assert action(window, name).text(), name


def test_a_directory_that_is_not_there_is_said(qtbot: QtBot, make_window: Make, tmp_path: Path) -> None:
    window = make_window(tmp_path / "nowhere")
    qtbot.waitUntil(lambda: bool(window.findChildren(QtWidgets.QMessageBox)))
    box = window.findChildren(QtWidgets.QMessageBox)[0]
    assert "does not exist" in box.text()
    box.close()


def test_a_filter_that_does_not_parse_keeps_the_last_result(make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    filter_edit = window.findChild(QtWidgets.QLineEdit, "filterEdit")
    assert isinstance(filter_edit, QtWidgets.QLineEdit)
    filter_edit.setText("model:haiku")
    rows = table_of(window).model().rowCount()
    filter_edit.setText("model:haiku score.sonnet>many")
    assert table_of(window).model().rowCount() == rows
    assert "'many' is not a number (at character 26)" in filter_edit.toolTip()


def test_export_writes_the_edits_and_never_over_files(make_window: Make, agents: Path, tmp_path: Path) -> None:
    window = make_window(agents)
    table = table_of(window)
    table.model().setData(cell(table, "python-pro", "preference"), "opus")
    window.exporting.export_to(tmp_path / "out")
    assert "preference: opus" in (tmp_path / "out" / "python-pro.md").read_text()
    assert "preference: haiku" in (agents / "python-pro.md").read_text()
    (tmp_path / "out" / "python-pro.md").write_text("mine")
    window.exporting.export_to(tmp_path / "out")
    assert (tmp_path / "out" / "python-pro.md").read_text() == "mine"
    assert window.findChildren(QtWidgets.QMessageBox)


def test_what_is_being_typed_into_a_cell_is_saved_too(
    qtbot: QtBot, make_window: Make, session: Session, disk: Disk, agents: Path
) -> None:
    window = make_window(agents)
    table = table_of(window)
    index = cell(table, "rust-pro", "preference")
    table.setCurrentIndex(index)
    table.edit(index)
    box = table.viewport().findChild(QtWidgets.QComboBox)
    assert isinstance(box, QtWidgets.QComboBox)
    box.setEditText("opus")
    with qtbot.waitSignal(disk.saved):
        action(window, "saveAllAction").trigger()
    assert "preference: opus" in (agents / "rust-pro.md").read_text()


def test_an_edit_never_lands_on_a_row_that_the_filter_hides(make_window: Make, session: Session, agents: Path) -> None:
    window = make_window(agents)
    table = table_of(window)
    table.selectAll()
    filter_edit = window.findChild(QtWidgets.QLineEdit, "filterEdit")
    assert isinstance(filter_edit, QtWidgets.QLineEdit)
    filter_edit.setText("model:haiku rust")
    assert list(session.selection) == ["rust-pro.md"]
    filter_edit.setText("nothing at all")
    assert list(session.selection) == []
    assert table.model().rowCount() == 0


def test_a_conflict_shows_both_sides_and_is_saved_once_it_is_decided(
    qtbot: QtBot, make_window: Make, session: Session, disk: Disk, agents: Path
) -> None:
    window = make_window(agents)
    table = table_of(window)
    table.model().setData(cell(table, "rust-pro", "preference"), "opus")
    path = agents / "rust-pro.md"
    path.write_text(path.read_text().replace("preference: haiku", "preference: fable"))
    with qtbot.waitSignal(disk.saved):
        action(window, "saveAllAction").trigger()
    assert "preference: fable" in path.read_text()
    tip = cell(table, "rust-pro", "preference").data(QtCore.Qt.ItemDataRole.ToolTipRole)
    assert "now: opus\non disk: fable" in tip
    action(window, "saveAllAction").trigger()
    assert "preference: fable" in path.read_text()
    window.saving.decide_conflicts()
    dialog = window.findChild(QtWidgets.QDialog, "conflictDialog")
    assert isinstance(dialog, ConflictDialog)
    dialog.mine.click()
    dialog.apply.click()
    with qtbot.waitSignal(disk.saved):
        action(window, "saveAllAction").trigger()
    assert "preference: opus" in path.read_text()


def test_the_totals_follow_the_scenario(qtbot: QtBot, make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    box = window.findChild(QtWidgets.QComboBox, "scenarioBox")
    assert isinstance(box, QtWidgets.QComboBox)
    box.setCurrentIndex(next(at for at in range(box.count()) if box.itemText(at).startswith("realistic")))
    qtbot.waitUntil(lambda: "realistic: $47.40 per day, 68.4 % below all-sonnet" in summary(window))


def test_a_fleet_without_prices_costs_no_zero(qtbot: QtBot, make_window: Make, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nname: a\nmodel: bogus\n---\n")
    window = make_window(tmp_path)
    qtbot.waitUntil(lambda: "cost unknown, no price for 1 model" in summary(window))
    assert "$0" not in summary(window)


def test_the_narrowest_window_still_draws(qtbot: QtBot, make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    qtbot.waitUntil(lambda: "7,080" in summary(window))
    window.resize(window.minimumSizeHint())
    QtWidgets.QApplication.processEvents()
    assert not window.grab().isNull()

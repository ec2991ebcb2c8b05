"""The history: what can be undone, where the present state stands, which state is on disk, and going to any of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.disk import Disk, FileWork
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.session import Session
from ctxstudio.storage.journal import Change

Make = Callable[[Path], MainWindow]


def history_of(window: QtWidgets.QWidget) -> QtWidgets.QTreeView:
    dock = window.findChild(QtWidgets.QDockWidget, "historyDock")
    assert isinstance(dock, QtWidgets.QDockWidget)
    dock.show()
    view = window.findChild(QtWidgets.QTreeView, "historyView")
    assert isinstance(view, QtWidgets.QTreeView)
    return view


def rows(view: QtWidgets.QTreeView) -> list[tuple[str, str]]:
    model = view.model()
    return [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]


def click(view: QtWidgets.QTreeView, row: int) -> None:
    place = view.visualRect(view.model().index(row, 0)).center()
    QtTest.QTest.mouseClick(view.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=place)


def action(window: QtWidgets.QWidget, name: str) -> QtGui.QAction:
    found = window.findChild(QtGui.QAction, name)
    assert isinstance(found, QtGui.QAction)
    return found


def said(window: MainWindow) -> list[str]:
    messages: list[str] = []
    window.messages.said.connect(messages.append)
    return messages


def test_it_is_hidden_until_asked_for(make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    dock = window.findChild(QtWidgets.QDockWidget, "historyDock")
    assert isinstance(dock, QtWidgets.QDockWidget)
    assert dock.isHidden()
    dock.toggleViewAction().trigger()
    assert not dock.isHidden()
    view_menu = next(a.menu() for a in window.menuBar().actions() if a.text() == "&View")
    assert isinstance(view_menu, QtWidgets.QMenu)
    assert dock.toggleViewAction() in view_menu.actions()


def test_steps_are_listed_and_the_present_one_is_marked(make_window: Make, session: Session, agents: Path) -> None:
    view = history_of(make_window(agents))
    assert rows(view) == [("As opened", "now, on disk")]
    session.edit(["python-pro.md", "rust-pro.md"], "effort", "low")
    session.edit(["python-pro.md"], "preference", "opus")
    session.undo_stack.undo()
    assert rows(view) == [
        ("As opened", "on disk"),
        ("Set effort of 2 agents", "now"),
        ("Set preference of python-pro", "undone"),
    ]
    assert view.currentIndex().row() == 1
    role = QtCore.Qt.ItemDataRole
    assert view.model().index(1, 0).data(role.FontRole).bold()
    assert view.model().index(2, 0).data(role.AccessibleTextRole) == "Set preference of python-pro, undone"


def test_a_click_goes_to_any_state(make_window: Make, session: Session, agents: Path) -> None:
    window = make_window(agents)
    view, messages = history_of(window), said(window)
    for effort in ("low", "medium", "high"):
        session.edit(["python-pro.md", "rust-pro.md"], "effort", effort)
    click(view, 1)
    assert session.workspace.agent("python-pro.md").policy.effort == "low"
    assert [state for _, state in rows(view)] == ["on disk", "now", "undone", "undone"]
    assert messages == ["2 steps undone (python-pro, rust-pro)"]
    click(view, 3)
    assert session.workspace.agent("python-pro.md").policy.effort == "high"
    assert messages[-1] == "2 steps done again (python-pro, rust-pro)"
    click(view, 3)
    assert len(messages) == 2


def test_return_goes_to_the_row_the_arrows_reached(make_window: Make, session: Session, agents: Path) -> None:
    view = history_of(make_window(agents))
    session.edit(["python-pro.md"], "effort", "low")
    session.edit(["python-pro.md"], "effort", "high")
    view.setFocus()
    QtTest.QTest.keyClick(view, QtCore.Qt.Key.Key_Home)
    assert session.undo_stack.index() == 2
    QtTest.QTest.keyClick(view, QtCore.Qt.Key.Key_Return)
    assert session.undo_stack.index() == 0
    assert not session.workspace.changed_count


def test_the_state_on_disk_is_marked_whatever_the_way_there(
    qtbot: QtBot, make_window: Make, session: Session, disk: Disk, agents: Path
) -> None:
    view = history_of(make_window(agents))
    session.edit(["python-pro.md"], "effort", "low")
    session.edit(["rust-pro.md"], "effort", "low")
    with qtbot.waitSignal(disk.saved):
        disk.save_all()
    assert [state for _, state in rows(view)] == ["", "", "now, on disk"]
    session.undo_stack.undo()
    assert [state for _, state in rows(view)] == ["", "now", "on disk, undone"]
    session.edit(["rust-pro.md"], "effort", "low")  # another way to what is on disk
    assert [state for _, state in rows(view)] == ["", "", "now, on disk"]
    session.edit(["rust-pro.md", "python-pro.md"], "effort", "high")
    with qtbot.waitSignal(disk.saved):
        disk.save(["rust-pro.md"])
    assert [state for _, state in rows(view)] == ["", "", "", "now"]  # no state is on disk as a whole


def test_an_edit_after_going_back_forgets_what_was_undone(make_window: Make, session: Session, agents: Path) -> None:
    view = history_of(make_window(agents))
    session.edit(["python-pro.md"], "effort", "low")
    click(view, 0)
    session.edit(["python-pro.md"], "effort", "high")
    assert len(rows(view)) == 2
    session.reload()
    assert rows(view) == [("As opened", "now, on disk")]


def test_what_happens_while_it_is_hidden_is_seen_later(make_window: Make, session: Session, agents: Path) -> None:
    window = make_window(agents)
    session.edit(["python-pro.md"], "effort", "low")
    assert [state for _, state in rows(history_of(window))] == ["on disk", "now"]


def test_the_actions_say_what_they_undo(make_window: Make, session: Session, agents: Path) -> None:
    window = make_window(agents)
    undo, redo = action(window, "undoAction"), action(window, "redoAction")
    assert (undo.text(), redo.text(), undo.isEnabled()) == ("&Undo", "&Redo", False)
    session.edit(list(session.workspace.ids())[:12], "effort", "low")
    assert undo.text() == "&Undo set effort of 12 agents"
    undo.trigger()
    assert (undo.text(), redo.text()) == ("&Undo", "&Redo set effort of 12 agents")
    assert undo.iconText() == "Undo"


@pytest.mark.parametrize("name", ["R&D", "a\nb", "<b>x</b>"])
def test_odd_names_stay_plain_text(make_window: Make, session: Session, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a.md").write_text(f"---\nname: {name!r}\nmodel: haiku\n---\n".replace("'", '"'))
    window = make_window(folder)
    session.edit(["a.md"], "effort", "low")
    text = action(window, "undoAction").text()
    assert text.count("&") == 1 + 2 * name.count("&")
    assert "\n" not in rows(history_of(window))[1][0]


def test_undo_tells_which_agents_it_touched(make_window: Make, session: Session, agents: Path) -> None:
    window = make_window(agents)
    messages = said(window)
    ids = list(session.workspace.ids())
    session.edit(ids[:6], "effort", "low")
    session.edit(["python-pro.md"], "effort", "high")
    action(window, "undoAction").trigger()
    assert messages[-1] == "undone: set effort of python-pro"
    action(window, "undoAction").trigger()
    first = ", ".join(id.removesuffix(".md") for id in ids[:4])
    assert messages[-1] == f"undone: set effort of 6 agents ({first} and 2 more)"
    action(window, "redoAction").trigger()
    assert messages[-1].startswith("done again: set effort of 6 agents")


def test_undo_brings_into_view_what_it_touched(make_window: Make, session: Session, agents: Path) -> None:
    window = make_window(agents)
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    last = session.workspace.ids()[-1]
    session.edit([last], "effort", "low")
    row = next(r for r in range(table.model().rowCount()) if table.model().index(r, 0).data() == last[:-3])
    index = table.model().index(row, 0)
    table.scrollToTop()
    before = session.selection
    assert not table.viewport().rect().intersects(table.visualRect(index))
    action(window, "undoAction").trigger()
    assert table.viewport().rect().intersects(table.visualRect(index))
    assert session.selection == before


def test_file_work_is_a_step_too(make_window: Make, session: Session, disk: Disk, agents: Path) -> None:
    window = make_window(agents)
    view, messages = history_of(window), said(window)
    gone = agents / "rust-pro.md"
    before = gone.read_bytes()
    disk.do(FileWork("delete rust-pro", (Change("rust-pro.md", before, None),)))
    assert rows(view) == [("As opened", ""), ("Delete rust-pro", "now, on disk")]
    action(window, "undoAction").trigger()
    assert gone.read_bytes() == before
    assert messages[-1] == "undone: delete rust-pro"
    assert rows(view)[0] == ("As opened", "now, on disk")


def test_what_could_not_be_undone_is_not_said_to_be(
    make_window: Make, session: Session, disk: Disk, agents: Path
) -> None:
    window = make_window(agents)
    messages = said(window)
    disk.do(FileWork("delete rust-pro", (Change("rust-pro.md", (agents / "rust-pro.md").read_bytes(), None),)))
    (agents / "rust-pro.md").write_text("---\nname: another\n---\n")
    action(window, "undoAction").trigger()
    assert messages == []
    for box in window.findChildren(QtWidgets.QMessageBox):
        box.close()

"""The whole window by keyboard and through the accessibility interface, whatever panels and dialogs it has."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui import action_list, actions, theme
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.session import Session
from ctxstudio.storage import shipped

Make = Callable[[Path], MainWindow]
_Policy = QtCore.Qt.FocusPolicy
_Role = QtGui.QAccessible.Role
_Text = QtGui.QAccessible.Text
_NO_ROLES = (_Role.NoRole, _Role.Client, _Role.Pane, _Role.Window, _Role.Grouping)
"""What a widget is that nobody described."""
_MOST_TABS = 250


# What is looked at


def focusable(root: QtWidgets.QWidget) -> Iterator[QtWidgets.QWidget]:
    """The visible widgets that can have the focus themselves."""
    for widget in root.findChildren(QtWidgets.QWidget):
        empty = isinstance(widget, QtWidgets.QLabel) and not widget.text()
        if widget.isVisible() and widget.focusPolicy() != _Policy.NoFocus and not widget.focusProxy() and not empty:
            yield widget


def interface(widget: QtWidgets.QWidget) -> QtGui.QAccessibleInterface:
    found = QtGui.QAccessible.queryAccessibleInterface(widget)
    assert found is not None, widget
    return found


def name_of(widget: QtWidgets.QWidget) -> str:
    """What a screen reader calls a widget. The interface's name of a combo box is its value on Linux."""
    if isinstance(widget, QtWidgets.QComboBox):
        return widget.accessibleName() or _label_of(widget)
    return interface(widget).text(_Text.Name) or _label_of(widget)


def _label_of(widget: QtWidgets.QWidget) -> str:
    labels = interface(widget).relations(QtGui.QAccessible.RelationFlag.Label)
    return " ".join(label.text(_Text.Name) for label, _ in labels)


def described(widget: QtWidgets.QWidget) -> str:
    """A widget for the list of violations."""
    above, names = widget, list[str]()
    for _ in range(3):
        names.append(above.objectName() or type(above).__name__)
        parent = above.parentWidget()
        if parent is None:
            break
        above = parent
    return f"{type(widget).__name__} {' in '.join(names)}"


def violations(root: QtWidgets.QWidget) -> list[str]:
    """Focusable widgets without a name or with a role that says nothing."""
    found = []
    for widget in focusable(root):
        if isinstance(widget, QtWidgets.QDialog | QtWidgets.QMainWindow):
            continue
        if not name_of(widget).strip():
            found.append(f"no name: {described(widget)}")
        if interface(widget).role() in _NO_ROLES:
            found.append(f"role {interface(widget).role().name}: {described(widget)}")
    return found


@pytest.fixture
def window(make_window: Make, session: Session, tmp_path: Path) -> MainWindow:
    """The window with all its docks on a few agents, some of them edited or odd, and something that is not loaded."""
    folder = tmp_path / "few"
    folder.mkdir()
    for path in sorted(shipped.sample_agents().iterdir())[::9]:
        shutil.copy(path, folder)
    shutil.copy(shipped.sample_agents() / "python-pro.md", folder)
    (folder / "README.md").write_text("# no agent\n")
    (folder / "odd.md").write_text(
        "---\nname: odd\nmodel: sonet\nmodelPolicy: {escalation: {to: haiku, when: []}}\n---\n"
    )
    made = make_window(folder)
    made.resize(1600, 1200)
    for dock in made.findChildren(QtWidgets.QDockWidget):
        dock.show()
    session.edit(["python-pro.md", "odd.md"], "effort", "low")
    return made


def pages(root: QtWidgets.QWidget) -> Iterator[str]:
    """Show every page of every tab bar, one after the other."""
    yield "at first"
    for bar in root.findChildren(QtWidgets.QTabBar):
        if bar.isVisible():
            for position in range(bar.count()):
                bar.setCurrentIndex(position)
                QtWidgets.QApplication.processEvents()
                yield bar.tabText(position)


# Names and roles


@pytest.mark.parametrize(
    "selected", [["python-pro.md"], ["python-pro.md", "ansible-specialist.md", "odd.md"], ["odd.md"]]
)
def test_whatever_can_have_the_focus_has_a_name_and_a_role(
    window: MainWindow, session: Session, selected: list[str]
) -> None:
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    table.clearSelection()
    flags = QtCore.QItemSelectionModel.SelectionFlag
    for row in range(table.model().rowCount()):
        if f"{table.model().index(row, 0).data()}.md" in selected:
            table.selectionModel().select(table.model().index(row, 0), flags.Select | flags.Rows)
    assert set(session.selection) == set(selected)
    found = {violation for _ in pages(window) for violation in violations(window)}
    assert sorted(found) == []


def test_icons_without_words_have_a_name(window: MainWindow) -> None:
    nameless = [
        described(button)
        for button in window.findChildren(QtWidgets.QAbstractButton)
        if button.isVisible() and not interface(button).text(_Text.Name).strip()
        and not button.objectName().startswith("qt_")
    ]  # fmt: skip
    assert nameless == []


def test_rows_of_the_table_are_spoken_with_what_the_eye_sees(window: MainWindow, session: Session) -> None:
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    model = table.model()
    role = QtCore.Qt.ItemDataRole
    bold = [
        model.index(row, column)
        for row in range(model.rowCount())
        for column in range(model.columnCount())
        if (font := model.index(row, column).data(role.FontRole)) is not None and font.bold()
    ]
    assert len(bold) >= 2
    assert all("changed" in index.data(role.AccessibleTextRole) for index in bold)


def _coloured(view: QtWidgets.QAbstractItemView) -> Iterator[QtCore.QModelIndex]:
    role = QtCore.Qt.ItemDataRole

    def below(parent: QtCore.QModelIndex) -> Iterator[QtCore.QModelIndex]:
        for row in range(min(view.model().rowCount(parent), 100)):
            columns = 1 if isinstance(view, QtWidgets.QListView) else view.model().columnCount(parent)
            for column in range(columns):
                index = view.model().index(row, column, parent)
                if any(index.data(one) is not None for one in (role.ForegroundRole, role.BackgroundRole)):
                    yield index
            yield from below(view.model().index(row, 0, parent))

    yield from below(QtCore.QModelIndex())


def test_no_cell_says_something_by_colour_alone(window: MainWindow) -> None:
    role, seen, silent = QtCore.Qt.ItemDataRole, 0, []
    for view in window.findChildren(QtWidgets.QAbstractItemView):
        if view.model() is None or view.window() is not window:
            continue
        for index in _coloured(view):
            seen += 1
            if not str(index.data(role.DisplayRole) or index.data(role.AccessibleTextRole) or "").strip():
                silent.append(f"{described(view)}: row {index.row()}, column {index.column()}")
    assert seen > 10
    assert silent == []


def test_a_wrong_filter_is_told_in_words(window: MainWindow) -> None:
    edit = window.findChild(QtWidgets.QLineEdit, "filterEdit")
    assert isinstance(edit, QtWidgets.QLineEdit)
    edit.setText("score.sonnet>many")
    assert "many" in interface(edit).text(_Text.Description)


def test_words_stand_out_from_their_ground(qapp: QtWidgets.QApplication) -> None:
    """WCAG 2.1: a contrast of at least 4.5 for text."""
    palettes = [qapp.palette()]
    try:
        theme.apply(qapp, "dark")
        palettes.append(qapp.palette())
    finally:
        theme.apply(qapp, "light")
    assert [theme.is_dark(palette) for palette in palettes] == [False, True]
    roles = QtGui.QPalette.ColorRole
    for palette in palettes:
        for words, *grounds in (
            (roles.Text, roles.Base, roles.AlternateBase),
            (roles.WindowText, roles.Window),
            (roles.ButtonText, roles.Button),
            (roles.HighlightedText, roles.Highlight),
            (roles.ToolTipText, roles.ToolTipBase),
            (roles.PlaceholderText, roles.Base, roles.Window),
        ):
            for ground in grounds:
                assert contrast(palette.color(words), palette.color(ground)) >= 4.5, (words, ground)
        for role in ("warning", "error", "added", "removed", "muted"):
            assert contrast(theme.role_color(role, palette), palette.color(roles.Base)) >= 4.5, role


def contrast(one: QtGui.QColor, other: QtGui.QColor) -> float:
    def luminance(color: QtGui.QColor) -> float:
        parts = (color.redF(), color.greenF(), color.blueF())
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# The keyboard


def test_every_action_has_a_text_and_a_sentence(window: MainWindow) -> None:
    for one in action_list.listed(window):
        assert one.title.strip(), one
        assert not one.title.startswith("<"), one
    for spec in actions.ACTIONS:
        assert spec.tip.endswith("."), spec.id


def test_every_action_is_reached_by_keyboard(window: MainWindow) -> None:
    """By a menu, by keys of its own, by a button that Tab reaches, or by the menu key on a widget."""
    context = QtCore.Qt.ContextMenuPolicy.ActionsContextMenu
    out_of_reach = []
    for one in action_list.listed(window):
        widgets = [widget for widget in one.action.associatedObjects() if isinstance(widget, QtWidgets.QWidget)]
        by_menu = any(isinstance(widget, QtWidgets.QMenu) for widget in widgets)
        by_button = any(
            isinstance(widget, QtWidgets.QAbstractButton) and widget.focusPolicy() & _Policy.TabFocus.value
            for widget in widgets
        )
        by_menu_key = any(
            widget.contextMenuPolicy() is context and widget.focusPolicy() != _Policy.NoFocus for widget in widgets
        )
        if not (by_menu or by_button or by_menu_key or one.keys):
            out_of_reach.append(f"{one.menu}: {one.title}")
    assert out_of_reach == []


def test_menus_are_reached_by_a_letter(window: MainWindow) -> None:
    for action in window.menuBar().actions():
        assert not QtGui.QKeySequence.mnemonic(action.text()).isEmpty(), action.text()


def tabbed(window: MainWindow, start: QtWidgets.QWidget) -> list[QtWidgets.QWidget]:
    """The widgets that get the focus while Tab is pressed until it comes round."""
    window.activateWindow()
    assert QtTest.QTest.qWaitForWindowActive(window)
    start.setFocus()
    visited: list[QtWidgets.QWidget] = []
    for _ in range(_MOST_TABS):
        now = QtWidgets.QApplication.focusWidget()
        assert now is not None
        if now in visited:
            return visited
        visited.append(now)
        QtTest.QTest.keyClick(now, QtCore.Qt.Key.Key_Tab)
    raise AssertionError(f"Tab comes never round: {[described(widget) for widget in visited[-4:]]}")


def test_tab_reaches_every_panel_and_every_field(window: MainWindow) -> None:
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    for page in pages(window):
        visited = tabbed(window, table)
        assert table in visited, page
        wanted = [
            widget
            for widget in focusable(window)
            if widget.focusPolicy().value & _Policy.TabFocus.value and widget.isEnabled()
        ]
        assert [described(widget) for widget in wanted if widget not in visited] == [], page
        for dock in window.findChildren(QtWidgets.QDockWidget):
            content = dock.widget()
            if content.isVisible() and not content.visibleRegion().isEmpty():
                inside = any(content is widget or content.isAncestorOf(widget) for widget in visited)
                assert inside, (dock.objectName(), page)


def test_shift_tab_is_the_way_back(window: MainWindow) -> None:
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    forth = tabbed(window, table)
    table.setFocus()
    back: list[QtWidgets.QWidget] = [table]
    while len(back) < len(forth):
        now = QtWidgets.QApplication.focusWidget()
        assert now is not None
        QtTest.QTest.keyClick(now, QtCore.Qt.Key.Key_Backtab)
        now = QtWidgets.QApplication.focusWidget()
        assert now is not None
        back.append(now)
    assert back == [forth[0], *reversed(forth[1:])]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_focus_is_seen(window: MainWindow, qapp: QtWidgets.QApplication, name: str) -> None:
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    try:
        theme.apply(qapp, name)
        unseen = []
        visited = tabbed(window, table)
        for widget, other in zip(visited, visited[1:] + visited[:1], strict=True):
            other.setFocus(QtCore.Qt.FocusReason.TabFocusReason)
            without = picture(widget)
            widget.setFocus(QtCore.Qt.FocusReason.TabFocusReason)
            if picture(widget) == without:
                unseen.append(described(widget))
        assert unseen == []
    finally:
        theme.apply(qapp, "light")


def picture(widget: QtWidgets.QWidget) -> QtGui.QImage:
    """A widget with what is around it, for some draw the focus on a frame; without a cursor that blinks."""
    QtWidgets.QApplication.processEvents()
    shown = widget.parentWidget() or widget
    return shown.grab().toImage()


# Dialogs


def dialogs() -> list[QtWidgets.QDialog]:
    shown = [widget for widget in QtWidgets.QApplication.topLevelWidgets() if widget.isVisible()]
    return [widget for widget in shown if isinstance(widget, QtWidgets.QDialog)]


@pytest.mark.parametrize(
    "spec", [spec for spec in actions.ACTIONS if spec.text.endswith("…")], ids=lambda spec: spec.id
)
def test_what_the_dialogs_of_actions_hold_has_a_name(
    window: MainWindow, qtbot: QtBot, spec: actions.ActionSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    seen: list[str] = []

    def look() -> None:
        for dialog in dialogs():
            seen.append(dialog.windowTitle())
            found.extend(f"{dialog.windowTitle()}: {violation}" for violation in violations(dialog))
            found.extend(["a dialog without a title"] if not dialog.windowTitle() else [])
            dialog.reject()

    def no_file(*_: Any, **__: Any) -> int:
        return 0

    monkeypatch.setattr(QtWidgets.QFileDialog, "exec", no_file)
    monkeypatch.setattr(QtWidgets.QInputDialog, "getText", lambda *_, **__: ("", False))
    action = window.findChild(QtGui.QAction, spec.id)
    assert isinstance(action, QtGui.QAction)
    timer = QtCore.QTimer(interval=50)
    timer.timeout.connect(look)
    timer.start()
    action.trigger()
    qtbot.waitUntil(lambda: not dialogs() and (bool(seen) or not action.isEnabled() or spec.id == "openAction"))
    timer.stop()
    assert found == []

"""The list of shortcuts comes from the actions themselves, and no two of them are in each other's way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui import action_list, actions
from ctxstudio.gui.main_window import MainWindow

Make = Callable[[Path], MainWindow]
_NATIVE = QtGui.QKeySequence.SequenceFormat.NativeText


def dialog_of(window: MainWindow) -> QtWidgets.QDialog:
    action = window.findChild(QtGui.QAction, "keysAction")
    assert isinstance(action, QtGui.QAction)
    action.trigger()
    found = window.findChild(QtWidgets.QDialog, "shortcutsDialog")
    assert isinstance(found, QtWidgets.QDialog)
    return found


def shown(dialog: QtWidgets.QDialog) -> dict[str, list[tuple[str, str]]]:
    """Group -> its visible rows."""
    tree = dialog.findChild(QtWidgets.QTreeWidget, "shortcutsTree")
    assert isinstance(tree, QtWidgets.QTreeWidget)
    groups = {}
    for group in (tree.topLevelItem(row) for row in range(tree.topLevelItemCount())):
        assert group is not None
        items = [group.child(row) for row in range(group.childCount())]
        rows = [(item.text(0), item.text(1)) for item in items if item is not None and not item.isHidden()]
        if not group.isHidden():
            groups[group.text(0)] = rows
    return groups


def test_every_shortcut_of_the_table_of_actions_is_listed_in_its_menu(make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    groups = shown(dialog_of(window))
    for spec in actions.ACTIONS:
        action = window.findChild(QtGui.QAction, spec.id)
        assert isinstance(action, QtGui.QAction)
        if keys := action.shortcut().toString(_NATIVE):
            row = (action.text().replace("&", ""), keys)
            assert row in groups[spec.menu.replace("&", "")], spec.id


def test_shortcuts_of_panels_are_listed_with_the_panel(make_window: Make, agents: Path) -> None:
    groups = shown(dialog_of(make_window(agents)))
    assert any(name not in ("File", "Edit", "View", "Agent", "Help") for name in groups)
    assert ("Edit the cell", "F2 or Space") in groups["Agents"]
    assert ("Move the text", "Alt+Up or Alt+Down") in groups["Lists of fallbacks and triggers"]
    titles = [(group, row[0]) for group, rows in groups.items() for row in rows]
    assert len(titles) == len(set(titles))  # several keys of one action make one row


def test_the_list_can_be_searched(make_window: Make, agents: Path) -> None:
    dialog = dialog_of(make_window(agents))
    edit = dialog.findChild(QtWidgets.QLineEdit, "shortcutsFilter")
    assert isinstance(edit, QtWidgets.QLineEdit)
    edit.setText("SAVE ctrl+shift+s")
    assert shown(dialog) == {"File": [("Save all", "Ctrl+Shift+S")]}
    edit.setText("help")
    assert list(shown(dialog)) == ["Help"]
    edit.setText("no such thing")
    assert shown(dialog) == {}
    assert any(label.text() == "Nothing fits." and label.isVisible() for label in dialog.findChildren(QtWidgets.QLabel))
    edit.clear()
    assert len(shown(dialog)) > 4


def test_escape_closes_it(qtbot: QtBot, make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    dialog = dialog_of(window)
    assert not dialog.isModal()
    QtTest.QTest.keyClick(dialog, QtCore.Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(QtWidgets.QDialog, "shortcutsDialog") is None)


def test_no_two_shortcuts_are_in_each_others_way(make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    for dock in window.findChildren(QtWidgets.QDockWidget):
        dock.show()
    meant = [
        f"{one.keys}: {one.what or one.owner} in {one.where} and {other.what or other.owner} in {other.where}"
        for one, other in action_list.conflicts(window)
    ]
    assert meant == []


def test_mnemonics_of_a_menu_are_its_own(make_window: Make, agents: Path) -> None:
    def check(title: str, titles: list[str]) -> None:
        letters = [QtGui.QKeySequence.mnemonic(one).toString() for one in titles]
        letters = [letter for letter in letters if letter]
        assert len(letters) == len(set(letters)), (title, titles)

    bar = make_window(agents).menuBar()
    check("bar", [action.text() for action in bar.actions()])
    for action in bar.actions():
        menu = action.menu()
        assert isinstance(menu, QtWidgets.QMenu)
        check(action.text(), [one.text() for one in menu.actions() if not one.isSeparator()])


class _Case:
    """A window with two fields in a box, for conflicts made on purpose."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QtWidgets.QMainWindow()
        qtbot.addWidget(self.window)
        self.box, self.one, self.other = QtWidgets.QWidget(), QtWidgets.QLineEdit(), QtWidgets.QLineEdit()
        row = QtWidgets.QHBoxLayout(self.box)
        row.addWidget(self.one)
        row.addWidget(self.other)
        self.window.setCentralWidget(self.box)

    def bind(self, widget: QtWidgets.QWidget, context: QtCore.Qt.ShortcutContext, keys: str = "Ctrl+K") -> None:
        action = QtGui.QAction("does something", widget)
        action.setShortcut(keys)
        action.setShortcutContext(context)
        widget.addAction(action)

    def conflicts(self) -> int:
        return len(action_list.conflicts(self.window))


def test_conflicts_are_where_both_could_be_meant(qtbot: QtBot) -> None:
    contexts = QtCore.Qt.ShortcutContext
    case = _Case(qtbot)
    case.bind(case.one, contexts.WidgetShortcut)
    case.bind(case.other, contexts.WidgetShortcut)
    case.bind(case.window, contexts.WindowShortcut, "Ctrl+L")
    assert case.conflicts() == 0
    QtGui.QShortcut(QtGui.QKeySequence("Ctrl+K"), case.box, context=contexts.WidgetShortcut)
    assert case.conflicts() == 0
    case.bind(case.box, contexts.WidgetWithChildrenShortcut)
    assert case.conflicts() == 3


def test_a_shortcut_of_the_window_meets_all_others(qtbot: QtBot) -> None:
    contexts = QtCore.Qt.ShortcutContext
    case = _Case(qtbot)
    case.bind(case.one, contexts.WidgetShortcut)
    case.bind(case.box, contexts.WindowShortcut)
    assert case.conflicts() == 1
    case.bind(case.other, contexts.WidgetWithChildrenShortcut)
    assert case.conflicts() == 2

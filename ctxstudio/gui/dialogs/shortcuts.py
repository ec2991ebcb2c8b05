"""The list of all shortcuts, with a box to search it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import labels
from ctxstudio.gui.action_list import Binding


class Key(NamedTuple):
    """A key and what it does.

    Attributes:
        where: menu or panel.
        what: what it does.
        keys: as the platform writes them.
    """

    where: str
    what: str
    keys: str


_NATIVE: Final = QtGui.QKeySequence.SequenceFormat.NativeText


def _native(keys: str) -> str:
    return QtGui.QKeySequence(keys).toString(_NATIVE)


def _of_widgets() -> list[Key]:
    """Keys that widgets handle themselves, which no action and no shortcut stands for."""
    return [
        Key(where, what, " or ".join(map(_native, keys.split())))
        for where, what, keys in (
            ("Filter", "Show all agents again", "Esc"),
            ("Filter", "Suggestions", "Ctrl+Space Down"),
            ("Agents", "Edit the cell", "F2 Space"),
            ("Agents", "Open and close a group", "Right Left"),
            ("Agents", "Menu of the selected agents", "Shift+F10"),
            ("Agents", "Select all", "Ctrl+A"),
            ("Agents", "Extend the selection", "Shift+Up Shift+Down"),
            ("Lists of fallbacks and triggers", "Add a text", "Return"),
            ("Lists of fallbacks and triggers", "Edit the text", "F2"),
            ("Lists of fallbacks and triggers", "Remove the text", "Del"),
            ("Lists of fallbacks and triggers", "Move the text", "Alt+Up Alt+Down"),
            ("Command palette", "Next and previous", "Down Up"),
            ("Command palette", "Do it", "Return"),
            ("Everywhere", "Next and previous field", "Tab Shift+Tab"),
            ("Everywhere", "Open the menu bar", "F10"),
        )
    ]


def all_keys(bindings: Sequence[Binding]) -> list[Key]:
    """The keys of actions and shortcuts, and those that widgets handle themselves."""
    merged: dict[tuple[str, str], list[str]] = {}
    for one in bindings:
        if one.what:
            merged.setdefault((one.where, one.what), []).append(one.keys)
    return [Key(where, what, " or ".join(keys)) for (where, what), keys in merged.items()] + _of_widgets()


class ShortcutsDialog(QtWidgets.QDialog):
    """Keys by menu and panel."""

    def __init__(self, keys: Sequence[Key], parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsDialog")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        self.edit = QtWidgets.QLineEdit(self)
        self.edit.setObjectName("shortcutsFilter")
        self.edit.setAccessibleName("Search shortcuts")
        self.edit.setPlaceholderText("Search by action, menu or keys")
        self.edit.setClearButtonEnabled(True)
        self.edit.textChanged.connect(self._show_matching)
        self._groups: dict[str, QtWidgets.QTreeWidgetItem] = {}
        self._items: list[tuple[Key, QtWidgets.QTreeWidgetItem]] = []
        self.tree = self._tree(keys)
        self._none = labels.plain_label("Nothing fits.", muted=True)
        self._none.hide()
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QtWidgets.QVBoxLayout(self)
        for widget in (self.edit, self._none, self.tree, buttons):
            column.addWidget(widget)
        self.resize(520, 600)

    def _tree(self, keys: Sequence[Key]) -> QtWidgets.QTreeWidget:
        tree = QtWidgets.QTreeWidget(self)
        tree.setObjectName("shortcutsTree")
        tree.setAccessibleName("Shortcuts")
        tree.setHeaderLabels(["Action", "Keys"])
        tree.setUniformRowHeights(True)
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setIndentation(14)
        tree.setAllColumnsShowFocus(True)
        tree.header().setStretchLastSection(False)
        tree.header().setSectionResizeMode(0, QtWidgets.QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QtWidgets.QHeaderView.ResizeMode.ResizeToContents)
        height = QtCore.QSize(0, tree.fontMetrics().height() + 7)
        for key in keys:
            group = self._groups.get(key.where)
            if group is None:
                group = self._groups[key.where] = QtWidgets.QTreeWidgetItem(tree, [key.where])
                group.setFont(0, labels.bold(tree.font()))
                group.setFirstColumnSpanned(True)
                group.setSizeHint(0, height)
                group.setFlags(QtCore.Qt.ItemFlag.ItemIsEnabled)
            item = QtWidgets.QTreeWidgetItem(group, [key.what, key.keys])
            item.setSizeHint(0, height)
            self._items.append((key, item))
        tree.expandAll()
        return tree

    def _show_matching(self, typed: str) -> None:
        words, shown = typed.casefold().split(), set[str]()
        for key, item in self._items:
            fits = all(word in " ".join(key).casefold() for word in words)
            item.setHidden(not fits)
            if fits:
                shown.add(key.where)
        for where, group in self._groups.items():
            group.setHidden(where not in shown)
        self._none.setVisible(not shown)

"""A window with nothing but the filter bar in it, shared by the bar's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.panels.filter_bar import FilterBar
from ctxstudio.gui.panels.quick_buttons import QuickButtons
from ctxstudio.gui.panels.saved_filters import ManageDialog, NameDialog
from ctxstudio.gui.session import Session
from ctxstudio.policy import query
from ctxstudio.policy.query import Query
from ctxstudio.policy.values import Agent

Child = TypeVar("Child", bound=QtCore.QObject)
Key = QtCore.Qt.Key
Button = QtCore.Qt.MouseButton

FILES = {
    "reviewer.md": "---\nname: reviewer\ncategory: quality-security\nmodel:\n  preference: sonnet\n"
    "  fallbacks: [haiku]\n  escalation:\n    to: opus\n    when: [security review]\n"
    "  reasoning: careful\n---\nReview.\n",
    "writer.md": "---\nname: writer\ndescription: Writes.\ncategory: docs\nmodel: haiku\n---\nWrite.\n",
    "helper.md": "---\nname: helper\ndescription: Helps.\n---\nHelp.\n",
    "broken.md": "---\nname: broken\ndescription: a: b: c\nmodel: opus\n---\nBreak.\n",
}
ALL = {"reviewer", "writer", "helper", "broken"}


def child(parent: QtCore.QObject, kind: type[Child], name: str = "") -> Child:
    found = parent.findChild(kind, name) if name else parent.findChild(kind)
    assert isinstance(found, kind)
    return found


class Stage(QtWidgets.QMainWindow):
    """A window with nothing but the bar in it, which notes what the bar asks for."""

    def __init__(self, session: Session, settings: QtCore.QSettings | None) -> None:
        super().__init__()
        self.session = session
        self.bar = FilterBar(session, settings, self)
        self.edit: QtWidgets.QLineEdit = self.bar.edit
        self.asked: list[tuple[Query, Callable[[Agent], bool] | None]] = []
        self.bar.filter_changed.connect(lambda wanted, test: self.asked.append((wanted, test)))
        toolbar = QtWidgets.QToolBar(self)
        toolbar.addWidget(self.bar)
        self.addToolBar(toolbar)
        self.setCentralWidget(QtWidgets.QTextEdit(self))
        self.resize(760, 400)

    def names(self) -> set[str]:
        """The agents that pass."""
        wanted, test = self.asked[-1]
        return {
            agent.name
            for agent in self.session.workspace.fleet()
            if wanted.matches(agent, query.searchable(agent)) and (test is None or test(agent))
        }

    @property
    def popup(self) -> QtWidgets.QTreeView:
        """The list of suggestions."""
        return child(self, QtWidgets.QTreeView, "filterSuggestions")

    def suggested(self) -> list[str]:
        """What the open list offers; nothing if it is closed."""
        model = self.popup.model()
        rows = range(model.rowCount()) if self.popup.isVisible() else range(0)
        return [str(model.index(row, 0).data()) for row in rows]

    def press(self, *keys: QtCore.Qt.Key) -> None:
        for key in keys:
            QtTest.QTest.keyClick(self.edit, key)

    def type(self, text: str) -> None:
        QtTest.QTest.keyClicks(self.edit, text)

    def notice(self) -> str:
        """What stands below the box, if something does."""
        label = child(self, QtWidgets.QLabel, "filterNotice")
        return label.text() if label.isVisible() else ""

    def badge(self) -> str:
        """What stands inside the box, beside the text."""
        labels = [label for label in self.edit.findChildren(QtWidgets.QLabel) if label.objectName() != "filterNotice"]
        return "".join(label.text() for label in labels if label.isVisible())

    def quick(self) -> dict[str, QtWidgets.QToolButton]:
        """The quick buttons that are visible."""
        buttons = child(self, QuickButtons).findChildren(QtWidgets.QToolButton)
        shown = [button for button in buttons if button.isVisible() and not button.objectName()]
        return {button.text(): button for button in shown}

    def more(self) -> QtWidgets.QToolButton:
        return child(self, QtWidgets.QToolButton, "moreFiltersButton")

    def menu(self) -> dict[str, QtGui.QAction]:
        """The menu of saved filters, as it is when it opens."""
        menu = child(self, QtWidgets.QToolButton, "savedFiltersButton").menu()
        assert menu is not None
        menu.aboutToShow.emit()
        return {action.text(): action for action in menu.actions() if not action.isSeparator()}

    def saved(self) -> list[str]:
        return [text for text, action in self.menu().items() if action.isCheckable()]

    def save_as(self, name: str) -> str:
        """Save the filter through menu and dialog; what the dialog's button says."""
        self.menu()["&Save this filter…"].trigger()
        dialog = self.findChildren(NameDialog)[-1]
        line = child(dialog, QtWidgets.QLineEdit)
        line.clear()
        QtTest.QTest.keyClicks(line, name)
        button = child(dialog, QtWidgets.QDialogButtonBox).buttons()[0]
        said = button.text()
        QtTest.QTest.mouseClick(button, Button.LeftButton)
        return said

    def managing(self, qtbot: QtBot) -> tuple[ManageDialog, QtWidgets.QTreeWidget]:
        """The dialog that renames and deletes, with its list."""
        self.menu()["&Rename or delete…"].trigger()
        dialog = self.findChildren(ManageDialog)[-1]
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        tree = child(dialog, QtWidgets.QTreeWidget)
        assert tree.hasFocus()
        return dialog, tree


def shown_stage(qtbot: QtBot, session: Session, settings: QtCore.QSettings | None) -> Stage:
    """A stage on the screen, the box with the focus."""
    stage = Stage(session, settings)
    qtbot.addWidget(stage)
    stage.show()
    qtbot.waitExposed(stage)
    stage.activateWindow()
    qtbot.waitUntil(stage.isActiveWindow)
    stage.edit.setFocus()
    return stage

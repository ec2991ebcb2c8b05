"""All actions that a window offers, wherever they stand: in its menus, on its panels, behind buttons."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text

REASON: Final = "reason"
"""Property of an action: why it cannot be used now, if that is known."""
_NATIVE: Final = QtGui.QKeySequence.SequenceFormat.NativeText
_WIDGET: Final = QtCore.Qt.ShortcutContext.WidgetShortcut


@dataclass(frozen=True, slots=True)
class Listed:
    """One action.

    Attributes:
        action: itself.
        menu: where it stands: `Edit`, `View › Columns`, or the name of a panel.
    """

    action: QtGui.QAction
    menu: str

    @property
    def id(self) -> str:
        """By what to remember it."""
        return self.action.objectName() or f"{self.menu}/{self.title}"

    @property
    def title(self) -> str:
        """What it is called."""
        return text.one_line(plain(self.action.text()))

    @property
    def keys(self) -> tuple[str, ...]:
        """Its shortcuts, as the platform writes them."""
        return tuple(keys.toString(_NATIVE) for keys in self.action.shortcuts())

    @property
    def reason(self) -> str:
        """Why it cannot be used now; empty if it can or nobody knows."""
        return "" if self.action.isEnabled() else str(self.action.property(REASON) or "")


def plain(title: str) -> str:
    """A title without the mark of its mnemonic."""
    return title.replace("&&", "\0").replace("&", "").replace("\0", "&")


def listed(window: QtWidgets.QMainWindow) -> list[Listed]:
    """The actions in the order of the menus, then those of the panels; each once, where it stands first."""
    found: dict[QtGui.QAction, Listed] = {}
    menus = [action.menu() for action in window.menuBar().actions() if action.isVisible()]
    others = [menu for menu in window.findChildren(QtWidgets.QMenu) if not isinstance(menu.parent(), QtWidgets.QMenu)]
    for menu in itertools.chain(menus, others):
        if isinstance(menu, QtWidgets.QMenu) and _is_part(menu, window):
            for one in _in_menu(menu, plain(menu.title()) or panel_of(menu)):
                found.setdefault(one.action, one)
    for widget in window.findChildren(QtWidgets.QWidget):
        if _is_part(widget, window) and not isinstance(widget, QtWidgets.QMenu | QtWidgets.QMenuBar):
            for action in _usable(widget.actions()):
                if action.menu() is None:
                    found.setdefault(action, Listed(action, panel_of(widget)))
    return list(found.values())


def _in_menu(menu: QtWidgets.QMenu, path: str) -> Iterator[Listed]:
    for action in _usable(menu.actions()):
        below = action.menu()
        if isinstance(below, QtWidgets.QMenu):
            yield from _in_menu(below, f"{path} › {plain(below.title())}")
        else:
            yield Listed(action, path)


def _usable(actions: Iterable[QtGui.QAction]) -> Iterator[QtGui.QAction]:
    for action in actions:
        if action.isVisible() and not action.isSeparator() and action.text():
            yield action


def _is_part(widget: QtWidgets.QWidget, window: QtWidgets.QMainWindow) -> bool:
    """Whether a widget belongs to the window and not to a dialog over it."""
    above: QtWidgets.QWidget | None = widget
    while above is not None and above is not window:
        if isinstance(above, QtWidgets.QDialog):
            return False
        above = above.parentWidget()
    return above is window


def panel_of(widget: QtWidgets.QWidget) -> str:
    """The name of the panel in which a widget stands: of its dock, else the nearest accessible name."""
    above: QtWidgets.QWidget | None = widget
    named = ""
    while above is not None:
        if isinstance(above, QtWidgets.QDockWidget):
            return plain(above.toggleViewAction().text())
        named = named or above.accessibleName()
        above = above.parentWidget()
    return named or "Window"


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys that do something.

    Attributes:
        keys: as the platform writes them.
        what: what they do.
        where: menu or panel.
        owner: the action or shortcut.
        widget: on which it works.
        context: how far around that widget.
    """

    keys: str
    what: str
    where: str
    owner: QtCore.QObject
    widget: QtWidgets.QWidget
    context: QtCore.Qt.ShortcutContext


def bindings(window: QtWidgets.QMainWindow) -> list[Binding]:
    """All shortcuts of the window: of its actions, and those that panels have without an action."""
    made = [
        Binding(keys, one.title, one.menu, one.action, widget, one.action.shortcutContext())
        for one in listed(window)
        for keys in one.keys
        for widget in [_widget_of(one.action, window)]
    ]
    for shortcut in window.findChildren(QtGui.QShortcut):
        widget = shortcut.parent()
        if isinstance(widget, QtWidgets.QWidget) and _is_part(widget, window):
            keys = [one.toString(_NATIVE) for one in list(shortcut.keys())]
            place, context = panel_of(widget), shortcut.context()
            made += [Binding(one, shortcut.whatsThis(), place, shortcut, widget, context) for one in keys]
    return made


def _widget_of(action: QtGui.QAction, window: QtWidgets.QMainWindow) -> QtWidgets.QWidget:
    """The innermost widget on which an action works; menus only pass it on."""
    widgets = [widget for widget in action.associatedObjects() if isinstance(widget, QtWidgets.QWidget)]
    working = [widget for widget in widgets if not isinstance(widget, QtWidgets.QMenu | QtWidgets.QToolBar)]
    return window if window in working or not working else working[0]


def conflicts(window: QtWidgets.QMainWindow) -> list[tuple[Binding, Binding]]:
    """Pairs of bindings with the same keys that can be meant at the same time: Qt would then run neither."""
    by_keys: dict[str, list[Binding]] = {}
    for binding in bindings(window):
        by_keys.setdefault(binding.keys, []).append(binding)
    return [
        (one, other)
        for same in by_keys.values()
        for one, other in itertools.combinations(same, 2)
        if one.owner is not other.owner and _meet(one, other)
    ]


def _meet(one: Binding, other: Binding) -> bool:
    """Whether there is a focus with which both work."""
    if one.context is _WIDGET and other.context is _WIDGET:
        return one.widget is other.widget
    if _WIDGET in (one.context, other.context):
        narrow, wide = (one, other) if one.context is _WIDGET else (other, one)
        return _reaches(wide, narrow.widget)
    return _reaches(one, other.widget) or _reaches(other, one.widget)


def _reaches(binding: Binding, widget: QtWidgets.QWidget) -> bool:
    """Whether a binding works while a widget has the focus."""
    if binding.context is not QtCore.Qt.ShortcutContext.WidgetWithChildrenShortcut:
        return True
    return binding.widget is widget or binding.widget.isAncestorOf(widget)

"""The window's actions, as a table: menus, toolbar, shortcuts and their help all come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6 import QtGui

from ctxstudio.gui.session import Session


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes:
        id: object name.
        menu: title of the menu it stands in.
        text: what it is called, with its mnemonic.
        handler: what it calls, as attributes of the window.
        tip: one sentence for tooltip and status bar.
        shortcut: standard key, key sequence, or None.
        icon: name of a shipped icon, or empty.
        toolbar: whether it has a button.
        enabled: when it can be used; None for always.
        separate: whether a separator goes in front of it.
    """

    id: str
    menu: str
    text: str
    handler: str
    tip: str
    shortcut: QtGui.QKeySequence.StandardKey | str | None = None
    icon: str = ""
    toolbar: bool = False
    enabled: Callable[[Session], bool] | None = None
    separate: bool = False


def _selected(session: Session) -> bool:
    return bool(session.selection)


def _selection_changed(session: Session) -> bool:
    return any(session.workspace.agent(id).changed for id in session.selection)


def _has_agents(session: Session) -> bool:
    return len(session.workspace) > 0


_KEY = QtGui.QKeySequence.StandardKey

ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "openAction", "&File", "&Open…", "files.choose_directory", "Open a directory of agent files.",
        _KEY.Open, "folder-open", toolbar=True,
    ),
    ActionSpec(
        "reloadAction", "&File", "&Reload", "files.reload", "Read the directory again.",
        _KEY.Refresh, "refresh-cw",
    ),
    ActionSpec(
        "saveAction", "&File", "&Save", "saving.save_selected", "Write the changed ones among the selected agents.",
        _KEY.Save, "save", toolbar=True, enabled=_selected, separate=True,
    ),
    ActionSpec(
        "saveAllAction", "&File", "Save &all", "saving.save_all", "Write all changed agents.",
        "Ctrl+Shift+S", "save-all", toolbar=True, enabled=_has_agents,
    ),
    ActionSpec(
        "exportAction", "&File", "&Export…", "exporting.choose",
        "Write copies of the agents, edits included, elsewhere.",
        "Ctrl+E", "download", toolbar=True, enabled=_has_agents, separate=True,
    ),
    ActionSpec("quitAction", "&File", "&Quit", "close", "Close the window.", _KEY.Quit, separate=True),
    ActionSpec(
        "undoAction", "&Edit", "&Undo", "policies.undo", "Take the last edit back.",
        _KEY.Undo, "undo-2", toolbar=True,
    ),
    ActionSpec(
        "redoAction", "&Edit", "&Redo", "policies.redo", "Do the edit again.",
        _KEY.Redo, "redo-2", toolbar=True,
    ),
    ActionSpec(
        "revertAction", "&Edit", "Re&vert", "policies.revert_selected",
        "Give the selected agents the policy on disk again.",
        "Ctrl+R", "rotate-ccw", enabled=_selection_changed, separate=True,
    ),
    ActionSpec(
        "applyRecommendationAction", "&Edit", "Apply re&commendation", "policies.apply_recommendation",
        "Give the selected agents the model that the matrix recommends.",
        "Ctrl+Return", "wand-sparkles", toolbar=True, enabled=_selected,
    ),
    ActionSpec("findAction", "&View", "&Filter", "focus_filter", "Go to the filter.", _KEY.Find, "search"),
    ActionSpec("keysAction", "&Help", "&Keyboard shortcuts", "help.show_keys", "List all shortcuts.", "Ctrl+/"),
    ActionSpec("aboutAction", "&Help", "&About ctxstudio", "help.show_about", "Version and parts."),
)  # fmt: skip

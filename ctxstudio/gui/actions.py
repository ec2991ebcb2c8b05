"""The window's actions, as a table: menus, toolbar, shortcuts and their help all come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6 import QtGui

from ctxstudio.gui.session import Session
from ctxstudio.policy.values import State


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
        quiet: whether its button shows the icon only.
        enabled: when it can be used; None for always.
        separate: whether a separator goes in front of it.
        of_agents: whether it stands in the menu of the table's rows.
    """

    id: str
    menu: str
    text: str
    handler: str
    tip: str
    shortcut: QtGui.QKeySequence.StandardKey | str | None = None
    icon: str = ""
    toolbar: bool = False
    quiet: bool = False
    enabled: Callable[[Session], bool] | None = None
    separate: bool = False
    of_agents: bool = False


def _selected(session: Session) -> bool:
    return bool(session.selection)


def _selection_changed(session: Session) -> bool:
    return any(session.workspace.agent(id).changed for id in session.selection)


def _selection_differs(session: Session) -> bool:
    workspace, ids = session.workspace, session.selection
    # Asked with every edit; of many agents some will differ.
    return len(ids) > _MANY or any(workspace.differs(workspace.agent(id)) for id in ids)


def _selection_degraded(session: Session) -> bool:
    return any(session.workspace.agent(id).state is State.DEGRADED for id in session.selection)


def _has_agents(session: Session) -> bool:
    return len(session.workspace) > 0


def _has_changes(session: Session) -> bool:
    return session.workspace.changed_count > 0


def _has_conflicts(session: Session) -> bool:
    workspace = session.workspace
    return any(workspace.conflict(id) for id in list(workspace.conflicts))


WHY_NOT: Final[dict[Callable[[Session], bool], str]] = {
    _selected: "no agent is selected",
    _selection_changed: "the selected agents have no unsaved edits",
    _selection_differs: "the selected agents follow the recommendation already",
    _selection_degraded: "the selected agents have no broken frontmatter",
    _has_agents: "no agents are loaded",
    _has_changes: "no agent has unsaved edits",
    _has_conflicts: "no file changed on disk against an edit",
}
"""Condition of actions -> what is said where it does not hold."""

_MANY = 500
_KEY = QtGui.QKeySequence.StandardKey

ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        "newAction", "&File", "&New agent…", "agents.create", "Make an agent from a template.",
        _KEY.New, "file-plus",
    ),
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
        _KEY.Save, "save", toolbar=True, enabled=_selected, separate=True, of_agents=True,
    ),
    ActionSpec(
        "saveAllAction", "&File", "Sav&e all", "saving.save_all", "Write all changed agents.",
        "Ctrl+Shift+S", "save-all", toolbar=True, enabled=_has_agents,
    ),
    ActionSpec(
        "reviewAction", "&File", "Re&view and save…", "saving.review",
        "Look at what saving would change, file by file, and leave files out.",
        "Ctrl+Alt+S", "file-diff", toolbar=True, enabled=_has_changes,
    ),
    ActionSpec(
        "savedChangesAction", "&File", "Saved &changes…", "saving.show_saved",
        "Look at what was saved, and restore files.", "Ctrl+Alt+H", "history",
    ),
    ActionSpec(
        "exportAction", "&File", "E&xport…", "exporting.choose",
        "Write copies of the agents, edits included, elsewhere.",
        "Ctrl+E", "download", toolbar=True, quiet=True, enabled=_has_agents, separate=True,
    ),
    ActionSpec("quitAction", "&File", "&Quit", "close", "Close the window.", _KEY.Quit, separate=True),
    ActionSpec(
        "undoAction", "&Edit", "&Undo", "policies.undo", "Take the last edit back.",
        _KEY.Undo, "undo-2", toolbar=True, quiet=True,
    ),
    ActionSpec(
        "redoAction", "&Edit", "&Redo", "policies.redo", "Do the edit again.",
        _KEY.Redo, "redo-2", toolbar=True, quiet=True,
    ),
    ActionSpec(
        "revertAction", "&Edit", "Re&vert", "policies.revert_selected",
        "Give the selected agents the policy on disk again.",
        "Ctrl+R", "rotate-ccw", enabled=_selection_changed, separate=True, of_agents=True,
    ),
    ActionSpec(
        "applyRecommendationAction", "&Edit", "Appl&y recommendation", "policies.apply_recommendation",
        "Give the selected agents the model that the matrix recommends.",
        "Ctrl+Return", "wand-sparkles", toolbar=True, enabled=_selection_differs, of_agents=True,
    ),
    ActionSpec(
        "rulesAction", "&Edit", "Rul&es…", "library.show_rules",
        "Change many agents by a rule, and keep the rule by name.", "Ctrl+Alt+U", enabled=_has_agents,
    ),
    ActionSpec(
        "profilesAction", "&Edit", "Prof&iles…", "library.show_profiles",
        "Compare the agents with a named policy, apply it, or keep theirs as one.", "Ctrl+Alt+P", enabled=_has_agents,
    ),
    ActionSpec(
        "conflictsAction", "&Edit", "Decide con&flicts…", "saving.decide_conflicts",
        "Choose between your edits and what others wrote meanwhile.", enabled=_has_conflicts,
    ),
    ActionSpec(
        "duplicateAction", "&Agent", "&Duplicate…", "agents.duplicate",
        "Make a copy of the agent under another name.", "Ctrl+D", "copy", enabled=_selected, of_agents=True,
    ),
    ActionSpec(
        "renameAction", "&Agent", "&Rename…", "agents.rename",
        "Give the agent another name, and its file if you like.",
        "Shift+F2", "pencil", enabled=_selected, of_agents=True,
    ),
    ActionSpec(
        "deleteAction", "&Agent", "Dele&te", "agents.delete", "Move the files of the selected agents to the trash.",
        "Ctrl+Del", "trash-2", enabled=_selected, of_agents=True,
    ),
    ActionSpec(
        "revealAction", "&Agent", "Show in file &manager", "agents.reveal", "Show the agent's file in its folder.",
        "Ctrl+Alt+R", enabled=_selected, separate=True, of_agents=True,
    ),
    ActionSpec(
        "editOutsideAction", "&Agent", "Open &in editor", "agents.edit_outside",
        "Open the agent's file in the editor of your system; what you save there is noticed here.",
        "Ctrl+Alt+E", enabled=_selected, of_agents=True,
    ),
    ActionSpec(
        "copyPathAction", "&Agent", "Copy &path", "agents.copy_path", "Copy the paths of the selected agents' files.",
        "Ctrl+Alt+C", enabled=_selected, of_agents=True,
    ),
    ActionSpec(
        "convertForCodeAction", "&Agent", "&Convert for Claude Code…", "agents.convert_for_claude_code",
        "Look at the files as Claude Code reads them, and convert them.", enabled=_selected, separate=True,
    ),
    ActionSpec(
        "convertForCtxAction", "&Agent", "Convert for claude-ct&x…", "agents.convert_for_claude_ctx",
        "Look at the files as claude-ctx reads them, and convert them.", enabled=_selected,
    ),
    ActionSpec(
        "repairAction", "&Agent", "Rep&air frontmatter…", "agents.repair",
        "Look at the quotes that broken values lack, and put them in.", enabled=_selection_degraded,
    ),
    ActionSpec("findAction", "&View", "&Filter", "focus_filter", "Go to the filter.", _KEY.Find, "search"),
    ActionSpec(
        "paletteAction", "&View", "Command &palette…", "finding.open_palette",
        "Find any action by typing a few letters of it, or go to an agent.", "Ctrl+Shift+P",
    ),
    ActionSpec("keysAction", "&Help", "&Keyboard shortcuts", "help.show_keys", "List all shortcuts.", "Ctrl+/"),
    ActionSpec("aboutAction", "&Help", "&About ctxstudio", "help.show_about", "Version and parts."),
)  # fmt: skip

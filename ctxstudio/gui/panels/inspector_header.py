"""Who is shown in the inspector, and which other agents have the same name."""

from __future__ import annotations

import itertools
import posixpath
from collections import Counter
from collections.abc import Iterator, Sequence

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.errors import Severity
from ctxstudio.gui import labels
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields
from ctxstudio.policy.values import Agent

_MOST_NAMES = 20
_MOST_FOLDERS = 4
_MOST_LOOKED_AT = 100
"""Copies of many agents whose folders are looked at."""
_TOP = "the top folder"


class InspectorHeader(QtWidgets.QWidget):
    """Name, path and state of the selected agent, or of the selected ones together; below it the copies of it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._name = labels.ElidedLabel()
        self._name.setObjectName("inspectorName")
        font = labels.bold(self._name.font())
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self._name.setFont(font)
        self._path = labels.ElidedLabel(muted=True)
        self._path.setObjectName("inspectorPath")
        self._about = labels.ElidedLabel(muted=True)
        self._about.setObjectName("inspectorState")
        self._copies = labels.Note()
        self._copies.setObjectName("inspectorCopies")
        self._copies.accepted.connect(self._on_edit_copies)
        self._copies.hide()
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(2)
        for widget in (self._name, self._path, self._about):
            column.addWidget(widget)
        self._copies.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self._copies)

    def refresh(self) -> None:
        """Show the selection."""
        agents = [self._session.workspace.agent(id) for id in self._session.selection]
        if len(agents) == 1:
            (agent,) = agents
            state = fields.field("state").display(agent) or "no unsaved change"
            self._name.show_text(agent.name)
            self._path.show_text(agent.id, QtCore.Qt.TextElideMode.ElideMiddle)
            self._about.show_text(" · ".join(part for part in (agent.category, state) if part))
        else:
            self._show_many(agents)
        self._show_copies(agents)

    def _show_many(self, agents: Sequence[Agent]) -> None:
        changed = sum(agent.changed for agent in agents)
        problems = sum(bool(agent.problems) for agent in agents)
        self._name.show_text(f"{len(agents):,} agents selected")
        first = agents[:_MOST_NAMES]
        who = ", ".join(agent.name for agent in first)
        if len({agent.name for agent in agents}) == 1:  # copies are told apart by their folders
            who = f"{agents[0].name} in {', '.join(_folder(agent.id) for agent in first)}"
        self._path.show_text(who, QtCore.Qt.TextElideMode.ElideRight)
        self._about.show_text(f"{changed:,} changed · {problems:,} with problems")

    # Copies

    def _copies_of(self, agents: Sequence[Agent]) -> Iterator[str]:
        """The agents that have the name of a selected one and are not selected."""
        selected = set(self._session.selection)
        for name in dict.fromkeys(agent.name for agent in agents):
            yield from (id for id in self._session.workspace.sharing(name) if id not in selected)

    def _show_copies(self, agents: Sequence[Agent]) -> None:
        workspace = self._session.workspace
        elsewhere = sum(len(workspace.sharing(name)) for name in {agent.name for agent in agents}) - len(agents)
        self._copies.setVisible(elsewhere > 0)
        if not elsewhere:
            return
        if len(agents) > 1:
            some = [workspace.agent(id) for id in itertools.islice(self._copies_of(agents), _MOST_LOOKED_AT)]
            self._copies.show_note(_about_others(elsewhere, some), ["Select them too"], Severity.INFO, _paths(some))
            return
        copies = [*agents, *(workspace.agent(id) for id in self._copies_of(agents))]
        models = Counter(copy.policy.preference or "no model" for copy in copies)
        said = f"{counted(len(copies), 'agent')} are called {agents[0].name}, in {_folders(copies)}."
        if len(models) > 1:
            said += f" They differ: {', '.join(f'{name} in {count:,}' for name, count in models.most_common())}."
        severity = Severity.WARNING if len(models) > 1 else Severity.INFO
        self._copies.show_note(said, ["Edit all copies"], severity, _paths(copies))

    def _on_edit_copies(self) -> None:
        workspace, selection = self._session.workspace, self._session.selection
        self._session.select([*selection, *self._copies_of([workspace.agent(id) for id in selection])])


def _about_others(count: int, some: Sequence[Agent]) -> str:
    return f"{counted(count, 'other')} with the name of a selected one, in {_folders(some)}."


def _paths(agents: Sequence[Agent]) -> str:
    """Where agents stand and on which model, for a tooltip."""
    return "\n".join(f"{agent.id}: {agent.policy.preference or 'no model'}" for agent in agents[:_MOST_NAMES])


def _folder(id: str) -> str:
    return posixpath.dirname(id) or _TOP


def _folders(agents: Sequence[Agent]) -> str:
    found = list(dict.fromkeys(_folder(agent.id) for agent in agents))
    more = f" and {len(found) - _MOST_FOLDERS:,} more" if len(found) > _MOST_FOLDERS else ""
    return ", ".join(found[:_MOST_FOLDERS]) + more

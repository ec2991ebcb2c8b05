"""Groups of agents: by what they can stand together, and the headings above them. No Qt."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from ctxstudio.costs.words import counted
from ctxstudio.gui import text
from ctxstudio.policy.totals import CONTEXT_DEPENDENT
from ctxstudio.policy.values import Agent, State
from ctxstudio.workspace import Workspace


class Grouping(enum.StrEnum):
    """By what agents stand together."""

    NONE = "none"
    FOLDER = "folder"
    CATEGORY = "category"
    FAMILY = "family"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Heading:
    """The row above a group.

    Attributes:
        key: what its agents have in common, to the letter; the identity of the group.
        title: the same as plain text for people.
        ids: its agents that pass the filter, in the order of the table.
        changed: those of them with unsaved edits.
    """

    key: str
    title: str = field(compare=False)
    ids: tuple[str, ...] = field(compare=False)
    changed: set[str] = field(compare=False)

    def numbers(self) -> str:
        """How many agents, and how many of them are changed."""
        changed = f", {len(self.changed):,} changed" if self.changed else ""
        return counted(len(self.ids), "agent") + changed

    def text(self) -> str:
        """Title and numbers, such as `security (12 agents, 3 changed)`."""
        return f"{self.title} ({self.numbers()})"


@dataclass(frozen=True, slots=True)
class _Kind:
    """How agents are grouped: the group of each, in which order groups stand, and names other than their keys."""

    key: Callable[[Workspace, Agent], str]
    rank: Callable[[Workspace, str], tuple[float | str, ...]]
    titles: dict[str, str] = field(default_factory=dict)


_STATES: Final = {
    "degraded": "degraded",
    "degraded changed": "degraded, changed",
    "problems": "with problems",
    "problems changed": "with problems, changed",
    "changed": "changed",
    "": "no problems, not changed",
}
"""Groups by state, those that ask for attention first."""
_STATE_RANKS: Final = {key: rank for rank, key in enumerate(_STATES)}


def _state(agent: Agent) -> str:
    words = ["degraded"] if agent.state is State.DEGRADED else ["problems"] if agent.problems else []
    return " ".join([*words, "changed"] if agent.changed else words)


_KINDS: Final = {
    Grouping.FOLDER: _Kind(
        lambda _, agent: agent.id.rpartition("/")[0], lambda _, key: (key.casefold(), key), {"": "(the opened folder)"}
    ),
    Grouping.CATEGORY: _Kind(
        lambda _, agent: agent.category, lambda _, key: (not key, key.casefold(), key), {"": "(no category)"}
    ),
    Grouping.FAMILY: _Kind(
        lambda workspace, agent: workspace.family_of(agent),
        lambda workspace, key: (key == CONTEXT_DEPENDENT, -workspace.shipped.catalogue.strength(key), key),
    ),
    Grouping.STATE: _Kind(lambda _, agent: _state(agent), lambda _, key: (_STATE_RANKS[key],), _STATES),
}


class Groups:
    """The groups of a workspace's agents. An agent's group is found out once and again after it was forgotten."""

    def __init__(self, workspace: Workspace, grouping: Grouping) -> None:
        self._workspace, self._kind = workspace, _KINDS[grouping]
        self._keys: dict[str, str] = {}

    def forget(self, ids: Iterable[str]) -> None:
        """Find the groups of these agents out again next time."""
        for id in ids:
            self._keys.pop(id, None)

    def headings(self, ids: Iterable[str]) -> list[Heading]:
        """The groups of some agents in their order; within each the agents in the order given."""
        workspace, kind, keys = self._workspace, self._kind, self._keys
        groups: dict[str, list[str]] = {}
        for id in ids:
            key = keys.get(id)
            if key is None:
                key = keys[id] = kind.key(workspace, workspace.agent(id))
            groups.setdefault(key, []).append(id)
        changed = set(workspace.changed())
        return [
            Heading(
                key, text.one_line(kind.titles.get(key, key)), tuple(groups[key]), changed.intersection(groups[key])
            )
            for key in sorted(groups, key=lambda key: kind.rank(workspace, key))
        ]

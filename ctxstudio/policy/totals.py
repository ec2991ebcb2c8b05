"""How many agents are what, kept up with every change of a row so that no edit has to count."""

from __future__ import annotations

from collections import Counter

from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.values import Agent

CONTEXT_DEPENDENT = "context-dependent"
"""What agents with an escalation or a fast path count as."""


class Totals:
    """Counts over a fleet.

    Attributes:
        changed: ids of the agents with unsaved edits.
        problems: number of findings.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.changed: set[str] = set()
        self.problems = 0
        self._catalogue = catalogue
        self._families: Counter[str] = Counter()

    def replace(self, old: Agent | None, new: Agent) -> None:
        """Take over an agent's new row; `old` is the one it had, None if it is a new agent."""
        if old is not None:
            self.remove(old)
        self._families[self.family_of(new)] += 1
        self.problems += len(new.problems)
        if new.changed:
            self.changed.add(new.id)

    def remove(self, old: Agent) -> None:
        """Take an agent's row out."""
        self._families[self.family_of(old)] -= 1
        self.problems -= len(old.problems)
        self.changed.discard(old.id)

    def family_of(self, agent: Agent) -> str:
        """What an agent counts as: its model family, or `context-dependent`."""
        if agent.policy.context_dependent:
            return CONTEXT_DEPENDENT
        return self._catalogue.family(agent.policy.preference)

    def by_family(self) -> dict[str, int]:
        """How many agents count as which family: the stronger ones first, context-dependent agents last."""
        strength = self._catalogue.strength
        counts = [(family, count) for family, count in self._families.items() if count]
        counts.sort(key=lambda item: (item[0] == CONTEXT_DEPENDENT, -strength(item[0]), item[0]))
        return dict(counts)

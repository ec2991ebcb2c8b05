"""Groups of agents by the strategy's labels: whom a scenario's calls go to, whatever model they run on."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from ctxstudio.costs import amounts
from ctxstudio.errors import DataError
from ctxstudio.policy import checked


class Group(enum.StrEnum):
    """The labels of the strategy. A group is a set of agents, not of models."""

    SONNET = "sonnet"
    HAIKU = "haiku"
    CONTEXT_DEPENDENT = "context-dependent"


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the strategy document says of one agent.

    Attributes:
        agent: name.
        group: its label.
        section: title of the document's section.
        category: title of the category within.
        model: family it starts on.
    """

    agent: str
    group: Group
    section: str
    category: str
    model: str


@dataclass(frozen=True, slots=True)
class ActiveAgents:
    """The agents the document says are in use.

    Attributes:
        title: name for people.
        agents: names.
        printed_percent: their saving against all-sonnet as the document prints it.
    """

    title: str
    agents: tuple[str, ...]
    printed_percent: float


class Groups:
    """Who belongs to which group.

    Attributes:
        assignments: agent name -> what the document says of it, in the document's order.
        active: the agents in use.
    """

    __slots__ = ("active", "assignments")

    def __init__(self, assignments: Mapping[str, Assignment], active: ActiveAgents) -> None:
        self.assignments, self.active = assignments, active

    @classmethod
    def from_mapping(cls, data: Mapping[str, object]) -> Groups:
        """Check the parsed `strategy.yaml`. Unknown keys are ignored.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        assignments: dict[str, Assignment] = {}
        for name, section in checked.mapping(checked.required(data, "groups"), "groups").items():
            for assignment in _section(name, section):
                if assignment.agent in assignments:
                    raise DataError(f"{assignment.agent} stands in two places", key=f"groups.{name}")
                assignments[assignment.agent] = assignment
        return cls(assignments, _active(checked.required(data, "active"), assignments))

    def group_of(self, name: str, scores: Mapping[str, float] | None) -> str:
        """The group of an agent: its label, or for a name the strategy does not know that of the higher score.

        Args:
            name: of the agent.
            scores: family -> automatic score under the shipped matrix; None or empty if not scored. A tie is sonnet.
        """
        if name in self.assignments:
            return self.assignments[name].group
        scores = scores or {}
        return max(Group.SONNET, Group.HAIKU, key=lambda group: scores.get(group, 0))


def _section(name: str, value: object) -> list[Assignment]:
    key = f"groups.{name}"
    if name not in tuple(Group):
        raise DataError(f"must be one of {', '.join(Group)}", key=key)
    data = checked.mapping(value, key)
    title = checked.text(checked.required(data, "title", key), f"{key}.title")
    found = []
    categories = checked.mapping(checked.required(data, "categories", key), f"{key}.categories")
    for category, row in categories.items():
        place = f"{key}.categories.{category}"
        row = checked.mapping(row, place)
        model = checked.text(checked.required(row, "model", place), f"{place}.model")
        agents = checked.texts(checked.required(row, "agents", place), f"{place}.agents")
        found += [Assignment(agent, Group(name), title, category, model) for agent in agents]
    return found


def _active(value: object, known: Mapping[str, Assignment]) -> ActiveAgents:
    data = checked.mapping(value, "active")
    agents = checked.texts(checked.required(data, "agents", "active"), "active.agents")
    for position, agent in enumerate(agents):
        if agent not in known:
            raise DataError(f"{agent} belongs to no group", key=f"active.agents.{position}")
    return ActiveAgents(
        title=checked.text(checked.required(data, "title", "active"), "active.title"),
        agents=agents,
        printed_percent=amounts.amount(checked.required(data, "printed_percent", "active"), "active.printed_percent"),
    )

"""What writing texts into cells makes of the agents' policies: all of it or nothing. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ctxstudio.errors import RefusedError
from ctxstudio.policy import changes, fields
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.values import Agent, Policy
from ctxstudio.storage import spreadsheet
from ctxstudio.workspace import Workspace


class Write(NamedTuple):
    """A text for a cell.

    Attributes:
        id: the agent.
        field: the column.
        text: what shall stand there; empty clears it.
        row: which row of the pasted text it is from, from 1; 0 if it is the only one.
    """

    id: str
    field: Field
    text: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """Policies in which all texts stand.

    Attributes:
        policies: of the agents that change.
        cells: how many cells change.
    """

    policies: Mapping[str, Policy]
    cells: int


def edit_text(agent: Agent, field: Field) -> str:
    """A value as it can be typed: of a switch only the target."""
    if field.kind is Kind.SWITCH:
        switch = field.value(agent)
        return (switch.to or "") if switch else ""
    return field.display(agent)


def write(workspace: Workspace, writes: Iterable[Write]) -> Written:
    """Write texts into cells, as if each was typed there.

    A cell may be given the text it has, even if it cannot be changed: so rows can go to a spreadsheet and back.

    Raises:
        RefusedError: one of the texts cannot stand in its cell, or a file cannot be edited; it says which, and why.
    """
    policies: dict[str, Policy] = {}
    steps: dict[tuple[str, str], Callable[[Policy], Policy]] = {}
    count = 0
    for write in writes:
        agent = workspace.agent(write.id)
        if _stands_there(agent, write):
            continue
        try:
            if locked := workspace.record(write.id).locked:
                raise RefusedError(locked)
            step = steps.get((write.field.id, write.text))
            if step is None:
                step = steps[write.field.id, write.text] = _step(write.field, write.text)
        except RefusedError as error:
            raise RefusedError(f"{_place(agent, write)}: {error}") from error
        before = policies.get(write.id, agent.policy)
        after = step(before)
        if after != before:
            policies[write.id] = after
            count += 1
    for id, reason in workspace.plan(policies).refused.items():
        raise RefusedError(f"{workspace.agent(id).name}: {reason}")
    return Written(policies, count)


def _stands_there(agent: Agent, write: Write) -> bool:
    present = (edit_text(agent, write.field), write.field.display(agent))
    return write.text.strip() in [spreadsheet.clean(text).strip() for text in present]


def _step(field: Field, text: str) -> Callable[[Policy], Policy]:
    if field.assign is None:
        raise RefusedError("it is computed and cannot be changed")
    value = fields.parse(field, text)
    if field.kind is Kind.SWITCH and value is not None:
        # A cell holds the target; its triggers stay.
        return changes.assignment(f"{field.id}.to", value.to)
    return changes.assignment(field.id, value)


def _place(agent: Agent, write: Write) -> str:
    row = f"row {write.row} ({agent.name})" if write.row else agent.name
    return f"{row}, {write.field.title}"

"""Merging a policy that changed on disk with unsaved edits of it, field by field."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ctxstudio.policy import fields
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.values import Agent, Dialect, Policy

PARTS: Final = tuple(field for field in fields.FIELDS if field.assign and field.kind is not Kind.SWITCH)
"""What is merged each by itself: every field that can be set; of a switch its model and its triggers."""


class Origin(enum.Enum):
    """Who changed a part since the file was read."""

    NOBODY = enum.auto()
    DISK = enum.auto()
    MINE = enum.auto()
    BOTH = enum.auto()
    """Both, to the same value."""
    CLASH = enum.auto()
    """Both, to different values; or one took away a switch that the other changed."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An agent whose policy changed on disk while it has unsaved edits.

    Attributes:
        id: path of its file.
        name: the agent's.
        base: its policy as it was read.
        disk: what the file says now.
        mine: with the unsaved edits.
    """

    id: str
    name: str
    base: Policy
    disk: Policy
    mine: Policy


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes of a merge.

    Attributes:
        policy: every part from who changed it; from mine where both did.
        clashes: ids of the parts that both changed to different values.
    """

    policy: Policy
    clashes: tuple[str, ...]


def merge(base: Policy, disk: Policy, mine: Policy) -> Merged:
    """Merge what is on disk with what was edited, both made from `base`."""
    if base in (disk, mine) or disk == mine:
        return Merged(mine if disk == base else disk, ())
    found = origins(base, disk, mine)
    from_disk = [id for id, origin in found.items() if origin is Origin.DISK]
    return Merged(combine(disk, mine, from_disk), tuple(id for id, origin in found.items() if origin is Origin.CLASH))


def origins(base: Policy, disk: Policy, mine: Policy) -> Mapping[str, Origin]:
    """Who changed each part, by its id."""
    return {part.id: _origin(part, base, disk, mine) for part in PARTS}


def combine(disk: Policy, mine: Policy, from_disk: Collection[str]) -> Policy:
    """A policy with some parts, by their ids, from the disk and all others from mine."""
    policy = mine
    for part in PARTS:
        if part.id in from_disk and part.assign is not None:
            policy = part.assign(policy, value(part, disk))
    return policy


def value(part: Field, policy: Policy) -> Any:
    """What a policy says in one part."""
    return part.value(Agent("", "", "", Dialect.ABSENT, policy, policy))


def _origin(part: Field, base: Policy, disk: Policy, mine: Policy) -> Origin:
    old, theirs, ours = (value(part, policy) for policy in (base, disk, mine))
    if theirs == ours:
        return Origin.NOBODY if theirs == old else Origin.BOTH
    if (theirs != old and ours != old) or _switch_clashes(part, base, disk, mine):
        return Origin.CLASH
    return Origin.DISK if ours == old else Origin.MINE


def _switch_clashes(part: Field, base: Policy, disk: Policy, mine: Policy) -> bool:
    """Whether one side has no switch at all where the other changed it: half of a switch is none."""
    name, _, is_part = part.id.partition(".")
    if not is_part:
        return False
    old, theirs, ours = (getattr(policy, name) for policy in (base, disk, mine))
    return theirs != old and ours != old and (theirs is None) != (ours is None)

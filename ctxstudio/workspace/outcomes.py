"""What comes of planning an edit, and of taking over what others wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ctxstudio.policy.values import Policy


@dataclass(frozen=True, slots=True)
class EditPlan:
    """An edit that can be done, and for which agents it cannot.

    Attributes:
        changes: agent id -> its new policy; agents that it would not change are left out.
        refused: agent id -> why not.
    """

    changes: Mapping[str, Policy]
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """What taking over the state on disk did.

    Attributes:
        changed: agents whose row is another now.
        added: agents that are new.
        removed: agents that are no more.
        merged: agents with unsaved edits that were kept beside what changed on disk.
        conflicts: agents where both sides changed the same.
    """

    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.changed, self.added, self.removed, self.merged, self.conflicts))

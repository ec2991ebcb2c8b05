"""One document in the list of a dialog of rules or profiles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ctxstudio.policy.profiles import Profile
from ctxstudio.policy.rules import Rule

T = TypeVar("T", Rule, Profile)


@dataclass(slots=True, eq=False)
class Entry(Generic[T]):
    """One document of the list.

    Attributes:
        name: what the list shows.
        value: the document as it is now; None if its file cannot be read.
        saved: the document as its file says it; None if it was never saved.
        path: its file; None if it was never saved.
        error: why its file cannot be read, or empty.
        shipped: whether it came with the program and cannot be changed.
    """

    name: str
    value: T | None
    saved: T | None = None
    path: Path | None = None
    error: str = ""
    shipped: bool = False

    @property
    def unsaved(self) -> bool:
        """Whether its file says something else, or does not exist."""
        return self.value is not None and self.value != self.saved

"""Where the program keeps what is neither in the opened directory nor in the window's settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Places:
    """Files and folders below the platform's state directory; nothing is made before it is needed.

    Attributes:
        state: the program's own folder there.
    """

    state: Path

    @property
    def journal(self) -> Path:
        """The journal of saves, with the old contents."""
        return self.state / "journal.sqlite"

    @property
    def drafts(self) -> Path:
        """The folder of unsaved edits, kept for the case of a crash."""
        return self.state / "drafts"

    @property
    def rules(self) -> Path:
        """The folder of rules saved by name."""
        return self.state / "rules"

    @property
    def profiles(self) -> Path:
        """The folder of the user's policy profiles."""
        return self.state / "profiles"


def of_user() -> Places:
    """The places of whoever runs the program."""
    return Places(platformdirs.user_state_path("ctxstudio", appauthor=False))

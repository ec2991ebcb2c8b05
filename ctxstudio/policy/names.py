"""Which agents have which name: the identity of an agent is its path, and several may share a name."""

from __future__ import annotations

import bisect
import difflib
from collections.abc import Sequence

from ctxstudio.errors import UnusableInputError


class Names:
    """The names of a fleet, by agent and the other way round."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ids: dict[str, list[str]] = {}

    def put(self, id: str, name: str) -> None:
        """Note the name of an agent, new or renamed."""
        if self._names.get(id) == name:
            return
        self.remove(id)
        self._names[id] = name
        # Files come in the order of their paths, so this is an append.
        bisect.insort(self._ids.setdefault(name, []), id)

    def remove(self, id: str) -> None:
        """Forget an agent, if it is known."""
        before = self._names.pop(id, None)
        if before is not None:
            self._ids[before].remove(id)
            if not self._ids[before]:
                del self._ids[before]

    def sharing(self, name: str) -> Sequence[str]:
        """The ids of all agents of a name, sorted."""
        return self._ids.get(name, ())

    def find(self, text: str) -> str:
        """The id of the agent that a script means by a path relative to the directory, or by a name.

        Raises:
            UnusableInputError: none, or several files have that name; the message lists them.
        """
        for id in (text, text.replace("\\", "/").removeprefix("./")):
            if id in self._names:
                return id
        fitting = self.sharing(text)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise UnusableInputError(f"{len(fitting)} files have the name {text!r}: {', '.join(fitting)}")
        near = difflib.get_close_matches(text, [*self._ids, *self._names], 1)
        raise UnusableInputError(f"there is no agent {text!r}" + (f"; did you mean {near[0]!r}?" if near else ""))

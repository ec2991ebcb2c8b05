"""The user's saved filters, kept in the settings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6 import QtCore

from ctxstudio.errors import DataError, RefusedError
from ctxstudio.policy import checked

_KEY: Final = "filters/saved"


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter with a name.

    Attributes:
        name: what the user calls it.
        text: what stands in the filter box; may be empty.
        pressed: the quick buttons that are pressed, in their order.
    """

    name: str
    text: str
    pressed: tuple[str, ...] = ()

    def words(self) -> str:
        """What it asks for, on one line."""
        return " ".join(part for part in (self.text, *(f"[{word}]" for word in self.pressed)) if part)


class FilterStore:
    """Saved filters by name; for this run only where there are no settings."""

    def __init__(self, settings: QtCore.QSettings | None) -> None:
        self._settings = settings
        self._text = ""

    def all(self) -> tuple[SavedFilter, ...]:
        """The saved filters by name; what is not readable as one is left out."""
        stored = self._text if self._settings is None else self._settings.value(_KEY)
        try:
            data = json.loads(stored) if isinstance(stored, str) and stored else []
        except (ValueError, RecursionError):
            return ()
        found: dict[str, SavedFilter] = {}
        for item in data if isinstance(data, list) else []:
            try:
                saved = _read(item)
            except (DataError, UnicodeEncodeError):
                continue
            found.setdefault(saved.name, saved)
        return tuple(sorted(found.values(), key=lambda saved: (saved.name.casefold(), saved.name)))

    def put(self, saved: SavedFilter) -> None:
        """Save a filter, in place of one of the same name.

        Raises:
            RefusedError: the settings cannot be written.
        """
        self.replace([other for other in self.all() if other.name != saved.name] + [saved])

    def replace(self, filters: Iterable[SavedFilter]) -> None:
        """Save these and no others.

        Raises:
            RefusedError: the settings cannot be written.
        """
        data = [{"name": saved.name, "text": saved.text, "pressed": saved.pressed} for saved in filters]
        self._text = json.dumps(data)
        if self._settings is None:
            return
        self._settings.setValue(_KEY, self._text)
        self._settings.sync()
        if self._settings.status() is not QtCore.QSettings.Status.NoError:
            raise RefusedError(f"the settings cannot be written: {self._settings.fileName()}")


def _read(item: object) -> SavedFilter:
    """One saved filter.

    Raises:
        DataError: it is none.
        UnicodeEncodeError: it holds half a character, which no window can show.
    """
    data = checked.mapping(item, "filter")
    text = data.get("text", "")
    if not isinstance(text, str):
        raise DataError("must be text", key="text")
    saved = SavedFilter(checked.text(data.get("name"), "name"), text, checked.texts(data.get("pressed"), "pressed"))
    "".join((saved.name, saved.text, *saved.pressed)).encode()
    return saved

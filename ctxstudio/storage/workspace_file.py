"""`.ctxstudio.yaml` of an opened directory: which settings are in force, and writing changed ones.

Only what the user changed is touched; other keys, such as the sections of later versions, and comments stay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ctxstudio.errors import DataError, EditError, FrontmatterError, RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.storage import atomic, settings
from ctxstudio.storage.settings import NAME, SECTIONS, Settings, Shape

MOST_BYTES: Final = 4 << 20
"""Largest file that is read; YAML reads no more than a million characters of it."""
_NEW: Final = (
    b"# What ctxstudio keeps about the agents of this folder. Other keys and comments stay as they are.\nversion: 1\n"
)


class WorkspaceFile:
    """The settings of one opened directory that are in force. One thread owns it.

    Attributes:
        path: where the file is.
        settings: in force: what the file said when it was last good.
        error: why the file as it is now is not in force; None if it is.
    """

    def __init__(self, directory: Path, shape: Shape) -> None:
        self.path, self.settings = directory / NAME, shape.nothing()
        self.error: DataError | None = None
        self._shape = shape

    def load(self) -> bool:
        """Read the file again; whether other settings are in force now, or another error."""
        try:
            return self.take(read_bytes(self.path))
        except DataError as error:
            return self._refused(error)

    def take(self, data: bytes) -> bool:
        """Take over the file's content as somebody wrote it; whether other settings, or another error, are there now.

        Unusable content changes no settings.
        """
        try:
            found = settings.read(data, self._shape)
        except DataError as error:
            return self._refused(error)
        is_other = self.error is not None or found != self.settings
        self.settings, self.error = found, None
        return is_other

    def written(self, wanted: Settings, present: bytes) -> bytes:
        """The file's content with other settings, to be written by the caller, who then hands it to `take`.

        What somebody else changed in the file since it was read stays, unless the user changed the same.

        Args:
            wanted: the settings that shall hold.
            present: the content now; empty if there is no file.

        Raises:
            RefusedError: the present content is unusable and would be lost, or the settings cannot be written.
        """
        try:
            settings.read(present, self._shape)
        except DataError as error:
            raise RefusedError(f"{error}; nothing is written into it until that is mended") from error
        return written(wanted, self.settings, present, self._shape)

    def _refused(self, error: DataError) -> bool:
        is_other = self.error is None or str(self.error) != str(error)
        self.error = error
        return is_other


def read_bytes(path: Path) -> bytes:
    """The content of a workspace file; empty if there is none.

    Raises:
        DataError: it cannot be read, is no file or is too large.
    """
    try:
        return atomic.read(path, MOST_BYTES)[0]
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise DataError(f"cannot be read: {atomic.reason(error)}", file=NAME) from error
    except RefusedError as error:
        raise DataError(str(error).removeprefix(f"{NAME} "), file=NAME) from error


def written(new: Settings, old: Settings, present: bytes, shape: Shape) -> bytes:
    """The present content with what is different in `new` from `old`, and nothing else touched.

    Raises:
        RefusedError: YAML cannot hold it, such as a path that is no text, or it would be too long to be read again.
    """
    if settings.plain(new, shape) == settings.plain(old, shape):
        return present
    try:
        data = _changed(new, old, present, shape, whole=False)
        # Where nobody else changed the file, it must say what was meant; what it says besides may stand in the way.
        if settings.read(present, shape) == old and settings.read(data, shape) != new:
            data = _changed(new, old, present, shape, whole=True)
            if settings.read(data, shape) != new:
                raise EditError("it would not read back as what was set")
        settings.read(data, shape)
    except (EditError, FrontmatterError, DataError) as error:
        raise RefusedError(f"{NAME} cannot be written: {error}") from error
    return data


def _changed(new: Settings, old: Settings, present: bytes, shape: Shape, *, whole: bool) -> bytes:
    """The content with the changed sections merged into what is there, or put in its place."""
    wanted, before = settings.plain(new, shape), settings.plain(old, shape)
    document = Document.from_yaml(present if present.strip() else _NEW)
    for section in SECTIONS:
        then, now = before.get(section), wanted.get(section)
        if then == now:
            continue
        there = document.get(section)
        if whole or there is None:
            steps: list[Any] = [now]
        elif isinstance(there, list):
            steps = _list_steps(there, then or [], now or [])
        else:
            # What comes goes before what leaves: so the engine never has to write a mapping anew.
            steps = [_merged(there, then or {}, now or {}, drop=drop) for drop in (False, True)]
        for step in steps:
            if step:
                document = document.set((section,), step)
            elif section in document.block.names():
                document = document.delete((section,))
    return document.to_bytes()


def _merged(there: Mapping[str, Any], then: Mapping[str, Any], now: Mapping[str, Any], *, drop: bool) -> dict[str, Any]:
    """A mapping with what changed between two others; what neither of them knows stays.

    Args:
        there: the mapping.
        then, now: what the program knew of it, and what it shall be.
        drop: whether what went is dropped, too.
    """
    found = dict(there)
    for key in dict.fromkeys((*then, *now)):
        here: Any = there.get(key)
        if key in now:
            if now[key] != then.get(key):
                both = isinstance(here, dict) and isinstance(now[key], dict)
                found[key] = _merged(here, then.get(key) or {}, now[key], drop=drop) if both else now[key]
        elif drop:
            rest = _merged(here, then[key], {}, drop=True) if isinstance(here, dict) else {}
            found[key] = rest
            if not rest:
                del found[key]
    return found


def _list_steps(there: list[Any], then: list[Any], now: list[Any]) -> list[list[Any]]:
    """The corrections of a file without those that went, a run at a time, and then with those that came."""
    gone = [item for item in then if item not in now]
    goes = [any(_says(item, known) for known in gone) for item in there]
    steps, kept = [], list(there)
    for number in reversed(range(len(there))):
        if goes[number]:
            del kept[number]
            if number == 0 or not goes[number - 1]:
                steps.append(list(kept))
    return [*steps, [*kept, *(item for item in now if item not in then)]]


def _says(item: Any, known: Mapping[str, Any]) -> bool:
    """Whether an item of the file is a correction that the program knows."""
    with contextlib.suppress(DataError):
        return settings.plain_correction(settings.correction(item, "")) == known
    return False

"""Where an export goes: a folder or a zip archive. Never over what is there unasked, never outside of the target."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Collection, Generator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from ctxstudio.errors import CtxStudioError, RefusedError
from ctxstudio.storage import atomic
from ctxstudio.storage.record import MAX_FILE

_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The same for every file, so that the same agents give the same archive."""
_UNIX: Final = 3
_ELSEWHERE: Final = re.compile(r"\\|^[A-Za-z]:|^/|(?:^|/)\.\.(?:/|$)")
"""Names that mean a place outside of the folder where an archive is unpacked, at least on Windows."""
_STEP: Final = 20
"""Files between two words about the progress."""


class Step(NamedTuple):
    """How far a piece of work is.

    Attributes:
        what: the work, as a word for the user.
        done: files done.
        total: files to do.
    """

    what: str
    done: int
    total: int


def due(done: int, total: int) -> bool:
    """Whether the progress is worth a word: not every file is."""
    return done % _STEP == 0 or done == total


Steps = Generator[Step, None, None]


class Destination(Protocol):
    """What is written to."""

    def check_name(self, name: str) -> None:
        """Refuse a name that it cannot hold.

        Raises:
            RefusedError: with the reason, as a sentence about "its file name".
        """

    def existing(self, names: Collection[str]) -> tuple[str, ...]:
        """What would be replaced."""

    def check(self, names: Collection[str], force: bool) -> None:
        """Refuse what must not be written.

        Raises:
            RefusedError: something is there already, would lie outside, or is a file of the opened directory.
        """

    def write(self, files: Mapping[str, bytes], force: bool) -> Steps:
        """Write all of it; what was done is undone if it fails or the generator is closed.

        Raises:
            RefusedError, OSError: it cannot be written.
        """


class Opened:
    """The opened directory, which an export leaves alone.

    Attributes:
        root: its real path.
    """

    def __init__(self, directory: Path, ids: Collection[str]) -> None:
        self.root = os.path.realpath(directory)
        self._directory, self._ids = directory, ids

    def holds(self, place: str) -> bool:
        """Whether a real path is the directory or lies in it."""
        return place == self.root or place.startswith(self.root.rstrip(os.sep) + os.sep)

    def files(self) -> frozenset[str]:
        """The real paths of its agents, wherever links lead."""
        return frozenset(os.path.realpath(self._directory / id) for id in self._ids)


def destination(target: Path, opened: Opened) -> Destination:
    """The folder or, if its name ends in `.zip`, the archive.

    Raises:
        RefusedError: it is the opened directory, or a folder in it. What lies there is read as agents at the next
            load; an archive is not.
    """
    place = os.path.realpath(target)
    if place == opened.root:
        raise RefusedError("the export goes to another folder than the opened one; saving writes the files themselves")
    if target.suffix.lower() == ".zip":
        return _Archive(target, opened)
    if opened.holds(place):
        raise RefusedError(f"{target} lies in the opened directory, where the copies would be read as agents too")
    return _Folder(target, opened)


class _Undo:
    """What was written so far, to take it back."""

    def __init__(self) -> None:
        self._done: list[tuple[Path, bytes | None]] = []

    def make_folder(self, folder: Path) -> None:
        """Make a folder with those above it."""
        for path in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            path.mkdir()
            self._done.append((path, None))

    def write(self, path: Path, data: bytes, force: bool) -> None:
        """Write a file."""
        if force and os.path.lexists(path):
            old, status = atomic.read(path, MAX_FILE)
            atomic.write(path, data, status, sync=False)
            self._done.append((path, old))
        else:
            atomic.create(path, data, sync=False)
            self._done.append((path, None))

    def folders(self) -> frozenset[Path]:
        """Where something was written."""
        return frozenset(path.parent for path, _ in self._done)

    def take_back(self) -> list[str]:
        """Remove what was made and restore what was replaced; the names of the files where that failed."""
        left = []
        for path, old in reversed(self._done):
            try:
                if old is not None:
                    atomic.write(path, old)
                elif path.is_dir():
                    with contextlib.suppress(OSError):  # somebody else put a file there
                        path.rmdir()
                else:
                    path.unlink()
            except (OSError, CtxStudioError):
                left.append(path.name)
        return left


def _undone(undo: _Undo, error: Exception, target: Path) -> RefusedError:
    """What is said after a failure."""
    why = atomic.reason(error) if isinstance(error, OSError) else str(error)
    left = undo.take_back()
    outcome = f"what was written could not be taken back: {', '.join(left[:3])}" if left else "nothing was written"
    return RefusedError(f"cannot write {target}: {why}; {outcome}")


class _Folder:
    """A folder, which may not exist yet."""

    def __init__(self, target: Path, opened: Opened) -> None:
        self._target, self._opened = target, opened

    def check_name(self, name: str) -> None:
        """A folder holds what the opened one holds."""

    def existing(self, names: Collection[str]) -> tuple[str, ...]:
        return tuple(name for name in names if os.path.lexists(self._target / name))

    def check(self, names: Collection[str], force: bool) -> None:
        existing = () if force else self.existing(names)
        if existing:
            more = f" and {len(existing) - 3} more" if len(existing) > 3 else ""
            raise RefusedError(f"{self._target} already has {', '.join(existing[:3])}{more}; nothing was written")
        root, protected = os.path.realpath(self._target), self._opened.files() if force else frozenset()
        for name in names:
            self._check_place(name, root, protected)

    def _check_place(self, name: str, root: str, protected: Collection[str]) -> None:
        place = os.path.realpath(self._target / name)
        if not Path(place).is_relative_to(root):
            raise RefusedError(f"{name} would be written outside of {self._target}; nothing was written")
        if place in protected or self._opened.holds(place):
            raise RefusedError(f"{name} would be written into the opened directory; nothing was written")

    def write(self, files: Mapping[str, bytes], force: bool) -> Steps:
        undo, root = _Undo(), os.path.realpath(self._target)
        try:
            for number, (name, data) in enumerate(files.items(), 1):
                undo.make_folder((self._target / name).parent)
                # Again, for folders may have become links since they were checked.
                self._check_place(name, root, ())
                undo.write(self._target / name, data, force)
                if due(number, len(files)):
                    yield Step("Writing", number, len(files))
        except (OSError, CtxStudioError) as error:
            raise _undone(undo, error, self._target) from error
        except BaseException:
            undo.take_back()
            raise
        for folder in undo.folders():
            atomic.sync_directory(folder)


class _Archive:
    """A zip archive."""

    def __init__(self, target: Path, opened: Opened) -> None:
        self._target, self._opened = target, opened

    def check_name(self, name: str) -> None:
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise RefusedError("its file name is not UTF-8, which a zip archive cannot hold") from error
        if _ELSEWHERE.search(name):
            raise RefusedError("its file name could leave the folder in which the archive is unpacked")

    def existing(self, _: Collection[str]) -> tuple[str, ...]:
        return (self._target.name,) if os.path.lexists(self._target) else ()

    def check(self, names: Collection[str], force: bool) -> None:
        if self.existing(names) and not force:
            raise RefusedError(f"{self._target} exists; nothing was written")
        if force and os.path.realpath(self._target) in self._opened.files():
            raise RefusedError(f"{self._target} is a file of the opened directory; nothing was written")

    def write(self, files: Mapping[str, bytes], force: bool) -> Steps:
        archive, undo = io.BytesIO(), _Undo()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for number, (name, data) in enumerate(files.items(), 1):
                info = zipfile.ZipInfo(name, _ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.create_system = _UNIX
                info.external_attr = (stat.S_IFREG | 0o644) << 16
                packed.writestr(info, data)
                if due(number, len(files)):
                    yield Step("Packing", number, len(files))
        try:
            undo.make_folder(self._target.parent)
            if force:
                atomic.write(self._target, archive.getvalue())
            else:
                atomic.create(self._target, archive.getvalue())
        except (OSError, CtxStudioError) as error:
            raise _undone(undo, error, self._target) from error

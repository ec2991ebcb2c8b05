"""Finding the agent files of a directory."""

from __future__ import annotations

import gc
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ctxstudio.errors import UnusableInputError
from ctxstudio.storage import atomic, record
from ctxstudio.storage.record import Fingerprint, NotLoaded, Record

SKIPPED: Final = frozenset({".git", "node_modules"})
"""Folders that hold no agents of the user's own."""
BATCH: Final = 500
"""Files per batch: few enough to show progress, many enough not to be felt."""

Entry: TypeAlias = tuple[str, str]
"""Path of a file, and the same relative to the opened directory in POSIX form."""


@dataclass(slots=True)
class Batch:
    """Files read together.

    Attributes:
        records: agents.
        not_loaded: other files and folders, with the reason.
        done: files read so far.
        total: files found.
    """

    records: list[Record] = field(default_factory=list)
    not_loaded: list[NotLoaded] = field(default_factory=list)
    done: int = 0
    total: int = 0


def scan(directory: str, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Batch]:
    """Read all agent files of a directory and its folders, in the order of their paths.

    `.git`, `node_modules` and links to folders are not entered, and reported.

    Args:
        directory: where to look.
        cancelled: asked now and then; True ends the scan.

    Raises:
        UnusableInputError: there is no such directory, or it cannot be read.
    """
    if not os.path.isdir(directory):
        kind = "is not a directory" if os.path.lexists(directory) else "does not exist"
        raise UnusableInputError(f"{directory} {kind}")
    files, not_loaded = find(directory, cancelled)
    for start in range(0, max(len(files), 1), BATCH):
        if cancelled():
            return
        batch = _read(files[start : start + BATCH])
        batch.done, batch.total = min(start + BATCH, len(files)), len(files)
        if start == 0:
            batch.not_loaded[:0] = not_loaded
        yield batch


@dataclass(frozen=True, slots=True)
class News:
    """What differs on disk from what is known.

    Attributes:
        records: agents that are new or were written.
        gone: ids of agents that are agents no more.
        not_loaded: everything that is no row now, where that is another list than before; None where it is not.
    """

    records: tuple[Record, ...] = ()
    gone: tuple[str, ...] = ()
    not_loaded: tuple[NotLoaded, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.records or self.gone or self.not_loaded is not None)


def news(
    directory: str,
    known: Mapping[str, Fingerprint],
    not_loaded: Collection[NotLoaded],
    cancelled: Callable[[], bool] = lambda: False,
) -> News:
    """Look whether files came, went or were written since; reads only those.

    Args:
        directory: the opened directory.
        known: agent id -> its fingerprint when it was read.
        not_loaded: what was no row then.
        cancelled: asked now and then; True ends the search without news.

    Raises:
        UnusableInputError: the directory is gone or cannot be read.
    """
    files, passed = find(directory, cancelled)
    records: list[Record] = []
    for path, id in files:
        if cancelled():
            return News()
        before = known.get(id)
        try:
            same = before is not None and Fingerprint.of(os.stat(path)) == before
        except OSError:
            same = False
        if same:
            continue
        read = record.read(path, id)
        if isinstance(read, Record):
            records.append(read)
        else:
            passed.append(read)
    if cancelled():
        return News()
    loaded = {id for _, id in files} - {missed.path for missed in passed}
    passed.sort()
    return News(
        tuple(records),
        tuple(id for id in known if id not in loaded),
        tuple(passed) if passed != sorted(not_loaded) else None,
    )


def look_at(directory: str, ids: Collection[str], not_loaded: Collection[NotLoaded]) -> News:
    """Read some files again, whatever is there now; the rest is taken to be as it was.

    Args:
        directory: the opened directory.
        ids: paths relative to it.
        not_loaded: what was no row so far.
    """
    records: list[Record] = []
    looked_at = frozenset(ids)
    missed = [other for other in not_loaded if other.path not in looked_at]
    for id in ids:
        path = os.path.join(directory, id)
        if not os.path.lexists(path):
            continue
        read = record.read(path, id)
        if isinstance(read, Record):
            records.append(read)
        else:
            missed.append(read)
    loaded = {read.id for read in records}
    return News(tuple(records), tuple(id for id in ids if id not in loaded), tuple(sorted(missed)))


def _read(files: list[Entry]) -> Batch:
    batch = Batch()
    # Thousands of small objects, none of them garbage: the collector would walk all of them again and again,
    # for a third of the whole time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        for path, id in files:
            read = record.read(path, id)
            if isinstance(read, Record):
                batch.records.append(read)
            else:
                batch.not_loaded.append(read)
    finally:
        if collecting:
            gc.enable()
    return batch


def find(directory: str, cancelled: Callable[[], bool] = lambda: False) -> tuple[list[Entry], list[NotLoaded]]:
    """All `.md` files below a directory, sorted by path, and what was passed over.

    Raises:
        UnusableInputError: the directory itself cannot be read.
    """
    files: list[Entry] = []
    passed: list[NotLoaded] = []
    folders = [(directory, "")]
    while folders and not cancelled():
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    _sort_in(entry, prefix + entry.name, files, folders, passed)
        except OSError as error:
            if not prefix:
                raise UnusableInputError(f"{directory} cannot be read: {atomic.reason(error)}") from error
            passed.append(NotLoaded(prefix.rstrip("/"), f"the folder cannot be read: {atomic.reason(error)}"))
    files.sort(key=lambda found: found[1])
    passed.sort()
    return files, passed


def _sort_in(
    entry: os.DirEntry[str], id: str, files: list[Entry], folders: list[Entry], passed: list[NotLoaded]
) -> None:
    is_markdown = entry.name.lower().endswith(".md")
    if entry.is_dir(follow_symlinks=False):
        if entry.name in SKIPPED:
            passed.append(NotLoaded(id, "folders of this name are skipped"))
            return
        if is_markdown:
            passed.append(NotLoaded(id, "a folder, not a file; what is in it was read"))
        folders.append((entry.path, id + "/"))
    elif entry.is_symlink():
        reason = _why_not_followed(entry, is_markdown)
        if reason:
            passed.append(NotLoaded(id, reason))
        elif is_markdown:
            files.append((entry.path, id))
    elif is_markdown:
        if entry.is_file(follow_symlinks=False):
            files.append((entry.path, id))
        else:
            passed.append(NotLoaded(id, "not a regular file"))


def _why_not_followed(link: os.DirEntry[str], is_markdown: bool) -> str:
    """Why what a link leads to is not read, empty if it is or if nobody would expect it to be."""
    try:
        mode = link.stat().st_mode
    except FileNotFoundError:
        reason = "a broken link"
    except OSError as error:
        reason = f"a link that leads nowhere: {atomic.reason(error)}"
    else:
        if stat.S_ISDIR(mode):
            return "a link to a folder; links to folders are not followed"
        reason = "" if stat.S_ISREG(mode) else "a link to something that is no regular file"
    return reason if is_markdown else ""

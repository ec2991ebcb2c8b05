"""Unsaved edits, kept on disk so that a crash does not take them: one file for each directory."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import filelock

from ctxstudio.errors import DataError, RefusedError
from ctxstudio.policy import checked, portable
from ctxstudio.policy.values import Policy
from ctxstudio.storage import atomic

_VERSION: Final = 1
_MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Draft:
    """The unsaved edit of one agent.

    Attributes:
        id: path relative to the opened directory.
        base: what its file said when it was edited.
        policy: what it shall say.
    """

    id: str
    base: Policy
    policy: Policy


@dataclass(frozen=True, slots=True)
class Kept:
    """The unsaved edits of a directory.

    Attributes:
        time: when they were kept.
        drafts: one for each agent.
    """

    time: datetime.datetime
    drafts: tuple[Draft, ...]


class Drafts:
    """The unsaved edits of all directories."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made when the first edits are kept."""
        self._folder = folder

    def keep(self, directory: Path, drafts: Collection[Draft], now: datetime.datetime) -> None:
        """Keep the edits of a directory in place of those kept before; without any, forget them.

        Raises:
            RefusedError: they cannot be written.
        """
        path = self._path(directory)
        try:
            if not drafts:
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
                return
            atomic.make_folder(self._folder, private=True)
            atomic.write(path, _text(directory, drafts, now), private=True)
        except OSError as error:
            raise RefusedError(f"unsaved edits cannot be kept in {path}: {atomic.reason(error)}") from error

    def claim(self, directory: Path) -> filelock.FileLock | None:
        """The right to keep the edits of a directory, held until it is released or the process ends.

        Returns:
            None where another window has it, or the system refused.
        """
        try:
            atomic.make_folder(self._folder, private=True)
            lock = filelock.FileLock(self._path(directory).with_suffix(".lock"), timeout=0)
            lock.acquire()
        except (filelock.Timeout, OSError):
            return None
        return lock

    def load(self, directory: Path) -> Kept | None:
        """The edits of a directory, None if there are none. A file that has no sense is put aside.

        Raises:
            RefusedError, DataError: they are there and cannot be read.
        """
        path = self._path(directory)
        try:
            data, _ = atomic.read(path, _MOST_BYTES)
            return _kept(json.loads(data))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RefusedError(f"unsaved edits in {path} cannot be read: {atomic.reason(error)}") from error
        except (ValueError, RecursionError) as error:
            raise _put_aside(path, DataError(f"is no file of unsaved edits: {error}")) from error
        except DataError as error:
            raise _put_aside(path, error) from error

    def _path(self, directory: Path) -> Path:
        # A name that any file system takes, for any directory.
        digest = hashlib.sha256(os.fsencode(os.path.realpath(directory))).hexdigest()
        return self._folder / f"{digest[:24]}.json"


def _put_aside(path: Path, error: DataError) -> DataError:
    """What is said about a file that has no sense to this program: the next edits must not go over it."""
    aside = atomic.free_name(path, "unread")
    try:
        os.rename(path, aside)
    except OSError:
        aside = path
    return DataError(f"{error.message}; it is kept as {aside}", file=str(path), key=error.key)


def _text(directory: Path, drafts: Collection[Draft], now: datetime.datetime) -> bytes:
    value = {
        "version": _VERSION,
        "directory": os.path.realpath(directory),
        "time": now.isoformat(),
        "agents": [
            {"path": draft.id, "base": portable.plain(draft.base), "policy": portable.plain(draft.policy)}
            for draft in drafts
        ],
    }
    return json.dumps(value, indent=1).encode()


def _kept(value: object) -> Kept:
    data = checked.mapping(value, "")
    if data.get("version") != _VERSION:
        raise DataError("another version wrote it", key="version")
    agents = data.get("agents")
    if not isinstance(agents, list):
        raise DataError("must be a list", key="agents")
    drafts = []
    for number, item in enumerate(agents):
        where = f"agents.{number}"
        agent = checked.mapping(item, where)
        drafts.append(
            Draft(
                checked.text(agent.get("path"), f"{where}.path"),
                portable.policy_of(agent.get("base"), f"{where}.base"),
                portable.policy_of(agent.get("policy"), f"{where}.policy"),
            )
        )
    time = datetime.datetime.fromisoformat(checked.text(data.get("time"), "time"))
    return Kept(time, tuple(drafts))

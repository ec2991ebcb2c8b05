"""The journal of saves: what each batch was going to change, with the old contents, kept in one SQLite file.

A batch is durable here before its first file is touched. One that has no outcomes was interrupted.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ctxstudio.storage import journal_file
from ctxstudio.storage.journal_file import BusyError, JournalFile

KEEP: Final = datetime.timedelta(days=90)
"""How long old contents are kept."""
KEEP_BYTES: Final = 256 << 20
"""How much of old contents is kept."""
_KEEP_BATCHES = 20
"""Batches that stay whatever their age and size."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one file.

    Attributes:
        id: path relative to the directory, POSIX form.
        before: its content, None where there is no file.
        after: its content then, None where there is no file any more.
        mode: permission bits of a file that is made; None for the usual ones.
        in_place: whether it is overwritten and not replaced: it has several hard links, and all shall see the change.
        status: of the file when `before` was read, so that it need not be read again; None where that is unknown.
    """

    id: str
    before: bytes | None
    after: bytes | None
    mode: int | None = None
    in_place: bool = False
    status: os.stat_result | None = None

    def inverse(self) -> Change:
        """The change that takes this one back."""
        return Change(self.id, self.after, self.before, self.mode, self.in_place)


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of changes as the journal remembers it; its contents are read when wanted.

    Attributes:
        key: its number in the journal.
        token: stands in the names of its temporary files.
        title: what it was, for the user.
        time: when it began.
        directory: the opened directory.
        ids: its files.
        finished: whether it came to an end.
        outcomes: file -> why it was not written, empty if it was; empty as a whole while unfinished.
    """

    key: int
    token: str
    title: str
    time: datetime.datetime
    directory: Path
    ids: tuple[str, ...]
    finished: bool
    outcomes: Mapping[str, str]


class Journal:
    """All batches. Every call opens the file anew, so that any thread may call.

    A damaged file is put aside by the call that meets it, which is refused and says so; the next one begins a new file.
    """

    def __init__(self, path: Path) -> None:
        """Use the journal in a file, which is made when the first batch begins."""
        self._file = JournalFile(path)

    def writing(self) -> contextlib.AbstractContextManager[None]:
        """One batch at a time, over all threads and processes.

        Raises:
            RefusedError: another process saves, or the system refused.
        """
        return self._file.locked()

    def begin(self, directory: Path, title: str, changes: Sequence[Change], now: datetime.datetime) -> Batch:
        """Remember a batch durably, before its first file is touched.

        Args:
            directory: the opened directory.
            title: what it is, for the user.
            changes: the files.
            now: with its time zone.

        Raises:
            RefusedError: it cannot be remembered; nothing may be written then.
        """
        place, token = Path(os.path.realpath(directory)), secrets.token_hex(8)
        size = sum(len(change.before or b"") + len(change.after or b"") for change in changes)
        with self._file.opened("written") as database:
            key = database.execute(
                "INSERT INTO batch (token, title, time, directory, size) VALUES (?, ?, ?, ?, ?)",
                (token, _text(title), now.isoformat(), os.fsencode(place), size),
            ).lastrowid
            database.executemany(
                "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (key, number, _encoded(change.id), change.before, change.after, change.mode, change.in_place)
                    for number, change in enumerate(changes)
                ],
            )
        return Batch(key or 0, token, title, now, place, tuple(change.id for change in changes), False, {})

    def finish(self, batch: Batch, outcomes: Mapping[str, str]) -> None:
        """Remember what became of a batch, and forget what is too old.

        Raises:
            RefusedError: the journal cannot be written. The files are as they are.
        """
        with self._file.opened("written") as database:
            ends = json.dumps([outcomes.get(id, "") for id in batch.ids])
            database.execute("UPDATE batch SET outcomes = ? WHERE key = ?", (ends, batch.key))
            with journal_file.meaning():
                _prune(database, batch.time)

    def batches(self) -> list[Batch]:
        """All batches that are remembered, the newest first.

        Raises:
            RefusedError: the journal cannot be read.
        """
        if not self._file.exists():
            return []
        with self._file.opened("read") as database, journal_file.meaning():
            ids: dict[int, list[str]] = {}
            for key, id in database.execute("SELECT batch, id FROM file ORDER BY batch, number"):
                ids.setdefault(key, []).append(os.fsdecode(id))
            rows = database.execute(
                "SELECT key, token, title, time, directory, outcomes FROM batch ORDER BY key DESC"
            ).fetchall()
            return [_batch(row, tuple(ids.get(row[0], ()))) for row in rows]

    def unfinished(self, directory: Path) -> list[Batch]:
        """The interrupted batches of a directory, the newest first; not what another process is writing just now.

        Raises:
            RefusedError: the journal cannot be read.
        """
        if not self._file.exists():
            return []
        try:
            with self._file.locked(0):
                found = self._begun()
        except BusyError:
            found = self._begun()[1:]  # only the newest can be the one that is being written
        place = Path(os.path.realpath(directory))
        return [batch for batch in found if batch.directory == place]

    def _begun(self) -> list[Batch]:
        return [batch for batch in self.batches() if not batch.finished]

    def changes(self, batch: Batch) -> tuple[Change, ...]:
        """What a batch changed, contents included.

        Raises:
            RefusedError: the journal cannot be read.
        """
        with self._file.opened("read") as database, journal_file.meaning():
            rows = database.execute(
                "SELECT id, before, after, mode, in_place FROM file WHERE batch = ? ORDER BY number", (batch.key,)
            )
            return tuple(
                Change(os.fsdecode(id), before, after, mode, bool(place)) for id, before, after, mode, place in rows
            )


def _batch(row: tuple[int, str, str, str, bytes, str | None], ids: tuple[str, ...]) -> Batch:
    key, token, title, time, directory, outcomes = row
    ends = dict(zip(ids, json.loads(outcomes), strict=True)) if outcomes is not None else {}
    moment = datetime.datetime.fromisoformat(time)
    return Batch(key, token, title, moment, Path(os.fsdecode(directory)), ids, outcomes is not None, ends)


def _prune(database: sqlite3.Connection, now: datetime.datetime) -> None:
    """Forget finished batches that are too old, or too many bytes back."""
    total, doomed = 0, []
    rows = database.execute("SELECT key, time, size FROM batch WHERE outcomes IS NOT NULL ORDER BY key DESC")
    for count, (key, time, size) in enumerate(rows):
        total += size
        is_old = now - datetime.datetime.fromisoformat(time) > KEEP
        if count >= _KEEP_BATCHES and (is_old or total > KEEP_BYTES):
            doomed.append((key,))
    if doomed:
        database.executemany("DELETE FROM batch WHERE key = ?", doomed)
        database.executescript("PRAGMA incremental_vacuum")  # `execute` would give back a single page


def _encoded(id: str) -> bytes:
    """A path as the system has it.

    Raises:
        ValueError: no file can have it.
    """
    if "\0" in id:
        raise ValueError("a path has no null character")
    return os.fsencode(id)


def _text(text: str) -> str:
    """A text that SQLite can hold: without halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()

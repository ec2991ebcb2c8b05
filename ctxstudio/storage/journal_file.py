"""The SQLite file of the journal: made for its owner alone, one writer at a time, put aside where it is damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import filelock

from ctxstudio.errors import RefusedError
from ctxstudio.storage import atomic

_PATIENCE_S: Final = 30
"""How long another process may save before this one gives up."""
_VERSION: Final = 1
# Most of it is contents of some thousand bytes: larger pages than SQLite's take a third less time.
_SCHEMA: Final = f"""
PRAGMA page_size = 16384;
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS batch (
    key INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL, title TEXT NOT NULL, time TEXT NOT NULL,
    directory BLOB NOT NULL, size INTEGER NOT NULL, outcomes TEXT
);
CREATE TABLE IF NOT EXISTS file (
    batch INTEGER NOT NULL REFERENCES batch ON DELETE CASCADE, number INTEGER NOT NULL, id BLOB NOT NULL,
    before BLOB, after BLOB, mode INTEGER, in_place INTEGER NOT NULL, PRIMARY KEY (batch, number)
);
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_TABLES: Final = (
    "SELECT key, token, title, time, directory, size, outcomes FROM batch LIMIT 0",
    "SELECT batch, number, id, before, after, mode, in_place FROM file LIMIT 0",
)


class BusyError(RefusedError):
    """Another thread or process holds the lock."""


class JournalFile:
    """A journal's file and its lock. Every call opens it anew, so that any thread may call."""

    def __init__(self, path: Path) -> None:
        """Use a file, which is made when it is first opened."""
        self._path = path
        self._lock = filelock.FileLock(path.with_suffix(".lock"))

    def exists(self) -> bool:
        """Whether it was ever opened."""
        return self._path.exists()

    @contextlib.contextmanager
    def locked(self, patience: float = _PATIENCE_S) -> Iterator[None]:
        """Hold the lock, which no other thread or process has then.

        Args:
            patience: seconds to wait for it.

        Raises:
            BusyError: somebody else had it all the time.
            RefusedError: the system refused.
        """
        try:
            atomic.make_folder(self._path.parent, private=True)
            self._lock.acquire(timeout=patience)
        except filelock.Timeout as error:
            raise BusyError("another ctxstudio is saving; try again when it is done") from error
        except (OSError, NotImplementedError) as error:
            raise RefusedError(f"the journal in {self._path.parent} cannot be locked: {_reason(error)}") from error
        try:
            yield
        finally:
            self._lock.release()

    @contextlib.contextmanager
    def opened(self, purpose: str) -> Iterator[sqlite3.Connection]:
        """A connection with a transaction that is durable when it ends.

        A damaged file is put aside: this call is refused and says so, the next one begins a new file.

        Args:
            purpose: `read` or `written`, for the message.

        Raises:
            RefusedError: it cannot be.
        """
        inode = 0
        try:
            atomic.make_folder(self._path.parent, private=True)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            inode = os.stat(self._path).st_ino
            with contextlib.closing(_connected(self._path)) as database, database:
                yield database
        except (OSError, sqlite3.Error, ValueError, _MeaninglessError) as error:
            if _is_damage(error) and (aside := self._put_aside(inode)):
                raise RefusedError(
                    f"the journal of saves is damaged ({_reason(error)}); it is kept as {aside}, and a new one begins. "
                    "Try again"
                ) from error
            raise RefusedError(f"the journal {self._path} cannot be {purpose}: {_reason(error)}") from error

    def _put_aside(self, inode: int) -> Path | None:
        """Give the damaged file another name, which is returned; None where it cannot be done."""
        try:
            with self.locked(0):
                if os.stat(self._path).st_ino != inode:
                    return None  # another process did it meanwhile
                aside = atomic.free_name(self._path, "damaged")
                os.rename(self._path, aside)
        except (OSError, RefusedError):
            return None
        return aside


class _MeaninglessError(Exception):
    """The journal holds a value that nobody can have written there."""


@contextlib.contextmanager
def meaning() -> Iterator[None]:
    """Where values of the file are understood: one that cannot be is damage."""
    try:
        yield
    except (ValueError, TypeError) as error:
        raise _MeaninglessError(str(error)) from error


def _is_damage(error: Exception) -> bool:
    """Whether trying again cannot help: the file is no database, a broken one, or holds something else."""
    # The lower byte of an extended code is the code.
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return isinstance(error, _MeaninglessError) or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _connected(path: Path) -> sqlite3.Connection:
    """A connection to a journal with its tables, in a transaction: what is read belongs together.

    Raises:
        sqlite3.Error, _MeaninglessError: it is none, or of a newer version.
    """
    database = sqlite3.connect(path, timeout=_PATIENCE_S)
    try:
        # EXTRA: without it a power failure just after the end of a transaction may take it back.
        database.execute("PRAGMA synchronous = EXTRA")
        database.execute("PRAGMA foreign_keys = ON")
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise sqlite3.NotSupportedError("it was written by a newer ctxstudio")
        if not version:
            database.executescript(_SCHEMA)
        database.execute("BEGIN")
        _see_tables(database)
    except BaseException:
        database.close()
        raise
    return database


def _see_tables(database: sqlite3.Connection) -> None:
    try:
        for table in _TABLES:
            database.execute(table)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise _MeaninglessError(str(error)) from error
        raise


def _reason(error: Exception) -> str:
    return atomic.reason(error) if isinstance(error, OSError) else str(error)

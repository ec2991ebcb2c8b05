"""Carrying out a batch of file changes so that, whenever it is interrupted, it can be finished or undone."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import enum
import itertools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from ctxstudio.errors import CtxStudioError, RefusedError
from ctxstudio.storage import atomic
from ctxstudio.storage.journal import Batch, Change, Journal
from ctxstudio.storage.record import MAX_FILE

THREADS: Final = 8
"""A file waits for the disk, not for the processor: eight at once halve the time."""
_OUTSIDE: Final = "it would lie outside of the opened directory"

Remove: TypeAlias = Callable[[Path], None]
"""How a file goes."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one change.

    Attributes:
        reason: why it was not done; empty if it was.
        status: of the file that was written, else None.
        linked: whether it was not done because the file has several hard links.
        torn: whether the file is half old and half new; its batch stays unfinished.
    """

    reason: str = ""
    status: os.stat_result | None = None
    linked: bool = False
    torn: bool = False


class Standing(enum.Enum):
    """What a file of a batch holds now."""

    BEFORE = enum.auto()
    AFTER = enum.auto()
    TORN = enum.auto()
    """Here the old content and there the new one: overwriting it in place was interrupted."""
    OTHER = enum.auto()
    """Neither: somebody changed it since."""


def carry_out(
    journal: Journal,
    directory: Path,
    title: str,
    changes: Sequence[Change],
    now: datetime.datetime,
    *,
    remove: Remove = os.unlink,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, Result]:
    """Do a batch: journal first, then every file, durable each. A file that cannot be written does not stop the others.

    Args:
        journal: where it is remembered.
        directory: the opened directory.
        title: what it is, for the user.
        changes: the files. A file that does not hold its `before` is left alone. Files go only where all others of the
            batch could be written: a renamed file must not be lost.
        now: with its time zone.
        remove: how files go; the window's way is the trash.
        progress: told how many are done, in any thread.

    Raises:
        RefusedError: the journal cannot be written. Nothing was changed.
    """
    if not changes:
        return {}
    with journal.writing():
        batch = journal.begin(directory, title, changes, now)
        results = _Work(directory, batch.token, remove, progress).do(changes)
        # What the journal does not hear of now is found out at the next start; the files are as reported.
        with contextlib.suppress(RefusedError):
            _end(journal, batch, results, "")
    return results


def _end(journal: Journal, batch: Batch, results: Mapping[str, Result], outcome: str) -> None:
    """Remember how a batch ended, unless a file must still be mended."""
    if not any(result.torn for result in results.values()):
        journal.finish(batch, {id: result.reason or outcome for id, result in results.items()})


class _Work:
    """The changes of one batch being made."""

    def __init__(self, directory: Path, token: str, remove: Remove, progress: Callable[[int], None]) -> None:
        self._directory, self._token, self._remove, self._progress = directory, token, remove, progress
        self._results: dict[str, Result] = {}

    def do(self, changes: Sequence[Change], left_alone: Mapping[str, Result] | None = None) -> dict[str, Result]:
        """Make changes, those that remove a file last, and only if nothing else failed.

        Args:
            changes: what to do.
            left_alone: files of the batch that were found to be none of it any more.
        """
        self._results = dict(left_alone or {})
        written = [change for change in changes if change.after is not None]
        with futures.ThreadPoolExecutor(THREADS) as pool:
            shares = [written[start::THREADS] for start in range(min(THREADS, len(written)))]
            for _ in pool.map(self._do_some, shares):
                pass  # what was raised there is raised here
        blocked = next((result.reason for result in self._results.values() if result.reason), "")
        for change in changes:
            if change.after is None and blocked:
                self._results[change.id] = Result(f"it stays, because of another file: {blocked}")
            elif change.after is None:
                self._do_some([change])
        _sync({(self._directory / change.id).parent for change in changes if not self._results[change.id].reason})
        return self._results

    def _do_some(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._results[change.id] = self._done(change)
            self._progress(len(self._results))

    def _done(self, change: Change) -> Result:
        """Do one change, unless the file holds something else than expected."""
        try:
            return Result(status=self._do(change))
        except atomic.LinkedError as error:
            return Result(str(error), linked=True)
        except atomic.TornError as error:
            return Result(str(error), torn=True)
        except OSError as error:
            return Result(atomic.reason(error))
        except CtxStudioError as error:
            return Result(str(error))

    def _do(self, change: Change) -> os.stat_result | None:
        path = _place(self._directory, change.id)
        if change.before is None:
            _make_folder(self._directory, path.parent)
            return atomic.create(path, change.after or b"", change.mode, token=self._token, sync=False)
        status = change.status
        if status is None or change.after is None or change.in_place:
            present, status = atomic.read(path, MAX_FILE)
            if change.in_place and present == change.after:
                return status  # another name of the same file stands in the batch too
            if present != change.before:
                raise RefusedError("it changed on disk")
        if change.after is None:
            self._remove(path)
            return None
        if change.in_place:
            return atomic.overwrite(path, change.before, change.after, status)
        return atomic.write(path, change.after, status, token=self._token, sync=False)


def _sync(folders: Iterable[Path]) -> None:
    """Make the names in some folders durable."""
    for folder in {os.path.realpath(folder) for folder in folders}:
        atomic.sync_directory(folder)


def _place(directory: Path, id: str) -> Path:
    """Where a file is, by the words of its path alone: links to files may lead anywhere."""
    path = Path(id)
    if path.is_absolute() or path.drive or ".." in path.parts:
        raise RefusedError(_OUTSIDE)
    return directory / path


def _make_folder(directory: Path, folder: Path) -> None:
    """The folder of a new file, which no link may lead out of the directory."""
    if not Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(directory)):
        raise RefusedError(_OUTSIDE)
    atomic.make_folder(folder)


def present(directory: Path, id: str) -> bytes:
    """The present content of a file.

    Raises:
        RefusedError: it cannot be read.
    """
    try:
        return atomic.read(directory / id, MAX_FILE)[0]
    except OSError as error:
        raise RefusedError(f"{id} cannot be read: {atomic.reason(error)}") from error


# After an interruption


def standing(directory: Path, change: Change) -> Standing:
    """What a file of a batch holds now."""
    return _found(directory, change)[0]


def _found(directory: Path, change: Change) -> tuple[Standing, bytes | None]:
    """What a file of a batch holds now, in one word and as it is; None where there is none or it cannot be read."""
    try:
        present = atomic.read(_place(directory, change.id), MAX_FILE)[0]
    except FileNotFoundError:
        present = None
    except (OSError, CtxStudioError):
        return Standing.OTHER, None
    if present == change.after:
        return Standing.AFTER, present
    if present == change.before:
        return Standing.BEFORE, present
    return Standing.TORN if change.in_place and _is_torn(change, present) else Standing.OTHER, present


def _is_torn(change: Change, present: bytes | None) -> bool:
    """Whether every byte is, in its place, one of `before` or `after`; also a mending may have been interrupted."""
    if present is None or change.before is None or change.after is None:
        return False
    shorter, longer = sorted((len(change.before), len(change.after)))
    places = itertools.zip_longest(change.before, change.after)
    return shorter <= len(present) <= longer and all(byte in pair for byte, pair in zip(present, places, strict=False))


def finish(journal: Journal, batch: Batch, *, remove: Remove = os.unlink) -> dict[str, Result]:
    """Do what is missing of an interrupted batch; files that somebody changed since are left alone.

    Raises:
        RefusedError: it came to an end meanwhile, or the journal cannot be read or written.
    """
    return _settle(journal, batch, Standing.AFTER, remove)


def undo(journal: Journal, batch: Batch, *, remove: Remove = os.unlink) -> dict[str, Result]:
    """Take back what an interrupted batch did; files that somebody changed since are left alone.

    Raises:
        RefusedError: it came to an end meanwhile, or the journal cannot be read or written.
    """
    return _settle(journal, batch, Standing.BEFORE, remove)


def _settle(journal: Journal, batch: Batch, wanted: Standing, remove: Remove) -> dict[str, Result]:
    """Bring every file of a batch to one side. It may be interrupted again: the batch stays unfinished till then."""
    with journal.writing():
        if batch.key not in {other.key for other in journal.batches() if not other.finished}:
            raise RefusedError("it was finished or undone already")
        changes = journal.changes(batch)
        folders = {Path(os.path.realpath(batch.directory / change.id)).parent for change in changes}
        for folder in folders:
            atomic.remove_temporaries(folder, batch.token)
        left, steps = {}, []
        for change in changes:
            now, present = _found(batch.directory, change)
            if now in (wanted, Standing.OTHER):
                left[change.id] = Result("" if now is wanted else "it changed on disk since")
            else:
                step = change if wanted is Standing.AFTER else change.inverse()
                # What is torn is neither of both.
                steps.append(step if step.before is None else dataclasses.replace(step, before=present))
        results = _Work(batch.directory, batch.token, remove, lambda _: None).do(steps, left)
        # What was done before the interruption may not be durable yet.
        _sync(folders)
        _end(journal, batch, results, "" if wanted is Standing.AFTER else "it was undone")
    return {change.id: results[change.id] for change in changes}

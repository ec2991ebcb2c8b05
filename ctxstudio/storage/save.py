"""Saving policies into agent files: the present bytes, the smallest patch, journal and atomic replace, one report."""

from __future__ import annotations

import datetime
import enum
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError, FrontmatterError, RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.policy import merge
from ctxstudio.policy.values import Policy
from ctxstudio.storage import atomic, batch, patch, record
from ctxstudio.storage.batch import Result
from ctxstudio.storage.journal import Change, Journal
from ctxstudio.storage.record import Fingerprint, Record


class Outcome(enum.Enum):
    """What became of one file of a batch."""

    WRITTEN = enum.auto()
    MERGED = enum.auto()
    """Written; what had changed elsewhere on disk was kept."""
    CONFLICT = enum.auto()
    """Not written: on disk, its policy changed in the same place, or in how it is said."""
    LINKED = enum.auto()
    """Not written: the file has several hard links, and replacing it would part them."""
    FAILED = enum.auto()
    """Not written."""


@dataclass(frozen=True, slots=True)
class SaveJob:
    """One file to save: a frozen snapshot, so that a worker can have it.

    Attributes:
        record: the file as last read.
        policy: what it shall say.
        origin: the document from which `record` came by edits of the policy alone: as first read in this session, or
            as last merged. Its words are kept where its values return.
    """

    record: Record
    policy: Policy
    origin: Document


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one file.

    Attributes:
        id: path relative to the opened directory.
        outcome: whether it was written.
        record: the file as it is on disk now; None where it could not be read.
        message: for the user; empty where all went as usual.
        asked: the policy it should say; of a merge, the file says what others wrote besides.
    """

    id: str
    outcome: Outcome
    record: Record | None
    message: str = ""
    asked: Policy | None = None

    @property
    def written(self) -> bool:
        """Whether the file says now what was meant."""
        return self.outcome in (Outcome.WRITTEN, Outcome.MERGED)

    @property
    def conflict(self) -> bool:
        """Whether it was not written because somebody else changed the policy."""
        return self.outcome is Outcome.CONFLICT

    def text(self) -> str:
        """The result as one line for the user."""
        return f"{self.id}: {'' if self.written else 'not '}written: {self.message}".removesuffix(": ")


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What became of a batch.

    Attributes:
        files: one result a file, in the order of the jobs.
    """

    files: tuple[Saved, ...]

    @property
    def refused(self) -> tuple[Saved, ...]:
        """The files that were not written."""
        return tuple(saved for saved in self.files if not saved.written)

    def text(self) -> str:
        """The report as lines for the user: a total, then what deserves a word."""
        written = sum(saved.written for saved in self.files)
        lines = [f"{written:,} of {counted(len(self.files), 'file')} written"]
        lines += [saved.text() for saved in self.files if saved.message]
        return "\n".join(lines)


def save(
    directory: Path,
    jobs: Sequence[SaveJob],
    journal: Journal,
    now: datetime.datetime,
    *,
    in_place: Collection[str] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> SaveReport:
    """Write a batch; a file that cannot be written does not stop the others.

    Args:
        directory: the opened directory.
        jobs: the files.
        journal: where the batch is remembered before the first file is touched.
        now: with its time zone.
        in_place: files with several hard links that the user wants written nevertheless, under all their names.
        progress: told, in any thread, how many files were tried of those that can be patched.

    Raises:
        RefusedError: the journal cannot be written. Nothing was saved.
    """
    files = [_patched(directory / job.record.id, job) for job in jobs]
    changes = [
        Change(file.id, file.before, file.after, in_place=file.id in in_place, status=file.status)
        for file in files
        if isinstance(file, _Patched) and file.after != file.before
    ]
    results = batch.carry_out(journal, directory, _title(jobs), changes, now, progress=progress)
    return SaveReport(tuple(file if isinstance(file, Saved) else _saved(file, results.get(file.id)) for file in files))


@dataclass(frozen=True, slots=True)
class _Patched:
    """A file as it is on disk now, and as it shall be.

    Attributes:
        id: path relative to the opened directory.
        before, after: its bytes.
        asked: the policy it should say.
        merged: whether something else of the file had changed since it was read.
        status: of the file when `before` was read.
    """

    id: str
    before: bytes
    after: bytes
    asked: Policy
    merged: bool
    status: os.stat_result


def _title(jobs: Sequence[SaveJob]) -> str:
    return f"save of {jobs[0].record.name}" if len(jobs) == 1 else f"save of {len(jobs):,} agents"


def edited(document: Document, policy: Policy, origin: Document, present: Policy | None = None) -> Document:
    """A document with another policy.

    Args:
        document: it came from `origin` by edits of the policy alone.
        policy: what it shall say.
        origin: as in `SaveJob`. Where it says all of that policy, its frontmatter comes back to the byte, whatever
            the way there and back was.
        present: what the document says, where that is known already.

    Raises:
        EditError: it cannot be done safely.
    """
    if patch.policy_of(origin).policy == policy:
        return Document.from_bytes(origin.head + document.to_bytes()[len(document.head) :])
    if present is None:
        present = patch.policy_of(document).policy
    return patch.apply(document.with_origin(origin), present, policy)


def _patched(path: Path, job: SaveJob) -> _Patched | Saved:
    """The patch of one file, from its present bytes; what became of it where there can be none."""
    id, old = job.record.id, job.record.reading
    try:
        if job.record.locked:
            raise RefusedError(job.record.locked)
        before, status = atomic.read(path, record.MAX_FILE)
        document = Document.from_bytes(before)
        present = patch.policy_of(document)
        touched, wanted = document.head != job.record.document.head, job.policy
        if touched and present.policy != wanted:
            merged = merge.merge(old.policy, present.policy, wanted)
            if merged.clashes or present.dialect is not old.dialect:
                message = f"its policy changed on disk, where it now says {_short(present.policy)}"
                return Saved(id, Outcome.CONFLICT, _record(id, document, status), message)
            wanted = merged.policy
            document = patch.apply(document.with_origin(job.origin), present.policy, wanted)
        elif present.policy != wanted:
            document = edited(document, wanted, job.origin, present.policy)
        return _Patched(id, before, document.to_bytes(), job.policy, touched, status)
    except FileNotFoundError:
        return Saved(id, Outcome.FAILED, None, "the file is gone")
    except OSError as error:
        return Saved(id, Outcome.FAILED, None, atomic.reason(error))
    except FrontmatterError as error:
        return Saved(id, Outcome.CONFLICT, None, f"its frontmatter on disk cannot be read any more: {error}")
    except CtxStudioError as error:
        return Saved(id, Outcome.FAILED, None, str(error))


def _saved(file: _Patched, result: Result | None) -> Saved:
    """What became of a patched file; no result where there was nothing to write."""
    if result is not None and result.reason:
        return Saved(file.id, Outcome.LINKED if result.linked else Outcome.FAILED, None, result.reason)
    status = result.status if result is not None and result.status is not None else file.status
    outcome, message = Outcome.WRITTEN, ""
    if file.merged:
        outcome, message = Outcome.MERGED, "what had changed on disk since it was read was kept"
    # Read anew: a document that came by edits remembers words which this file has no more.
    return Saved(file.id, outcome, _record(file.id, Document.from_bytes(file.after), status), message, file.asked)


def _record(id: str, document: Document, status: os.stat_result) -> Record | None:
    read = record.from_document(id, document, Fingerprint.of(status))
    return read if isinstance(read, Record) else None


def _short(policy: Policy) -> str:
    return f"`{policy.preference}`" if policy.preference else "no model"

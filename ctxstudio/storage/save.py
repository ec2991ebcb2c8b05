"""Saving policies into agent files: the present bytes, the smallest patch, an atomic replace, one report."""

from __future__ import annotations

import enum
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError, FrontmatterError, RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.dialects import Reading
from ctxstudio.policy.values import Policy
from ctxstudio.storage import atomic, patch, record
from ctxstudio.storage.record import Fingerprint, Record


class Outcome(enum.Enum):
    """What became of one file of a batch."""

    WRITTEN = enum.auto()
    MERGED = enum.auto()
    """Written; the file had changed elsewhere on disk, which was kept."""
    CONFLICT = enum.auto()
    """Not written: its policy changed on disk."""
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
    """

    id: str
    outcome: Outcome
    record: Record | None
    message: str = ""

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


def save(directory: Path, jobs: Sequence[SaveJob], progress: Callable[[int], None] = lambda _: None) -> SaveReport:
    """Write a batch; a file that cannot be written does not stop the others.

    Args:
        directory: the opened directory.
        jobs: the files.
        progress: told how many are done.
    """
    results = []
    for number, job in enumerate(jobs, 1):
        results.append(_save(directory / job.record.id, job))
        progress(number)
    return SaveReport(tuple(results))


def edited(document: Document, policy: Policy, origin: Document) -> Document:
    """A document with another policy.

    Args:
        document: it came from `origin` by edits of the policy alone.
        policy: what it shall say.
        origin: as in `SaveJob`. Where it says all of that policy, its frontmatter comes back to the byte, whatever
            the way there and back was.

    Raises:
        EditError: it cannot be done safely.
    """
    if patch.policy_of(origin).policy == policy:
        return Document.from_bytes(origin.head + document.to_bytes()[len(document.head) :])
    return patch.apply(document.with_origin(origin), patch.policy_of(document).policy, policy)


def _save(path: Path, job: SaveJob) -> Saved:
    id, old = job.record.id, job.record.reading
    try:
        if job.record.locked:
            raise RefusedError(job.record.locked)
        data, status = atomic.read(path, record.MAX_FILE)
        document = Document.from_bytes(data)
        present = patch.policy_of(document)
        touched = document.head != job.record.document.head
        if touched and not _same_policy(present, old) and present.policy != job.policy:
            message = f"its policy changed on disk, where it now says {_short(present.policy)}"
            return Saved(id, Outcome.CONFLICT, _record(id, document, status), message)
        if present.policy != job.policy:
            if touched:
                data = patch.apply(document.with_origin(job.origin), present.policy, job.policy).to_bytes()
            else:
                data = edited(document, job.policy, job.origin).to_bytes()
            status = atomic.write(path, data, status)
            document = Document.from_bytes(data)
    except FileNotFoundError:
        return Saved(id, Outcome.FAILED, None, "the file is gone")
    except OSError as error:
        return Saved(id, Outcome.FAILED, None, atomic.reason(error))
    except FrontmatterError as error:
        return Saved(id, Outcome.CONFLICT, None, f"its frontmatter on disk cannot be read any more: {error}")
    except CtxStudioError as error:
        return Saved(id, Outcome.FAILED, None, str(error))
    outcome, message = Outcome.WRITTEN, ""
    if touched:
        outcome, message = Outcome.MERGED, "what had changed on disk since it was read was kept"
    return Saved(id, outcome, _record(id, document, status), message)


def _same_policy(one: Reading, other: Reading) -> bool:
    return one.policy == other.policy and one.dialect == other.dialect


def _record(id: str, document: Document, status: os.stat_result) -> Record | None:
    read = record.from_document(id, document, Fingerprint.of(status))
    return read if isinstance(read, Record) else None


def _short(policy: Policy) -> str:
    return f"`{policy.preference}`" if policy.preference else "no model"

"""Copies of the agent files with the current policies, in a folder or a zip archive. Never over what is there."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError, Issue, RefusedError, Severity
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Policy, Target
from ctxstudio.storage import atomic, catalog, convert, manifest, patch
from ctxstudio.storage.destination import Destination, Opened, Step, destination, due
from ctxstudio.storage.dialect_change import Extras
from ctxstudio.storage.record import MAX_FILE, Record

T = TypeVar("T")
Run = Generator[Step, None, T]
"""Work that tells how far it is and ends with a result. To close it undoes it."""


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One agent to export.

    Attributes:
        record: its file as last read.
        policy: what the copy shall say.
    """

    record: Record
    policy: Policy


@dataclass(frozen=True, slots=True)
class Options:
    """What is exported, and how.

    Attributes:
        dialect: whose dialect the copies have; None for each file's own.
        tools: names of tools in that dialect.
        changed_since: only agents whose copy differs, in either dialect, from the file of the same path in this folder.
        catalog: whether `agents.md` and `dependencies.map` are added.
        force: whether existing files may be replaced.
        edited_only: only agents with unsaved edits.
        manifest: whether `manifest.json` is added.
        date: of the export, for the manifest.
        extras: what becomes of the policy that a scalar `model` cannot hold, in the dialect of Claude Code.
    """

    dialect: Target | None = None
    tools: convert.ToolNames | None = None
    changed_since: Path | None = None
    catalog: bool = False
    force: bool = False
    edited_only: bool = False
    manifest: bool = False
    date: datetime.date | None = None
    extras: Extras = Extras.KEEP


PLAIN = Options()


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did.

    Attributes:
        target: folder or archive.
        written: paths within it.
        unchanged: how many agents were left out as not changed.
        problems: agents that could not be exported, and why.
    """

    target: Path
    written: tuple[str, ...]
    unchanged: int
    problems: tuple[Issue, ...]

    def head(self) -> str:
        """What was written and what was left out, as lines for the user."""
        lines = [f"{counted(len(self.written), 'file')} exported to {self.target}"]
        if self.unchanged:
            lines.append(f"{counted(self.unchanged, 'unchanged agent')} left out")
        return "\n".join(lines)

    def text(self) -> str:
        """The report as lines for the user."""
        return "\n".join([self.head(), *(issue.text() for issue in self.problems)])


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would do.

    Attributes:
        files: how many files would be written.
        agents: how many of them are agents.
        size: bytes of them all.
        unchanged: how many agents would be left out as not changed.
        problems: agents that cannot be exported, and why.
        existing: what would be replaced.
        refused: why nothing could be written even if that may be replaced, else empty.
    """

    files: int = 0
    agents: int = 0
    size: int = 0
    unchanged: int = 0
    problems: tuple[Issue, ...] = ()
    existing: tuple[str, ...] = ()
    refused: str = ""


@dataclass(slots=True)
class Copies:
    """What is going to be written. Only made here; to be read elsewhere.

    Attributes:
        files: path -> content.
        documents: path -> the same as a document, for the catalogue.
        unchanged: how many agents were left out as not changed.
        problems: agents that cannot be exported, and why.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    unchanged: int = 0
    problems: list[Issue] = field(default_factory=list)


def export(directory: Path, items: Sequence[ExportItem], target: Path, options: Options = PLAIN) -> ExportReport:
    """Write copies at once. Everything is prepared before the first file is written.

    Args:
        directory: the opened directory.
        items: the agents.
        target: a folder, which may not exist yet, or a path that ends in `.zip`.
        options: what, and how.

    Raises:
        RefusedError: the target is the opened directory or a folder in it, a file is there already, or the system
            refuses to write. Nothing was written.
    """
    return finished(running(directory, items, target, options))


def running(directory: Path, items: Sequence[ExportItem], target: Path, options: Options = PLAIN) -> Run[ExportReport]:
    """`export`, step by step.

    Raises:
        RefusedError: as for `export`.
    """
    place = destination(target, _opened(directory, items))
    copies = yield from _prepared(directory, items, options, place)
    place.check(copies.files, options.force)
    yield from place.write(copies.files, options.force)
    return ExportReport(target, tuple(copies.files), copies.unchanged, tuple(copies.problems))


def preparing(directory: Path, items: Sequence[ExportItem], target: Path, options: Options = PLAIN) -> Run[Copies]:
    """What `export` would write, step by step. It writes nothing.

    Raises:
        RefusedError: nothing can be written there, whatever it is.
    """
    return (yield from _prepared(directory, items, options, destination(target, _opened(directory, items))))


def preview(directory: Path, items: Sequence[ExportItem], target: Path, copies: Copies) -> Preview:
    """What writing prepared copies would do; it writes nothing and refuses nothing."""
    seen = Preview(
        len(copies.files),
        len(copies.documents),
        sum(map(len, copies.files.values())),
        copies.unchanged,
        tuple(copies.problems),
    )
    try:
        place = destination(target, _opened(directory, items))
        seen = replace(seen, existing=place.existing(copies.files))
        place.check(copies.files, force=True)
    except (RefusedError, OSError) as error:
        return replace(seen, refused=str(error))
    return seen


def finished(run: Run[T]) -> T:
    """The result of such work, done at once."""
    while True:
        try:
            next(run)
        except StopIteration as end:
            result: T = end.value
            return result


def _opened(directory: Path, items: Sequence[ExportItem]) -> Opened:
    return Opened(directory, [item.record.id for item in items])


def _prepared(directory: Path, items: Sequence[ExportItem], options: Options, place: Destination) -> Run[Copies]:
    copies = Copies()
    for number, item in enumerate(items, 1):
        if due(number, len(items)):
            yield Step("Preparing", number, len(items))
        id = item.record.id
        if options.edited_only and item.policy == item.record.reading.policy:
            copies.unchanged += 1
            continue
        try:
            place.check_name(id)
            own = _copy(directory / id, item)
            document = _converted(own, options)
            data = document.to_bytes()
        except OSError as error:
            copies.problems.append(_not_exported(id, f"cannot be read: {atomic.reason(error)}"))
        except CtxStudioError as error:
            copies.problems.append(_not_exported(id, str(error)))
        else:
            if options.changed_since is not None and _is_one_of(options.changed_since / id, (data, own.to_bytes())):
                copies.unchanged += 1
            else:
                copies.files[id], copies.documents[id] = data, document
    _add_lists(copies, options)
    return copies


def _converted(own: Document, options: Options) -> Document:
    if options.dialect is None:
        return own
    return convert.convert(own, options.dialect, options.tools or {}, options.extras)


def _not_exported(id: str, why: str) -> Issue:
    return Issue(Severity.ERROR, "not-exported", f"not exported: {why}", id)


def _copy(path: Path, item: ExportItem) -> Document:
    data, _ = atomic.read(path, MAX_FILE)
    document = Document.from_bytes(data)
    if item.policy != item.record.reading.policy:
        document = patch.apply(document, patch.policy_of(document).policy, item.policy)
    return document


def _is_one_of(path: Path, contents: tuple[bytes, ...]) -> bool:
    try:
        return atomic.read(path, MAX_FILE)[0] in contents
    except (OSError, RefusedError):
        return False


def _add_lists(copies: Copies, options: Options) -> None:
    """Add what is written about the agents; the manifest last, for it counts the others."""
    if options.catalog:
        _add(copies, catalog.NAME, catalog.listing(copies.documents))
        _add(copies, catalog.MAP_NAME, catalog.dependency_map(copies.documents))
    if options.manifest:
        _add(copies, manifest.NAME, manifest.manifest(copies.files, copies.documents, options.date))


def _add(copies: Copies, name: str, content: str) -> None:
    if name in {path.casefold().partition("/")[0] for path in copies.documents}:
        raise RefusedError(f"an agent has the name of the catalogue's file {name}; nothing was written")
    copies.files[name] = content.encode("utf-8", "replace")

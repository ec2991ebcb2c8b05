"""Copies of the agent files with the current policies, in a folder or a zip archive. Never over what is there."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError, Issue, RefusedError, Severity
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Policy, Target
from ctxstudio.storage import atomic, catalog, convert, patch
from ctxstudio.storage.record import MAX_FILE, Record

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The same for every file, so that the same agents give the same archive."""
_UNIX = 3
_ELSEWHERE = re.compile(r"\\|^[A-Za-z]:|^/|(?:^|/)\.\.(?:/|$)")
"""Names that mean a place outside of the folder where an archive is unpacked, at least on Windows."""


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
    """

    dialect: Target | None = None
    tools: convert.ToolNames | None = None
    changed_since: Path | None = None
    catalog: bool = False
    force: bool = False


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

    def text(self) -> str:
        """The report as lines for the user."""
        lines = [f"{counted(len(self.written), 'file')} exported to {self.target}"]
        if self.unchanged:
            lines.append(f"{counted(self.unchanged, 'unchanged agent')} left out")
        return "\n".join([*lines, *(issue.text() for issue in self.problems)])


@dataclass(slots=True)
class _Copies:
    """What is going to be written.

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
    """Write copies. Everything is prepared before the first file is written.

    Args:
        directory: the opened directory.
        items: the agents.
        target: a folder, which may not exist yet, or a path that ends in `.zip`.
        options: what, and how.

    Raises:
        RefusedError: the target is the opened directory, a file is there already, or the system refuses to write.
            Nothing was written.
    """
    if os.path.realpath(target) == os.path.realpath(directory):
        raise RefusedError("the export goes to another folder than the opened one; saving writes the files themselves")
    to_zip = target.suffix.lower() == ".zip"
    copies = _prepared(directory, items, options, to_zip)
    if options.catalog:
        _add_catalog(copies)
    try:
        if to_zip:
            _write_zip(target, copies.files, options.force)
        else:
            opened = {os.path.realpath(directory / item.record.id) for item in items} if options.force else set()
            _write_folder(target, copies.files, options.force, opened)
    except OSError as error:
        raise RefusedError(f"cannot write {target}: {atomic.reason(error)}; nothing was written") from error
    return ExportReport(target, tuple(copies.files), copies.unchanged, tuple(copies.problems))


def _prepared(directory: Path, items: Sequence[ExportItem], options: Options, to_zip: bool) -> _Copies:
    copies = _Copies()
    for item in items:
        id = item.record.id
        try:
            if to_zip:
                _check_name(id)
            own = _copy(directory / id, item)
            document = convert.convert(own, options.dialect, options.tools or {}) if options.dialect else own
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
    return copies


def _not_exported(id: str, why: str) -> Issue:
    return Issue(Severity.ERROR, "not-exported", f"not exported: {why}", id)


def _check_name(id: str) -> None:
    try:
        id.encode()
    except UnicodeEncodeError as error:
        raise RefusedError("its file name is not UTF-8, which a zip archive cannot hold") from error
    if _ELSEWHERE.search(id):
        raise RefusedError("its file name could leave the folder in which the archive is unpacked")


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


def _add_catalog(copies: _Copies) -> None:
    taken = {name.casefold() for name in copies.files}
    for name, content in (
        ("agents.md", catalog.listing(copies.documents)),
        ("dependencies.map", catalog.dependency_map(copies.documents)),
    ):
        if name in taken:
            raise RefusedError(f"an agent has the name of the catalogue's file {name}; nothing was written")
        copies.files[name] = content.encode("utf-8", "replace")


def _write_folder(target: Path, files: Mapping[str, bytes], force: bool, opened: set[str]) -> None:
    root = Path(os.path.realpath(target))
    existing = [name for name in files if os.path.lexists(target / name)]
    if existing and not force:
        more = f" and {len(existing) - 3} more" if len(existing) > 3 else ""
        raise RefusedError(f"{target} already has {', '.join(existing[:3])}{more}; nothing was written")
    for name in files:
        place = os.path.realpath(target / name)
        if not Path(place).is_relative_to(root):
            raise RefusedError(f"{name} would be written outside of {target}; nothing was written")
        if place in opened:
            raise RefusedError(f"{name} would replace a file of the opened directory; nothing was written")
    made: list[Path] = []
    try:
        for name, data in files.items():
            path = target / name
            for folder in reversed([folder for folder in path.parents if not folder.exists()]):
                folder.mkdir()
                made.append(folder)
            if not path.exists():
                made.append(path)
            atomic.write(path, data)
    except BaseException:
        _unmake(made)
        raise


def _unmake(made: Sequence[Path]) -> None:
    """Remove what an export that failed has written so far; what it replaced is whole, and new."""
    for path in reversed(made):
        with contextlib.suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()


def _write_zip(target: Path, files: Mapping[str, bytes], force: bool) -> None:
    if os.path.lexists(target) and not force:
        raise RefusedError(f"{target} exists; nothing was written")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _UNIX
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            packed.writestr(info, data)
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(target, archive.getvalue())

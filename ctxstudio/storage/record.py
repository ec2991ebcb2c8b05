"""One agent file as it was read: its frontmatter, its policy, and by what to know it again."""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from ctxstudio.errors import FrontmatterError, Issue, Severity, UnusableInputError
from ctxstudio.frontmatter import Document
from ctxstudio.policy import dialects
from ctxstudio.policy.values import AgentText, Dialect
from ctxstudio.storage import patch

MAX_FILE: Final = 8 << 20
"""Largest agent file in bytes that is read whole and written; real ones stay below 100 KB."""
# O_NONBLOCK: a pipe must not hang the scan.
_OPEN_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FIRST_READ = 1 << 16
_MOST_READ = 1 << 20
_VALIDATED: Final = frozenset({"name", "description", "category", "tools", *dialects.KEYS})
_TRICKY: Final = re.compile(r"(?:[:?\[,-]|^)[ \t]*[&*!{]", re.MULTILINE)
_KEY_LINE: Final = re.compile(r"^[ -]*+[^ #\"'\n][^:\n]*:(?=[ \t\r\n]|\Z)", re.MULTILINE)
_OPENING: Final = 2000
"""Bytes of the prompt kept for trait detection."""


class Fingerprint(NamedTuple):
    """By what to see that a file was not touched since it was read."""

    modified_ns: int
    size: int
    inode: int
    device: int

    @classmethod
    def of(cls, status: os.stat_result) -> Fingerprint:
        """The fingerprint of a file's status."""
        return cls(status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev)


class NotLoaded(NamedTuple):
    """A file that is no row, and why.

    Attributes:
        path: relative to the opened directory, POSIX form.
        reason: one sentence for the user.
    """

    path: str
    reason: str


@dataclass(slots=True)
class Record:
    """One agent file as last read or written. Treated as frozen; a save replaces it.

    Attributes:
        id: path relative to the opened directory, POSIX form.
        document: its frontmatter with the first lines of the prompt behind it.
        fingerprint: of the file at that time.
        name: from the frontmatter, else the file's stem.
        category: from the frontmatter, else empty.
        reading: what its policy keys say.
        locked: why nothing of it can be edited, else empty.
    """

    id: str
    document: Document
    fingerprint: Fingerprint
    name: str
    category: str
    reading: dialects.Reading
    locked: str = ""

    @property
    def plain(self) -> bool:
        """Whether any policy can certainly be written: nothing in it that takes a trial to know."""
        block = self.document.block
        two = self.reading.dialect is Dialect.MAPPING and block.entry("modelPolicy") is not None
        if two or not block.certain or block.repeated():
            return False
        values = block.readable(dialects.POLICY_KEYS)
        present = [entry for key in dialects.POLICY_KEYS if (entry := block.entry(key))]
        return len(values) == len(present) and all(
            _is_plain(block.text[entry.start : entry.end], values[entry.key]) for entry in present
        )

    def values(self) -> dict[str, Any]:
        """The frontmatter as far as validation looks at it; broken one-line texts as they stand."""
        values = self.document.block.readable(_VALIDATED)
        for key in ("name", "description", "category"):
            if key not in values and (raw := self._raw_line(key)):
                values[key] = raw
        return values

    def _raw_line(self, key: str) -> str:
        """What stands behind a key that YAML cannot read: what Claude Code's lenient reading makes of it."""
        block = self.document.block
        entry = block.entry(key)
        return block.text[entry.value : entry.end].strip() if entry is not None and block.by_line else ""

    def faults(self) -> tuple[Issue, ...]:
        """What is broken in the file itself, each with its line."""
        found = [
            Issue(Severity.ERROR, "invalid-yaml", error.message, self.id, error.line, error.column, _repair_hint(error))
            for error in self.document.block.faults()
        ]
        if self.locked:
            found.append(
                Issue(Severity.ERROR, "not-editable", self.locked, self.id, hint="it is shown, but not changed")
            )
        return tuple(found)

    def text(self) -> AgentText:
        """What the file says about the agent's work."""
        values = self.document.block.readable(("description", "tags", "tools"))
        return AgentText(
            self.name,
            _text(values.get("description")) or self._raw_line("description"),
            self.category,
            _texts(values.get("tags")),
            _texts(values.get("tools")),
            self.document.body[:_OPENING].decode("utf-8", "ignore"),
        )


def _is_plain(text: str, value: object) -> bool:
    """Whether an entry has neither anchors, aliases, tags and mappings in brackets nor a key twice in one mapping."""
    return not _TRICKY.search(text) and len(_KEY_LINE.findall(text)) == 1 + _key_count(value)


def _key_count(value: object) -> int:
    return sum(1 + _key_count(item) for item in value.values()) if isinstance(value, dict) else 0


def _repair_hint(error: FrontmatterError) -> str:
    if "mapping values are not allowed" in error.message:
        return "a text with `: ` in it needs quotes"
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, dict):
        value = value.get("catalog")
    return tuple(str(item) for item in value if isinstance(item, str | int)) if isinstance(value, list) else ()


def read(path: str, id: str) -> Record | NotLoaded:
    """Read one file; whatever is wrong with it becomes part of the answer.

    Args:
        path: where the file is.
        id: its path relative to the opened directory.
    """
    try:
        data, fingerprint = read_head(path)
    except OSError as error:
        return NotLoaded(id, "cannot be read: " + (os.strerror(error.errno) if error.errno else str(error)))
    locked = ""
    if fingerprint.size > MAX_FILE:
        locked = f"the file has {fingerprint.size:,} bytes; more than {MAX_FILE:,} are not edited"
    try:
        document = Document.from_bytes(data)
    except FrontmatterError as error:
        first, _, rest = data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
        if len(data) >= fingerprint.size or first.rstrip(b" \t\r") != b"---" or not rest:
            return NotLoaded(id, error.message)
        locked = f"its frontmatter does not end within the first {len(data):,} bytes"
        document = Document.from_bytes(data[: data.rindex(b"\n") + 1] + b"---\n")
    return from_document(id, document, fingerprint, locked)


def read_head(path: str) -> tuple[bytes, Fingerprint]:
    """As much of a file as holds its frontmatter, and its fingerprint.

    Raises:
        OSError: it cannot be read.
    """
    # Not open(): half the time goes into its buffers.
    handle = os.open(path, _OPEN_FLAGS)
    try:
        status = os.fstat(handle)
        data = os.read(handle, _FIRST_READ)
        while len(data) < status.st_size and len(data) < _MOST_READ and data.find(b"\n---", 3) < 0:
            more = os.read(handle, _FIRST_READ)
            if not more:
                break
            data += more
    finally:
        os.close(handle)
    return data, Fingerprint.of(status)


class Body(NamedTuple):
    """The beginning of a prompt.

    Attributes:
        text: what was read; bytes that are no UTF-8 are replaced.
        cut: whether the file goes on.
    """

    text: str
    cut: bool


def read_body(path: str, limit: int) -> Body:
    """What stands below the frontmatter of a file, for reading only.

    Args:
        path: where the file is.
        limit: most bytes to read of it.

    Raises:
        UnusableInputError: the file cannot be read.
        FrontmatterError: it has no frontmatter any more.
    """
    try:
        handle = os.open(path, _OPEN_FLAGS)
        with open(handle, "rb") as file:
            data = file.read(_MOST_READ + limit)
    except OSError as error:
        raise UnusableInputError("the file cannot be read: " + (error.strerror or str(error))) from error
    body = Document.from_bytes(data).body
    cut = len(body) > limit or len(data) == _MOST_READ + limit
    # A decoder that is told that more follows leaves a character cut in two out.
    return Body(codecs.getincrementaldecoder("utf-8")("replace").decode(body[:limit], final=not cut), cut)


def from_document(id: str, document: Document, fingerprint: Fingerprint, locked: str = "") -> Record | NotLoaded:
    """The record of a frontmatter, not loaded where that is no agent's."""
    block = document.block
    # Most files are read line by line, and then only these values are looked at.
    values = patch.values_of(block, "name", "category")
    name = values.get("name")
    if name is None and not {"name", "description", "model"}.intersection(block.names()):
        faults = block.faults()
        return NotLoaded(id, str(faults[0]) if faults else "its frontmatter has none of name, description and model")
    if not locked and "model" not in values and "model" in block.names():
        locked = "its `model` is not valid YAML"
    category = values.get("category")
    return Record(
        id,
        document.shortened(_OPENING),
        fingerprint,
        name if isinstance(name, str) and name else PurePosixPath(id).stem,
        category if isinstance(category, str) else "",
        dialects.read(values),
        locked,
    )

"""Named YAML documents of the user, such as rules and profiles: one file each in one folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from ctxstudio.errors import CtxStudioError, DataError, EditError, FrontmatterError, RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.frontmatter.tree import Kind, Node
from ctxstudio.storage import atomic

T = TypeVar("T")

_SUFFIX: Final = ".yaml"
_MOST_BYTES: Final = 20_000_000
_LONGEST_STEM: Final = 60
"""Characters; four bytes each at most, so that the name fits any file system."""
_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever the suffix."""


@dataclass(frozen=True, slots=True)
class Item(Generic[T]):
    """One file of a library.

    Attributes:
        path: the file.
        name: what the document calls itself; the file's stem if it cannot be read.
        value: the document; None if it cannot be read.
        error: why not, with file, line and key; empty if it can.
    """

    path: Path
    name: str
    value: T | None
    error: str = ""


class Library(Generic[T]):
    """A folder of named documents; it need not exist. A broken file is an item with its error and stops no other.

    Attributes:
        root: the folder.
    """

    def __init__(
        self, root: Path, read: Callable[[Mapping[str, object]], T], write: Callable[[T], dict[str, Any]]
    ) -> None:
        """Args:
        root: the folder.
        read: makes a document of a file's values, or raises a DataError with the dotted key.
        write: gives a document's values, its `name` among them.
        """
        self.root, self._read, self._write = root, read, write

    def items(self) -> tuple[Item[T], ...]:
        """All documents, sorted by name.

        Raises:
            RefusedError: the folder cannot be read.
        """
        try:
            paths = [path for path in self.root.iterdir() if path.suffix == _SUFFIX and path.name[0] != "."]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise RefusedError(f"{self.root} cannot be read: {atomic.reason(error)}") from error
        found = [self._item(path) for path in paths]
        return tuple(sorted(found, key=lambda item: (item.name.casefold(), item.path.name)))

    def _item(self, path: Path) -> Item[T]:
        try:
            value = self.load(path)
        except CtxStudioError as error:
            return Item(path, path.stem, None, str(error))
        return Item(path, self._name(value), value)

    def load(self, path: Path) -> T:
        """A document from a file anywhere.

        Raises:
            DataError: it cannot be read or says something wrong; with file, line and key.
        """
        data = _bytes(path)
        return read(data, path.name, self._read)

    def save(self, value: T, path: Path | None = None) -> Path:
        """Write a document; comments of the file stay where its values do.

        Args:
            value: the document.
            path: the file that it came from; it keeps its place there, whatever its name is now. None for a new one.

        Returns:
            the file.

        Raises:
            DataError: it could not be read again; with the dotted key.
            RefusedError: another document has that name, or the file cannot be written.
        """
        self._read(self._write(value))
        name = self._name(value)
        for item in self.items():
            if item.path != path and item.value is not None and _same(item.name, name):
                raise RefusedError(f"there is a document {item.name!r} already")
        return self._put(value, path or self._free(name))

    def export(self, value: T, path: Path) -> None:
        """Write a document to a file anywhere; a file that is there is replaced.

        Raises:
            DataError: it could not be read again; with the dotted key.
            RefusedError: it cannot be written.
        """
        self._read(self._write(value))
        _store(path, written(self._write(value)))

    def delete(self, path: Path) -> None:
        """Delete a file of the library; one that is gone already is fine.

        Raises:
            RefusedError: it is none of the library's, or cannot be deleted.
        """
        if path.parent != self.root or path.suffix != _SUFFIX:
            raise RefusedError(f"{path} does not belong to the library")
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise RefusedError(f"{path.name} cannot be deleted: {atomic.reason(error)}") from error
        atomic.sync_directory(self.root)

    def _name(self, value: T) -> str:
        return str(self._write(value)["name"])

    def _free(self, name: str) -> Path:
        """A file that does not exist, named after a document."""
        stem = file_stem(name)
        number, path = 1, self.root / f"{stem}{_SUFFIX}"
        while os.path.lexists(path):
            number += 1
            path = self.root / f"{stem}-{number}{_SUFFIX}"
        return path

    def _put(self, value: T, path: Path) -> Path:
        try:
            atomic.make_folder(self.root, private=True)
        except OSError as error:
            raise RefusedError(f"{self.root} cannot be made: {atomic.reason(error)}") from error
        old = b""
        with contextlib.suppress(DataError):
            old = _bytes(path)
        _store(path, written(self._write(value), old))
        return path


def file_stem(name: str) -> str:
    """A file name without suffix, after a name: the same on every system, never a path, never hidden or a device."""
    plain = unicodedata.normalize("NFC", name)
    stem = _UNSAFE.sub("-", plain).strip("-.")[:_LONGEST_STEM].rstrip("-.")
    if not stem or _RESERVED.fullmatch(stem):
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        stem = f"{stem or 'document'}-{digest[:8]}"
    return stem


def read(data: bytes, file: str, build: Callable[[Mapping[str, object]], T]) -> T:
    """The document that a file of YAML holds.

    Args:
        data: the file.
        file: its name, for errors.
        build: makes the document, or raises a DataError with the dotted key.

    Raises:
        DataError: it is no YAML, no mapping, or says something wrong; with file, line and key.
    """
    document = Document.from_yaml(data)
    parsed = document.block.parsed()
    if isinstance(parsed, FrontmatterError):
        raise DataError(parsed.message, file=file, line=parsed.line)
    for key in parsed:
        if not isinstance(key, str):
            raise DataError(f"has the key {key!r}, which is not text", file=file)
    try:
        return build(parsed)
    except DataError as error:
        raise DataError(error.message, file=file, key=error.key, line=_line_of(document, error.key)) from error


def written(values: Mapping[str, Any], old: bytes = b"") -> bytes:
    """Values as a file of YAML.

    Args:
        values: what it shall say.
        old: the file to change; what says the same there stays as it is written. Empty for a new one.

    Raises:
        RefusedError: YAML cannot hold them.
    """
    if old:
        with contextlib.suppress(EditError, FrontmatterError):
            return _edited(Document.from_yaml(old), values)
    try:
        return _edited(Document.from_yaml(b""), values)
    except (EditError, FrontmatterError) as error:
        raise RefusedError(f"this cannot be written as YAML: {error}") from error


def _edited(document: Document, values: Mapping[str, Any]) -> bytes:
    for key in document.block.names():
        document = document if key in values else document.delete((key,))
    for key, value in values.items():
        document = document.set((key,), value)
    if document.block.parsed() != values:
        raise EditError("it would not read back as what was set")
    return document.to_bytes()


def _line_of(document: Document, key: str) -> int | None:
    """The line of the deepest existing part of a dotted key; the parts may hold dots, as paths of agents do."""
    block = document.block
    try:
        node, rest, found = block.tree(key.partition(".")[0]), key, None
    except FrontmatterError:
        return None
    while rest:
        named = [(name, start, value) for name, start, value in _children(node) if (rest + ".").startswith(name + ".")]
        if not named:
            break
        name, found, node = max(named, key=lambda part: len(part[0]))
        rest = rest[len(name) + 1 :]
    return None if found is None else block.first_line + block.text.count("\n", 0, found)


def _children(node: Node) -> list[tuple[str, int, Node]]:
    """The parts of a collection: key or position, offset of its first character, value."""
    if node.kind is Kind.LIST:
        return [(str(position), child.start, child) for position, child in enumerate(node.children)]
    if node.kind is Kind.MAPPING:
        pairs = zip(node.children[::2], node.children[1::2], strict=True)
        return [(key.value, key.start, value) for key, value in pairs]
    return []


def _same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()


def _bytes(path: Path) -> bytes:
    try:
        return atomic.read(path, _MOST_BYTES)[0]
    except OSError as error:
        raise DataError(f"cannot be read: {atomic.reason(error)}", file=path.name) from error
    except RefusedError as error:
        raise DataError(str(error), file=path.name) from error


def _store(path: Path, data: bytes) -> None:
    try:
        atomic.write(path, data)
    except OSError as error:
        raise RefusedError(f"{path.name} cannot be written: {atomic.reason(error)}") from error

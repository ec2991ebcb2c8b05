"""One file with frontmatter: bytes in, bytes out."""

from __future__ import annotations

import codecs
from typing import Any

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import editing, moving
from ctxstudio.frontmatter.block import MISSING, Block
from ctxstudio.frontmatter.splice import AT_END, Path, Place


class Document:
    """A file's bytes with their frontmatter; immutable, an edit gives a new document.

    Only the frontmatter block is ever decoded, so `data` may be the head of a file that is cut off behind it.

    Attributes:
        block: the frontmatter.
    """

    __slots__ = ("_alone", "_data", "_end", "_origin", "_start", "block")

    def __init__(
        self, data: bytes, start: int, end: int, block: Block, origin: Block | None = None, alone: bool = True
    ) -> None:
        """Use `from_bytes` or `from_yaml`."""
        self._data, self._start, self._end, self.block = data, start, end, block
        # What it was before all edits, and whether nobody but those edits came between.
        self._origin, self._alone = origin or block, alone

    @classmethod
    def from_bytes(cls, data: bytes) -> Document:
        """Find the frontmatter of a Markdown file.

        Raises:
            FrontmatterError: there is none, or its closing fence is missing.
        """
        start, end = find_fences(data)
        return cls(data, start, end, Block(_decoded(data[start:end]), 2))

    @classmethod
    def from_yaml(cls, data: bytes) -> Document:
        """A whole file of YAML, without fences."""
        start = _bom_length(data)
        return cls(data, start, len(data), Block(_decoded(data[start:]), 1))

    def to_bytes(self) -> bytes:
        """The file."""
        return self._data[: self._start] + self.block.text.encode("utf-8", "surrogateescape") + self._data[self._end :]

    @property
    def head(self) -> bytes:
        """The file up to its closing fence: all that decides what the document says."""
        return self._data[: self._end]

    @property
    def body(self) -> bytes:
        """What stands behind the closing fence."""
        line_end = self._data.find(b"\n", self._end)
        return self._data[line_end + 1 :] if line_end >= 0 else b""

    def shortened(self, body: int) -> Document:
        """The same document with only so many bytes behind its closing fence, for keeping thousands of them."""
        kept = self._end + 5 + body
        if len(self._data) <= kept:
            return self
        return Document(self._data[:kept], self._start, self._end, self.block, self._origin, self._alone)

    def get(self, *path: str, default: Any = None) -> Any:
        """The value at a path of keys.

        Raises:
            FrontmatterError: its top-level entry is not valid YAML.
        """
        value = self.block.get(path)
        return default if value is MISSING else value

    def readable(self, *path: str, default: Any = None) -> Any:
        """The value at a path of keys, or `default` where it is missing or broken."""
        try:
            return self.get(*path, default=default)
        except FrontmatterError:
            return default

    def mapping(self) -> dict[str, Any]:
        """All top-level values that can be read, in file order."""
        return self.block.readable(frozenset(self.block.names()))

    def set(self, path: Path, value: object, place: Place = AT_END) -> Document:
        """The document with a value set; a new key goes to `place`.

        Raises:
            EditError: it cannot be done without changing something else; the message says why.
        """
        return self._edited(editing.write(self.block, path, value, place, self._origin))

    def delete(self, path: Path) -> Document:
        """The document without a key. A nested mapping that loses its last key becomes `{}`.

        Raises:
            EditError: the key is missing, or it cannot be deleted without changing something else.
        """
        return self._edited(editing.erase(self.block, path, self._origin))

    def rename(self, key: str, new: str) -> Document:
        """The document with another name for a top-level key.

        Raises:
            EditError: there is no such key, there is one of the new name, or something else would change with it.
        """
        return self._edited(moving.rename(self.block, key, new))

    def lift(self, path: tuple[str, str], key: str) -> Document:
        """The document with a key of a top-level mapping made a top-level key above it; see `moving.lift`.

        Raises:
            EditError: it cannot be done without changing something else.
        """
        return self._edited(moving.lift(self.block, path, key, self._origin))

    def sink(self, key: str, path: tuple[str, str], place: Place = AT_END) -> Document:
        """The document with a top-level key made a key of a top-level mapping; see `moving.sink`.

        Raises:
            EditError: it cannot be done without changing something else.
        """
        return self._edited(moving.sink(self.block, key, path, place, self._origin))

    def with_origin(self, origin: Document) -> Document:
        """The same document; an edit that makes a key say what it says in `origin` takes the words of `origin`.

        Others may have changed the file since: what they wrote stays.
        """
        return Document(self._data, self._start, self._end, self.block, origin._origin, alone=False)

    def with_text(self, text: str) -> Document:
        """The same file with another text as its frontmatter, which nothing proves; it begins a history of its own."""
        return Document(self._data, self._start, self._end, Block(text, self.block.first_line))

    def _edited(self, block: Block) -> Document:
        if editing.is_back(block, self._origin, self._alone):
            block = self._origin
        return Document(self._data, self._start, self._end, block, self._origin, self._alone)


def find_fences(data: bytes) -> tuple[int, int]:
    """Start and end of the block between the fences, as offsets in `data`.

    Raises:
        FrontmatterError: no opening fence on the first line, or no closing one.
    """
    start = 4 if data.startswith(b"---\n") else _after_opening(data)
    position = data.find(b"\n---", start - 1) + 1
    while position:
        if data.startswith(b"\n", position + 3):
            return start, position
        line_end = data.find(b"\n", position)
        if not data[position + 3 : line_end if line_end >= 0 else len(data)].strip(b" \t\r"):
            return start, position
        position = data.find(b"\n---", position) + 1
    raise FrontmatterError("the frontmatter is not closed by a line `---`", 1)


def _after_opening(data: bytes) -> int:
    start = _bom_length(data)
    line_end = data.find(b"\n", start)
    if line_end < 0 or data[start:line_end].rstrip(b" \t\r") != b"---":
        raise FrontmatterError(_why_no_fence(data))
    return line_end + 1


def _why_no_fence(data: bytes) -> str:
    if not data.strip():
        return "the file is empty"
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "the file is UTF-16, not UTF-8"
    if b"\0" in data[:1000]:
        return "the file is binary"
    first = data.lstrip(b" \t\r\n" + codecs.BOM_UTF8)
    if first.startswith(b"---"):
        return "the frontmatter does not begin on the first line at column 1"
    return "no frontmatter"


def _bom_length(data: bytes) -> int:
    return len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")

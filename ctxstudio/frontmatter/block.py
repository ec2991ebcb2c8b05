"""The text of one frontmatter block and what it says, parsed no further than asked."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Collection
from typing import Any, Final, NamedTuple

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import entries, plain, rows, splice, tree, yamltext
from ctxstudio.frontmatter.entries import Entry
from ctxstudio.frontmatter.splice import Path
from ctxstudio.frontmatter.tree import Kind, Node

MISSING: Final = object()
"""What is read where there is nothing."""
NOT_A_MAPPING: Final = "the frontmatter is not a mapping of keys to values"

_KEEPING_HEADER = re.compile(r"[ \t][|>][1-9]?\+")
"""What begins a block scalar whose value includes the blank lines below it."""
_ANCHOR = re.compile(r"(?<![^ \t\r\n\[{,])&([^ \t\r\n\[\]{},]++)")


class Row(NamedTuple):
    """The lines of one top-level key.

    Attributes:
        key: the key, None if it is not a text.
        start: offset of the line it begins.
        end: offset after its last own line.
    """

    key: str | None
    start: int
    end: int


class Block:
    """A frontmatter block; immutable.

    It is read entry by entry, each only when it is wanted: where that is certainly what YAML would read, and where YAML
    refuses the whole, so that a broken `description` does not lock the `model`. All else is read by YAML at once.

    Attributes:
        text: the block, undecodable bytes as surrogate escapes.
        first_line: 1-based line of its first line in the file.
        certain: whether reading entry by entry is certainly what YAML would read.
    """

    __slots__ = (
        "_anchors",
        "_entries",
        "_entry_of",
        "_fields",
        "_parsed",
        "_values",
        "_whole",
        "certain",
        "first_line",
        "text",
    )

    def __init__(self, text: str, first_line: int) -> None:
        self.text, self.first_line = text, first_line
        self._fields, self.certain = entries.split(text)
        self._values: dict[str, Any] = {}
        self._entries: tuple[Entry, ...] | None = None
        self._anchors: frozenset[str] | None = None
        self._entry_of: dict[str, Entry] | None = None
        self._parsed: dict[Any, Any] | FrontmatterError | None = None
        self._whole: dict[Any, Any] | None = None
        if not self.certain and isinstance(parsed := self.parsed(), dict):
            self._whole = parsed

    @property
    def by_line(self) -> bool:
        """Whether it is read entry by entry."""
        return self._whole is None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its entries in file order, duplicate keys and lines that belong to no key included."""
        if self._entries is None:
            self._entries = entries.entries(self.text, self._fields)
        return self._entries

    def entry(self, key: str) -> Entry | None:
        """The entry of a key; the last of several, which is the one that counts."""
        if key not in self._fields:
            return None
        if self._entry_of is None:
            self._entry_of = {entry.key: entry for entry in self.entries}
        return self._entry_of[key]

    def names(self) -> tuple[str, ...]:
        """The top-level keys that are texts, in file order, each once."""
        if self._whole is not None:
            return tuple(key for key in self._whole if isinstance(key, str))
        return tuple(self._fields)

    def repeated(self) -> dict[str, int]:
        """The top-level keys that stand there more than once, and how often; the last one counts."""
        if self.by_line:
            keys: list[str | None] = [entry.key for entry in self.entries if entry.key]
            if len(keys) == len(self._fields):
                return {}
        else:
            keys = [node.key_text() for node in self.tree("").children[::2]]
        return {key: count for key, count in Counter(keys).items() if key and count > 1}

    def parsed(self) -> dict[Any, Any] | FrontmatterError:
        """What YAML makes of the whole block, or why it makes nothing of it."""
        if self._parsed is None:
            try:
                value = yamltext.load(self.text)
                self._parsed = {} if value is None else value
                if not isinstance(self._parsed, dict):
                    self._parsed = FrontmatterError(NOT_A_MAPPING, self.first_line)
            except FrontmatterError as error:
                self._parsed = self._placed(error)
        return self._parsed

    def top(self, key: str) -> Any:
        """The value of a top-level key, or MISSING.

        Raises:
            FrontmatterError: its entry is not valid YAML.
        """
        if self._whole is not None:
            return self._whole.get(key, MISSING)
        if key in self._values:
            return self._values[key]
        field = self._fields.get(key)
        if field is None:
            return MISSING
        value = plain.value(field)
        if value is plain.SLOW:
            value = self.parsed_top(key)
        self._values[key] = value
        return value

    def parsed_top(self, key: str) -> Any:
        """The value of a top-level key, or MISSING, read by YAML itself.

        Raises:
            FrontmatterError: its entry is not valid YAML.
        """
        entry = self.entry(key)
        if self._whole is not None or entry is None:
            return self.top(key)
        try:
            return yamltext.load(self.text[entry.start : entry.end])[key]
        except FrontmatterError as error:
            raise self._placed(error, entry) from error

    def readable(self, keys: Collection[str]) -> dict[str, Any]:
        """The top-level values of some keys, as far as they are there and can be read, in file order."""
        found = {}
        for name in self._fields if self._whole is None else self._whole:
            if name in keys:
                try:
                    found[name] = self.top(name)
                except FrontmatterError:
                    continue
        return found

    def get(self, path: Path) -> Any:
        """The value at a path of keys, or MISSING.

        Raises:
            FrontmatterError: its top-level entry is not valid YAML.
        """
        value = self.top(path[0])
        for key in path[1:]:
            value = value.get(key, MISSING) if isinstance(value, dict) else MISSING
        return value

    def faults(self) -> tuple[FrontmatterError, ...]:
        """The entries that cannot be read, or YAML's complaint of the whole where each can be read by itself."""
        if self._whole is not None:
            return ()
        found = [fault for entry in self.entries if (fault := self.fault(entry))] if self._fields else []
        if found or self.certain:
            return tuple(found)
        parsed = self.parsed()
        return (parsed,) if isinstance(parsed, FrontmatterError) else ()

    def fault(self, entry: Entry) -> FrontmatterError | None:
        """Why an entry cannot be read, None if it can be."""
        text = self.text[entry.value : entry.end]
        if not entry.key:
            if entries.is_blank(text):
                return None
            return FrontmatterError("neither a key with its value nor a comment", self.first_line + entry.line, 1)
        if plain.value(text) is plain.SLOW:
            error = self.part_fault(entry.start, entry.end)
            return None if error is None else self._placed(error, entry)
        return None

    def part_fault(
        self, start: int, end: int, column: int = 0, before: str = "", after: str = ""
    ) -> FrontmatterError | None:
        """Why YAML cannot read a part of the block, None if it can.

        An alias whose anchor stands elsewhere in the block is no fault of the part.

        Args:
            start, end: offsets of the part.
            column: in which it begins.
            before, after: what to put around it.
        """
        text = " " * column + before + self.text[start:end] + after
        try:
            yamltext.load(text)
        except FrontmatterError as error:
            if alias := yamltext.undefined_alias(text, error):
                if self._anchors is None:
                    self._anchors = frozenset(_ANCHOR.findall(self.text))
                if alias in self._anchors:
                    return None
            return error
        return None

    def tree(self, key: str) -> Node:
        """The block as a mapping with the offsets of its parts; read entry by entry, only one value is looked into.

        Args:
            key: whose value that is.

        Raises:
            FrontmatterError: the entry of that key is not valid YAML.
        """
        if not self.by_line:
            return tree.parse(self.text) or Node(Kind.MAPPING, 0, 0)
        root = Node(Kind.MAPPING, 0, len(self.text))
        wanted = self.entry(key)
        for entry in self.entries:
            if entry is wanted:
                root.children += self._parsed_entry(entry)
            elif entry.key:
                name = Node(Kind.SCALAR, entry.start, entry.value - 1, value=entry.key)
                # Where the others end matters only to a key that is to stand behind one of them.
                end = entry.end if wanted else self._own_end(entry)
                own = self.text[entry.value : end].removesuffix("\n").removesuffix("\r")
                root.children += (name, Node(Kind.SCALAR, entry.value, entry.value + len(own)))
        root.inner = root.children[0].start if root.children else 0
        return root

    def _parsed_entry(self, entry: Entry) -> list[Node]:
        try:
            node = tree.parse(self.text[entry.start : entry.end], entry.start)
        except FrontmatterError as error:
            raise self._placed(error, entry) from error
        return node.children if node is not None else []

    def rows(self) -> list[Row]:
        """The lines of each top-level key, in file order; none where the keys have no lines of their own."""
        if self.by_line:
            return [Row(entry.key, entry.start, self._own_end(entry)) for entry in self.entries if entry.key]
        root = self.tree("")
        if root.flow or not root.children:
            return []
        lines = rows.BlockRows(self.text, root, "\n")
        starts = [lines.start(number) for number in range(len(root.children) // 2)]
        if not all(rows.begins_line(self.text, start) for start in starts):
            return []
        return [
            Row(key.key_text(), rows.line_start(self.text, start), self._after_line(lines.end(number)))
            for number, (key, start) in enumerate(zip(root.children[::2], starts, strict=True))
        ]

    def spans(self, key: str) -> list[tuple[int, int]]:
        """Starts and ends of a key's own lines, of these with what is below, and of the key with its value."""
        lines = self.rows()
        for number in range(len(lines) - 1, -1, -1):
            if lines[number].key == key:
                below = lines[number + 1].start if number + 1 < len(lines) else len(self.text)
                found = [(lines[number].start, lines[number].end), (lines[number].start, below)]
                break
        else:
            found = []
        pair = splice.find(self.tree(key), key)
        return [*found, (pair[0].start, pair[1].end)] if pair else []

    def _own_end(self, entry: Entry) -> int:
        """Offset after an entry's last own line; blank lines below it and comments at column 0 are not its own."""
        if _KEEPING_HEADER.search(self.text, entry.value, entry.end):
            with contextlib.suppress(FrontmatterError):
                return self._after_line(rows.content_end(self.text, self._parsed_entry(entry)[1].end, 0))
        end = entry.end
        while (start := rows.line_start(self.text, end - 1)) > entry.start:
            line = self.text[start:end].strip(" \t\r\n")
            if line and line[0] != "#":
                break
            end = start
        return self._after_line(rows.content_end(self.text, start, 0))

    def _after_line(self, offset: int) -> int:
        return self.text.find("\n", offset) + 1 or len(self.text)

    def line_of(self, path: Path) -> int | None:
        """1-based line in the file of the deepest existing key of a path, None if not even the first exists."""
        entry = self.entry(path[0]) if self.by_line else None
        try:
            node = self.tree(path[0])
        except FrontmatterError:
            return self.first_line + entry.line if entry else None
        found = None
        for key in path:
            pair = splice.find(node, key)
            if pair is None:
                break
            found, node = pair
        return None if found is None else self.line_at(found.start)

    def line_at(self, offset: int) -> int:
        """1-based line in the file of an offset."""
        return self.first_line + self.text.count("\n", 0, offset)

    def _placed(self, error: FrontmatterError, entry: Entry | None = None) -> FrontmatterError:
        """An error of the whole, or of one entry, with its line in the file; what is missing is missing at its end."""
        line, column = error.line or 1, error.column
        if entry is None:
            return FrontmatterError(error.message, line - 1 + self.first_line, column)
        own = self.text[entry.start : entry.end].rstrip()
        if line > own.count("\n") + 1:
            line, column = own.count("\n") + 1, len(own) - own.rfind("\n") - 1
        return FrontmatterError(error.message, line - 1 + self.first_line + entry.line, column)

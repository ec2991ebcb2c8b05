"""The text of one frontmatter block and what it says, parsed no further than asked."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from typing import Any, Final

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import entries, splice, yamltext
from ctxstudio.frontmatter.entries import Entry
from ctxstudio.frontmatter.splice import Path

MISSING: Final = object()
"""What is read where there is nothing."""


class Block:
    """A frontmatter block; immutable.

    Its values are read line by line where that is certainly what YAML would read; else by YAML, the whole at once; and
    where YAML refuses the whole, line by line again, each entry on its own, so that a broken `description` does not
    lock the `model`.

    Attributes:
        text: the block, undecodable bytes as surrogate escapes.
        first_line: 1-based line of its first line in the file.
        split: its entries, line by line.
    """

    __slots__ = ("_parsed", "_values", "_whole", "first_line", "split", "text")

    def __init__(self, text: str, first_line: int) -> None:
        self.text, self.first_line = text, first_line
        self.split = entries.split(text)
        self._values: dict[str, Any] = {}
        self._parsed: dict[Any, Any] | FrontmatterError | None = None
        self._whole: dict[Any, Any] | None = None
        if not self.split.trusted and isinstance(parsed := self.parsed(), dict):
            self._whole = parsed

    def parsed(self) -> dict[Any, Any] | FrontmatterError:
        """What YAML makes of the whole block, or why it makes nothing of it."""
        if self._parsed is None:
            try:
                value = yamltext.load(self.text)
                self._parsed = {} if value is None else value
                if not isinstance(self._parsed, dict):
                    self._parsed = FrontmatterError(
                        "the frontmatter is not a mapping of keys to values", self.first_line
                    )
            except FrontmatterError as error:
                self._parsed = self._placed(error, 0)
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
        entry = self.entry(key)
        if entry is None:
            return MISSING
        value = entries.simple_value(self.text[entry.value : entry.end])
        if value is entries.SLOW:
            try:
                value = yamltext.load(self.text[entry.start : entry.end])[key]
            except FrontmatterError as error:
                # An alias into another entry is fine for YAML; what YAML refuses as well is broken.
                if isinstance(parsed := self.parsed(), dict):
                    self._whole = parsed
                    return parsed.get(key, MISSING)
                raise self._placed(error, entry.line) from error
        self._values[key] = value
        return value

    def readable(self, keys: Collection[str]) -> dict[str, Any]:
        """The top-level values of some keys, as far as they are there and can be read."""
        found = {}
        for name in self.names():
            if name in keys:
                with contextlib.suppress(FrontmatterError):
                    found[name] = self.top(name)
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

    def names(self) -> tuple[str, ...]:
        """The top-level keys that are texts, in file order, each once."""
        if self._whole is not None:
            return tuple(key for key in self._whole if isinstance(key, str))
        return tuple(dict.fromkeys(entry.key for entry in self.split.entries))

    def faults(self) -> tuple[FrontmatterError, ...]:
        """The entries that cannot be read, or YAML's complaint of the whole where each can be read by itself."""
        broken = self.settle()
        if self._whole is not None or (self.split.trusted and not broken):
            return ()
        parsed = self.parsed()
        return tuple(broken) or ((parsed,) if isinstance(parsed, FrontmatterError) else ())

    def settle(self) -> list[FrontmatterError]:
        """Read every entry, so that it is decided how this block is read; the faults met on the way."""
        broken = []
        for key in self.names():
            try:
                self.top(key)
            except FrontmatterError as error:
                broken.append(error)
        return broken

    @property
    def by_line(self) -> bool:
        """Whether the values are read line by line; decided for good once it was settled."""
        return self._whole is None

    def entry(self, key: str) -> Entry | None:
        """The entry of a key; the last of several, which is the one that counts."""
        for entry in reversed(self.split.entries):
            if entry.key == key:
                return entry
        return None

    def scope(self, key: str) -> tuple[int, int] | None:
        """Start and end of the text in which a top-level key can be edited: its entry, or the whole block."""
        if not self.by_line:
            return 0, len(self.text)
        entry = self.entry(key)
        return None if entry is None else (entry.start, entry.end)

    def content_end(self, entry: Entry) -> int:
        """Offset after an entry's last own character: without line break, blank lines and comments at column 0."""
        end = entry.end
        while end > entry.value:
            start = self.text.rfind("\n", 0, max(end - 1, 0)) + 1
            line = self.text[start:end].strip(" \t\r\n")
            if start <= entry.start or (line and self.text[start] != "#"):
                break
            end = start
        return len(self.text[:end].rstrip("\r\n"))

    def line_of(self, path: Path) -> int | None:
        """1-based line in the file of the deepest existing key of a path, None if not even the first exists."""
        scope = self.scope(path[0])
        if scope is None:
            return None
        line = self.first_line + self.text.count("\n", 0, scope[0])
        try:
            root = yamltext.compose(self.text[scope[0] : scope[1]])
        except FrontmatterError:
            return line
        for depth in range(len(path), 0, -1):
            pair = splice.find(root, path[:depth]).pair if root is not None else None
            if pair is not None:
                return line + int(pair.key.start_mark.line)
        return None

    def _placed(self, error: FrontmatterError, before: int) -> FrontmatterError:
        """An error whose line counts in the file."""
        return FrontmatterError(error.message, (error.line or 1) - 1 + self.first_line + before, error.column)

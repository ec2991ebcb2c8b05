"""The repair of invalid YAML: the scalars that lack their quotes get them, and nothing else changes.

Source: FACTS A.5, what Claude Code loads although it is not valid. Unlike Claude Code, which guesses, this refuses what
can be meant in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ctxstudio.errors import EditError, FrontmatterError
from ctxstudio.frontmatter import render, rows, style, yamltext
from ctxstudio.frontmatter.block import Block
from ctxstudio.frontmatter.document import Document
from ctxstudio.frontmatter.entries import Entry
from ctxstudio.frontmatter.misquoted import Finder, Known, Misquoted
from ctxstudio.frontmatter.rows import Splice

_AROUND = " \t\r"
"""What may stand around the words of a line without being text."""
_BLANKS = re.compile(r"[ \t]++")
_PLACEHOLDER = "\ue000{}"
NOTHING_KNOWN: Final = Known()


@dataclass(frozen=True, slots=True)
class Mended:
    """One value that got its quotes.

    Attributes:
        path: keys and numbers of list items that lead to it.
        line: 1-based line in the file at which it begins.
        value: the text that it is from now on.
        hash_sign: whether it has a ` #` that was taken for text, and not for the start of a comment.
    """

    path: tuple[str | int, ...]
    line: int
    value: str
    hash_sign: bool


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair does to a file.

    Attributes:
        before: the file as it is.
        document: the file as it would be, valid as a whole.
        mended: what got quotes, in file order; empty if nothing is broken, and then both files are the same.
    """

    before: Document
    document: Document
    mended: tuple[Mended, ...]


def repair(document: Document, known: Known = NOTHING_KNOWN) -> Repair:
    """Put the values that YAML cannot read in quotes, each as the text that stands there.

    Args:
        document: the file.
        known: what is known about its keys.

    Raises:
        EditError: the file is broken in another way, or it cannot be told what is text; the message says where.
    """
    block = document.block
    faults = block.faults()
    if not faults:
        return Repair(document, document, ())
    finder = Finder(block, known)
    broken = [entry for entry in block.entries if entry.key and block.fault(entry)]
    found = {entry: finder.in_entry(entry) for entry in broken}
    if not found:
        raise EditError(str(faults[0]))
    scalars = [one for many in found.values() for one in many]
    quotes = _Quotes(block.text, scalars)
    edited = Block(rows.apply(block.text, map(quotes.splice, scalars)), block.first_line)
    _prove(block, edited, found)
    return Repair(document, document.with_text(edited.text), tuple(_mended(block, scalars)))


def _mended(block: Block, scalars: Sequence[Misquoted]) -> Iterator[Mended]:
    line, at = block.first_line, 0
    for one in scalars:
        line += block.text.count("\n", at, one.start)
        at = one.start
        yield Mended(one.path, line, folded(_decoded(block.text[one.start : one.end])), one.hash_sign)


def folded(lines: str) -> str:
    """The text that a plain scalar of one or more lines stands for: one blank for a line break, a break for two."""
    parts: list[str] = []
    breaks = 0
    for number, line in enumerate(lines.split("\n")):
        words = line.strip(_AROUND)
        breaks += number > 0
        if words:
            parts += ("\n" * (breaks - 1) or " ") if breaks else "", words
            breaks = 0
    return "".join(parts)


class _Quotes:
    """Puts scalars in quotes where they stand, in those that the file has elsewhere."""

    def __init__(self, text: str, found: Sequence[Misquoted]) -> None:
        self._text = text
        self._habit = style.quote_of(rows.apply(text, [Splice(one.start, one.end, "") for one in found]))

    def splice(self, one: Misquoted) -> Splice:
        """A scalar in quotes.

        Raises:
            EditError: YAML cannot hold it.
        """
        value = self._text[one.start : one.end]
        quote = self._quote(value)
        lines = value.replace("'", "''") if quote == "'" else "\n".join(map(_escaped, value.split("\n")))
        end, gap = one.end, ""
        blanks = _BLANKS.match(self._text, end)
        if blanks and "\t" in blanks[0]:
            # Behind a plain text a tab is fine, behind quotes PyYAML's own scanner refuses it.
            end, gap = blanks.end(), " " * self._text.startswith("#", blanks.end())
        return Splice(one.start, end, quote + lines + quote + gap)

    def _quote(self, value: str) -> str:
        if not all(render.is_printable(line.strip(_AROUND)) for line in _decoded(value).split("\n")):
            return '"'
        if value != _decoded(value):
            return "'"  # where undecodable bytes may stay as they are
        if self._habit:
            return self._habit
        return '"' if "'" in value and not {'"', "\\"} & set(value) else "'"


def _escaped(line: str) -> str:
    """A line of a text in double quotes; the blanks around it count no more than they did without quotes."""
    words = line.strip(_AROUND)
    before, _, after = line.partition(words) if words else (line, "", "")
    return before + render.quoted(words, '"')[1:-1] + after


def _prove(block: Block, edited: Block, found: dict[Entry, list[Misquoted]]) -> None:
    """Refuse a repair unless the whole file can be read, the new texts are what stood there, and all else is as it was.

    Raises:
        EditError: it is not so.
    """
    whole = edited.parsed()
    if isinstance(whole, FrontmatterError):
        keyless = (edited.fault(entry) for entry in edited.entries if not entry.key)
        raise EditError(str(next(filter(None, keyless), whole)))
    pairs = list(zip(block.entries, edited.entries, strict=True))
    for old, new in pairs:
        if old not in found:
            if block.text[old.start : old.end] != edited.text[new.start : new.end]:
                raise EditError("other lines would change with it")
        elif not yamltext.same(_value(edited, new), _expected(block, old, found[old])):
            raise EditError(f"line {block.first_line + old.line}: it would not read back as the text that stands there")
    # Of equal keys the last counts.
    counts = {old.key: new if old in found else None for old, new in pairs if old.key}
    for key, repaired in counts.items():
        if not yamltext.same(whole.get(key), _value(edited, repaired) if repaired else _readable(block, key, whole)):
            raise EditError(f"`{key}` would change with it")


def _value(block: Block, entry: Entry) -> Any:
    try:
        return yamltext.load(block.text[entry.start : entry.end])[entry.key]
    except FrontmatterError as error:
        raise EditError(f"line {block.first_line + entry.line}: {error.message}") from error


def _expected(block: Block, entry: Entry, found: Sequence[Misquoted]) -> Any:
    """What an entry says with other words in the place of the broken ones, and these put back as texts."""
    names = {_PLACEHOLDER.format(number): folded(_decoded(block.text[one.start : one.end]))
             for number, one in enumerate(found)}  # fmt: skip
    splices = [Splice(one.start - entry.start, one.end - entry.start, f"'{name}'")
               for name, one in zip(names, found, strict=True)]  # fmt: skip
    return _filled(yamltext.load(rows.apply(block.text[entry.start : entry.end], splices))[entry.key], names)


def _decoded(text: str) -> str:
    """A text as YAML sees it: undecodable bytes are replacement characters."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


def _readable(block: Block, key: str, whole: dict[Any, Any]) -> Any:
    """What a key said before, or says now if it could not be read by itself: an alias, its text is the same."""
    try:
        return block.top(key)
    except FrontmatterError:
        return whole.get(key)

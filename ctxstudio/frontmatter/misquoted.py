"""Scalars that YAML cannot read because they lack their quotes: where they begin and end, or why nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import rows
from ctxstudio.frontmatter.block import Block
from ctxstudio.frontmatter.entries import Entry

_DEEPEST = 20
_PAIR = re.compile(r"(\w[\w.-]*+):(?=[ \t\r\n]|\Z)")
_ITEM = re.compile(r"-(?=[ \t\r\n]|\Z)")
_LINE = re.compile(r"^([ \t]*+)[^ \t\r\n]", re.MULTILINE)
_HASH = re.compile(r"[ \t]#")
_CLOSED = re.compile(r""""(?:[^"\\]++|\\.)*"|'(?:[^']++|'')*'""", re.DOTALL)
_HEADER = re.compile(r"[|>][0-9+-]*+(?:[ \t\r\n]|\Z)")
_SIMPLE_LIST = re.compile(r"""\[([^\[\]{}"'#\n]*+)\]""")


class Known(NamedTuple):
    """What is known of the keys of a file; without it only what looks like nothing else is taken for a text.

    Attributes:
        texts: keys whose value is one text.
        lists: keys whose value is a list of texts.
        keys: names that stand for a key wherever they begin a line, and not for words of a text above.
    """

    texts: Collection[str] = ()
    lists: Collection[str] = ()
    keys: Collection[str] = ()


class Misquoted(NamedTuple):
    """A scalar without the quotes that it needs.

    Attributes:
        path: keys and numbers of list items that lead to it.
        start, end: its offsets in the block.
        hash_sign: whether it has a ` #` that is taken for text and not for the start of a comment.
    """

    path: tuple[str | int, ...]
    start: int
    end: int
    hash_sign: bool = False


class Finder:
    """Finds the scalars of one block that lack their quotes.

    A ` #` is text in a value that is known to be text, as Claude Code has it where it repairs such a file; elsewhere
    it begins a comment, as in YAML.
    """

    def __init__(self, block: Block, known: Known) -> None:
        self._block, self._text, self._known = block, block.text, known

    def in_entry(self, entry: Entry) -> list[Misquoted]:
        """Those in an entry that cannot be read.

        Raises:
            EditError: it is broken in another way, or it cannot be told what is text in it.
        """
        return self._in_value(entry.value, entry.end, (entry.key,), 0)

    def _in_value(self, value: int, end: int, path: tuple[str | int, ...], column: int) -> list[Misquoted]:
        """Those in what stands behind the colon of a key in a column."""
        is_text = path[-1] in self._known.texts
        line_end = rows.line_end(self._text, value)
        begin = self._first_word(value, line_end)
        if begin < line_end and self._text[begin] != "#":
            return self._in_scalar(begin, end, path, column, is_text)
        below = [at for at in self._lines(line_end, end) if self._text[at] != "#"]
        if not below:
            raise self._refusal(value, "what cannot be read there is no value")
        begin, is_list = below[0], self._is_item(below[0])
        if self._column(begin) < column + (not is_list):
            raise self._refusal(begin, "it is not indented more than the key above")
        if is_text and not is_list:
            if self._text[value:line_end].strip(" \t"):
                raise self._refusal(value, "a comment in front of a text")
            return self._in_scalar(begin, end, path, column, is_text)
        return self._in_collection(begin, end, path)

    def _in_collection(self, begin: int, end: int, path: tuple[str | int, ...]) -> list[Misquoted]:
        """Those in a list or mapping whose first dash or key stands at an offset."""
        if len(path) > _DEEPEST:
            raise self._refusal(begin, f"nested deeper than {_DEEPEST} levels")
        column, is_list = self._column(begin), self._is_item(begin)
        starts = [begin]
        for at in self._lines(rows.line_end(self._text, begin), end):
            if self._text[at] == "#" or self._column(at) > column:
                continue
            if self._column(at) < column or (is_list and not self._is_item(at)):
                raise self._refusal(at, "it is indented otherwise than the lines above")
            # A list may stand in the column of its key.
            if self._is_item(at) == is_list:
                starts.append(at)
        ends = [rows.line_start(self._text, at) for at in starts[1:]] + [end]
        found: list[Misquoted] = []
        for number, (start, after) in enumerate(zip(starts, ends, strict=True)):
            if self._block.part_fault(start, after, column) is None:
                continue
            if is_list:
                found += self._in_item(start, after, (*path, number))
            elif pair := _PAIR.match(self._text, start):
                found += self._in_value(pair.end(), after, (*path, pair[1]), column)
            else:
                raise self._refusal(start, "it is neither a key with its value nor an item of a list")
        return found

    def _in_item(self, dash: int, end: int, path: tuple[str | int, ...]) -> list[Misquoted]:
        line_end = rows.line_end(self._text, dash)
        begin = self._first_word(dash + 1, line_end)
        is_text = path[-2] in self._known.lists
        if begin == line_end or self._text[begin] == "#" or self._is_item(begin):
            raise self._refusal(dash, "the item that cannot be read is no text")
        if not is_text and _PAIR.match(self._text, begin):
            if all(self._column(at) != self._column(begin) for at in self._lines(line_end, end)):
                raise self._refusal(begin, "the item can be meant as a text or as a key with its value")
            return self._in_collection(begin, end, path)
        return self._in_scalar(begin, end, path, self._column(dash), is_text)

    def _in_scalar(
        self, begin: int, end: int, path: tuple[str | int, ...], column: int, is_text: bool
    ) -> list[Misquoted]:
        """The scalar that begins at an offset and goes on in the lines below, as far as they have words."""
        text = self._text
        line_end = rows.line_end(text, begin)
        below = list(self._lines(line_end, end))
        while below and text[below[-1]] == "#":
            below.pop()
        for at in below:
            self._check_line(at, column, is_text)
        stop = self._last_word(begin, rows.line_end(text, below[-1]) if below else line_end)
        hash_sign = _HASH.search(text, begin, stop)
        if hash_sign and not is_text:
            if below:
                raise self._refusal(begin, "a comment between the lines of a value")
            stop = self._last_word(begin, hash_sign.start())
        if not is_text and (simple := _SIMPLE_LIST.fullmatch(text, begin, stop)):
            return self._in_simple_list(simple.start(1), simple[1], path)
        self._check_form(begin, text[begin:stop], is_text)
        return [Misquoted(path, begin, stop, hash_sign is not None and is_text)]

    def _in_simple_list(self, start: int, items: str, path: tuple[str | int, ...]) -> list[Misquoted]:
        """Those among the items of a list in brackets on one line, in which no quote or bracket hides a comma."""
        found = []
        for number, item in enumerate(items.split(",")):
            begin, end = self._first_word(start, start + len(item)), self._last_word(start, start + len(item))
            start += len(item) + 1
            if begin >= end or self._block.part_fault(begin, end, 0, "- [", "]") is None:
                continue
            if ":" in item and path[-1] not in self._known.lists:
                raise self._refusal(begin, "the item can be meant as a text or as a key with its value")
            self._check_form(begin, self._text[begin:end], is_text=False)
            found.append(Misquoted((*path, number), begin, end))
        if not found:
            raise self._refusal(start, "a list in brackets that YAML cannot read")
        return found

    def _check_line(self, at: int, column: int, is_text: bool) -> None:
        """Refuse a line below a text that may be something else."""
        if self._text[at] == "#":
            raise self._refusal(at, "a comment between the lines of a text")
        if self._column(at) <= column:
            raise self._refusal(at, "it is not indented more than the key above")
        pair = _PAIR.match(self._text, at)
        if (pair or self._is_item(at)) if not is_text else (pair and pair[1] in self._known.keys):
            raise self._refusal(at, "below a text, it looks like an entry of its own that is indented wrongly")

    def _check_form(self, begin: int, value: str, is_text: bool) -> None:
        """Refuse a value that can be meant as something else than a text."""
        lead = value[0]
        if lead in "\"'":
            closed = _CLOSED.match(value)
            if closed is None:
                raise self._refusal(begin, "a quote is opened and never closed")
            if closed.end() == len(value):
                raise self._refusal(begin, "what stands between its quotes is not valid")
            if value[-1] == lead:
                raise self._refusal(begin, "there are quotes inside its quotes")
        elif _HEADER.match(value):
            raise self._refusal(begin, f"`{lead}` announces lines of text, and what follows is something else")
        elif not is_text and lead in "[{":
            if lead == "{" or not re.match(r"\[[^\[\]]*+\][^\[\]]", value):
                raise self._refusal(begin, "a bracket is never closed, or what is in brackets is not valid")
        elif not is_text and (lead in "&!" or value[:2] in ("- ", "? ")):
            raise self._refusal(begin, f"`{lead}` in front of it can be meant as YAML has it")

    def _lines(self, start: int, end: int) -> Iterator[int]:
        """Offsets of the first character of each line behind the one of an offset, blank lines left out."""
        first = self._text.find("\n", start, end) + 1
        for found in _LINE.finditer(self._text, first, end) if first else ():
            if "\t" in found[1]:
                raise self._refusal(found.start(), "it is indented with a tab")
            yield found.end() - 1

    def _first_word(self, start: int, line_end: int) -> int:
        blanks = self._text[start:line_end]
        return line_end - len(blanks.lstrip(" \t"))

    def _last_word(self, start: int, end: int) -> int:
        return start + len(self._text[start:end].rstrip(" \t\r"))

    def _is_item(self, at: int) -> bool:
        return _ITEM.match(self._text, at) is not None

    def _column(self, at: int) -> int:
        return at - rows.line_start(self._text, at)

    def _refusal(self, at: int, why: str) -> EditError:
        return EditError(f"line {self._block.line_at(at)}: {why}")

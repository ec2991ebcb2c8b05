"""Tables of text as spreadsheets know them: CSV for files, TSV for the clipboard; no formula in them lives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ctxstudio.errors import RefusedError

MOST: Final = 4_000_000
"""Characters of a pasted text that are read: 10,000 agents with all columns stay below."""
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""First characters by which some spreadsheet takes a cell for a formula (OWASP, CSV Injection)."""
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_GUARDED = re.compile("'(?=[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20'])")
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_QUOTED = re.compile('"([^"]*(?:""[^"]*)*)"(?=[\t\r\n]|\\Z)')
_BARE = re.compile("[^\t\r\n]*")


def csv(rows: Iterable[Sequence[str]]) -> bytes:
    """A table as a CSV file (RFC 4180): commas, CRLF, quotes where they are needed, every cell guarded.

    UTF-8 with a byte order mark: without one, Excel reads the file in the system's old code page.
    """
    return "".join(_line(row, ",", "\r\n") for row in rows).encode("utf-8-sig")


def tsv(rows: Iterable[Sequence[str]]) -> str:
    """A table as spreadsheets put it on the clipboard: tabs between cells, every cell guarded."""
    return "".join(_line(row, "\t", "\n") for row in rows)


def clean(text: str) -> str:
    """A text with control and direction-changing characters made visible."""
    return _UNSAFE.sub("\ufffd", text)


def guarded(cell: str) -> str:
    """A text that no spreadsheet takes for a formula, without control and direction-changing characters.

    What might be one gets an apostrophe in front, and so does a text that begins with one, so that `cells` can take it
    away again. Numbers stay.
    """
    cell = clean(cell)
    if (_FORMULA.match(cell) or _GUARDED.match(cell)) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def cells(text: str) -> list[list[str]]:
    """The rows of a TSV text, guards taken away; a row may be shorter than another.

    Raises:
        RefusedError: the text is longer than `MOST`.
    """
    if len(text) > MOST:
        raise RefusedError(f"the text has {len(text):,} characters; more than {MOST:,} are not read")
    rows: list[list[str]] = [[]]
    at = 0
    while at <= len(text):
        # A quote that does not end its cell is part of the text: people copy sentences from elsewhere.
        found = _QUOTED.match(text, at) or _BARE.match(text, at)
        assert found is not None  # noqa: S101  # a bare cell may be empty
        cell = found[1].replace('""', '"') if found.lastindex else found[0]
        rows[-1].append(cell[1:] if _GUARDED.match(cell) else cell)
        at = found.end()
        if text.startswith("\t", at):
            at += 1
            continue
        at += 2 if text.startswith("\r\n", at) else 1
        if at >= len(text):  # the end, or a line break at the end, which begins no row
            break
        rows.append([])
    return rows


def _line(row: Sequence[str], separator: str, end: str) -> str:
    return separator.join(_quoted(guarded(cell), separator) for cell in row) + end


def _quoted(cell: str, separator: str) -> str:
    if any(char in cell for char in (separator, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell

"""Tables as CSV and TSV: what spreadsheets read, what they must not run, and the way back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.errors import RefusedError
from ctxstudio.storage import spreadsheet

_SAFE = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"],
        include_characters="\t\n\r\"'=+-@,;",
        exclude_characters="".join(map(chr, [*range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF])),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=", "-", "--1",
        "\uff1d1", "\uff0b1", "\uff0d1", "\uff201",
    ],
)  # fmt: skip
def test_what_might_be_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert spreadsheet.guarded(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "0", "-3", "+2.5", "-1e-3", "haiku", "a=b", " =1", "'quoted'", "5-3"])
def test_numbers_and_plain_texts_stay(cell: str) -> None:
    assert spreadsheet.guarded(cell) == cell


def test_csv_is_what_rfc_4180_says() -> None:
    data = spreadsheet.csv([["Name", "Why"], ['say "hi"', "a, b"], ["two\nlines", "=cmd|' /C calc'!A0"], ["", "é"]])
    assert data == (
        b"\xef\xbb\xbf"
        b"Name,Why\r\n"
        b'"say ""hi""","a, b"\r\n'
        b"\"two\nlines\",'=cmd|' /C calc'!A0\r\n"
        b",\xc3\xa9\r\n"
    )  # fmt: skip


def test_no_control_character_and_no_half_character_is_written() -> None:
    assert (
        spreadsheet.csv([["a\x1b[31m\x00\x85\u202e\ud83d"]]).decode("utf-8-sig")
        == "a\ufffd[31m" + "\ufffd" * 4 + "\r\n"
    )


@given(st.lists(st.lists(_SAFE, min_size=2, max_size=4), min_size=1, max_size=4))
def test_a_csv_reader_reads_back_the_guarded_cells(rows: list[list[str]]) -> None:
    text = spreadsheet.csv(rows).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        [spreadsheet.guarded(cell) for cell in row] for row in rows
    ]


@given(st.lists(st.lists(_SAFE, min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_was_copied_is_pasted_to_the_letter(rows: list[list[str]]) -> None:
    assert spreadsheet.cells(spreadsheet.tsv(rows)) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [[""]]),
        ("haiku", [["haiku"]]),
        ("haiku\n", [["haiku"]]),
        ("haiku\r\n", [["haiku"]]),
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ("a\t\n\tb", [["a", ""], ["", "b"]]),
        ("a\n\nb", [["a"], [""], ["b"]]),
        ("a\rb", [["a"], ["b"]]),
        ('"a\tb"\tc', [["a\tb", "c"]]),
        ('"two\nlines"\n', [["two\nlines"]]),
        ('"say ""hi"""', [['say "hi"']]),
        ('"not closed\tb\nc', [['"not closed', "b"], ["c"]]),
        ('"a" b\tc', [['"a" b', "c"]]),
        ("'=1+1\t'-3\t'abc\t''x", [["=1+1", "-3", "'abc", "'x"]]),
    ],
)
def test_texts_of_other_programs(text: str, rows: list[list[str]]) -> None:
    assert spreadsheet.cells(text) == rows


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(RefusedError, match="more than 4,000,000"):
        spreadsheet.cells("x" * (spreadsheet.MOST + 1))


@pytest.mark.parametrize("piece", ['"', '""', '"x\t', '"x\t""', '""x\t"', "'", "\n", "\t", '"\n"'])
def test_hostile_texts_are_read_in_one_go(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert sum(map(len, spreadsheet.cells(text))) <= len(text) + 1

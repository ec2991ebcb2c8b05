"""The difference of two contents of a file: aligned rows, folds, line ends, unified text."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.frontmatter import Document
from ctxstudio.storage import diff
from ctxstudio.storage.diff import Comparison, Fold, Row

OLD = b"---\nname: a\nmodel: haiku\n---\nOne\nTwo\nThree\nFour\nFive\n"
NEW = b"---\nname: a\nmodel: sonnet\neffort: high\n---\nOne\nTwo\nThree\nFour\nFive\n"

contents = st.lists(st.sampled_from([b"a", b"b", b"c: d", b"", b"\xff", "é".encode()]), max_size=30).flatmap(
    lambda lines: st.sampled_from([b"\n", b"\r\n"]).flatmap(
        lambda end: st.booleans().map(lambda closed: end.join(lines) + (end if closed and lines else b""))
    )
)


def pictured(rows: Sequence[Row | Fold]) -> list[str]:
    """Rows as text: left | right, with a mark where they differ."""
    return [
        f"{row.count} folded"
        if isinstance(row, Fold)
        else f"{row.old.text if row.old else '~'} {'!' if row.changed else '|'} {row.new.text if row.new else '~'}"
        for row in rows
    ]


def unified(before: bytes | None, after: bytes | None, context: int | None = 3) -> str:
    rows = Comparison(before, after).rows(context)
    return diff.unified_text(rows, "a.md", is_new=before is None, is_gone=after is None)


def patched(old: Sequence[str], text: str) -> list[str]:
    """What a reader of unified diffs makes of the old lines."""
    new: list[str] = []
    place = 0
    for line in text.splitlines()[2:]:
        if line.startswith("@@"):
            start, _, count = line.split()[1].removeprefix("-").partition(",")
            first = int(start) - (1 if count != "0" else 0)
            new += old[place:first]
            place = first
        elif line[0] in " -":
            assert old[place] == line[1:]
            place += 1
        if line[0] in " +":
            new.append(line[1:])
    return [*new, *old[place:]]


def test_changed_lines_stand_beside_those_they_are_like() -> None:
    compared = Comparison(OLD, NEW)
    assert (compared.added, compared.removed, compared.notes) == (2, 1, ())
    assert pictured(compared.rows()) == [
        "--- | ---",
        "name: a | name: a",
        "model: haiku ! model: sonnet",
        "~ ! effort: high",
        "--- | ---",
        "One | One",
        "Two | Two",
        "3 folded",
    ]


def test_a_line_that_comes_first_does_not_take_the_place_of_the_changed_one() -> None:
    rows = Comparison(b"model: haiku\n", b"effort: high\nmodel: sonnet\n").rows()
    assert pictured(rows) == ["~ ! effort: high", "model: haiku ! model: sonnet"]


def test_line_numbers_are_those_of_either_side() -> None:
    rows = [row for row in Comparison(OLD, NEW).rows() if isinstance(row, Row)]
    assert [(row.old.number if row.old else None, row.new.number if row.new else None) for row in rows[2:5]] == [
        (3, 3),
        (None, 4),
        (4, 5),
    ]


def test_the_whole_file_has_no_folds() -> None:
    rows = Comparison(OLD, NEW).rows(None)
    assert len(rows) == 10
    assert not any(isinstance(row, Fold) for row in rows)


def test_far_changes_are_shown_apart() -> None:
    lines = [f"line {number}" for number in range(40)]
    other = [*lines[:5], "x", *lines[6:30], "y", *lines[31:]]
    rows = Comparison("\n".join(lines).encode(), "\n".join(other).encode()).rows()
    assert [row.count for row in rows if isinstance(row, Fold)] == [2, 18, 6]


def test_long_differences_are_cut_off_and_say_so() -> None:
    before = b"".join(b"a%d\n" % number for number in range(500))
    after = b"".join(b"b%d\n" % number for number in range(500))
    rows = Comparison(before, after).rows(most=100)
    assert len(rows) == 101
    assert rows[-1] == Fold(400, cut=True)
    assert diff.unified_text(rows, "a").splitlines()[-1] == "… 400 more lines"


def test_line_ends_that_differ_are_shown_where_lines_are_the_same_otherwise() -> None:
    compared = Comparison(b"a\nb\nc\n", b"a\r\nb\r\nnew\r\nc\r\n")
    assert compared.notes == ("line ends were LF, now CRLF",)
    assert pictured(compared.rows()) == [
        "a [LF] ! a [CRLF]",
        "b [LF] ! b [CRLF]",
        "~ ! new [CRLF]",
        "c [LF] ! c [CRLF]",
    ]


def test_one_odd_line_end_is_a_change_of_one_line() -> None:
    compared = Comparison(b"a\nb\nc\n", b"a\nb\r\nc\n")
    assert (compared.added, compared.removed) == (1, 1)
    assert compared.notes == ("line ends were LF, now mixed",)
    assert pictured(compared.rows()) == ["a | a", "b [LF] ! b [CRLF]", "c | c"]


def test_line_ends_that_are_the_same_are_not_shown() -> None:
    assert pictured(Comparison(b"a\r\nb\r\n", b"a\r\nc\r\n").rows()) == ["a | a", "b ! c"]


def test_a_missing_line_end_is_shown() -> None:
    assert pictured(Comparison(b"a\nb\n", b"a\nb").rows()) == ["a | a", "b [LF] ! b"]
    assert unified(b"a\nb\n", b"a\nb").splitlines()[-3:] == ["-b [LF]", "+b", diff.NO_LINE_END]


def test_files_that_come_and_go() -> None:
    assert Comparison(None, OLD).notes == ("new file",)
    assert Comparison(OLD, None).notes == ("the file goes",)
    assert unified(None, b"a\n") == "--- /dev/null\n+++ b/a.md\n@@ -0,0 +1 @@\n+a\n"
    assert unified(b"a\nb\n", None) == "--- a/a.md\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"


def test_equal_contents() -> None:
    compared = Comparison(OLD, OLD)
    assert (compared.rows(), compared.notes, compared.added) == ([], ("no difference",), 0)
    assert len(compared.rows(None)) == 9
    assert Comparison(None, None).rows() == []
    assert unified(OLD, OLD) == ""


def test_a_byte_order_mark_is_told() -> None:
    assert Comparison(OLD, b"\xef\xbb\xbf" + OLD).notes == ("the byte order mark is new",)
    assert Comparison(b"\xef\xbb\xbf" + OLD, OLD).notes == ("the byte order mark is gone",)


def test_only_a_line_feed_ends_a_line() -> None:
    rows = Comparison("a\u2028b\x0cc\x85d\re\n".encode(), "a\u2028b\x0cc\x85d\rf\n".encode()).rows()
    assert pictured(rows) == ["a\u2028b\x0cc\x85d\re ! a\u2028b\x0cc\x85d\rf"]


def test_undecodable_bytes_are_compared_as_they_are() -> None:
    compared = Comparison(b"a\xff\n", b"a\xfe\n")
    assert (compared.added, compared.removed) == (1, 1)


def test_the_unified_text_is_what_difflib_says() -> None:
    before, after = OLD.decode().splitlines(keepends=True), NEW.decode().splitlines(keepends=True)
    assert unified(OLD, NEW) == "".join(difflib.unified_diff(before, after, "a/a.md", "b/a.md"))


def test_a_name_with_line_breaks_cannot_pretend_to_be_a_line() -> None:
    assert diff.unified_text(Comparison(b"a", b"b").rows(), "x\n+++ y").splitlines()[0] == "--- a/x +++ y"


@given(contents, contents, st.none() | st.integers(0, 3))
def test_rows_hold_both_contents(before: bytes, after: bytes, context: int | None) -> None:
    whole = [row for row in Comparison(before, after).rows(None) if isinstance(row, Row)]
    for side, data in (([row.old for row in whole], before), ([row.new for row in whole], after)):
        found = [line for line in side if line is not None]
        lines = data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n")
        assert [line.text.removesuffix(" [CRLF]").removesuffix(" [LF]") for line in found] == (
            lines if lines[-1] else lines[:-1]
        )
        assert [line.number for line in found] == list(range(1, len(found) + 1))
    compared = Comparison(before, after)
    rows = compared.rows(context)
    changed = [row for row in rows if isinstance(row, Row) and row.changed]
    assert sum(row.new is not None for row in changed) == compared.added
    assert sum(row.old is not None for row in changed) == compared.removed
    assert bool(changed) == (before != after)


@given(st.lists(st.sampled_from("abcde"), max_size=40), st.lists(st.sampled_from("abcde"), max_size=40))
def test_the_unified_text_can_be_applied(old: list[str], new: list[str]) -> None:
    before, after = ("".join(line + "\n" for line in lines).encode() for lines in (old, new))
    text = unified(before, after)
    assert patched(old, text) == new if text else old == new


def documents(before: str, after: str) -> str:
    return diff.unified(Document.from_bytes(before.encode()), Document.from_bytes(after.encode()), "a.md")


def test_frontmatters_have_the_line_numbers_of_the_file_and_leave_the_body_out() -> None:
    text = documents("---\nname: a\nmodel: haiku\n---\nBody\n", "---\nname: a\nmodel: opus\n---\nOther\n")
    assert text.splitlines() == [
        "--- a/a.md",
        "+++ b/a.md",
        "@@ -1,4 +1,4 @@",
        " ---",
        " name: a",
        "-model: haiku",
        "+model: opus",
        " ---",
    ]
    assert documents("---\nname: a\n---\nx", "---\nname: a\n---\ny") == ""


def test_a_frontmatter_with_windows_line_ends_is_compared_without_them() -> None:
    assert "[CRLF]" not in documents("---\r\nmodel: haiku\r\n---\r\n", "---\r\nmodel: opus\r\n---\r\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\n" * 200_000, b"\n" * 199_990 + b"x\n"),
        (b"x" * (8 << 20), b"x" * (4 << 20) + b"y" + b"x" * (4 << 20)),
        (b"a\nb\n" * 50_000, b"b\na\na\n" * 50_000),
        (b"".join(b"%d\n" % i for i in range(90_000)), b"".join(b"%d\n" % -i for i in range(90_000))),
        (b"".join(b"%d\n" % i for i in range(90_000)), b"".join(b"%d\n" % i for i in range(90_000, 0, -1))),
        (b"\0\x1b\xff" * 100_000, b"\xff\0\x1b" * 100_000),
    ],
    ids=["empty lines", "one line", "two words", "nothing in common", "reversed", "no text"],
)
def test_hostile_contents_are_compared_too(before: bytes, after: bytes) -> None:
    compared = Comparison(before, after)
    rows = compared.rows()
    assert rows
    assert len(rows) <= diff.MOST_ROWS + 1
    assert compared.added
    assert compared.removed


def test_scattered_changes_of_a_long_file_are_found_one_by_one() -> None:
    lines = [b"line %d of many\n" % number for number in range(20_000)]
    other = list(lines)
    for number in range(7, 20_000, 500):
        other[number] = b"changed %d\n" % number
    compared = Comparison(b"".join(lines), b"".join(other))
    assert (compared.added, compared.removed) == (40, 40)

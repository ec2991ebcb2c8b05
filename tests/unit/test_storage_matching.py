"""Which lines and words of two texts belong together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.storage import matching

lists = st.lists(st.sampled_from("abcdef"), max_size=60)


def marked(old: str, new: str) -> tuple[str, str]:
    """Two lines with their differing words in brackets."""
    lines = []
    for line, spans in zip((old, new), matching.words(old, new), strict=True):
        for start, end in reversed(spans):
            line = f"{line[:start]}[{line[start:end]}]{line[end:]}"
        lines.append(line)
    return lines[0], lines[1]


@given(lists, lists)
def test_what_is_between_differences_is_the_same(old: list[str], new: list[str]) -> None:
    place = other = 0
    for a, b, c, d in matching.differences(old, new):
        assert old[place:a] == new[other:c]
        assert (b > a) or (d > c)
        place, other = b, d
    assert old[place:] == new[other:]


def test_moved_blocks_of_a_long_file_are_found_by_their_anchors() -> None:
    lines = [f"line {number}" for number in range(1_000)]
    new = [*lines[:100], "x", *lines[100:500], *lines[510:], "end"]
    assert matching.differences(lines, new) == [(100, 100, 100, 101), (500, 510, 501, 501), (1000, 1000, 991, 992)]


def test_work_is_given_up_where_nothing_is_unique() -> None:
    old, new = ["a", "b"] * 5_000, ["b", "a", "a"] * 5_000
    found = matching.differences(old, new)
    assert found[0][0] <= 1
    assert found[-1][1] >= len(old) - 3


@given(st.lists(st.text("ab c", max_size=6), max_size=8), st.lists(st.text("ab c", max_size=6), max_size=8))
def test_pairs_hold_every_line_once_and_in_order(old: list[str], new: list[str]) -> None:
    pairs = list(matching.pairs(old, new))
    assert [one for one, _ in pairs if one is not None] == list(range(len(old)))
    assert [two for _, two in pairs if two is not None] == list(range(len(new)))
    assert (None, None) not in pairs


def test_long_blocks_are_paired_in_order() -> None:
    old, new = ["a"] * 40, ["b"] * 42
    assert list(matching.pairs(old, new)) == [*((i, i) for i in range(40)), (None, 40), (None, 41)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("model: haiku", "model: sonnet", ("model: [haiku]", "model: [sonnet]")),
        ("a: [x, y]", "a: [x, z, y]", ("a: [x, y]", "a: [x, [z, ]y]")),
        ("claude-haiku-4-5", "claude-haiku-4-6", ("claude-haiku-4-[5]", "claude-haiku-4-[6]")),
        ("preferences: a", "preference: a", ("[preferences]: a", "[preference]: a")),
        ("x [LF]", "x [CRLF]", ("x [[LF]]", "x [[CRLF]]")),
        ("same", "same", ("same", "same")),
        ("all", "other", ("all", "other")),
        ("", "new", ("", "new")),
    ],
)
def test_words_that_differ(old: str, new: str, expected: tuple[str, str]) -> None:
    assert marked(old, new) == expected


@given(st.text("ab .", max_size=30), st.text("ab .", max_size=30))
def test_what_is_not_marked_is_the_same(old: str, new: str) -> None:
    spans = matching.words(old, new)
    kept = []
    for line, found in zip((old, new), spans, strict=True):
        assert all(0 <= start < end <= len(line) for start, end in found)
        kept.append("".join(char for i, char in enumerate(line) if not any(a <= i < b for a, b in found)))
    assert kept[0] == kept[1] or spans == ((), ())


def test_an_endless_line_is_marked_as_a_whole() -> None:
    old, new = "a" * 600_000 + "b" * 400_000, "a" * 600_000 + "c" * 400_000
    (before,), (after,) = matching.words(old, new)
    assert before == after
    assert before[1] == 1_000_000
    assert 599_000 < before[0] <= 600_000

"""Lists of texts: what is typed or pasted, one change of many lists, what is used elsewhere."""

from __future__ import annotations

import pytest

from ctxstudio.policy import fields, texts
from ctxstudio.policy.texts import Use
from ctxstudio.policy.values import Agent, Dialect, Policy, Switch


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", []),
        (" \n\t\n", []),
        (" a b ", ["a b"]),
        ("a\r\n\r\nb\u2028c", ["a", "b", "c"]),
        ("- a\n* b\n+ c\n• d\n– e\n    ‣ f", ["a", "b", "c", "d", "e", "f"]),
        ("- [ ] a\n- [x] b\n[X] c", ["a", "b", "c"]),
        ("1. a\n2) b\n(3) c", ["a", "b", "c"]),
        ("1. a", ["1. a"]),
        ("1. a\nb", ["1. a", "b"]),
        ("2 factors\n3 factors", ["2 factors", "3 factors"]),
        ('- "a: b"\n- \'c\'\n- "d" or "e', ["a: b", "c", '"d" or "e']),
        ('"quoted"', ['"quoted"']),
        ("-a\n--b", ["-a", "--b"]),
        ("- \n-", []),
        ("a - b", ["a - b"]),
    ],
)
def test_each_line_is_a_text_without_its_bullet(typed: str, wanted: list[str]) -> None:
    assert texts.lines(typed) == wanted


def test_names_stand_on_lines_or_between_commas() -> None:
    assert texts.names("- haiku\n- opus , sonnet,\n\n") == ["haiku", "opus", "sonnet"]


LISTS = [("a", "b"), ("b",), (), ("b", "b", "c")]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (texts.added(["b", "d"]), [("a", "b", "d"), ("b", "d"), ("b", "d"), ("b", "c", "d")]),
        (texts.added([]), [("a", "b"), ("b",), (), ("b", "c")]),
        (texts.without(["b"]), [("a",), (), (), ("c",)]),
        (texts.renamed("b", ["x"]), [("a", "x"), ("x",), (), ("x", "x", "c")]),
        (texts.renamed("b", ["a", "y"]), [("a", "y"), ("a", "y"), (), ("a", "y", "a", "y", "c")]),
        (texts.renamed("b", []), [("a",), (), (), ("c",)]),
    ],
)
def test_one_change_of_many_lists(change: texts.Change, wanted: list[tuple[str, ...]]) -> None:
    assert [change(item) for item in LISTS] == wanted


def agent(id: str, *when: str) -> Agent:
    policy = Policy(escalation=Switch("opus", when))
    return Agent(id, id, "", Dialect.MAPPING, policy, policy)


def test_the_most_used_come_first_then_the_offered_ones() -> None:
    fleet = [agent("1", "risk", "law", "law"), agent("2", "risk", "Scale"), agent("3", "a", "risk"), agent("4", "law")]
    ranked = texts.ranked(fleet, fields.field("escalation.when"), ["scale", "new", "new", "risk"])
    assert ranked == [Use("risk", 3), Use("law", 2), Use("a", 1), Use("Scale", 1), Use("new", 0)]
    assert texts.ranked(fleet, fields.field("fast_path.when")) == []

"""The filter language: what it means, while it is being typed as well."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.policy import query
from ctxstudio.policy.values import Agent, Assessment, Dialect, Policy, Switch, Verdict

SCORES = Assessment((), {"haiku": 1, "sonnet": 6}, Verdict.STRONG, None)
REVIEWER = Agent(
    "quality/code-reviewer.md", "code-reviewer", "Quality", Dialect.MAPPING, Policy("haiku"),
    Policy("claude-sonnet-4-5", ("haiku",), Switch("opus", ("Security review",))), assessment=SCORES,
)  # fmt: skip
WRITER = Agent("docs/writer.md", "writer", "docs", Dialect.SCALAR, Policy("haiku"), Policy("haiku", effort="high"))
PLAIN = Agent("plain.md", "Plain One", "", Dialect.ABSENT, Policy(), Policy())
AGENTS = (REVIEWER, WRITER, PLAIN)


def found(text: str) -> list[str]:
    wanted = query.parse(text)
    return [agent.name.split()[0] for agent in AGENTS if wanted.matches(agent, query.searchable(agent))]


ALL = ["code-reviewer", "writer", "Plain"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ALL),
        ("   ", ALL),
        ("review", ["code-reviewer"]),
        ("REVIEW quality/", ["code-reviewer"]),
        ("review writer", []),
        ("-review", ["writer", "Plain"]),
        ('"plain one"', ["Plain"]),
        ('"plain', ["Plain"]),
        ('-"plain one"', ["code-reviewer", "writer"]),
        ("security", ["code-reviewer"]),
        ("inherit", ["Plain"]),
        ("-", ["code-reviewer"]),
        ("model:haiku", ["writer"]),
        ("Model:HAIKU", ["writer"]),
        ("-model:haiku", ["code-reviewer", "Plain"]),
        ("model:inherit", ["Plain"]),
        ("model=claude-sonnet-4-5", ["code-reviewer"]),
        ("model=sonnet", []),
        ("fallbacks:haiku", ["code-reviewer"]),
        ('trigger:"security rev', ["code-reviewer"]),
        ("escalation.to:opus", ["code-reviewer"]),
        ("category:quality state:changed", ["code-reviewer"]),
        ("effort=", ["code-reviewer", "Plain"]),
        ('effort=""', ["code-reviewer", "Plain"]),
        ("-effort=", ["writer"]),
        ("verdict:strong", ["code-reviewer"]),
        ("score.sonnet>5", ["code-reviewer"]),
        ("score.sonnet>=6", ["code-reviewer"]),
        ("score.sonnet<6", []),
        ("score.sonnet<=6.0", ["code-reviewer"]),
        ("score.sonnet=6", ["code-reviewer"]),
        ("score.sonnet:6", ["code-reviewer"]),
        ("score.haiku:6", []),
        ("-score.sonnet>5", ["writer", "Plain"]),
        ("score.sonnet=", ["writer", "Plain"]),
        ("score.sonnet>-1", ["code-reviewer"]),
        # while typing
        ("model:", ALL),
        ("-model:", ALL),
        ("score.sonnet>", ALL),
        ("writer model:", ["writer"]),
        ('model:"', ALL),
    ],
)
def test_what_a_filter_finds(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("bogus:x", 0, "no field 'bogus'"),
        ("writer -bogus:", 8, "no field 'bogus'"),
        ("a http://x", 2, "no field 'http'"),
        ("score.sonnet>many", 13, "'many' is not a number"),
        ("score.sonnet:many", 13, "'many' is not a number"),
        ("name>3", 5, "Name is not a number"),
    ],
)
def test_what_cannot_be_understood_is_said_with_its_place(text: str, position: int, message: str) -> None:
    with pytest.raises(query.QueryError, match=message) as caught:
        query.parse(text)
    assert caught.value.position == position


def test_a_query_is_true_if_it_asks_for_something() -> None:
    assert not query.parse(" model: ")
    assert query.parse("a")
    assert query.parse("model:a")
    assert not query.Query()


def test_what_is_not_a_number_is_never_found() -> None:
    nan = replace(REVIEWER, assessment=replace(SCORES, scores={"sonnet": float("nan")}))
    assert not query.parse("score.sonnet>0").matches(nan, query.searchable(nan))
    assert found("score.sonnet>nan") == []


def test_long_texts_take_linear_time() -> None:
    for text in ("a" * 200_000, "-" * 200_000, '"' * 200_000, "a:" * 100_000, "a" * 100_000 + ":"):
        try:
            query.parse(text)
        except query.QueryError:
            continue


@given(st.text(alphabet='ab:=<>-". \n', max_size=30) | st.text(max_size=20))
def test_any_text_is_a_filter_or_an_error_with_a_place(text: str) -> None:
    wanted, position = query.Query(), 0
    try:
        wanted = query.parse(text)
    except query.QueryError as error:
        position = error.position
    assert 0 <= position <= len(text)
    for agent in AGENTS:
        wanted.matches(agent, query.searchable(agent))


@given(st.text(alphabet="abcdefghij-", min_size=1, max_size=6).filter(lambda word: not word.startswith("-")))
def test_a_word_and_its_negation_part_the_agents(word: str) -> None:
    assert sorted(found(word) + found("-" + word)) == sorted(ALL)

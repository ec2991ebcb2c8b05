"""The filter language: what it means, while it is being typed as well."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.errors import Issue, Severity
from ctxstudio.policy import fields, query, query_words
from ctxstudio.policy.query_words import StateWord
from ctxstudio.policy.values import Agent, Assessment, Dialect, Policy, State, Switch, Verdict

SCORES = Assessment((), {"haiku": 1, "sonnet": 6}, Verdict.STRONG, None)
REVIEWER = Agent(
    "quality/code-reviewer.md", "code-reviewer", "Quality", Dialect.MAPPING, Policy("haiku"),
    Policy("claude-sonnet-4-5", ("haiku",), Switch("opus", ("Security review",))), assessment=SCORES,
)  # fmt: skip
WRITER = Agent(
    "docs/writer.md", "writer", "docs", Dialect.SCALAR, Policy("haiku"),
    Policy("haiku", ("opus", "sonnet"), effort="high", reasoning='Short texts,\n  no "depth" \\ needed'),
    problems=(Issue(Severity.WARNING, "unknown-category", "odd"),),
)  # fmt: skip
PLAIN = Agent(
    "plain.md", "Plain One", "", Dialect.ABSENT, Policy(), Policy(), State.DEGRADED,
    (Issue(Severity.ERROR, "invalid-yaml", "broken"),),
)  # fmt: skip
FAST = Agent(
    "fast.md", "Fast (beta)", "docs", Dialect.MAPPING, *(Policy("opus", fast_path=Switch("haiku", ("small fix",))),) * 2
)
AGENTS = (REVIEWER, WRITER, PLAIN, FAST)


def found(text: str) -> list[str]:
    wanted = query.parse(text)
    return [agent.name.split()[0] for agent in AGENTS if wanted.matches(agent, query.searchable(agent))]


ALL = ["code-reviewer", "writer", "Plain", "Fast"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ALL),
        ("   ", ALL),
        ("review", ["code-reviewer"]),
        ("REVIEW quality/", ["code-reviewer"]),
        ("review writer", []),
        ("-review", ["writer", "Plain", "Fast"]),
        ('"plain one"', ["Plain"]),
        ('-"plain one"', ["code-reviewer", "writer", "Fast"]),
        ("security", ["code-reviewer"]),
        ("inherit", ["Plain"]),
        ('"short texts, no"', ["writer"]),
        ('"opus sonnet"', []),
        ('"-"', ["code-reviewer"]),
        # fields
        ("model:haiku", ["writer"]),
        ("Model:HAIKU", ["writer"]),
        ("-model:haiku", ["code-reviewer", "Plain", "Fast"]),
        ("model:inherit", ["Plain"]),
        ("model=claude-sonnet-4-5", ["code-reviewer"]),
        ("model=sonnet", []),
        ("fallbacks:haiku", ["code-reviewer"]),
        ("fallback:opus", ["writer"]),
        ("fallbacks=sonnet", ["writer"]),
        ('fallbacks="opus, sonnet"', ["writer"]),
        ("fallbacks=opu", []),
        ("-fallbacks=", ["code-reviewer", "writer"]),
        ('trigger:"security rev', ["code-reviewer"]),
        ("triggers:small", ["Fast"]),
        ('trigger="small fix"', ["Fast"]),
        ("trigger=small", []),
        ("escalation.to:opus", ["code-reviewer"]),
        ("escalation=opus", ["code-reviewer"]),
        ('escalation:"opus (1)"', ["code-reviewer"]),
        ("fast-path:haiku", ["Fast"]),
        ("recommended:", ALL),
        ("file:docs/", ["writer"]),
        ("category:quality state:changed", ["code-reviewer"]),
        ("effort=", ["code-reviewer", "Plain", "Fast"]),
        ('effort=""', ["code-reviewer", "Plain", "Fast"]),
        ("-effort=", ["writer"]),
        ("verdict:strong", ["code-reviewer"]),
        ('reasoning:"texts, no"', ["writer"]),
        (r'reasoning:"\"depth\" \\ n"', ["writer"]),
        # order
        ("score.sonnet>5", ["code-reviewer"]),
        ("score.sonnet>=6", ["code-reviewer"]),
        ("score.sonnet<6", []),
        ("score.sonnet<=6.0", ["code-reviewer"]),
        ("score.sonnet=6", ["code-reviewer"]),
        ("score.sonnet:6", ["code-reviewer"]),
        ("score.haiku:6", []),
        ("-score.sonnet>5", ["writer", "Plain", "Fast"]),
        ("score.sonnet=", ["writer", "Plain", "Fast"]),
        ("score.sonnet>-1", ["code-reviewer"]),
        ("effort>=high", ["writer"]),
        ("effort>LOW", ["writer"]),
        ("effort>high", []),
        ("effort<max", ["writer"]),
        ("effort<1000", []),
        # what is there at all, and states
        ("has:escalation", ["code-reviewer"]),
        ("-has:model", ["Plain"]),
        ("has:fallbacks has:reasoning", ["writer"]),
        ("has:trigger", ["code-reviewer", "Fast"]),
        ("has:score.haiku", ["code-reviewer"]),
        ("HAS:Fast_Path", ["Fast"]),
        ("is:changed", ["code-reviewer", "writer"]),
        ("is:problem", ["writer", "Plain"]),
        ("is:problems -is:errors", ["writer"]),
        ("is:error", ["Plain"]),
        ("is:warning", ["writer"]),
        ("is:degraded", ["Plain"]),
        ("is:context-dependent", ["code-reviewer", "Fast"]),
        ("is:scored", ["code-reviewer"]),
        # alternatives and groups
        ("writer or review", ["code-reviewer", "writer"]),
        ("writer OR model:opus", ["writer", "Fast"]),
        ("model:haiku high or docs fast", ["Fast"]),
        ("docs -writer or plain", ["Plain", "Fast"]),
        ("(writer or fast) docs", ["writer", "Fast"]),
        ("docs (writer or review)", ["writer"]),
        ("-(writer or review)", ["Plain", "Fast"]),
        ("-(has:fallbacks model:haiku) -plain", ["code-reviewer", "Fast"]),
        ("((writer) or ((fast)))", ["writer", "Fast"]),
        ('"(beta)"', ["Fast"]),
        ("fast(beta)", ["Fast"]),
        ('"or"', ["writer"]),
        ("-or", ["code-reviewer", "Plain", "Fast"]),
        # while typing
        ("-", ALL),
        ("--", ALL),
        ('"', ALL),
        ('-"', ALL),
        ('""', ALL),
        ('"plain', ["Plain"]),
        ("model:", ALL),
        ("-model:", ALL),
        ("score.sonnet>", ALL),
        ("score.sonnet>-", ALL),
        ("score.sonnet>1e", ALL),
        ("score.sonnet<.", ALL),
        ("effort>hi", ALL),
        ("writer model:", ["writer"]),
        ('model:"', ALL),
        ("has:", ALL),
        ("has:esc", ALL),
        ("is:", ALL),
        ("is:chan", ALL),
        ("writer is:pro", ["writer"]),
        ("writer or", ["writer"]),
        ("or writer", ["writer"]),
        ("writer or or fast", ["writer", "Fast"]),
        ("or", ALL),
        ("writer or model:", ["writer"]),
        ("(writer or fast", ["writer", "Fast"]),
        ("docs (", ["writer", "Fast"]),
        ("docs -()", ["writer", "Fast"]),
    ],
)
def test_what_a_filter_finds(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("bogus:x", 0, "there is no field 'bogus'; in quotes it is searched for as text"),
        ("writer -bogus:", 8, "there is no field 'bogus'"),
        ("a http://x", 2, "there is no field 'http'; in quotes"),
        ("categry:docs", 0, "there is no field 'categry'; did you mean 'category'?"),
        ("writer or (modle:haiku", 11, "there is no field 'modle'; did you mean 'model'?"),
        ("score>3", 0, "there is no field 'score'"),
        ("score.sonet>3", 0, "did you mean 'score.sonnet'?"),
        ("has:reasonig", 4, "there is no field 'reasonig'; did you mean 'reasoning'?"),
        ("has:esc writer", 4, "there is no field 'esc'"),
        ("is:chnged", 3, "there is no state 'chnged'; did you mean 'changed'?"),
        ("is:chan writer", 3, "there is no state 'chan'"),
        ("is:differs", 3, "there is no state 'differs'"),
        ("has>3", 0, "after 'has' comes a colon"),
        ("score.sonnet>many", 13, "'many' is not a number"),
        ("score.sonnet:many", 13, "'many' is not a number"),
        ("score.sonnet>- writer", 13, "'-' is not a number"),
        ("name>3", 5, "Name is not a number and has no order"),
        ("effort>much", 7, "'much' is none of low, medium, high, xhigh, max or a number"),
        ("effort>hi writer", 7, "'hi' is none of low"),
        ("trigger>3", 8, "Escalation triggers is not a number"),
        ("writer) fast", 6, "this bracket closes nothing"),
        ("(a) b)", 5, "this bracket closes nothing"),
        ("(" * 40, 20, "too many brackets inside one another"),
    ],
)
def test_what_cannot_be_understood_is_said_with_its_place(text: str, position: int, message: str) -> None:
    with pytest.raises(query.QueryError) as caught:
        query.parse(text)
    assert message in str(caught.value)
    assert caught.value.position == position


def test_a_message_quotes_no_novel() -> None:
    for text in ("x" * 1000 + ":", "score.sonnet>" + "x" * 1000, "is:" + "x" * 1000 + " a", "effort>" + "x" * 1000):
        with pytest.raises(query.QueryError) as caught:
            query.parse(text)
        assert len(str(caught.value)) < 150


def test_every_field_can_be_asked_for_and_every_state() -> None:
    for field in fields.FIELDS:
        assert query.parse(f"{field.id}:1")
        assert query.parse(f"-has:{field.id}")
    for word, state in query_words.STATES.items():
        wanted = query.parse(f"is:{word}")
        assert [agent for agent in AGENTS if wanted.matches(agent, "")] == [a for a in AGENTS if state.test(a)]


def test_the_caller_adds_states() -> None:
    states = {**query_words.STATES, "short": StateWord("Short names.", lambda agent: len(agent.name) < 10)}
    wanted = query.parse("is:short -is:changed", states)
    assert [agent.name for agent in AGENTS if wanted.matches(agent, "")] == ["Plain One"]


def test_efforts_in_numbers_are_compared_with_numbers_only() -> None:
    tokens = replace(WRITER, policy=replace(WRITER.policy, effort="9000"))
    assert query.parse("effort>8000").matches(tokens, "")
    assert not query.parse("effort>low").matches(tokens, "")


def test_an_edit_is_seen_by_a_filter_that_was_read_before() -> None:
    wanted = query.parse("model:haiku -has:fallbacks")
    assert not wanted.matches(WRITER, "")
    assert wanted.matches(replace(WRITER, policy=Policy("haiku")), "")
    assert not wanted.matches(replace(WRITER, policy=Policy("opus")), "")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_a_quoted_value_is_read_back(value: str) -> None:
    written = query.quoted(value)
    parts = list(query.parts(f"name:{written} -{written}"))
    assert [query.unquoted(part.value) for part in parts] == [value, value]
    assert [part.open for part in parts] == [False, False]
    named = replace(PLAIN, name=value)
    if value.strip():
        assert query.parse(f"name={written}").matches(named, "")


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
    long = 50_000
    for text in (
        "a" * long, "-" * long, '"' * long, "a:" * long, "a" * long + ":", "a or " * long, "a " * long,
        '"' + "\\" * long, "is:" + "c" * long, "(" * long, "a.b-" * long, "score.sonnet>" + "1" * long,
    ):  # fmt: skip
        try:
            query.parse(text)
        except query.QueryError:
            continue


@given(st.text(alphabet='ab:=<>-". ()or\\\n', max_size=30) | st.text(max_size=20))
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

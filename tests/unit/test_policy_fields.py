"""The field table: what every part of the program knows about an agent's properties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ctxstudio.errors import Issue, RefusedError, Severity, UnusableInputError
from ctxstudio.policy import fields
from ctxstudio.policy.fields import BY_ID, COLUMNS, FIELDS, Kind
from ctxstudio.policy.values import Agent, Assessment, Dialect, Policy, Recommendation, State, Switch, Verdict

POLICY = Policy("sonnet", ("haiku", "opus"), Switch("opus", ("a", "b, c")), Switch("haiku", ("d",)), "why", "high")
AGENT = Agent("sub/a.md", "a", "data-ai", Dialect.SCALAR, Policy("haiku"), POLICY)
BARE = Agent("b.md", "b", "", Dialect.ABSENT, Policy(), Policy())
VALUES: dict[str, Any] = {
    "preference": "opus", "fallbacks": ("sonnet",), "escalation": Switch("opus", ("x",)),
    "fast_path": Switch("haiku", ("x",)), "reasoning": "other", "effort": "low",
    "escalation.to": "fable", "escalation.when": ("x", "y"), "fast_path.to": "sonnet", "fast_path.when": ("z",),
}  # fmt: skip
EMPTY: dict[Kind, Any] = {Kind.MODELS: (), Kind.TEXTS: ()}


def scored(**scores: float) -> Agent:
    return replace(AGENT, assessment=Assessment((), scores, Verdict.STRONG, None))


def test_ids_and_titles_are_unique_and_columns_are_the_table() -> None:
    assert len({field.id for field in FIELDS}) == len(FIELDS) == len(BY_ID)
    assert len({field.title for field in FIELDS}) == len(FIELDS)
    assert [field.id for field in COLUMNS[:3]] == ["name", "category", "preference"]
    assert all(field.width > 0 for field in COLUMNS)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.id)
def test_every_field_is_explained_in_a_sentence(field: fields.Field) -> None:
    assert field.title.strip() == field.title != ""
    assert field.help.endswith(".")
    assert field.help[0].isupper()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.id)
def test_every_field_can_be_shown_and_sorted_for_any_agent(field: fields.Field) -> None:
    agents = [AGENT, BARE, scored(haiku=1, sonnet=-2.5), replace(BARE, policy=Policy(escalation=Switch()))]
    for agent in agents:
        assert isinstance(field.display(agent), str)
    keys = sorted(field.sort_key(agent) for agent in agents)
    assert all(key[0] in (0, 1) for key in keys)


def test_missing_values_sort_last() -> None:
    key = BY_ID["preference"].sort_key
    other = replace(BARE, policy=Policy("Zeta"))
    assert sorted([BARE, other, AGENT], key=key) == [AGENT, other, BARE]
    number = BY_ID["score.sonnet"].sort_key
    assert sorted([AGENT, scored(sonnet=10), scored(sonnet=9)], key=number)[-1] == AGENT
    assert number(scored(sonnet=9)) < number(scored(sonnet=10)) < number(AGENT)


def test_everything_that_can_be_set_is_tested_here() -> None:
    assert {field.id for field in FIELDS if field.assign} == VALUES.keys()


@pytest.mark.parametrize("id", VALUES)
def test_what_is_assigned_is_read_back_and_nothing_else_changes(id: str) -> None:
    field = BY_ID[id]
    assert field.assign is not None
    for policy in (POLICY, Policy()):
        changed = field.assign(policy, VALUES[id])
        assert field.value(replace(BARE, policy=changed)) == VALUES[id]
        others = [other for other in BY_ID.values() if other.assign and other.id.split(".")[0] != id.split(".")[0]]
        for other in others:
            assert other.value(replace(BARE, policy=changed)) == other.value(replace(BARE, policy=policy))


@pytest.mark.parametrize("id", VALUES)
def test_what_is_cleared_is_empty(id: str) -> None:
    field = BY_ID[id]
    assert field.assign is not None
    empty = EMPTY.get(field.kind)
    assert field.value(replace(BARE, policy=field.assign(POLICY, empty))) == empty
    assert field.assign(Policy(), empty) == Policy()
    if "." in id:
        assert field.assign(POLICY, None) == field.assign(POLICY, empty)


def test_a_switch_goes_with_its_last_part() -> None:
    to, when = BY_ID["escalation.to"].assign, BY_ID["escalation.when"].assign
    assert to is not None
    assert when is not None
    assert when(to(POLICY, None), ()).escalation is None
    assert to(POLICY, None).escalation == Switch(None, ("a", "b, c"))


def test_the_saved_value_is_that_of_the_disk() -> None:
    assert fields.saved_value(BY_ID["preference"], AGENT) == "haiku"
    assert fields.saved_value(BY_ID["fallbacks"], AGENT) == ()


def test_values_are_shown_as_text() -> None:
    shown = {id: field.display(AGENT) for id, field in BY_ID.items()}
    assert shown["fallbacks"] == "haiku, opus"
    assert shown["escalation"].startswith("opus")
    assert shown["path"] == "sub/a.md"
    assert shown["state"] == "changed"
    assert BY_ID["score.haiku"].display(scored(haiku=2.0)) == "2"
    assert BY_ID["score.haiku"].display(scored(haiku=-0.5)) == "-0.5"
    assert BY_ID["escalation"].display(replace(BARE, policy=Policy(escalation=Switch(None, ("x",))))).startswith("?")


def test_state_names_everything() -> None:
    issue = Issue(Severity.ERROR, "code", "message")
    agent = replace(AGENT, state=State.DEGRADED, problems=(issue, issue))
    assert BY_ID["state"].display(agent) == "changed, degraded, 2 problems"
    assert BY_ID["state"].display(replace(BARE, problems=(issue,))) == "1 problem"


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_words(verdict: Verdict) -> None:
    words = BY_ID["verdict"].display(replace(AGENT, assessment=Assessment((), {}, verdict, None)))
    assert words
    assert "_" not in words


def test_a_recommendation_names_the_switch() -> None:
    def shown(**switches: Switch) -> str:
        parts = {"escalation": None, "fast_path": None, **switches}
        advice = Recommendation("haiku", **parts, strength="weak", margin=0, reason="r")
        return BY_ID["recommendation"].display(replace(AGENT, assessment=Assessment((), {}, Verdict.STRONG, advice)))

    assert shown() == "haiku"
    assert "sonnet" in shown(escalation=Switch("sonnet"))
    assert "opus" in shown(fast_path=Switch("opus"))


@pytest.mark.parametrize(
    ("id", "text", "value"),
    [
        ("preference", "  opus ", "opus"),
        ("preference", " ", None),
        ("fallbacks", " a, ,b,", ("a", "b")),
        ("fallbacks", "", ()),
        ("escalation.when", "one, two\n\n three \n", ("one, two", "three")),
        ("escalation", "opus", Switch("opus")),
        ("escalation", "", None),
        ("effort", "HIGH", "HIGH"),
        ("effort", "007", "7"),
        ("effort", "", None),
        ("reasoning", "a, b\nc", "a, b\nc"),
    ],
)
def test_typed_text_becomes_a_value(id: str, text: str, value: Any) -> None:
    assert fields.parse(BY_ID[id], text) == value


@pytest.mark.parametrize("text", ["hig", "-1", "1.5", "٣", "9" * 10, "1" * 5000, "high low"])
def test_an_effort_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="low, medium, high, xhigh, max or a number"):
        fields.parse(BY_ID["effort"], text)


def test_an_unknown_field_is_said_with_those_there_are() -> None:
    assert fields.field("effort").title == "Effort"
    with pytest.raises(UnusableInputError, match=r"no field 'efort'; .* preference, fallbacks, .*fast_path\.when$"):
        fields.field("efort")

"""Rules: what each step does to a policy, and what is wrong with a rule's file."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.errors import DataError
from ctxstudio.policy import portable, rules, steps
from ctxstudio.policy.query_words import STATES, StateWord
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.steps import Do, Place, Step
from ctxstudio.policy.values import Policy, Switch
from tests.unit.policy_resources import catalogue

TODAY = datetime.date(2026, 11, 24)
FULL = Policy("haiku", ("sonnet", "opus"), Switch("sonnet", ("a", "b")), None, "why", "low")


def applied(policy: Policy, *done: Step, today: datetime.date = TODAY) -> tuple[Policy, list[str]]:
    found = rules.application(Rule("r", steps=done), catalogue(), today)(policy)
    return found.policy, [f"{note.step}: {note.text}" for note in found.notes]


def file(*listed: Mapping[str, object], **more: object) -> dict[str, object]:
    return {"version": 1, "name": "r", "steps": list(listed), **more}


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (Step(Do.SET, "preference", "opus"), FULL, replace(FULL, preference="opus")),
        (Step(Do.SET, "fallbacks", ("opus",)), FULL, replace(FULL, fallbacks=("opus",))),
        (Step(Do.SET, "effort", "007"), FULL, replace(FULL, effort="7")),
        (Step(Do.SET, "escalation.to", "opus"), FULL, replace(FULL, escalation=Switch("opus", ("a", "b")))),
        (Step(Do.SET, "escalation.when", ("c",)), FULL, replace(FULL, escalation=Switch("sonnet", ("c",)))),
        (Step(Do.CLEAR, "preference"), FULL, replace(FULL, preference=None)),
        (Step(Do.CLEAR, "fallbacks"), FULL, replace(FULL, fallbacks=())),
        (Step(Do.CLEAR, "escalation"), FULL, replace(FULL, escalation=None)),
        (Step(Do.CLEAR, "escalation.when"), FULL, replace(FULL, escalation=Switch("sonnet"))),
        (Step(Do.CLEAR, "escalation.when"), Policy(escalation=Switch(None, ("a",))), Policy()),
        (Step(Do.CLEAR, "fast_path.when"), FULL, FULL),
        (Step(Do.CLEAR, "reasoning"), FULL, replace(FULL, reasoning=None)),
        (Step(Do.SET_SWITCH, model="opus"), FULL, replace(FULL, escalation=Switch("opus", ("a", "b")))),
        (Step(Do.SET_SWITCH, model="opus", triggers=("c",)), FULL, replace(FULL, escalation=Switch("opus", ("c",)))),
        (
            Step(Do.SET_SWITCH, switch="fast_path", model="haiku", triggers=("c",)),
            Policy("sonnet"),
            Policy("sonnet", fast_path=Switch("haiku", ("c",))),
        ),
        (
            Step(Do.ADD_TRIGGERS, triggers=("b", "c", "c")),
            FULL,
            replace(FULL, escalation=Switch("sonnet", ("a", "b", "c"))),
        ),
        (Step(Do.REMOVE_TRIGGERS, triggers=("a", "x")), FULL, replace(FULL, escalation=Switch("sonnet", ("b",)))),
        (Step(Do.REMOVE_TRIGGERS, triggers=("a", "b")), FULL, replace(FULL, escalation=Switch("sonnet"))),
        (Step(Do.REMOVE_TRIGGERS, triggers=("a",)), Policy(escalation=Switch(None, ("a",))), Policy()),
        (Step(Do.REMOVE_TRIGGERS, switch="fast_path", triggers=("a",)), FULL, FULL),
        (Step(Do.ADD_FALLBACK, model="fable"), FULL, replace(FULL, fallbacks=("sonnet", "opus", "fable"))),
        (
            Step(Do.ADD_FALLBACK, model="fable", place=Place.FIRST),
            FULL,
            replace(FULL, fallbacks=("fable", "sonnet", "opus")),
        ),
        (
            Step(Do.ADD_FALLBACK, model="opus", place=Place.FIRST),
            FULL,
            replace(FULL, fallbacks=("opus", "sonnet")),
        ),
        (Step(Do.ADD_FALLBACK, model="sonnet"), FULL, replace(FULL, fallbacks=("opus", "sonnet"))),
        (Step(Do.REMOVE_FALLBACK, model="sonnet"), FULL, replace(FULL, fallbacks=("opus",))),
        (Step(Do.REMOVE_FALLBACK, model="haiku"), FULL, FULL),
        (
            Step(Do.REPLACE_MODEL, model="sonnet", by="fable"),
            FULL,
            replace(FULL, fallbacks=("fable", "opus"), escalation=Switch("fable", ("a", "b"))),
        ),
        # no fallback that stands twice, or that is the preference, comes in by it
        (Step(Do.REPLACE_MODEL, model="opus", by="sonnet"), FULL, replace(FULL, fallbacks=("sonnet",))),
        (
            Step(Do.REPLACE_MODEL, model="haiku", by="opus"),
            FULL,
            replace(FULL, preference="opus", fallbacks=("sonnet",)),
        ),
        (
            Step(Do.REPLACE_MODEL, model="opus", by="haiku"),
            replace(FULL, fallbacks=("haiku", "opus")),
            replace(FULL, fallbacks=("haiku",)),
        ),
        (Step(Do.REPLACE_MODEL, model="Haiku", by="opus"), FULL, FULL),
        # what it does not touch stays, odd as it may be
        (
            Step(Do.REPLACE_MODEL, model="fable", by="opus"),
            Policy("haiku", ("haiku", "opus", "opus"), Switch()),
            Policy("haiku", ("haiku", "opus", "opus"), Switch()),
        ),
    ],
)
def test_what_a_step_does(step: Step, before: Policy, after: Policy) -> None:
    assert applied(before, step) == (after, [])


def test_steps_follow_one_another() -> None:
    done = (
        Step(Do.SET, "preference", "sonnet"),
        Step(Do.REMOVE_FALLBACK, model="sonnet"),
        Step(Do.SET_SWITCH, model="opus", triggers=("x",)),
        Step(Do.ADD_TRIGGERS, triggers=("y",)),
    )
    wanted = Policy("sonnet", ("opus",), Switch("opus", ("x", "y")), None, "why", "low")
    assert applied(FULL, *done) == (wanted, [])


def test_what_cannot_be_done_to_an_agent_is_said_beside_the_step() -> None:
    done = (
        Step(Do.ADD_TRIGGERS, switch="fast_path", triggers=("x",)),
        Step(Do.SET, "effort", "max"),
        Step(Do.ADD_FALLBACK, model="haiku"),
    )
    assert applied(FULL, *done) == (
        replace(FULL, effort="max"),
        ["0: no fast path to add triggers to", "2: haiku is the preference already"],
    )


ALIASES = Step(Do.USE_ALIASES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("claude-sonnet-5-5", "sonnet"),
        ("claude-haiku-5-5[1m]", "haiku[1m]"),
        ("claude-opus-5-5", "opus"),
        (" claude-opus-5-5", "opus"),
        ("sonnet", "sonnet"),
        ("best", "best"),
        ("opusplan", "opusplan"),
        ("inherit", "inherit"),
        ("gpt-9", "gpt-9"),
        (None, None),
    ],
)
def test_ids_give_way_to_the_alias_that_means_the_same_today(before: str | None, after: str | None) -> None:
    assert applied(Policy(before), ALIASES) == (Policy(after), [])


def test_no_alias_changes_silently_what_runs() -> None:
    old = "claude-sonnet-4-5-20250929"
    note = f"0: {old} stays: sonnet means claude-sonnet-5-5 today"
    assert applied(Policy(old), ALIASES) == (Policy(old), [note])
    # on the day when it did mean that, the alias is the same
    assert applied(Policy(old), ALIASES, today=datetime.date(2025, 10, 1)) == (Policy("sonnet"), [])
    assert applied(Policy(old), ALIASES, today=datetime.date(2020, 1, 1))[0] == Policy(old)
    newer = f"0: {old} becomes sonnet, which means claude-sonnet-5-5 today"
    assert applied(Policy(old), replace(ALIASES, newer=True)) == (Policy("sonnet"), [newer])
    # an id newer than the catalogue has no known meaning
    assert applied(Policy("claude-haiku-9"), ALIASES)[0] == Policy("claude-haiku-9")
    assert applied(Policy("claude-mythos-5"), replace(ALIASES, newer=True)) == (
        Policy("claude-mythos-5"),
        ["0: claude-mythos-5 stays: mythos has no alias"],
    )


def test_aliases_come_in_everywhere_and_never_twice() -> None:
    before = Policy(
        "claude-haiku-5-5",
        ("claude-sonnet-5-5", "sonnet", "haiku", "claude-sonnet-5"),
        Switch("claude-opus-5-5", ("x",)),
        Switch("claude-sonnet-5"),
    )
    after = Policy("haiku", ("sonnet", "claude-sonnet-5"), Switch("opus", ("x",)), Switch("claude-sonnet-5"))
    assert applied(before, ALIASES) == (after, ["0: claude-sonnet-5 stays: sonnet means claude-sonnet-5-5 today"])


EVERY = Rule(
    "every step",
    "category:data or model:haiku",
    (
        Step(Do.SET, "preference", "opus"),
        Step(Do.SET, "fallbacks", ("opus", "haiku")),
        Step(Do.SET, "effort", "12"),
        Step(Do.CLEAR, "reasoning"),
        Step(Do.SET_SWITCH, switch="fast_path", model="haiku", triggers=("a: b",)),
        Step(Do.SET_SWITCH, model="opus"),
        Step(Do.ADD_TRIGGERS, triggers=("x",)),
        Step(Do.REMOVE_TRIGGERS, switch="fast_path", triggers=("y",)),
        Step(Do.ADD_FALLBACK, model="a"),
        Step(Do.ADD_FALLBACK, model="a", place=Place.FIRST),
        Step(Do.REMOVE_FALLBACK, model="a"),
        Step(Do.REPLACE_MODEL, model="a", by="b"),
        Step(Do.USE_ALIASES, newer=True),
        Step(Do.USE_ALIASES),
    ),
)


def test_a_rule_is_data() -> None:
    assert {step.do for step in EVERY.steps} == set(Do) == set(steps.KINDS)
    data = rules.plain(EVERY)
    assert rules.rule_of(data) == EVERY
    assert rules.plain(rules.rule_of(data)) == data
    assert rules.plain(Rule("r", steps=(Step(Do.CLEAR, "effort"),))) == file({"do": "clear", "field": "effort"})
    assert rules.rule_of(file()) == Rule("r")


def test_each_step_has_words() -> None:
    assert len({steps.describe(step) for step in EVERY.steps}) == len(EVERY.steps)
    assert steps.describe(Step(Do.SET, "preference", "opus")) == "set preference to opus"
    assert steps.describe(Step(Do.ADD_TRIGGERS, switch="fast_path")) == "add to the triggers of fast path: …"
    for kind in steps.KINDS.values():
        assert set(kind.needed) <= set(kind.parts)
        assert kind.title
        assert kind.help.endswith(".")


@pytest.mark.parametrize(
    ("data", "key", "why"),
    [
        (file(filter="model:haiku", step=[]), "step", "unknown key; did you mean steps"),
        ({"name": "r", "steps": []}, "version", "is missing"),
        (file(version=2), "version", "must be 1"),
        (file(version="1"), "version", "must be 1"),
        ({"version": 1, "steps": []}, "name", "is missing"),
        (file(name="a\nb"), "name", "one line"),
        (file(name=" "), "name", "must be text"),
        (file(name="n" * 121), "name", "longer than 120"),
        (file(filter="modl:haiku"), "filter", "did you mean 'model'.*character 1"),
        (file(filter=["a"]), "filter", "must be text"),
        (file(filter="is:odd"), "filter", "odd"),
        ({"version": 1, "name": "r"}, "steps", "is missing"),
        ({"version": 1, "name": "r", "steps": {}}, "steps", "must be a list"),
        (file({"field": "effort"}), "steps.0.do", "is missing"),
        (file({"do": "clear", "field": "effort"}, {"do": "sett"}), "steps.1.do", "'sett' is none of set, clear"),
        (file({"do": "set", "field": "preference"}), "steps.0.value", "is missing"),
        (file({"do": "set", "value": "opus"}), "steps.0.field", "is missing"),
        (file({"do": "set", "field": "preference", "value": None}), "steps.0.value", "must be text"),
        (file({"do": "set", "field": "preference", "value": True}), "steps.0.value", "must be text"),
        (file({"do": "set", "field": "preference", "value": ["a"]}), "steps.0.value", "must be text"),
        (file({"do": "set", "field": "preference", "value": "a\nb"}), "steps.0.value", "one line"),
        (file({"do": "set", "field": "fallbacks", "value": "a"}), "steps.0.value", "must be a list"),
        (file({"do": "set", "field": "fallbacks", "value": ["a", "a"]}), "steps.0.value", "twice"),
        (file({"do": "set", "field": "effort", "value": "some"}), "steps.0.value", "none of low"),
        (file({"do": "set", "field": "name", "value": "x"}), "steps.0.field", "'name' is none of preference"),
        (file({"do": "set", "field": "escalation", "value": "x"}), "steps.0.field", "none of"),
        (file({"do": "clear", "field": "escalation.to"}), "steps.0.field", "none of"),
        (file({"do": "clear", "feild": "effort"}), "steps.0.feild", "did you mean field"),
        (file({"do": "clear", "field": "effort", "value": "x"}), "steps.0.value", "unknown key"),
        (file({"do": "add-triggers", "switch": "fast", "triggers": ["a"]}), "steps.0.switch", "none of escalation"),
        (file({"do": "add-triggers", "switch": "fast_path", "triggers": []}), "steps.0.triggers", "must not be empty"),
        (file({"do": "add-triggers", "switch": "fast_path", "triggers": [1]}), "steps.0.triggers.0", "must be text"),
        (file({"do": "set-switch", "switch": "fast_path", "model": "a\x1b"}), "steps.0.model", "control"),
        (file({"do": "add-fallback", "model": "a", "place": "top"}), "steps.0.place", "none of first, last"),
        (file({"do": "replace-model", "model": "a", "by": "a"}), "steps.0.by", "the same model"),
        (file({"do": "replace-model", "model": "a"}), "steps.0.by", "is missing"),
        (file({"do": "use-aliases", "newer": "yes"}), "steps.0.newer", "true or false"),
        (file(["do"]), "steps.0", "must be a mapping"),  # type: ignore[arg-type]  # what a file may say
    ],
)
def test_a_wrong_key_or_value_says_which(data: dict[str, object], key: str, why: str) -> None:
    with pytest.raises(DataError, match=why) as caught:
        rules.rule_of(data)
    assert caught.value.key == key


def test_an_incomplete_step_is_found_before_any_policy_is_touched() -> None:
    with pytest.raises(DataError, match="must not be empty") as caught:
        applied(FULL, ALIASES, Step(Do.REPLACE_MODEL, model="a"))
    assert caught.value.key == "steps.1.by"


def test_a_filter_may_ask_for_states_that_only_the_window_knows() -> None:
    more = {**STATES, "odd": StateWord("Odd.", lambda agent: agent.changed)}
    assert rules.rule_of(file(filter="is:odd"), more).filter == "is:odd"


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
SWITCHES = st.none() | st.builds(Switch, st.none() | TEXTS, st.lists(TEXTS, max_size=3).map(tuple))
POLICIES: st.SearchStrategy[Policy] = st.builds(
    Policy,
    st.none() | TEXTS,
    st.lists(TEXTS, max_size=3).map(tuple),
    SWITCHES,
    SWITCHES,
    st.none() | TEXTS,
    st.none() | TEXTS,
)


@given(POLICIES)
def test_any_policy_is_the_same_from_its_plain_values(policy: Policy) -> None:
    assert portable.policy_of(portable.plain(policy), "x") == policy


def test_plain_values_say_only_what_is_there() -> None:
    assert portable.plain(Policy()) == {}
    assert portable.plain(replace(FULL, reasoning=None, effort=None)) == {
        "preference": "haiku",
        "fallbacks": ["sonnet", "opus"],
        "escalation": {"to": "sonnet", "when": ["a", "b"]},
    }
    assert portable.policy_of({"effort": 3}, "") == Policy(effort="3")


@pytest.mark.parametrize(
    ("value", "key", "why"),
    [
        ({"prefrence": "x"}, "a.prefrence", "unknown key; did you mean preference?"),
        ({"zzz": "x"}, "a.zzz", "unknown key; known are preference, fallbacks"),
        ({"preference": 3}, "a.preference", "must be text"),
        ({"fallbacks": "x"}, "a.fallbacks", "must be a list"),
        ({"fallbacks": ["x", None]}, "a.fallbacks.1", "must be text"),
        ({"escalation": {"to": "x", "wen": []}}, "a.escalation.wen", "did you mean when?"),
        ({"fast_path": ["x"]}, "a.fast_path", "must be a mapping"),
        ({"effort": True}, "a.effort", "must be text"),
        ("sonnet", "a", "must be a mapping"),
    ],
)
def test_plain_values_of_a_wrong_shape_say_which(value: Any, key: str, why: str) -> None:
    with pytest.raises(DataError) as caught:
        portable.policy_of(value, "a")
    assert caught.value.key == key
    assert why in caught.value.message


def test_values_that_no_file_should_hold_are_named() -> None:
    assert portable.sound(FULL, "a") == FULL
    for policy, key in (
        (Policy("a\nb"), "preference"),
        (Policy(effort="some"), "effort"),
        (Policy(escalation=Switch("", ("x",))), "escalation"),
    ):
        with pytest.raises(DataError) as caught:
            portable.sound(policy, "a.b")
        assert caught.value.key == f"a.b.{key}"

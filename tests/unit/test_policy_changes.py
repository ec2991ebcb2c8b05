"""What a field may be set to, and what following a recommendation does to a policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.errors import RefusedError, UnusableInputError
from ctxstudio.policy import changes, fields
from ctxstudio.policy.values import Policy, Recommendation, Switch
from tests.unit.policy_resources import catalogue

FULL = Policy("haiku", ("sonnet",), Switch("sonnet", ("a",)), None, "why", "low")


def assigned(field_id: str, value: Any, policy: Policy = FULL) -> Policy:
    return changes.assignment(field_id, value)(policy)


@pytest.mark.parametrize("id", ["name", "category", "verdict", "score.haiku", "state", "path", "recommendation"])
def test_what_is_computed_cannot_be_set(id: str) -> None:
    with pytest.raises(RefusedError, match="is computed and cannot be set"):
        changes.assignment(id, "x")


def test_what_is_no_field_cannot_be_set() -> None:
    with pytest.raises(UnusableInputError, match="no field"):
        changes.assignment("modell", "x")


@pytest.mark.parametrize(
    ("id", "value", "why"),
    [
        ("preference", "", "must not be blank"),
        ("preference", " \t", "must not be blank"),
        ("preference", "a\nb", "must be one line"),
        ("preference", "a\x1b[31m", "control characters"),
        ("preference", "a\x00", "control characters"),
        ("preference", "a\udcff", "control characters"),
        ("preference", "a" * 10_001, "longer than 10,000"),
        ("fallbacks", ("a", ""), "must not be blank"),
        ("fallbacks", ("a", "b\nc"), "must be one line"),
        ("fallbacks", ("a", "b", "a"), "must not stand twice"),
        ("escalation", Switch("a", ("b", "")), "must not be blank"),
        ("escalation", Switch("a\nb"), "must be one line"),
        ("escalation", Switch("", ("b",)), "must not be blank"),
        ("escalation.to", "a\rb", "control characters"),
        ("fast_path.when", ("\x07",), "control characters"),
        ("reasoning", "\x7f", "control characters"),
        ("effort", "some", "or a number"),
        ("effort", "5" * 5000, "or a number"),
    ],
)
def test_values_that_no_file_should_hold_are_refused(id: str, value: Any, why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        changes.assignment(id, value)


@pytest.mark.parametrize("model", ["claude-haiku-4-5-20251001", None])
def test_other_fields_stay(model: str | None) -> None:
    assert assigned("preference", model) == replace(FULL, preference=model)


def test_values_are_taken_as_they_are() -> None:
    assert assigned("reasoning", "two\nlines\tand: more # 'x'").reasoning == "two\nlines\tand: more # 'x'"
    assert assigned("effort", "12").effort == "12"
    assert assigned("effort", "007").effort == "7"
    assert assigned("effort", None).effort is None
    assert assigned("escalation.when", ("b", "b")).escalation == Switch("sonnet", ("b", "b"))


def test_an_empty_switch_is_none() -> None:
    assert assigned("escalation", Switch()).escalation is None
    assert assigned("fast_path", None).fast_path is None


@given(st.sampled_from([field.id for field in fields.FIELDS if field.assign]), st.text(max_size=30))
def test_what_is_parsed_and_accepted_can_be_parsed_again(id: str, text: str) -> None:
    field = fields.field(id)
    try:
        value = changes.checked(field, fields.parse(field, text))
    except RefusedError:
        return
    if field.kind is not fields.Kind.SWITCH:
        joined = "\n".join(value) if field.kind is fields.Kind.TEXTS else fields.display(field.kind, value)
        assert fields.parse(field, joined) == value


def advice(preference: str, escalate_to: str | None = None, fast_to: str | None = None) -> Recommendation:
    escalation, fast_path = (Switch(to, ("when",)) if to else None for to in (escalate_to, fast_to))
    return Recommendation(preference, escalation, fast_path, "strong", 4, "because")


@pytest.mark.parametrize(
    ("before", "recommended", "after"),
    [
        # the model of the right family stays to the letter
        (Policy("claude-sonnet-4-5-20250929"), advice("sonnet"), Policy("claude-sonnet-4-5-20250929")),
        (Policy("Sonnet[1m]"), advice("sonnet"), Policy("Sonnet[1m]")),
        (Policy("haiku"), advice("sonnet"), Policy("sonnet")),
        (Policy(), advice("sonnet"), Policy("sonnet")),
        (Policy("inherit"), advice("haiku"), Policy("haiku")),
        (Policy("gpt-5"), advice("haiku"), Policy("haiku")),
        # a fallback that becomes the preference gives its place to the former one
        (Policy("haiku", ("sonnet",)), advice("sonnet"), Policy("sonnet", ("haiku",))),
        (Policy("haiku", ("opus", "sonnet")), advice("sonnet"), Policy("sonnet", ("opus", "haiku"))),
        (Policy("haiku", ("sonnet", "claude-sonnet-5")), advice("sonnet"), Policy("sonnet", ("haiku",))),
        (Policy(None, ("sonnet", "haiku")), advice("sonnet"), Policy("sonnet", ("haiku",))),
        (Policy("sonnet", ("sonnet",)), advice("sonnet"), Policy("sonnet", ("sonnet",))),
        (Policy("haiku", ("opus",)), advice("sonnet"), Policy("sonnet", ("opus",))),
        # a switch to the family that runs anyway goes, others stay
        (Policy("haiku", (), Switch("sonnet", ("x",))), advice("sonnet"), Policy("sonnet")),
        (Policy("haiku", (), Switch("opus", ("x",))), advice("sonnet"), Policy("sonnet", (), Switch("opus", ("x",)))),
        (Policy("sonnet", (), None, Switch("haiku", ("x",))), advice("haiku"), Policy("haiku")),
        # an advised switch comes in, the user's words stay
        (Policy("haiku"), advice("haiku", "sonnet"), Policy("haiku", (), Switch("sonnet", ("when",)))),
        (
            Policy("haiku", (), Switch("claude-sonnet-5", ("mine",))),
            advice("haiku", "sonnet"),
            Policy("haiku", (), Switch("claude-sonnet-5", ("mine",))),
        ),
        (
            Policy("haiku", (), Switch("opus", ("mine",))),
            advice("haiku", "sonnet"),
            Policy("haiku", (), Switch("sonnet", ("mine",))),
        ),
        (
            Policy("haiku", (), Switch("sonnet")),
            advice("haiku", "sonnet"),
            Policy("haiku", (), Switch("sonnet", ("when",))),
        ),
        (
            Policy("haiku", (), Switch(None, ("x",))),
            advice("haiku", "sonnet"),
            Policy("haiku", (), Switch("sonnet", ("x",))),
        ),
        (Policy("opus"), advice("sonnet", None, "haiku"), Policy("sonnet", (), None, Switch("haiku", ("when",)))),
        # the rest is never touched
        (Policy("haiku", reasoning="r", effort="max"), advice("sonnet"), Policy("sonnet", reasoning="r", effort="max")),
    ],
)
def test_following_a_recommendation(before: Policy, recommended: Recommendation, after: Policy) -> None:
    assert changes.follow(before, recommended, catalogue()) == after
    assert changes.follow(after, recommended, catalogue()) == after

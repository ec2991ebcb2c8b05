"""The ten best practices as checks, and agents whose model does not fit their work."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from ctxstudio.policy import misfits, practices
from ctxstudio.policy.misfits import Subject
from ctxstudio.policy.practices import Check, State
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.values import Agent, Dialect, Policy, Switch, Trait, TraitSource
from tests.unit.policy_resources import catalogue, matrix

TODAY = datetime.date(2026, 11, 24)
WELL_DEFINED = ("well_defined_spec", "code_generation")
HARD = ("novel_problem", "complex_reasoning")
CLOSE = (*WELL_DEFINED, *HARD)


def subject(
    id: str,
    preference: str | None,
    *on: str,
    criteria: tuple[str, ...] = (),
    reviewed: datetime.date | None = TODAY,
    policy: Policy | None = None,
) -> Subject:
    policy = policy or Policy(preference, reasoning="because")
    traits = tuple(Trait(row, row in on, TraitSource.AUTO, ("word",) if row in on else ()) for row in matrix().rows)
    hits = tuple(Trait(name, True, TraitSource.AUTO, ("word",)) for name in criteria)
    assessor = Assessor(matrix(), catalogue())
    assessment = assessor.assess(traits, policy, hits)
    agent = Agent(id, id.removesuffix(".md"), "", Dialect.MAPPING, policy, policy, assessment=assessment)
    outcome = assessor.outcome(assessor.standing(traits, policy, hits))
    return Subject(agent, outcome, frozenset((*on, *criteria)), reviewed)


def check(id: str, *subjects: Subject) -> Check:
    found = {check.id: check for check in practices.checks(subjects, catalogue(), TODAY)}
    return found[id]


def offenders(id: str, *subjects: Subject) -> list[str]:
    return [offender.name for offender in check(id, *subjects).offenders]


def test_all_ten_in_the_documents_order() -> None:
    found = practices.checks([subject("a.md", "haiku", *WELL_DEFINED)], catalogue(), TODAY)
    assert [check.number for check in found] == list(range(1, 11))
    assert len({check.id for check in found}) == 10
    assert all(check.title for check in found)


@pytest.mark.parametrize(
    ("id", "bad", "good", "wanted"),
    [
        ("default_to_haiku", subject("bad", "sonnet", *WELL_DEFINED), subject("good", "haiku", *WELL_DEFINED), "haiku"),
        ("sonnet_for_the_hard", subject("bad", "haiku", *HARD), subject("good", "opus", *HARD), "sonnet"),
        (
            "quality_first",
            subject("bad", "haiku", "security_critical"),
            subject("good", "claude-sonnet-4-5", "security_critical"),
            "sonnet",
        ),
        (
            "quality_first",
            subject("bad", "haiku", "complex_reasoning", criteria=("legal_or_compliance",)),
            subject("good", "opus", "complex_reasoning", criteria=("legal_or_compliance",)),
            "sonnet",
        ),
        (
            "batch_to_haiku",
            subject("bad", "sonnet", "batch_processing", *HARD),
            subject("good", "haiku", "batch_processing"),
            "haiku",
        ),
        (
            "explain_with_sonnet",
            subject("bad", "haiku", "documentation", criteria=("user_facing_analysis",)),
            subject("good", "sonnet", "documentation", criteria=("user_facing_analysis",)),
            "sonnet",
        ),
    ],
)  # fmt: skip
def test_a_model_against_the_practice(id: str, bad: Subject, good: Subject, wanted: str) -> None:
    found = check(id, bad, good)
    assert (found.state, found.judged, [offender.name for offender in found.offenders]) == (State.BROKEN, 2, ["bad"])
    assert found.offenders[0].reason.startswith(f"runs on {catalogue().family(bad.agent.policy.preference)}: ")
    assert {id: policy.preference for id, policy in found.fixes.items()} == {"bad": wanted}
    assert check(id, good).state is State.KEPT
    assert check(id).state is State.NOT_JUDGED
    assert check(id).note


def test_borderline_agents_want_a_switch() -> None:
    bad = subject("bad", "haiku", *CLOSE)
    found = check("escalation_where_close", bad, subject("clear", "haiku", *WELL_DEFINED))
    assert (found.judged, [offender.name for offender in found.offenders]) == (1, ["bad"])
    fixed = found.fixes["bad"]
    assert fixed.escalation is not None
    assert fixed.escalation.to == "sonnet"
    assert fixed.escalation.when
    assert offenders("escalation_where_close", subject("good", None, *CLOSE, policy=fixed)) == []


def test_metrics_and_trials_are_not_measured_and_say_so() -> None:
    for id in ("monitor_metrics", "test_changes"):
        found = check(id, subject("a.md", "haiku", *WELL_DEFINED))
        assert (found.state, found.offenders) == (State.NOT_MEASURED, ())
        assert "not measured yet" in found.note


def test_reasoning_is_asked_of_those_who_name_a_model() -> None:
    silent = subject("silent", None, *WELL_DEFINED, policy=Policy("haiku", reasoning=" "))
    against = subject("against", None, *WELL_DEFINED, policy=Policy("sonnet"))
    inherits = subject("inherits", None, *WELL_DEFINED, policy=Policy())
    found = check("document_reasoning", silent, against, inherits, subject("good", "haiku"))
    assert [offender.name for offender in found.offenders] == ["silent", "against"]
    assert found.judged == 3
    # A reason for another model than the one that is set would be a lie.
    assert set(found.fixes) == {"silent"}
    assert (found.fixes["silent"].reasoning or "").startswith("Haiku scores 4 against 0: ")


def test_words_that_no_file_should_hold_are_no_reasoning() -> None:
    found = subject("silent", None, *WELL_DEFINED, policy=Policy("haiku"))
    assert found.agent.assessment is not None
    assert found.agent.assessment.recommendation is not None
    advice = replace(found.agent.assessment.recommendation, reason="Haiku: code (“\x1b[31m”).")
    spoilt = replace(found.agent, assessment=replace(found.agent.assessment, recommendation=advice))
    result = check("document_reasoning", replace(found, agent=spoilt))
    assert (len(result.offenders), result.fixes) == (1, {})


@pytest.mark.parametrize(
    ("reviewed", "is_due", "words"),
    [
        (None, True, "was never reviewed"),
        (TODAY, False, ""),
        (TODAY - datetime.timedelta(days=89), False, ""),
        (TODAY - datetime.timedelta(days=90), True, "was reviewed 90 days ago, on 2026-08-26"),
        (TODAY + datetime.timedelta(days=1), True, "its review is dated 2026-11-25, which is still to come"),
    ],
)
def test_reviews_are_due_after_a_quarter(reviewed: datetime.date | None, is_due: bool, words: str) -> None:
    assert practices.due(reviewed, TODAY) is is_due
    found = check("review_quarterly", subject("a.md", "haiku", reviewed=reviewed))
    assert [offender.reason for offender in found.offenders] == ([words] if is_due else [])


def test_those_who_inherit_or_are_not_scored_are_not_judged() -> None:
    for row in (
        subject("a", None, *WELL_DEFINED),
        subject("b", "inherit", "security_critical"),
        subject("c", "gpt-4", *HARD),
        subject("d", "sonnet"),
    ):
        for id in ("default_to_haiku", "sonnet_for_the_hard", "quality_first"):
            assert check(id, row).state is State.NOT_JUDGED
        assert misfits.over_powered([row], catalogue()) == ()
        assert misfits.under_powered([row], catalogue()) == ()


def test_over_powered_agents() -> None:
    found = misfits.over_powered(
        [
            subject("mild", "sonnet", "code_generation"),
            subject("wide", "opus", *WELL_DEFINED),
            subject("fits", "haiku", *WELL_DEFINED),
            subject("floor", "sonnet", *WELL_DEFINED, criteria=("legal_or_compliance",)),
            subject("close", "sonnet", *CLOSE),
            subject("fast", None, *WELL_DEFINED, policy=Policy("sonnet", fast_path=Switch("haiku", ("x",)))),
            subject("ruled", "sonnet", "batch_processing", *HARD),
        ],
        catalogue(),
    )
    assert [(misfit.name, misfit.family, misfit.recommended, misfit.margin) for misfit in found] == [
        ("wide", "opus", "haiku", 4),
        ("mild", "sonnet", "haiku", 2),
    ]
    assert [misfit.fix.preference for misfit in found] == ["haiku", "haiku"]
    assert "Haiku scores 4 against 0" in found[0].reason


def test_under_powered_agents() -> None:
    found = misfits.under_powered(
        [
            subject("mild", "haiku", "novel_problem"),
            subject("wide", "haiku", *HARD),
            subject("floor", "haiku", "code_generation", criteria=("user_facing_analysis",)),
            subject("fits", "sonnet", *HARD),
            subject("escalates", None, *HARD, policy=Policy("haiku", escalation=Switch("sonnet", ("x",)))),
            subject("floored", None, "security_critical", policy=Policy("haiku", escalation=Switch("sonnet", ("x",)))),
        ],
        catalogue(),
    )
    assert [misfit.name for misfit in found] == ["floored", "floor", "wide", "mild"]
    assert {misfit.fix.preference for misfit in found} == {"sonnet"}

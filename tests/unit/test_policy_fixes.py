"""Fixes: every one mends the finding it is offered for, and none is offered where none is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ctxstudio.policy import changes, validation
from ctxstudio.policy.fixes import Fix, Fixes
from ctxstudio.policy.values import (
    Agent,
    Assessment,
    Dialect,
    Finding,
    Policy,
    Recommendation,
    Switch,
    Target,
    Verdict,
)
from tests.unit.policy_resources import catalogue

TODAY = date(2026, 11, 24)
FIXES = Fixes(catalogue(), TODAY)
WHEN = ("hard",)


def agent(policy: Policy) -> Agent:
    return Agent("a.md", "a", "", Dialect.SCALAR, policy, policy)


def findings(policy: Policy) -> list[Finding]:
    values = {"name": "a", "description": "x", "model": "x"}
    found = validation.validate(
        values, policy, Dialect.SCALAR, catalogue=catalogue(), target=Target.CLAUDE_CODE, today=TODAY
    )
    return [finding for finding in found if finding.field]


def fixes(policy: Policy, code: str, field: str) -> list[Fix]:
    assert (code, field) in {(finding.code, finding.field) for finding in findings(policy)}
    return list(FIXES.find(code, field, agent(policy)))


SONNET = Policy("sonnet")


@pytest.mark.parametrize(
    ("policy", "code", "wanted"),
    [
        (Policy("sonet"), "unknown-model", [Fix("Use sonnet", "preference", "sonnet")]),
        (Policy("default"), "model-default", [Fix("Use inherit", "preference", "inherit")]),
        (Policy("claude-3-haiku-20240307"), "retired-model", [Fix("Use haiku", "preference", "haiku")]),
        (Policy("claude-sonnet-4-5"), "deprecated-model", [Fix("Use sonnet", "preference", "sonnet")]),
        (
            Policy("sonnet", ("hiaku", "opus", "opuss")),
            "unknown-model",
            [Fix("Use haiku, opus", "fallbacks", ("haiku", "opus"))],
        ),
        (
            Policy("sonnet", ("claude-3-haiku-20240307", "haiku")),
            "retired-model",
            [Fix("Use haiku", "fallbacks", ("haiku",))],
        ),
        (
            Policy("sonnet", ("claude-sonnet-5-5", "haiku")),
            "fallback-repeats-preference",
            [Fix("Remove it", "fallbacks", ("haiku",))],
        ),
        (
            Policy("opus", ("sonnet", "haiku", "claude-sonnet-5-5", "claude-haiku-5-5")),
            "duplicate-fallback",
            [Fix("Remove it", "fallbacks", ("sonnet", "haiku"))],
        ),
        (
            replace(SONNET, escalation=Switch("haiku", WHEN)),
            "escalation-not-stronger",
            [Fix("Use opus", "escalation.to", "opus"), Fix("No escalation", "escalation", None)],
        ),
        (
            replace(SONNET, fast_path=Switch("opus", WHEN)),
            "fast-path-not-cheaper",
            [Fix("Use haiku", "fast_path.to", "haiku"), Fix("No fast path", "fast_path", None)],
        ),
        (
            replace(SONNET, escalation=Switch(None, WHEN)),
            "switch-without-target",
            [Fix("Use opus", "escalation.to", "opus"), Fix("Remove the triggers", "escalation", None)],
        ),
        (
            Policy("haiku", fast_path=Switch(None, WHEN)),
            "switch-without-target",
            [Fix("Remove the triggers", "fast_path", None)],
        ),
        (
            Policy(None, escalation=Switch("sonet", WHEN)),
            "unknown-model",
            [Fix("Use sonnet", "escalation.to", "sonnet")],
        ),
        (
            replace(SONNET, escalation=Switch("opus")),
            "switch-without-trigger",
            [Fix("No escalation", "escalation", None)],
        ),
        (replace(SONNET, effort="hihg"), "invalid-effort", [Fix("Use high", "effort", "high")]),
        (replace(SONNET, effort="?"), "invalid-effort", [Fix("Clear it", "effort", None)]),
        (Policy("claude-haiku-4-5", effort="low"), "effort-not-supported", [Fix("Clear it", "effort", None)]),
        (Policy("claude-opus-4-5", effort="Max"), "effort-not-supported", [Fix("Use high", "effort", "high")]),
        (Policy("claude-opus-4-6", effort="xhigh"), "effort-not-supported", [Fix("Use high", "effort", "high")]),
    ],
)
def test_a_fix_mends_its_finding(policy: Policy, code: str, wanted: list[Fix]) -> None:
    field = next(finding.field for finding in findings(policy) if finding.code == code)
    assert fixes(policy, code, field) == wanted
    for fix in wanted:
        mended = changes.assignment(fix.field, fix.value)(policy)
        assert (code, field) not in {(finding.code, finding.field) for finding in findings(mended)}


def test_the_matrix_gives_the_triggers_it_would_recommend() -> None:
    advice = Recommendation("sonnet", Switch("opus", ("security",)), None, "weak", 0.0, "")
    assessment = Assessment((), {}, Verdict.STRONG, advice)
    subject = replace(agent(replace(SONNET, escalation=Switch("opus"))), assessment=assessment)
    assert FIXES.find("switch-without-trigger", "escalation.when", subject)[0] == Fix(
        "Use those of the matrix", "escalation.when", ("security",)
    )
    assert len(FIXES.find("switch-without-trigger", "fast_path.when", subject)) == 1


@pytest.mark.parametrize(
    ("code", "field", "policy"),
    [
        ("unknown-model", "preference", Policy("quite another thing")),
        ("unknown-model", "preference", Policy(None)),
        ("unknown-model", "fallbacks", Policy("sonnet", ("quite another thing",))),
        ("both-escalation-and-fast-path", "fast_path.to", SONNET),
        ("missing-category", "", SONNET),
    ],
)
def test_where_nothing_is_known_nothing_is_offered(code: str, field: str, policy: Policy) -> None:
    assert list(FIXES.find(code, field, agent(policy))) == []

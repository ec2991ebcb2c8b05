"""Validation: every code once triggered and once absent, severities by target, and paths by dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from ctxstudio.errors import Severity
from ctxstudio.policy import validation
from ctxstudio.policy.validation import CODES
from ctxstudio.policy.values import Dialect, Finding, Policy, Switch, Target
from tests.unit.policy_resources import catalogue

CODE, CTX = Target.CLAUDE_CODE, Target.CLAUDE_CTX


@dataclass(frozen=True)
class Case:
    """One agent as validation sees it; by default one that Claude Code runs without complaint."""

    values: dict[str, Any] = field(default_factory=lambda: {"name": "a", "description": "Does a.", "model": "haiku"})
    policy: Policy = field(default_factory=lambda: Policy("haiku"))
    dialect: Dialect = Dialect.SCALAR
    target: Target = CODE
    today: date = date(2026, 11, 23)
    unparsed: tuple[str, ...] = ()
    repeated: Mapping[str, int] = field(default_factory=dict)

    def findings(self) -> tuple[Finding, ...]:
        return validation.validate(
            self.values,
            self.policy,
            self.dialect,
            catalogue=catalogue(),
            target=self.target,
            today=self.today,
            unparsed=self.unparsed,
            repeated=self.repeated,
        )

    def codes(self) -> list[str]:
        return [finding.code for finding in self.findings()]

    def one(self) -> Finding:
        (finding,) = self.findings()
        return finding


CLEAN = Case()
CLEAN_CTX = Case(
    values={
        "version": 2.0,
        "name": "a",
        "description": "Does a.",
        "category": "data-ai",
        "tier": {"id": "core"},
        "model": {"preference": "haiku"},
        "tools": {"catalog": ["Read"]},
    },
    dialect=Dialect.MAPPING,
    target=CTX,
)


def having(case: Case, **values: Any) -> Case:
    """The case with top-level values changed; None takes one away."""
    merged = {**case.values, **values}
    return replace(case, values={key: value for key, value in merged.items() if value is not None})


def policy(case: Case, **changes: Any) -> Case:
    return replace(case, policy=replace(case.policy, **changes))


ESCALATION = Switch("sonnet", ("hard",))
FAST_PATH = Switch("haiku", ("easy",))
OK_SWITCHES = policy(CLEAN, preference="sonnet", escalation=Switch("opus", ("hard",)))

# code -> a case with exactly this finding, its severity and its path
TRIGGERS: dict[str, tuple[Case, Severity, tuple[str, ...]]] = {
    "missing-name": (having(CLEAN, name=None), Severity.ERROR, ()),
    "missing-description": (having(CLEAN, description=" "), Severity.ERROR, ("description",)),
    "duplicate-key": (replace(CLEAN, repeated={"model": 2}), Severity.WARNING, ("model",)),
    "name-not-allowed": (having(CLEAN, name="a:b"), Severity.ERROR, ("name",)),
    "unknown-model": (policy(CLEAN, preference="sonet"), Severity.WARNING, ("model",)),
    "retired-model": (policy(CLEAN, preference="claude-3-haiku-20240307"), Severity.ERROR, ("model",)),
    "deprecated-model": (policy(CLEAN, preference="claude-sonnet-4-5"), Severity.WARNING, ("model",)),
    "model-default": (policy(CLEAN, preference="default"), Severity.ERROR, ("model",)),
    "model-not-a-name": (
        replace(policy(having(CLEAN, model=42), preference=None), dialect=Dialect.OTHER),
        Severity.WARNING,
        ("model",),
    ),
    "mapping-ignored": (
        replace(having(CLEAN, model={"preference": "haiku"}), dialect=Dialect.MAPPING),
        Severity.WARNING,
        ("model",),
    ),
    "tools-mapping": (having(CLEAN, tools={"catalog": ["Read"]}), Severity.ERROR, ("tools",)),
    "scalar-model-for-claude-ctx": (replace(CLEAN, target=CTX), Severity.INFO, ("model",)),
    "invalid-effort": (policy(CLEAN, effort="huge"), Severity.WARNING, ("effort",)),
    "effort-not-supported": (policy(CLEAN, preference="claude-opus-4-5", effort="max"), Severity.INFO, ("effort",)),
    "fallback-repeats-preference": (
        policy(CLEAN, fallbacks=("claude-haiku-5-5",)),
        Severity.WARNING,
        ("modelPolicy", "fallbacks"),
    ),
    "duplicate-fallback": (
        policy(CLEAN, fallbacks=("sonnet", "opus", "Sonnet")),
        Severity.WARNING,
        ("modelPolicy", "fallbacks"),
    ),
    "escalation-not-stronger": (
        policy(CLEAN, preference="sonnet", escalation=Switch("claude-sonnet-4-6", ("hard",))),
        Severity.WARNING,
        ("modelPolicy", "escalation", "to"),
    ),
    "fast-path-not-cheaper": (
        policy(CLEAN, fast_path=Switch("opus", ("easy",))),
        Severity.WARNING,
        ("modelPolicy", "fast_path", "to"),
    ),
    "switch-without-target": (
        policy(CLEAN, escalation=Switch(None, ("hard",))),
        Severity.ERROR,
        ("modelPolicy", "escalation"),
    ),
    "switch-without-trigger": (
        policy(CLEAN, escalation=Switch("sonnet", (" ",))),
        Severity.WARNING,
        ("modelPolicy", "escalation"),
    ),
    "both-escalation-and-fast-path": (
        policy(OK_SWITCHES, fast_path=FAST_PATH),
        Severity.INFO,
        ("modelPolicy", "fast_path"),
    ),
    "missing-category": (having(CLEAN_CTX, category=None), Severity.WARNING, ()),
    "unknown-category": (having(CLEAN_CTX, category="data"), Severity.WARNING, ("category",)),
    "missing-tier": (having(CLEAN_CTX, tier={"level": 1}), Severity.WARNING, ()),
    "missing-preference": (policy(CLEAN_CTX, preference=None), Severity.WARNING, ()),
    "missing-tools": (having(CLEAN_CTX, tools="Read, Write"), Severity.WARNING, ()),
}


def test_every_code_has_a_case_and_a_title() -> None:
    assert set(TRIGGERS) == set(CODES)
    assert all(code.title for code in CODES.values())


@pytest.mark.parametrize("code", TRIGGERS)
def test_triggered(code: str) -> None:
    case, severity, path = TRIGGERS[code]
    finding = case.one()
    assert (finding.code, finding.severity, finding.path) == (code, severity, path)
    assert finding.message


@pytest.mark.parametrize("case", [CLEAN, CLEAN_CTX, OK_SWITCHES, policy(CLEAN, fallbacks=("sonnet", "opus"))])
def test_nothing_to_find(case: Case) -> None:
    assert case.findings() == ()


@pytest.mark.parametrize(
    "case",
    [
        replace(having(policy(CLEAN, preference=None), model=None), dialect=Dialect.ABSENT),
        policy(CLEAN, preference="inherit", escalation=ESCALATION),
        policy(CLEAN, preference="Opus[1m]"),
        policy(CLEAN, preference="sonnet", fast_path=FAST_PATH),
        policy(CLEAN, effort="HIGH"),
        policy(CLEAN, effort="3000"),
        having(CLEAN, tools="Read, Grep"),
        having(CLEAN_CTX, version="2.0"),
        having(replace(CLEAN_CTX, unparsed=("description", "category")), description=None, category=None),
    ],
)
def test_what_is_allowed(case: Case) -> None:
    assert case.findings() == ()


def test_severities_depend_on_the_target() -> None:
    other = TRIGGERS["model-not-a-name"][0]
    assert replace(other, target=CTX).one().severity is Severity.ERROR
    assert having(CLEAN_CTX, name="-a").one().severity is Severity.WARNING
    remapped = policy(CLEAN, preference="claude-opus-4-1")
    assert (remapped.one().code, remapped.one().severity) == ("retired-model", Severity.WARNING)
    assert "claude-opus-5-5" in remapped.one().message
    assert policy(CLEAN_CTX, preference="claude-opus-4-1").one().severity is Severity.ERROR


def test_v2_file_in_claude_code() -> None:
    assert replace(CLEAN_CTX, target=CODE).codes() == ["mapping-ignored", "tools-mapping"]


def test_v2_rules_are_for_v2_files_of_claude_ctx() -> None:
    bare = having(CLEAN_CTX, version=None, tier=None, category=None, tools=None)
    assert bare.findings() == ()
    assert having(bare, version=2).codes() == ["missing-category", "missing-tier", "missing-tools"]
    assert having(bare, tier="core").codes() == ["missing-category", "missing-tier", "missing-tools"]


def test_models_everywhere() -> None:
    switch = Switch("sonet", ("x",))
    case = policy(CLEAN_CTX, preference="haikuu", fallbacks=("opuss",), escalation=switch, fast_path=switch)
    found = [finding for finding in case.findings() if finding.code == "unknown-model"]
    assert [finding.path for finding in found] == [
        ("model", "preference"),
        ("model", "fallbacks"),
        ("model", "escalation", "to"),
        ("model", "fast_path", "to"),
    ]
    assert [finding.hint for finding in found] == [
        f"did you mean {name}?" for name in ("haiku", "opus", "sonnet", "sonnet")
    ]


@pytest.mark.parametrize("name", ["claude-3-haiku-20240307", "default"])
def test_only_the_preference_fails_every_call(name: str) -> None:
    assert policy(CLEAN, preference=name).one().severity is Severity.ERROR
    assert policy(CLEAN, fallbacks=(name,)).one().severity is Severity.WARNING


def test_the_day_decides() -> None:
    old = policy(CLEAN, preference="claude-sonnet-4-5-20250929")
    assert "2026-11-30" in old.one().message
    assert old.codes() == ["deprecated-model"]
    assert replace(old, today=date(2026, 11, 30)).codes() == ["retired-model"]
    assert replace(CLEAN, today=date(2025, 10, 1)).findings() == ()


def test_unknown_model_without_a_likeness() -> None:
    finding = policy(CLEAN, preference="Claude Sonnet 4.5 (copilot)").one()
    assert (finding.code, finding.hint) == ("unknown-model", "")


def test_effort_in_the_mapping() -> None:
    case = policy(having(CLEAN_CTX, model={"preference": "haiku", "effort": "huge"}), effort="huge")
    assert case.one().path == ("model", "effort")
    assert having(case, effort="huge").one().path == ("effort",)


@pytest.mark.parametrize(
    ("model", "effort", "message", "hint"),
    [
        ("claude-haiku-4-5", "low", "Haiku 4.5 knows no effort: it is not sent", ""),
        ("claude-sonnet-4-5", "3000", "Sonnet 4.5 knows no effort: it is not sent", ""),
        ("claude-opus-4-5", "Max", "“Max” is no effort of Opus 4.5", "it knows low, medium, high"),
        ("claude-sonnet-4-6", "xhigh", "“xhigh” is no effort of Sonnet 4.6", "it knows low, medium, high, max"),
    ],
)
def test_an_effort_that_the_model_does_not_support(model: str, effort: str, message: str, hint: str) -> None:
    found = [item for item in policy(CLEAN, preference=model, effort=effort).findings() if item.field == "effort"]
    assert [(item.code, item.message, item.hint) for item in found] == [("effort-not-supported", message, hint)]
    assert policy(CLEAN, preference=model).codes() in ([], ["deprecated-model"])


def test_an_alias_supports_what_it_means_on_the_day() -> None:
    case = policy(CLEAN, preference="sonnet", effort="xhigh")
    assert case.codes() == []
    assert replace(case, today=date(2026, 3, 1)).codes() == ["effort-not-supported"]
    assert policy(CLEAN, preference=None, effort="xhigh").codes() == []


def test_findings_name_the_field_that_can_mend_them() -> None:
    switch = Switch("sonet", ())
    case = policy(
        CLEAN_CTX, preference="sonet", fallbacks=("sonet",), escalation=switch, fast_path=Switch(None), effort="x"
    )
    found = {(finding.field, finding.code) for finding in case.findings()}
    assert found == {
        ("preference", "unknown-model"),
        ("effort", "invalid-effort"),
        ("fallbacks", "unknown-model"),
        ("fallbacks", "fallback-repeats-preference"),
        ("escalation.to", "unknown-model"),
        ("escalation.when", "switch-without-trigger"),
        ("fast_path.to", "switch-without-target"),
        ("fast_path.to", "both-escalation-and-fast-path"),
        ("fast_path.when", "switch-without-trigger"),
    }
    assert policy(CLEAN_CTX, preference=None).one().field == "preference"
    assert having(CLEAN_CTX, tools=None).one().field == ""


def test_unknown_category_hint() -> None:
    assert having(CLEAN_CTX, category="data_ai").one().hint == "did you mean data-ai?"
    assert having(CLEAN_CTX, category="zzz").one().hint.startswith("one of core-development, ")


def test_long_texts_are_cut() -> None:
    finding = policy(CLEAN, preference="x" * 10_000).one()
    assert len(finding.message) < 120
    assert "…" in finding.message


def test_model_not_a_name_hides_the_missing_preference() -> None:
    case = replace(policy(having(CLEAN_CTX, model=[1]), preference=None), dialect=Dialect.OTHER)
    assert case.codes() == ["model-not-a-name"]

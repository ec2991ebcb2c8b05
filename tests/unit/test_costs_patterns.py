"""Patterns and the nine active agents: what they save under a policy, beside what the document prints."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ctxstudio.costs.groups import Groups
from ctxstudio.costs.patterns import Pattern, Step, active_nine, pattern_savings, patterns_from
from ctxstudio.costs.prices import PriceBook
from ctxstudio.costs.pricing import Pricing
from ctxstudio.costs.scenarios import Scenario
from ctxstudio.errors import DataError
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.values import Policy

RESOURCES = Path(__file__).parents[2] / "resources"


def data(name: str) -> dict[str, Any]:
    parsed = yaml.safe_load((RESOURCES / name).read_text("utf-8"))
    assert isinstance(parsed, dict)
    return parsed


PATTERNS = patterns_from(data("patterns.yaml"))
GROUPS = Groups.from_mapping(data("strategy.yaml"))
DOCUMENT = {name: Policy(assignment.model) for name, assignment in GROUPS.assignments.items()}
PRICING = Pricing(
    Scenario.from_mapping(data("scenarios/strategy.yaml")),
    Catalogue.from_mapping(data("models.yaml")),
    PriceBook.from_mapping(data("prices.yaml")),
    date(2026, 11, 24),
)


def test_the_patterns_computed_right_beside_the_printed() -> None:
    savings = pattern_savings(PATTERNS, DOCUMENT.get, PRICING)
    # Of three dollars a haiku call saves 2.20.
    exact = [2 * 2.2 / 12 * 100, 2 * 2.2 / 9 * 100, 2 * 2.2 / 9 * 100, 2.2 / 9 * 100]
    assert [saving.saving_percent for saving in savings] == [pytest.approx(percent, abs=1e-9) for percent in exact]
    assert [f"{saving.saving_percent:.1f}" for saving in savings] == ["36.7", "48.9", "48.9", "24.4"]
    assert [saving.printed_percent for saving in savings] == [50, 67, 67, 33]
    assert not any(saving.notes for saving in savings)


def test_the_steps_mean_the_models_of_the_document() -> None:
    assert all(DOCUMENT[step.agent] == Policy(step.model) for pattern in PATTERNS for step in pattern.steps)


def test_a_missing_agent_runs_on_the_model_meant_for_it_and_it_says_so() -> None:
    fleet = {name: policy for name, policy in DOCUMENT.items() if name != "python-pro"}
    savings = pattern_savings(PATTERNS, fleet.get, PRICING)
    assert savings[0].saving_percent == pytest.approx(110 / 3, abs=1e-9)
    note = "There is no agent python-pro: it is taken to run on haiku."
    assert [saving.notes for saving in savings] == [(note,), (), (note,), ()]


def test_policies_move_the_savings() -> None:
    fleet = DOCUMENT | {"debugger": Policy("haiku"), "python-pro": Policy("gpt-4"), "security-auditor": Policy("opus")}
    first, second, third, fourth = pattern_savings(PATTERNS, fleet.get, PRICING)
    assert first.saving_percent is None
    assert third.saving_percent is None
    assert second.saving_percent == pytest.approx(440 / 9, abs=1e-9)
    assert fourth.saving_percent == pytest.approx((9 - 4 - 0.8 - 3) / 9 * 100, abs=1e-9)


def test_a_step_is_noted_once() -> None:
    pattern = Pattern("twice", "Twice", (Step("a", "haiku"), Step("a", "haiku")), 0)
    (saving,) = pattern_savings((pattern,), dict[str, Policy]().get, PRICING)
    assert saving.notes == ("There is no agent a: it is taken to run on haiku.",)


def test_the_nine_active_agents() -> None:
    saving = active_nine(GROUPS.active, DOCUMENT.get, PRICING)
    assert saving is not None
    assert saving.saving_percent == pytest.approx(5 * 2.2 / 27 * 100, abs=1e-9)
    assert f"{saving.saving_percent:.1f}" == "40.7"
    assert saving.printed_percent == 68


def test_the_nine_have_no_saving_unless_all_are_there() -> None:
    fleet = {name: policy for name, policy in DOCUMENT.items() if name != "debugger"}
    assert active_nine(GROUPS.active, fleet.get, PRICING) is None


def test_the_nine_with_an_unknown_price_have_an_unknown_saving() -> None:
    saving = active_nine(GROUPS.active, (DOCUMENT | {"debugger": Policy("gpt-4")}).get, PRICING)
    assert saving is not None
    assert saving.saving_percent is None


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (["patterns"], [], "patterns"),
        (["patterns", "audit-remediate-verify"], None, "patterns.audit-remediate-verify"),
        (["patterns", "p"], {"title": "P", "steps": [], "printed_percent": -1}, "patterns.p.printed_percent"),
        (["patterns", "p"], {"title": "P", "steps": {}, "printed_percent": 1}, "patterns.p.steps"),
        (["patterns", "p"], {"title": "P", "steps": [{"agent": "a"}]}, "patterns.p.steps.0.model"),
    ],
)
def test_a_broken_file_names_its_key(path: list[str], value: object, key: str) -> None:
    broken = copy.deepcopy(data("patterns.yaml"))
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(DataError) as caught:
        patterns_from(broken)
    assert caught.value.key == key

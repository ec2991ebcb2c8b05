"""Scenarios as data: what ships, what may be left out, what is refused."""

from __future__ import annotations

import copy
import dataclasses
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ctxstudio.costs.prices import Usage
from ctxstudio.costs.scenarios import Audience, Calls, EscalationMode, Printed, Scenario, Target, TaskKind
from ctxstudio.errors import DataError

FOLDER = Path(__file__).parents[2] / "resources" / "scenarios"
MINIMAL: dict[str, Any] = {
    "name": "tiny",
    "title": "Tiny",
    "description": "One call.",
    "tasks_per_day": 10,
    "profile": {"input": 1000, "output": 100},
    "kinds": {"only": {"title": "Only", "share": 1, "calls": [{"group": "haiku", "count": 1}]}},
}


def shipped(name: str) -> Scenario:
    return Scenario.from_mapping(yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8")))


def calls(sonnet: float, haiku: float) -> tuple[Calls, Calls]:
    return Calls(Target(Audience.GROUP, "sonnet"), sonnet), Calls(Target(Audience.GROUP, "haiku"), haiku)


def test_the_strategy_scenario_is_the_document() -> None:
    scenario = shipped("strategy")
    assert scenario.kinds == (
        TaskKind("architecture", "Architecture", 0.3, calls(3, 2), 9.00),
        TaskKind("implementation", "Implementation", 0.5, calls(1, 4), 3.80),
        TaskKind("maintenance", "Maintenance", 0.2, calls(0, 5), 0.80),
    )
    assert scenario.tasks_per_day == 1000
    assert scenario.profile == Usage(1_000_000, 0)
    assert scenario.flat_prices == {"sonnet": 3.0, "haiku": 0.8}
    assert scenario.price_date == date(2026, 11, 23)
    assert scenario.printed == Printed(4.76, 68)
    assert (scenario.escalation_rate, scenario.session_model, scenario.baseline_model) == (0, "sonnet", "sonnet")


def test_the_realistic_scenario_differs_in_tokens_and_prices_only() -> None:
    strategy, realistic = shipped("strategy"), shipped("realistic")
    assert realistic.profile == Usage(10_000, 1_000)
    assert realistic.price_date is None
    assert not realistic.flat_prices
    assert realistic.printed == Printed()
    assert realistic.tasks_per_day == strategy.tasks_per_day
    for ours, theirs in zip(realistic.kinds, strategy.kinds, strict=True):
        assert (ours.name, ours.share, ours.printed) == (theirs.name, theirs.share, None)
        assert ours.calls == tuple(calls for calls in theirs.calls if calls.count)


def test_what_may_be_left_out() -> None:
    scenario = Scenario.from_mapping(MINIMAL)
    assert scenario.price_date is None
    assert scenario.escalation_mode is EscalationMode.ROUTED
    assert (scenario.session_model, scenario.baseline_model) == ("sonnet", "sonnet")


def test_calls_name_a_group_an_agent_or_a_category() -> None:
    data = copy.deepcopy(MINIMAL)
    data["kinds"]["only"]["calls"] = [{"agent": "a", "count": 1}, {"category": "b", "count": 0.5}]
    assert Scenario.from_mapping(data).kinds[0].calls == (
        Calls(Target(Audience.AGENT, "a"), 1),
        Calls(Target(Audience.CATEGORY, "b"), 0.5),
    )


def test_a_changed_scenario_is_checked_again() -> None:
    scenario = shipped("strategy")
    with pytest.raises(DataError, match="sum to 1"):
        dataclasses.replace(scenario, kinds=scenario.kinds[:2])
    with pytest.raises(DataError, match="profile"):
        dataclasses.replace(scenario, profile=Usage(1000, 100))


@pytest.mark.parametrize(("excess", "good"), [(0.9e-9, True), (-0.9e-9, True), (1.1e-9, False), (-1.1e-9, False)])
def test_shares_sum_to_one_within_a_billionth(excess: float, good: bool) -> None:
    kind = MINIMAL["kinds"]["only"]
    data = MINIMAL | {"kinds": {"a": kind | {"share": 0.5}, "b": kind | {"share": 0.5 + excess}}}
    if good:
        Scenario.from_mapping(data)
    else:
        with pytest.raises(DataError, match="sum to 1"):
            Scenario.from_mapping(data)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (["name"], None, "name"),
        (["title"], " ", "title"),
        (["tasks_per_day"], -1, "tasks_per_day"),
        (["tasks_per_day"], math.inf, "tasks_per_day"),
        (["tasks_per_day"], "many", "tasks_per_day"),
        (["profile"], 1000, "profile"),
        (["profile"], {"output": 1}, "profile.input"),
        (["profile", "cache_read"], -1, "profile.cache_read"),
        (["profile", "batch"], 1, "profile.batch"),
        (["flat_prices"], {"sonnet": 3}, "profile"),
        (["flat_prices"], {"sonnet": None}, "flat_prices.sonnet"),
        (["price_date"], "yesterday", "price_date"),
        (["escalation_rate"], 1.01, "escalation_rate"),
        (["escalation_mode"], "never", "escalation_mode"),
        (["session_model"], 5, "session_model"),
        (["baseline_model"], "", "baseline_model"),
        (["printed"], {"per_task": "4.76"}, "printed.per_task"),
        (["kinds"], [], "kinds"),
        (["kinds"], {}, "kinds"),
        (["kinds", "only", "share"], 0.9, "kinds"),
        (["kinds", "only", "share"], 2, "kinds.only.share"),
        (["kinds", "only", "printed"], -1, "kinds.only.printed"),
        (["kinds", "only", "calls"], "haiku", "kinds.only.calls"),
        (["kinds", "only", "calls", 0], {"count": 1}, "kinds.only.calls.0"),
        (["kinds", "only", "calls", 0, "agent"], "both", "kinds.only.calls.0"),
        (["kinds", "only", "calls", 0, "group"], 1, "kinds.only.calls.0.group"),
        (["kinds", "only", "calls", 0, "count"], math.nan, "kinds.only.calls.0.count"),
    ],
)
def test_a_broken_scenario_names_its_key(path: list[Any], value: object, key: str) -> None:
    data = copy.deepcopy(MINIMAL)
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(DataError) as caught:
        Scenario.from_mapping(data)
    assert caught.value.key == key

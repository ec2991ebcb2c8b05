"""Profiles: capturing, comparing, applying; and the three that ship with the program."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ctxstudio.errors import DataError
from ctxstudio.policy import profiles
from ctxstudio.policy.profiles import Profile, Row, Status
from ctxstudio.policy.values import Agent, Dialect, Policy, Switch
from ctxstudio.storage import shipped as resources
from ctxstudio.storage.library import Library
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.conftest import Open

HAIKU, SONNET, OPUS = Policy("haiku"), Policy("sonnet", ("haiku",)), Policy("opus", effort="max")


def agent(id: str, policy: Policy = HAIKU, name: str = "") -> Agent:
    return Agent(id, name or id.rpartition("/")[2].removesuffix(".md"), "", Dialect.MAPPING, policy, policy)


def said(rows: tuple[Row, ...]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(row.key, row.id or row.name, str(row.status), row.differs) for row in rows]


def test_names_stand_for_agents_and_paths_for_copies_that_differ() -> None:
    fleet = [agent("a.md"), agent("x/b.md", SONNET), agent("y/b.md", OPUS), agent("x/c.md"), agent("y/c.md")]
    captured = profiles.capture("p", fleet, description="d")
    wanted = {"a": HAIKU, "x/b.md": SONNET, "y/b.md": OPUS, "c": HAIKU}
    assert captured.profile == Profile("p", "d", wanted)
    assert list(captured.profile.agents) == list(wanted)
    assert not captured.left_out
    assert profiles.policies(captured.profile, fleet) == {}


def test_a_captured_selection_says_nothing_of_the_other_copies() -> None:
    fleet = [agent("a.md"), agent("x/b.md", SONNET), agent("y/b.md", SONNET)]
    captured = profiles.capture("p", fleet, ["x/b.md", "a.md"])
    assert captured.profile.agents == {"a": HAIKU, "x/b.md": SONNET}
    assert [row.status for row in profiles.compare(captured.profile, fleet)] == ["matches", "matches", "extra"]


def test_odd_names_stand_by_their_path_and_what_no_file_should_hold_is_left_out() -> None:
    fleet = [
        agent("a.md", name="line\nbreak"),
        agent("b.md", name="a.md"),
        agent("c.md", name="n" * 200),
        agent("d.md", Policy("a\nb")),
        agent("e\n.md", name="x\ny"),
    ]
    captured = profiles.capture("p", fleet)
    assert list(captured.profile.agents) == ["a.md", "b.md", "c.md"]
    assert captured.left_out == {
        "d.md": "preference: Preference must be one line",
        "e\n.md": "its path cannot be written into a profile",
    }
    assert profiles.profile_of(profiles.plain(captured.profile)) == captured.profile


def test_a_fleet_of_copies_is_captured_in_linear_time() -> None:
    fleet = [agent(f"{number}/same.md") for number in range(20_000)]
    assert list(profiles.capture("p", fleet).profile.agents) == ["same"]


def test_a_comparison_says_what_differs_what_is_missing_and_what_is_extra() -> None:
    fleet = [
        agent("a.md", Policy("sonnet", ("opus",), Switch("opus", ("x",)), None, "r", "low")),
        agent("b.md"),
        agent("c.md"),
    ]
    wanted = Policy("haiku", ("opus",), Switch("opus", ("y",)), Switch("haiku"), "q", "low")
    profile = Profile("p", agents={"gone": OPUS, "a": wanted, "b.md": HAIKU})
    rows = profiles.compare(profile, fleet)
    assert said(rows) == [
        ("a", "a.md", "differs", ("preference", "escalation.when", "fast_path", "reasoning")),
        ("b.md", "b.md", "matches", ()),
        ("", "c.md", "extra", ()),
        ("gone", "gone", "missing", ()),
    ]
    assert (rows[0].now, rows[0].wanted, rows[3].now, rows[3].wanted) == (fleet[0].policy, wanted, None, OPUS)
    assert profiles.policies(profile, fleet) == {"a.md": wanted}


def test_a_path_goes_before_a_name_and_a_name_is_for_all_copies() -> None:
    fleet = [agent("x/a.md"), agent("y/a.md"), agent("z/a.md")]
    profile = Profile("p", agents={"a": SONNET, "y/a.md": OPUS})
    assert profiles.policies(profile, fleet) == {"x/a.md": SONNET, "y/a.md": OPUS, "z/a.md": SONNET}
    # a name is there as soon as an agent has it, even if paths speak for all of them
    profile = Profile("p", agents={"a": SONNET, "x/a.md": HAIKU, "y/a.md": HAIKU, "z/a.md": HAIKU})
    assert {row.status for row in profiles.compare(profile, fleet)} == {Status.MATCHES}


def test_others_are_all_that_are_not_named() -> None:
    profile = Profile("p", agents={"a": OPUS}, others=SONNET)
    assert profiles.policies(profile, [agent("a.md"), agent("b.md"), agent("c.md", SONNET)]) == {
        "a.md": OPUS,
        "b.md": SONNET,
    }


def test_what_a_profile_does_not_decide_about_stays() -> None:
    fleet = [agent("a.md", Policy("haiku", ("opus",), reasoning="mine", effort="low"))]
    profile = Profile("p", agents={"a": Policy("sonnet", reasoning="theirs")}, fields=("preference", "effort"))
    assert profiles.policies(profile, fleet) == {"a.md": Policy("sonnet", ("opus",), reasoning="mine")}
    assert profiles.compare(profile, fleet)[0].differs == ("preference", "effort")


def test_a_profile_is_data() -> None:
    full = Policy("a", ("b",), Switch("c", ("d: e",)), Switch("f"), "g\nh", "9")
    profile = Profile("ü", "what", {"x": full, "y/z.md": Policy()}, SONNET, ("preference", "effort"))
    data = profiles.plain(profile)
    assert list(data) == ["version", "name", "description", "fields", "agents", "others"]
    assert profiles.profile_of(data) == profile
    assert list(profiles.plain(Profile("n", agents={"a": HAIKU}))) == ["version", "name", "agents"]
    assert profiles.profile_of({"version": 1, "name": "n", "agents": {"a": None}}).agents == {"a": Policy()}
    unordered = profiles.profile_of({"version": 1, "name": "n", "others": {}, "fields": ["effort", "preference"]})
    assert unordered == Profile("n", others=Policy(), fields=("preference", "effort"))


@pytest.mark.parametrize(
    ("change", "key", "why"),
    [
        ({"agent": {}}, "agent", "unknown key; did you mean agents?"),
        ({"version": 3}, "version", "must be 1"),
        ({"name": None}, "name", "must be text"),
        ({"description": 3}, "description", "must be text"),
        ({"agents": {}}, "agents", "neither agents nor others"),
        ({"agents": ["a"]}, "agents", "must be a mapping"),
        ({"agents": {1: {}}}, "agents", "the key 1, which is not text"),
        ({"agents": {"x/a.b.md": {"preferred": "x"}}}, "agents.x/a.b.md.preferred", "did you mean preference?"),
        ({"agents": {"a": {"effort": "some"}}}, "agents.a.effort", "none of low"),
        ({"others": {"fallbacks": ["a", "a"]}}, "others.fallbacks", "twice"),
        ({"others": "sonnet"}, "others", "must be a mapping"),
        ({"fields": ["model"]}, "fields.0", "'model' is none of preference"),
    ],
)
def test_a_wrong_key_or_value_says_which(change: dict[str, Any], key: str, why: str) -> None:
    with pytest.raises(DataError) as caught:
        profiles.profile_of({"version": 1, "name": "p", "agents": {"a": {}}, **change})
    assert caught.value.key == key
    assert why in caught.value.message


# What ships with the program


@pytest.fixture(scope="module")
def ours() -> dict[str, Profile]:
    folder = resources.resource_directory() / "profiles"
    found = Library(folder, profiles.profile_of, profiles.plain).items()
    assert not [item.error for item in found if item.error]
    return {item.name: item.value for item in found if item.value}


@pytest.fixture
def sample(open_directory: Open) -> Workspace:
    return open_directory(resources.sample_agents())


def test_the_shipped_profiles_name_the_agents_of_the_strategy(ours: dict[str, Profile], shipped: Shipped) -> None:
    assert list(ours) == ["balanced", "budget", "quality"]
    for profile in ours.values():
        assert set(profile.agents) == set(shipped.groups.assignments)
        assert profile.others is None
        assert profile.fields == ("preference", "fallbacks", "escalation", "fast_path")
        assert "Reasoning and effort stay as they are." in profile.description


def test_balanced_is_the_strategy_and_the_sample_agents(
    ours: dict[str, Profile], sample: Workspace, shipped: Shipped
) -> None:
    rows = profiles.compare(ours["balanced"], sample.fleet())
    assert [row.status for row in rows] == [Status.MATCHES] * 67
    for name, policy in ours["balanced"].agents.items():
        assert policy.preference == shipped.groups.assignments[name].model
    counted = [(policy.preference, bool(policy.escalation), bool(policy.fast_path)) for policy in
               ours["balanced"].agents.values()]  # fmt: skip
    assert counted.count(("sonnet", False, False)) == 27
    assert counted.count(("haiku", False, False)) == 31
    assert counted.count(("haiku", True, False)) == 5
    assert counted.count(("sonnet", False, True)) == 4


def test_quality_is_one_step_up(ours: dict[str, Profile], shipped: Shipped) -> None:
    for name, policy in ours["balanced"].agents.items():
        wanted = policy
        if policy.escalation:
            wanted = Policy("sonnet", policy.fallbacks, Switch("opus", policy.escalation.when))
        elif policy.fast_path:
            wanted = replace(policy, fast_path=None)
        elif shipped.groups.assignments[name].group == "haiku":
            wanted = Policy("sonnet", ("haiku",))
        assert ours["quality"].agents[name] == wanted


def test_budget_is_haiku_wherever_no_floor_stands(
    ours: dict[str, Profile], sample: Workspace, shipped: Shipped
) -> None:
    floors = {floor.on for floor in shipped.matrix.floors if floor.at_least}
    stay = []
    for found in sample.fleet():
        policy, details = ours["budget"].agents[found.name], sample.details(found.id)
        assert details is not None
        on = {trait.id for trait in (*details.detection.traits, *details.detection.criteria) if trait.on}
        strategy = shipped.groups.assignments[found.name]
        if strategy.model == "haiku" or on & floors:
            stay += [found.name] if strategy.model == "sonnet" else []
            assert policy == ours["balanced"].agents[found.name]
            continue
        rows = [row for id, row in shipped.matrix.rows.items() if id in on]
        texts = [text for row in rows if row.weights["sonnet"] > row.weights["haiku"] for text in row.escalate_when]
        assert policy == Policy("haiku", ("sonnet",), Switch("sonnet", tuple(dict.fromkeys(texts))))
    security = [a.agent for a in shipped.groups.assignments.values() if a.category == "Security & Compliance"]
    assert sorted(stay) == sorted([*security, "learning-guide", "socratic-mentor", "tutorial-engineer"])
    assert "23 agents" in ours["budget"].description
    assert sum(policy.preference == "sonnet" for policy in ours["budget"].agents.values()) == 8


@pytest.mark.parametrize("name", ["balanced", "quality", "budget"])
def test_a_shipped_profile_can_be_applied_and_brings_no_problem(
    ours: dict[str, Profile], sample: Workspace, name: str
) -> None:
    before = sample.problem_count
    plan = sample.plan(profiles.policies(ours[name], sample.fleet()))
    assert not plan.refused
    sample.replace_policies(plan.changes)
    assert sample.problem_count == before
    assert profiles.policies(ours[name], sample.fleet()) == {}

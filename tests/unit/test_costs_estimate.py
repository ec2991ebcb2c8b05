"""Estimates: the document's figures done right, figures computed by hand, unknown prices, and edits in any order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ctxstudio.costs.estimate import AgentCost, Estimate, ModelCost, Totals, by_agent, estimate
from ctxstudio.costs.groups import Groups
from ctxstudio.costs.prices import PriceBook, Usage
from ctxstudio.costs.pricing import Pricing
from ctxstudio.costs.scenarios import Audience, Calls, EscalationMode, Printed, Scenario, Target, TaskKind
from ctxstudio.costs.workload import PolicyMix, Workload
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.values import Agent, Dialect, Policy, Switch

RESOURCES = Path(__file__).parents[2] / "resources"
TODAY = date(2026, 11, 24)


def data(name: str) -> dict[str, object]:
    parsed = yaml.safe_load((RESOURCES / name).read_text("utf-8"))
    assert isinstance(parsed, dict)
    return parsed


CATALOGUE = Catalogue.from_mapping(data("models.yaml"))
PRICES = PriceBook.from_mapping(data("prices.yaml"))
GROUPS = Groups.from_mapping(data("strategy.yaml"))
STRATEGY = Scenario.from_mapping(data("scenarios/strategy.yaml"))
REALISTIC = Scenario.from_mapping(data("scenarios/realistic.yaml"))


def label(agent: Agent) -> str:
    return GROUPS.group_of(agent.name, None)


def agent(name: str, policy: Policy, category: str = "") -> Agent:
    return Agent(f"{name}.md", name, category, Dialect.MAPPING, policy, policy)


def document_fleet() -> list[Agent]:
    """The 67 agents with the document's models."""
    fleet = []
    for name, assignment in GROUPS.assignments.items():
        policy = Policy(assignment.model)
        if assignment.group == "context-dependent":
            up = assignment.model == "haiku"
            policy = Policy("haiku", escalation=Switch("sonnet")) if up else Policy("sonnet", fast_path=Switch("haiku"))
        fleet.append(agent(name, policy))
    return fleet


def priced(scenario: Scenario) -> Pricing:
    return Pricing(scenario, CATALOGUE, PRICES, TODAY)


def estimated(scenario: Scenario, fleet: Iterable[Agent], group_of: Callable[[Agent], str] = label) -> Estimate:
    fleet = list(fleet)
    workload = Workload.build(scenario.kinds, fleet, group_of)
    return estimate(PolicyMix(workload, {agent.id: agent.policy for agent in fleet}), priced(scenario))


def one_call(scenario: Scenario = REALISTIC, *calls: Calls) -> Scenario:
    """A scenario of one kind of task, one task a day; by default one call for everybody together."""
    kind = TaskKind("only", "Only", 1, calls or (Calls(Target(Audience.GROUP, "haiku"), 1),))
    return dataclasses.replace(scenario, kinds=(kind,), tasks_per_day=1)


def test_the_documents_figures_computed_right() -> None:
    result = estimated(STRATEGY, document_fleet())
    assert [(kind.name, kind.per_task, kind.printed) for kind in result.kinds] == [
        ("architecture", 10.60, 9.00),
        ("implementation", 6.20, 3.80),
        ("maintenance", 4.00, 0.80),
    ]
    assert (result.per_task, result.per_day, result.per_month) == (7.08, 7080, 212_400)
    assert result.baseline == Totals(15, 15_000, 450_000)
    assert result.saving_percent == 52.8
    assert result.printed == Printed(4.76, 68)
    assert result.by_model == (ModelCost("sonnet", 1400, 4200), ModelCost("haiku", 3600, 2880))
    assert result.complete
    assert not result.notes


def test_the_realistic_figures() -> None:
    # Per call: sonnet 5.5 $0.02 + $0.01, haiku 5.5 $0.001 + $0.0005.
    result = estimated(REALISTIC, document_fleet())
    assert [kind.per_task for kind in result.kinds] == [
        pytest.approx(3 * 0.03 + 2 * 0.0015, abs=1e-9),
        pytest.approx(0.03 + 4 * 0.0015, abs=1e-9),
        pytest.approx(5 * 0.0015, abs=1e-9),
    ]
    assert result.per_task == pytest.approx(0.3 * 0.093 + 0.5 * 0.036 + 0.2 * 0.0075, abs=1e-9)
    assert result.per_day == 47.4
    assert result.baseline == Totals(0.15, 150, 4500)
    assert result.saving_percent == pytest.approx(68.4, abs=1e-9)
    assert result.by_model == (ModelCost("claude-sonnet-5-5", 1400, 42), ModelCost("claude-haiku-5-5", 3600, 5.4))


def test_one_edit_moves_the_total_by_its_agents_share() -> None:
    fleet = document_fleet()
    workload = Workload.build(STRATEGY.kinds, fleet, label)
    mix = PolicyMix(workload, {agent.id: agent.policy for agent in fleet})
    mix.replace("debugger.md", Policy("sonnet"), Policy("haiku"))
    result = estimate(mix, priced(STRATEGY))
    # 1.4 sonnet calls a task over 27 agents, $2.20 cheaper each, 1,000 tasks.
    assert result.per_day == pytest.approx(7080 - 1.4 / 27 * 2.2 * 1000, abs=1e-9)
    # Its group is by name: the calls stay where they were.
    assert {row.model: row.calls for row in result.by_model} == {
        "haiku": pytest.approx(3600 + 1400 / 27, abs=1e-9),
        "sonnet": pytest.approx(1400 - 1400 / 27, abs=1e-9),
    }


def test_prices_are_those_of_the_day() -> None:
    fleet = [agent("python-pro", Policy("sonnet"))]
    february = dataclasses.replace(one_call(), price_date=date(2026, 2, 20))
    assert estimated(february, fleet).by_model == (ModelCost("claude-sonnet-4-6", 1, 0.045),)
    assert estimated(one_call(), fleet).by_model == (ModelCost("claude-sonnet-5-5", 1, 0.03),)


@pytest.mark.parametrize("name", ["sonnet", "Sonnet", "claude-sonnet-4-5", "claude-sonnet-5-5", "sonnet[1m]"])
def test_a_flat_price_holds_for_every_name_of_its_family(name: str) -> None:
    assert estimated(one_call(STRATEGY), [agent("python-pro", Policy(name))]).by_model == (ModelCost("sonnet", 1, 3),)


def test_a_flat_scenario_prices_other_models_by_their_rows() -> None:
    fleet = [agent("python-pro", Policy("opus"))]
    assert estimated(one_call(STRATEGY), fleet).by_model == (ModelCost("claude-opus-5-5", 1, 4),)


@pytest.mark.parametrize("name", [None, "", "inherit", " INHERIT "])
def test_agents_that_inherit_cost_the_sessions_model(name: str | None) -> None:
    fleet = [agent("python-pro", Policy(name))]
    assert estimated(one_call(), fleet).by_model == (ModelCost("claude-sonnet-5-5", 1, 0.03),)
    opus = dataclasses.replace(one_call(), session_model="opus")
    assert estimated(opus, fleet).by_model == (ModelCost("claude-opus-5-5", 1, 0.06),)


def test_a_session_model_that_names_none_is_unpriced() -> None:
    scenario = dataclasses.replace(one_call(), session_model="inherit")
    assert estimated(scenario, [agent("python-pro", Policy())]).unpriced == (ModelCost("inherit", 1, None),)


def test_calls_without_a_price_are_listed_and_not_in_the_dollars() -> None:
    fleet = [agent("python-pro", Policy("haiku")), agent("golang-pro", Policy("gpt-4"))]
    result = estimated(one_call(), fleet)
    assert not result.complete
    assert result.unpriced == (ModelCost("gpt-4", 0.5, None),)
    assert result.per_day == 0.00075
    assert result.baseline == Totals(0.03, 0.03, 0.9)
    assert result.saving_percent is None
    assert result.by_model[-1] == result.unpriced[0]


def test_a_model_without_a_price_that_nobody_calls_does_not_matter() -> None:
    fleet = [agent("python-pro", Policy("haiku")), agent("debugger", Policy("gpt-4"))]
    result = estimated(one_call(), fleet)
    assert result.complete
    assert result.saving_percent == 95


def test_an_unknown_baseline_is_none() -> None:
    scenario = dataclasses.replace(one_call(), baseline_model="gpt-4")
    result = estimated(scenario, [agent("python-pro", Policy("haiku"))])
    assert result.baseline is None
    assert result.saving_percent is None
    assert result.complete


def test_an_empty_fleet_costs_nothing() -> None:
    result = estimated(STRATEGY, [])
    assert (result.per_task, result.per_day, result.per_month) == (0, 0, 0)
    assert result.baseline == Totals(0, 0, 0)
    assert result.saving_percent is None
    assert [kind.per_task for kind in result.kinds] == [0, 0, 0]
    assert result.by_model == ()
    assert result.notes == ()


ESCALATING = Policy("haiku", escalation=Switch("opus", ("hard",)))  # $0.0015, else $0.06


@pytest.mark.parametrize(
    ("mode", "rate", "expected"),
    [
        (EscalationMode.ROUTED, 0, {"claude-haiku-5-5": (1, 0.0015)}),
        (EscalationMode.ROUTED, 0.2, {"claude-opus-5-5": (0.2, 0.012), "claude-haiku-5-5": (0.8, 0.0012)}),
        (EscalationMode.ROUTED, 1, {"claude-opus-5-5": (1, 0.06)}),
        (EscalationMode.RETRY, 0.2, {"claude-opus-5-5": (0.2, 0.012), "claude-haiku-5-5": (1, 0.0015)}),
        (EscalationMode.RETRY, 1, {"claude-opus-5-5": (1, 0.06), "claude-haiku-5-5": (1, 0.0015)}),
    ],
)
def test_escalation(mode: EscalationMode, rate: float, expected: dict[str, tuple[float, float]]) -> None:
    scenario = dataclasses.replace(one_call(), escalation_mode=mode, escalation_rate=rate)
    fleet = [agent("python-pro", ESCALATING)]
    result = estimated(scenario, fleet)
    assert {row.model: (row.calls, row.per_day) for row in result.by_model} == expected
    assert result.per_task == pytest.approx(sum(dollars for _, dollars in expected.values()), abs=1e-12)
    assert result.baseline == Totals(0.03, 0.03, 0.9)
    workload = Workload.build(scenario.kinds, fleet, label)
    assert list(by_agent(workload, {"python-pro.md": ESCALATING}, priced(scenario))) == [
        AgentCost("python-pro.md", 1, result.per_day)
    ]


@pytest.mark.parametrize(
    "policy",
    [Policy("haiku"), Policy("haiku", escalation=Switch(None)), Policy("haiku", fast_path=Switch("opus"))],
)
def test_the_rate_is_for_agents_that_escalate(policy: Policy) -> None:
    scenario = dataclasses.replace(one_call(), escalation_rate=0.5)
    assert estimated(scenario, [agent("python-pro", policy)]).per_task == 0.0015


def test_escalation_to_a_model_without_a_price_is_unpriced_in_part() -> None:
    scenario = dataclasses.replace(one_call(), escalation_rate=0.25)
    fleet = [agent("python-pro", Policy("haiku", escalation=Switch("gpt-4")))]
    result = estimated(scenario, fleet)
    assert result.unpriced == (ModelCost("gpt-4", 0.25, None),)
    assert result.per_task == 0.001125
    workload = Workload.build(scenario.kinds, fleet, label)
    costs = by_agent(workload, {agent.id: agent.policy for agent in fleet}, priced(scenario))
    assert list(costs) == [AgentCost("python-pro.md", 1, None)]


def test_calls_go_to_an_agent_a_category_or_a_group() -> None:
    scenario = one_call(
        REALISTIC,
        Calls(Target(Audience.AGENT, "twin"), 1),
        Calls(Target(Audience.CATEGORY, "data"), 3),
        Calls(Target(Audience.GROUP, "sonnet"), 4),
    )
    twins = [dataclasses.replace(agent("twin", Policy("haiku")), id=id) for id in ("a/twin.md", "b/twin.md")]
    fleet = [*twins, agent("x", Policy("gpt-4"), "data"), agent("sql-pro", Policy("opus"), "data")]
    workload = Workload.build(scenario.kinds, fleet, label)
    costs = by_agent(workload, {agent.id: agent.policy for agent in fleet}, priced(scenario))
    # The names the strategy does not know are in the group sonnet: three of the four.
    assert {cost.id: (cost.calls, cost.per_day) for cost in costs} == {
        "a/twin.md": (pytest.approx(1 / 2 + 4 / 3), pytest.approx((1 / 2 + 4 / 3) * 0.0015)),
        "b/twin.md": (pytest.approx(1 / 2 + 4 / 3), pytest.approx((1 / 2 + 4 / 3) * 0.0015)),
        "x.md": (pytest.approx(3 / 2 + 4 / 3), None),
        "sql-pro.md": (1.5, 0.09),
    }
    assert not workload.notes


def test_agents_nobody_calls_cost_nothing_whatever_their_model() -> None:
    fleet = [agent("debugger", Policy("gpt-4")), agent("python-pro", Policy("haiku"))]
    workload = Workload.build(one_call().kinds, fleet, label)
    costs = list(by_agent(workload, {agent.id: agent.policy for agent in fleet}, priced(one_call())))
    assert costs == [AgentCost("debugger.md", 0, 0), AgentCost("python-pro.md", 1, 0.0015)]


def test_calls_for_nobody_spread_over_all_and_it_says_so() -> None:
    scenario = one_call(REALISTIC, Calls(Target(Audience.GROUP, "haiku"), 1), Calls(Target(Audience.AGENT, "ghost"), 2))
    fleet = [agent("debugger", Policy("sonnet")), agent("penetration-tester", Policy("opus"))]
    result = estimated(scenario, fleet)
    assert result.per_task == pytest.approx(1.5 * 0.03 + 1.5 * 0.06, abs=1e-12)
    assert result.notes == (
        "No agent is in agent ghost: its calls spread over all agents.",
        "No agent is in group haiku: its calls spread over all agents.",
    )


def test_long_prompts_are_priced_in_their_tier() -> None:
    scenario = dataclasses.replace(one_call(), profile=Usage(90_000, 0, cache_read=10_001))
    result = estimated(scenario, [agent("python-pro", Policy("haiku"))])
    assert result.per_task == pytest.approx(0.09 * 0.5 + 0.010001 * 0.05, abs=1e-12)


NAMES = ["python-pro", "golang-pro", "debugger", "code-reviewer", "context-manager", "stranger", "other"]
MODELS = st.sampled_from([None, "inherit", "haiku", "sonnet", "opus", "claude-sonnet-4-6", "gpt-4"])
POLICIES = st.builds(Policy, MODELS, escalation=st.one_of(st.none(), st.builds(Switch, MODELS)))
SCENARIOS = [
    STRATEGY,
    dataclasses.replace(REALISTIC, escalation_rate=0.3),
    dataclasses.replace(REALISTIC, escalation_rate=1 / 3, escalation_mode=EscalationMode.RETRY, tasks_per_day=0.1),
]


@given(
    scenario=st.sampled_from(SCENARIOS),
    start=st.lists(POLICIES, min_size=len(NAMES), max_size=len(NAMES)),
    edits=st.lists(st.tuples(st.integers(0, len(NAMES) - 1), POLICIES), max_size=30),
)
def test_edits_leave_no_trace(scenario: Scenario, start: list[Policy], edits: list[tuple[int, Policy]]) -> None:
    fleet = [agent(name, policy) for name, policy in zip(NAMES, start, strict=True)]
    workload, pricing = Workload.build(scenario.kinds, fleet, label), priced(scenario)
    policies = {agent.id: agent.policy for agent in fleet}
    mix = PolicyMix(workload, policies)
    for position, policy in edits:
        id = fleet[position].id
        mix.replace(id, policies[id], policy)
        policies[id] = policy
    fresh = PolicyMix(workload, dict(reversed(policies.items())))
    assert mix.calls == fresh.calls
    result = estimate(mix, pricing)
    assert result == estimate(fresh, pricing)
    agents = list(by_agent(workload, policies, pricing))
    if result.complete:
        assert sum(cost.per_day or 0 for cost in agents) == pytest.approx(result.per_day, rel=1e-9)
    else:
        assert any(cost.per_day is None for cost in agents)

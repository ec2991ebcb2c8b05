"""What another matrix would change in a fleet, counted by how agents stand."""

from __future__ import annotations

import itertools
import random

from ctxstudio.policy import matrix_edits
from ctxstudio.policy.census import Census
from ctxstudio.policy.outcome import Standing
from ctxstudio.policy.recommendation import Assessor
from tests.unit.policy_resources import catalogue, matrix

OLD = Assessor(matrix(), catalogue())
NEW = Assessor(matrix_edits.with_weight(matrix(), "code_generation", "sonnet", 4), catalogue())


def standing(*on: str, ruling: tuple[str, ...] = (), present: str = "haiku") -> Standing:
    return Standing(frozenset(on), frozenset(ruling), present)


def test_the_same_matrix_changes_nothing() -> None:
    census = Census()
    census.put("a.md", standing("code_generation"))
    effect = census.effect(OLD, Assessor(matrix(), catalogue()))
    assert not effect
    assert (effect.agents, effect.verdicts, effect.recommendations, effect.moves) == (1, 0, 0, {})


def test_verdicts_recommendations_and_moves_are_counted() -> None:
    census = Census()
    for id in "abc":
        census.put(id, standing("code_generation"))
    census.put("sonnet", standing("code_generation", present="sonnet"))
    census.put("legal", standing("code_generation", ruling=("legal_or_compliance",), present="sonnet"))
    census.put("other", standing("novel_problem"))
    census.put("nothing", standing())
    effect = census.effect(OLD, NEW)
    assert effect.agents == 7
    assert effect.moves == {("haiku", "sonnet"): 4}
    assert effect.recommendations == 4
    assert effect.verdicts == 2  # those on sonnet, from "consider an alternative" to strong
    assert sorted(census.ids(effect.standings)) == ["a", "b", "c", "sonnet"]


def test_a_row_that_goes_can_leave_an_agent_unscored() -> None:
    census = Census()
    census.put("a", standing("documentation", present="sonnet"))
    effect = census.effect(OLD, Assessor(matrix_edits.without_row(matrix(), "documentation"), catalogue()))
    assert (effect.verdicts, effect.moves) == (1, {("sonnet", "not scored"): 1})


def test_agents_change_and_go() -> None:
    census = Census()
    census.put("a", standing("code_generation"))
    census.put("a", standing("novel_problem"))
    census.put("b", standing("code_generation"))
    census.remove("b")
    census.remove("no such agent")
    assert len(census) == 1
    assert not census.effect(OLD, NEW)


def test_those_that_follow() -> None:
    census = Census()
    census.put("a", standing("code_generation"))
    census.put("b", standing("code_generation"))
    census.put("not", standing("code_generation", present="sonnet"))
    census.put("ruled", standing("batch_processing", ruling=("batch_processing",)))
    assert census.following(OLD) == {frozenset({"code_generation"}): 2}


def test_ten_thousand_agents_cost_no_more_than_their_standings() -> None:
    rows, chance = list(matrix().rows), random.Random(1)  # noqa: S311  # the same fleet each time
    sets = [frozenset(on) for size in range(4) for on in itertools.combinations(rows, size)]
    census = Census()
    for number in range(10_000):
        census.put(str(number), Standing(chance.choice(sets), frozenset(), "haiku"))
    asked: list[Standing] = []

    class Counting(Assessor):
        def outcome(self, standing: Standing) -> object:  # type: ignore[override]  # only counts
            asked.append(standing)
            return super().outcome(standing)

    census.effect(OLD, Counting(matrix(), catalogue()))
    assert len(asked) == len(sets)

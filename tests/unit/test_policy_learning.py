"""Learning from corrections: what counts, what is proposed, and that it is said when there is too little."""

from __future__ import annotations

import datetime
import math
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxstudio.policy import learning, matrix_edits
from ctxstudio.policy.learning import Agreement, Correction, Evidence, Refit
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.outcome import Standing
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.values import Agent, Dialect, Policy, Trait
from tests.unit.policy_resources import catalogue, matrix

DAY = datetime.date(2026, 11, 24)
FREE = tuple(row for row in matrix().rows if row not in ("security_critical", "batch_processing"))
"""Rows that stand for no floor."""


def correction(number: int, on: tuple[str, ...], chosen: str, floor: str = "") -> Correction:
    return Correction(f"{number}.md", f"agent {number}", frozenset(on), "", chosen, DAY, floor)


def many(count: int, on: tuple[str, ...], chosen: str, first: int = 0) -> list[Correction]:
    return [correction(first + number, on, chosen) for number in range(count)]


def refitted(corrections: list[Correction], kept: dict[frozenset[str], int] | None = None) -> Refit:
    found = learning.refit(corrections, matrix(), catalogue(), kept)
    assert isinstance(found, Refit)
    return found


def preference(changed: Matrix, *on: str) -> str:
    outcome = Assessor(changed, catalogue()).outcome(Standing(frozenset(on), frozenset(), ""))
    assert outcome is not None
    return outcome.preference


def weights(changed: Matrix) -> list[float]:
    return [weight for row in changed.rows.values() for weight in row.weights.values()]


# ---- how many are needed


def test_too_few_corrections_propose_nothing_and_say_how_many_are_missing() -> None:
    found = learning.refit(many(learning.LEAST - 3, ("code_generation",), "sonnet"), matrix(), catalogue())
    assert isinstance(found, Evidence)
    assert (len(found.usable), found.missing, found.contradicting) == (7, 3, 7)
    assert isinstance(learning.refit([], matrix(), catalogue()), Evidence)


def test_what_weights_cannot_follow_does_not_count() -> None:
    found = learning.evidence(
        [
            correction(1, ("code_generation",), "sonnet"),
            correction(2, ("code_generation", "security_critical"), "haiku"),
            correction(3, ("code_generation",), "haiku", floor="legal_or_compliance"),
            correction(4, ("code_generation",), "opus"),
            correction(5, ("a_row_of_old",), "sonnet"),
            correction(6, ("code_generation",), "haiku"),
        ],
        matrix(),
        catalogue(),
    )
    assert [known.path for known in found.usable] == ["6.md", "1.md"]
    assert (found.contradicting, found.by_rule, found.without_column, found.missing) == (1, 2, 2, 8)


def test_the_latest_correction_of_an_agent_counts() -> None:
    old = replace(correction(1, ("code_generation",), "sonnet"), date=DAY - datetime.timedelta(days=9))
    new = correction(1, ("documentation",), "haiku")
    assert learning.evidence([new, old], matrix(), catalogue()).usable == (new,)


# ---- what is proposed


def test_contradicted_weights_move_and_agreement_grows() -> None:
    found = refitted(many(12, ("code_generation", "well_defined_spec"), "sonnet"))
    assert found.before == Agreement(0, 12)
    assert found.after == Agreement(12, 12)
    assert preference(found.matrix, "code_generation", "well_defined_spec") == "sonnet"
    touched = {change.key.split(".")[1] for change in found.changes}
    assert touched == {"code_generation", "well_defined_spec"}
    assert found.changes == matrix_edits.differences(matrix(), found.matrix)


def test_corrections_that_contradict_nothing_leave_the_weights() -> None:
    found = refitted(many(8, ("code_generation",), "haiku") + many(8, ("novel_problem",), "sonnet", 8))
    assert found.matrix == matrix()
    assert (found.changes, found.before, found.after) == ((), Agreement(16, 16), Agreement(16, 16))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sets(st.sampled_from(FREE), min_size=1), min_size=learning.LEAST, max_size=30))
def test_whatever_follows_the_matrix_leaves_the_weights(sets: list[set[str]]) -> None:
    followed = [correction(number, tuple(sorted(on)), preference(matrix(), *on)) for number, on in enumerate(sets)]
    assert refitted(followed).matrix == matrix()


def test_agents_that_follow_hold_the_weights() -> None:
    corrections = many(10, ("code_generation",), "sonnet")
    alone = refitted(corrections)
    held = refitted(corrections, {frozenset({"code_generation", "well_defined_spec"}): 500})

    def moved(found: Refit) -> float:
        row = found.matrix.rows["code_generation"].weights
        return row["sonnet"] - row["haiku"]

    assert moved(held) <= moved(alone)
    assert (held.kept, alone.kept) == (500, 0)


def test_agents_that_would_turn_are_counted() -> None:
    kept = {frozenset({"code_generation"}): 3, frozenset({"novel_problem"}): 4}
    found = refitted(many(40, ("code_generation",), "sonnet"), kept)
    assert preference(found.matrix, "code_generation") == "sonnet"
    assert (found.turned, found.kept) == (3, 7)


def test_repeated_data_does_not_explode() -> None:
    once = refitted(many(10, ("code_generation",), "sonnet"))
    often = refitted(many(2000, ("code_generation",), "sonnet"))
    assert max(map(abs, weights(often.matrix))) < 10
    assert preference(once.matrix, "code_generation") == preference(often.matrix, "code_generation") == "sonnet"


def test_contradictory_corrections_meet_in_the_middle() -> None:
    found = refitted(many(10, ("code_generation",), "sonnet") + many(10, ("code_generation",), "haiku", 10))
    row = found.matrix.rows["code_generation"].weights
    assert 0 <= row["haiku"] - row["sonnet"] < 2
    assert found.before == Agreement(10, 20)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from(FREE), min_size=1), st.sampled_from(["haiku", "sonnet"])),
        min_size=learning.LEAST,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_any_corrections_give_finite_weights_in_steps_and_in_any_order_the_same(
    data: list[tuple[set[str], str]], chance: random.Random
) -> None:
    corrections = [correction(number, tuple(on), chosen) for number, (on, chosen) in enumerate(data)]
    found = refitted(corrections)
    assert all(math.isfinite(weight) and 2 * weight == round(2 * weight) for weight in weights(found.matrix))
    assert Matrix.from_mapping(matrix_edits.plain(found.matrix)) == found.matrix
    chance.shuffle(corrections)
    assert refitted(corrections) == found


def test_weights_of_switched_off_columns_stay() -> None:
    found = refitted(many(12, ("novel_problem",), "haiku"))
    assert [row.weights["opus"] for row in found.matrix.rows.values()] == [
        row.weights["opus"] for row in matrix().rows.values()
    ]


def test_three_columns() -> None:
    three = matrix_edits.with_column(matrix(), "opus", enabled=True)
    found = learning.refit(many(20, ("documentation", "novel_problem"), "haiku"), three, catalogue())
    assert isinstance(found, Refit)
    assert preference(found.matrix, "documentation", "novel_problem") == "haiku"


def test_weights_in_tenths_stay_in_tenths() -> None:
    fine = matrix_edits.with_weight(matrix(), "documentation", "haiku", 1.1)
    found = learning.refit(many(12, ("code_generation",), "sonnet"), fine, catalogue())
    assert isinstance(found, Refit)
    moved = found.matrix.rows["code_generation"].weights["haiku"]
    assert moved == round(moved, 1)
    assert found.matrix.rows["documentation"].weights["haiku"] == 1.1


# ---- what is remembered


def agent(preference: str | None, *on: str) -> Agent:
    policy = Policy(preference)
    traits = tuple(Trait(row, row in on) for row in matrix().rows)
    assessment = Assessor(matrix(), catalogue()).assess(traits, policy)
    return Agent("lang/a.md", "a", "", Dialect.SCALAR, policy, policy, assessment=assessment)


def noted(before: tuple[Correction, ...], row: Agent, day: datetime.date = DAY) -> tuple[Correction, ...]:
    assert row.assessment is not None
    assessor = Assessor(matrix(), catalogue())
    outcome = assessor.outcome(assessor.standing(row.assessment.traits, row.policy))
    return learning.noted(before, [(row, outcome)], catalogue(), day)


def test_an_overridden_recommendation_is_remembered_with_its_traits() -> None:
    found = noted((), agent("claude-sonnet-4-5", "code_generation"))
    on = frozenset({"code_generation"})
    assert found == (Correction("lang/a.md", "a", on, "haiku", "sonnet", DAY),)
    assert noted((), agent("haiku", "security_critical"))[0].floor == "security_critical"


def test_who_follows_after_all_is_forgotten() -> None:
    before = (correction(1, ("documentation",), "haiku"), *noted((), agent("sonnet", "code_generation")))
    assert noted(before, agent("haiku", "code_generation")) == before[:1]
    assert noted(before, agent(None, "code_generation")) == before[:1]


def test_the_same_correction_keeps_its_day_and_another_comes_last() -> None:
    first = noted((), agent("sonnet", "code_generation"))
    later = DAY + datetime.timedelta(days=5)
    assert noted(first, agent("sonnet", "code_generation"), later) == first
    changed = noted((*first, correction(1, ("documentation",), "haiku")), agent("opus", "code_generation"), later)
    assert [(known.path, known.chosen, known.date) for known in changed] == [
        ("1.md", "haiku", DAY),
        ("lang/a.md", "opus", later),
    ]


def test_what_is_not_scored_teaches_nothing() -> None:
    before = noted((), agent("sonnet", "code_generation"))
    assert noted(before, agent("sonnet")) == before
    unscored = replace(agent("sonnet", "code_generation"), assessment=None)
    assert learning.noted(before, [(unscored, None)], catalogue(), DAY) == before


def test_the_oldest_corrections_go_first() -> None:
    before = tuple(many(learning.MOST, ("documentation",), "haiku"))
    found = noted(before, agent("sonnet", "code_generation"))
    assert len(found) == learning.MOST
    assert (found[0].path, found[-1].path) == ("1.md", "lang/a.md")


# ---- shares


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 0, 0, 1), (13, 13, 0.7719, 1), (0, 10, 0, 0.2775), (81, 263, 0.2553, 0.3662), (5, 10, 0.2366, 0.7634)],
)
def test_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    # 81 of 263 is the example of Newcombe, Statistics in Medicine 17 (1998), table I.
    assert Agreement(hits, n).interval() == pytest.approx((low, high), abs=5e-5)
    assert Agreement(hits, n).share == (hits / n if n else 0)

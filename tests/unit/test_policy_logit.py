"""The logistic fit: its gradient, its minimum, and what it does with data that no plain fit survives."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxstudio.policy import logit
from ctxstudio.policy.logit import Case, Weights


@st.composite
def problems(draw: st.DrawFn) -> tuple[Weights, list[Case]]:
    """Weights and cases of a few features and two or three classes."""
    features, classes = draw(st.integers(1, 4)), draw(st.integers(2, 3))
    figures = st.floats(-4, 4, allow_nan=False)
    prior = draw(st.lists(st.lists(figures, min_size=classes, max_size=classes), min_size=features, max_size=features))
    case = st.builds(
        Case,
        st.sets(st.integers(0, features - 1)).map(tuple),
        st.lists(figures, min_size=classes, max_size=classes).map(tuple),
        st.lists(st.floats(0, 50), min_size=classes, max_size=classes).map(tuple),
    )
    return prior, draw(st.lists(case, max_size=6))


@settings(deadline=None)
@given(problems(), st.floats(0.01, 10))
def test_the_gradient_is_that_of_the_loss(problem: tuple[Weights, list[Case]], ridge: float) -> None:
    prior, cases = problem
    at = [[weight + (row - column) / 3 for column, weight in enumerate(line)] for row, line in enumerate(prior)]
    slope = logit.gradient(at, prior, cases, ridge)
    step = 1e-5
    for row in range(len(at)):
        for column in range(len(at[row])):
            sides = []
            for sign in (1, -1):
                moved = [list(line) for line in at]
                moved[row][column] += sign * step
                sides.append(logit.loss(moved, prior, cases, ridge))
            numeric = (sides[0] - sides[1]) / (2 * step)
            assert slope[row][column] == pytest.approx(numeric, rel=1e-4, abs=1e-4)


@settings(deadline=None)
@given(problems(), st.floats(0.05, 10))
def test_the_fit_is_the_minimum(problem: tuple[Weights, list[Case]], ridge: float) -> None:
    prior, cases = problem
    found = logit.fitted(prior, cases, ridge)
    slope = logit.gradient(found, prior, cases, ridge)
    mass = 1 + sum(sum(case.target) for case in cases)
    assert max((abs(part) for row in slope for part in row), default=0) < 1e-5 * mass
    assert logit.loss(found, prior, cases, ridge) <= logit.loss(prior, prior, cases, ridge) + 1e-9


def test_against_a_fit_that_can_be_done_by_hand() -> None:
    # One feature, two classes, by symmetry w and -w: the derivative 2w - n (1 - p(w)) * 2 / 2 is zero at the minimum.
    found = logit.fitted([[0.0, 0.0]], [Case((0,), (0.0, 0.0), (4.0, 0.0))], 1.0)
    weight = found[0][0]
    assert found[0][1] == pytest.approx(-weight)
    assert weight == pytest.approx(4 * (1 - 1 / (1 + math.exp(-2 * weight))))


def test_without_cases_the_weights_stay() -> None:
    assert logit.fitted([[1.0, 2.0]], [], 1.0) == [[1.0, 2.0]]
    assert logit.fitted([], [], 1.0) == []


@pytest.mark.parametrize("copies", [1, 1000, 10**6])
def test_separable_and_repeated_data_stay_finite(copies: int) -> None:
    cases = [Case((0,), (0.0, 0.0), (copies, 0.0)), Case((1,), (0.0, 0.0), (0.0, copies))]
    found = logit.fitted([[0.0, 0.0], [0.0, 0.0]], cases, 1.0)
    assert found[0][0] > 0 > found[1][0]
    # At the minimum the pull of n cases is what the ridge holds: weights grow like the logarithm of n.
    assert abs(found[0][0]) < 1 + math.log(copies + 1)


def test_scores_far_out_overflow_nothing() -> None:
    case = Case((0,), (1e5, -1e5), (0.0, 3.0))
    assert logit.probabilities(case, [[0.0, 0.0]]) == [1.0, 0.0]
    found = logit.fitted([[0.0, 0.0]], [case], 1.0)
    assert all(math.isfinite(weight) for weight in found[0])

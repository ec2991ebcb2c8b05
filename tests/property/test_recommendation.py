"""Explanations: a reason names rows that are on, and without all that it names another model or strength comes out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.recommendation import Assessor
from ctxstudio.policy.values import Assessment, Policy, Recommendation, Trait
from tests.unit.policy_resources import catalogue, matrix, raw

CRITERIA = ("legal_or_compliance", "user_facing_analysis")
ROWS = tuple(matrix().rows)
_NAMED = re.compile("“w-([a-z_]+)”")


def assessed(assessor: Assessor, on: Iterable[str], criteria: Iterable[str], preference: str | None) -> Assessment:
    """An assessment in whose reason every row and criterion that is named can be told by its word."""
    on = frozenset(on)
    traits = [Trait(row, row in on, words=(f"w-{row}",) if row in on else ()) for row in ROWS]
    hits = [Trait(name, True, words=(f"w-{name}",)) for name in criteria]
    return assessor.assess(traits, Policy(preference), hits)


def gist(advice: Recommendation | None) -> object:
    if advice is None:
        return None
    return advice.preference, advice.escalation, advice.fast_path, advice.strength


def named(advice: Recommendation) -> frozenset[str]:
    return frozenset(_NAMED.findall(advice.reason))


@pytest.mark.parametrize("preference", [None, "haiku", "sonnet", "opus"])
def test_every_reason_of_the_shipped_matrix(preference: str | None) -> None:
    assessor = Assessor(matrix(), catalogue())
    for size in range(1, len(ROWS) + 1):
        for on in itertools.combinations(ROWS, size):
            for criteria in ((), CRITERIA[:1], CRITERIA[1:], CRITERIA):
                advice = assessed(assessor, on, criteria, preference).recommendation
                assert advice is not None
                decided = named(advice)
                assert decided
                assert decided <= {*on, *criteria}
                rest = assessed(assessor, set(on) - decided, set(criteria) - decided, preference).recommendation
                assert gist(rest) != gist(advice), (on, criteria, advice.reason)
                standing = assessor.standing(
                    [Trait(row, True) for row in on], Policy(preference), [Trait(name, True) for name in criteria]
                )
                assert assessor.named(standing) == decided - set(criteria)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    """The shipped matrix with any weights, thresholds and two or three columns."""
    data = raw("decision-matrix.yaml")
    data["columns"]["opus"]["enabled"] = draw(st.booleans())
    figures = st.integers(-6, 8).map(lambda number: number / 2) | st.sampled_from([0.1, 0.2, 0.3])
    for row in data["rows"].values():
        row["weights"] = {column: draw(figures) for column in data["columns"]}
    low = draw(st.sampled_from([0, 1, 2]))
    data["thresholds"] = {"moderate_from": low, "strong_over": low + draw(st.sampled_from([0, 2]))}
    data["close_margin"] = draw(st.sampled_from([0, 0.5, 1, 3]))
    return Matrix.from_mapping(data)


@settings(deadline=None)
@given(matrices(), st.sets(st.sampled_from(ROWS), min_size=1), st.sets(st.sampled_from(CRITERIA)),
       st.sampled_from([None, "haiku", "sonnet", "opus"]))  # fmt: skip
def test_every_reason_of_any_matrix(changed: Matrix, on: set[str], criteria: set[str], preference: str | None) -> None:
    assessor = Assessor(changed, catalogue())
    advice = assessed(assessor, on, criteria, preference).recommendation
    assert advice is not None
    decided = named(advice)
    assert decided
    assert decided <= on | criteria
    rest = assessed(assessor, on - decided, criteria - decided, preference).recommendation
    # Where margins are fractions, a weak recommendation may stay weak: then the margin is another.
    assert gist(rest) != gist(advice) or rest is None or abs(rest.margin - advice.margin) > 1e-9

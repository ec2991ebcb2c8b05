"""The decision matrix: the document's weights, plain sums, verdicts, and refusal of broken data."""

from __future__ import annotations

import math

import pytest

from ctxstudio.errors import DataError
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.values import Verdict
from tests.unit.policy_resources import Spoil, matrix, raw, spoilt

# row, Haiku, Sonnet (model-optimization.md, "Decision Matrix")
DOCUMENT = {
    "well_defined_spec": (2, 0),
    "novel_problem": (0, 2),
    "pattern_application": (2, 0),
    "complex_reasoning": (0, 2),
    "security_critical": (-1, 2),
    "code_generation": (2, 0),
    "architecture_design": (0, 2),
    "batch_processing": (2, 0),
    "creative_synthesis": (0, 2),
    "documentation": (1, 1),
}


def test_weights_are_the_documents() -> None:
    assert matrix().columns == ("haiku", "sonnet")
    found = {name: (row.weights["haiku"], row.weights["sonnet"]) for name, row in matrix().rows.items()}
    assert found == DOCUMENT
    assert list(found) == list(DOCUMENT)
    assert all("opus" in row.weights for row in matrix().rows.values())


def test_scores_are_plain_sums() -> None:
    assert matrix().scores([]) == {}
    assert matrix().scores(["documentation"]) == {"haiku": 1, "sonnet": 1}
    assert matrix().scores(["security_critical", "documentation", "code_generation"]) == {"haiku": 2, "sonnet": 3}
    assert matrix().scores(list(DOCUMENT)) == {"haiku": 8, "sonnet": 11}
    assert matrix().scores(["no_such_row"]) == {}
    assert matrix().scores({"no_such_row", "novel_problem"}) == {"haiku": 0, "sonnet": 2}


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        (8, Verdict.STRONG),
        (3.01, Verdict.STRONG),
        (3, Verdict.MODERATE),
        (1, Verdict.MODERATE),
        (0.99, Verdict.CONSIDER_ALTERNATIVE),
        (0, Verdict.CONSIDER_ALTERNATIVE),
        (-1, Verdict.CONSIDER_ALTERNATIVE),
    ],
)
def test_verdict_by_own_score(score: float, verdict: Verdict) -> None:
    assert matrix().verdict("haiku", {"haiku": score, "sonnet": 100}) is verdict


def test_verdict_without_score_or_column() -> None:
    assert matrix().verdict("haiku", {}) is Verdict.NOT_SCORED
    assert matrix().verdict("opus", {}) is Verdict.NOT_SCORED
    for family in ("opus", "inherit", "unknown"):
        assert matrix().verdict(family, {"haiku": 2, "sonnet": 0}) is Verdict.NO_COLUMN


def test_columns_and_thresholds_are_data() -> None:
    data = raw("decision-matrix.yaml")
    data["columns"]["opus"]["enabled"] = True
    data["columns"]["haiku"]["enabled"] = False
    data["thresholds"] = {"strong_over": 5, "moderate_from": 3}
    changed = Matrix.from_mapping(data)
    assert changed.scores(["novel_problem", "complex_reasoning"]) == {"sonnet": 4, "opus": 6}
    assert changed.verdict("opus", {"sonnet": 4, "opus": 6}) is Verdict.STRONG
    assert changed.verdict("sonnet", {"sonnet": 4, "opus": 6}) is Verdict.MODERATE


def test_unknown_keys_are_ignored() -> None:
    data = raw("decision-matrix.yaml")
    data["note"] = data["rows"]["documentation"]["note"] = data["columns"]["haiku"]["effort"] = "x"
    assert Matrix.from_mapping(data) == matrix()


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (spoilt("columns"), "columns"),
        (spoilt("columns", value={"haiku": {"enabled": False}}), "columns"),
        (spoilt("columns", "haiku", "enabled", value="yes"), "columns.haiku.enabled"),
        (spoilt("rows", value={}), "rows"),
        (spoilt("rows", "documentation", "label"), "rows.documentation.label"),
        (spoilt("rows", "documentation", "weights", "opus"), "rows.documentation.weights.opus"),
        (spoilt("rows", "documentation", "weights", "sonnet"), "rows.documentation.weights.sonnet"),
        (spoilt("rows", "documentation", "weights", "fable", value=1), "rows.documentation.weights.fable"),
        (spoilt("rows", "documentation", "weights", "haiku", value=math.nan), "rows.documentation.weights.haiku"),
        (spoilt("rows", "documentation", "weights", "haiku", value=math.inf), "rows.documentation.weights.haiku"),
        (spoilt("rows", "documentation", "weights", "haiku", value="2"), "rows.documentation.weights.haiku"),
        (spoilt("rows", "documentation", "weights", "haiku", value=True), "rows.documentation.weights.haiku"),
        (spoilt("rows", "novel_problem", "escalate_when", value="x"), "rows.novel_problem.escalate_when"),
        (spoilt("thresholds"), "thresholds"),
        (spoilt("thresholds", "strong_over", value=0), "thresholds.strong_over"),
        (spoilt("thresholds", "moderate_from"), "thresholds.moderate_from"),
        (spoilt("close_margin", value=-1), "close_margin"),
        (spoilt("floors", "batch_processing", "send_to"), "floors.batch_processing"),
        (spoilt("floors", "batch_processing", "at_least", value="sonnet"), "floors.batch_processing"),
        (spoilt("floors", "security_critical", "at_least", value=3), "floors.security_critical.at_least"),
        (spoilt("floors", "security_critical", "label"), "floors.security_critical.label"),
    ],
)
def test_wrong_data_names_its_key(spoil: Spoil, key: str) -> None:
    data = raw("decision-matrix.yaml")
    spoil(data)
    with pytest.raises(DataError) as caught:
        Matrix.from_mapping(data)
    assert caught.value.key == key

"""Changes of a matrix: each gives another one, refused with the key that is wrong, and stored as what is different."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxstudio.errors import DataError
from ctxstudio.policy import matrix_edits
from ctxstudio.policy.matrix import MOST_ROWS, Matrix, Row
from ctxstudio.policy.matrix_edits import Change
from tests.unit.policy_resources import catalogue, matrix

FAMILIES = catalogue().families
TRAVEL = Row("travel", "Travel", {"haiku": 1, "sonnet": 2.5})


def test_the_values_of_a_matrix_give_it_again() -> None:
    assert Matrix.from_mapping(matrix_edits.plain(matrix())) == matrix()
    assert matrix().declared == ("haiku", "sonnet", "opus")


def test_a_weight() -> None:
    changed = matrix_edits.with_weight(matrix(), "documentation", "haiku", 2.5)
    assert changed.scores(["documentation"]) == {"haiku": 2.5, "sonnet": 1}
    assert matrix().scores(["documentation"]) == {"haiku": 1, "sonnet": 1}


def test_a_row_comes_and_goes() -> None:
    more = matrix_edits.with_row(matrix(), TRAVEL)
    assert list(more.rows)[-1] == "travel"
    assert more.rows["travel"].weights == {"haiku": 1, "sonnet": 2.5, "opus": 0}
    assert matrix_edits.with_row(more, replace(TRAVEL, label="Trips")).rows["travel"].label == "Trips"
    assert matrix_edits.without_row(more, "travel") == matrix()
    assert "novel_problem" not in matrix_edits.without_row(matrix(), "novel_problem").rows


def test_the_third_column_ships_switched_off() -> None:
    assert matrix().columns == ("haiku", "sonnet")
    three = matrix_edits.with_column(matrix(), "opus", enabled=True)
    assert three.columns == ("haiku", "sonnet", "opus")
    assert three.scores(["novel_problem", "batch_processing"]) == {"haiku": 2, "sonnet": 2, "opus": 2}
    assert matrix_edits.with_column(three, "opus", enabled=False) == matrix()
    assert matrix_edits.with_column(three, "fable", enabled=True).scores(["documentation"])["fable"] == 0


def test_thresholds() -> None:
    changed = matrix_edits.with_thresholds(matrix(), strong_over=5, close_margin=0)
    assert (changed.strong_over, changed.moderate_from, changed.close_margin) == (5, 1, 0)


def weighed(row: str, column: str, weight: float) -> Callable[[Matrix], Matrix]:
    return lambda start: matrix_edits.with_weight(start, row, column, weight)


def last_row(start: Matrix) -> Matrix:
    for row in list(start.rows):
        start = matrix_edits.without_row(start, row)
    return start


def many_rows(start: Matrix) -> Matrix:
    rows = {
        f"row_{number}": Row(f"row_{number}", "x", start.rows["documentation"].weights) for number in range(MOST_ROWS)
    }
    return matrix_edits.with_row(replace(start, rows=rows), TRAVEL)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (weighed("documentation", "haiku", math.nan), "rows.documentation.weights.haiku"),
        (weighed("documentation", "haiku", -math.inf), "rows.documentation.weights.haiku"),
        (weighed("documentation", "haiku", 1001), "rows.documentation.weights.haiku"),
        (weighed("documentation", "fable", 1), "rows.documentation.weights.fable"),
        (weighed("no_row", "haiku", 1), "rows.no_row"),
        (lambda start: matrix_edits.without_row(start, "no_row"), "rows.no_row"),
        (last_row, "rows"),
        (many_rows, "rows"),
        (lambda start: matrix_edits.with_row(start, replace(TRAVEL, id="Not an id")), "rows.Not an id"),
        (lambda start: matrix_edits.with_row(start, replace(TRAVEL, label=" ")), "rows.travel.label"),
        (lambda start: matrix_edits.with_row(start, replace(TRAVEL, label="two\nlines")), "rows.travel.label"),
        (lambda start: matrix_edits.with_row(start, replace(TRAVEL, weights={"gpt": 1})), "rows.travel.weights.gpt"),
        (
            lambda start: matrix_edits.with_column(
                matrix_edits.with_column(start, "haiku", enabled=False), "sonnet", enabled=False
            ),
            "columns",
        ),
        (lambda start: matrix_edits.with_thresholds(start, strong_over=0), "thresholds.strong_over"),
        (lambda start: matrix_edits.with_thresholds(start, moderate_from=math.nan), "thresholds.moderate_from"),
        (lambda start: matrix_edits.with_thresholds(start, close_margin=-1), "close_margin"),
        (lambda start: matrix_edits.with_thresholds(start, close_margin=math.inf), "close_margin"),
    ],
)  # fmt: skip
def test_what_no_matrix_can_be_is_refused_with_its_key(change: Callable[[Matrix], Matrix], key: str) -> None:
    with pytest.raises(DataError) as caught:
        change(matrix())
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("label", "taken", "id"),
    [
        ("Travel costs", (), "travel_costs"),
        ("Travel costs", ("travel_costs", "travel_costs_2"), "travel_costs_3"),
        ("3D work", (), "row_3d_work"),
        ("日本", (), "row"),
        ("x" * 200, (), "x" * 50),
    ],
)
def test_an_id_after_a_label(label: str, taken: tuple[str, ...], id: str) -> None:
    assert matrix_edits.row_id(label, taken) == id
    matrix_edits.with_row(matrix(), Row(matrix_edits.row_id(label, taken), "x", {}))


def test_only_what_is_different_is_stored() -> None:
    assert matrix_edits.overrides(matrix(), matrix()) == {}
    changed = matrix_edits.with_weight(matrix(), "documentation", "haiku", 2.5)
    changed = matrix_edits.with_column(changed, "opus", enabled=True)
    changed = matrix_edits.without_row(changed, "creative_synthesis")
    changed = matrix_edits.with_thresholds(changed, strong_over=4)
    changed = matrix_edits.with_row(changed, TRAVEL)
    assert matrix_edits.overrides(matrix(), changed) == {
        "columns": {"opus": {"enabled": True}},
        "thresholds": {"strong_over": 4},
        "rows": {
            "creative_synthesis": {"enabled": False},
            "documentation": {"weights": {"haiku": 2.5}},
            "travel": {"label": "Travel", "weights": {"haiku": 1, "sonnet": 2.5, "opus": 0}},
        },
    }
    assert [
        type(weight) for weight in matrix_edits.overrides(matrix(), changed)["rows"]["travel"]["weights"].values()
    ] == [
        int,
        float,
        int,
    ]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"rows": {"documentatoin": {"weights": {"haiku": 1}}}}, "rows.documentatoin"),
        ({"rows": {"documentation": 3}}, "rows.documentation"),
        ({"rows": {"documentation": {"enabled": "no"}}}, "rows.documentation.enabled"),
        ({"rows": {"documentation": {"weights": {"fable": 1}}}}, "rows.documentation.weights.fable"),
        ({"rows": {"travel": {"label": "Travel", "weights": {"haiku": 1}}}}, "rows.travel.weights.sonnet"),
        ({"rows": []}, "rows"),
        ({"columns": {"gpt": {"enabled": True}}}, "columns.gpt"),
        ({"columns": {"fable": {"enabled": True}}}, "rows.well_defined_spec.weights.fable"),
        ({"columns": {"haiku": {"enabled": False}, "sonnet": {"enabled": False}}}, "columns"),
        ({"thresholds": {"strong_over": "4"}}, "thresholds.strong_over"),
        ({"close_margin": True}, "close_margin"),
    ],
)
def test_wrong_overrides_name_their_key(values: dict[str, Any], key: str) -> None:
    with pytest.raises(DataError) as caught:
        matrix_edits.overridden(matrix(), values, FAMILIES)
    assert caught.value.key == key


def test_a_misspelt_row_gets_advice() -> None:
    with pytest.raises(DataError, match="did you mean documentation"):
        matrix_edits.overridden(matrix(), {"rows": {"documentatoin": {}}}, FAMILIES)


def test_unknown_keys_of_overrides_are_ignored() -> None:
    values = {"note": "x", "rows": {"documentation": {"note": "x"}}, "thresholds": {"note": 1}}
    assert matrix_edits.overridden(matrix(), values, FAMILIES) == matrix()


def test_differences() -> None:
    changed = matrix_edits.with_weight(matrix(), "documentation", "haiku", 2)
    changed = matrix_edits.with_weight(changed, "documentation", "opus", 9)  # switched off: nothing that counts
    changed = matrix_edits.with_thresholds(changed, close_margin=2)
    changed = matrix_edits.with_row(matrix_edits.without_row(changed, "novel_problem"), TRAVEL)
    row = replace(changed.rows["code_generation"], label="Coding", fast_path_when=("a", "b"))
    changed = matrix_edits.with_row(changed, row)
    assert matrix_edits.differences(matrix(), changed) == (
        Change("close_margin", "Close margin", 1, 2),
        Change("rows.novel_problem", "Row Novel problem", "Novel problem", None),
        Change("rows.code_generation.label", "Label of Code generation", "Code generation", "Coding"),
        Change("rows.code_generation.fast_path_when", "Triggers of Coding", "routine code generation", "a; b"),
        Change("rows.documentation.weights.haiku", "Documentation for haiku", 1, 2),
        Change("rows.travel", "Row Travel", None, "Travel"),
    )
    assert matrix_edits.differences(matrix(), matrix()) == ()
    three = matrix_edits.with_column(matrix(), "opus", enabled=True)
    assert matrix_edits.differences(matrix(), three) == (Change("columns.opus", "Column opus", False, True),)


@st.composite
def edited(draw: st.DrawFn) -> Matrix:
    """The shipped matrix after some edits."""
    found = matrix()
    figures = st.floats(-1000, 1000) | st.integers(-5, 5).map(float)
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.integers(0, 4))
        row = draw(st.sampled_from(sorted(found.rows)))
        if kind == 0:
            found = matrix_edits.with_weight(found, row, draw(st.sampled_from(found.declared)), draw(figures))
        elif kind == 1 and len(found.rows) > 1:
            found = matrix_edits.without_row(found, row)
        elif kind == 2:
            id = matrix_edits.row_id(draw(st.text(max_size=20)), found.rows)
            texts = tuple(draw(st.lists(st.sampled_from(["a", "b: c", "#d"]), max_size=2)))
            found = matrix_edits.with_row(found, Row(id, draw(st.sampled_from(["Travel", "Yes", "1: 2"])), {}, texts))
        elif kind == 3:
            found = matrix_edits.with_column(
                found, draw(st.sampled_from(["opus", "fable"])), enabled=draw(st.booleans())
            )
        else:
            found = matrix_edits.with_thresholds(
                found, strong_over=draw(st.floats(1, 50)), close_margin=draw(st.floats(0, 9))
            )
    return found


@settings(deadline=None)
@given(edited())
def test_overrides_give_the_matrix_again(changed: Matrix) -> None:
    values = matrix_edits.overrides(matrix(), changed)
    assert matrix_edits.overridden(matrix(), values, FAMILIES) == changed
    assert bool(matrix_edits.differences(matrix(), changed)) <= bool(values)

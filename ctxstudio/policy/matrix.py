"""The decision matrix: rows of characteristics, columns of models, weights, thresholds.

It is data (`resources/decision-matrix.yaml`, after the strategy document's "Decision Matrix"); this module checks it
and adds up scores. `matrix_edits` changes it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from ctxstudio.errors import DataError
from ctxstudio.policy import checked
from ctxstudio.policy.values import Verdict

MOST_ROWS: Final = 100
GREATEST: Final = 1000.0
"""Weights and thresholds are no further from zero, so that sums stay finite."""
_LONGEST_LABEL = 100
_ROW_ID: Final = re.compile("[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Row:
    """One characteristic.

    Attributes:
        id: stable id such as `well_defined_spec`.
        label: name for people, one line.
        weights: column -> weight, switched-off columns included.
        escalate_when: trigger texts proposed where the row speaks for the stronger of two close models.
        fast_path_when: trigger texts proposed where it speaks for the cheaper of two models that are both strong.
    """

    id: str
    label: str
    weights: Mapping[str, float]
    escalate_when: tuple[str, ...] = ()
    fast_path_when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Floor:
    """One rule that goes before the scores.

    Attributes:
        on: id of the row or criterion that puts it in force.
        label: the kind of work, as part of a sentence.
        family: the model family it names.
        at_least: True if no weaker family may be recommended; False if the work goes to this family outright.
    """

    on: str
    label: str
    family: str
    at_least: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """The decision matrix.

    Attributes:
        columns: families that are scored, in the order of the file.
        rows: id -> row, in the order of the file.
        strong_over: scores over this are strong.
        moderate_from: scores from this on are moderate; lower ones are neither.
        close_margin: greatest margin at which two strong scores count as close.
        floors: the rules that go before the scores.
    """

    columns: tuple[str, ...]
    rows: Mapping[str, Row]
    strong_over: float
    moderate_from: float
    close_margin: float
    floors: tuple[Floor, ...] = ()

    @classmethod
    def from_mapping(cls, data: Mapping[str, object]) -> Matrix:
        """Check the parsed `decision-matrix.yaml`. Unknown keys are ignored.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        declared = {
            name: checked.flag(
                checked.required(checked.mapping(value, f"columns.{name}"), "enabled", f"columns.{name}"),
                f"columns.{name}.enabled",
            )
            for name, value in checked.mapping(checked.required(data, "columns"), "columns").items()
        }
        columns = tuple(name for name, enabled in declared.items() if enabled)
        if not columns:
            raise DataError("must have at least one column that is enabled", key="columns")
        rows = checked.mapping(checked.required(data, "rows"), "rows")
        if not rows:
            raise DataError("must have at least one row", key="rows")
        if len(rows) > MOST_ROWS:
            raise DataError(f"must not have more than {MOST_ROWS} rows", key="rows")
        strong_over, moderate_from = _thresholds(checked.required(data, "thresholds"))
        margin = _figure(checked.required(data, "close_margin"), "close_margin")
        if margin < 0:
            raise DataError("must not be negative", key="close_margin")
        return cls(
            columns=columns,
            rows={name: _row(name, row, declared) for name, row in rows.items()},
            strong_over=strong_over,
            moderate_from=moderate_from,
            close_margin=margin,
            floors=tuple(_floor(name, row) for name, row in checked.mapping(data.get("floors", {}), "floors").items()),
        )

    @property
    def declared(self) -> tuple[str, ...]:
        """All columns, switched-off ones included, in the order of the file."""
        return tuple(next(iter(self.rows.values())).weights)

    def scores(self, on: Collection[str]) -> dict[str, float]:
        """Column -> sum of the weights of the rows that are on; empty if none is.

        Ids of no row are ignored: a workspace file may name rows that another matrix had.
        """
        rows = [row for name, row in self.rows.items() if name in on]
        if not rows:
            return {}
        return {column: sum(row.weights[column] for row in rows) for column in self.columns}

    def verdict(self, family: str, scores: Mapping[str, float]) -> Verdict:
        """What the matrix thinks of a family, from its own score."""
        if not scores:
            return Verdict.NOT_SCORED
        if family not in scores:
            return Verdict.NO_COLUMN
        if scores[family] > self.strong_over:
            return Verdict.STRONG
        return Verdict.MODERATE if scores[family] >= self.moderate_from else Verdict.CONSIDER_ALTERNATIVE


def _thresholds(value: object) -> tuple[float, float]:
    data = checked.mapping(value, "thresholds")
    strong, moderate = (
        _figure(checked.required(data, name, "thresholds"), f"thresholds.{name}")
        for name in ("strong_over", "moderate_from")
    )
    if strong < moderate:
        raise DataError("must not be below moderate_from", key="thresholds.strong_over")
    return strong, moderate


def _row(name: str, value: object, columns: Collection[str]) -> Row:
    key = f"rows.{name}"
    if not _ROW_ID.fullmatch(name):
        raise DataError("must be an id of small letters, digits and underscores", key=key)
    data = checked.mapping(value, key)
    label = checked.text(checked.required(data, "label", key), f"{key}.label").strip()
    if not label.isprintable() or len(label) > _LONGEST_LABEL:
        raise DataError(f"must be one line of at most {_LONGEST_LABEL} characters", key=f"{key}.label")
    weights = checked.mapping(checked.required(data, "weights", key), f"{key}.weights")
    for column in weights:
        if column not in columns:
            raise DataError(f"{column} is not one of the columns {', '.join(columns)}", key=f"{key}.weights.{column}")
    return Row(
        id=name,
        label=label,
        weights={
            column: _figure(checked.required(weights, column, f"{key}.weights"), f"{key}.weights.{column}")
            for column in columns
        },
        escalate_when=checked.texts(data.get("escalate_when"), f"{key}.escalate_when"),
        fast_path_when=checked.texts(data.get("fast_path_when"), f"{key}.fast_path_when"),
    )


def _figure(value: object, key: str) -> float:
    number = checked.number(value, key)
    if abs(number) > GREATEST:
        raise DataError(f"must be between -{GREATEST:g} and {GREATEST:g}", key=key)
    return number + 0.0  # no negative zero


def _floor(name: str, value: object) -> Floor:
    key = f"floors.{name}"
    data = checked.mapping(value, key)
    at_least = "at_least" in data
    if at_least == ("send_to" in data):
        raise DataError("must have either at_least or send_to", key=key)
    rule = "at_least" if at_least else "send_to"
    return Floor(
        on=name,
        label=checked.text(checked.required(data, "label", key), f"{key}.label"),
        family=checked.text(data[rule], f"{key}.{rule}"),
        at_least=at_least,
    )

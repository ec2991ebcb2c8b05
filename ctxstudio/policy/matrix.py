"""The decision matrix: rows of characteristics, columns of models, weights, thresholds.

It is data (`resources/decision-matrix.yaml`, after the strategy document's "Decision Matrix"); this module checks it
and adds up scores.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ctxstudio.errors import DataError
from ctxstudio.policy import checked
from ctxstudio.policy.values import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One characteristic.

    Attributes:
        id: stable id such as `well_defined_spec`.
        label: name for people.
        weights: column -> weight, switched-off columns included.
        escalate_when: trigger texts proposed where the row speaks for the stronger of two close models.
    """

    id: str
    label: str
    weights: Mapping[str, float]
    escalate_when: tuple[str, ...] = ()


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
        strong_over, moderate_from = _thresholds(checked.required(data, "thresholds"))
        margin = checked.number(checked.required(data, "close_margin"), "close_margin")
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
        checked.number(checked.required(data, name, "thresholds"), f"thresholds.{name}")
        for name in ("strong_over", "moderate_from")
    )
    if strong < moderate:
        raise DataError("must not be below moderate_from", key="thresholds.strong_over")
    return strong, moderate


def _row(name: str, value: object, columns: Collection[str]) -> Row:
    key = f"rows.{name}"
    data = checked.mapping(value, key)
    weights = checked.mapping(checked.required(data, "weights", key), f"{key}.weights")
    for column in weights:
        if column not in columns:
            raise DataError(f"{column} is not one of the columns {', '.join(columns)}", key=f"{key}.weights.{column}")
    return Row(
        id=name,
        label=checked.text(checked.required(data, "label", key), f"{key}.label"),
        weights={
            column: checked.number(checked.required(weights, column, f"{key}.weights"), f"{key}.weights.{column}")
            for column in columns
        },
        escalate_when=checked.texts(data.get("escalate_when"), f"{key}.escalate_when"),
    )


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

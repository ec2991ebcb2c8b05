"""Changes of a decision matrix: weights, rows, columns, thresholds; what was changed against another, as plain values.

A matrix stays what it was; each function gives another one, checked, or says which key is wrong.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ctxstudio.errors import DataError
from ctxstudio.policy import checked
from ctxstudio.policy.matrix import Floor, Matrix, Row

_THRESHOLDS: Final = ("strong_over", "moderate_from")
_TEXTS: Final = ("escalate_when", "fast_path_when")
_NO_ID = re.compile("[^a-z0-9]+")
_LONGEST_ID = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of two matrices.

    Attributes:
        key: dotted key of the matrix, such as `rows.documentation.weights.haiku`; `rows.documentation` for a row that
            only one of them has.
        title: the same for people.
        old: the figure, label or texts before; None for a row or column that was not there.
        new: the same after.
    """

    key: str
    title: str
    old: float | str | bool | None
    new: float | str | bool | None


def with_weight(matrix: Matrix, row: str, column: str, weight: float) -> Matrix:
    """The matrix with another weight.

    Raises:
        DataError: there is no such row or column, or the weight is not finite or too large.
    """
    values = plain(matrix)
    _known(values["rows"], row, f"rows.{row}")
    values["rows"][row]["weights"][column] = weight
    return Matrix.from_mapping(values)


def with_row(matrix: Matrix, row: Row) -> Matrix:
    """The matrix with a row, new at the end or in the place of the one of its id; columns it has no weight for get 0.

    Raises:
        DataError: the row's id, label or one of its weights is wrong.
    """
    values = plain(matrix)
    values["rows"][row.id] = _plain_row(row)
    values["rows"][row.id]["weights"] = dict.fromkeys(matrix.declared, 0) | dict(row.weights)
    return Matrix.from_mapping(values)


def without_row(matrix: Matrix, row: str) -> Matrix:
    """The matrix without a row.

    Raises:
        DataError: there is no such row, or it is the last.
    """
    values = plain(matrix)
    _known(values["rows"], row, f"rows.{row}")
    del values["rows"][row]
    return Matrix.from_mapping(values)


def with_column(matrix: Matrix, column: str, *, enabled: bool) -> Matrix:
    """The matrix with a column switched on or off; one that it does not have comes with weights of 0.

    Raises:
        DataError: no column would be left.
    """
    values = plain(matrix)
    values["columns"][column] = {"enabled": enabled}
    for row in values["rows"].values():
        row["weights"].setdefault(column, 0)
    return Matrix.from_mapping(values)


def with_thresholds(
    matrix: Matrix,
    *,
    strong_over: float | None = None,
    moderate_from: float | None = None,
    close_margin: float | None = None,
) -> Matrix:
    """The matrix with other thresholds; None leaves one as it is.

    Raises:
        DataError: one of them is not finite, `strong_over` is below `moderate_from`, or the margin is negative.
    """
    values = plain(matrix)
    for name, figure in (("strong_over", strong_over), ("moderate_from", moderate_from)):
        if figure is not None:
            values["thresholds"][name] = figure
    if close_margin is not None:
        values["close_margin"] = close_margin
    return Matrix.from_mapping(values)


def row_id(label: str, taken: Collection[str]) -> str:
    """An id for a new row, after its label and like no other."""
    stem = _NO_ID.sub("_", label.lower()).strip("_")[:_LONGEST_ID]
    stem = stem if stem[:1].isalpha() else f"row_{stem}".rstrip("_")
    id, number = stem, 1
    while id in taken:
        number += 1
        id = f"{stem}_{number}"
    return id


def plain(matrix: Matrix) -> dict[str, Any]:
    """A matrix as the values of its file; `Matrix.from_mapping` gives the same again."""
    return {
        "columns": {name: {"enabled": name in matrix.columns} for name in matrix.declared},
        "thresholds": {name: _figure(getattr(matrix, name)) for name in _THRESHOLDS},
        "close_margin": _figure(matrix.close_margin),
        "rows": {name: _plain_row(row) for name, row in matrix.rows.items()},
        "floors": {floor.on: _plain_floor(floor) for floor in matrix.floors},
    }


def overrides(base: Matrix, matrix: Matrix) -> dict[str, Any]:
    """What a matrix has otherwise than another one, as values for a file; empty if nothing.

    A row that only `base` has stands there as `{enabled: false}`. Floors are not compared.
    """
    old, new = plain(base), plain(matrix)
    found: dict[str, Any] = {}
    for section in ("columns", "thresholds"):
        changed = {name: value for name, value in new[section].items() if value != old[section].get(name)}
        if changed:
            found[section] = changed
    if new["close_margin"] != old["close_margin"]:
        found["close_margin"] = new["close_margin"]
    rows: dict[str, Any] = {name: {"enabled": False} for name in base.rows if name not in matrix.rows}
    for name, row in new["rows"].items():
        changed = _row_overrides(old["rows"].get(name), row)
        if changed:
            rows[name] = changed
    return found | ({"rows": rows} if rows else {})


def overridden(base: Matrix, values: Mapping[str, object], families: Collection[str]) -> Matrix:
    """The matrix that a file's overrides make of another one. Unknown keys are ignored.

    Args:
        base: what is overridden.
        values: as `overrides` gives them.
        families: names that a column may have.

    Raises:
        DataError: with the dotted key that is wrong.
    """
    merged = plain(base)
    for name, value in checked.mapping(values.get("columns", {}), "columns").items():
        if name not in merged["columns"] and name not in families:
            raise DataError(f"is not one of the models {', '.join(families)}", key=f"columns.{name}")
        merged["columns"][name] = value
    merged["thresholds"] |= checked.mapping(values.get("thresholds", {}), "thresholds")
    if "close_margin" in values:
        merged["close_margin"] = values["close_margin"]
    for name, value in checked.mapping(values.get("rows", {}), "rows").items():
        _override_row(merged["rows"], name, value)
    return Matrix.from_mapping(merged)


def differences(old: Matrix, new: Matrix) -> tuple[Change, ...]:
    """What is different in two matrices: columns, thresholds, then the rows. A switched-off column does not count."""
    found = [
        Change(f"columns.{name}", f"Column {name}", name in old.columns, name in new.columns)
        for name in dict.fromkeys((*old.declared, *new.declared))
        if (name in old.columns) != (name in new.columns)
    ]
    titles = {"strong_over": "Strong over", "moderate_from": "Moderate from", "close_margin": "Close margin"}
    for name, title in titles.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            key = name if name == "close_margin" else f"thresholds.{name}"
            found.append(Change(key, title, before, after))
    for name in dict.fromkeys((*old.rows, *new.rows)):
        found += _row_differences(old.rows.get(name), new.rows.get(name), new.columns)
    return tuple(found)


def _row_differences(old: Row | None, new: Row | None, columns: Collection[str]) -> list[Change]:
    if old is None and new is not None:
        return [Change(f"rows.{new.id}", f"Row {new.label}", None, new.label)]
    if new is None and old is not None:
        return [Change(f"rows.{old.id}", f"Row {old.label}", old.label, None)]
    if old is None or new is None:
        return []
    found = []
    if old.label != new.label:
        found.append(Change(f"rows.{new.id}.label", f"Label of {old.label}", old.label, new.label))
    for column in columns:
        before, after = old.weights.get(column), new.weights[column]
        if before != after:
            key = f"rows.{new.id}.weights.{column}"
            found.append(Change(key, f"{new.label} for {column}", before, after))
    for name in _TEXTS:
        before_texts, after_texts = getattr(old, name), getattr(new, name)
        if before_texts != after_texts:
            title = f"Triggers of {new.label}"
            found.append(Change(f"rows.{new.id}.{name}", title, "; ".join(before_texts), "; ".join(after_texts)))
    return found


def _row_overrides(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    if old is None:
        return dict(new)
    found: dict[str, Any] = {}
    for key in ("label", "weights", *_TEXTS):
        before, after = old.get(key), new.get(key)
        if key == "weights":
            after = {name: weight for name, weight in new[key].items() if weight != old[key].get(name)}
            if after:
                found[key] = after
        elif before != after:
            found[key] = after or []
    return found


def _override_row(rows: dict[str, Any], name: str, value: object) -> None:
    key = f"rows.{name}"
    data = checked.mapping(value, key)
    if not checked.flag(data.get("enabled", True), f"{key}.enabled"):
        rows.pop(name, None)
        return
    if name not in rows:
        if "label" not in data:
            near = difflib.get_close_matches(name[:100], rows, 1)
            advice = f"did you mean {near[0]}?" if near else "a new row needs a label and weights"
            raise DataError(f"is not a row of the decision matrix; {advice}", key=key)
        rows[name] = dict(data)
        return
    weights = checked.mapping(data.get("weights", {}), f"{key}.weights")
    rows[name] = rows[name] | dict(data) | {"weights": rows[name]["weights"] | dict(weights)}


def _plain_row(row: Row) -> dict[str, Any]:
    weights = {column: _figure(weight) for column, weight in row.weights.items()}
    values: dict[str, Any] = {"label": row.label, "weights": weights}
    return values | {name: list(texts) for name in _TEXTS if (texts := getattr(row, name))}


def _plain_floor(floor: Floor) -> dict[str, Any]:
    return {"label": floor.label, "at_least" if floor.at_least else "send_to": floor.family}


def _figure(value: float) -> float:
    """A figure as people write it: 2 and not 2.0; what is wrong with it is found when it is read."""
    return int(value) if float(value).is_integer() else value


def _known(rows: Collection[str], row: str, key: str) -> None:
    if row not in rows:
        raise DataError("is not a row of the decision matrix", key=key)

"""What the charts show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from ctxstudio.costs.board import Comparison
from ctxstudio.costs.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Segment:
    """One model's part of a bar.

    Attributes:
        model: family, id or name.
        per_day: dollars.
    """

    model: str
    per_day: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One policy's cost per day, by model.

    Attributes:
        name: `baseline`, `on disk` or `now`.
        segments: the dearest first; models without a price have none.
        per_day: dollars in total, None if it is not known.
        saving_percent: against the baseline; None for the baseline itself and where it is not known.
        unpriced: calls per day without a price, which the bar does not show.
    """

    name: str
    segments: tuple[Segment, ...]
    per_day: float | None
    saving_percent: float | None
    unpriced: float


def comparison_bars(comparison: Comparison, baseline_model: str) -> tuple[Bar, Bar, Bar]:
    """The baseline, the policies on disk and the current ones, side by side."""
    baseline = comparison.now.baseline
    first = Bar(
        "baseline",
        (Segment(baseline_model, baseline.per_day),) if baseline else (),
        baseline.per_day if baseline else None,
        None,
        0.0,
    )
    return first, _bar("on disk", comparison.saved), _bar("now", comparison.now)


def _bar(name: str, cost: Estimate) -> Bar:
    segments = tuple(Segment(row.model, row.per_day) for row in cost.by_model if row.per_day)
    return Bar(
        name,
        segments,
        cost.per_day if cost.known else None,
        cost.saving_percent,
        sum(row.calls for row in cost.unpriced),
    )

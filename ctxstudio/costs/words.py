"""Amounts and costs as words for people."""

from __future__ import annotations

from collections.abc import Sequence

from ctxstudio.costs.estimate import Estimate


def money(dollars: float) -> str:
    """Dollars: whole ones from 1,000 on, cents below, three digits below ten cents."""
    if dollars < 0:
        return "−" + money(-dollars)
    if dollars >= 1000:
        return f"${dollars:,.0f}"
    return f"${dollars:,.2f}" if dollars >= 0.1 or dollars == 0 else f"${dollars:.3g}"


def counted(count: int, noun: str) -> str:
    """A number of things, in the right number of the noun."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def per_day(cost: Estimate) -> str:
    """What a scenario costs a day, and how that compares."""
    if not cost.known:
        return f"cost unknown, no price for {counted(len(cost.unpriced), 'model')}"
    words = f"{money(cost.per_day)} per day"
    if cost.saving_percent is not None:
        side = "below" if cost.saving_percent >= 0 else "above"
        words += f", {abs(cost.saving_percent):.1f} % {side} all-sonnet"
    if cost.unpriced:
        words += f", {counted(len(cost.unpriced), 'model')} without a price not counted"
    return words


def some(names: Sequence[str], most: int) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

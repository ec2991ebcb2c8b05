"""Amounts as words."""

from __future__ import annotations

import pytest

from ctxstudio.costs.words import counted, money


@pytest.mark.parametrize(
    ("dollars", "words"),
    [
        (0, "$0.00"), (0.8, "$0.80"), (7.08, "$7.08"), (999.994, "$999.99"), (1000, "$1,000"), (7080.4, "$7,080"),
        (0.0123456, "$0.0123"), (-114.2, "−$114.20"), (2_500_000, "$2,500,000"), (0.1, "$0.10"),
    ],
)  # fmt: skip
def test_money(dollars: float, words: str) -> None:
    assert money(dollars) == words


def test_counted() -> None:
    assert [counted(number, "agent") for number in (0, 1, 2, 10_000)] == [
        "0 agents", "1 agent", "2 agents", "10,000 agents",
    ]  # fmt: skip

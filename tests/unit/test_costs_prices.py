"""Prices: the shipped rows against FACTS E, tiers, batches, dates, and what a broken file says."""

from __future__ import annotations

import copy
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ctxstudio.costs.prices import LongPrompt, PriceBook, Rates, Usage
from ctxstudio.errors import DataError
from ctxstudio.policy.catalogue import Catalogue

RESOURCES = Path(__file__).parents[2] / "resources"

# FACTS E: model, from, input, output, 5-minute write, 1-hour write, read.
EXPECTED = [
    ("claude-haiku-5-5", "2026-10-07", 0.10, 0.50, 0.125, 0.20, 0.01),
    ("claude-haiku-4-5-20251001", "2025-10-15", 1, 5, 1.25, 2, 0.10),
    ("claude-3-5-haiku-20241022", "2024-10-22", 0.80, 4, 1, 1.60, 0.08),
    ("claude-3-haiku-20240307", "2024-03-07", 0.25, 1.25, 0.30, 0.50, 0.03),
    ("claude-sonnet-5-5", "2026-09-28", 2, 10, 2.50, 4, 0.20),
    ("claude-sonnet-5-5", "2026-10-07", 2, 10, 2.50, 4, 0.10),
    ("claude-sonnet-5", "2026-06-30", 2, 10, 2.50, 4, 0.20),
    ("claude-sonnet-4-6", "2026-02-17", 3, 15, 3.75, 6, 0.30),
    ("claude-sonnet-4-5-20250929", "2025-09-29", 3, 15, 3.75, 6, 0.30),
    ("claude-sonnet-4-20250514", "2025-05-22", 3, 15, 3.75, 6, 0.30),
    ("claude-opus-5-5", "2026-09-22", 4, 20, 5, 8, 0.20),
    ("claude-opus-5", "2026-07-24", 5, 25, 6.25, 10, 0.50),
    ("claude-opus-4-8", "2026-05-28", 5, 25, 6.25, 10, 0.50),
    ("claude-opus-4-7", "2026-04-16", 5, 25, 6.25, 10, 0.50),
    ("claude-opus-4-6", "2026-02-05", 5, 25, 6.25, 10, 0.50),
    ("claude-opus-4-5-20251101", "2025-11-24", 5, 25, 6.25, 10, 0.50),
    ("claude-opus-4-1-20250805", "2025-08-05", 15, 75, 18.75, 30, 1.50),
    ("claude-opus-4-20250514", "2025-05-22", 15, 75, 18.75, 30, 1.50),
    ("claude-fable-5-2", "2026-11-09", 8, 40, 10, 16, 0.20),
    ("claude-fable-5-1", "2026-09-01", 10, 50, 12.50, 20, 0.25),
    ("claude-fable-5", "2026-06-09", 10, 50, 12.50, 20, 1.00),
    ("claude-mythos-5-2", "2026-11-09", 8, 40, 10, 16, 0.20),
    ("claude-mythos-5-1", "2026-09-01", 10, 50, 12.50, 20, 0.25),
    ("claude-mythos-5", "2026-06-09", 10, 50, 12.50, 20, 1.00),
]
FAST = {
    "claude-opus-5-5": (8, 40, 10, 16, 0.40),
    "claude-opus-5": (10, 50, 12.50, 20, 1),
    "claude-opus-4-8": (10, 50, 12.50, 20, 1),
    "claude-fable-5-2": (16, 80, 20, 32, 0.40),
}
TODAY = date(2026, 11, 23)


def parsed() -> dict[str, Any]:
    data = yaml.safe_load((RESOURCES / "prices.yaml").read_text("utf-8"))
    assert isinstance(data, dict)
    return data


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return parsed()


@pytest.fixture(scope="module")
def book(data: dict[str, Any]) -> PriceBook:
    return PriceBook.from_mapping(data)


def test_every_shipped_row_is_that_of_the_facts(book: PriceBook) -> None:
    shipped = [
        (model, row.effective_from.isoformat(), *(getattr(row.rates, name) for name in Rates.__slots__))
        for model, rows in book.rows.items()
        for row in rows
    ]
    assert sorted(shipped) == sorted(EXPECTED)
    assert book.as_of == TODAY
    assert all(row.batch_multiplier == 0.5 and row.source for rows in book.rows.values() for row in rows)


def test_fast_rates_are_kept_in_the_data(data: dict[str, Any]) -> None:
    fast = {
        model: tuple(row["fast"].values()) for model, rows in data["prices"].items() for row in rows if "fast" in row
    }
    assert fast == FAST


def test_only_haiku_5_5_has_a_long_prompt_tier(book: PriceBook) -> None:
    tiers = {model: row.long_prompt for model, rows in book.rows.items() for row in rows if row.long_prompt}
    assert tiers == {"claude-haiku-5-5": LongPrompt(100_000, Rates(0.50, 2.50, 0.625, 1.00, 0.05))}


def test_every_model_of_the_catalogue_has_a_price_from_its_release(book: PriceBook) -> None:
    catalogue = Catalogue.from_mapping(yaml.safe_load((RESOURCES / "models.yaml").read_text("utf-8")))
    assert set(book.rows) == set(catalogue.models)
    for model in catalogue.models.values():
        if model.released is not None:
            assert book.rows[model.id][0].effective_from == model.released


def test_cost_adds_up_all_classes(book: PriceBook) -> None:
    usage = Usage(1_000_000, 100_000, cache_write_5m=200_000, cache_write_1h=300_000, cache_read=2_000_000)
    # 3 + 0.1 * 15 + 0.2 * 3.75 + 0.3 * 6 + 2 * 0.30
    assert book.cost("claude-sonnet-4-6", usage, TODAY) == pytest.approx(7.65, abs=1e-12)


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (Usage(100_000, 1000), 0.0105),
        (Usage(100_001, 1000), 0.0525005),
        # The prompt is what is read, written and sent anew, together.
        (Usage(40_000, 1000, 10_000, 10_000, 40_000), 0.004 + 0.0005 + 0.00125 + 0.002 + 0.0004),
        (Usage(40_001, 1000, 10_000, 10_000, 40_000), (0.004 + 0.0005 + 0.00125 + 0.002 + 0.0004 + 1e-7) * 5),
        # Output does not count for the threshold.
        (Usage(1000, 128_000), 0.0641),
    ],
)
def test_a_long_prompt_puts_the_whole_call_into_its_tier(book: PriceBook, usage: Usage, dollars: float) -> None:
    assert book.cost("claude-haiku-5-5", usage, TODAY) == pytest.approx(dollars, abs=1e-12)


def test_batches_cost_half(book: PriceBook) -> None:
    tokens = {"input": 1_000_000, "output": 1_000_000, "cache_read": 1_000_000}
    assert book.cost("claude-sonnet-5-5", Usage(**tokens, batch=True), TODAY) == pytest.approx(6.05, abs=1e-12)


def test_a_row_holds_from_its_day_until_the_next(book: PriceBook) -> None:
    read = Usage(0, 0, cache_read=1_000_000)
    costs = [
        book.cost("claude-sonnet-5-5", read, date(2026, month, day)) for month, day in [(10, 6), (10, 7), (11, 23)]
    ]
    assert costs == [0.20, 0.10, 0.10]


@pytest.mark.parametrize(
    ("model", "day"),
    [("claude-sonnet-5-5", date(2026, 9, 27)), ("gpt-4", TODAY), ("sonnet", TODAY), ("", TODAY)],
)
def test_an_unknown_price_is_none_and_never_zero(book: PriceBook, model: str, day: date) -> None:
    assert book.row(model, day) is None
    assert book.cost(model, Usage(0, 0), day) is None


def test_a_row_may_have_its_own_batch_multiplier(data: dict[str, Any]) -> None:
    own = copy.deepcopy(data)
    own["prices"]["claude-opus-5"][0]["batch_multiplier"] = 0.25
    row = PriceBook.from_mapping(own).row("claude-opus-5", TODAY)
    assert row is not None
    assert row.cost(Usage(1_000_000, 0, batch=True)) == 1.25


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (["unit"], "eur", "unit"),
        (["as_of"], "soon", "as_of"),
        (["prices"], [], "prices"),
        (["batch_multiplier"], 1.5, "batch_multiplier"),
        (["batch_multiplier"], True, "batch_multiplier"),
        (["prices", "m"], {}, "prices.m"),
        (["prices", "m", 0], 3, "prices.m.0"),
        (["prices", "m", 0, "input"], "2", "prices.m.0.input"),
        (["prices", "m", 0, "input"], -1, "prices.m.0.input"),
        (["prices", "m", 0, "output"], math.nan, "prices.m.0.output"),
        (["prices", "m", 0, "output"], math.inf, "prices.m.0.output"),
        (["prices", "m", 0, "output"], 1e16, "prices.m.0.output"),
        (["prices", "m", 0, "source"], "", "prices.m.0.source"),
        (["prices", "m", 0, "long_prompt"], {"over": 1}, "prices.m.0.long_prompt.input"),
        (["prices", "m", 0, "long_prompt"], None, "prices.m.0.long_prompt"),
        (["prices", "m", 1, "effective_from"], date(2026, 1, 1), "prices.m.1.effective_from"),
    ],
)
def test_a_broken_file_names_its_key(path: list[Any], value: object, key: str) -> None:
    row = dict(zip(Rates.__slots__, (1, 2, 3, 4, 5), strict=True)) | {"source": "here"}
    data: dict[str, Any] = {"as_of": TODAY, "unit": "usd_per_mtok", "batch_multiplier": 0.5}
    data["prices"] = {"m": [row | {"effective_from": "2026-01-01"}, row | {"effective_from": date(2026, 2, 1)}]}
    PriceBook.from_mapping(data)
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(DataError) as caught:
        PriceBook.from_mapping(data)
    assert caught.value.key == key


@pytest.mark.parametrize("missing", ["as_of", "unit", "batch_multiplier", "prices"])
def test_a_missing_key_is_named(data: dict[str, Any], missing: str) -> None:
    with pytest.raises(DataError, match=missing):
        PriceBook.from_mapping({key: value for key, value in data.items() if key != missing})

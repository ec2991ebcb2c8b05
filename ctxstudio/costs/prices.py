"""Prices of models by date, and what one call costs by them."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from ctxstudio.costs import amounts
from ctxstudio.errors import DataError
from ctxstudio.policy import checked

UNIT = "usd_per_mtok"
_MTOK = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call (FACTS B.4).

    Attributes:
        input: uncached input.
        output: output, thinking included.
        cache_write_5m: written to the cache for five minutes.
        cache_write_1h: written to the cache for an hour.
        cache_read: read from the cache.
        batch: whether the call is part of a batch request.
    """

    input: float
    output: float
    cache_write_5m: float = 0
    cache_write_1h: float = 0
    cache_read: float = 0
    batch: bool = False

    @classmethod
    def from_mapping(cls, value: object, key: str) -> Usage:
        """Check a parsed token profile: `input` and `output` must be there.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        data = checked.mapping(value, key)
        return cls(
            input=_amount(data, "input", key),
            output=_amount(data, "output", key),
            cache_write_5m=amounts.amount(data.get("cache_write_5m", 0), f"{key}.cache_write_5m"),
            cache_write_1h=amounts.amount(data.get("cache_write_1h", 0), f"{key}.cache_write_1h"),
            cache_read=amounts.amount(data.get("cache_read", 0), f"{key}.cache_read"),
            batch=checked.flag(data.get("batch", False), f"{key}.batch"),
        )

    @property
    def prompt(self) -> float:
        """Tokens that count for a long-prompt threshold: input, cache reads and cache writes."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens, by class of tokens; the attributes are those of `Usage`."""

    input: float
    output: float
    cache_write_5m: float
    cache_write_1h: float
    cache_read: float

    @classmethod
    def from_mapping(cls, data: Mapping[str, object], key: str) -> Rates:
        """Check parsed rates: all classes must be there.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        return cls(**{field.name: _amount(data, field.name, key) for field in fields(cls)})

    def cost(self, usage: Usage) -> float:
        """Dollars for the tokens of a call, outside a batch."""
        return (
            usage.input * self.input
            + usage.output * self.output
            + usage.cache_write_5m * self.cache_write_5m
            + usage.cache_write_1h * self.cache_write_1h
            + usage.cache_read * self.cache_read
        ) / _MTOK


@dataclass(frozen=True, slots=True)
class LongPrompt:
    """The tier of long prompts. A call belongs to it as a whole or not at all (FACTS E, "Haiku 5.5 tier rule").

    Attributes:
        over: the longest prompt of the standard tier, in tokens.
        rates: of all classes of tokens, output included.
    """

    over: float
    rates: Rates


@dataclass(frozen=True, slots=True)
class PriceRow:
    """The price of a model from a day on.

    Attributes:
        model: canonical id.
        effective_from: first day.
        rates: standard rates.
        long_prompt: tier of long prompts, None if there is none.
        batch_multiplier: factor on every class of tokens of a batch request: the discount stacks with caching.
        source: where the rates are from.
    """

    model: str
    effective_from: date
    rates: Rates
    long_prompt: LongPrompt | None
    batch_multiplier: float
    source: str

    def cost(self, usage: Usage) -> float:
        """Dollars for one call."""
        rates = self.rates
        if self.long_prompt is not None and usage.prompt > self.long_prompt.over:
            rates = self.long_prompt.rates
        return rates.cost(usage) * (self.batch_multiplier if usage.batch else 1)


class PriceBook:
    """All price rows.

    Attributes:
        as_of: the day the rows were gathered.
        rows: canonical model id -> its rows, oldest first.
    """

    __slots__ = ("as_of", "rows")

    def __init__(self, as_of: date, rows: Mapping[str, tuple[PriceRow, ...]]) -> None:
        self.as_of, self.rows = as_of, rows

    @classmethod
    def from_mapping(cls, data: Mapping[str, object]) -> PriceBook:
        """Check the parsed `prices.yaml`. Unknown keys are ignored.

        Raises:
            DataError: with the dotted key that is wrong.
        """
        if checked.required(data, "unit") != UNIT:
            raise DataError(f"must be {UNIT}", key="unit")
        multiplier = amounts.portion(checked.required(data, "batch_multiplier"), "batch_multiplier")
        prices = checked.mapping(checked.required(data, "prices"), "prices")
        return cls(
            checked.day(checked.required(data, "as_of"), "as_of"),
            {model: _rows(model, rows, multiplier) for model, rows in prices.items()},
        )

    def row(self, model_id: str, on: date) -> PriceRow | None:
        """The row in force on a day; None if the model is unknown or not yet priced on that day."""
        rows = self.rows.get(model_id, ())
        position = bisect.bisect_right(rows, on, key=lambda row: row.effective_from)
        return rows[position - 1] if position else None

    def cost(self, model_id: str, usage: Usage, on: date) -> float | None:
        """Dollars for one call on a day; None if the price is unknown, never 0 for that."""
        row = self.row(model_id, on)
        return None if row is None else row.cost(usage)


def _amount(data: Mapping[str, object], name: str, key: str) -> float:
    return amounts.amount(checked.required(data, name, key), f"{key}.{name}")


def _rows(model: str, value: object, multiplier: float) -> tuple[PriceRow, ...]:
    key = f"prices.{model}"
    rows: list[PriceRow] = []
    for position, item in enumerate(amounts.items(value, key)):
        place = f"{key}.{position}"
        row = _row(model, checked.mapping(item, place), place, multiplier)
        if rows and row.effective_from <= rows[-1].effective_from:
            raise DataError("must be later than the one above", key=f"{place}.effective_from")
        rows.append(row)
    return tuple(rows)


def _row(model: str, data: Mapping[str, object], key: str, multiplier: float) -> PriceRow:
    return PriceRow(
        model=model,
        effective_from=checked.day(checked.required(data, "effective_from", key), f"{key}.effective_from"),
        rates=Rates.from_mapping(data, key),
        long_prompt=_long_prompt(data["long_prompt"], f"{key}.long_prompt") if "long_prompt" in data else None,
        batch_multiplier=amounts.portion(data.get("batch_multiplier", multiplier), f"{key}.batch_multiplier"),
        source=checked.text(checked.required(data, "source", key), f"{key}.source"),
    )


def _long_prompt(value: object, key: str) -> LongPrompt:
    data = checked.mapping(value, key)
    return LongPrompt(_amount(data, "over", key), Rates.from_mapping(data, key))

"""Amounts: checked where they are taken out of parsed data, exact where they are added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from ctxstudio.errors import DataError
from ctxstudio.policy import checked

_LARGEST = 1e15
"""No amount of anything is larger. It keeps products of amounts within the range of a float."""


def amount(value: object, key: str) -> float:
    """A number that is not negative and not over 1e15.

    Raises:
        DataError: it is something else.
    """
    result = checked.number(value, key)
    if result < 0:
        raise DataError("must not be negative", key=key)
    if result > _LARGEST:
        raise DataError(f"must not be over {_LARGEST:g}", key=key)
    return result


def portion(value: object, key: str) -> float:
    """A number from 0 to 1.

    Raises:
        DataError: it is something else.
    """
    result = amount(value, key)
    if result > 1:
        raise DataError("must not be over 1", key=key)
    return result


def items(value: object, key: str) -> Sequence[object]:
    """A list.

    Raises:
        DataError: it is something else.
    """
    if not isinstance(value, list | tuple):
        raise DataError("must be a list", key=key)
    return value


def exact(value: float) -> Fraction:
    """The decimal that a number is written as: 0.8 is 4/5 and not the nearest binary fraction.

    Prices, shares and counts are decimals that people wrote. Added up as such, sums depend neither on the order of
    their parts nor on the history of edits, and the document's weighted task costs 7.08, not 7.079999999999999.
    """
    return Fraction(str(value))


def total(parts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum; None if a part is unknown."""
    result = Fraction(0)
    for part in parts:
        if part is None:
            return None
        result += part
    return result

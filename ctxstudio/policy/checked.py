"""Values taken out of parsed data files: each function returns the value or says which key is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime

from ctxstudio.errors import DataError


def join(parent: str, name: str) -> str:
    """The dotted path of `name` below `parent`."""
    return f"{parent}.{name}" if parent else name


def required(data: Mapping[str, object], name: str, parent: str = "") -> object:
    """The value of a key that must be there.

    Raises:
        DataError: it is not.
    """
    if name not in data:
        raise DataError("is missing", key=join(parent, name))
    return data[name]


def mapping(value: object, key: str) -> Mapping[str, object]:
    """A mapping whose keys are texts.

    Raises:
        DataError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise DataError("must be a mapping", key=key)
    for name in value:
        if not isinstance(name, str):
            raise DataError(f"has the key {name!r}, which is not text", key=key)
    return value


def text(value: object, key: str) -> str:
    """A text that is not blank.

    Raises:
        DataError: it is something else.
    """
    if not isinstance(value, str) or not value.strip():
        raise DataError("must be text", key=key)
    return value


def texts(value: object, key: str) -> tuple[str, ...]:
    """A list of texts; an absent one (None) is empty.

    Raises:
        DataError: it is something else.
    """
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise DataError("must be a list of texts", key=key)
    return tuple(text(item, f"{key}.{position}") for position, item in enumerate(value))


def number(value: object, key: str) -> float:
    """A finite number; `true` and `false` are none.

    Raises:
        DataError: it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DataError("must be a number", key=key)
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise DataError("must be a finite number", key=key)
    return result


def flag(value: object, key: str) -> bool:
    """True or false.

    Raises:
        DataError: it is something else.
    """
    if not isinstance(value, bool):
        raise DataError("must be true or false", key=key)
    return value


def day(value: object, key: str) -> date:
    """A date, as YAML gives it or as ISO text such as `2026-10-07`.

    Raises:
        DataError: it is something else.
    """
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise DataError("must be a date such as 2026-10-07", key=key)
    return value

"""Shapes of JSON values, for contracts: which keys in which order, which types."""

from __future__ import annotations

from typing import Any


def conforms(value: Any, shape: Any, where: str = "$") -> None:
    """Fail unless a JSON value has a shape: a type, a set of texts, a tuple of choices, a list of, a mapping of."""
    if isinstance(shape, tuple):
        fitting = [choice for choice in shape if kind_of(value) == kind_of(choice)]
        assert fitting, f"{where}: {value!r}"
        conforms(value, fitting[0], where)
    elif isinstance(shape, set):
        assert value in shape, f"{where}: {value!r}"
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            conforms(item, shape[0], f"{where}[{number}]")
    elif isinstance(shape, dict):
        assert list(value) == list(shape), where
        for key, inner in shape.items():
            conforms(value[key], inner, f"{where}.{key}")
    elif shape is not None:
        assert type(value) is shape, f"{where}: {value!r}"


def kind_of(value: Any) -> type:
    return value if isinstance(value, type) else type(value)

"""The shipped data of the policy package, parsed and checked, for its tests."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.matrix import Matrix
from ctxstudio.policy.traits import Detector

Spoil = Callable[[dict[str, Any]], None]
"""Makes parsed data wrong in one place."""
_GONE = object()

ROOT = Path(__file__).resolve().parents[2]


def raw(name: str) -> dict[str, Any]:
    """A fresh copy of the parsed data of one resource, free to be spoilt by a test."""
    data: dict[str, Any] = yaml.safe_load((ROOT / "resources" / name).read_text(encoding="utf-8"))
    return data


@functools.cache
def catalogue() -> Catalogue:
    return Catalogue.from_mapping(raw("models.yaml"))


@functools.cache
def matrix() -> Matrix:
    return Matrix.from_mapping(raw("decision-matrix.yaml"))


@functools.cache
def detector() -> Detector:
    return Detector.from_mapping(raw("criteria.yaml"), matrix())


def spoilt(*path: str | int, value: object = _GONE) -> Spoil:
    """Sets the value at a path, or deletes the key if no value is given."""

    def spoil(data: dict[str, Any]) -> None:
        place: Any = data
        for key in path[:-1]:
            place = place[key]
        if value is _GONE:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return spoil

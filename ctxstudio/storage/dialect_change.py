"""The explicit change of a file's dialect: `model` as a mapping, or as a name with `modelPolicy` beside it.

All that stands there keeps its words: lines move, and comments with them. Keys that the program does not know go with
the rest of the policy, from `model` to `modelPolicy` and back.
"""

from __future__ import annotations

import enum
from typing import Any

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import Document, Place
from ctxstudio.policy import dialects
from ctxstudio.policy.values import Dialect, Policy
from ctxstudio.storage import patch


class Extras(enum.StrEnum):
    """What becomes of the policy that a scalar `model` cannot hold."""

    KEEP = "keep"
    """It stands in `modelPolicy`, which Claude Code ignores."""
    DROP = "drop"
    """It goes, with the keys that the program does not know."""


def to_scalar(document: Document, extras: Extras = Extras.KEEP) -> Document:
    """The document with its `model` as a name and `effort` at the top level, as Claude Code reads them.

    A file that says it so already stays to the byte, but for extras that are to be dropped.

    Args:
        document: the file.
        extras: what becomes of fallbacks, escalation, fast path, reasoning and unknown keys.

    Raises:
        EditError: it cannot be said so, or the file cannot be edited safely.
        FrontmatterError: a part that may have to change cannot be read.
    """
    _check_readable(document)
    policy = patch.policy_of(document).policy
    changed = document
    if patch.policy_of(document).dialect is Dialect.MAPPING:
        changed = _flattened(document, policy)
    if extras is Extras.DROP:
        policy = Policy(policy.preference, effort=policy.effort)
        if "modelPolicy" in changed.block.names():
            changed = changed.delete(("modelPolicy",))
    return _checked(changed, policy)


def to_mapping(document: Document) -> Document:
    """The document with its `model` as a mapping that holds the whole policy, as claude-ctx reads it.

    A file that says it so already, or that says nothing of a policy, stays to the byte.

    Raises:
        EditError: it cannot be said so, or the file cannot be edited safely.
        FrontmatterError: a part that may have to change cannot be read.
    """
    _check_readable(document)
    reading = patch.policy_of(document)
    if reading.dialect is Dialect.MAPPING:
        return document
    if reading.dialect is Dialect.OTHER:
        raise EditError("its `model` is neither a name nor a mapping")
    return _checked(_nested(document, reading.dialect), reading.policy)


def _flattened(document: Document, policy: Policy) -> Document:
    if "modelPolicy" in document.block.names():
        raise EditError("it has a `modelPolicy` beside the mapping, and what the two say together cannot be told")
    if document.get("model", "preference") is not None and policy.preference is None:
        raise EditError("its `model.preference` is not a name")
    document = document.rename("model", "modelPolicy")
    for inner, key in (("preference", "model"), ("effort", "effort")):
        mapping = document.get("modelPolicy", default={})
        if inner not in mapping:
            continue
        if mapping[inner] is None or document.get(key) is not None:
            # It says nothing, or nothing that is read beside the `effort` at the top level.
            document = document.delete(("modelPolicy", inner))
        else:
            document = _without_null(document, key).lift(("modelPolicy", inner), key)
    return _without_null(document, "modelPolicy")


def _nested(document: Document, dialect: Dialect) -> Document:
    extra: Any = document.get("modelPolicy")
    if extra is not None and not isinstance(extra, dict):
        raise EditError("its `modelPolicy` is not a mapping")
    document = _without_null(document, "modelPolicy")
    outer = "modelPolicy" if extra else "model"
    if dialect is Dialect.SCALAR:
        document = document.sink("model", (outer, "preference"), Place(first=True))
    if document.get("effort") is not None:
        place = Place(dialects.ORDER[: dialects.ORDER.index("effort")][::-1], first=True)
        document = document.sink("effort", (outer, "effort"), place)
    return document.rename("modelPolicy", "model") if extra else document


def _without_null(document: Document, key: str) -> Document:
    """The document without a top-level key that is there and holds nothing."""
    empty = key in document.block.names() and document.get(key) in (None, {})
    return document.delete((key,)) if empty else document


def _check_readable(document: Document) -> None:
    for key in dialects.POLICY_KEYS:
        document.get(key)


def _checked(document: Document, policy: Policy) -> Document:
    if patch.policy_of(document).policy != policy:
        raise EditError("its policy would read otherwise in the other dialect")
    return document

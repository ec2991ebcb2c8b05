"""A policy change as an edit of a frontmatter."""

from __future__ import annotations

from typing import Any, Final

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import Block, Document, Place
from ctxstudio.policy import dialects
from ctxstudio.policy.values import Policy

_READ: Final = tuple(key for key in dialects.KEYS if key not in ("version", "tier"))


def apply(document: Document, old: Policy, new: Policy) -> Document:
    """The document saying `new` where it says `old`; nothing else differs.

    Raises:
        EditError: it cannot be done safely; the message says why.
    """
    values = values_of(document.block)
    for edit in dialects.edits(old, new, values):
        if edit.value is dialects.DELETE:
            document = document.delete(edit.path)
        else:
            document = document.set(edit.path, edit.value, Place(edit.after, first=len(edit.path) > 1))
    said = policy_of(document).policy
    if said != new:
        raise EditError("the file would not say what was meant")
    return document


def policy_of(document: Document) -> dialects.Reading:
    """What a document says about its policy."""
    return dialects.read(values_of(document.block))


def values_of(block: Block, *others: str) -> dict[str, Any]:
    """The top-level values that a policy is read from, and those of other keys, as far as they can be read.

    What tells schema v2 is looked at no further than that: thousands of files are read.
    """
    values = block.readable((*_READ, *others))
    names = block.names()
    if "tier" in names:
        values["tier"] = None
    elif "version" in names:
        values |= block.readable(("version",))
    return values

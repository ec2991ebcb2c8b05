"""A policy change as an edit of a frontmatter."""

from __future__ import annotations

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import Document, Place
from ctxstudio.policy import dialects
from ctxstudio.policy.values import Policy


def apply(document: Document, old: Policy, new: Policy) -> Document:
    """The document saying `new` where it says `old`; nothing else differs.

    Raises:
        EditError: it cannot be done safely; the message says why.
    """
    values = document.block.readable(dialects.KEYS)
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
    return dialects.read(document.block.readable(dialects.KEYS))

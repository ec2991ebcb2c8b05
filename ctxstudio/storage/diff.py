"""The difference of two frontmatters, for people."""

from __future__ import annotations

import difflib

from ctxstudio.frontmatter import Document


def unified(before: Document, after: Document, name: str) -> str:
    """A unified diff with the file's own line numbers; empty if they are the same.

    Args:
        before, after: the documents.
        name: path of the file, for the header.
    """
    # A line break in a file name must not look like a line of the diff.
    header = " ".join(name.splitlines())
    return "".join(difflib.unified_diff(_lines(before), _lines(after), f"a/{header}", f"b/{header}"))


def _lines(document: Document) -> list[str]:
    block = document.block
    before = ["---\n"] * (block.first_line - 1)
    return before + [line + "\n" for line in block.text.replace("\r\n", "\n").removesuffix("\n").split("\n")] + before

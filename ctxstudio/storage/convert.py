"""One agent file as another program reads it: the dialect of its model, and the shape of its tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Target
from ctxstudio.storage import dialect_change
from ctxstudio.storage.dialect_change import Extras

ToolNames: TypeAlias = Mapping[str, tuple[str, ...]]
"""Tool name -> its names in the other dialect."""


def convert(document: Document, target: Target, tools: ToolNames, extras: Extras = Extras.KEEP) -> Document:
    """The document as the target reads it: shape of `model`, of `tools`, and place of `effort`.

    Args:
        document: the file.
        target: who is to read it.
        tools: names of tools in that dialect.
        extras: what becomes of the policy that a scalar `model` cannot hold.

    Raises:
        EditError: a tool is not known there, or the file cannot be edited safely.
        FrontmatterError: a part that may have to change cannot be read.
    """
    if target is Target.CLAUDE_CODE:
        return _flat_tools(dialect_change.to_scalar(document, extras), tools)
    return _tool_catalog(dialect_change.to_mapping(document), tools)


def _flat_tools(document: Document, tools: ToolNames) -> Document:
    value = document.get("tools")
    if not isinstance(value, dict):
        return document
    tiers = value.get("tiers") or {}
    if not isinstance(tiers, dict):
        raise EditError("its `tools.tiers` is not a mapping")
    names = [name for part in (value.get("catalog"), *tiers.values()) for name in _listed(part)]
    if not names:
        # Claude Code refuses to start an agent without tools, and to leave the key out would mean all of them.
        raise EditError("its `tools` name no tool")
    return document.set(("tools",), ", ".join(_renamed(names, tools)))


def _tool_catalog(document: Document, tools: ToolNames) -> Document:
    value = document.get("tools")
    if value is None or isinstance(value, dict):
        return document
    names = _listed(value)
    if names == ["*"]:
        raise EditError("`tools: *` means all tools, which a catalogue cannot say")
    return document.set(("tools",), {"catalog": _renamed(names, tools)})


def _listed(value: object) -> list[str]:
    """Names as a list or as one text with commas."""
    items = value.split(",") if isinstance(value, str) else [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise EditError("its `tools` are not a list of names")
    return [item.strip() for item in items if item.strip()]


def _renamed(names: list[str], tools: ToolNames) -> list[str]:
    unknown = [name for name in names if name not in tools and not name.startswith("mcp__")]
    if unknown:
        raise EditError(f"the tool {unknown[0]!r} has no known name in the other dialect")
    return list(dict.fromkeys(new for name in names for new in tools.get(name, (name,))))

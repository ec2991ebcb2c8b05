"""One agent file in another dialect, for exports. The opened files are never converted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import Document, Place
from ctxstudio.policy import dialects
from ctxstudio.policy.values import Dialect, Target
from ctxstudio.storage import patch

ToolNames: TypeAlias = Mapping[str, tuple[str, ...]]
"""Tool name -> its names in the other dialect."""

_ORDER = ("preference", "fallbacks", "escalation", "fast_path", "effort", "reasoning")


def convert(document: Document, target: Target, tools: ToolNames) -> Document:
    """The document as the target reads it: shape of `model`, of `tools`, and place of `effort`.

    What a scalar `model` cannot hold is kept in `modelPolicy`, which Claude Code ignores.

    Raises:
        EditError: a tool is not known there, or the file cannot be edited safely.
        FrontmatterError: a part that may have to change cannot be read.
    """
    for key in dialects.POLICY_KEYS:
        document.get(key)
    if target is Target.CLAUDE_CODE:
        converted = _flat_tools(_flat_model(document), tools)
    else:
        converted = _tool_catalog(_model_mapping(document), tools)
    if patch.policy_of(converted).policy != patch.policy_of(document).policy:
        raise EditError("its policy would read otherwise in the other dialect")
    return converted


def _flat_model(document: Document) -> Document:
    reading = patch.policy_of(document)
    if reading.dialect is not Dialect.MAPPING:
        return document
    rest: dict[str, Any] = dict(document.get("model"))
    preference, effort = rest.pop("preference", None), rest.pop("effort", None)
    if preference is not None and reading.policy.preference is None:
        raise EditError("its `model.preference` is not a name")
    place = Place(("model", "tools", "description", "name"))
    if rest:
        document = document.set(("modelPolicy",), {**_extra(document), **rest}, place)
    if effort is not None and document.get("effort") is None:
        document = document.set(("effort",), effort, place)
    if preference is None:
        return document.delete(("model",))
    return document.set(("model",), reading.policy.preference)


def _model_mapping(document: Document) -> Document:
    reading = patch.policy_of(document)
    if reading.dialect is Dialect.MAPPING:
        return document
    if reading.dialect is Dialect.OTHER:
        raise EditError("its `model` is neither a name nor a mapping")
    model = _extra(document)
    if reading.policy.preference is not None:
        model["preference"] = reading.policy.preference
    effort = document.get("effort")
    if effort is not None:
        model["effort"] = effort
        document = document.delete(("effort",))
    if document.get("modelPolicy") is not None:
        document = document.delete(("modelPolicy",))
    ordered = {key: model[key] for key in (*_ORDER, *model) if key in model}
    return document.set(("model",), ordered, Place(("tools", "description", "name"))) if ordered else document


def _extra(document: Document) -> dict[str, Any]:
    """What stands beside a scalar model."""
    extra = document.get("modelPolicy")
    if extra is not None and not isinstance(extra, dict):
        raise EditError("its `modelPolicy` is not a mapping")
    return dict(extra or {})


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

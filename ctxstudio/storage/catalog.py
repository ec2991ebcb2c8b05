"""The catalogue `agents.md` and the dependency map of a set of agents, built from their frontmatter."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Policy
from ctxstudio.storage import patch

_NOT_IN_MAP = re.compile("[,:#\\s\x00-\x1f\x7f\ud800-\udfff]")
_MARKUP = re.compile(r"[\\`*_\[\]<>|]")


def listing(documents: Mapping[str, Document]) -> str:
    """A Markdown catalogue: one table a category, one row an agent. Markup in the agents' words stays text.

    Args:
        documents: path -> agent file.
    """
    by_category: dict[str, list[str]] = {}
    for path, document in sorted(documents.items()):
        category, description = document.readable("category"), document.readable("description")
        model = _model(patch.policy_of(document).policy)
        link = f"[{_words(name_of(path, document))}]({quote(os.fsencode(path))})"
        row = f"| {link} | {_words(model)} | {_words(description if isinstance(description, str) else '')} |"
        heading = _words(category) if isinstance(category, str) else ""
        by_category.setdefault(heading or "no category", []).append(row)
    lines = ["# Agents", "", f"{len(documents)} agent{'' if len(documents) == 1 else 's'}."]
    for heading, rows in sorted(by_category.items()):
        lines += ["", f"## {heading}", "", "| Agent | Model | Description |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


def dependency_map(documents: Mapping[str, Document]) -> str:
    """The dependencies as lines `agent:requires:recommends`, both lists separated by commas and possibly empty.

    Agents with a name that would break the format are left out, with a comment that says so.
    """
    lines = ["# agent:requires:recommends"]
    for path, document in sorted(documents.items()):
        name, dependencies = name_of(path, document), document.readable("dependencies")
        requires, recommends = (_names(dependencies, kind) for kind in ("requires", "recommends"))
        broken = [word for word in (name, *requires, *recommends) if _NOT_IN_MAP.search(word)]
        if broken:
            lines.append(
                f"# {_NOT_IN_MAP.sub(' ', name)} is left out: {_NOT_IN_MAP.sub(' ', broken[0])} is no plain name"
            )
        else:
            lines.append(f"{name}:{','.join(requires)}:{','.join(recommends)}")
    return "\n".join(lines) + "\n"


def name_of(path: str, document: Document) -> str:
    """An agent's name: the frontmatter's, else the file's stem."""
    name = document.readable("name")
    return name if isinstance(name, str) and name else PurePosixPath(path).stem


def _names(dependencies: object, kind: str) -> list[str]:
    listed = dependencies.get(kind) if isinstance(dependencies, dict) else None
    return [name for name in listed if isinstance(name, str) and name] if isinstance(listed, list) else []


def _model(policy: Policy) -> str:
    words = policy.preference or "inherit"
    if policy.escalation:
        words += f", escalates to {policy.escalation.to}"
    if policy.fast_path:
        words += f", fast path to {policy.fast_path.to}"
    return words


def _words(text: str) -> str:
    """A text as words of one line of Markdown."""
    return _MARKUP.sub(lambda found: "\\" + found[0], " ".join(text.split()))

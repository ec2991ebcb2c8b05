"""The catalogue `agents.md` and the dependency map of a set of agents, built from their frontmatter."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

from ctxstudio.errors import Issue, Severity
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Policy
from ctxstudio.storage import patch

NAME: Final = "agents.md"
MAP_NAME: Final = "dependencies.map"

_NOT_IN_MAP: Final = re.compile("[,:#\\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What no name in the map has: its separators, and what cannot be seen."""
_HEADER: Final = "# agent:requires:recommends"
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>|~&]")


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What an agent depends on.

    Attributes:
        requires: names of agents that it needs.
        recommends: names of agents that go well with it.
    """

    requires: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()

    def joined(self, other: Dependencies) -> Dependencies:
        """Both together, each name once."""
        return Dependencies(
            tuple(dict.fromkeys(self.requires + other.requires)),
            tuple(dict.fromkeys(self.recommends + other.recommends)),
        )


@dataclass(frozen=True, slots=True)
class DependencyMap:
    """A dependency map that was read.

    Attributes:
        agents: name -> its dependencies, in the order of the lines.
        problems: lines that say nothing readable; they are left out.
    """

    agents: Mapping[str, Dependencies]
    problems: tuple[Issue, ...]


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

    Agents with a name that would break the format are left out, with a comment that says so. The format knows names,
    not files: several files of one name make one line, which has what any of them depends on.
    """
    lines, found = [_HEADER], dict[str, Dependencies]()
    for path, document in sorted(documents.items()):
        name, own = name_of(path, document), _dependencies(document)
        broken = next((word for word in (name, *own.requires, *own.recommends) if _NOT_IN_MAP.search(word)), None)
        if broken is not None:
            lines.append(f"# {_NOT_IN_MAP.sub(' ', name)} is left out: {_NOT_IN_MAP.sub(' ', broken)} is no plain name")
        else:
            found[name] = found.get(name, Dependencies()).joined(own)
    lines += [f"{name}:{','.join(own.requires)}:{','.join(own.recommends)}" for name, own in found.items()]
    return "\n".join(lines) + "\n"


def read_dependency_map(text: str) -> DependencyMap:
    """A dependency map, line by line: a broken one does not spoil the others.

    Args:
        text: as `dependency_map` writes it; blanks around names and lines, `CR LF` and a byte order mark do not matter.
    """
    agents: dict[str, Dependencies] = {}
    problems = []
    for number, line in enumerate(re.split("\r\n|\n|\r", text.removeprefix("\ufeff")), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = line.split(":")
        lists = [_split(part) for part in parts]
        wrong = _wrong(lists)
        if wrong:
            problems.append(Issue(Severity.WARNING, "broken-map-line", wrong, MAP_NAME, number))
        else:
            ((name,), requires, recommends) = lists
            agents[name] = agents.get(name, Dependencies()).joined(Dependencies(requires, recommends))
    return DependencyMap(agents, tuple(problems))


def _split(part: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in part.split(",")) if part.strip() else ()


def _wrong(lists: list[tuple[str, ...]]) -> str:
    """Why the parts of a line are none of the map, else empty."""
    if len(lists) != 3:
        return f"it has {len(lists)} parts instead of agent, requires and recommends"
    if len(lists[0]) != 1:
        return "it does not begin with the name of one agent"
    odd = next((name for names in lists for name in names if not name or _NOT_IN_MAP.search(name)), None)
    return "" if odd is None else f"{odd!r} is no plain name"


def name_of(path: str, document: Document) -> str:
    """An agent's name: the frontmatter's, else the file's stem."""
    name = document.readable("name")
    return name if isinstance(name, str) and name else PurePosixPath(path).stem


def _dependencies(document: Document) -> Dependencies:
    listed = document.readable("dependencies")
    both = (listed.get("requires"), listed.get("recommends")) if isinstance(listed, dict) else ((), ())
    return Dependencies(*(_names(names) for names in both))


def _names(listed: object) -> tuple[str, ...]:
    return tuple(name for name in listed if isinstance(name, str) and name) if isinstance(listed, list) else ()


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

"""Changes of whole agent files: making, copying and renaming them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from ctxstudio.errors import RefusedError
from ctxstudio.frontmatter import Document
from ctxstudio.policy.values import Policy
from ctxstudio.storage import patch
from ctxstudio.storage.journal import Change

_LONGEST_NAME: Final = 100
_LONGEST_STEM: Final = 200
"""In bytes: file systems take names of 255, and a number and the suffix come behind it."""
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
"""What Windows takes for devices."""
_NO_FILE_NAME = re.compile(r"[^\w.-]+")


def templates(folder: Path) -> dict[str, bytes]:
    """The shipped templates: name -> the file's content.

    Raises:
        OSError: they cannot be read.
    """
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.md"))}


def name_fault(name: str) -> str:
    """Why an agent cannot have a name, empty if it can; the rules are those of Claude Code."""
    if not name.strip():
        return "an agent needs a name"
    if len(name) > _LONGEST_NAME:
        return f"a name has at most {_LONGEST_NAME} characters"
    if not name.isprintable():
        return "a name is one line without control characters"
    if ":" in name:
        return "Claude Code does not load names with a colon"
    if name.startswith("-"):
        return "Claude Code does not load names that begin with a hyphen"
    return ""


def file_name(name: str) -> str:
    """A file name for an agent's name that every system takes."""
    plain = unicodedata.normalize("NFC", name.strip().lower())
    short = _NO_FILE_NAME.sub("-", plain).encode()[:_LONGEST_STEM].decode("utf-8", "ignore")
    stem = short.strip("-.") or "agent"
    return f"agent-{stem}.md" if stem.partition(".")[0] in _RESERVED else f"{stem}.md"


def free_id(folder: str, name: str, taken: Collection[str]) -> str:
    """A path for a new agent, numbered where there is one of that name already.

    Args:
        folder: relative to the opened directory, POSIX form; empty for the directory itself.
        name: of the agent.
        taken: paths that are in use.
    """
    stem = file_name(name).removesuffix(".md")
    in_use = {id.casefold() for id in taken}  # some file systems do not tell cases apart
    number = 1
    while True:
        number_text = f"-{number}" if number > 1 else ""
        id = str(PurePosixPath(folder) / f"{stem}{number_text}.md")
        if id.casefold() not in in_use:
            return id
        number += 1


def made(id: str, template: bytes, values: Mapping[str, str], policy: Policy | None = None) -> Change:
    """A new agent from the content of another file.

    Args:
        id: its path.
        template: the content it begins with.
        values: top-level keys and what they shall say, such as its name.
        policy: what it shall say of its model; None for what the template says.

    Raises:
        CtxStudioError: the template cannot be read, or the values cannot be written into it.
    """
    if "name" in values and (fault := name_fault(values["name"])):
        raise RefusedError(fault)
    document = Document.from_bytes(template)
    for key, value in values.items():
        document = document.set((key,), value)
    if policy is not None:
        document = patch.apply(document, patch.policy_of(document).policy, policy)
    return Change(id, None, document.to_bytes())


def renamed(id: str, content: bytes, name: str, new_id: str, mode: int | None = None) -> tuple[Change, ...]:
    """An agent with another name, and with another file name where `new_id` is another.

    Raises:
        CtxStudioError: it cannot have that name, or the name cannot be written into the file.
    """
    if fault := name_fault(name):
        raise RefusedError(fault)
    after = Document.from_bytes(content).set(("name",), name).to_bytes()
    if new_id == id:
        return () if after == content else (Change(id, content, after),)
    return Change(new_id, None, after, mode), Change(id, content, None, mode)

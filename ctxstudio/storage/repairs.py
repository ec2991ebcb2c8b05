"""The repair of agent files whose YAML is broken, with what is known of their keys."""

from __future__ import annotations

from typing import Final

from ctxstudio.frontmatter import Document, repair
from ctxstudio.frontmatter.misquoted import Known
from ctxstudio.frontmatter.repair import Repair
from ctxstudio.policy import dialects

_KEYS: Final = (
    *("name", "description", "tools", "disallowedTools", "permissionMode", "maxTurns", "skills", "mcpServers", "hooks"),
    *("memory", "background", "isolation", "color", "initialPrompt", "omitClaudeMd", "autoCompactWindow", "observer"),
    *("category", "tier", "alias", "summary", "tags", "activation", "dependencies", "workflows", "metrics", "metadata"),
    *("preference", "fallbacks", "escalation", "fast_path", "to", "when", "reasoning"),
    *dialects.KEYS,
)
"""Keys of agent files (FACTS A.1 and F) that no prose begins a line with, up to a colon."""
KNOWN: Final = Known(
    texts=("name", "description", "summary", "category", "reasoning", "initialPrompt"),
    lists=("when", "fallbacks", "tags"),
    keys=_KEYS,
)


def repaired(document: Document) -> Repair:
    """An agent file with quotes around the values that YAML cannot read without; nothing else changes.

    Raises:
        EditError: it cannot be done with certainty; the message says why, and in which line.
    """
    return repair.repair(document, KNOWN)

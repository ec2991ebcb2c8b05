"""The manifest of an export: what was written, with hashes, so that others can see whether it is still that."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Final

import ctxstudio
from ctxstudio.frontmatter import Document
from ctxstudio.storage import catalog, patch

NAME: Final = "manifest.json"
"""Its file in an export."""
VERSION: Final = 1
"""Of its format: `{version, tool, date, files: [{path, sha256, size, name, model}]}`."""


def manifest(files: Mapping[str, bytes], documents: Mapping[str, Document], date: datetime.date | None) -> str:
    """The manifest as JSON text in ASCII; the same files give the same text.

    Args:
        files: path -> content of all files but the manifest itself.
        documents: path -> those of them that are agents; the others have neither name nor model.
        date: of the export, None to leave it out.
    """
    content = {
        "version": VERSION,
        "tool": f"ctxstudio {ctxstudio.__version__}",
        "date": None if date is None else date.isoformat(),
        "files": [_entry(path, data, documents.get(path)) for path, data in sorted(files.items())],
    }
    return json.dumps(content, indent=2) + "\n"


def _entry(path: str, data: bytes, document: Document | None) -> dict[str, str | int | None]:
    return {
        "path": path,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "name": None if document is None else catalog.name_of(path, document),
        "model": None if document is None else patch.policy_of(document).policy.preference,
    }

"""Agent files for tests, and what several tests ask about files."""

from __future__ import annotations

import datetime
import functools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ctxstudio.storage import save
from ctxstudio.storage.journal import Journal
from ctxstudio.storage.save import SaveJob, SaveReport
from ctxstudio.storage.shipped import Shipped

TODAY = datetime.date(2026, 11, 24)
ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs links, pipes and modes as POSIX has them")
not_as_root = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is forbidden to root")


@functools.cache
def shipped_data() -> Shipped:
    """The shipped data, read once."""
    return Shipped.load()


def scalar(name: str = "helper", model: str | None = "haiku", extra: str = "") -> str:
    """A file for Claude Code; `extra` are more lines of its frontmatter."""
    line = "" if model is None else f"model: {model}\n"
    return f"---\nname: {name}\ndescription: Helps with {name}.\n{line}{extra}---\n\nYou help.\n"


def schema_v2(
    name: str = "helper", model: str = "  preference: sonnet\n  fallbacks:\n    - haiku\n", tools: str = "Read, Exec"
) -> str:
    """A file of claude-ctx's schema v2; `model` are the lines of its mapping."""
    return (
        f"---\nversion: 2.0\nname: {name}\ndescription: Helps with {name}.\ncategory: data-ai\ntier:\n  id: core\n"
        f"model:\n{model}tools:\n  catalog: [{tools}]\n---\n\nYou help.\n"
    )


def texts(directory: Path) -> dict[str, bytes]:
    """The content of every file below a directory by path."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def save_now(directory: Path, jobs: Sequence[SaveJob], journal: Journal | None = None, **options: Any) -> SaveReport:
    """Save a batch; if not told otherwise, with a journal beside the directory."""
    journal = journal or Journal(directory.parent / "state" / "journal.sqlite")
    return save.save(directory, jobs, journal, datetime.datetime.now(datetime.UTC), **options)

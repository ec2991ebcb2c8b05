"""Noticing that somebody else writes into the opened directory."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import watchfiles

from ctxstudio.storage import atomic, scan

_QUIET_MS: Final = 100
"""Changes that follow each other faster come together: an editor's save, a `git checkout`."""
_LONGEST_MS: Final = 800
"""How long changes are collected at most."""
_BEGINNING_MS: Final = 200
"""How long it takes, at most, to say that the watching began."""
_TRIES: Final = 3


class _Stop:
    """What watchfiles asks whether it shall stop."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self.is_set = cancelled


def watch(directory: Path, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Yield when the watching begins, for something may have changed before; then whenever something changed below a
    directory that may concern its agents, until cancelled.

    Where the system cannot watch (a network drive, too many folders), and when the directory is gone, it ends.

    Args:
        directory: the opened directory.
        cancelled: asked several times a second.
    """
    root, failures = os.path.realpath(directory), 0
    while failures < _TRIES and os.path.isdir(root) and not cancelled():
        try:
            for _ in _changes(root, cancelled):
                failures = 0
                yield
        except (OSError, RuntimeError):
            failures += 1  # also a file name that is no text ends the watching of all others
        else:
            return


def _changes(root: str, cancelled: Callable[[], bool]) -> Iterator[None]:
    """As `watch`; may fail with OSError or RuntimeError at any time."""
    has_begun = False
    for changes in watchfiles.watch(
        root,
        watch_filter=functools.partial(_concerns_agents, root),
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        stop_event=_Stop(cancelled),
        rust_timeout=_BEGINNING_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        if changes or not has_begun:
            has_begun = True
            yield
        if not os.path.isdir(root):
            return


def _concerns_agents(root: str, change: watchfiles.Change, path: str) -> bool:
    """Whether it is an agent file, or a folder that may hold some, and not the program's own temporary file."""
    place = Path(path)
    inside = place.relative_to(root) if place.is_relative_to(root) else place
    if place.name.startswith(atomic.PREFIX) or not scan.SKIPPED.isdisjoint(inside.parts):
        return False
    if place.suffix.lower() == ".md" or change is watchfiles.Change.deleted:
        return True
    return change is watchfiles.Change.added and place.is_dir()

"""Noticing changes by others, with the system's own watching: what is told, what is not, and when it ends."""

from __future__ import annotations

import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import watchfiles

from ctxstudio.storage import atomic, watch
from tests.conftest import Folder
from tests.unit.agent_files import posix_only, scalar

PATIENCE_S = 30
"""Only a test that fails waits so long."""


class Watching:
    """A directory watched in a thread. What was told waits in a queue."""

    def __init__(self, directory: Path) -> None:
        self._told: queue.Queue[None] = queue.Queue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(directory,))
        self._thread.start()

    def _run(self, directory: Path) -> None:
        for told in watch.watch(directory, self._stop.is_set):
            self._told.put(told)

    def told(self) -> None:
        """Wait till something is told, and forget what came with it."""
        self._told.get(timeout=PATIENCE_S)

    def ended(self) -> bool:
        """Whether it ends by itself."""
        self._thread.join(PATIENCE_S)
        return not self._thread.is_alive()

    def stop(self) -> None:
        self._stop.set()
        assert self.ended()


@pytest.fixture
def watching() -> Iterator[Callable[[Path], Watching]]:
    """Watches directories to the end of the test; each has told its beginning."""
    begun: list[Watching] = []

    def begin(directory: Path) -> Watching:
        begun.append(Watching(directory))
        begun[-1].told()
        return begun[-1]

    yield begin
    for one in begun:
        one.stop()


Begin = Callable[[Path], Watching]


def test_the_beginning_is_told(folder: Folder, watching: Begin) -> None:
    watching(folder({}))


CHANGES: dict[str, Callable[[Path], object]] = {
    "new file": lambda path: (path / "new.md").write_text(scalar()),
    "odd suffix": lambda path: (path / "new.MD").write_text(scalar()),
    "written": lambda path: (path / "sub" / "a.md").write_text(scalar("b")),
    "replaced": lambda path: atomic.write(path / "a.md", b"new"),
    "renamed": lambda path: (path / "a.md").rename(path / "b.md"),
    "removed": lambda path: (path / "a.md").unlink(),
    "new folder": lambda path: (path / "new").mkdir(),
    "folder moved in": lambda path: (path.parent / "elsewhere").rename(path / "new"),
    "folder moved out": lambda path: (path / "sub").rename(path.parent / "sub"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_what_concerns_agents_is_told(folder: Folder, watching: Begin, tmp_path: Path, kind: str) -> None:
    directory = folder({"a.md": scalar(), "sub/a.md": scalar()})
    (tmp_path / "elsewhere").mkdir()
    watched = watching(directory)
    CHANGES[kind](directory)
    watched.told()


def test_a_folder_that_came_is_watched_too(folder: Folder, watching: Begin, tmp_path: Path) -> None:
    directory = folder({})
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    watched = watching(directory)
    (tmp_path / "elsewhere").rename(directory / "new")
    watched.told()
    (directory / "new" / "deep" / "a.md").write_text(scalar())
    watched.told()


@posix_only
def test_a_directory_may_be_opened_through_a_link(folder: Folder, watching: Begin, tmp_path: Path) -> None:
    directory = folder({"a.md": scalar()})
    (tmp_path / "link").symlink_to(directory)
    watched = watching(tmp_path / "link")
    (directory / "a.md").write_text(scalar("b"))
    watched.told()


def test_a_directory_below_a_skipped_one_is_watched(
    tmp_path: Path, watching: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "node_modules" / "agents"
    directory.mkdir(parents=True)
    monkeypatch.chdir(directory.parent)
    watched = watching(Path("agents"))
    (directory / "a.md").write_text(scalar())
    watched.told()


@posix_only
def test_a_file_name_that_is_no_text_does_not_end_it(folder: Folder, watching: Begin) -> None:
    directory = folder({})
    watched = watching(directory)
    for _ in range(5):
        path = directory / os.fsdecode(b"caf\xe9.md")
        path.write_text(scalar())
        watched.told()
    (directory / "a.md").write_text(scalar())
    watched.told()


ADDED, MODIFIED, DELETED = watchfiles.Change.added, watchfiles.Change.modified, watchfiles.Change.deleted


@pytest.mark.parametrize(
    ("change", "path", "concerns"),
    [
        (ADDED, "a.md", True),
        (MODIFIED, "sub/A.MD", True),
        (DELETED, "a.md", True),
        (ADDED, "folder", True),
        (DELETED, "was-a-folder", True),
        (MODIFIED, "folder", False),
        (ADDED, "a.txt", False),
        (MODIFIED, "a.md.swp", False),
        (ADDED, ".git/a.md", False),
        (DELETED, "sub/node_modules/a.md", False),
        (DELETED, ".git", False),
        (ADDED, f"{atomic.PREFIX}a.md", False),
        (DELETED, f"sub/{atomic.PREFIX}0.tmp", False),
    ],
)
def test_what_concerns_agents(folder: Folder, change: watchfiles.Change, path: str, concerns: bool) -> None:
    directory = folder({"a.txt": "", "folder/a.md": ""})
    assert watch._concerns_agents(str(directory), change, str(directory / path)) is concerns


def test_it_ends_when_it_is_cancelled(folder: Folder, watching: Begin) -> None:
    watched = watching(folder({}))
    watched.stop()
    assert list(watch.watch(folder({}), lambda: True)) == []


def test_where_nothing_can_be_watched_it_ends(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in ("none", "file"):
        assert list(watch.watch(tmp_path / path, lambda: False)) == []


def test_when_the_directory_is_gone_it_ends(folder: Folder, watching: Begin) -> None:
    directory = folder({"a.md": scalar()})
    watched = watching(directory)
    shutil.rmtree(directory)
    assert watched.ended()


def test_where_the_system_gives_up_it_tries_again_and_then_ends(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[list[set[int]]] = [[set(), set(), {1}, set()], [set()], [], []]
    begun: list[list[set[int]]] = []

    def fake(_: str, **__: Any) -> Iterator[set[int]]:
        begun.append(rounds[len(begun)])
        yield from begun[-1]
        raise RuntimeError if len(begun) % 2 else OSError

    monkeypatch.setattr(watchfiles, "watch", fake)
    assert len(list(watch.watch(folder({}), lambda: False))) == 3
    assert len(begun) == 4

"""Fixtures of the core's tests: folders of agent files, an opened directory, a command run in this process. No Qt."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ctxstudio import main
from ctxstudio.commands._context import Context
from ctxstudio.storage.places import Places
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.unit.agent_files import TODAY, shipped_data

Folder = Callable[[Mapping[str, str | bytes]], Path]
Open = Callable[[Path], Workspace]


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did.

    Attributes:
        code: its exit code.
        out: what it wrote to the standard output.
        err: what it wrote to the standard error.
    """

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The standard output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture(scope="session", autouse=True)
def _no_garbage_is_collected_in_threads() -> Iterator[None]:
    """Windows that tests left would be destroyed in whatever thread allocates next, and the process would die."""
    gc.disable()
    yield
    gc.enable()


def pytest_runtest_teardown() -> None:
    """Collect what is due, on this thread."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            break


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps also those who ask the platform for the state directory away from the real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    """The shipped data, read once."""
    return shipped_data()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Writes files into a folder of the test's own: path -> content."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        directory = tmp_path / "agents"
        directory.mkdir(exist_ok=True)
        for name, content in files.items():
            path = directory / name
            assert path.is_relative_to(directory)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return directory

    return make


@pytest.fixture
def open_directory(shipped: Shipped) -> Open:
    """Opens a directory, read and judged."""

    def make(directory: Path) -> Workspace:
        workspace = Workspace(directory, shipped, TODAY)
        workspace.load()
        return workspace

    return make


@pytest.fixture
def run(shipped: Shipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the program with arguments, on a fixed day."""
    monkeypatch.setattr(main, "_context", lambda: Context(shipped, TODAY, Places(tmp_path / "state")))

    def run(*arguments: str | Path) -> Result:
        capsys.readouterr()
        try:
            code = main.main([str(argument) for argument in arguments])
        except SystemExit as exit:
            code = exit.code if isinstance(exit.code, int) else 1
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run

"""Real agent files: the shipped ones, and the public collections beside the checkout where they are there."""

from __future__ import annotations

import datetime
import difflib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ctxstudio.errors import FrontmatterError
from ctxstudio.frontmatter import Document
from ctxstudio.storage import shipped
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.unit.agent_files import save_now

TODAY = datetime.date(2026, 11, 24)
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SOURCES = [shipped.sample_agents(), *([CORPUS] if CORPUS.is_dir() else [])]


@pytest.fixture(scope="module")
def data() -> Shipped:
    return Shipped.load()


@pytest.fixture(params=SOURCES, ids=lambda source: source.name)
def source(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


@pytest.fixture
def copy(source: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy"
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


def files(directory: Path) -> Iterator[Path]:
    return (path for path in directory.rglob("*.md") if path.is_file())


def opened(directory: Path, data: Shipped) -> Workspace:
    workspace = Workspace(directory, data, TODAY)
    workspace.load()
    return workspace


def set_and_save(workspace: Workspace, ids: list[str], value: str | None) -> None:
    plan = workspace.plan_edit(ids, "preference", value)
    assert not plan.refused
    workspace.replace_policies(plan.changes)
    assert not save_now(workspace.directory, workspace.save_jobs(workspace.changed())).refused


def test_every_file_is_a_row_or_listed_with_a_reason(source: Path, data: Shipped) -> None:
    workspace = opened(source, data)
    listed = {item.path for item in workspace.not_loaded}
    assert {path.relative_to(source).as_posix() for path in files(source)} == {*workspace.ids(), *listed}
    assert all(item.reason for item in workspace.not_loaded)


def test_reading_and_writing_back_changes_no_byte(source: Path) -> None:
    for path in files(source):
        try:
            document = Document.from_bytes(path.read_bytes())
        except FrontmatterError:
            continue
        assert document.to_bytes() == path.read_bytes()


def test_values_are_those_of_pyyaml(source: Path) -> None:
    compared = 0
    for path in files(source):
        try:
            block = Document.from_bytes(path.read_bytes()).block
            value = yaml.safe_load(block.text)
        except (FrontmatterError, yaml.YAMLError):
            continue
        assert {name: block.top(name) for name in block.names()} == value
        compared += 1
    assert compared > 60


@pytest.mark.parametrize("other", ["opus", "Claude Sonnet 4.5 (copilot)", "a: b #c", "null", "'"])
def test_another_model_and_back_gives_the_first_bytes(source: Path, copy: Path, data: Shipped, other: str) -> None:
    workspace = opened(copy, data)
    first = {id: workspace.agent(id).policy.preference for id in workspace.ids()}
    set_and_save(workspace, [*first], other)
    # Opened anew: what was written is all that is known.
    workspace = opened(copy, data)
    assert {workspace.agent(id).policy.preference for id in first} == {other}
    for value in sorted(set(first.values()), key=str):
        set_and_save(workspace, [id for id in first if first[id] == value], value)
        workspace = opened(copy, data)
    for path in files(source):
        assert (copy / path.relative_to(source)).read_bytes() == path.read_bytes(), path


def test_one_preference_is_one_line(source: Path, data: Shipped) -> None:
    workspace = opened(source, data)
    for id in workspace.ids():
        agent = workspace.agent(id)
        workspace.replace_policies(workspace.plan_edit([id], "preference", "mythos").changes)
        changed = [line for line in workspace.diff(id).splitlines()[2:] if line[0] in "+-"]
        old, new = [line for line in changed if line[0] == "-"], [line for line in changed if line[0] == "+"]
        assert len(new) == 1
        assert len(old) == (agent.policy.preference is not None)
        assert "mythos" in new[0]
        if old:
            kept = difflib.SequenceMatcher(None, old[0][1:], new[0][1:]).ratio()
            assert kept > 0.2

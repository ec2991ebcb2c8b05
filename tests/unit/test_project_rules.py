"""Rules of the project that no type checker sees: documents name what exists, Qt stays where it belongs."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ctxstudio import commands
from ctxstudio.frontmatter import Document
from ctxstudio.policy import fields, profiles
from ctxstudio.storage import library
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.conftest import Run
from tests.unit.agent_files import ROOT, TODAY

DOCUMENTS = sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md"))
SOURCES = sorted((ROOT / "ctxstudio").rglob("*.py"))
QT = re.compile(r"^\s*(?:from|import)\s+(?:PySide6|shiboken6|pyqtgraph)\b", re.MULTILINE)


def commands_in(document: Path) -> Iterator[list[str]]:
    """The words behind `ctxstudio` in the code of a Markdown document."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for line in [*(line for block in blocks for line in block.replace("\\\n", " ").splitlines()), *spans]:
        found = re.match(r"(?:\$ )?(?:\S*/)?ctxstudio +(.*)", line.strip())
        if found:
            yield found[1].partition(" #")[0].split()


def options_of(name: str) -> set[str]:
    parser = argparse.ArgumentParser()
    commands.load(name).configure(parser)
    return {option for action in parser._actions for option in action.option_strings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_commands_and_options_that_exist(document: Path) -> None:
    for first, *rest in commands_in(document):
        if first in commands.names():
            used = {re.split("[=,.;:)\\]]", word.lstrip("["))[0] for word in rest if word.lstrip("[").startswith("--")}
            assert used <= options_of(first), f"ctxstudio {first}: {used - options_of(first)}"
        elif re.fullmatch("[a-z]+", first):
            assert first == "render" or (ROOT / first).is_dir(), f"ctxstudio {first}"


def test_the_rule_finds_commands(tmp_path: Path) -> None:
    document = tmp_path / "a.md"
    document.write_text("Run `ctxstudio check DIR`.\n```sh\n$ .venv/bin/ctxstudio set d \\\n  --when x # y\nls\n```\n")
    assert list(commands_in(document)) == [["set", "d", "--when", "x"], ["check", "DIR"]]


def test_the_guide_explains_every_field() -> None:
    guides = [path for path in DOCUMENTS if "fields" in path.stem.lower()]
    for path in guides:
        text = path.read_text(encoding="utf-8")
        for field in fields.FIELDS:
            assert f"`{field.id}`" in text, f"{path.name} does not explain {field.id}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_qt_stays_in_the_window(path: Path) -> None:
    inside = path.relative_to(ROOT / "ctxstudio").parts
    if inside[0] not in ("gui", "main.py"):
        assert not QT.search(path.read_text(encoding="utf-8"))


def test_tests_of_the_core_need_no_qt() -> None:
    paths = [ROOT / "tests" / "conftest.py", *sorted((ROOT / "tests" / "unit").glob("*.py"))]
    assert [path.name for path in paths if QT.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_module_says_what_it_is_for(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert re.match(r'"""\S.*[.…]?', first), "the first line is the module's docstring"


def test_every_data_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[Path] = set()
    real = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        read.add(path)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    _ = Shipped.load().detector
    for path in (ROOT / "resources/profiles").glob("*.yaml"):  # by the dialog, when it opens
        assert library.read(path.read_bytes(), path.name, profiles.profile_of).agents
    assert set((ROOT / "resources").rglob("*.yaml")) <= read


@pytest.mark.parametrize("path", sorted((ROOT / "resources").rglob("*.yaml")), ids=lambda path: path.name)
def test_data_files_are_plain_yaml_with_a_word_about_them(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert isinstance(yaml.safe_load(text), dict)


def sample() -> dict[str, dict[str, Any]]:
    return {path.name: Document.from_bytes(path.read_bytes()).mapping() for path in (ROOT / "agents").iterdir()}


def test_the_sample_is_the_67_agents_of_the_strategy(shipped: Shipped) -> None:
    workspace = Workspace(ROOT / "agents", shipped, TODAY)
    workspace.load()
    policies = {agent.name: agent.policy for agent in workspace.fleet()}
    assert policies.keys() == shipped.groups.assignments.keys()
    assert {path.name for path in (ROOT / "agents").iterdir()} == {f"{name}.md" for name in policies}
    kinds = Counter(
        "escalation" if policy.escalation else "fast path" if policy.fast_path else policy.preference
        for policy in policies.values()
    )
    assert kinds == {"sonnet": 27, "haiku": 31, "escalation": 5, "fast path": 4}
    for name, assignment in shipped.groups.assignments.items():
        assert policies[name].preference == assignment.model, name


def test_the_sample_depends_on_agents_that_exist() -> None:
    agents = sample()
    names = {values["name"] for values in agents.values()}
    for values in agents.values():
        dependencies = values["dependencies"]
        assert {*dependencies["requires"], *dependencies["recommends"]} <= names - {values["name"]}


def test_the_sample_is_clean(run: Run) -> None:
    result = run("check", ROOT / "agents", "--format", "json")
    assert (result.code, result.json["problems"], result.json["not_loaded"]) == (0, [], [])
    assert result.json["agents"] == 67

"""The shipped data: found in a checkout and in a wheel, checked, and errors that name file, line and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ctxstudio
from ctxstudio.errors import DataError, UnusableInputError
from ctxstudio.policy.values import Target
from ctxstudio.storage import shipped as module
from ctxstudio.storage.shipped import Shipped
from tests.unit.agent_files import ROOT


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    """A copy of the data, free to be spoilt."""
    return Path(shutil.copytree(ROOT / "resources", tmp_path / "resources"))


def test_the_data_of_the_checkout_is_found() -> None:
    assert module.resource_directory() == ROOT / "resources"
    assert module.sample_agents() == ROOT / "agents"


def test_the_data_of_a_wheel_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "ctxstudio"
    (package / "_data" / "resources").mkdir(parents=True)
    (tmp_path / "site" / "resources").mkdir()
    monkeypatch.setattr(ctxstudio, "__file__", str(package / "__init__.py"))
    assert module.resource_directory() == package / "_data" / "resources"
    with pytest.raises(UnusableInputError, match="the installation is incomplete: there is no folder agents"):
        module.sample_agents()


def test_all_of_it_is_read(shipped: Shipped) -> None:
    assert next(iter(shipped.scenarios)) == module.DEFAULT_SCENARIO
    assert len(shipped.matrix.rows) == 10
    assert len(shipped.patterns) == 4
    assert len(shipped.groups.assignments) == 67
    assert shipped.detector is shipped.detector
    assert shipped.catalogue.knows("haiku")
    assert set(shipped.tools) == set(Target)


def test_tool_names_of_one_dialect_are_known_in_the_other(shipped: Shipped) -> None:
    to_code, to_ctx = shipped.tools[Target.CLAUDE_CODE], shipped.tools[Target.CLAUDE_CTX]
    assert {name for names in to_code.values() for name in names} <= to_ctx.keys()
    assert {name for names in to_ctx.values() for name in names} <= to_code.keys()
    assert to_code["Exec"] == ("Bash",)
    assert to_code["Search"] == ("Grep", "Glob")


def test_a_missing_file_is_named(resources: Path) -> None:
    (resources / "prices.yaml").unlink()
    with pytest.raises(DataError, match=r"^prices\.yaml: cannot be read: No such file or directory$"):
        Shipped.load(resources)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("claude_code: {}\nclaude_ctx: [\n", r"tools\.yaml:3: "),
        ("- a\n", r"tools\.yaml:1: .*mapping"),
        ("", r"tools\.yaml: claude_code: must be a mapping"),
        ("claude_code: {}\n\nclaude_ctx: text\n", r"tools\.yaml:3: claude_ctx: must be a mapping"),
        ("claude_code:\n  Read: [Read]\n  Exec: Bash\n", r"tools\.yaml:3: claude_code\.Exec: must be a list"),
        ("claude_code:\n  Read: []\n", r"tools\.yaml:2: claude_code\.Read: must be a list"),
        ("claude_code:\n  Read: [1]\n", r"tools\.yaml:2: claude_code\.Read: must be a list"),
    ],
)
def test_a_broken_file_is_named_with_line_and_key(resources: Path, content: str, message: str) -> None:
    (resources / "tools.yaml").write_text(content)
    with pytest.raises(DataError, match=message):
        Shipped.load(resources)


def test_a_wrong_figure_is_named_with_its_line(resources: Path) -> None:
    path = resources / "scenarios" / "strategy.yaml"
    lines = path.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("tasks_per_day"))
    lines[at] = "tasks_per_day: many"
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=rf"^strategy\.yaml:{at + 1}: tasks_per_day: "):
        Shipped.load(resources)


def test_two_scenarios_of_a_name_are_refused(resources: Path) -> None:
    scenarios = resources / "scenarios"
    shutil.copy(scenarios / "realistic.yaml", scenarios / "zz.yaml")
    with pytest.raises(DataError, match=r"^zz\.yaml: name: another file has the scenario realistic"):
        Shipped.load(resources)


def test_the_default_scenario_must_be_there(resources: Path) -> None:
    (resources / "scenarios" / "strategy.yaml").unlink()
    with pytest.raises(DataError, match="there is no scenario strategy"):
        Shipped.load(resources)


def test_broken_rules_of_detection_are_named_on_first_use(resources: Path) -> None:
    (resources / "criteria.yaml").write_text("[")
    loaded = Shipped.load(resources)
    with pytest.raises(DataError, match=r"criteria\.yaml"):
        _ = loaded.detector

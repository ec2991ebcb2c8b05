"""Groups: the strategy's labels for names it knows, scores for the others, never the policy."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ctxstudio.costs.groups import Assignment, Group, Groups
from ctxstudio.errors import DataError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    parsed = yaml.safe_load((ROOT / "resources" / "strategy.yaml").read_text("utf-8"))
    assert isinstance(parsed, dict)
    return parsed


@pytest.fixture(scope="module")
def groups(data: dict[str, Any]) -> Groups:
    return Groups.from_mapping(data)


def test_the_document_has_27_sonnet_31_haiku_and_9_context_dependent_agents(groups: Groups) -> None:
    sizes = Counter(assignment.group for assignment in groups.assignments.values())
    assert sizes == {Group.SONNET: 27, Group.HAIKU: 31, Group.CONTEXT_DEPENDENT: 9}


def test_categories_are_those_of_the_document(groups: Groups) -> None:
    sizes = Counter((assignment.category, assignment.model) for assignment in groups.assignments.values())
    assert sizes == {
        ("Architecture & Design", "sonnet"): 11,
        ("Security & Compliance", "sonnet"): 5,
        ("Incident & Troubleshooting", "sonnet"): 4,
        ("Code Review & Quality", "sonnet"): 3,
        ("Business & Product", "sonnet"): 4,
        ("Code Generation", "haiku"): 8,
        ("Testing", "haiku"): 3,
        ("Infrastructure as Code", "haiku"): 4,
        ("Documentation", "haiku"): 4,
        ("Build & Deployment", "haiku"): 4,
        ("Data Processing", "haiku"): 3,
        ("Specialized", "haiku"): 5,
        ("Default Haiku, Escalate to Sonnet", "haiku"): 5,
        ("Default Sonnet, Fast Path to Haiku", "sonnet"): 4,
    }
    assert groups.assignments["prompt-engineer"] == Assignment(
        "prompt-engineer", Group.CONTEXT_DEPENDENT, "Context-Dependent", "Default Sonnet, Fast Path to Haiku", "sonnet"
    )


def test_the_shipped_agents_start_as_the_document_says(groups: Groups) -> None:
    shipped = {}
    for path in (ROOT / "agents").glob("*.md"):
        frontmatter = yaml.safe_load(path.read_text("utf-8").split("\n---")[0])
        shipped[frontmatter["name"]] = frontmatter["model"]["preference"]
    assert shipped == {name: assignment.model for name, assignment in groups.assignments.items()}


def test_the_nine_active_agents(groups: Groups) -> None:
    assert groups.active.printed_percent == 68
    models = Counter(groups.assignments[name].model for name in groups.active.agents)
    assert models == {"haiku": 5, "sonnet": 4}


@pytest.mark.parametrize(
    ("name", "scores", "group"),
    [
        ("debugger", {"haiku": 9, "sonnet": 0}, "sonnet"),
        ("python-pro", None, "haiku"),
        ("database-optimizer", {}, "context-dependent"),
        ("stranger", {"haiku": 4, "sonnet": 3}, "haiku"),
        ("stranger", {"haiku": 3, "sonnet": 4}, "sonnet"),
        ("stranger", {"haiku": 3, "sonnet": 3}, "sonnet"),
        ("stranger", {"haiku": 3, "sonnet": 0, "opus": 9}, "haiku"),
        ("stranger", {"haiku": -1}, "sonnet"),
        ("stranger", {}, "sonnet"),
        ("stranger", None, "sonnet"),
    ],
)
def test_membership(groups: Groups, name: str, scores: Mapping[str, float] | None, group: str) -> None:
    assert groups.group_of(name, scores) == group


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (["groups"], None, "groups"),
        (["groups", "opus"], {}, "groups.opus"),
        (["groups", "haiku", "title"], 1, "groups.haiku.title"),
        (["groups", "haiku", "categories"], [], "groups.haiku.categories"),
        (["groups", "haiku", "categories", "Testing"], {}, "groups.haiku.categories.Testing.model"),
        (["groups", "haiku", "categories", "Testing", "agents"], "x", "groups.haiku.categories.Testing.agents"),
        (["groups", "haiku", "categories", "Testing", "agents", 0], "debugger", "groups.haiku"),
        (["active", "agents", 2], "nobody", "active.agents.2"),
        (["active", "printed_percent"], "68 %", "active.printed_percent"),
    ],
)
def test_a_broken_file_names_its_key(data: dict[str, Any], path: list[Any], value: object, key: str) -> None:
    broken = copy.deepcopy(data)
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(DataError) as caught:
        Groups.from_mapping(broken)
    assert caught.value.key == key

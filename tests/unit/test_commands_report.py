"""`report`: every key and type of DESIGN 9, and nothing of a file reaches the terminal raw."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Folder, Run
from tests.unit.agent_files import ROOT, posix_only, scalar, schema_v2
from tests.unit.shapes import conforms

SWITCH = {"to": (str, None), "when": [str]}
AGENT: dict[str, Any] = {
    "path": str, "name": str, "dialect": {"mapping", "scalar", "absent", "other"}, "preference": (str, None),
    "family": str, "fallbacks": [str], "escalation": (SWITCH, None), "fast_path": (SWITCH, None),
    "reasoning": (str, None), "effort": (str, None), "category": (str, None), "state": {"ok", "degraded"},
    "problems": [{"severity": {"error", "warning", "info"}, "code": str, "line": (int, None), "message": str}],
    "traits": [{"id": str, "on": bool, "source": {"auto", "user"}, "words": [str]}],
    "scores": {"haiku": (int, float, None), "sonnet": (int, float, None)},
    "verdict": {"strong", "moderate", "consider_alternative", "no_column", "not_scored"},
    "recommendation": (
        {
            "preference": str, "escalation": (SWITCH, None), "fast_path": (SWITCH, None),
            "strength": {"strong", "moderate", "weak"}, "margin": (int, float), "reason": str,
        },
        None,
    ),
}  # fmt: skip
REPORT = {
    "directory": str,
    "target": {"claude-code", "claude-ctx"},
    "agents": [AGENT],
    "totals": {"agents": int, "by_family": dict, "problems": int},
    "not_loaded": [{"path": str, "reason": str}],
}


HOSTILE = {
    "bad.md": '---\nname: "x\\e[31mred\\u202E"\ndescription: d\nmodel: "h\\e]0;t\\a"\n---\n',
    "broken.md": "---\nname: broken\ndescription: a: b\nmodel: haiku\n---\n",
    "list.md": scalar("list", "[haiku]"),
    "locked.md": scalar("locked", "[haiku"),
    "none.md": scalar("none", None),
    "notes.md": "# no\n",
    "full.md": scalar(
        "full", "sonnet", "effort: 3\nmodelPolicy:\n  escalation: {to: opus, when: [a]}\n  reasoning: r\n"
    ),
    "half.md": scalar("half", "sonnet", "modelPolicy: {fast_path: {when: [a]}, escalation: opus}\n"),
}


@pytest.mark.parametrize("kind", ["sample", "hostile", "empty"])
def test_the_json_has_the_shape_of_the_contract(run: Run, folder: Folder, kind: str) -> None:
    directory = ROOT / "agents" if kind == "sample" else folder(HOSTILE if kind == "hostile" else {})
    result = run("report", directory, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.out.isascii()
    conforms(result.json, REPORT)


def test_the_json_of_the_sample(run: Run) -> None:
    report = run("report", ROOT / "agents", "--json").json
    assert report["totals"] == {
        "agents": 67, "by_family": {"sonnet": 27, "haiku": 31, "context-dependent": 9}, "problems": 0,
    }  # fmt: skip
    assert report["not_loaded"] == []
    agents = {agent["name"]: agent for agent in report["agents"]}
    optimizer = agents["database-optimizer"]
    assert (optimizer["family"], optimizer["escalation"]["to"], optimizer["fast_path"]) == ("haiku", "sonnet", None)
    assert agents["tutorial-engineer"]["fast_path"]["to"] == "haiku"
    assert optimizer["path"] == "database-optimizer.md"
    assert (optimizer["category"], optimizer["effort"], optimizer["state"]) == ("data-ai", None, "ok")
    assert len(optimizer["traits"]) == 10


def test_absent_values_are_null_and_empty_lists_empty(run: Run, folder: Folder) -> None:
    (agent,) = run("report", folder({"none.md": HOSTILE["none.md"]}), "--json").json["agents"]
    assert agent == {
        "path": "none.md", "name": "none", "dialect": "absent", "preference": None, "family": "inherit",
        "fallbacks": [], "escalation": None, "fast_path": None, "reasoning": None, "effort": None, "category": None,
        "state": "ok", "problems": [], "traits": agent["traits"], "scores": {"haiku": None, "sonnet": None},
        "verdict": "not_scored", "recommendation": None,
    }  # fmt: skip
    assert [trait for trait in agent["traits"] if trait["on"]] == []


def test_half_policies_and_faults(run: Run, folder: Folder) -> None:
    report = run("report", folder(HOSTILE), "--json").json
    agents = {agent["path"]: agent for agent in report["agents"]}
    assert agents["half.md"]["fast_path"] == {"to": None, "when": ["a"]}
    assert agents["half.md"]["escalation"] == {"to": "opus", "when": []}
    assert agents["full.md"]["effort"] == "3"
    assert (agents["broken.md"]["state"], agents["broken.md"]["problems"][0]["line"]) == ("degraded", 3)
    assert [problem["code"] for problem in agents["locked.md"]["problems"]] == ["invalid-yaml", "not-editable"]
    assert (agents["list.md"]["dialect"], agents["list.md"]["preference"]) == ("other", None)
    assert report["not_loaded"] == [{"path": "notes.md", "reason": "no frontmatter"}]
    assert sum(report["totals"]["by_family"].values()) == report["totals"]["agents"] == len(agents)


@posix_only
def test_paths_are_relative_and_find_the_file_whatever_they_are_called(run: Run, folder: Folder) -> None:
    directory = folder({"a b/c.md": scalar("c")})
    odd = os.path.join(os.fsencode(directory), b"new\nline \xff.md")
    Path(os.fsdecode(odd)).write_text(scalar("odd"))
    result = run("report", directory, "--json")
    assert [agent["path"] for agent in result.json["agents"]] == ["a b/c.md", "new\nline \udcff.md"]
    for agent in result.json["agents"]:
        assert (directory / agent["path"]).is_file()
        assert run("set", directory, agent["path"], "--preference", "opus").code == 0


@posix_only
def test_text_is_one_line_a_row_and_nothing_in_it_is_raw(run: Run, folder: Folder) -> None:
    directory = folder(HOSTILE)
    for name in (b"esc\x1b[2J.md", b"\n::error::forged.md", b"bytes\xff.md", b"\xe2\x80\xae.md"):
        Path(os.fsdecode(os.path.join(os.fsencode(directory), name))).write_text("# none\n")
    result = run("report", directory)
    assert (result.code, result.err) == (0, "")
    assert not set(map(ord, result.out)) & {*range(10), *range(11, 32), *range(0x7F, 0xA0), 0x202E, 0xDCFF}
    assert not [line for line in result.out.splitlines() if line.startswith("::")]
    for shown in ("x\\x1b[31mred\\u202e", "esc\\x1b[2J.md", "\\n::error::forged.md", "bytes\\xff.md", "\\u202e.md"):
        assert shown in result.out


def test_text_has_the_fleet_problems_and_totals(run: Run, folder: Folder) -> None:
    result = run("report", folder(HOSTILE))
    assert "Problems:\nbad.md:4: warning: the model" in result.out
    assert "Not loaded:\nnotes.md: no frontmatter\n" in result.out
    lines = result.out.splitlines()
    assert lines[0].split()[:2] == ["Name", "Preference"]
    assert lines[1].startswith("x\\x1b[31mred\\u202e  ")
    assert lines[-1].startswith("7 agents: ")
    column = lines[0].index("Verdict")
    assert {line[column - 1] for line in lines[1:8]} == {" "}


def test_long_words_are_cut(run: Run, folder: Folder) -> None:
    result = run("report", folder({"a.md": scalar("n" * 5000, "m" * 5000)}))
    assert "n" * 39 + "…" in result.out
    assert max(map(len, result.out.split("Problems:")[0].splitlines())) < 400


def test_the_directory_is_named_even_if_it_is_a_dot(run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder({"a.md": scalar()}))
    assert run("report", ".", "--json").json["directory"] == "agents"


def test_a_report_changes_nothing_and_is_the_same_each_time(run: Run, folder: Folder) -> None:
    directory = folder({"a.md": scalar(), "b.md": schema_v2("b")})
    first = run("report", directory, "--json").out
    assert run("report", directory, "--json").out == first
    assert json.loads(first)["agents"][1]["fallbacks"] == ["haiku"]

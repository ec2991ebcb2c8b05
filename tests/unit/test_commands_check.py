"""`check`: its four formats and exit codes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.conftest import Folder, Result, Run
from tests.unit.agent_files import ROOT, posix_only, scalar, schema_v2
from tests.unit.shapes import conforms

FORMATS = ("text", "json", "github", "sarif")
WARNING = {"a.md": scalar("a", "sonet")}
ERROR = {"b/c.md": scalar("c", "default"), **WARNING}
PROBLEM = {
    "severity": {"error", "warning", "info"}, "code": str, "path": str, "line": (int, None), "column": (int, None),
    "message": str, "hint": (str, None),
}  # fmt: skip
CHECK = {
    "target": {"claude-code", "claude-ctx"},
    "agents": int,
    "problems": [PROBLEM],
    "not_loaded": [{"path": str, "reason": str}],
}


def test_the_sample_is_clean(run: Run) -> None:
    result = run("check", ROOT / "agents")
    assert (result.code, result.err) == (0, "")
    assert result.out == "67 agents checked for claude-ctx: 0 errors, 0 warnings, 0 notes\n"


@pytest.mark.parametrize("format", FORMATS)
def test_the_exit_code_is_1_for_errors_only(run: Run, folder: Folder, format: str) -> None:
    assert run("check", folder({}), "--format", format).code == 0
    assert run("check", folder(WARNING), "--format", format).code == 0
    assert run("check", folder(ERROR), "--format", format).code == 1


@pytest.mark.parametrize("format", FORMATS)
def test_unusable_input_is_2(run: Run, tmp_path: Path, format: str) -> None:
    (tmp_path / "file").write_text("x")
    for directory in (tmp_path / "none", tmp_path / "file", ""):
        result = run("check", directory, "--format", format)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("ctxstudio: ")
    assert run("check", tmp_path, "--format", "xml").code == 2
    assert run("check", tmp_path, "--target", "me").code == 2


def test_text_has_a_line_a_finding_and_a_total(run: Run, folder: Folder) -> None:
    result = run("check", folder({**ERROR, "notes.md": "# no\n"}))
    assert result.out.splitlines() == [
        "a.md:4: warning: the model “sonet” is not in the catalogue [unknown-model] (did you mean sonnet?)",
        "b/c.md:4: error: “default” is sent as it stands, and the request fails [model-default] "
        "(use inherit, or no model at all)",
        "2 agents checked for claude-code: 1 error, 1 warning, 0 notes; 1 path not loaded, see `ctxstudio report`",
    ]


def test_json_has_the_shape_of_the_contract(run: Run, folder: Folder) -> None:
    result = run("check", folder({**ERROR, "notes.md": "# no\n"}), "--format", "json")
    conforms(result.json, CHECK)
    assert [(problem["path"], problem["line"], problem["column"]) for problem in result.json["problems"]] == [
        ("a.md", 4, None), ("b/c.md", 4, None),
    ]  # fmt: skip
    assert result.json["not_loaded"] == [{"path": "notes.md", "reason": "no frontmatter"}]
    assert result.out.isascii()
    conforms(run("check", folder({}), "--format", "json").json, CHECK)


def test_the_target_can_be_chosen(run: Run, folder: Folder) -> None:
    directory = folder({"a.md": schema_v2()})
    assert run("check", directory).code == 0
    result = run("check", directory, "--target", "claude-code", "--format", "json")
    assert result.code == 1
    assert [problem["code"] for problem in result.json["problems"]] == ["mapping-ignored", "tools-mapping"]


def github(result: Result) -> list[dict[str, str]]:
    """The annotations, read as the runner reads them."""
    found = []
    for line in result.out.splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line
        fields = dict(part.split("=", 1) for part in match[2].split(","))
        decoded = {key: unescaped(value) for key, value in fields.items()}
        found.append({"level": match[1], "message": unescaped(match[3]), **decoded})
    return found


def unescaped(text: str) -> str:
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_github_annotates_files_as_seen_from_the_root(
    run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder({**ERROR}).parent)
    for directory in ("agents", "./agents/", "agents/../agents"):
        result = run("check", directory, "--format", "github")
        assert github(result) == [
            {
                "level": "warning", "file": "agents/a.md", "line": "4", "title": "unknown-model",
                "message": "the model “sonet” is not in the catalogue (did you mean sonnet?)",
            },
            {
                "level": "error", "file": "agents/b/c.md", "line": "4", "title": "model-default",
                "message": "“default” is sent as it stands, and the request fails (use inherit, or no model at all)",
            },
        ]  # fmt: skip


def test_github_prints_nothing_for_nothing(run: Run, folder: Folder) -> None:
    assert run("check", folder({"a.md": scalar()}), "--format", "github").out == ""


@posix_only
@pytest.mark.parametrize("format", ["text", "github"])
def test_no_file_forges_a_line_or_an_escape(run: Run, folder: Folder, format: str) -> None:
    directory = folder({
        "x\n::error file=a::forged,%0A.md": scalar("a", '"m\\n::error::forged\\e[31m%0A"'),
        "a:b, c.md": scalar("b", "[x"),
    })  # fmt: skip
    result = run("check", directory, "--format", format)
    assert "\x1b" not in result.out
    lines = result.out.splitlines()
    if format == "text":
        assert not [line for line in lines if line.startswith("::")]
    else:
        assert {found["file"].rpartition("agents/")[2] for found in github(result)} == {
            "x\n::error file=a::forged,%0A.md", "a:b, c.md",
        }  # fmt: skip


def test_sarif_is_what_code_scanning_needs(run: Run, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder({**ERROR, "d e.md": "---\nname: d\ndescription: a: b\n---\n"}).parent)
    log = run("check", "agents", "--format", "sarif").json
    assert log["version"] == "2.1.0"
    (found,) = log["runs"]
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert rules == ["invalid-yaml", "model-default", "unknown-model"]
    assert [result["ruleId"] for result in found["results"]] == ["unknown-model", "model-default", "invalid-yaml"]
    assert [result["level"] for result in found["results"]] == ["warning", "error", "warning"]
    places = [result["locations"][0]["physicalLocation"] for result in found["results"]]
    assert [place["artifactLocation"]["uri"] for place in places] == ["agents/a.md", "agents/b/c.md", "agents/d%20e.md"]
    assert [place["region"] for place in places] == [
        {"startLine": 4}, {"startLine": 4}, {"startLine": 3, "startColumn": 15},
    ]  # fmt: skip
    assert all(result["message"]["text"] for result in found["results"])


@posix_only
def test_sarif_of_an_absolute_directory_and_odd_names(run: Run, folder: Folder) -> None:
    directory = folder({"a.md": scalar("a", "sonet")})
    Path(os.fsdecode(os.path.join(os.fsencode(directory), b"\xff#?.md"))).write_text(scalar("b", "sonet"))
    results = run("check", directory, "--format", "sarif").json["runs"][0]["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
    assert uris == [f"{directory.as_uri()}/a.md", f"{directory.as_uri()}/%FF%23%3F.md"]


def test_a_fault_without_a_line_points_at_the_first(run: Run, folder: Folder) -> None:
    directory = folder({"a.md": scalar("same"), "b.md": scalar("same")})
    assert {found["line"] for found in github(run("check", directory, "--format", "github"))} == {"1"}
    results = run("check", directory, "--format", "sarif").json["runs"][0]["results"]
    assert results[0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert run("check", directory, "--format", "json").json["problems"][0]["line"] is None

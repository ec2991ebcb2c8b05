"""`set`: lossless edits from the command line, what is refused, and what is only warned about."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ctxstudio.policy import fields
from tests.conftest import Folder, Run
from tests.unit.agent_files import posix_only, scalar, schema_v2, texts

FULL = schema_v2(
    model="  preference: haiku\n  fallbacks:\n    - sonnet\n  escalation:\n    to: sonnet\n    when:\n      - a\n"
    "      - b\n  fast_path:\n    to: haiku\n    when:\n      - c\n  effort: low\n  reasoning: why\n"
    "  temperature: 0.3\n"
)
FILES = {"a.md": scalar("one"), "sub/b.md": FULL.replace("helper", "two"), "c.md": scalar("three", "[x")}


@pytest.fixture
def directory(folder: Folder) -> Path:
    return folder(FILES)


def policy(run: Run, directory: Path, name: str) -> dict[str, Any]:
    """What `report` says of an agent."""
    agents: list[dict[str, Any]] = run("report", directory, "--json").json["agents"]
    return next(agent for agent in agents if agent["name"] == name)


def test_every_option_sets_its_field(run: Run, directory: Path) -> None:
    result = run(
        "set", directory, "one", "--preference", "opus", "--fallbacks", "sonnet, haiku", "--escalate-to", "fable",
        "--when", "a, b", "--when", "c: d", "--fast-path-to", "haiku", "--fast-when", "e", "--reasoning", "r: s",
        "--effort", "high",
    )  # fmt: skip
    assert (result.code, result.err) == (0, "")
    now = policy(run, directory, "one")
    assert (now["preference"], now["fallbacks"], now["reasoning"], now["effort"]) == (
        "opus", ["sonnet", "haiku"], "r: s", "high",
    )  # fmt: skip
    assert now["escalation"] == {"to": "fable", "when": ["a, b", "c: d"]}
    assert now["fast_path"] == {"to": "haiku", "when": ["e"]}
    assert {id: data for id, data in texts(directory).items() if id != "a.md"} == {
        id: text.encode() for id, text in FILES.items() if id != "a.md"
    }


def test_the_diff_is_printed_and_done(run: Run, directory: Path) -> None:
    result = run("set", directory, "one", "--preference", "opus")
    assert result.out.splitlines() == [
        "--- a/a.md", "+++ b/a.md", "@@ -1,5 +1,5 @@", " ---", " name: one", " description: Helps with one.",
        "-model: haiku", "+model: opus", " ---",
    ]  # fmt: skip
    assert (directory / "a.md").read_text() == scalar("one", "opus")


def test_a_dry_run_prints_the_same_and_writes_nothing(run: Run, directory: Path) -> None:
    before = {path: os.stat(path).st_mtime_ns for path in directory.rglob("*")}
    arguments = ("set", directory, "one", "two", "--effort", "max")
    dry = run(*arguments, "--dry-run")
    assert {path: os.stat(path).st_mtime_ns for path in directory.rglob("*")} == before
    assert texts(directory) == {id: text.encode() for id, text in FILES.items()}
    wet = run(*arguments)
    assert (dry.code, dry.out, dry.err) == (wet.code, wet.out, wet.err) == (0, wet.out, "")
    assert dry.out.count("--- a/") == 2


def test_triggers_replace_the_list(run: Run, directory: Path) -> None:
    assert run("set", directory, "two", "--when", "x", "--fast-when", "y", "--fast-when", "z").code == 0
    now = policy(run, directory, "two")
    assert now["escalation"] == {"to": "sonnet", "when": ["x"]}
    assert now["fast_path"] == {"to": "haiku", "when": ["y", "z"]}


@pytest.mark.parametrize("field", [field.id for field in fields.FIELDS if field.assign])
def test_every_field_can_be_unset(run: Run, directory: Path, field: str) -> None:
    before = policy(run, directory, "two")
    result = run("set", directory, "two", "--unset", field)
    assert result.code == 0
    assert result.out.startswith("--- a/sub/b.md\n")
    now = policy(run, directory, "two")
    name, _, part = field.partition(".")
    empty: Any = [] if part == "when" or field == "fallbacks" else None
    assert (now[name][part] if part else now[name]) == empty
    keys = {"preference", "fallbacks", "escalation", "fast_path", "reasoning", "effort"} - {name}
    assert {key: now[key] for key in keys} == {key: before[key] for key in keys}
    assert b"temperature: 0.3" in texts(directory)["sub/b.md"]
    assert run("set", directory, "two", "--unset", field).out == "nothing to change\n"


def test_fields_are_unset_before_others_are_set(run: Run, directory: Path) -> None:
    arguments = ("--unset", "escalation", "--unset", "effort", "--escalate-to", "opus")
    assert run("set", directory, "two", *arguments).code == 0
    assert policy(run, directory, "two")["escalation"] == {"to": "opus", "when": []}
    assert policy(run, directory, "two")["effort"] is None


def test_everything_unset_leaves_what_is_not_ours(run: Run, directory: Path) -> None:
    unset = [part for name in ("preference", "fallbacks", "escalation", "fast_path", "effort", "reasoning")
             for part in ("--unset", name)]  # fmt: skip
    assert run("set", directory, "two", *unset).code == 0
    assert "model:\n  temperature: 0.3\ntools:" in (directory / "sub/b.md").read_text()


@pytest.mark.parametrize(
    "arguments", [(), ("--preference", "haiku"), ("--unset", "effort"), ("--unset", "escalation.when")]
)
def test_nothing_to_do_is_success(run: Run, directory: Path, arguments: tuple[str, ...]) -> None:
    before = texts(directory)
    result = run("set", directory, "one", *arguments)
    assert (result.code, result.out, result.err) == (0, "nothing to change\n", "")
    assert texts(directory) == before


def test_agents_are_names_and_paths_each_once(run: Run, directory: Path) -> None:
    result = run("set", directory, "one", "a.md", "./a.md", "sub/b.md", "--preference", "opus")
    assert result.code == 0
    assert result.out.count("+++ b/") == 2


def test_an_ambiguous_name_lists_the_paths(run: Run, folder: Folder) -> None:
    directory = folder({"a.md": scalar("same"), "sub/b.md": scalar("same"), "c.md": scalar("other")})
    before = texts(directory)
    result = run("set", directory, "other", "same", "--preference", "opus")
    assert (result.code, result.out) == (2, "")
    assert result.err == "ctxstudio: 2 files have the name 'same': a.md, sub/b.md\n"
    assert texts(directory) == before
    assert run("set", directory, "sub/b.md", "--preference", "opus").code == 0


def test_an_unknown_agent_is_2_with_a_suggestion(run: Run, directory: Path) -> None:
    result = run("set", directory, "one", "tow", "--preference", "opus")
    assert (result.code, result.out) == (2, "")
    assert result.err == "ctxstudio: there is no agent 'tow'; did you mean 'two'?\n"
    assert texts(directory)["a.md"] == FILES["a.md"].encode()


def test_an_unknown_model_is_set_with_a_warning(run: Run, directory: Path) -> None:
    result = run("set", directory, "one", "--preference", "sonet", "--fallbacks", "haiku,qwertz", "--effort", "3")
    assert result.code == 0
    assert result.err.splitlines() == [
        "ctxstudio: a.md: warning: the model “sonet” is not in the catalogue (did you mean sonnet?)",
        "ctxstudio: a.md: warning: the model “qwertz” is not in the catalogue",
    ]
    assert policy(run, directory, "one")["preference"] == "sonet"
    assert run("set", directory, "one", "--effort", "4").err == ""


@pytest.mark.parametrize(
    ("arguments", "missing", "wanted"),
    [
        (("--when", "x"), "--when", "--escalate-to"),
        (("--fast-when", "x", "--effort", "low"), "--fast-when", "--fast-path-to"),
        (("--unset", "escalation.to", "--when", "x"), "--when", "--escalate-to"),
    ],
)
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_triggers_without_a_target_are_refused(
    run: Run, directory: Path, arguments: tuple[str, ...], missing: str, wanted: str, dry: tuple[str, ...]
) -> None:
    before = texts(directory)
    result = run("set", directory, "one", *arguments, *dry)
    message = f"the triggers of {missing} would lead to no model; add {wanted}"
    assert (result.code, result.out) == (1, "")
    assert result.err == f"ctxstudio: a.md: not changed: {message}\n"
    assert texts(directory) == before


def test_triggers_are_refused_only_where_there_is_no_target(run: Run, directory: Path) -> None:
    before = texts(directory)
    result = run("set", directory, "one", "two", "--when", "x")
    assert (result.code, result.err.count("not changed")) == (1, 1)
    assert policy(run, directory, "two")["escalation"] == {"to": "sonnet", "when": ["x"]}
    assert texts(directory)["a.md"] == before["a.md"]
    assert run("set", directory, "one", "--when", "x", "--escalate-to", "opus").code == 0
    assert policy(run, directory, "one")["escalation"] == {"to": "opus", "when": ["x"]}


def test_what_is_refused_leaves_the_whole_file_and_the_others_are_written(run: Run, directory: Path) -> None:
    result = run("set", directory, "three", "one", "--preference", "opus", "--effort", "low")
    assert result.code == 1
    assert result.err == "ctxstudio: c.md: not changed: its `model` is not valid YAML\n"
    assert texts(directory)["c.md"] == FILES["c.md"].encode()
    assert texts(directory)["a.md"] == scalar("one", "opus", "effort: low\n").encode()
    assert "--- a/a.md" in result.out
    assert run("set", directory, "three", "--preference", "opus").out == ""


@posix_only
def test_a_file_that_cannot_be_written_is_1(run: Run, directory: Path, tmp_path: Path) -> None:
    os.link(directory / "a.md", tmp_path / "other.md")
    (directory / "sub/b.md").chmod(0o444)
    result = run("set", directory, "one", "two", "--preference", "opus")
    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines() == [
        "ctxstudio: a.md: not written: a.md has 2 hard links; replacing it would part them",
        "ctxstudio: sub/b.md: not written: b.md is read-only",
    ]
    assert texts(directory) == {id: text.encode() for id, text in FILES.items()}


def test_a_model_of_another_kind_is_replaced_only_if_asked_for(run: Run, folder: Folder) -> None:
    directory = folder({"a.md": scalar("one", "42")})
    result = run("set", directory, "one", "--preference", "opus")
    assert (result.code, result.out) == (1, "")
    assert "replacing it has to be asked for" in result.err
    assert run("set", directory, "one", "--preference", "opus", "--replace-invalid").code == 0
    assert (directory / "a.md").read_text() == scalar("one", "opus")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--effort", "much"), 1, "effort 'much' is none of"),
        (("--fallbacks", "a,a"), 1, "must not stand twice"),
        (("--reasoning", "a\x07"), 1, "control characters"),
        (("--when", " "), 1, "must not be blank"),
        (("--unset", "verdict"), 1, "Verdict is computed and cannot be set"),
        (("--unset", "bogus"), 2, "there is no field 'bogus'; fields that can be changed are preference,"),
        (("--preference", ""), 2, "the value of --preference is empty; --unset preference clears the field"),
        (("--fallbacks", " "), 2, "the value of --fallbacks is empty"),
        (("--colour", "red"), 2, "unrecognized arguments"),
        (("--prefer", "opus"), 2, "unrecognized arguments"),
        (("--preference",), 2, "expected one argument"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    run: Run, directory: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    before = texts(directory)
    result = run("set", directory, "one", "two", "--effort", "max", *arguments)
    assert (result.code, result.out) == (code, "")
    assert message in result.err
    assert texts(directory) == before


def test_no_agent_is_2(run: Run, directory: Path) -> None:
    assert run("set", directory, "--preference", "opus").code == 2
    assert run("set").code == 2
    assert run("set", directory / "none", "one", "--preference", "opus").code == 2


@posix_only
def test_nothing_of_a_file_reaches_the_terminal_raw(run: Run, folder: Folder) -> None:
    names = {"esc\x1b[2J\n.md": scalar("same"), "b\x1b]0;x\x07.md": scalar("same", extra="color: \x1b[31mred\n")}
    directory = folder(names)
    results = [run("set", directory, "same", "--preference", "\x1b[1m")]
    results += [run("set", directory, id, "--preference", "bogus") for id in names]
    assert [result.code for result in results] == [2, 0, 0]
    for result in results:
        assert not set(result.out + result.err) & set("\x1b\x07\r")
        assert all(line[:1] in "-+@ c" for line in (result.out + result.err).splitlines())

"""Saving through the workspace: what is dirty, undone, merged, and what the diff promises."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ctxstudio.policy.values import Dialect, Policy, Switch
from ctxstudio.storage.save import Outcome, Saved, SaveReport
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.conftest import Folder, Open
from tests.unit.agent_files import ROOT, TODAY, save_now, scalar, schema_v2, texts

ODD = [
    "---\r\nname: a\r\ndescription: d\r\nmodel: 'haiku'  # why\r\n\r\n# note\r\n---\r\nbody",
    "\N{BOM}---\nname: a\nmodel: {preference: \"haiku\", fallbacks: ['sonnet' , opus]}\n---\n",
    scalar(model="null", extra="effort: .inf\n"),
    scalar(model="[haiku]  # list"),
    scalar(extra="effort: 0x10\nmodelPolicy: {}\n"),
    schema_v2(model="  preference: >-\n    haiku\n  escalation:\n    when: [a,\n      b]\n    to:   sonnet\n"),
]


def set_all(workspace: Workspace, policy: Policy) -> None:
    plan = workspace.plan(dict.fromkeys(workspace.ids(), policy), replace_invalid=True)
    assert plan.refused == {}
    workspace.replace_policies(plan.changes)


def save_all(workspace: Workspace) -> SaveReport:
    report = save_now(workspace.directory, workspace.save_jobs(workspace.ids()))
    workspace.saved(report)
    return report


def test_after_a_save_nothing_is_dirty(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar("a"), "b.md": schema_v2("b")}))
    assert workspace.save_jobs(workspace.ids()) == ()
    set_all(workspace, Policy("opus", effort="low"))
    assert workspace.changed() == ("a.md", "b.md")
    report = save_all(workspace)
    assert [result.outcome for result in report.files] == [Outcome.WRITTEN] * 2
    assert (workspace.changed(), workspace.changed_count) == ((), 0)
    assert {workspace.agent(id).saved for id in workspace.ids()} == {Policy("opus", effort="low")}
    assert workspace.save_jobs(workspace.ids()) == ()
    assert workspace.diff("a.md") == ""


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_going_back_over_saves_gives_the_first_bytes(folder: Folder, open_directory: Open, text: str) -> None:
    directory = folder({"a.md": text})
    first = texts(directory)
    workspace = open_directory(directory)
    start = workspace.agent("a.md").saved
    for policy in (Policy("opus", ("haiku",), Switch("opus", ("x: y",))), Policy("sonnet", effort="high"), Policy()):
        set_all(workspace, policy)
        assert save_all(workspace).refused == ()
    set_all(workspace, start)
    save_all(workspace)
    assert texts(directory) == first
    assert workspace.agent("a.md").dialect is open_directory(directory).agent("a.md").dialect


def test_going_back_keeps_a_prompt_that_changed_meanwhile(folder: Folder, open_directory: Open) -> None:
    text = scalar(model="'haiku'", extra="effort: .inf\n")
    directory = folder({"a.md": text})
    workspace = open_directory(directory)
    start = workspace.agent("a.md").saved
    set_all(workspace, Policy("opus"))
    save_all(workspace)
    (directory / "a.md").write_bytes((directory / "a.md").read_bytes() + b"More.\n")
    set_all(workspace, start)
    save_all(workspace)
    assert (directory / "a.md").read_text() == text + "More.\n"


def test_edits_made_while_a_save_runs_stay_unsaved(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar()}))
    set_all(workspace, Policy("opus"))
    report = save_now(workspace.directory, workspace.save_jobs(workspace.ids()))
    set_all(workspace, Policy("sonnet"))
    assert workspace.saved(report).changed == ["a.md"]
    agent = workspace.agent("a.md")
    assert (agent.saved, agent.policy, workspace.changed()) == (Policy("opus"), Policy("sonnet"), ("a.md",))


def test_what_was_not_written_stays_unsaved(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("a"), "b.md": scalar("b")})
    workspace = open_directory(directory)
    set_all(workspace, Policy("opus"))
    (directory / "a.md").write_text(scalar("a", "sonnet"))
    report = save_now(directory, workspace.save_jobs(workspace.ids()))
    assert workspace.saved(report).changed == ["a.md", "b.md"]
    assert workspace.changed() == ("a.md",)
    # The row shows both, and saving again is a decision.
    assert (workspace.agent("a.md").saved, workspace.agent("a.md").policy) == (Policy("sonnet"), Policy("opus"))
    assert not workspace.save_jobs(workspace.ids())
    workspace.conflicts.clear()
    again = save_now(directory, workspace.save_jobs(workspace.ids()))
    assert workspace.saved(again).changed == ["a.md"]
    assert (directory / "a.md").read_text() == scalar("a", "opus")
    assert not workspace.changed()
    assert not workspace.saved(SaveReport((Saved("a.md", Outcome.WRITTEN, None),)))


def test_a_merge_brings_the_rest_of_the_row_up_to_date(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one"), "b.md": scalar("two"), "c.md": scalar("two")})
    workspace = open_directory(directory)
    workspace.costs("strategy")
    set_all(workspace, Policy("opus"))
    (directory / "b.md").write_text(scalar("one", extra="category: new\ncolor: [\n"))
    report = save_now(directory, workspace.save_jobs(workspace.ids()))
    assert [result.outcome for result in report.files] == [Outcome.WRITTEN, Outcome.MERGED, Outcome.WRITTEN]
    assert set(workspace.saved(report).changed) == {"a.md", "b.md", "c.md"}
    fresh = open_directory(directory)
    assert workspace.fleet() == fresh.fleet()
    assert [workspace.agent(id).assessment for id in workspace.ids()] == [
        fresh.agent(id).assessment for id in fresh.ids()
    ]
    assert workspace.problem_count == fresh.problem_count
    assert workspace.summary() == fresh.summary()
    assert workspace.find("two") == "c.md"


def test_lines_of_problems_follow_the_file(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar(model=None, extra="effort: much\n")}))
    assert [(issue.code, issue.line) for issue in workspace.problems()] == [("invalid-effort", 4)]
    set_all(workspace, Policy("opus", effort="much"))
    save_all(workspace)
    assert [(issue.code, issue.line) for issue in workspace.problems()] == [("invalid-effort", 5)]


def test_an_absent_model_becomes_a_scalar_row(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar(model=None)}))
    set_all(workspace, Policy("opus"))
    assert workspace.agent("a.md").dialect is Dialect.ABSENT
    save_all(workspace)
    assert workspace.agent("a.md").dialect is Dialect.SCALAR


def test_export_items_carry_the_current_policies(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar()}))
    set_all(workspace, Policy("opus"))
    (item,) = workspace.export_items()
    assert (item.policy, item.record.reading.policy) == (Policy("opus"), Policy("haiku"))


def applied(before: str, diff: str) -> str:
    """A unified diff of one file, applied."""
    lines, result, at = before.splitlines(keepends=True), [], 0
    for line in diff.splitlines(keepends=True)[2:]:
        if line.startswith("@@"):
            start = int(line.split()[1].split(",")[0].removeprefix("-")) - 1
            result += lines[at:start]
            at = start
        elif line.startswith("+"):
            result.append(line[1:])
        else:
            assert lines[at] == line[1:]
            result += [lines[at]] if line.startswith(" ") else []
            at += 1
    return "".join(result + lines[at:])


@pytest.mark.parametrize("text", [scalar(), schema_v2(), scalar(model=None), scalar(model="null")])
@pytest.mark.parametrize(
    "policy", [Policy("opus"), Policy("opus", ("haiku",), None, Switch("haiku", ("x",)), "r", "max")]
)
def test_the_diff_is_what_a_save_does(folder: Folder, open_directory: Open, text: str, policy: Policy) -> None:
    directory = folder({"sub/a.md": text})
    workspace = open_directory(directory)
    set_all(workspace, policy)
    diff = workspace.diff("sub/a.md")
    assert diff.startswith("--- a/sub/a.md\n+++ b/sub/a.md\n@@ -")
    save_all(workspace)
    assert (directory / "sub/a.md").read_text() == applied(text, diff)


def test_the_diff_of_the_way_back_is_what_a_save_does(folder: Folder, open_directory: Open) -> None:
    text = scalar(model="null", extra="effort: .inf\n")
    directory = folder({"a.md": text})
    workspace = open_directory(directory)
    start = workspace.agent("a.md").saved
    set_all(workspace, Policy("opus"))
    save_all(workspace)
    between = (directory / "a.md").read_text()
    set_all(workspace, start)
    assert applied(between, workspace.diff("a.md")) == text


def test_a_line_break_in_a_file_name_is_no_line_of_the_diff(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a\n+evil.md": scalar()}))
    set_all(workspace, Policy("opus"))
    assert workspace.diff("a\n+evil.md").splitlines()[:2] == ["--- a/a +evil.md", "+++ b/a +evil.md"]


def edits() -> Mapping[str, Policy]:
    return {
        "model": Policy("opus"),
        "all": Policy("opus", ("x",), Switch("y", ("z",)), Switch("w", ("v",)), "r", "low"),
    }


@pytest.mark.parametrize("kind", edits())
def test_sample_agents_there_and_back(tmp_path: Path, shipped: Shipped, kind: str) -> None:
    directory = tmp_path / "agents"
    directory.mkdir()
    for path in (ROOT / "agents").glob("*.md"):
        (directory / path.name).write_bytes(path.read_bytes())
    before = texts(directory)
    workspace = Workspace(directory, shipped, TODAY)
    workspace.load()
    start = {agent.id: agent.saved for agent in workspace.fleet()}
    set_all(workspace, edits()[kind])
    assert save_all(workspace).text() == "67 of 67 files written"
    changed = texts(directory)
    assert all(changed[id] != data for id, data in before.items())
    assert all(changed[id].partition(b"\n---\n")[2] == data.partition(b"\n---\n")[2] for id, data in before.items())
    workspace.replace_policies(start)
    save_all(workspace)
    assert texts(directory) == before


def test_rows_are_values(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar()}))
    before = workspace.fleet()
    set_all(workspace, Policy("opus"))
    assert (before[0].policy, workspace.fleet()[0].policy) == (Policy("haiku"), Policy("opus"))

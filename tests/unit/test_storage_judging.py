"""What is found out about a file: faults by target, lines looked up once, namesakes, broken keys not called missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxstudio.errors import Issue, Severity
from ctxstudio.frontmatter import Block
from ctxstudio.policy.values import Agent, Policy, Target
from ctxstudio.storage import judging, record
from ctxstudio.storage.judging import Details
from ctxstudio.storage.record import Record
from ctxstudio.storage.shipped import Shipped
from tests.conftest import Folder, Open
from tests.unit.agent_files import ROOT, TODAY, scalar, schema_v2


def read(directory: Path, id: str = "a.md") -> Record:
    found = record.read(str(directory / id), id)
    assert isinstance(found, Record)
    return found


def judged(
    found: Record, details: Details, shipped: Shipped, target: Target, policy: Policy | None = None
) -> tuple[Issue, ...]:
    reading = found.reading
    agent = Agent(found.id, found.name, found.category, reading.dialect, reading.policy, policy or reading.policy)
    return judging.problems(agent, found, details, shipped, target, TODAY)


def test_details_hold_all_that_judging_needs(folder: Folder, shipped: Shipped) -> None:
    found = read(folder({"a.md": schema_v2().replace("[Read, Exec]", "[Read")}))
    id, details = judging.details_of(found, shipped)
    assert id == "a.md"
    assert details.unparsed == {"tools"}
    assert (details.values["name"], details.values["tier"]) == ("helper", {"id": "core"})
    assert [issue.code for issue in details.faults] == ["invalid-yaml"]
    assert len(details.detection.traits) == 10


def test_faults_are_errors_for_claude_ctx_only(folder: Folder, shipped: Shipped) -> None:
    found = read(folder({"a.md": scalar().replace("Helps with", "Helps: with")}))
    _, details = judging.details_of(found, shipped)
    severities = {
        target: [issue.severity for issue in judged(found, details, shipped, target) if issue.code == "invalid-yaml"]
        for target in Target
    }
    assert severities == {Target.CLAUDE_CODE: [Severity.WARNING], Target.CLAUDE_CTX: [Severity.ERROR]}


@pytest.mark.parametrize(
    ("lines", "said"),
    [("model: opus\n", "opus"), ("'x': 1\nmodel: opus\n", "opus"), ("description: a: b\nmodel: opus\n", "opus")],
)
def test_a_key_that_stands_twice_is_said_at_the_one_that_counts(
    folder: Folder, shipped: Shipped, lines: str, said: str
) -> None:
    found = read(folder({"a.md": scalar(extra=lines)}))
    assert found.reading.policy.preference == said
    _, details = judging.details_of(found, shipped)
    last = scalar(extra=lines).split("\n").index(f"model: {said}") + 1
    issues = [issue for issue in judged(found, details, shipped, Target.CLAUDE_CODE) if issue.code == "duplicate-key"]
    assert (issues[-1].line, issues[-1].message) == (
        last,
        "the key `model` stands 2 times; this one, the last, counts",
    )
    assert issues[-1].severity is Severity.WARNING


def test_a_line_is_looked_up_once(folder: Folder, shipped: Shipped, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(folder({"a.md": schema_v2(model="  preference: sonet\n  fallbacks: [sonet]\n")}))
    _, details = judging.details_of(found, shipped)
    asked: list[tuple[str, ...]] = []
    real = Block.line_of

    def line_of(block: Block, path: tuple[str, ...]) -> int | None:
        asked.append(path)
        return real(block, path)

    monkeypatch.setattr(Block, "line_of", line_of)
    lines = [[issue.line for issue in judged(found, details, shipped, Target.CLAUDE_CTX)] for _ in range(3)]
    assert lines == [[9, 10, 10]] * 3
    assert asked == [("model", "preference"), ("model", "fallbacks")]


@pytest.mark.parametrize("path", sorted((ROOT / "agents").glob("*.md"))[::8], ids=lambda path: path.stem)
def test_the_line_of_a_top_level_key_is_yamls(path: Path) -> None:
    found = read(path.parent, path.name)
    for key in (*found.document.block.names(), "none"):
        assert judging._line_of((key,), found) == found.document.block.line_of((key,))


def test_lines_are_forgotten_after_an_edit(folder: Folder, shipped: Shipped) -> None:
    found = read(folder({"a.md": scalar("a", "bogus")}))
    _, details = judging.details_of(found, shipped)
    judged(found, details, shipped, Target.CLAUDE_CODE)
    assert details.lines == {("model",): 4}
    after = judging.after_edit(details, read(folder({"a.md": scalar("a", "bogus").replace("name", "\nname", 1)})))
    assert (after.lines, after.detection) == ({}, details.detection)


def test_the_current_policy_is_judged(folder: Folder, shipped: Shipped) -> None:
    found = read(folder({"a.md": scalar()}))
    _, details = judging.details_of(found, shipped)
    assert judged(found, details, shipped, Target.CLAUDE_CODE) == ()
    (issue,) = judged(found, details, shipped, Target.CLAUDE_CODE, Policy("default"))
    assert (issue.code, issue.file, issue.line) == ("model-default", "a.md", 4)


def test_a_long_list_of_namesakes_is_cut() -> None:
    names = [f"{number}.md" for number in range(6)]
    assert judging.same_name("0.md", names[:2]).message == "the same name as 1.md"
    assert judging.same_name("0.md", names[:4]).message == "the same name as 1.md, 2.md, 3.md"
    assert judging.same_name("2.md", names).message == "the same name as 0.md, 1.md, 3.md and 2 more"


def test_an_edit_judges_the_edited_agents_only(
    folder: Folder, open_directory: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_directory(folder({f"{number}.md": scalar(str(number)) for number in range(30)}))
    seen: list[str] = []
    real = judging.problems

    def problems(agent: Agent, *rest: object) -> tuple[Issue, ...]:
        seen.append(agent.id)
        return real(agent, *rest)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(judging, "problems", problems)
    plan = workspace.plan_edit(["3.md", "7.md"], "preference", "opus")
    assert seen == []
    workspace.replace_policies(plan.changes)
    assert seen == ["3.md", "7.md"]
    assert workspace.summary().startswith("30 agents: 2 opus, 28 haiku;")
    assert seen == ["3.md", "7.md"]

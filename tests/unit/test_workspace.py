"""The open directory: loading, target, problems, finding agents, totals and costs in words."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctxstudio.errors import UnusableInputError
from ctxstudio.policy.values import Dialect, State, Target, Verdict
from ctxstudio.storage import scan
from ctxstudio.storage.judging import details_of
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.conftest import Folder, Open
from tests.unit.agent_files import ROOT, TODAY, posix_only, save_now, scalar, schema_v2


@pytest.fixture(scope="module")
def sample(shipped: Shipped) -> Workspace:
    """The 67 agents, not to be edited."""
    workspace = Workspace(ROOT / "agents", shipped, TODAY)
    workspace.load()
    return workspace


def codes(workspace: Workspace, id: str = "a.md") -> list[str]:
    return [issue.code for issue in workspace.agent(id).problems]


def test_rows_are_there_before_their_details(folder: Folder, shipped: Shipped) -> None:
    directory = folder({"a.md": scalar("reviewer", "bogus"), "b.md": schema_v2("other"), "README.md": "# no\n"})
    workspace = Workspace(directory, shipped, TODAY)
    (batch,) = scan.scan(str(directory))
    assert workspace.add(batch) == ("a.md", "b.md")
    agent = workspace.agent("a.md")
    assert (agent.name, agent.dialect, agent.policy.preference) == ("reviewer", Dialect.SCALAR, "bogus")
    assert (agent.assessment, agent.problems, workspace.details("a.md")) == (None, (), None)
    assert workspace.not_loaded == [("README.md", "no frontmatter")]
    workspace.put_details([details_of(workspace.record("a.md"), shipped)])
    assert codes(workspace) == ["unknown-model"]
    assert workspace.agent("a.md").assessment is not None
    assert workspace.agent("b.md").assessment is None
    assert workspace.details("a.md") is not None


def test_loading_can_be_cancelled(folder: Folder, shipped: Shipped) -> None:
    workspace = Workspace(folder({"a.md": scalar()}), shipped, TODAY)
    workspace.load(lambda: True)
    assert len(workspace) == 0


def test_a_directory_that_is_none_is_said(tmp_path: Path, open_directory: Open) -> None:
    with pytest.raises(UnusableInputError, match="does not exist"):
        open_directory(tmp_path / "none")


def test_the_sample_is_the_strategys(sample: Workspace) -> None:
    assert len(sample) == 67
    assert sample.by_family() == {"sonnet": 27, "haiku": 31, "context-dependent": 9}
    fleet = sample.fleet()
    assert sum(agent.policy.escalation is not None for agent in fleet) == 5
    assert sum(agent.policy.fast_path is not None for agent in fleet) == 4
    assert list(sample.problems()) == []
    assert (sample.problem_count, sample.changed(), sample.not_loaded) == (0, (), [])
    assert sample.target is Target.CLAUDE_CTX
    assert {agent.state for agent in fleet} == {State.OK}
    assert sample.ids() == tuple(sorted(sample.ids()))


def test_the_summary_of_the_sample(sample: Workspace) -> None:
    fleet = "67 agents: 27 sonnet, 31 haiku, 9 context-dependent"
    assert sample.summary() == f"{fleet}; strategy: $7,080 per day, 52.8 % below all-sonnet; 0 unsaved"
    assert sample.summary(costs=False) == f"{fleet}; 0 unsaved"
    assert "realistic: $" in sample.summary("realistic")


def test_the_summary_says_what_is_pending_unpriced_and_wrong(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar("a", "sonnet"), "b.md": scalar("b", "sonnet")}))
    assert workspace.summary() == "2 agents: 2 sonnet; strategy: $15,000 per day, 0.0 % below all-sonnet; 0 unsaved"
    workspace.replace_policies(workspace.plan_edit(["a.md"], "preference", "haiku").changes)
    assert "; −$5,500 per day pending; 1 unsaved" in workspace.summary()
    workspace.replace_policies(workspace.plan_edit(["b.md"], "preference", "bogus").changes)
    assert "1 model without a price not counted" in workspace.summary()
    assert workspace.summary().endswith("; 2 unsaved; 1 problem")


def test_the_summary_of_nothing(tmp_path: Path, open_directory: Open) -> None:
    assert open_directory(tmp_path).summary() == "no agents; 0 unsaved"


@pytest.mark.parametrize(
    ("mappings", "others", "inside", "target"),
    [
        (2, 1, "", Target.CLAUDE_CTX),
        (1, 1, "", Target.CLAUDE_CODE),
        (0, 0, "", Target.CLAUDE_CODE),
        (2, 0, ".claude/agents", Target.CLAUDE_CODE),
        (2, 0, "x.claude", Target.CLAUDE_CTX),
    ],
)
def test_the_target_is_found_out(
    folder: Folder, open_directory: Open, mappings: int, others: int, inside: str, target: Target
) -> None:
    files = {f"m{number}.md": schema_v2(f"m{number}") for number in range(mappings)}
    files |= {f"s{number}.md": scalar(f"s{number}", None) for number in range(others)}
    directory = folder({(Path(inside) / name).as_posix(): text for name, text in files.items()}) / inside
    assert open_directory(directory).target is target


@posix_only
def test_a_link_to_a_folder_below_claude_counts(folder: Folder, tmp_path: Path, open_directory: Open) -> None:
    directory = folder({".claude/agents/a.md": schema_v2()})
    (tmp_path / "link").symlink_to(directory / ".claude" / "agents")
    assert open_directory(tmp_path / "link").target is Target.CLAUDE_CODE


def test_the_target_can_be_chosen_and_given_back(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": schema_v2()}))
    assert codes(workspace) == []
    workspace.target = Target.CLAUDE_CODE
    assert codes(workspace) == ["mapping-ignored", "tools-mapping"]
    assert workspace.problem_count == 2
    workspace.target = None
    assert (codes(workspace), workspace.problem_count, workspace.target) == ([], 0, Target.CLAUDE_CTX)


def test_a_save_does_not_turn_the_target_round(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": schema_v2()}))
    plan = workspace.plan_edit(["a.md"], "preference", "opus")
    workspace.replace_policies(plan.changes)
    workspace.saved(save_now(workspace.directory, workspace.save_jobs(workspace.ids())))
    assert workspace.target is Target.CLAUDE_CTX


def test_problems_have_file_line_and_severity_by_target(folder: Folder, open_directory: Open) -> None:
    text = "---\nname: a\ndescription: Use: always\ntools: Read\n\nmodel: sonet\n---\n"
    workspace = open_directory(folder({"sub/a.md": text}))
    assert [issue.text() for issue in workspace.problems()] == [
        "sub/a.md:3:17: warning: mapping values are not allowed in this context [invalid-yaml] "
        "(a text with `: ` in it needs quotes)",
        "sub/a.md:6: warning: the model “sonet” is not in the catalogue [unknown-model] (did you mean sonnet?)",
    ]
    assert workspace.agent("sub/a.md").state is State.DEGRADED
    workspace.target = Target.CLAUDE_CTX
    assert [str(issue.severity) for issue in workspace.problems()][:1] == ["error"]


def test_broken_entries_are_not_called_missing(folder: Folder, open_directory: Open) -> None:
    broken = schema_v2().replace("  id: core", "  id: [").replace("[Read, Exec]", "[Read").replace("haiku\n", "[\n")
    workspace = open_directory(folder({"a.md": broken, "b.md": schema_v2("b"), "c.md": schema_v2("c")}))
    assert workspace.target is Target.CLAUDE_CTX
    assert set(codes(workspace)) == {"invalid-yaml", "not-editable"}


def test_agents_of_one_name_know_each_other(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar("same"), "b/c.md": scalar("same"), "d.md": scalar("own")}))
    assert [issue.text() for issue in workspace.problems()] == [
        "a.md: warning: the same name as b/c.md [duplicate-name] (only one of several agents of a name is used)",
        "b/c.md: warning: the same name as a.md [duplicate-name] (only one of several agents of a name is used)",
    ]


def test_thousands_of_one_name_are_no_thousands_of_names_each(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({f"{number:03}.md": scalar("same") for number in range(300)}))
    (issue,) = workspace.agent("150.md").problems
    assert issue.message == "the same name as 000.md, 001.md, 002.md and 296 more"


def test_finding_an_agent(sample: Workspace) -> None:
    assert sample.find("code-reviewer") == sample.find("./code-reviewer.md") == "code-reviewer.md"
    with pytest.raises(UnusableInputError, match="did you mean 'code-reviewer'"):
        sample.find("code-reviewr")


def test_a_recommendation_is_followed_where_it_differs(folder: Folder, open_directory: Open) -> None:
    security = scalar("security-auditor", "haiku").replace("Helps with", "Audits security vulnerabilities, threats:")
    workspace = open_directory(folder({"a.md": security.replace("threats: ", "threats "), "b.md": scalar("x")}))
    agent = workspace.agent("a.md")
    assert agent.assessment is not None
    assert agent.assessment.verdict is Verdict.CONSIDER_ALTERNATIVE
    assert workspace.differs(agent)
    assert not workspace.differs(workspace.agent("b.md"))
    plan = workspace.plan_recommendation(workspace.ids())
    assert {id: policy.preference for id, policy in plan.changes.items()} == {"a.md": "sonnet"}
    workspace.replace_policies(plan.changes)
    assert not workspace.differs(workspace.agent("a.md"))
    assert workspace.plan_recommendation(workspace.ids()).changes == {}


def test_the_day_decides_about_retired_models(folder: Folder, shipped: Shipped) -> None:
    directory = folder({"a.md": scalar("a", "claude-3-haiku-20240307")})
    found = {}
    for day in (datetime.date(2024, 6, 1), datetime.date(2027, 1, 1)):
        workspace = Workspace(directory, shipped, day)
        workspace.load()
        found[day.year] = codes(workspace)
    assert found == {2024: ["deprecated-model"], 2027: ["retired-model"]}


def test_an_edit_looks_at_the_files_system_not_at_all(sample: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*_: object, **__: object) -> Iterator[None]:
        raise AssertionError("the file system was touched")

    for name in ("stat", "lstat", "open", "scandir", "readlink"):
        monkeypatch.setattr(f"os.{name}", touched)
    plan = sample.plan_edit(sample.ids(), "preference", "opus")
    assert (len(plan.changes), plan.refused) == (67, {})
    before = {id: sample.agent(id).policy for id in plan.changes}
    sample.replace_policies(plan.changes)
    assert sample.summary().startswith("67 agents: 58 opus, 9 context-dependent")
    assert sample.plan_recommendation(sample.ids()).changes
    sample.replace_policies(before)
    assert sample.changed_count == 0

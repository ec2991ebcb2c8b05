"""Following what others do to the files: what stays, what merges, what is to be decided; rows as of a fresh load."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from ctxstudio.policy.merge import Conflict
from ctxstudio.policy.values import Policy, Switch, Target
from ctxstudio.storage import scan
from ctxstudio.storage.drafts import Draft
from ctxstudio.storage.record import NotLoaded
from ctxstudio.storage.save import Outcome
from ctxstudio.workspace import Taken, Workspace
from tests.conftest import Folder, Open
from tests.unit.agent_files import TODAY, save_now, scalar, schema_v2, shipped_data, texts


def look(workspace: Workspace) -> Taken:
    """Take over what is on disk."""
    return workspace.take(scan.news(str(workspace.directory), workspace.fingerprints(), workspace.not_loaded))


def edit(workspace: Workspace, id: str = "a.md", **values: Any) -> None:
    plan = workspace.plan({id: replace(workspace.agent(id).policy, **values)})
    assert not plan.refused
    workspace.replace_policies(plan.changes)


def save(workspace: Workspace) -> list[Outcome]:
    report = save_now(workspace.directory, workspace.save_jobs(workspace.ids()))
    workspace.saved(report)
    return [result.outcome for result in report.files]


def codes(workspace: Workspace, id: str) -> list[str]:
    return [issue.code for issue in workspace.agent(id).problems]


# One file


def test_a_row_without_edits_follows_the_disk(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar("one"), "b.md": scalar("two")}))
    folder({"a.md": scalar("other", "opus", "category: new\neffort: much\n")})
    taken = look(workspace)
    assert (taken.changed, taken.merged, taken.conflicts, taken.added, taken.removed) == (["a.md"], [], [], [], [])
    agent = workspace.agent("a.md")
    assert (agent.name, agent.category, agent.policy, agent.changed) == (
        "other", "new", Policy("opus", effort="much"), False,
    )  # fmt: skip
    assert codes(workspace, "a.md") == ["invalid-effort"]
    assert workspace.find("other") == "a.md"
    assert not look(workspace)


def test_an_edit_stays_where_the_policy_is_untouched(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar()})
    workspace = open_directory(directory)
    edit(workspace, preference="opus")
    folder({"a.md": scalar(extra="color: red\n") + "More.\n"})
    taken = look(workspace)
    assert (taken.changed, taken.merged, taken.conflicts) == (["a.md"], ["a.md"], [])
    assert (workspace.agent("a.md").saved, workspace.agent("a.md").policy) == (Policy("haiku"), Policy("opus"))
    assert save(workspace) == [Outcome.WRITTEN]
    assert texts(directory) == {"a.md": (scalar(model="opus", extra="color: red\n") + "More.\n").encode()}


def test_edits_of_different_parts_come_together(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar()})
    workspace = open_directory(directory)
    edit(workspace, effort="low")
    folder({"a.md": scalar(model="opus")})
    taken = look(workspace)
    assert (taken.merged, taken.conflicts) == (["a.md"], [])
    agent = workspace.agent("a.md")
    assert (agent.saved, agent.policy) == (Policy("opus"), Policy("opus", effort="low"))
    assert save(workspace) == [Outcome.WRITTEN]
    assert texts(directory) == {"a.md": scalar(model="opus", extra="effort: low\n").encode()}


def test_the_same_change_on_both_sides_leaves_nothing_to_save(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar()}))
    edit(workspace, preference="opus")
    folder({"a.md": scalar(model="'opus'")})
    taken = look(workspace)
    assert (taken.changed, taken.merged, taken.conflicts) == (["a.md"], [], [])
    assert workspace.changed() == ()


def test_a_file_that_was_only_touched_is_no_merge(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar()})
    workspace = open_directory(directory)
    edit(workspace, preference="opus")
    os.utime(directory / "a.md", ns=(1, 1))
    taken = look(workspace)
    assert (taken.merged, taken.conflicts) == ([], [])
    assert workspace.agent("a.md").policy == Policy("opus")


def test_going_back_gives_the_first_words_though_the_prompt_changed(folder: Folder, open_directory: Open) -> None:
    first = scalar(model="'haiku'", extra="effort: .inf\n")
    directory = folder({"a.md": first})
    workspace = open_directory(directory)
    start = workspace.agent("a.md").saved
    workspace.replace_policies({"a.md": Policy("opus")})
    save(workspace)
    path = directory / "a.md"
    path.write_text(path.read_text() + "More.\n")
    look(workspace)
    workspace.replace_policies({"a.md": start})
    save(workspace)
    assert path.read_text() == first + "More.\n"


def test_going_back_takes_nothing_back_that_others_wrote(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar()})
    workspace = open_directory(directory)
    edit(workspace, preference="opus")
    save(workspace)
    folder({"a.md": scalar("other", "opus", "color: red\n")})
    look(workspace)
    edit(workspace, preference="haiku")
    save(workspace)
    assert texts(directory) == {"a.md": scalar("other", "haiku", "color: red\n").encode()}


def test_a_prompt_that_changed_before_a_save_is_scored_after_it(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar()})
    workspace = open_directory(directory)
    edit(workspace, preference="opus")
    folder({"a.md": scalar() + "You follow a well-defined specification.\n"})
    assert save(workspace) == [Outcome.WRITTEN]
    assessment = open_directory(directory).agent("a.md").assessment
    assert workspace.agent("a.md").assessment == assessment
    assert assessment is not None
    assert assessment.recommendation is not None


def test_another_file_of_the_same_path_gets_nothing_of_the_old_one(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one", "haiku", "secret: old\n")})
    workspace = open_directory(directory)
    edit(workspace, preference="opus")
    save(workspace)
    (directory / "a.md").unlink()
    assert look(workspace).removed == ["a.md"]
    folder({"a.md": scalar("two", "sonnet")})
    assert look(workspace).added == ["a.md"]
    edit(workspace, preference="haiku")
    save(workspace)
    assert texts(directory) == {"a.md": scalar("two", "haiku").encode()}


# Conflicts


@pytest.fixture
def clashed(folder: Folder, open_directory: Open) -> Workspace:
    """Both sides set another model, and the other side an effort too."""
    workspace = open_directory(folder({"a.md": scalar()}))
    edit(workspace, preference="sonnet")
    folder({"a.md": scalar(model="opus", extra="effort: high\n")})
    taken = look(workspace)
    assert (taken.conflicts, taken.merged) == (["a.md"], [])
    return workspace


def test_a_clash_is_to_be_decided_and_all_else_is_merged(clashed: Workspace) -> None:
    base, disk, mine = Policy("haiku"), Policy("opus", effort="high"), Policy("sonnet", effort="high")
    assert clashed.conflict("a.md") == Conflict("a.md", "helper", base, disk, mine)
    agent = clashed.agent("a.md")
    assert (agent.saved, agent.policy) == (disk, mine)


def test_nothing_is_saved_before_it_is_decided_and_mine_loses_nothing_else(clashed: Workspace) -> None:
    assert save(clashed) == []
    clashed.conflicts.clear()
    assert save(clashed) == [Outcome.WRITTEN]
    assert texts(clashed.directory) == {"a.md": scalar(model="sonnet", extra="effort: high\n").encode()}
    assert (clashed.conflict("a.md"), clashed.conflicts) == (None, {})
    edit(clashed, preference="haiku")
    assert clashed.conflict("a.md") is None


def test_reverting_decides_for_the_disk(clashed: Workspace) -> None:
    clashed.replace_policies({"a.md": clashed.agent("a.md").saved})
    assert clashed.conflict("a.md") is None
    edit(clashed, preference="inherit")  # another decision, not the one from before
    assert clashed.conflict("a.md") is None


def test_an_edit_that_agrees_with_the_disk_leaves_nothing_to_decide(clashed: Workspace) -> None:
    edit(clashed, preference="opus", reasoning="mine")
    assert clashed.agent("a.md").changed
    assert clashed.conflict("a.md") is None


def test_a_conflict_is_told_once_and_against_the_beginning(clashed: Workspace, folder: Folder) -> None:
    os.utime(clashed.directory / "a.md", ns=(1, 1))
    assert look(clashed).conflicts == []
    folder({"a.md": scalar(model="default")})
    assert look(clashed).conflicts == ["a.md"]
    conflict = clashed.conflict("a.md")
    assert conflict is not None
    assert (conflict.base, conflict.disk) == (Policy("haiku"), Policy("default"))
    folder({"a.md": scalar()})  # the other side takes it back
    assert look(clashed).conflicts == []
    assert clashed.conflict("a.md") is None
    assert clashed.agent("a.md").policy.preference == "sonnet"


def test_a_clash_found_by_saving_is_to_be_decided_too(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar()}))
    edit(workspace, preference="sonnet")
    folder({"a.md": scalar(model="opus")})
    assert save(workspace) == [Outcome.CONFLICT]
    conflict = workspace.conflict("a.md")
    assert conflict is not None
    assert (conflict.base, conflict.disk, conflict.mine) == (Policy("haiku"), Policy("opus"), Policy("sonnet"))


def test_a_merge_found_by_saving_comes_into_the_row(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": scalar()}))
    edit(workspace, preference="opus")
    jobs = workspace.save_jobs(["a.md"])
    folder({"a.md": scalar(extra="effort: high\n")})
    report = save_now(workspace.directory, jobs)
    edit(workspace, reasoning="edited while the save ran", preference="haiku")
    workspace.saved(report)
    agent = workspace.agent("a.md")
    assert agent.saved == Policy("opus", effort="high")
    assert agent.policy == Policy("haiku", effort="high", reasoning="edited while the save ran")


# Files that come and go


def test_new_files_are_rows_in_the_order_of_a_fresh_load(folder: Folder, open_directory: Open) -> None:
    directory = folder({"b.md": scalar("two"), "d.md": scalar("four")})
    workspace = open_directory(directory)
    folder({"c/c.md": scalar("three", extra="effort: much\n"), "a.md": scalar("one")})
    taken = look(workspace)
    assert (sorted(taken.added), taken.changed, taken.removed) == (["a.md", "c/c.md"], [], [])
    assert workspace.ids() == ("a.md", "b.md", "c/c.md", "d.md") == open_directory(directory).ids()
    assert codes(workspace, "c/c.md") == ["invalid-effort"]
    assert workspace.agent("a.md").assessment is not None


def test_problems_of_namesakes_follow(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one"), "b.md": scalar("two")})
    workspace = open_directory(directory)
    folder({"c.md": scalar("one")})
    assert look(workspace).changed == ["a.md"]
    assert (codes(workspace, "a.md"), codes(workspace, "c.md")) == (["duplicate-name"], ["duplicate-name"])
    folder({"c.md": scalar("two")})
    assert set(look(workspace).changed) == {"a.md", "b.md", "c.md"}
    assert (codes(workspace, "a.md"), codes(workspace, "b.md")) == ([], ["duplicate-name"])
    (directory / "c.md").unlink()
    taken = look(workspace)
    assert (taken.removed, taken.changed) == (["c.md"], ["b.md"])
    assert (codes(workspace, "b.md"), workspace.problem_count) == ([], 0)


def test_a_file_that_is_gone_leaves_its_unsaved_edit(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one"), "b.md": scalar("two")})
    workspace = open_directory(directory)
    edit(workspace, "a.md", preference="opus")
    (directory / "a.md").unlink()
    (directory / "b.md").unlink()
    taken = look(workspace)
    assert (taken.removed, taken.changed) == (["b.md"], ["a.md"])
    assert (workspace.ids(), codes(workspace, "a.md"), workspace.changed()) == (("a.md",), ["file-gone"], ("a.md",))
    assert not look(workspace)  # nothing more to say about it
    assert save(workspace) == [Outcome.FAILED]
    workspace.replace_policies({"a.md": workspace.agent("a.md").saved})
    assert look(workspace).removed == ["a.md"]
    assert (workspace.ids(), workspace.gone, workspace.problem_count) == ((), set(), 0)


def test_a_file_that_is_back_has_its_edit(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one")})
    workspace = open_directory(directory)
    edit(workspace, "a.md", preference="opus")
    (directory / "a.md").unlink()
    look(workspace)
    folder({"a.md": scalar("one", extra="effort: high\n")})
    taken = look(workspace)
    assert (taken.added, taken.merged) == ([], ["a.md"])
    assert (codes(workspace, "a.md"), workspace.agent("a.md").policy) == ([], Policy("opus", effort="high"))
    assert save(workspace) == [Outcome.WRITTEN]


def test_what_is_no_agent_any_more_is_listed(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one"), "README.md": "# no agent\n"})
    workspace = open_directory(directory)
    folder({"a.md": "# text\n"})
    assert look(workspace).removed == ["a.md"]
    assert workspace.not_loaded == [NotLoaded("README.md", "no frontmatter"), NotLoaded("a.md", "no frontmatter")]
    (directory / "README.md").unlink()
    assert not look(workspace)
    assert workspace.not_loaded == [NotLoaded("a.md", "no frontmatter")]


def test_rows_are_judged_for_whom_the_files_are_now(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one", extra="color: [\n")})
    workspace = open_directory(directory)
    targets = [workspace.target]
    folder({"b.md": schema_v2("two"), "c.md": schema_v2("three")})
    assert look(workspace).changed == ["a.md"]
    targets.append(workspace.target)
    assert workspace.agent("a.md").problems == open_directory(directory).agent("a.md").problems
    folder({"b.md": scalar("two"), "c.md": scalar("three")})
    assert look(workspace).changed == ["b.md", "c.md", "a.md"]
    assert [*targets, workspace.target] == [Target.CLAUDE_CODE, Target.CLAUDE_CTX, Target.CLAUDE_CODE]
    assert workspace.agent("a.md").problems == open_directory(directory).agent("a.md").problems


# Drafts


def test_drafts_bring_the_edits_back(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("one"), "b.md": scalar("two"), "c.md": scalar("three")})
    workspace = open_directory(directory)
    assert workspace.drafts() == ()
    for id in workspace.ids():
        edit(workspace, id, preference="opus")
    drafts = workspace.drafts()
    assert drafts[0] == Draft("a.md", Policy("haiku"), Policy("opus"))
    folder({"a.md": scalar("one", extra="effort: low\n"), "b.md": scalar("two", "sonnet")})
    (directory / "c.md").write_text(scalar("three", "opus"))
    again = open_directory(directory)
    wanted = {"a.md": Policy("opus", effort="low"), "b.md": Policy("opus")}
    assert again.wanted((*drafts, Draft("none.md", Policy(), Policy("opus")))) == wanted
    assert again.conflicts == {}
    assert again.resumed(drafts) == wanted
    again.replace_policies(wanted)
    assert again.conflict("a.md") is None
    assert again.conflict("b.md") == Conflict("b.md", "two", Policy("haiku"), Policy("sonnet"), Policy("opus"))
    assert again.wanted(drafts) == {}


# Any order of events

NAMES = st.sampled_from(["one", "two", "code-reviewer", "python-pro"])
MODELS = st.sampled_from([None, "haiku", "sonnet", "opus", "bogus", "null", "[x"])
EXTRAS = st.sampled_from(["", "effort: low\n", "effort: much\n", "category: security\n", "color: [\n", "x: 1\n"])
PROMPTS = st.sampled_from(["", "Weighs tradeoffs of a system design.\n", "Follows a well-defined specification.\n"])
SCALARS = st.builds(
    lambda name, model, extra, prompt: scalar(name, model, extra) + prompt, NAMES, MODELS, EXTRAS, PROMPTS
)
TEXTS = st.one_of(SCALARS, SCALARS, st.builds(schema_v2, NAMES), st.just("# no agent\n"))
IDS = ["a.md", "b.md", "c/d.md", "c/e.md"]
ID, SOME = st.sampled_from(IDS), st.lists(st.sampled_from(IDS), max_size=3, unique=True)
SWITCHES = st.sampled_from([None, Switch("opus", ("x",)), Switch("opus", ("x", "y")), Switch("sonnet", ("x",))])
POLICIES = st.builds(
    Policy, st.sampled_from([None, "haiku", "sonnet", "opus"]), st.sampled_from([(), ("haiku",)]), SWITCHES,
    st.none(), st.sampled_from([None, "r"]), st.sampled_from([None, "low", "high"]),
)  # fmt: skip


class Events(RuleBasedStateMachine):
    """A workspace, and somebody else at the same files."""

    @initialize(files=st.dictionaries(ID, TEXTS))
    def open(self, files: Mapping[str, str]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.directory, self.clock, self.has_saved = self.folder / "agents", 0, False
        self.directory.mkdir()
        for id, text in files.items():
            self.write(id, text)
        self.workspace = self.fresh()

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            self.check_after_all_is_saved()
            shutil.rmtree(self.folder)

    def fresh(self) -> Workspace:
        workspace = Workspace(self.directory, shipped_data(), TODAY)
        workspace.load()
        return workspace

    @rule(id=ID, text=TEXTS)
    def write(self, id: str, text: str) -> None:
        path = self.directory / id
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.clock += 1  # quicker than the file system's own
        os.utime(path, ns=(self.clock, self.clock))

    @rule(id=ID, text=PROMPTS)
    def append(self, id: str, text: str) -> None:
        if (self.directory / id).exists():
            self.write(id, (self.directory / id).read_text() + text)

    @rule(id=ID)
    def remove(self, id: str) -> None:
        (self.directory / id).unlink(missing_ok=True)

    @rule(ids=SOME, policy=POLICIES)
    def edit(self, ids: list[str], policy: Policy) -> None:
        wanted = {id: policy for id in ids if id in self.workspace}
        self.workspace.replace_policies(self.workspace.plan(wanted, replace_invalid=True).changes)

    @rule(ids=SOME)
    def revert(self, ids: list[str]) -> None:
        self.workspace.replace_policies({id: self.workspace.agent(id).saved for id in ids if id in self.workspace})

    @rule(ids=SOME)
    def save(self, ids: list[str]) -> None:
        jobs = self.workspace.save_jobs([id for id in ids if id in self.workspace])
        report = save_now(self.directory, jobs)
        self.has_saved |= any(result.written for result in report.files)
        self.workspace.saved(report)

    @rule()
    def take(self) -> None:
        edits = {id: self.workspace.agent(id).policy for id in self.workspace.changed()}
        taken = look(self.workspace)
        assert not edits.keys() & set(taken.removed)
        assert set(taken.merged) | set(taken.conflicts) <= edits.keys()
        assert all(self.workspace.conflict(id) for id in taken.conflicts)
        assert not look(self.workspace)
        self.check()

    def check(self) -> None:
        """The workspace is what a fresh load with the same edits is."""
        workspace, fresh = self.workspace, self.fresh()
        if workspace.gone:
            return
        if not self.has_saved:
            assert workspace.target is fresh.target
        fresh.target = workspace.target
        fresh.replace_policies({id: workspace.agent(id).policy for id in workspace.changed()})
        assert workspace.fleet() == fresh.fleet()
        assert [agent.assessment for agent in workspace.fleet()] == [agent.assessment for agent in fresh.fleet()]
        assert list(workspace.problems()) == list(fresh.problems())
        assert workspace.not_loaded == fresh.not_loaded
        assert (workspace.by_family(), workspace.changed()) == (fresh.by_family(), fresh.changed())
        for scenario in shipped_data().scenarios:
            assert workspace.summary(scenario) == fresh.summary(scenario)
            assert workspace.costs(scenario).compare() == fresh.costs(scenario).compare()

    def check_after_all_is_saved(self) -> None:
        """In the end all that can be saved is saved, and what the rows say stands in the files."""
        self.take()
        workspace = self.workspace
        report = save_now(self.directory, workspace.save_jobs(workspace.changed()))
        workspace.saved(report)
        assert all(result.id in workspace.gone or workspace.record(result.id).locked for result in report.refused)
        self.has_saved = True
        self.check()
        if not workspace.gone:
            fresh = self.fresh()
            assert {agent.id: agent.saved for agent in workspace.fleet()} == {
                agent.id: agent.policy for agent in fresh.fleet()
            }
            assert {agent.id: agent.dialect for agent in workspace.fleet()} == {
                agent.id: agent.dialect for agent in fresh.fleet()
            }


TestEvents = Events.TestCase
TestEvents.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)

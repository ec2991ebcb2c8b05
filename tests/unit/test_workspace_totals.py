"""Totals and cost boards always equal a recount, whatever is edited, undone, saved, merged or judged anew."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ctxstudio.costs.board import CostBoard
from ctxstudio.policy.values import Agent, Policy, Switch, Target
from ctxstudio.storage import scan
from ctxstudio.storage.judging import details_of
from ctxstudio.workspace import Workspace
from tests.unit.agent_files import TODAY, save_now, scalar, schema_v2, shipped_data

FILES = {
    "a.md": scalar("code-reviewer", "sonnet"),
    "b.md": scalar("python-pro", None),
    "c/d.md": schema_v2("debugger"),
    "c/e.md": schema_v2("same", model="  preference: haiku\n  escalation:\n    to: sonnet\n    when: [x]\n"),
    "f.md": scalar("same", "bogus"),
    "g.md": scalar("odd", "null"),
    "h.md": scalar("broken", "[haiku"),
    "i.md": scalar("security", "haiku").replace("Helps with", "Audits security vulnerabilities for"),
}
IDS = sorted(FILES)
MODELS = st.sampled_from([None, "haiku", "sonnet", "opus", "claude-sonnet-4-5", "inherit", "bogus", "default"])
SWITCHES = st.none() | st.builds(Switch, MODELS, st.just(("x",)))
POLICIES = st.builds(
    Policy, MODELS, st.sampled_from([(), ("haiku",), ("opus", "opus")]), SWITCHES, SWITCHES,
    st.none() | st.just("r"), st.sampled_from([None, "low", "much"]),
)  # fmt: skip
SOME = st.lists(st.sampled_from(IDS), max_size=4, unique=True)


class Fleet(RuleBasedStateMachine):
    """A workspace under edits; a list of what an undo would restore."""

    @initialize()
    def open(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        for id, text in FILES.items():
            (self.directory / id).parent.mkdir(exist_ok=True)
            (self.directory / id).write_text(text)
        self.workspace = Workspace(self.directory, shipped_data(), TODAY)
        (batch,) = scan.scan(str(self.directory))
        self.workspace.add(batch)
        self.undo: list[dict[str, Policy]] = []
        self.extra = 0

    def teardown(self) -> None:
        if hasattr(self, "directory"):
            shutil.rmtree(self.directory)

    @rule(ids=SOME)
    def judge(self, ids: list[str]) -> None:
        self.workspace.put_details([details_of(self.workspace.record(id), shipped_data()) for id in ids])

    @rule(ids=SOME, policy=POLICIES)
    def edit(self, ids: list[str], policy: Policy) -> None:
        plan = self.workspace.plan(dict.fromkeys(ids, policy), replace_invalid=True)
        self.undo.append({id: self.workspace.agent(id).policy for id in plan.changes})
        self.workspace.replace_policies(plan.changes)

    @rule()
    def go_back(self) -> None:
        if self.undo:
            self.workspace.replace_policies(self.undo.pop())

    @rule(ids=SOME)
    def revert(self, ids: list[str]) -> None:
        self.workspace.replace_policies({id: self.workspace.agent(id).saved for id in ids})

    @rule(ids=SOME)
    def follow(self, ids: list[str]) -> None:
        self.workspace.replace_policies(self.workspace.plan_recommendation(ids).changes)

    @rule(ids=SOME)
    def save(self, ids: list[str]) -> None:
        self.workspace.saved(save_now(self.directory, self.workspace.save_jobs(ids)))

    @rule(id=st.sampled_from(IDS), name=st.sampled_from(["same", "python-pro", "new"]))
    def change_elsewhere(self, id: str, name: str) -> None:
        """Another program renames an agent and adds a key: the next save merges."""
        path = self.directory / id
        self.extra += 1
        lines = path.read_text().split("\n")
        at = next(number for number, line in enumerate(lines) if line.startswith("name: "))
        lines[at : at + 1] = [f"name: {name}", f"x{self.extra}: 1"]
        path.write_text("\n".join(lines))

    @rule(reader=st.sampled_from([None, *Target]))
    def choose_target(self, reader: Target | None) -> None:
        self.workspace.target = reader

    @rule()
    def judge_again(self) -> None:
        """Rows are already what judging them anew makes of them."""
        workspace, before = self.workspace, self.workspace.fleet()
        found = [(agent.id, workspace.details(agent.id)) for agent in before]
        workspace.put_details([(id, details) for id, details in found if details is not None])
        after = workspace.fleet()
        assert [(agent, agent.assessment) for agent in before] == [(agent, agent.assessment) for agent in after]

    @invariant()
    def totals_are_a_recount(self) -> None:
        if not hasattr(self, "workspace"):
            return
        workspace, fleet = self.workspace, self.workspace.fleet()
        assert workspace.by_family() == Counter(map(workspace.family_of, fleet))
        assert workspace.changed() == tuple(sorted(agent.id for agent in fleet if agent.changed))
        assert workspace.changed_count == sum(agent.changed for agent in fleet)
        assert workspace.problem_count == len(list(workspace.problems()))
        assert all(agent.saved == workspace.record(agent.id).reading.policy for agent in fleet)
        for scenario in shipped_data().scenarios:
            assert workspace.costs(scenario).compare() == fresh_board(scenario, fleet).compare()


def fresh_board(scenario: str, fleet: tuple[Agent, ...]) -> CostBoard:
    shipped = shipped_data()
    return CostBoard(shipped.scenarios[scenario], fleet, shipped.groups, shipped.catalogue, shipped.prices, TODAY)


TestFleet = Fleet.TestCase
TestFleet.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)

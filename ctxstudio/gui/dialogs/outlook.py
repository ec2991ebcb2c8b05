"""What a rule would do to some agents, before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ctxstudio.costs.words import counted
from ctxstudio.errors import DataError
from ctxstudio.policy import fields, rules, steps
from ctxstudio.policy.catalogue import Catalogue
from ctxstudio.policy.fields import Kind
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.steps import Do
from ctxstudio.policy.values import Agent
from ctxstudio.workspace import EditPlan, Workspace

_MOST_NOTES: Final = 2


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a rule would do.

    Attributes:
        agents: how many it is for.
        plan: what would change, and what cannot.
        faults: position of a step -> what is wrong with it; then nothing is planned.
        doubts: position of a step -> which name of a model is not known.
        notes: position of a step -> what it leaves alone.
    """

    agents: int = 0
    plan: EditPlan = field(default_factory=lambda: EditPlan({}))
    faults: Mapping[int, str] = field(default_factory=dict)
    doubts: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)

    def said(self, rule: Rule) -> str:
        """It in one line."""
        if not rule.steps:
            return "Add a step to see what it would change."
        if self.faults:
            return "Nothing can be done while a step is not complete."
        if not self.agents:
            return "No agent is meant. Write a filter, or select agents in the table."
        changes, refused = len(self.plan.changes), len(self.plan.refused)
        same = self.agents - changes - refused
        parts = [f"{counted(changes, 'agent')} would change"]
        parts += [f"{same:,} stay as they are"] if same else []
        parts += [f"{refused:,} cannot be changed"] if refused else []
        return ", ".join(parts)


def outlook_of(rule: Rule, agents: Sequence[Agent], workspace: Workspace) -> Outlook:
    """What a rule would do to some agents of a workspace."""
    faults = faults_of(rule)
    if faults:
        return Outlook(len(agents), faults=faults)
    doubts = _doubts(rule, workspace.shipped.catalogue)
    apply = rules.application(rule, workspace.shipped.catalogue, workspace.today)
    wanted, notes = {}, Counter[rules.Note]()
    for agent in agents:
        applied = apply(agent.policy)
        wanted[agent.id] = applied.policy
        notes.update(applied.notes)
    return Outlook(len(agents), workspace.plan(wanted), {}, doubts, _notes(notes))


def faults_of(rule: Rule) -> dict[int, str]:
    """What is wrong with each step that cannot be done."""
    found = {}
    for position, step in enumerate(rule.steps):
        try:
            steps.check(step)
        except DataError as error:
            part = error.key.partition(".")[0]
            found[position] = f"{steps.PARTS[part].capitalize()} {error.message}"
    return found


def _doubts(rule: Rule, catalogue: Catalogue) -> dict[int, str]:
    """The names of models that are written into files and may be misspelt."""
    found = {}
    for position, step in enumerate(rule.steps):
        written = step.by if step.do is Do.REPLACE_MODEL else step.model
        names = [written] if {"model", "by"} & set(steps.KINDS[step.do].parts) else []
        if step.do is Do.SET and fields.field(step.field).kind in (Kind.MODEL, Kind.MODELS):
            names = [step.value] if isinstance(step.value, str) else list(step.value)
        unknown = [name for name in names if not catalogue.knows(name)]
        if unknown and step.do is not Do.REMOVE_FALLBACK:
            near = catalogue.suggest(unknown[0])
            found[position] = f"Unknown model {unknown[0]}" + (f"; did you mean {near}?" if near else ", kept as it is")
    return found


def _notes(notes: Counter[rules.Note]) -> dict[int, str]:
    """What each step leaves alone, the commonest first."""
    found: dict[int, list[str]] = {}
    for note, count in notes.most_common():
        found.setdefault(note.step, []).append(f"{counted(count, 'agent')}: {note.text}")
    return {step: "; ".join(_first(said)) for step, said in found.items()}


def _first(said: list[str]) -> list[str]:
    more = len(said) - _MOST_NOTES
    return [*said[:_MOST_NOTES], f"{more:,} more"] if more > 0 else said

"""The open directory as one works on it: planning edits, saving them, and following what others do to the files."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ctxstudio.errors import EditError
from ctxstudio.frontmatter import Document
from ctxstudio.policy import changes, merge
from ctxstudio.policy.merge import Conflict
from ctxstudio.policy.values import Agent, Dialect, Policy, Target
from ctxstudio.storage import diff, judging
from ctxstudio.storage.drafts import Draft
from ctxstudio.storage.export import ExportItem
from ctxstudio.storage.judging import details_of
from ctxstudio.storage.record import Record
from ctxstudio.storage.save import Outcome, SaveJob, SaveReport, edited
from ctxstudio.storage.scan import Batch, News
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace.fleet import Fleet
from ctxstudio.workspace.outcomes import EditPlan, Taken


class Workspace(Fleet):
    """The agents of one directory. One thread owns it.

    Attributes:
        conflicts: agent id -> what its file said when an edit began that somebody else contradicted since.
    """

    def __init__(self, directory: Path, shipped: Shipped, today: datetime.date) -> None:
        """See `Fleet`."""
        super().__init__(directory, shipped, today)
        self.conflicts: dict[str, Policy] = {}
        self._origins: dict[str, Document] = {}

    # Editing

    def plan_edit(self, ids: Collection[str], field_id: str, value: Any, *, replace_invalid: bool = False) -> EditPlan:
        """What setting one field for some agents would change, and where it cannot be done.

        Args:
            ids: the agents.
            field_id: a field of the table that can be assigned.
            value: of the field's kind.
            replace_invalid: whether a `model` that is neither text nor mapping is replaced.

        Raises:
            UnusableInputError: there is no such field.
            RefusedError: the field cannot be changed, or the value cannot be one of its.
        """
        return self.plan_edits(ids, [(field_id, value)], replace_invalid=replace_invalid)

    def plan_edits(
        self, ids: Collection[str], edits: Iterable[tuple[str, Any]], *, replace_invalid: bool = False
    ) -> EditPlan:
        """What setting several fields, in this order, would change: all of them for an agent, or none.

        Raises:
            UnusableInputError, RefusedError: as `plan_edit`.
        """
        steps = [changes.assignment(field_id, value) for field_id, value in edits]
        wanted = {}
        for id in ids:
            policy = self._agents[id].policy
            for step in steps:
                policy = step(policy)
            wanted[id] = policy
        return self.plan(wanted, replace_invalid=replace_invalid)

    def plan(self, wanted: Mapping[str, Policy], *, replace_invalid: bool = False) -> EditPlan:
        """What giving some agents other policies would change, and where it cannot be done."""
        planned, refused = {}, {}
        for id, policy in wanted.items():
            if policy == self._agents[id].policy:
                continue
            reason = self._why_not(self._records[id], policy, replace_invalid)
            if reason:
                refused[id] = reason
            else:
                planned[id] = policy
        return EditPlan(planned, refused)

    def plan_recommendation(self, ids: Collection[str]) -> EditPlan:
        """What following the matrix's recommendation would change for some agents."""
        return self.plan({id: self._followed(self._agents[id]) for id in ids})

    def differs(self, agent: Agent) -> bool:
        """Whether following the recommendation would change an agent's policy."""
        return self._followed(agent) != agent.policy

    def _followed(self, agent: Agent) -> Policy:
        advice = agent.assessment.recommendation if agent.assessment else None
        return agent.policy if advice is None else changes.follow(agent.policy, advice, self.shipped.catalogue)

    def _why_not(self, record: Record, policy: Policy, replace_invalid: bool) -> str:
        if policy == record.reading.policy:
            return ""
        if record.locked:
            return record.locked
        if record.reading.dialect is Dialect.OTHER and not replace_invalid:
            return "its `model` is neither a name nor a mapping; replacing it has to be asked for"
        if record.plain:
            return ""
        try:
            edited(record.document, policy, self._origin(record.id))
        except EditError as error:
            return str(error)
        return ""

    # Saving

    def diff(self, id: str) -> str:
        """What saving an agent would change in its file, as a unified diff; empty if nothing.

        Raises:
            EditError: the change cannot be made.
        """
        agent, record = self._agents[id], self._records[id]
        if not agent.changed:
            return ""
        return diff.unified(record.document, edited(record.document, agent.policy, self._origin(id)), id)

    def preview(self, policies: Mapping[str, Policy]) -> dict[str, tuple[bytes, bytes]]:
        """Files as they were read and as they would be with other policies; without those that cannot be edited.

        Of the prompt, only the beginning is there.
        """
        found = {}
        for id, policy in policies.items():
            record = self._records[id]
            with contextlib.suppress(EditError):
                after = edited(record.document, policy, self._origin(id))
                found[id] = record.document.to_bytes(), after.to_bytes()
        return found

    def save_jobs(self, ids: Collection[str]) -> tuple[SaveJob, ...]:
        """Frozen snapshots of the changed ones among some agents, for a worker to save.

        Those are left out whose policy somebody else changed too: the user has to decide first.
        """
        return tuple(
            SaveJob(self._records[id], self._agents[id].policy, self._origin(id))
            for id in ids
            if self._agents[id].changed and self.conflict(id) is None
        )

    def export_items(self) -> tuple[ExportItem, ...]:
        """Frozen snapshots of all agents, for an export."""
        return tuple(ExportItem(self._records[id], agent.policy) for id, agent in self._agents.items())

    def saved(self, report: SaveReport) -> Taken:
        """Take over what a save did."""
        taken, target = Taken(), self.target
        for result in report.files:
            if result.record is None or result.id not in self:
                continue
            if result.written:
                is_merged = result.outcome is Outcome.MERGED
                self._origins[result.id] = result.record.document if is_merged else self._origin(result.id)
                # A prompt that somebody changed meanwhile is no merge, but it is scored.
                is_other = result.record.document.body != self._records[result.id].document.body
                self.conflicts.pop(result.id, None)
                taken.changed += self._put_record(result.record, merged=is_merged or is_other)
                agent = self._agents[result.id]
                if is_merged and result.asked is not None:
                    # What others wrote comes into the row; what was edited while the save ran stays.
                    policy = merge.merge(result.asked, agent.saved, agent.policy).policy
                    self.put(replace(agent, policy=policy))
            elif result.outcome is Outcome.CONFLICT:
                self._follow(result.record, taken)
        return self._judged_again(taken, target)

    # What others do to the files

    def take(self, news: News) -> Taken:
        """Take over what differs on disk. Unsaved edits stay; where both sides changed the same, the user decides."""
        taken, target = Taken(), self.target
        new = [record for record in news.records if record.id not in self]
        for record in news.records:
            if record.id in self:
                self._follow(record, taken)
        self._let_go(news.gone, taken)
        taken.added += self.add(Batch(new))
        if new:
            self._agents = dict(sorted(self._agents.items()))
        self.judge(taken.added)
        for name in {record.name for record in new}:
            taken.changed += self.sharing(name)
        if news.not_loaded is not None:
            self.not_loaded = list(news.not_loaded)
        return self._judged_again(taken, target)

    def _let_go(self, gone: Iterable[str], taken: Taken) -> None:
        """Take out agents whose files are gone, unless they have unsaved edits."""
        for id in sorted({*gone, *self.gone}):
            if id not in self or (id in self.gone and self._agents[id].changed):
                continue
            taken.changed += self.sharing(self._agents[id].name)
            if self._agents[id].changed:
                self.gone.add(id)
            else:
                self.forget(id)
                taken.removed.append(id)

    def _judged_again(self, taken: Taken, target: Target) -> Taken:
        """Judge the rows that changed, for they may see each other; all of them where another program will run them."""
        if self.target is not target:
            taken.changed += self.ids()
        added = set(taken.added)
        taken.changed = [id for id in dict.fromkeys(taken.changed) if id in self and id not in added]
        for id in taken.changed:
            self.put(self._agents[id])
        return taken

    def _follow(self, record: Record, taken: Taken) -> None:
        """Take over a file that somebody else wrote, keeping the unsaved edit of its agent."""
        id, agent, known = record.id, self._agents[record.id], self._records[record.id]
        # Against what the agent said when the edit began, whatever came between.
        base, disk = self.conflicts.pop(id, agent.saved), record.reading.policy
        merged = merge.merge(base, disk, agent.policy)
        is_same = record.document.head == known.document.head
        if merged.clashes:
            self.conflicts[id] = base
        if not is_same and merged.policy != disk:
            (taken.conflicts if merged.clashes else taken.merged).append(id)
        self.gone.discard(id)
        self._count_dialect(record)
        self._origins[id] = self._origin(id) if is_same else record.document
        taken.changed += self._put_record(record, merged=True)
        self.put(replace(self._agents[id], policy=merged.policy))

    def forget(self, id: str) -> None:
        super().forget(id)
        # Another file of that path is another agent: nothing of the old one may come back with its edits.
        self._origins.pop(id, None)

    def replace_policies(self, policies: Mapping[str, Policy]) -> None:
        super().replace_policies(policies)
        for id in self.conflicts.keys() & policies.keys():
            if not self._agents[id].changed:
                del self.conflicts[id]

    def conflict(self, id: str) -> Conflict | None:
        """What is to be decided about an agent that somebody else changed too; None where nothing is."""
        base = self.conflicts.get(id)
        if base is None or id not in self or not self._agents[id].changed:
            self.conflicts.pop(id, None)  # reverted, or gone: an edit made later is another one
            return None
        agent = self._agents[id]
        if not merge.merge(base, agent.saved, agent.policy).clashes:
            return None
        return Conflict(id, agent.name, base, agent.saved, agent.policy)

    # Unsaved edits of another run

    def drafts(self) -> tuple[Draft, ...]:
        """All unsaved edits, frozen."""
        return tuple(Draft(id, self._agents[id].saved, self._agents[id].policy) for id in self.changed())

    def wanted(self, drafts: Iterable[Draft]) -> dict[str, Policy]:
        """What agents would have to say to have the edits of an earlier run again; empty where they say so."""
        found = {}
        for draft in drafts:
            if draft.id in self:
                disk = self._agents[draft.id].saved
                policy = merge.merge(draft.base, disk, draft.policy).policy
                if policy not in (disk, self._agents[draft.id].policy):
                    found[draft.id] = policy
        return found

    def resumed(self, drafts: Collection[Draft]) -> dict[str, Policy]:
        """As `wanted`, where they are to be had again: what others changed against an edit since is to be decided."""
        for draft in drafts:
            if draft.id in self and merge.merge(draft.base, self._agents[draft.id].saved, draft.policy).clashes:
                self.conflicts[draft.id] = draft.base
        return self.wanted(drafts)

    def _put_record(self, record: Record, *, merged: bool) -> list[str]:
        """Take over a file as it was written; the ids of the agents whose row is another now."""
        id = record.id
        self._records[id] = record
        details = self._details.get(id)
        if details is not None:
            self._details[id] = details_of(record, self.shipped)[1] if merged else judging.after_edit(details, record)
        agent = replace(self._agents[id], saved=record.reading.policy, dialect=record.reading.dialect)
        touched = {id: agent}
        if merged:
            # Anything may be another: the name, which namesakes see, and what decides about groups.
            others = {*self._names.sharing(agent.name), *self._names.sharing(record.name)} - {id}
            self._names.put(id, record.name)
            self._boards.clear()
            touched = {id: replace(agent, name=record.name, category=record.category)}
            touched |= {other: self._agents[other] for other in others}
        for row in touched.values():
            self.put(row)
        return list(touched)

    def _origin(self, id: str) -> Document:
        return self._origins.get(id) or self._records[id].document

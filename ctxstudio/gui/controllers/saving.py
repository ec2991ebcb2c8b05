"""Actions that save, and what is said about saves, conflicts, interrupted saves and drafts."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import counted, some
from ctxstudio.errors import CtxStudioError
from ctxstudio.gui.changes_view import FileChange
from ctxstudio.gui.dialogs.conflicts import ConflictDialog
from ctxstudio.gui.dialogs.recovery import RecoveryDialog
from ctxstudio.gui.dialogs.review import ReviewDialog
from ctxstudio.gui.dialogs.saved_changes import SavedChangesDialog
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.messages import Messages, show
from ctxstudio.gui.notices import Notices
from ctxstudio.gui.session import Session
from ctxstudio.policy.values import Policy
from ctxstudio.storage import batch
from ctxstudio.storage.drafts import Kept
from ctxstudio.storage.journal import Batch
from ctxstudio.storage.save import Outcome, SaveReport
from ctxstudio.workspace import Taken

_RESTART = "a running Claude Code session may need a restart"


class SavingActions(QtCore.QObject):
    """Saves edits, shows what that does and did, and asks before something is lost."""

    def __init__(
        self, session: Session, disk: Disk, messages: Messages, notices: Notices, window: QtWidgets.QWidget
    ) -> None:
        super().__init__(window)
        self._session, self._disk = session, disk
        self._messages, self._notices, self._window = messages, notices, window
        self._past: SavedChangesDialog | None = None
        self._told: list[str] = []
        session.opened.connect(self._on_opened)
        session.agents_changed.connect(self._on_agents_changed)
        disk.saved.connect(self._on_saved)
        disk.taken.connect(self._on_taken)
        disk.interrupted.connect(self._on_interrupted)
        disk.drafts.found.connect(self._on_draft_found)
        disk.drafts.unkept.connect(self._on_unkept)

    def save_selected(self) -> None:
        """Save the changed ones among the selected agents."""
        if not any(self._session.workspace.agent(id).changed for id in self._session.selection):
            self._messages.say("nothing to save in the selection")
        self._disk.save(self._session.selection)
        self._tell_conflicts(again=True)

    def save_all(self) -> None:
        """Save all changed agents."""
        if not self._session.workspace.changed_count:
            self._messages.say("nothing to save")
        self._disk.save_all()
        self._tell_conflicts(again=True)

    def review(self) -> None:
        """Show what saving would change, file by file, and save what stays checked."""
        workspace = self._session.workspace
        policies = {id: workspace.agent(id).policy for id in workspace.changed() if workspace.conflict(id) is None}
        shown = [FileChange(id, before, after) for id, (before, after) in workspace.preview(policies).items()]
        dialog = ReviewDialog(shown, self._cost_of, self._window)
        dialog.save_requested.connect(self._disk.save)
        show(dialog)

    def show_saved(self) -> None:
        """Show the batches that were saved, to look at or to restore."""
        if self._past is not None:
            self._past.raise_()
            return
        directory = self._session.workspace.directory
        self._past = SavedChangesDialog(self._disk.journal, directory, _present, self._window)
        self._past.restore_requested.connect(self._on_restore)
        self._past.finished.connect(self._on_past_closed)
        show(self._past)

    def may_drop_edits(self, purpose: str) -> bool:
        """Whether unsaved edits may be lost; asks, naming them."""
        workspace = self._session.workspace
        changed = workspace.changed()
        if not changed:
            return True
        answer = self._messages.ask_about_edits([workspace.agent(id).name for id in changed], purpose)
        if answer is QtWidgets.QMessageBox.StandardButton.Save:
            self._disk.save_all_now()
            return not workspace.changed_count
        if answer is QtWidgets.QMessageBox.StandardButton.Discard:
            self._disk.drafts.forget()
            return True
        return False

    def _cost_of(self, ids: Collection[str]) -> str:
        return self._session.workspace.cost_of(ids, self._session.scenario)

    # What session and disk tell

    def _on_opened(self) -> None:
        self._told = []
        self._notices.clear()

    def _on_agents_changed(self) -> None:
        if self._told or self._session.workspace.conflicts:
            self._tell_conflicts()

    def _on_saved(self, report: SaveReport) -> None:
        linked = [saved.id for saved in report.files if saved.outcome is Outcome.LINKED]
        workspace = self._session.workspace
        failed = [
            saved
            for saved in report.refused
            if saved.outcome is not Outcome.LINKED and not (saved.conflict and workspace.conflict(saved.id))
        ]
        if not report.refused:
            self._messages.say(f"{report.text()}; {_RESTART}")
        if failed:
            self._messages.warn("Not everything was saved", "\n".join(saved.text() for saved in failed))
        self._tell_conflicts()
        if linked:
            self._ask_about_links(linked)

    def _ask_about_links(self, ids: Collection[str]) -> None:
        question = f"{counted(len(ids), 'file')} of the batch has several hard links. Write it under all its names?"
        if len(ids) > 1:
            question = f"{len(ids):,} files of the batch have several hard links. Write them under all their names?"
        detail = ", ".join(list(ids)[:12])
        if self._messages.ask("Hard links", question, "Write all names", detail):
            self._disk.save(ids, in_place=ids)

    def _on_taken(self, taken: Taken) -> None:
        parts = []
        came = len(set(taken.changed) - set(taken.merged) - set(taken.conflicts))
        for count, what in ((len(taken.added), "new"), (len(taken.removed), "gone"), (came, "changed")):
            if count:
                parts.append(f"{count:,} {what}")
        if taken.merged:
            parts.append(f"your edits kept in {len(taken.merged):,} that changed elsewhere")
        if gone := sum(id in self._session.workspace.gone for id in taken.changed):
            parts.append(f"{gone:,} with unsaved edits gone")
        if parts:
            self._messages.say("on disk: " + ", ".join(parts))
        self._tell_conflicts()

    def _tell_conflicts(self, *, again: bool = False) -> None:
        """Show the notice of undecided conflicts, or take it away; one that was put away comes back with `again`."""
        workspace = self._session.workspace
        names = [workspace.agent(id).name for id in list(workspace.conflicts) if workspace.conflict(id)]
        if names == self._told and not again:
            return
        self._told = names
        if not names:
            self._notices.withdraw("conflict")
            return
        self._notices.show_notice(
            "conflict",
            f"Changed on disk while you have another edit: {some(names, 3)}. Yours is not saved until you decide.",
            [("Decide…", self.decide_conflicts)],
        )

    def decide_conflicts(self) -> None:
        """Show what is on disk, what it was and what is edited, and let the user decide."""
        workspace = self._session.workspace
        found = [conflict for id in list(workspace.conflicts) if (conflict := workspace.conflict(id))]
        if not found:
            return
        dialog = ConflictDialog(found, self._window)
        dialog.resolved.connect(self._on_resolved)
        show(dialog)

    def _on_resolved(self, policies: dict[str, Policy]) -> None:
        for id in policies:
            self._session.workspace.conflicts.pop(id, None)
        self._session.apply_policies(policies, "decide conflict")
        self._tell_conflicts()

    def _on_interrupted(self, found: list[Batch]) -> None:
        last = found[0]
        when = last.time.astimezone().strftime("%Y-%m-%d %H:%M")
        self._notices.show_notice(
            "interrupted",
            f"A {last.title} of {when} was interrupted; {counted(len(last.ids), 'file')} may be old or new.",
            [
                ("Finish", lambda: self._settle(last, undo=False)),
                ("Undo", lambda: self._settle(last, undo=True)),
                ("Show…", lambda: self._show_interrupted(found)),
            ],
        )

    def _show_interrupted(self, found: list[Batch]) -> None:
        dialog = RecoveryDialog(found, self._disk.journal.changes, batch.standing, self._window)
        dialog.finish_requested.connect(lambda past: self._settle(past, undo=False))
        dialog.undo_requested.connect(lambda past: self._settle(past, undo=True))
        show(dialog)

    def _settle(self, past: Batch, *, undo: bool) -> None:
        self._disk.settle(past, undo=undo)
        self._messages.say(f"the interrupted {past.title} was {'undone' if undo else 'finished'}")

    def _on_draft_found(self, kept: Kept) -> None:
        when = kept.time.astimezone().strftime("%Y-%m-%d %H:%M")
        self._notices.show_notice(
            "draft",
            f"Unsaved edits of {counted(len(kept.drafts), 'agent')} were kept on {when}, when the program ended.",
            [
                ("Restore", lambda: self._disk.drafts.decide(restore=True)),
                ("Discard", lambda: self._disk.drafts.decide(restore=False)),
            ],
        )

    def _on_unkept(self) -> None:
        said = "Another window has this directory open; unsaved edits of this one do not survive a crash."
        self._notices.show_notice("unkept", said, [])

    def _on_restore(self, past: Batch, ids: Collection[str]) -> None:
        self._disk.restore(past, ids)
        if self._past is not None:
            self._past.refresh()

    def _on_past_closed(self) -> None:
        self._past = None


def _present(directory: Path, id: str) -> bytes | None:
    """What a file holds now; None if it cannot be read."""
    try:
        return batch.present(directory, id)
    except CtxStudioError:
        return None

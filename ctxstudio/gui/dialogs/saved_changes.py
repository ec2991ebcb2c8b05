"""The dialog of past saves: what each wrote, and how to get the old contents back."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError, Severity
from ctxstudio.gui import labels, text
from ctxstudio.gui.changes_view import ChangesView, FileChange
from ctxstudio.gui.dialogs.batch_list import BatchList
from ctxstudio.gui.widgets import QuietBox
from ctxstudio.storage.journal import Batch, Change

Present = Callable[[Path, str], bytes | None]
"""What a file holds now: directory and id give its content, None for no file; may raise CtxStudioError or OSError."""


class Batches(Protocol):
    """The journal, as far as this dialog needs it."""

    def batches(self) -> list[Batch]:
        """All batches, the newest first."""
        ...

    def changes(self, batch: Batch) -> tuple[Change, ...]:
        """What a batch changed, contents included."""
        ...


@dataclass(slots=True)
class _Standing:
    """How the files of a batch stand now.

    Attributes:
        written: what the batch did, with what can be restored checked.
        since: what was changed since.
    """

    written: list[FileChange] = field(default_factory=list)
    since: list[FileChange] = field(default_factory=list)


class SavedChangesDialog(QtWidgets.QDialog):
    """Past batches and their files. To be shown with `open` or `show`.

    Signals:
        restore_requested: (Batch, tuple of ids) these files shall hold what they held before; then `refresh`.
    """

    restore_requested = QtCore.Signal(object, object)

    def __init__(
        self, journal: Batches, directory: Path | None, present: Present, parent: QtWidgets.QWidget | None = None
    ) -> None:
        """Args:
        journal: the batches.
        directory: the opened directory; None if there is none.
        present: what a file holds now.
        parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("savedChangesDialog")
        self.setWindowTitle("Saved changes")
        self._journal, self._present = journal, present
        self._directory = None if directory is None else Path(os.path.realpath(directory))
        self._standing = _Standing()
        self._make_list()
        self._make_files()
        self._lay_out()
        self.scope.currentIndexChanged.connect(self.refresh)
        self.list.selectionModel().currentRowChanged.connect(self._on_batch_chosen)
        self.written.checked_changed.connect(self._refresh_button)
        self.restore.clicked.connect(self._on_restore)
        self.buttons.rejected.connect(self.reject)
        self.refresh()
        self.list.setFocus()

    def _make_list(self) -> None:
        self.scope = QuietBox()
        self.scope.setObjectName("savedChangesScope")
        self.scope.setAccessibleName("Batches shown")
        self.scope.addItem("This directory", True)
        self.scope.addItem("All directories", False)
        if self._directory is None:
            self.scope.removeItem(0)
        self.list = BatchList()

    def _make_files(self) -> None:
        self.written = ChangesView(titles=("Before", "Saved"))
        self.since = ChangesView(checkable=False, titles=("As saved", "Now"))
        self.tabs = QtWidgets.QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setObjectName("savedChangesTabs")
        self.tabs.addTab(self.written, "What was saved")
        self.tabs.addTab(self.since, "Changed since")
        self.note = labels.Note()
        self.note.setObjectName("savedChangesNote")
        self.note.setContentsMargins(10, 0, 10, 0)
        self.note.hide()
        self.buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Close)
        self.restore = self.buttons.addButton("&Restore", self.buttons.ButtonRole.ActionRole)
        self.restore.setObjectName("savedChangesRestore")
        for button in (self.restore, self.buttons.button(self.buttons.StandardButton.Close)):
            button.setAutoDefault(False)  # Return in the lists closes nothing

    def _lay_out(self) -> None:
        self.resize(1000, 680)
        top = QtWidgets.QHBoxLayout()
        top.setContentsMargins(10, 10, 10, 0)
        label = labels.plain_label("&Saves of")
        label.setBuddy(self.scope)
        self._count = labels.plain_label(muted=True)
        top.addWidget(label)
        top.addWidget(self.scope)
        top.addStretch(1)
        top.addWidget(self._count)
        lower = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.note)
        column.addWidget(self.tabs, 1)
        splitter = QtWidgets.QSplitter(QtCore.Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self.list)
        splitter.addWidget(lower)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([170, 440])
        foot = QtWidgets.QHBoxLayout()
        foot.setContentsMargins(10, 0, 10, 10)
        foot.addWidget(self.buttons)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(top)
        outer.addWidget(splitter, 1)
        outer.addLayout(foot)

    # What is shown

    def refresh(self) -> None:
        """Read the journal again; the batch that is shown stays."""
        kept = self.list.batch()
        try:
            found = self._journal.batches()
        except CtxStudioError as error:
            found = []
            self._say(f"The saves cannot be read: {error}", Severity.ERROR)
        else:
            self.note.hide()
        if self.scope.currentData():
            found = [batch for batch in found if batch.directory == self._directory]
        self.list.batches.set_batches(found)
        self._count.setText(counted(len(found), "save") if found else "Nothing was saved yet")
        keys = [batch.key for batch in found]
        row = keys.index(kept.key) if kept is not None and kept.key in keys else 0
        if found:
            self.list.setCurrentIndex(self.list.batches.index(row, 0))
        else:
            self._show_batch()

    def _on_batch_chosen(self) -> None:
        self._show_batch()

    def _show_batch(self, left_out: Collection[str] = ()) -> None:
        """Show the current batch, some of its files unchecked."""
        batch = self.list.batch()
        self._standing = _Standing()
        if batch is not None:
            try:
                self._standing = self._found(batch, self._journal.changes(batch), left_out)
            except CtxStudioError as error:
                self._say(f"The contents of this save cannot be read: {error}", Severity.ERROR)
            else:
                self.note.hide()
        self.written.set_changes(self._standing.written)
        self.since.set_changes(self._standing.since)
        self.tabs.setCurrentIndex(0)
        self.tabs.setTabText(0, f"What was saved ({len(self._standing.written):,})")
        self.tabs.setTabText(1, f"Changed since ({len(self._standing.since):,})")
        self.tabs.setTabEnabled(1, bool(self._standing.since))
        self._refresh_button()

    def _found(self, batch: Batch, changes: Sequence[Change], left_out: Collection[str]) -> _Standing:
        """What can be restored: what was written and stands there unchanged."""
        made = _Standing()
        for change in changes:
            reason = batch.outcomes.get(change.id, "")
            try:
                now = self._present(batch.directory, change.id)
            except (CtxStudioError, OSError) as error:
                made.written.append(_fixed(change, f"it cannot be read: {error}"))
                continue
            if now == change.after:
                checked = change.id not in left_out
                made.written.append(FileChange(change.id, change.before, change.after, reason, checked))
            elif now == change.before:
                made.written.append(_fixed(change, f"not written: {reason}" if reason else "it is as it was before"))
            else:
                made.written.append(_fixed(change, "changed since; it cannot be restored"))
                made.since.append(FileChange(change.id, change.after, now))
        return made

    def _refresh_button(self) -> None:
        count = len(self.written.checked_ids())
        self.restore.setText(f"&Restore {counted(count, 'file')}" if count else "&Restore")
        self.restore.setEnabled(count > 0)
        self.restore.setToolTip(text.tooltip("Give the checked files the contents of the left side again"))

    def _say(self, message: str, severity: Severity) -> None:
        self.note.show_note(message, severity=severity)
        self.note.show()

    # What the user does

    def _on_restore(self) -> None:
        batch, wanted = self.list.batch(), self.written.checked_ids()
        if batch is None:
            return
        # They may have changed while the dialog was open.
        self._show_batch({change.id for change in self._standing.written} - {*wanted})
        can = {change.id for change in self._standing.written if not change.locked}
        refused = [id for id in wanted if id not in can]
        if refused:
            self._refuse(refused)
        else:
            self.restore_requested.emit(batch, wanted)

    def _refuse(self, ids: Sequence[str]) -> None:
        """Say which files changed while the dialog was open. Nothing is restored: the choice is made anew."""
        changed = "file has" if len(ids) == 1 else "files have"
        self._say(f"{len(ids):,} {changed} changed just now. Nothing was restored.", Severity.WARNING)
        if self._standing.since:
            self.tabs.setCurrentIndex(1)
            self.since.show_file(ids[0])


def _fixed(change: Change, note: str) -> FileChange:
    return FileChange(change.id, change.before, change.after, note, checked=False, locked=True)

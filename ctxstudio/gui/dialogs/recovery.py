"""The dialog at the start after a save was interrupted: finish it, undo it, or decide later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from PySide6 import QtCore, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError, Severity
from ctxstudio.gui import labels, text
from ctxstudio.gui.changes_view import ChangesView, FileChange
from ctxstudio.storage.batch import Standing
from ctxstudio.storage.journal import Batch, Change

_NOTES: Final = {
    Standing.AFTER: "has the new contents",
    Standing.BEFORE: "has the old contents",
    Standing.TORN: "is written in part; both ways mend it",
    Standing.OTHER: "changed since; it is left alone",
}
_WAYS: Final = "Finishing writes the new contents to all of them; undoing gives all of them the old ones again."
_WIDTH: Final = 560


class RecoveryDialog(QtWidgets.QDialog):
    """Asks about interrupted batches, one after the other. To be shown with `open`.

    Signals:
        finish_requested: (Batch) do what is missing of it.
        undo_requested: (Batch) take back what it did.
    """

    finish_requested = QtCore.Signal(object)
    undo_requested = QtCore.Signal(object)

    def __init__(
        self,
        batches: Sequence[Batch],
        changes: Callable[[Batch], Sequence[Change]],
        standing: Callable[[Path, Change], Standing],
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        batches: the interrupted ones, at least one.
        changes: what a batch was going to change; may raise CtxStudioError.
        standing: what a file of a batch holds now, as `storage.batch.standing` tells.
        parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("recoveryDialog")
        self.setWindowTitle("An interrupted save")
        self._batches, self._place = tuple(batches), 0
        self._changes_of, self._standing_of = changes, standing
        self._head = labels.plain_label(wrap=True)
        self._head.setObjectName("recoveryHead")
        self._head.setFont(labels.bold(self._head.font()))
        self._state = labels.plain_label(wrap=True)
        self._state.setObjectName("recoveryState")
        self._ways = labels.plain_label(_WAYS, wrap=True, muted=True)
        self._note = labels.Note()
        self._note.setObjectName("recoveryNote")
        self.changes = ChangesView(checkable=False, titles=("Old", "New"))
        self._make_buttons()
        self._lay_out()
        self._show_batch()

    def _make_buttons(self) -> None:
        roles = QtWidgets.QDialogButtonBox.ButtonRole
        self.buttons = QtWidgets.QDialogButtonBox()
        self.details = QtWidgets.QPushButton("&Show changes")
        self.details.setObjectName("recoveryDetails")
        self.details.setCheckable(True)
        self.details.setAutoDefault(False)
        self.finish = self.buttons.addButton("&Finish the save", roles.AcceptRole)
        self.finish.setObjectName("recoveryFinish")
        self.finish.setToolTip(text.tooltip("Write the new contents to the files that have the old ones"))
        self.undo = self.buttons.addButton("&Undo the save", roles.DestructiveRole)
        self.undo.setObjectName("recoveryUndo")
        self.undo.setToolTip(text.tooltip("Write the old contents to the files that have the new ones"))
        self.later = self.buttons.addButton("Decide &later", roles.RejectRole)
        self.later.setObjectName("recoveryLater")
        self.finish.setDefault(True)
        self.finish.clicked.connect(lambda: self._decide(self.finish_requested))
        self.undo.clicked.connect(lambda: self._decide(self.undo_requested))
        self.later.clicked.connect(self._go_on)
        self.details.toggled.connect(self._on_details)

    def _lay_out(self) -> None:
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(10)
        for widget in (self._head, self._state, self._ways, self._note):
            column.addWidget(widget)
        column.addWidget(self.changes, 1)
        column.addStretch()
        foot = QtWidgets.QHBoxLayout()
        foot.addWidget(self.details)
        foot.addStretch(1)
        foot.addWidget(self.buttons)
        column.addLayout(foot)
        self.changes.hide()
        self.setMinimumWidth(_WIDTH)

    # What is shown

    def _show_batch(self) -> None:
        batch = self._batches[self._place]
        count = len(self._batches)
        which = f" ({self._place + 1} of {count})" if count > 1 else ""
        when = f"{batch.time.astimezone():%Y-%m-%d at %H:%M}"
        files = counted(len(batch.ids), "file")
        self._head.setText(text.one_line(f"A save of {files} in {batch.directory} on {when} was interrupted{which}"))
        try:
            changes = self._changes_of(batch)
        except CtxStudioError as error:
            self._show_unreadable(str(error))
            return
        standing = {change.id: self._standing_of(batch.directory, change) for change in changes}
        self._state.setText(_said(Counter(standing.values())))
        self._note.hide()
        self._ways.show()
        self.changes.set_changes(
            [FileChange(change.id, change.before, change.after, _NOTES[standing[change.id]]) for change in changes]
        )
        self._allow(True)

    def _show_unreadable(self, reason: str) -> None:
        self._state.setText("")
        self._note.show_note(f"What it was going to write cannot be read: {reason}", severity=Severity.ERROR)
        self._note.show()
        self._ways.hide()
        self.changes.set_changes(())
        self._allow(False)

    def _allow(self, on: bool) -> None:
        for button in (self.details, self.finish, self.undo):
            button.setEnabled(on)

    # What the user does

    def _on_details(self, on: bool) -> None:
        self.changes.setVisible(on)
        self.details.setText("Hide &changes" if on else "&Show changes")
        if on:
            self.resize(max(self.width(), 900), max(self.height(), 600))
        else:
            self.adjustSize()

    def _decide(self, signal: QtCore.SignalInstance) -> None:
        signal.emit(self._batches[self._place])
        self._go_on()

    def _go_on(self) -> None:
        """Ask about the next batch, or be done."""
        self._place += 1
        if self._place < len(self._batches):
            self._show_batch()
            self.finish.setFocus()
        else:
            self.accept()


def _said(found: Counter[Standing]) -> str:
    """How the files stand, in sentences."""
    new, old, torn, other = (
        found[standing] for standing in (Standing.AFTER, Standing.BEFORE, Standing.TORN, Standing.OTHER)
    )
    parts = [f"{counted(new, 'file')} {_has(new)} the new contents", f"{old:,} the old"]
    parts += [f"{torn:,} {'is' if torn == 1 else 'are'} written in part"] if torn else []
    sentences = ", ".join(parts) + "."
    if other:
        sentences += f" {counted(other, 'file')} {_has(other)} changed since and will be left alone."
    return sentences


def _has(count: int) -> str:
    return "has" if count == 1 else "have"

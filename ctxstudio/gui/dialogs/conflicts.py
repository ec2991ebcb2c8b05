"""The dialog of policies that changed on disk while they have unsaved edits: what each side says, and a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui import labels, text
from ctxstudio.gui.dialogs.conflict_table import Choices, ConflictTable
from ctxstudio.policy.merge import Conflict

_AFTER: Final = "Choose for each field what shall stand in the table; nothing is written before you save."
_ONE: Final = f"The policy of this agent was changed on disk since it was read, and has unsaved edits here. {_AFTER}"
_SEVERAL: Final = (
    f"The policies of these agents were changed on disk since they were read, and have unsaved edits here. {_AFTER}"
)


class ConflictDialog(QtWidgets.QDialog):
    """Three versions of each policy side by side, and from which one each field is taken. To be shown with `open`.

    Signals:
        resolved: (dict of id -> Policy) the user chose for all agents; the dialog is closed then.
    """

    resolved = QtCore.Signal(object)

    def __init__(self, conflicts: Sequence[Conflict], parent: QtWidgets.QWidget | None = None) -> None:
        """Args:
        conflicts: the agents, at least one.
        parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("conflictDialog")
        self.setWindowTitle("Changed on disk and here")
        self._choices = [Choices(conflict) for conflict in conflicts]
        self._intro = labels.plain_label(wrap=True)
        self._intro.setObjectName("conflictIntro")
        self.list = QtWidgets.QListWidget()
        self.list.setObjectName("conflictList")
        self.list.setAccessibleName("Agents that changed on disk and here")
        self.list.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.table = ConflictTable()
        self._name = labels.ElidedLabel()
        self._name.setFont(labels.bold(self._name.font()))
        self._path = labels.ElidedLabel(QtCore.Qt.TextElideMode.ElideMiddle, muted=True)
        self._make_buttons()
        self._fill()
        self._lay_out()
        self.list.currentRowChanged.connect(self._show_agent)
        self.list.setCurrentRow(0)
        (self.list if len(conflicts) > 1 else self.table).setFocus()

    def _make_buttons(self) -> None:
        roles = QtWidgets.QDialogButtonBox.ButtonRole
        self.buttons = QtWidgets.QDialogButtonBox()
        self.mine = self.buttons.addButton("Take all &mine", roles.ActionRole)
        self.mine.setObjectName("conflictMine")
        self.disk = self.buttons.addButton("Take all from &disk", roles.ActionRole)
        self.disk.setObjectName("conflictDisk")
        self.apply = self.buttons.addButton("&Apply", roles.AcceptRole)
        self.apply.setObjectName("conflictApply")
        self.apply.setDefault(True)
        self.buttons.addButton(self.buttons.StandardButton.Cancel)
        whom = "the agent" if len(self._choices) == 1 else f"all {len(self._choices):,} agents"
        self.mine.setToolTip(text.tooltip(f"Choose my side of every field of {whom}"))
        self.disk.setToolTip(text.tooltip(f"Choose the disk's side of every field of {whom}"))
        self.apply.setToolTip(text.tooltip("Edit the policies as chosen. Nothing is written before you save."))
        for button in (self.mine, self.disk):
            button.setAutoDefault(False)
        self.mine.clicked.connect(lambda: self._take_all(disk=False))
        self.disk.clicked.connect(lambda: self._take_all(disk=True))
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)

    def _fill(self) -> None:
        for choices in self._choices:
            mark = f" — {choices.clashes} to choose" if choices.clashes else ""
            item = QtWidgets.QListWidgetItem(text.one_line(choices.conflict.name) + mark)
            item.setToolTip(text.tooltip(choices.conflict.id))
            self.list.addItem(item)
        self._intro.setText(_ONE if len(self._choices) == 1 else _SEVERAL)

    def _lay_out(self) -> None:
        self.resize(960, 600)
        right = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(right)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(2)
        for label in (self._name, self._path):
            label.setContentsMargins(10, 0, 10, 0)
            column.addWidget(label)
        column.addSpacing(4)
        column.addWidget(self.table, 1)
        splitter = QtWidgets.QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self.list)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([220, 740])
        self.list.setMinimumWidth(140)
        self.list.setVisible(len(self._choices) > 1)
        self._intro.setContentsMargins(10, 10, 10, 0)
        foot = QtWidgets.QHBoxLayout()
        foot.setContentsMargins(10, 0, 10, 10)
        foot.addWidget(self.buttons)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addWidget(self._intro)
        outer.addWidget(splitter, 1)
        outer.addLayout(foot)

    def _show_agent(self, row: int) -> None:
        if row >= 0:
            conflict = self._choices[row].conflict
            self._name.show_text(conflict.name)
            self._path.show_text(conflict.id)
            self.table.show_choices(self._choices[row])

    def _take_all(self, *, disk: bool) -> None:
        for choices in self._choices:
            choices.take_all(disk=disk)
        self.table.refresh()

    def _on_accepted(self) -> None:
        found = {choices.conflict.id: choices.result() for choices in self._choices}
        self.accept()
        self.resolved.emit(found)

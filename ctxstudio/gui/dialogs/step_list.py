"""The steps of a rule, one form below the other."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Final

from PySide6 import QtCore, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import labels
from ctxstudio.gui.dialogs.step_editor import StepEditor
from ctxstudio.gui.session import Session
from ctxstudio.gui.suggestions import Suggestions
from ctxstudio.policy import steps
from ctxstudio.policy.steps import Do, Step

_NONE: Final = "No step yet. “Add step” says what can be done to each agent."


class StepList(QtWidgets.QWidget):
    """Edits the steps of one rule.

    Attributes:
        editors: one for each step, in order.

    Signals:
        edited: (tuple of Step) the steps are others now.
    """

    edited = QtCore.Signal(object)

    def __init__(self, session: Session, before: QtWidgets.QWidget, parent: QtWidgets.QWidget | None = None) -> None:
        """Args:
        session: the open directory.
        before: what the Tab key leaves to come here.
        parent: the dialog.
        """
        super().__init__(parent)
        self._before = before
        self.setObjectName("stepList")
        self._session, self._suggestions = session, Suggestions(session)
        self._steps: tuple[Step, ...] = ()
        self.editors: list[StepEditor] = []
        self._empty = labels.plain_label(_NONE, wrap=True, muted=True)
        self._add = QtWidgets.QPushButton("&Add step")
        self._add.setObjectName("addStepButton")
        self._add.setAutoDefault(False)
        menu = QtWidgets.QMenu(self._add)
        menu.setToolTipsVisible(True)
        for do, kind in steps.KINDS.items():
            action = menu.addAction(kind.title, functools.partial(self.add, do))
            action.setToolTip(kind.help)
        self._add.setMenu(menu)
        content = QtWidgets.QWidget()
        self._column = QtWidgets.QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self._area = QtWidgets.QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self._area.setWidget(content)
        self._empty.setMargin(10)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._area, 1)
        column.addWidget(self._add, 0, QtCore.Qt.AlignmentFlag.AlignLeft)

    # What is shown

    def show_steps(self, shown: Sequence[Step]) -> None:
        """Show other steps."""
        self._steps = tuple(shown)
        while len(self.editors) > len(self._steps):
            gone = self.editors.pop()
            gone.hide()
            self._column.removeWidget(gone)
            gone.deleteLater()
        while len(self.editors) < len(self._steps):
            self._append()
        for position, (editor, step) in enumerate(zip(self.editors, self._steps, strict=True)):
            editor.show_step(step, position, len(self._steps))
        self._empty.setVisible(not self._steps)
        order = [widget for editor in self.editors for widget in editor.tab_order()]
        for one, other in itertools.pairwise([self._before, *order, self._add]):
            self.setTabOrder(one, other)

    def _append(self) -> None:
        editor, position = StepEditor(self._session, self._suggestions), len(self.editors)
        editor.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        editor.edited.connect(lambda step: self._replace(position, step))
        editor.move_requested.connect(lambda by: self._move(position, by))
        editor.remove_requested.connect(lambda: self._remove(position))
        self._column.insertWidget(position, editor)
        self.editors.append(editor)

    def show_notes(self, warnings: Mapping[int, str], notes: Mapping[int, str]) -> None:
        """Say below each step what is wrong with it, or what it leaves alone."""
        for position, editor in enumerate(self.editors):
            said = [part for part in (warnings.get(position), notes.get(position)) if part]
            editor.show_note(". ".join(said), Severity.WARNING if position in warnings else Severity.INFO)

    # What the user does

    def commit(self) -> None:
        """Take over what is still being typed."""
        for editor in list(self.editors):
            editor.commit()

    def add(self, do: Do) -> None:
        """Put a step behind the others and go to it."""
        self._change((*self._steps, Step(do)))
        self._go_to(len(self.editors) - 1)

    def _replace(self, position: int, step: Step) -> None:
        self._change((*self._steps[:position], step, *self._steps[position + 1 :]))

    def _remove(self, position: int) -> None:
        self.commit()
        self._change(self._steps[:position] + self._steps[position + 1 :])
        if self.editors:
            self._go_to(min(position, len(self.editors) - 1))
        else:
            self._add.setFocus()

    def _move(self, position: int, by: int) -> None:
        self.commit()
        wanted = position + by
        if 0 <= wanted < len(self._steps):
            moved = list(self._steps)
            moved[position], moved[wanted] = moved[wanted], moved[position]
            self._change(moved)
            self._go_to(wanted)

    def _change(self, changed: Sequence[Step]) -> None:
        self.show_steps(changed)
        self.edited.emit(self._steps)

    def _go_to(self, position: int) -> None:
        editor = self.editors[position]
        editor.part("do").setFocus(QtCore.Qt.FocusReason.OtherFocusReason)
        # Later: a new form has no size yet.
        QtCore.QTimer.singleShot(0, editor, lambda: self._area.ensureWidgetVisible(editor))

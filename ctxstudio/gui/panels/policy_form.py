"""The form of one or many agents' model policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import labels, theme, widgets
from ctxstudio.gui.list_delegate import Suggestion
from ctxstudio.gui.list_edit import ListEdit
from ctxstudio.gui.panels.field_notes import FieldNote, Found, Offer, notes_about
from ctxstudio.gui.panels.field_row import Edited, Editor, FieldRow
from ctxstudio.gui.panels.problems import ProblemList
from ctxstudio.gui.session import Session
from ctxstudio.gui.suggestions import Suggestions
from ctxstudio.gui.text_box import TextBox
from ctxstudio.policy import fields, texts
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.fixes import Fixes
from ctxstudio.policy.values import Agent, Dialect, Policy

_OBJECT_NAMES = {
    "preference": "preferenceBox",
    "effort": "effortBox",
    "fallbacks": "fallbacksEdit",
    "escalation.to": "escalationBox",
    "escalation.when": "triggersEdit",
    "fast_path.to": "fastPathBox",
    "fast_path.when": "fastPathTriggersEdit",
    "reasoning": "reasoningEdit",
}
"""The form's fields in their order, and the object names of their editors."""
_NOTHING = {
    "preference": "(none: inherits)",
    "fallbacks": "no fallbacks",
    "escalation.when": "no triggers",
    "fast_path.when": "no triggers",
    "reasoning": "why this model",
}
"""What an editor without a value says, `(none)` where it is not here."""
_SWITCHES = {"escalation.to": "escalation", "fast_path.to": "fast_path"}
"""Without a target the whole switch goes, triggers included."""
_BEFORE = frozenset({"escalation.to", "fast_path.to", "reasoning"})
"""Fields that begin a group."""


class PolicyForm(QtWidgets.QScrollArea):
    """Edits the selected agents; every change is one undo step for all of them."""

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("policyForm")
        self._session = session
        self._suggestions = Suggestions(session)
        self._fixes = Fixes(session.shipped.catalogue, session.workspace.today)
        self._ids: tuple[str, ...] = ()
        self._editable: tuple[str, ...] = ()
        """Those of the agents that an edit reaches."""
        self._replacing = self._current = False
        self._gone: dict[str, dict[str, tuple[str, ...]]] = {}
        """Triggers that went with their target a moment ago, by the target's field and agent."""
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        content = QtWidgets.QWidget(self)
        self._note = labels.Note()
        self._note.accepted.connect(self._on_replace)
        self._note.hide()
        self._fields = QtWidgets.QWidget(content)
        # A grid, for a form layout gives wrapped texts the height they had at another width.
        self._form = QtWidgets.QGridLayout(self._fields)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(8)
        self._form.setVerticalSpacing(4)
        self._form.setColumnStretch(1, 1)
        self._rows = {id: self._add_row(fields.field(id), name) for id, name in _OBJECT_NAMES.items()}
        self._problems = ProblemList(content)
        column = QtWidgets.QVBoxLayout(content)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        column.addWidget(self._note)
        column.addWidget(self._fields)
        column.addSpacing(4)
        column.addWidget(self._problems)
        column.addStretch(1)
        self.setWidget(content)
        session.opened.connect(self._on_opened)
        session.selection_changed.connect(self.commit_pending)

    # Building

    def _add_row(self, field: Field, name: str) -> FieldRow:
        if field.id in _BEFORE:
            self._form.setRowMinimumHeight(self._form.rowCount(), 2)
        row = FieldRow(field, self._editor(field), name, self._form)
        row.editor.edited.connect(lambda value: self._on_edited(row, value))
        if isinstance(row.editor, ListEdit):
            row.editor.each_edited.connect(lambda change: self._on_each_edited(row, change))
        return row

    def _editor(self, field: Field) -> Editor:
        session = self._session
        catalogue, none = session.shipped.catalogue, _NOTHING.get(field.id, "(none)")
        if field.kind is Kind.EFFORT:
            return widgets.ChoiceBox(none, fields.EFFORTS)
        if field.kind is Kind.MODEL:
            return widgets.ModelBox(catalogue, session.workspace.today, none)
        if field.kind is Kind.MODELS:
            return ListEdit(none, texts.names, self._models, self._swatch)
        if field.kind is Kind.TEXTS:
            return ListEdit(none, texts.lines, lambda: self._suggestions.triggers(field))
        box = TextBox(none)
        box.setFixedHeight(6 * box.fontMetrics().lineSpacing() + 14)
        return box

    def _models(self) -> list[Suggestion]:
        """What is offered as a fallback: not the model that all of the agents prefer anyway."""
        preferred = {agent.policy.preference for agent in self._shown_agents()}
        return self._suggestions.models(self.palette(), preferred.pop() if len(preferred) == 1 else None)

    def _swatch(self, name: str) -> QtGui.QIcon:
        family = self._session.shipped.catalogue.family(name)
        return labels.swatch(theme.family_color(family, self.palette()))

    # What is shown

    def refresh(self) -> None:
        """Show the selected agents."""
        if self._ids != self._session.selection:
            self._ids, self._replacing = self._session.selection, False
            self._gone.clear()
        self._current = True
        if not self._ids:
            return
        agents = [self._session.workspace.agent(id) for id in self._ids]
        self._show_editable(agents)
        shown = self._shown_agents()
        edited = _edited(shown)
        found = _by_field(shown)
        for id, row in self._rows.items():
            self._show_row(row, shown, edited, found.get(id, ()))
        judged = self._session.workspace.details(self._ids[0]) is not None
        issues = [issue for agent in agents for issue in agent.problems]
        others = [issue for issue in issues if issue.field not in self._rows]
        checked = judged or not self._session.loading
        self._problems.show_issues(others, len(agents), checked, len(issues) - len(others))

    def _shown_agents(self) -> list[Agent]:
        """Those whose values are shown: what an edit reaches, or all if it reaches none."""
        workspace = self._session.workspace
        return [workspace.agent(id) for id in self._editable or self._ids if id in workspace]

    def _show_row(
        self, row: FieldRow, agents: Sequence[Agent], edited: Sequence[Edited], found: Sequence[Found]
    ) -> None:
        notes = notes_about(found, len(agents), self._fixes, self._mend)
        if row.field.id in _SWITCHES:
            notes += self._about_gone(row.field.id, agents)
        row.show(agents, edited, notes)

    def _about_gone(self, id: str, agents: Sequence[Agent]) -> list[FieldNote]:
        """A word about the triggers that went with the target, and the way back; until there is another target."""
        kept, value = self._gone.get(id, {}), fields.field(_SWITCHES[id]).value
        gone = {agent.id: kept[agent.id] for agent in agents if kept.get(agent.id) and value(agent) is None}
        if not gone:
            return []
        count = sum(map(len, gone.values()))
        which = f"its {count} trigger{'s' if count > 1 else ''}" if len(agents) == 1 else f"{count:,} triggers"
        when = f"{_SWITCHES[id]}.when"
        offer = Offer("Keep them", lambda: self._mend(when, gone))
        return [FieldNote(Severity.INFO, f"Cleared together with {which}", (offer,))]

    def _show_editable(self, agents: Sequence[Agent]) -> None:
        """Say what cannot be edited and why; disable the form if nothing can."""
        record = self._session.workspace.record
        locked = {agent.id: reason for agent in agents if (reason := record(agent.id).locked)}
        other = {agent.id for agent in agents if agent.dialect is Dialect.OTHER} if not self._replacing else set()
        self._editable = tuple(agent.id for agent in agents if agent.id not in locked and agent.id not in other)
        action: list[str] = []
        note = ""
        if locked:
            reason = next(iter(locked.values()))
            note = f"Cannot be edited: {reason}."
            if len(agents) > 1:
                left_out = "cannot be edited" if len(locked) == len(agents) else "cannot be edited and are left out"
                note = f"{len(locked)} of {len(agents)} agents {left_out}. The first: {reason}."
        elif other:
            whose = f"{len(other)} of {len(agents)} agents have a" if len(agents) > 1 else "The file has a"
            note = f"{whose} `model` that is neither a name nor a mapping. Editing means replacing it."
            action = ["Replace it" if len(agents) == 1 else "Replace them"]
        self._note.setVisible(bool(note))
        if note:
            self._note.show_note(note, action)
        self._fields.setEnabled(bool(self._editable))

    # What the user does

    def commit_pending(self) -> None:
        """Take over what is still being typed: before another selection is shown, before a save."""
        for row in self._rows.values():
            row.editor.commit()

    def _on_edited(self, row: FieldRow, value: Any) -> None:
        if not self._editable or not shiboken6.isValid(self):  # editors also finish while the window is being destroyed
            return
        # The agents shown, not the session's selection: a text that was being typed belongs to them.
        agents, id = self._shown_agents(), row.field.id
        self._forget_gone(id)
        if id in _SWITCHES and value is None:
            when = fields.field(f"{_SWITCHES[id]}.when").value
            self._gone[id] = {agent.id: when(agent) for agent in agents}
        typing = row.editor.run if isinstance(row.editor, TextBox) else None
        id = _SWITCHES.get(id, id) if value is None else id
        self._current = False
        ids = [agent.id for agent in agents]
        self._session.edit(ids, id, value, replace_invalid=self._replacing, typing=typing)
        self._take_back()

    def _on_each_edited(self, row: FieldRow, change: texts.Change) -> None:
        self._mend(row.field.id, {agent.id: change(row.field.value(agent)) for agent in self._shown_agents()})

    def _mend(self, field_id: str, values: Mapping[str, Any]) -> None:
        self._current = False
        self._forget_gone(field_id)
        present = {id: value for id, value in values.items() if id in self._session.workspace}
        self._session.edit_each(field_id, present, replace_invalid=self._replacing)
        self._take_back()

    def _forget_gone(self, field_id: str) -> None:
        """The next edit of a switch is the end of the moment after it was cleared."""
        self._gone.pop(f"{field_id.partition('.')[0]}.to", None)

    def _take_back(self) -> None:
        """Show again what an edit has left as it was, because it was refused or changed nothing."""
        if not self._current:
            self.refresh()

    def _on_replace(self) -> None:
        self._replacing = True
        self.refresh()

    def _on_opened(self) -> None:
        """Another directory is open: what was being typed for the former one is dropped."""
        self._ids = self._editable = ()
        self._gone.clear()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        focused = QtWidgets.QApplication.focusWidget()
        row = next((row for row in self._rows.values() if row.has(focused)), None)
        if event.key() == QtCore.Qt.Key.Key_F1 and row is not None:
            row.explain()
        else:
            super().keyPressEvent(event)


def _edited(agents: Sequence[Agent]) -> list[Edited]:
    """The agents with unsaved edits, each beside one with what its file says; the same one for the same policy."""
    on_disk: dict[Policy, Agent] = {}
    found = []
    for agent in agents:
        if agent.changed:
            saved = on_disk.get(agent.saved)
            if saved is None:
                saved = on_disk[agent.saved] = replace(agent, policy=agent.saved)
            found.append((agent, saved))
    return found


def _by_field(agents: Sequence[Agent]) -> dict[str, list[Found]]:
    """The findings of agents by the field that can mend them."""
    found: dict[str, list[Found]] = {}
    for agent in agents:
        for issue in agent.problems:
            found.setdefault(issue.field, []).append((agent, issue))
    return found

"""The form of one or many agents' model policy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import labels, text, theme, widgets
from ctxstudio.gui.list_edit import ListEdit
from ctxstudio.gui.panels.problems import ProblemList
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.values import Agent, Dialect

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
_CLEARED_AS = {"escalation.to": "escalation", "fast_path.to": "fast_path"}
"""Without a target the whole switch goes, triggers included."""
_BEFORE = frozenset({"escalation.to", "fast_path.to", "reasoning"})
"""Fields that begin a group."""
_MOST_SHOWN = 60
"""Characters of a value in a tooltip."""


_Edited = tuple[Agent, Agent]
"""An agent as it is now and as it would be with its saved policy."""


class _Editor(Protocol):
    """What all editors of the form can do; `edited` is emitted with the new value."""

    @property
    def edited(self) -> QtCore.SignalInstance: ...

    def show_value(self, value: Any) -> None: ...

    def show_mixed(self, count: int) -> None: ...

    def commit(self) -> None: ...


@dataclass(slots=True)
class _Row:
    """One field of the form.

    Attributes:
        field: what it edits.
        label: its title, bold while it differs from the file.
        editor: its editor.
        note: what is wrong with its model's name; None for fields without one.
        suggestion: the name that the note offers.
    """

    field: Field
    label: QtWidgets.QLabel
    editor: _Editor
    note: labels.Note | None
    suggestion: str | None = None


class PolicyForm(QtWidgets.QScrollArea):
    """Edits the selected agents; every change is one `Session.edit` for all of them."""

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("policyForm")
        self._session = session
        self._ids: tuple[str, ...] = ()
        self._replacing = False
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        content = QtWidgets.QWidget(self)
        self._note = labels.Note(wrap=True)
        self._note.accepted.connect(self._on_replace)
        self._note.hide()
        self._fields = QtWidgets.QWidget(content)
        self._form = QtWidgets.QFormLayout(self._fields)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(8)
        self._form.setVerticalSpacing(4)
        self._form.setFieldGrowthPolicy(self._form.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(QtCore.Qt.AlignmentFlag.AlignLeft)
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

    def _add_row(self, field: Field, name: str) -> _Row:
        if field.id in _BEFORE:
            gap = QtWidgets.QWidget()
            gap.setFixedHeight(2)
            self._form.addRow(gap)
        editor = self._editor(field)
        editor.setObjectName(name)
        editor.setAccessibleName(field.title)
        editor.setAccessibleDescription(field.help)
        editor.setToolTip(text.tooltip(field.help))
        editor.setWhatsThis(text.tooltip(field.help))
        label = labels.plain_label(field.title)
        label.setBuddy(editor)
        label.setMinimumWidth(QtGui.QFontMetrics(labels.bold(label.font())).horizontalAdvance(field.title))
        self._form.addRow(label, editor)
        row = _Row(field, label, editor, None)
        if field.kind is Kind.MODEL:
            row.note = labels.Note()
            row.note.accepted.connect(lambda: self._on_edited(row, row.suggestion))
            self._form.addRow(row.note)
            self._form.setRowVisible(row.note, False)
        editor.edited.connect(lambda value: self._on_edited(row, value))
        return row

    def _editor(self, field: Field) -> widgets.ChoiceBox | widgets.ModelBox | widgets.TextBox | ListEdit:
        session = self._session
        catalogue, none = session.shipped.catalogue, _NOTHING.get(field.id, "(none)")
        if field.kind is Kind.EFFORT:
            return widgets.ChoiceBox(none, fields.EFFORTS)
        if field.kind is Kind.MODEL:
            return widgets.ModelBox(catalogue, session.workspace.today, none)
        if field.kind is Kind.MODELS:
            names = [choice.name for choice in catalogue.choices()]
            return ListEdit(none, _model_names, names, self._swatch)
        if field.kind is Kind.TEXTS:
            return ListEdit(none, _lines)
        box = widgets.TextBox(none)
        box.setFixedHeight(6 * box.fontMetrics().lineSpacing() + 14)
        return box

    def _swatch(self, name: str) -> QtGui.QIcon:
        family = self._session.shipped.catalogue.family(name)
        return labels.swatch(theme.family_color(family, self.palette()))

    # What is shown

    def refresh(self) -> None:
        """Show the selected agents."""
        if self._ids != self._session.selection:
            self._ids, self._replacing = self._session.selection, False
        if not self._ids:
            return
        agents = [self._session.workspace.agent(id) for id in self._ids]
        self._show_editable(agents)
        edited = _edited(agents)
        for row in self._rows.values():
            self._show_row(row, agents, edited)
        judged = self._session.workspace.details(self._ids[0]) is not None
        self._problems.show_issues(
            [issue for agent in agents for issue in agent.problems], len(agents), judged or not self._session.loading
        )

    def _show_row(self, row: _Row, agents: Sequence[Agent], edited: Sequence[_Edited]) -> None:
        value = row.field.value
        first = value(agents[0])
        if all(value(agent) == first for agent in agents):
            row.editor.show_value(first)
            self._show_note(row, first)
        else:
            row.editor.show_mixed(len(agents))
            self._show_note(row, None)
        changed = [(now, saved) for now, saved in edited if value(now) != value(saved)]
        if row.label.font().bold() != bool(changed):
            row.label.setFont(labels.bold(self.font(), bool(changed)))
        row.label.setToolTip(text.tooltip(_comparison(row.field, changed) if changed else row.field.help))

    def _show_note(self, row: _Row, name: str | None) -> None:
        if row.note is None:
            return
        catalogue = self._session.shipped.catalogue
        row.suggestion = None
        wrong = name is not None and (catalogue.invalid(name) or not catalogue.knows(name))
        if wrong and name is not None:
            row.suggestion = catalogue.suggest(name)
            what = "No model" if catalogue.invalid(name) else "Unknown model"
            hint = f"; did you mean {row.suggestion}?" if row.suggestion else ", kept as it is"
            row.note.show_note(what + hint, f"Use {row.suggestion}" if row.suggestion else "")
        self._form.setRowVisible(row.note, wrong)

    def _show_editable(self, agents: Sequence[Agent]) -> None:
        """Say what cannot be edited and why; disable the form if nothing can."""
        record = self._session.workspace.record
        locked = [reason for agent in agents if (reason := record(agent.id).locked)]
        other = [] if self._replacing else [agent for agent in agents if agent.dialect is Dialect.OTHER]
        action = ""
        if locked:
            note = f"Cannot be edited: {locked[0]}."
            if len(agents) > 1:
                note = f"{len(locked)} of {len(agents)} agents cannot be edited. The first: {locked[0]}."
        elif other:
            whose = f"{len(other)} of {len(agents)} agents have a" if len(agents) > 1 else "The file has a"
            note = f"{whose} `model` that is neither a name nor a mapping. Editing means replacing it."
            action = "Replace it" if len(agents) == 1 else "Replace them"
        else:
            note = ""
        self._note.setVisible(bool(note))
        if note:
            self._note.show_note(note, action)
        self._fields.setEnabled(len(locked) + len(other) < len(agents))

    # What the user does

    def commit_pending(self) -> None:
        """Take over what is still being typed: before another selection is shown, before a save."""
        for row in self._rows.values():
            row.editor.commit()

    def _on_edited(self, row: _Row, value: Any) -> None:
        if not self._ids or not shiboken6.isValid(self):  # editors also finish while the window is being destroyed
            return
        # The agents shown, not the session's selection: a text that was being typed belongs to them.
        id = _CLEARED_AS.get(row.field.id, row.field.id) if value is None else row.field.id
        self._session.edit(self._ids, id, value, replace_invalid=self._replacing)
        agents = [self._session.workspace.agent(id) for id in self._ids]
        self._show_row(row, agents, _edited(agents))

    def _on_replace(self) -> None:
        self._replacing = True
        self.refresh()

    def _on_opened(self) -> None:
        """Another directory is open: what was being typed for the former one is dropped."""
        self._ids = ()


def _edited(agents: Sequence[Agent]) -> list[_Edited]:
    """The agents with unsaved edits, each beside what its file says."""
    return [(agent, replace(agent, policy=agent.saved)) for agent in agents if agent.changed]


def _comparison(field: Field, changed: Sequence[_Edited]) -> str:
    """What is shown against what is on disk, for a tooltip."""
    if len(changed) > 1:
        return f"{len(changed):,} of the selected agents differ from their files"
    lines = zip(("now", "on disk"), changed[0], strict=True)
    return "\n".join(
        f"{when}: {text.one_line(field.display(agent))[:_MOST_SHOWN] or '(none)'}" for when, agent in lines
    )


def _model_names(typed: str) -> list[str]:
    return [name.strip() for name in re.split(r"[,\n\r]", typed) if name.strip()]


def _lines(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]

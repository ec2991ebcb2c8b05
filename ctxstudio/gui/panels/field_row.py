"""One field of the policy form: its title, its editor, the notes below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import labels, text, widgets
from ctxstudio.gui.list_edit import KEYS, ListEdit
from ctxstudio.gui.panels.field_notes import FieldNote, FieldNotes, Offer
from ctxstudio.gui.text_box import TextBox
from ctxstudio.policy import fields
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.values import Agent

_TITLES: Final = {"escalation.when": "when", "fast_path.when": "when"}
"""Titles that are shorter where the field above says what they belong to."""
_HOW: Final = {
    Kind.MODEL: "Choose a model or type any name; an empty line clears it.",
    Kind.MODELS: KEYS,
    Kind.TEXTS: KEYS,
    Kind.EFFORT: "What the model does not support is said below.",
    Kind.TEXT: "Plain text, kept as it is written.",
}
_TALL: Final = frozenset({Kind.MODELS, Kind.TEXTS, Kind.TEXT})
"""Fields whose editors have several lines."""
_MOST_VALUES = 8
"""Values of differing agents that a tooltip lists."""
_MOST_SHOWN = 60
"""Characters of a value in a tooltip."""

Edited = tuple[Agent, Agent]
"""An agent as it is now, and one with the policy that its file says."""
Editor = widgets.ChoiceBox | widgets.ModelBox | TextBox | ListEdit
"""What shows and edits a value: `show_value`, `show_mixed`, `commit`, and `edited` with the new value."""


class FieldRow:
    """One field of the form.

    Attributes:
        field: what it edits.
        editor: its editor.
    """

    def __init__(self, field: Field, editor: Editor, name: str, form: QtWidgets.QGridLayout) -> None:
        """Args:
        field: what it edits.
        editor: its editor.
        name: the editor's object name.
        form: the layout to whose end the row goes.
        """
        self.field, self.editor = field, editor
        editor.setObjectName(name)
        editor.setAccessibleName(field.title)
        editor.setToolTip(text.tooltip(field.help))
        self._help = text.tooltip(f"{field.title}\n\n{field.help}\n\n{_HOW[field.kind]}")
        editor.setWhatsThis(self._help)
        self._label = labels.plain_label(_TITLES.get(field.id, field.title))
        self._label.setBuddy(editor)
        self._label.setWhatsThis(self._help)
        width = QtGui.QFontMetrics(labels.bold(self._label.font())).horizontalAdvance(self._label.text())
        self._label.setMinimumWidth(width)
        self._notes = FieldNotes(editor)
        self._notes.hide()
        row, side = form.rowCount(), QtCore.Qt.AlignmentFlag.AlignVCenter
        if field.kind in _TALL:
            side = QtCore.Qt.AlignmentFlag.AlignTop
            self._label.setContentsMargins(0, 4, 0, 0)  # level with the first line
        form.addWidget(self._label, row, 0, side)
        form.addWidget(editor, row, 1)
        form.addWidget(self._notes, row + 1, 0, 1, 2)

    def show(self, agents: Sequence[Agent], edited: Sequence[Edited], notes: Sequence[FieldNote]) -> None:
        """Show the value of some agents.

        Args:
            agents: the agents.
            edited: those with unsaved edits, each beside what its file says.
            notes: what there is to say about the value.
        """
        value = self.field.value
        values = [value(agent) for agent in agents]
        mixed = any(other != values[0] for other in values)
        if mixed:
            self.editor.show_mixed(values)
        else:
            self.editor.show_value(values[0])
        changed = [(now, saved) for now, saved in edited if value(now) != value(saved)]
        if self._label.font().bold() != bool(changed):
            self._label.setFont(labels.bold(self._label.font(), bool(changed)))
        tip = _comparison(self.field, changed) if changed else self.field.help
        self._label.setToolTip(text.tooltip(f"{tip}\n\n{_distribution(self.field, values)}" if mixed else tip))
        shown = [*notes, *(self._about_mixed(len(values)) if mixed else ())]
        self._notes.show_notes(shown)
        self._notes.setVisible(bool(shown))
        said = widgets.DIFFERENT.format(len(values)) + "." if mixed else ""
        self._describe(" ".join(part for part in (self.field.help, said, self._notes.spoken()) if part))

    def _about_mixed(self, count: int) -> list[FieldNote]:
        """What writing does where agents differ, and how to clear what cannot be seen; boxes and lists have entries."""
        if not isinstance(self.editor, TextBox):
            return []
        clear = Offer("Clear all", lambda: self.editor.edited.emit(None))
        return [FieldNote(Severity.INFO, f"Writing here replaces all {count:,}", (clear,))]

    def _describe(self, description: str) -> None:
        if self.editor.accessibleDescription() != description:
            self.editor.setAccessibleDescription(description)

    def has(self, widget: QtWidgets.QWidget | None) -> bool:
        """Whether a widget is the editor or a part of it."""
        return widget is not None and (widget is self.editor or self.editor.isAncestorOf(widget))

    def explain(self) -> None:
        """Show what the field is for, beside its editor."""
        QtWidgets.QWhatsThis.showText(self.editor.mapToGlobal(QtCore.QPoint(8, self.editor.height())), self._help)


def _comparison(field: Field, changed: Sequence[Edited]) -> str:
    """What is shown against what is on disk, for a tooltip."""
    if len(changed) > 1:
        return f"{len(changed):,} of the selected agents differ from their files"
    lines = zip(("now", "on disk"), changed[0], strict=True)
    return "\n".join(f"{when}: {_short(field.display(agent))}" for when, agent in lines)


def _distribution(field: Field, values: Sequence[Any]) -> str:
    """Which value how many agents have, for a tooltip."""
    counts = Counter(values)
    lines = [
        f"{_short(fields.display(field.kind, value))}: {count:,} agent{'s' if count > 1 else ''}"
        for value, count in counts.most_common(_MOST_VALUES)
    ]
    lines += [f"and {len(counts) - _MOST_VALUES:,} more values"] if len(counts) > _MOST_VALUES else []
    return "\n".join(lines)


def _short(shown: str) -> str:
    return text.one_line(shown)[:_MOST_SHOWN] or "(none)"

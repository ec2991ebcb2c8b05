"""What the cells of the table say about an agent, by Qt's roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6 import QtCore, QtGui

from ctxstudio.gui import text, theme
from ctxstudio.gui.models import pasting
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields
from ctxstudio.policy.fields import Field, Kind
from ctxstudio.policy.values import Agent

_ALIGN_RIGHT: Final = QtCore.Qt.AlignmentFlag.AlignRight | QtCore.Qt.AlignmentFlag.AlignVCenter
_ALIGN_LEFT: Final = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter
_MOST_DESCRIBED = 600
"""Characters of a description in a tooltip."""
_TINT = 0.35
"""How much of the colour of a selected cell the rest of its row has."""


def alignment(field: Field) -> QtCore.Qt.AlignmentFlag:
    """Numbers stand right, all else left."""
    return _ALIGN_RIGHT if field.kind is Kind.NUMBER else _ALIGN_LEFT


def namesake(agent: Agent) -> str:
    """By what to tell an agent from others of its name, empty if there are none: its folder, with the file's name
    where that is not the agent's.
    """
    if not any(issue.code == "duplicate-name" for issue in agent.problems):
        return ""
    folder, _, file = agent.id.rpartition("/")
    return text.one_line(f"{folder or '.'}/" if file == f"{agent.name}.md" else agent.id)


class Cells:
    """Values of cells.

    Attributes:
        by_role: the function for each role that has one. Role numbers, not enum members: an enum compared for each of
            500 visible cells doubles the repaint.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._selected: frozenset[str] = frozenset()
        self._bold = QtGui.QFont()
        self._bold.setBold(True)
        role = QtCore.Qt.ItemDataRole
        self.by_role: dict[int, Callable[[Agent, Field], Any]] = {
            int(role.DisplayRole): lambda agent, field: text.one_line(field.display(agent)),
            int(role.EditRole): pasting.edit_text,
            int(role.ToolTipRole): self._tooltip,
            int(role.FontRole): self._font,
            int(role.ForegroundRole): self._foreground,
            int(role.BackgroundRole): self._background,
            int(role.TextAlignmentRole): lambda _, field: alignment(field),
            int(role.AccessibleTextRole): self._spoken,
        }
        session.selection_changed.connect(self._on_selection_changed)

    def _on_selection_changed(self) -> None:
        self._selected = frozenset(self._session.selection)

    def _tooltip(self, agent: Agent, field: Field) -> str:
        lines = [text.shown(field.display(agent))]
        if self._is_changed(agent, field):
            before = fields.display(field.kind, fields.saved_value(field, agent)) or "(none)"
            lines = [f"now: {lines[0] or '(none)'}", f"on disk: {before}"]
        switch = field.value(agent) if field.kind is Kind.SWITCH else None
        lines += [f"• {trigger}" for trigger in switch.when] if switch else []
        if field.id == "name":
            lines += [agent.id, *self._description(agent)]
        if field.id == "state":
            lines += [issue.text() for issue in agent.problems]
        advice = agent.assessment.recommendation if agent.assessment else None
        if field.id == "recommendation" and advice:
            lines.append(advice.reason)
        return text.tooltip("\n".join(line for line in lines if line))

    def _description(self, agent: Agent) -> list[str]:
        """What the file says about the agent, below an empty line."""
        description = " ".join(self._session.workspace.record(agent.id).text().description.split())
        cut = description[: _MOST_DESCRIBED - 1] + "…" if len(description) > _MOST_DESCRIBED else description
        return [" ", cut] if cut else []

    def _is_changed(self, agent: Agent, field: Field) -> bool:
        return agent.changed and field.assign is not None and field.value(agent) != fields.saved_value(field, agent)

    def _font(self, agent: Agent, field: Field) -> QtGui.QFont | None:
        return self._bold if self._is_changed(agent, field) else None

    def _foreground(self, agent: Agent, field: Field) -> QtGui.QColor | None:
        palette = QtGui.QGuiApplication.palette()
        if field.kind is Kind.MODEL:
            family = self._session.shipped.catalogue.family(field.value(agent))
            return theme.family_color(family, palette)
        if field.id == "recommendation" and agent.assessment and agent.assessment.recommendation:
            return theme.family_color(agent.assessment.recommendation.preference, palette)
        if field.id == "state" and agent.problems:
            return theme.role_color("error" if agent.has_errors else "warning", palette)
        return None

    def _background(self, agent: Agent, _: Field) -> QtGui.QColor | None:
        """A tint where another cell of the row is selected: an edit means the whole agent."""
        if agent.id not in self._selected:
            return None
        color = QtGui.QGuiApplication.palette().color(QtGui.QPalette.ColorRole.Highlight)
        color.setAlphaF(_TINT)
        return color

    def _spoken(self, agent: Agent, field: Field) -> str:
        changed = ", changed" if self._is_changed(agent, field) else ""
        path = namesake(agent) if field.id == "name" else ""
        where = f", in {path}" if path else ""
        return f"{field.title}: {text.one_line(field.display(agent)) or 'none'}{where}{changed}"

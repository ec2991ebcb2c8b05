"""What the editors of lists offer while one types: the catalogue's models, triggers in use."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from PySide6 import QtGui

from ctxstudio.costs.words import counted
from ctxstudio.gui import labels, theme, widgets
from ctxstudio.gui.list_delegate import Suggestion
from ctxstudio.gui.session import Session
from ctxstudio.policy import texts
from ctxstudio.policy.fields import Field
from ctxstudio.policy.texts import Use
from ctxstudio.policy.values import Agent
from ctxstudio.storage import shipped
from ctxstudio.workspace import Workspace

_MOST: Final = 400
"""Triggers offered; a list of thousands is not read."""


class Suggestions:
    """Finds texts to offer, at the moment they are wanted: no edit pays for them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def models(self, palette: QtGui.QPalette, but: str | None = None) -> list[Suggestion]:
        """The models of the catalogue, as in the boxes; all names of one of them left out.

        Args:
            palette: gives the colours of the families.
            but: a name of the model that is left out.
        """
        catalogue, today = self._session.shipped.catalogue, self._session.workspace.today
        same = catalogue.resolve(but, today) if but is not None else None
        return [
            Suggestion(
                choice.name,
                widgets.choice_text(choice, catalogue, today),
                labels.swatch(theme.family_color(choice.family, palette)),
            )
            for choice in catalogue.choices()
            if same is None or catalogue.resolve(choice.name, today) != same
        ]

    def triggers(self, field: Field) -> list[Suggestion]:
        """The triggers that agents of the open directory have in a field, the most used first; then shipped ones."""
        used = texts.ranked(self._session.workspace.fleet(), field, self._shipped(field))
        return [Suggestion(use.text, _label(use)) for use in used[:_MOST]]

    def _shipped(self, field: Field) -> list[str]:
        """The phrases that the program comes with: the decision matrix's, and those of the sample agents."""
        offered = [use.text for use in texts.ranked(self._sample, field)]
        if field.id == "escalation.when":
            rows = self._session.shipped.matrix.rows.values()
            offered = [*(text for row in rows for text in row.escalate_when), *offered]
        return offered

    @functools.cached_property
    def _sample(self) -> Sequence[Agent]:
        workspace = Workspace(shipped.sample_agents(), self._session.shipped, self._session.workspace.today)
        workspace.read()
        return workspace.fleet()


def _label(use: Use) -> str:
    return f"{use.text} · {counted(use.agents, 'agent')}" if use.agents else use.text

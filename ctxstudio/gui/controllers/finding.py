"""Actions that find: the command palette, an agent by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import action_list, text
from ctxstudio.gui.dialogs.palette import CommandPalette
from ctxstudio.gui.offers import Offer
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.panels.filter_bar import FilterBar
from ctxstudio.gui.session import Session

_RECENT: Final = "palette/recent"
_MOST_RECENT: Final = 20
_OWN: Final = "paletteAction"


class FindingActions(QtCore.QObject):
    """Opens the palette and goes to agents."""

    def __init__(
        self,
        session: Session,
        view: AgentView,
        filters: FilterBar,
        settings: QtCore.QSettings | None,
        window: QtWidgets.QMainWindow,
    ) -> None:
        super().__init__(window)
        self._session, self._view, self._filters = session, view, filters
        self._settings, self._window = settings, window
        self._recent = _texts(settings.value(_RECENT)) if settings is not None else []

    def open_palette(self) -> None:
        """Offer every action and every agent."""
        listed = [one for one in action_list.listed(self._window) if one.id != _OWN]
        palette = CommandPalette([_offer(one) for one in listed], self._agents, self._recent, self._window)
        actions = {one.id: one.action for one in listed}
        palette.action_chosen.connect(lambda id: self._run(id, actions[id]))
        palette.agent_chosen.connect(self.go_to)
        palette.show()
        palette.activateWindow()  # not every window manager gives a new window the focus

    def go_to(self, id: str) -> None:
        """Select an agent and bring it into view; a filter that hides it is cleared."""
        table = self._view.table
        table.reveal([id])
        if table.row_of(id) < 0:
            self._filters.clear()
        self._session.select([id])
        self._view.setFocus(QtCore.Qt.FocusReason.ShortcutFocusReason)

    def show_some(self, ids: Sequence[str]) -> None:
        """Scroll to the first of some agents, unless one of them is seen already. The selection stays."""
        table, area = self._view.table, self._view.viewport().rect()
        indexes = [table.index(row, 0) for id in ids if (row := table.row_of(id)) >= 0]
        if indexes and not any(area.intersects(self._view.visualRect(index)) for index in indexes):
            self._view.scrollTo(min(indexes, key=lambda index: index.row()))

    def _agents(self) -> list[Offer]:
        return [
            Offer(agent.id, text.one_line(agent.name), text.one_line(agent.id))
            for agent in self._session.workspace.fleet()
        ]

    def _run(self, id: str, action: QtGui.QAction) -> None:
        self._recent = [id, *(other for other in self._recent if other != id)][:_MOST_RECENT]
        if self._settings is not None:
            self._settings.setValue(_RECENT, self._recent)
        action.trigger()


def _offer(one: action_list.Listed) -> Offer:
    checked = one.action.isChecked() if one.action.isCheckable() else None
    keys = ", ".join(one.keys)
    return Offer(one.id, one.title, one.menu, keys, one.action.isEnabled(), one.reason, checked)


def _texts(value: object) -> list[str]:
    """A list of texts as the settings give it back: a single one may come as itself."""
    listed = [value] if isinstance(value, str) else value
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []

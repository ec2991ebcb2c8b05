"""The filter bar: the box with its suggestions, the quick buttons and the saved filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.completion import CompletionPopup
from ctxstudio.gui.filter_store import FilterStore, SavedFilter
from ctxstudio.gui.panels.filter_edit import FilterEdit
from ctxstudio.gui.panels.quick_buttons import QuickButtons
from ctxstudio.gui.panels.saved_filters import SavedFiltersButton
from ctxstudio.gui.session import Session
from ctxstudio.policy import query, query_completion, query_words
from ctxstudio.policy.fields import Field
from ctxstudio.policy.query_words import StateWord
from ctxstudio.policy.totals import CONTEXT_DEPENDENT
from ctxstudio.policy.values import Agent

_QUICK: Final = ("changed", "problems", "differs", CONTEXT_DEPENDENT, "degraded")
_LEAST_EDIT, _FAIR_EDIT = 110, 260
"""Pixels that the box needs, and those it should have before a button stands beside it."""
_MARGINS: Final = QtCore.QMargins(8, 0, 4, 0)
_SPACING: Final = 4


class FilterBar(QtWidgets.QWidget):
    """The filter box with its quick buttons and the saved filters.

    Attributes:
        edit: the box.
        states: what `is:` may ask for in this window.

    Signals:
        filter_changed: (Query, test or None) show only what passes.
    """

    filter_changed = QtCore.Signal(object, object)

    def __init__(
        self, session: Session, settings: QtCore.QSettings | None = None, parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._values: dict[str, Mapping[str, int]] = {}
        self._judged: dict[str, tuple[Agent, bool]] = {}
        differs = StateWord("Agents whose policy differs from the recommendation.", self._differs)
        self.states = {**query_words.STATES, "differs": differs}
        self.edit = FilterEdit(self)
        self._saved = SavedFiltersButton(FilterStore(settings), self._present, self)
        self._quick = QuickButtons({word: self.states[word].help for word in _QUICK}, self)
        self._popup = CompletionPopup(self.edit, self._complete)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(_MARGINS)
        layout.setSpacing(_SPACING)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self._saved)
        layout.addWidget(self._quick)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self._connect()

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._on_changed)
        self.edit.clear_requested.connect(self.clear)
        self._quick.toggled.connect(self._popup.hide)
        self._quick.toggled.connect(self._on_changed)
        self._popup.visibility_changed.connect(lambda: self.edit.cover(self._popup.visible))
        self._saved.picked.connect(self._on_picked)
        self._saved.refused.connect(lambda reason: self._session.refused.emit("The filter was not saved", reason))
        session = self._session
        session.opened.connect(self._forget_judged)
        for told in (session.opened, session.agents_added, session.agents_removed, session.agents_changed):
            told.connect(self._forget_values)

    def clear(self) -> None:
        """Show all agents again."""
        self._set("", ())

    def show_count(self, shown: int, total: int) -> None:
        """Tell how many agents pass, where not all do."""
        self.edit.show_count(f"{shown:,} of {total:,}" if shown != total else "")

    def _set(self, text: str, pressed: tuple[str, ...]) -> None:
        """Change the text and the buttons at once."""
        self._popup.hide()
        self._quick.press(pressed)
        with QtCore.QSignalBlocker(self):
            self.edit.setText(text)
        self._on_changed()

    def _parsed(self) -> query.Query:
        return query.parse(self.edit.text(), self.states)

    def _on_changed(self) -> None:
        try:
            wanted = self._parsed()
        except query.QueryError as error:
            self.edit.show_error(error)  # the last good result stays
            return
        self.edit.show_error(None)
        self.filter_changed.emit(wanted, self._accept())

    def _accept(self) -> Callable[[Agent], bool] | None:
        """What the pressed buttons ask for."""
        tests = [self.states[word].test for word in self._quick.pressed()]
        return (lambda agent: all(test(agent) for test in tests)) if tests else None

    def _differs(self, agent: Agent) -> bool:
        """Asked once of each agent as it is: for ten thousand it takes longer than all the rest of a filter."""
        known, differs = self._judged.get(agent.id, (None, False))
        if known is not agent:
            differs = self._session.workspace.differs(agent)
            self._judged[agent.id] = agent, differs
        return differs

    def _complete(self, text: str, cursor: int) -> query_completion.Completion:
        return query_completion.complete(text, cursor, self._values_of, self.states)

    def _values_of(self, field: Field) -> Mapping[str, int]:
        """Counted once, until the fleet changes: ten thousand agents take some milliseconds."""
        known = self._values.get(field.id)
        if known is None:
            known = self._values[field.id] = query_completion.distinct(field, self._session.workspace.fleet())
        return known

    def _forget_judged(self) -> None:
        self._judged.clear()

    def _forget_values(self) -> None:
        self._values.clear()

    def _present(self) -> SavedFilter | None:
        """The filter as it is, without a name; None if it asks for nothing or cannot be understood."""
        pressed = self._quick.pressed()
        try:
            asks = bool(pressed or self._parsed())
        except query.QueryError:
            return None
        return SavedFilter("", self.edit.text(), pressed) if asks else None

    def _on_picked(self, saved: SavedFilter) -> None:
        self._set(saved.text, saved.pressed)

    def minimumSizeHint(self) -> QtCore.QSize:
        around = _MARGINS.left() + _MARGINS.right() + 2 * _SPACING
        least = _LEAST_EDIT + self._saved.sizeHint().width() + self._quick.least_width() + around
        return QtCore.QSize(least, self.edit.sizeHint().height())

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(2 * _FAIR_EDIT, self.edit.sizeHint().height())

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        around = _MARGINS.left() + _MARGINS.right() + 2 * _SPACING
        self._quick.fit(self.width() - around - self._saved.sizeHint().width() - _FAIR_EDIT)

"""The inspector: everything about the selected agents, in four pages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui import labels
from ctxstudio.gui.panels.diff_view import DiffView
from ctxstudio.gui.panels.inspector_header import InspectorHeader
from ctxstudio.gui.panels.policy_form import PolicyForm
from ctxstudio.gui.panels.prompt_view import PromptView
from ctxstudio.gui.panels.score_view import ScoreView
from ctxstudio.gui.session import Session

_IDLE_MS = 200
"""Rest after which the hidden pages follow, for those who read them without looking: scripts, screen readers."""
_FEW = 20
"""With more selected agents hidden pages wait until they are shown."""


class _Page(Protocol):
    def refresh(self) -> None: ...


class Inspector(QtWidgets.QWidget):
    """Shows and edits the session's selection. Only the visible page follows every change."""

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setMinimumWidth(300)
        self._session = session
        self._selected: frozenset[str] = frozenset()
        self._form = PolicyForm(session)
        self._header = InspectorHeader(session)
        self._tabs = QtWidgets.QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.setObjectName("inspectorTabs")
        self._pages: list[_Page] = []
        for title, page in (
            ("Policy", self._form),
            ("Score", ScoreView(session)),
            ("Diff", DiffView(session)),
            ("Prompt", PromptView(session)),
        ):
            self._tabs.addTab(page, title)
            self._pages.append(page)
        self._stale = set(range(len(self._pages)))
        self._idle = QtCore.QTimer(self, singleShot=True, interval=_IDLE_MS)
        self._idle.timeout.connect(self._refresh_hidden)
        self._stack = QtWidgets.QStackedWidget()
        self._lay_out()
        self._tabs.currentChanged.connect(self._refresh_page)
        session.selection_changed.connect(self._on_selection_changed)
        session.agents_changed.connect(self._on_agents_changed)
        session.loading_finished.connect(self._refresh)
        self._on_selection_changed()

    def _lay_out(self) -> None:
        content = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._tabs, 1)
        self._stack.addWidget(_Empty())
        self._stack.addWidget(content)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(380, 640)

    def commit_pending(self) -> None:
        """Take over what is still being typed; to be called before a save."""
        self._form.commit_pending()

    def _on_selection_changed(self) -> None:
        self._selected = frozenset(self._session.selection)
        self._stack.setCurrentIndex(1 if self._selected else 0)
        self._refresh()

    def _on_agents_changed(self, ids: Collection[str]) -> None:
        if not self._selected.isdisjoint(ids):
            self._refresh()

    def _refresh(self) -> None:
        if not self._selected:
            return
        self._header.refresh()
        self._stale = set(range(len(self._pages)))
        self._refresh_page(self._tabs.currentIndex())
        if len(self._selected) <= _FEW:
            self._idle.start()

    def _refresh_page(self, position: int) -> None:
        if position in self._stale and self._selected:
            self._stale.discard(position)
            self._pages[position].refresh()

    def _refresh_hidden(self) -> None:
        for position in sorted(self._stale):
            self._refresh_page(position)


class _Empty(QtWidgets.QWidget):
    """What is shown while nothing is selected."""

    def __init__(self) -> None:
        super().__init__()
        title = labels.plain_label("No agent selected")
        title.setObjectName("inspectorEmpty")
        title.setFont(labels.bold(title.font()))
        hint = labels.plain_label("Select one or several agents in the table to see and edit their model policy.")
        hint.setWordWrap(True)
        hint.setForegroundRole(hint.foregroundRole().PlaceholderText)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(4)
        column.addStretch(2)
        for label in (title, hint):
            label.setAlignment(QtCore.Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(3)

"""The dialog of rules: steps for many agents at once, composed, previewed, applied as one edit, saved by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.gui import labels, text
from ctxstudio.gui.changes_view import ChangesView, FileChange
from ctxstudio.gui.completion import CompletionPopup
from ctxstudio.gui.dialogs import outlook
from ctxstudio.gui.dialogs.comparing import Comparing
from ctxstudio.gui.dialogs.note_page import NotePage
from ctxstudio.gui.dialogs.outlook import Outlook
from ctxstudio.gui.dialogs.shelf import Shelf
from ctxstudio.gui.dialogs.step_list import StepList
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.panels.filter_edit import FilterEdit
from ctxstudio.gui.session import Session
from ctxstudio.policy import query, query_completion
from ctxstudio.policy.query_words import STATES, StateWord
from ctxstudio.policy.rules import Rule
from ctxstudio.policy.values import Agent
from ctxstudio.storage.library import Library

_PAUSE_MS: Final = 150
_NO_RULE: Final = (
    "A rule is a list of steps, such as “set preference to haiku” or “add a trigger”, for the agents that a filter "
    "finds or that are selected. Make one with “New”; nothing changes until you apply it."
)


class RulesDialog(QtWidgets.QDialog):
    """Composes rules and applies them. It is shown beside the window, so that another selection can be made.

    Attributes:
        shelf: the saved rules.
    """

    def __init__(
        self,
        session: Session,
        saved: Library[Rule],
        states: Mapping[str, StateWord] = STATES,
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        session: the open directory.
        saved: the user's rules.
        states: what `is:` in a filter may ask for.
        parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("rulesDialog")
        self.setWindowTitle("Rules")
        self._session, self._states = session, states
        self._messages = Messages(self)
        self._outlook = Outlook()
        self._listed: set[str] = set()
        self._applied: set[Rule] = set()
        self.shelf: Shelf[Rule] = Shelf("rule", "&New", saved, None, self._messages, self)
        self._filter = FilterEdit(self)
        self._filter.setObjectName("ruleFilterEdit")
        self._filter.setPlaceholderText("Which agents: a filter such as category:docs; empty for the selection")
        self._filter.setAccessibleName("Filter of the rule")
        self._popup = CompletionPopup(self._filter, self._complete)
        self._steps = StepList(session, self._filter, self)
        self._summary = labels.ElidedLabel()
        self._summary.setObjectName("ruleSummary")
        self._changes = ChangesView(parent=self)
        self._note_page = NotePage(_NO_RULE)
        self._pages = QtWidgets.QStackedWidget()
        self._comparing = Comparing(session, self)
        self._later = QtCore.QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._connect()
        self._show_current()

    # Building

    def _lay_out(self) -> None:
        self.resize(1040, 720)
        # The pages first, the buttons below them after: so the Tab key goes.
        self._pages.addWidget(self._composer())
        self._pages.addWidget(self._note_page)
        self._save = self._button("&Save", "ruleSaveButton", "Ctrl+S", "Keep the rule under its name", self._on_save)
        self._apply = self._button(
            "Apply", "ruleApplyButton", "Ctrl+Return", "Do it for the checked files, as one undo step", self._on_apply
        )
        close = self._button("Close", "ruleCloseButton", "Esc", "Close; what is not saved stays here", self.reject)
        foot = QtWidgets.QHBoxLayout()
        foot.addWidget(self._save)
        foot.addStretch(1)
        foot.addWidget(self._apply)
        foot.addWidget(close)
        right = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages, 1)
        column.addLayout(foot)
        self.shelf.setFixedWidth(210)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        row.addWidget(self.shelf)
        row.addWidget(right, 1)

    def _button(self, title: str, name: str, keys: str, tip: str, pressed: Callable[[], None]) -> QtWidgets.QPushButton:
        sequence = QtGui.QKeySequence(keys)
        button = QtWidgets.QPushButton(title)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.setToolTip(text.tooltip(f"{tip} ({sequence.toString(sequence.SequenceFormat.NativeText)})"))
        button.clicked.connect(pressed)
        if keys != "Esc":  # which a dialog knows
            QtGui.QShortcut(sequence, self, button.click)
        return button

    def _composer(self) -> QtWidgets.QWidget:
        top = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        column.addWidget(self._filter)
        column.addWidget(self._steps, 1)
        below = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(below)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._summary)
        column.addWidget(self._changes, 1)
        splitter = QtWidgets.QSplitter(QtCore.Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(top)
        splitter.addWidget(below)
        splitter.setSizes([300, 320])
        return splitter

    def _connect(self) -> None:
        session = self._session
        self.shelf.new_requested.connect(self._on_new)
        self.shelf.current_changed.connect(self._show_current)
        self._filter.textChanged.connect(lambda typed: self._edit(filter=typed.strip()))
        self._filter.clear_requested.connect(self._on_escape)
        self._popup.visibility_changed.connect(lambda: self._filter.cover(self._popup.visible))
        self._steps.edited.connect(lambda found: self._edit(steps=found))
        self._note_page.again_requested.connect(self.shelf.reload)
        self._changes.checked_changed.connect(self._refresh_buttons)
        self._comparing.progressed.connect(self._on_progress)
        self._comparing.finished.connect(self._on_compared)
        self._later.timeout.connect(self.look)
        for told in (
            session.opened,
            session.agents_added,
            session.agents_removed,
            session.agents_changed,
            session.selection_changed,
        ):
            told.connect(self._look_later)

    # The rule

    def rule(self) -> Rule | None:
        """The rule that is being composed."""
        entry = self.shelf.current()
        return entry.value if entry is not None else None

    def unsaved(self) -> list[str]:
        """The names of rules that would be lost; one that was applied once and never saved has done its work."""
        entries = self.shelf.unsaved()
        return [entry.name for entry in entries if entry.saved is not None or entry.value not in self._applied]

    def _on_new(self) -> None:
        self.shelf.add(Rule(self.shelf.free_name("New rule")))
        self._filter.setFocus()

    def _edit(self, **changes: object) -> None:
        rule = self.rule()
        if rule is not None and (changed := replace(rule, **changes)) != rule:  # type: ignore[arg-type]  # filter, steps
            self.shelf.change(changed)
            self._later.start()
            self._apply.setEnabled(False)
            self._refresh_save()

    def _show_current(self) -> None:
        entry, rule = self.shelf.current(), self.rule()
        self._pages.setCurrentIndex(0 if rule is not None else 1)
        if rule is not None:
            with QtCore.QSignalBlocker(self._filter):
                if self._filter.text().strip() != rule.filter:
                    self._filter.setText(rule.filter)
            self._steps.show_steps(rule.steps)
            self._listed = set()
            self._changes.set_changes(())
        else:
            self._note_page.show_entry(entry)
        self.look()

    # What it would do

    def _look_later(self) -> None:
        if self.isVisible():
            self._later.start()

    def look(self) -> None:
        """Find out what the rule would do, and show it."""
        self._later.stop()
        self._comparing.cancel()
        rule = self.rule()
        agents = self._agents(rule) if rule is not None else None
        if rule is None or agents is None:
            self._outlook = Outlook()
            if rule is not None:
                self._steps.show_notes(outlook.faults_of(rule), {})
                self._summary.show_text("The filter cannot be understood; what is below was found before.")
            self._refresh_buttons()
            return
        self._outlook = outlook.outlook_of(rule, agents, self._session.workspace)
        self._steps.show_notes(self._outlook.faults or self._outlook.doubts, self._outlook.notes)
        self._summary.show_text(self._outlook.said(rule))
        self._comparing.start(self._outlook.plan)

    def _agents(self, rule: Rule) -> list[Agent] | None:
        """The agents that a rule is for; None if its filter cannot be understood."""
        workspace = self._session.workspace
        if not rule.filter:
            self._filter.show_error(None)
            chosen = [workspace.agent(id) for id in self._session.selection if id in workspace]
            count = counted(len(chosen), "agent")
            self._filter.show_count(f"the selection ({count})" if chosen else "nothing is selected")
            return chosen
        try:
            wanted = query.parse(rule.filter, self._states)
        except query.QueryError as error:
            self._filter.show_error(error)
            return None
        self._filter.show_error(None)
        found = [agent for agent in workspace.fleet() if wanted.matches(agent, query.searchable(agent))]
        self._filter.show_count(f"{len(found):,} of {counted(len(workspace), 'agent')}")
        return found

    def _on_progress(self, done: int, total: int) -> None:
        self._summary.show_text(f"Comparing files: {done:,} of {total:,}")
        self._refresh_buttons()

    def _on_compared(self, found: list[FileChange]) -> None:
        rule = self.rule()
        left_out = self._left_out()
        shown = [replace(one, checked=one.checked and one.id not in left_out) for one in found]
        self._listed = {change.id for change in shown if not change.locked}
        self._changes.set_changes(shown)
        if rule is not None:
            self._summary.show_text(self._outlook.said(rule))
        self._refresh_buttons()

    def _left_out(self) -> set[str]:
        """The files that the user took out of the list that is shown."""
        return self._listed - set(self._changes.checked_ids())

    def _chosen(self) -> list[str]:
        planned = self._outlook.plan.changes
        return [] if self._comparing.running else [id for id in self._changes.checked_ids() if id in planned]

    def _refresh_buttons(self) -> None:
        chosen = len(self._chosen()) if not self._later.isActive() else 0
        self._apply.setText(f"Apply to {counted(chosen, 'agent')}" if chosen else "Apply")
        self._apply.setEnabled(chosen > 0)
        self._refresh_save()

    def _refresh_save(self) -> None:
        entry = self.shelf.current()
        self._save.setEnabled(entry is not None and entry.unsaved)

    # What the user does

    def _on_save(self) -> None:
        self._steps.commit()
        self.look()
        for position, fault in self._outlook.faults.items():
            self._messages.warn("The rule was not saved", f"Step {position + 1}: {fault}.")
            return
        self.shelf.save()
        self._refresh_save()

    def _on_apply(self) -> None:
        self._steps.commit()
        if self._later.isActive():  # what was still being typed is in the preview first
            self.look()
            return
        rule, planned = self.rule(), self._outlook.plan.changes
        if rule is not None:
            self._applied.add(rule)
            self._session.apply_policies({id: planned[id] for id in self._chosen()}, f"rule {rule.name}")
            self.look()

    def _on_escape(self) -> None:
        if self._filter.text():
            self._filter.clear()
        else:
            self.reject()

    def _complete(self, typed: str, cursor: int) -> query_completion.Completion:
        fleet = self._session.workspace.fleet()
        return query_completion.complete(
            typed, cursor, lambda asked: query_completion.distinct(asked, fleet), self._states
        )

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shelf.reload()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        super().hideEvent(event)
        self._steps.commit()
        self._later.stop()
        self._comparing.cancel()

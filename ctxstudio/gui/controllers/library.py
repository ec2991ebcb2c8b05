"""Actions on rules and profiles: the dialogs, and where their files are."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui.dialogs.profiles import ProfilesDialog
from ctxstudio.gui.dialogs.rules import RulesDialog
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.policy import profiles, rules
from ctxstudio.policy.profiles import Profile
from ctxstudio.policy.query_words import STATES, StateWord
from ctxstudio.policy.rules import Rule
from ctxstudio.storage import shipped
from ctxstudio.storage.library import Library
from ctxstudio.storage.places import Places


class LibraryActions(QtCore.QObject):
    """Shows the dialogs of rules and profiles, each once; what is composed there stays until the window closes."""

    def __init__(
        self,
        session: Session,
        messages: Messages,
        window: QtWidgets.QWidget,
        places: Places,
        states: Mapping[str, StateWord] = STATES,
    ) -> None:
        """Args:
        session: the open directory.
        messages: of the window.
        window: the window.
        places: where the program keeps what is the user's.
        states: what `is:` in a filter may ask for.
        """
        super().__init__(window)
        self._session, self._messages, self._window = session, messages, window
        self._places, self._states = places, states
        self._rules: RulesDialog | None = None
        self._profiles: ProfilesDialog | None = None

    def show_rules(self) -> None:
        """Show the rules."""
        if self._rules is None:
            read = functools.partial(rules.rule_of, states=self._states)
            saved: Library[Rule] = Library(self._places.rules, read, rules.plain)
            self._rules = RulesDialog(self._session, saved, self._states, self._window)
        _present(self._rules)

    def show_profiles(self) -> None:
        """Show the profiles."""
        if self._profiles is None:
            ours = shipped.resource_directory() / "profiles"
            own, came = (
                Library[Profile](folder, profiles.profile_of, profiles.plain)
                for folder in (self._places.profiles, ours)
            )
            self._profiles = ProfilesDialog(self._session, own, came, self._window)
        _present(self._profiles)

    def may_drop(self) -> bool:
        """Whether rules that are not saved may be lost; asks, naming them."""
        names = self._rules.unsaved() if self._rules is not None else []
        if not names:
            return True
        question = "There are rules that are not saved. Discard them?"
        return self._messages.ask("Unsaved rules", question, "Discard", ", ".join(names))


def _present(dialog: QtWidgets.QDialog) -> None:
    if dialog.isVisible():
        dialog.raise_()
        dialog.activateWindow()
    else:
        dialog.show()

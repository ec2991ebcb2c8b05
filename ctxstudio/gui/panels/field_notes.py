"""The notes beside a field of the form: what is wrong with its value, and buttons that mend it."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6 import QtWidgets

from ctxstudio.errors import Issue, Severity
from ctxstudio.gui import labels, text
from ctxstudio.policy.fixes import Fix, Fixes
from ctxstudio.policy.validation import CODES
from ctxstudio.policy.values import Agent

_ORDER = list(Severity)
_MOST = 3
"""Notes shown below one field."""
_MOST_DETAILS = 10
"""Lines of a note's tooltip."""
Found = tuple[Agent, Issue]
"""A finding and whom it is about."""
Mend = Callable[[str, Mapping[str, Any]], None]
"""Gives each of some agents (by id) its value of a field."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One button of a note.

    Attributes:
        label: what it does.
        run: does it.
    """

    label: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class FieldNote:
    """One note.

    Attributes:
        severity: how much it weighs.
        text: what it says.
        offers: its buttons.
        detail: its tooltip.
    """

    severity: Severity
    text: str
    offers: tuple[Offer, ...] = ()
    detail: str = ""


class FieldNotes(QtWidgets.QWidget):
    """The notes below one editor, the worst first; their widgets are made once and used again."""

    def __init__(self, editor: QtWidgets.QWidget, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._shown: Sequence[FieldNote] = ()
        self._widgets: list[labels.Note] = []
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 2)
        self._column.setSpacing(3)

    def show_notes(self, notes: Sequence[FieldNote]) -> None:
        """Show other notes."""
        self._shown = sorted(notes, key=lambda note: _ORDER.index(note.severity))[:_MOST]
        while len(self._widgets) < len(self._shown):
            widget = labels.Note()
            widget.accepted.connect(functools.partial(self._on_accepted, len(self._widgets)))
            self._column.addWidget(widget)
            self._widgets.append(widget)
        for note, widget in zip(self._shown, self._widgets, strict=False):
            widget.show_note(note.text, [offer.label for offer in note.offers], note.severity, note.detail)
        for position, widget in enumerate(self._widgets):
            widget.setVisible(position < len(self._shown))
        if self._shown:
            self._order_stops()

    def _order_stops(self) -> None:
        """Tab goes from the editor to its notes; buttons that were made late would come last in the window."""
        stops = [self._editor, *(button for widget in self._widgets for button in widget.buttons())]
        for before, after in itertools.pairwise(stops):
            self.setTabOrder(before, after)

    def _on_accepted(self, note: int, offer: int) -> None:
        self._shown[note].offers[offer].run()

    def spoken(self) -> str:
        """All notes in one line, for those who hear the form."""
        return " ".join(f"{note.severity.capitalize()}: {text.one_line(note.text)}." for note in self._shown)


def notes_about(found: Sequence[Found], agents: int, fixes: Fixes, mend: Mend) -> list[FieldNote]:
    """One note for each kind of finding about a field.

    Args:
        found: the findings.
        agents: how many agents are shown; with several a note says how many it is about.
        fixes: finds what mends them.
        mend: does it.
    """
    kinds: dict[str, list[Found]] = {}
    for agent, issue in found:
        kinds.setdefault(issue.code, []).append((agent, issue))
    return [_note(group, agents, fixes, mend) for group in kinds.values()]


def _note(group: Sequence[Found], agents: int, fixes: Fixes, mend: Mend) -> FieldNote:
    severity = min((issue.severity for _, issue in group), key=_ORDER.index)
    code, owners = group[0][1].code, len({agent.id for agent, _ in group})
    messages = dict.fromkeys(issue.message for _, issue in group)
    said = "; ".join(list(messages)[:_MOST]) if agents == 1 or len(messages) == 1 else _title(code, messages)
    offers = _offers(group, fixes, mend)
    hint = group[0][1].hint if len(messages) == 1 and not offers else ""
    said = "; ".join(part for part in (said, hint) if part)
    if agents > 1:
        said = f"in {owners:,} agent{'s' if owners > 1 else ''}: {said}"
    lines = [issue.text() for _, issue in group[:_MOST_DETAILS]]
    lines += [f"and {len(group) - _MOST_DETAILS:,} more"] if len(group) > _MOST_DETAILS else []
    return FieldNote(severity, said[:1].upper() + said[1:], tuple(offers), "\n".join(lines))


def _title(code: str, messages: Mapping[str, None]) -> str:
    """What findings of a kind with several messages have in common."""
    if code not in CODES:
        return next(iter(messages))
    title = CODES[code].title
    return title[:1].lower() + title[1:]


def _offers(group: Sequence[Found], fixes: Fixes, mend: Mend) -> list[Offer]:
    """The fixes that all of the agents have, in the order of the first."""
    owners = {agent.id: (agent, issue) for agent, issue in group}
    by_field: dict[str, dict[str, Fix]] = {}
    for id, (agent, issue) in owners.items():
        for fix in fixes.find(issue.code, issue.field, agent):
            by_field.setdefault(fix.field, {})[id] = fix
    return [_offer(found, mend) for found in by_field.values() if len(found) == len(owners)]


def _offer(found: Mapping[str, Fix], mend: Mend) -> Offer:
    fix, *others = found.values()
    label = fix.label if all(other.label == fix.label for other in others) else "Mend all"
    return Offer(label, lambda: mend(fix.field, {id: item.value for id, item in found.items()}))

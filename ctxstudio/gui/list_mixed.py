"""What stands below a list of agents that differ: that they do, and a menu that makes their lists the same."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence

from PySide6 import QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.gui import labels, text
from ctxstudio.gui.widgets import DIFFERENT

_MOST_OFFERED = 6
"""Differing lists that the menu offers for all."""
_LONGEST = 48
"""Characters of a list in the menu."""
_Texts = tuple[str, ...]


class MixedBar(QtWidgets.QWidget):
    """Says that agents differ, and has the menu."""

    def __init__(self, fill: Callable[[QtWidgets.QMenu], None]) -> None:
        """Args:
        fill: puts the entries into the empty menu, each time that it opens.
        """
        super().__init__()
        self._label = labels.ElidedLabel(muted=True)
        self._button = QtWidgets.QPushButton("For all")
        self._button.setAutoDefault(False)
        menu = QtWidgets.QMenu(self._button)
        menu.aboutToShow.connect(menu.clear)
        menu.aboutToShow.connect(lambda: fill(menu))
        self._button.setMenu(menu)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._label, 1)
        row.addWidget(self._button)

    def show_count(self, count: int, more: str) -> None:
        """Say how many agents differ, and what else there is to say."""
        self._label.show_text(DIFFERENT.format(count) + more)
        self._button.setToolTip(f"Give all {count:,} agents the same list, or a text of some to all")
        self._button.setAccessibleName(f"Set for all {count:,} agents")


def fill(
    menu: QtWidgets.QMenu,
    lists: Sequence[_Texts],
    selected: Sequence[str],
    give: Callable[[_Texts], None],
    add: Callable[[Sequence[str]], None],
) -> None:
    """Offer what all agents can be given: selected texts that only some have, one of their lists, or nothing.

    Args:
        menu: where the entries go.
        lists: the list of each agent.
        selected: the texts that the user has selected.
        give: replaces all lists.
        add: adds texts to all lists.
    """
    partial = [item for item in selected if any(item not in texts for texts in lists)]
    if partial:
        what = f"“{_short(partial[0])}”" if len(partial) == 1 else f"the {len(partial):,} selected texts"
        entry(menu, f"Add {what} to all {len(lists):,}", functools.partial(add, partial))
        menu.addSeparator()
    for texts, owners in Counter(filter(None, lists)).most_common(_MOST_OFFERED):
        title = f"Give all: {_short(', '.join(texts))}  (as in {counted(owners, 'agent')})"
        entry(menu, title, functools.partial(give, texts))
    entry(menu, "Clear all", functools.partial(give, ()))


def entry(menu: QtWidgets.QMenu, title: str, run: Callable[[], None], enabled: bool = True) -> None:
    """Add an entry to a menu; its title may quote a file."""
    action = menu.addAction(title.replace("&", "&&"))
    action.setEnabled(enabled)
    action.triggered.connect(lambda _=False: run())


def _short(content: str) -> str:
    line = text.one_line(content)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

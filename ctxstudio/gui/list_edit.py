"""An editor for texts in order, of one agent or of many whose lists differ."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import icons, list_mixed
from ctxstudio.gui.list_delegate import Entered, Suggestion, TextDelegate
from ctxstudio.gui.list_view import ListView
from ctxstudio.policy import texts as lists

KEYS: Final = "Enter adds, F2 edits, Delete removes, Alt+Up and Alt+Down move, Ctrl+V adds each line."
_MOST_SHOWN = 200
"""Rows shown of many differing lists, the commonest texts first."""
_Lists = tuple[tuple[str, ...], ...]


class ListEdit(QtWidgets.QWidget):
    """Texts in order.

    Where the lists of several agents differ, it shows every text that one of them has, and how many have it. What is
    done to a text there is done to it in all lists; the rest of each list stays. A menu makes all lists the same.

    Attributes:
        value: the common list, empty if they differ; a Qt property. Setting it is an edit like one of the user's.

    Signals:
        edited: (tuple of str) the list is another now, of all agents.
        each_edited: (texts.Change) what happens to the list of each agent.
    """

    edited = QtCore.Signal(object)
    each_edited = QtCore.Signal(object)

    def __init__(
        self,
        none: str,
        split: Callable[[str], Sequence[str]],
        suggestions: Sequence[str] | Callable[[], Sequence[Suggestion]] = (),
        decoration: Callable[[str], QtGui.QIcon] | None = None,
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        none: what an empty list says.
        split: makes texts of what was typed or pasted, blank ones left out.
        suggestions: the texts to offer, or what gives them each time that a line is opened.
        decoration: icon of a text.
        """
        super().__init__(parent)
        self._none, self._split, self._offered, self._decoration = none, split, suggestions, decoration
        self._value: tuple[str, ...] | None = None
        """The common list; None if they differ."""
        self._lists: _Lists = ()
        """The differing lists, one for each agent."""
        self._adding = False
        """Whether the last row is one that is being written."""
        self._list = ListView(self)
        self._delegate = TextDelegate(split, self._suggestions, self._list)
        self._list.setItemDelegate(self._delegate)
        self.setFocusProxy(self._list)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self._buttons = {
            "plus": self._button("Add", self.add_text),
            "arrow-up": self._button("Move up", lambda: self._move(-1)),
            "x": self._button("Remove", self._remove),
            "arrow-down": self._button("Move down", lambda: self._move(1)),
        }
        self._bar = list_mixed.MixedBar(self._fill_for_all)
        self._lay_out()
        self._connect()
        self._color()
        self.show_value(())

    def _button(self, name: str, pressed: Callable[[], None]) -> QtWidgets.QToolButton:
        button = QtWidgets.QToolButton(self)
        button.setAutoRaise(True)
        button.setIconSize(QtCore.QSize(14, 14))
        button.setFixedSize(24, 22)
        button.setToolTip(f"{name}. {KEYS}")
        button.setAccessibleName(name)
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        buttons = QtWidgets.QGridLayout()
        buttons.setSpacing(0)
        for position, button in enumerate(self._buttons.values()):
            buttons.addWidget(button, position // 2, position % 2)
        buttons.setRowStretch(2, 1)
        grid = QtWidgets.QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._list, 0, 0)
        grid.addLayout(buttons, 0, 1)
        grid.addWidget(self._bar, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def _connect(self) -> None:
        self._list.editor_closed.connect(self._settle)
        self._list.add_requested.connect(self.add_text)
        self._list.remove_requested.connect(self._remove)
        self._list.move_requested.connect(self._move)
        self._list.copy_requested.connect(self._copy)
        self._list.paste_requested.connect(self._paste)
        self._list.menu_requested.connect(self._on_menu_requested)
        self._list.reordered.connect(lambda: self._change(self._rows()))
        self._list.itemSelectionChanged.connect(self._refresh_buttons)

    # What is shown

    def _rows(self) -> list[str]:
        return [self._list.item(row).text() for row in range(self._list.count())]

    def texts(self) -> list[str]:
        """The common list, empty if they differ."""
        return list(self._value or ())

    def _set_texts(self, texts: object) -> None:
        if not isinstance(texts, list | tuple):
            raise TypeError("the value of a list editor is a list of texts")
        self._change([str(item).strip() for item in texts])

    value = QtCore.Property(list, texts, _set_texts)

    def show_value(self, value: Sequence[str]) -> None:
        """Show the common list."""
        if self._value != tuple(value):
            self._value, self._lists = tuple(value), ()
            self._show()

    def show_mixed(self, values: Sequence[Sequence[str]]) -> None:
        """Show that lists differ, given that of each agent."""
        lists = tuple(map(tuple, values))
        if self._value is not None or self._lists != lists:
            self._value, self._lists = None, lists
            self._show()

    def _show(self) -> None:
        """Bring the list to what is to be shown, item by item, so that the current row stays."""
        self._adding = False
        mixed, count = self._value is None, len(self._lists)
        held: Counter[str] = Counter(item for texts in self._lists for item in dict.fromkeys(texts))
        shown = [item for item, _ in held.most_common(_MOST_SHOWN)] if mixed else list(self._value or ())
        for row, item in enumerate(shown):
            if row == self._list.count():
                self._list.addItem("")
            share = f"{held[item]:,} of {count:,}" if mixed else ""
            self._fill(self._list.item(row), item, share)
        while self._list.count() > len(shown):
            self._list.takeItem(self._list.count() - 1)
        self._list.placeholder = self._none
        self._list.setDragEnabled(not mixed)
        more = f", {len(held) - len(shown):,} texts not shown" if len(held) > len(shown) else ""
        self._bar.show_count(count, more)
        self._bar.setVisible(mixed)
        self._delegate.hint = f"added to all {count:,} agents" if mixed else ""
        self._list.updateGeometry()
        self._list.viewport().update()
        self._refresh_buttons()

    def _fill(self, item: QtWidgets.QListWidgetItem, content: str, share: str = "") -> None:
        icon = self._decoration(content) if self._decoration and content else QtGui.QIcon()
        self._list.fill(item, content, icon, share, f"{content}\n\nin {share} agents" if share else content)

    def _refresh_buttons(self) -> None:
        rows, count = self._list.selected_rows(), self._list.count()
        ordered = bool(rows) and self._value is not None
        self._buttons["x"].setEnabled(bool(rows))
        self._buttons["arrow-up"].setEnabled(ordered and rows[0] > 0)
        self._buttons["arrow-down"].setEnabled(ordered and rows[-1] < count - 1)

    def _suggestions(self) -> list[Suggestion]:
        offered = self._offered
        found = offered() if callable(offered) else [Suggestion(item, item) for item in offered]
        return [item for item in found if item.text not in (self._value or ())]

    # What the user does

    def commit(self) -> None:
        """Take over what is in an open editor."""
        self._delegate.finish()

    def add_text(self) -> None:
        """Open an editor for a new text below the others."""
        self.commit()
        self._adding = True
        self._list.addItem("")
        item = self._list.item(self._list.count() - 1)
        self._fill(item, "")
        self._list.updateGeometry()
        self._list.setCurrentItem(item)
        self._list.setFocus()
        self._list.editItem(item)

    def _remove(self) -> None:
        rows, present = self._list.selected_rows(), self._rows()
        if not rows:
            return
        if self._value is None:
            self.each_edited.emit(lists.without([present[row] for row in rows]))
        else:
            self._change([item for row, item in enumerate(present) if row not in rows])
            if self._list.count():
                self._list.setCurrentRow(min(rows[0], self._list.count() - 1))

    def _move(self, step: int) -> None:
        rows, moved = self._list.selected_rows(), self._rows()
        if self._value is None or not rows or not 0 <= (rows[0] if step < 0 else rows[-1]) + step < len(moved):
            return
        for row in rows if step < 0 else reversed(rows):
            moved[row], moved[row + step] = moved[row + step], moved[row]
        self._change(moved)
        self._list.select_rows([row + step for row in rows])

    def _copy(self) -> None:
        rows = self._list.selected_rows()
        if rows:
            QtGui.QGuiApplication.clipboard().setText("\n".join(self._list.item(row).text() for row in rows))

    def _paste(self, pasted: str) -> None:
        rows, fresh = self._list.selected_rows(), self._split(pasted)
        place = rows[-1] + 1 if rows else len(self.texts())
        self._insert(place, fresh)

    def _insert(self, place: int, fresh: Sequence[str]) -> None:
        """Add texts; what is there already does not come twice."""
        if self._value is None:
            if fresh:
                self.each_edited.emit(lists.added(fresh))
            return
        present = self.texts()
        new = [item for item in dict.fromkeys(fresh) if item not in present]
        self._change([*present[:place], *new, *present[place:]])
        wanted = [row for row, item in enumerate(self._rows()) if item in fresh]
        self._list.select_rows(wanted)

    def _settle(self) -> None:
        """Inline editing ended; an editor that was left as it was changes nothing."""
        entered, self._delegate.entered = self._delegate.entered, None
        present = self._rows()
        new_row = self._list.count() - 1 if self._adding else -1
        if self._adding:
            self._adding = False
            self._list.takeItem(new_row)
            self._list.updateGeometry()
        if entered is not None:
            self._take(entered, new_row, present)

    def _take(self, entered: Entered, new_row: int, present: Sequence[str]) -> None:
        if entered.row == new_row:
            self._insert(new_row, entered.texts)
        elif self._value is None:
            self.each_edited.emit(lists.renamed(present[entered.row], entered.texts))
        else:
            others = [*self.texts()[: entered.row], *self.texts()[entered.row + 1 :]]
            new = [item for item in dict.fromkeys(entered.texts) if item not in others]
            self._change([*others[: entered.row], *new, *others[entered.row :]])

    def _change(self, texts: Sequence[str]) -> None:
        wanted, before = tuple(item for item in texts if item.strip()), self._value
        self._value, self._lists = wanted, ()
        self._show()
        if wanted != before:
            self.edited.emit(wanted)

    # Menus

    def _on_menu_requested(self, place: QtCore.QPoint) -> None:
        menu = QtWidgets.QMenu(self)
        menu.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        rows = self._list.selected_rows()
        whose = f" all {len(self._lists):,} agents" if self._value is None else ""
        list_mixed.entry(menu, f"Add{whose and ' to' + whose}…", self.add_text)
        list_mixed.entry(menu, "Edit", lambda: self._list.editItem(self._list.currentItem()), len(rows) == 1)
        list_mixed.entry(menu, f"Remove{whose and ' from' + whose}", self._remove, bool(rows))
        menu.addSeparator()
        list_mixed.entry(menu, "Copy", self._copy, bool(rows))
        list_mixed.entry(menu, "Paste lines", lambda: self._paste(QtGui.QGuiApplication.clipboard().text()))
        menu.addSeparator()
        if self._value is None:
            self._fill_for_all(menu)
        else:
            for key, title, step in (("arrow-up", "Move up", -1), ("arrow-down", "Move down", 1)):
                list_mixed.entry(menu, title, functools.partial(self._move, step), self._buttons[key].isEnabled())
        menu.popup(place)

    def _fill_for_all(self, menu: QtWidgets.QMenu) -> None:
        selected = [self._list.item(row).text() for row in self._list.selected_rows()]
        list_mixed.fill(
            menu, self._lists, selected, self._change, lambda more: self.each_edited.emit(lists.added(more))
        )

    # Qt

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._list.setAccessibleName(name)  # it has the focus, and so is what a screen reader asks

    def setAccessibleDescription(self, description: str) -> None:
        super().setAccessibleDescription(description)
        self._list.setAccessibleDescription(f"{description} {KEYS}")

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange and self._buttons:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        for name, button in self._buttons.items():
            button.setIcon(icons.icon(name, palette))
        self._show()

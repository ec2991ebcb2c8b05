"""The left side of the dialogs of rules and profiles: named documents, and what can be done with them as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, Generic

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import CtxStudioError, Severity
from ctxstudio.gui import labels, text
from ctxstudio.gui.dialogs.entry import Entry, T
from ctxstudio.gui.dialogs.names_list import MARK, NamesList
from ctxstudio.gui.messages import Messages
from ctxstudio.policy import portable
from ctxstudio.storage import library
from ctxstudio.storage.library import Item, Library

_FILES: Final = "YAML files (*.yaml *.yml);;All files (*)"


class Shelf(QtWidgets.QWidget, Generic[T]):
    """Named documents of a library, with those that ship with the program above them.

    Attributes:
        entries: in the order of the list.

    Signals:
        current_changed: () another document is the current one, or it was read anew.
        new_requested: () the user wants a new document.
    """

    current_changed = QtCore.Signal()
    new_requested = QtCore.Signal()

    def __init__(
        self,
        noun: str,
        new: str,
        own: Library[T],
        shipped: Library[T] | None,
        messages: Messages,
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        noun: what a document is called, such as `rule`.
        new: text of the button that makes one.
        own: the user's documents.
        shipped: those that come with the program.
        messages: says what went wrong.
        """
        super().__init__(parent)
        self.entries: list[Entry[T]] = []
        self._own: Library[T] = own
        self._shipped: Library[T] | None = shipped
        self._noun, self._messages = noun, messages
        self._names = NamesList()
        self._names.setObjectName(f"{noun}List")
        self._names.setAccessibleName(f"{noun.capitalize()}s")
        self._names.setToolTip("F2 renames, Del deletes")
        self._names.currentRowChanged.connect(self._on_row_changed)
        self._names.itemChanged.connect(self._on_item_changed)
        self._names.delete_requested.connect(self.delete)
        self._fault = labels.Note()
        self._fault.hide()
        self._buttons = {
            name: self._button(name, tip, slot)
            for name, tip, slot in (
                (new, f"Make a new {noun}", self.new_requested),
                ("Duplicate", f"Make a {noun} of your own that begins as a copy", self.duplicate),
                ("Rename", "Edit the name (F2)", self.rename),
                ("Delete", f"Delete the {noun} and its file (Del)", self.delete),
                ("Import…", f"Take a {noun} over from a file", self._choose_import),
                ("Export…", f"Write the {noun} to a file that can be given to others", self._choose_export),
            )
        }
        self._lay_out()
        self.reload()

    def _button(self, name: str, tip: str, slot: Callable[[], None] | QtCore.SignalInstance) -> QtWidgets.QPushButton:
        button = QtWidgets.QPushButton(name)
        button.setObjectName(f"{self._noun}{name.strip('&…')}Button")
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        grid = QtWidgets.QGridLayout()
        grid.setSpacing(4)
        for position, button in enumerate(self._buttons.values()):
            grid.addWidget(button, position // 2, position % 2)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._names, 1)
        column.addWidget(self._fault)
        column.addLayout(grid)

    # The list

    def reload(self) -> None:
        """Read all files again; what is not saved stays."""
        current = self.current()
        unsaved = [entry for entry in self.entries if entry.unsaved]
        self.entries = []
        self._fault.hide()
        for source in (self._shipped, self._own):
            try:
                self.entries += [self._entry(item, unsaved, source) for item in source.items()] if source else []
            except CtxStudioError as error:
                self._fault.show_note(str(error))
                self._fault.show()
        # Of these there is no file, or none any more that can be read.
        self.entries += [Entry(entry.name, entry.value) for entry in unsaved]
        same = [
            row
            for row, entry in enumerate(self.entries)
            if current is not None and (entry.path == current.path if current.path else entry.name == current.name)
        ]
        self._fill(same[0] if same else 0)

    def _entry(self, item: Item[T], unsaved: list[Entry[T]], source: Library[T]) -> Entry[T]:
        """The entry of a file, with what is not saved of it, which is taken out of that list."""
        old = next((entry for entry in unsaved if entry.path == item.path and item.value is not None), None)
        value, name = item.value, item.name
        if old is not None:
            unsaved.remove(old)
            value, name = old.value, old.name
        return Entry(name, value, item.value, item.path, item.error, source is self._shipped)

    def _fill(self, row: int) -> None:
        with QtCore.QSignalBlocker(self._names):
            self._names.clear()
            for entry in self.entries:
                self._names.addItem(QtWidgets.QListWidgetItem())
                self._show(entry)
            self._names.setCurrentRow(min(row, len(self.entries) - 1))
        self._on_row_changed(row)

    def _show(self, entry: Entry[T]) -> None:
        """Bring an entry's row up to date."""
        item = self._names.item(self.entries.index(entry))
        mark = " (shipped)" if entry.shipped else " (cannot be read)" if entry.error else ""
        mark = " (not saved)" if entry.unsaved else mark
        with QtCore.QSignalBlocker(self._names):
            item.setText(entry.name)
            item.setData(MARK, mark)
            item.setData(QtCore.Qt.ItemDataRole.AccessibleTextRole, text.one_line(entry.name) + mark)
            item.setFont(labels.bold(self.font(), entry.unsaved))
            item.setToolTip(text.tooltip(entry.error or (str(entry.path) if entry.path else "")))
            palette = QtWidgets.QApplication.palette()
            item.setIcon(labels.severity_icon(Severity.ERROR, palette) if entry.error else QtGui.QIcon())
            may = not entry.shipped and entry.value is not None
            flag = QtCore.Qt.ItemFlag.ItemIsEditable
            item.setFlags(item.flags() | flag if may else item.flags() & ~flag)

    def current(self) -> Entry[T] | None:
        """The current document."""
        row = self._names.currentRow()
        return self.entries[row] if 0 <= row < len(self.entries) else None

    def unsaved(self) -> list[Entry[T]]:
        """The documents that are not as their files."""
        return [entry for entry in self.entries if entry.unsaved]

    def free_name(self, wanted: str) -> str:
        """A name that no document of the list has."""
        taken = {entry.name.casefold() for entry in self.entries}
        number, name = 1, wanted
        while name.casefold() in taken:
            number += 1
            name = f"{wanted} {number}"
        return name

    # What the user does

    def add(self, value: T) -> None:
        """Put a new document into the list, not saved yet, and make it the current one."""
        self.entries.append(Entry(value.name, value))
        self._fill(len(self.entries) - 1)
        self._names.scrollToItem(self._names.currentItem())

    def keep(self, value: T) -> None:
        """Save a new document and make it the current one.

        Raises:
            CtxStudioError: it cannot be saved; the list is as it was.
        """
        path = self._own.save(value)
        self.add(value)
        self.entries[-1].path, self.entries[-1].saved = path, value
        self._show(self.entries[-1])
        self._refresh_buttons()

    def change(self, value: T) -> None:
        """Give the current document another content, not saved yet."""
        entry = self.current()
        if entry is not None:
            entry.value, entry.name = value, value.name
            self._show(entry)
            self._refresh_buttons()

    def save(self, entry: Entry[T] | None = None) -> bool:
        """Write a document, the current one if none is given; whether that was possible."""
        entry = entry or self.current()
        if entry is None or entry.value is None or entry.shipped:
            return False
        try:
            entry.path = self._own.save(entry.value, entry.path)
        except CtxStudioError as error:
            self._messages.warn(f"The {self._noun} was not saved", f"{entry.name}: {error}")
            return False
        entry.saved = entry.value
        self._show(entry)
        self._refresh_buttons()
        return True

    def rename(self) -> None:
        """Open the editor of the current name."""
        entry, item = self.current(), self._names.currentItem()
        if entry is not None and item.flags() & QtCore.Qt.ItemFlag.ItemIsEditable:
            self._names.setFocus()
            self._names.editItem(item)

    def _on_item_changed(self, item: QtWidgets.QListWidgetItem) -> None:
        entry, typed = self.entries[self._names.row(item)], item.text().strip()
        if entry.value is not None and typed != entry.name:
            fault = portable.name_fault(typed) or self._taken(entry, typed)
            error = f"The name {fault}." if fault else self._renamed(entry, entry.value, typed)
            if error:
                self._messages.warn(f"The {self._noun} was not renamed", error)
        self._show(entry)
        self.current_changed.emit()

    def _renamed(self, entry: Entry[T], value: T, name: str) -> str:
        """Give a document another name, in its file too; what is not saved yet of the rest stays so."""
        if entry.saved is not None:
            named = replace(entry.saved, name=name)
            try:
                self._own.save(named, entry.path)
            except CtxStudioError as error:
                return str(error)
            entry.saved = named
        entry.value, entry.name = replace(value, name=name), name
        return ""

    def _taken(self, entry: Entry[T], name: str) -> str:
        others = {other.name.casefold() for other in self.entries if other is not entry}
        return f"{name} is in use already" if name.casefold() in others else ""

    def duplicate(self) -> None:
        """Make a document that begins as a copy of the current one."""
        entry = self.current()
        if entry is not None and entry.value is not None:
            self._keep(replace(entry.value, name=self.free_name(entry.name)), "duplicated")

    def _keep(self, value: T, done: str) -> bool:
        try:
            self.keep(value)
        except CtxStudioError as error:
            self._messages.warn(f"The {self._noun} was not {done}", str(error))
            return False
        return True

    def delete(self) -> None:
        """Delete the current document and its file, once the user said so."""
        entry = self.current()
        if entry is None or entry.shipped:
            return
        question = f"Delete the {self._noun} {text.one_line(entry.name)}?"
        if not self._messages.ask(f"Delete a {self._noun}", question, "Delete", str(entry.path or "")):
            return
        try:
            if entry.path is not None:
                self._own.delete(entry.path)
        except CtxStudioError as error:
            self._messages.warn(f"The {self._noun} was not deleted", str(error))
            return
        row = self.entries.index(entry)
        del self.entries[row]
        self._fill(row)

    def import_from(self, path: Path) -> bool:
        """Take a document over from a file; whether that was possible."""
        try:
            value = self._own.load(path)
            value = replace(value, name=self.free_name(value.name))
        except CtxStudioError as error:
            self._messages.warn(f"This is no {self._noun} that can be read", str(error))
            return False
        return self._keep(value, "imported")

    def export_to(self, path: Path) -> bool:
        """Write the current document to a file; whether that was possible."""
        entry = self.current()
        if entry is None or entry.value is None:
            return False
        try:
            self._own.export(entry.value, path)
        except CtxStudioError as error:
            self._messages.warn(f"The {self._noun} was not exported", str(error))
            return False
        return True

    def _choose_import(self) -> None:
        chosen, _ = QtWidgets.QFileDialog.getOpenFileName(self, f"Import a {self._noun}", "", _FILES)
        if chosen:
            self.import_from(Path(chosen))

    def _choose_export(self) -> None:
        entry = self.current()
        if entry is not None:
            start = f"{library.file_stem(entry.name)}.yaml"
            chosen, _ = QtWidgets.QFileDialog.getSaveFileName(self, f"Export the {self._noun}", start, _FILES)
            if chosen:
                self.export_to(Path(chosen))

    # What is shown

    def _on_row_changed(self, _: int) -> None:
        self._refresh_buttons()
        self.current_changed.emit()

    def _refresh_buttons(self) -> None:
        entry = self.current()
        readable = entry is not None and entry.value is not None
        own = entry is not None and not entry.shipped
        for name, enabled in (
            ("Duplicate", readable),
            ("Rename", readable and own),
            ("Delete", own),
            ("Export…", readable),
        ):
            self._buttons[name].setEnabled(enabled)

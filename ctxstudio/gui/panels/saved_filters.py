"""The button for saved filters: save the present one by name, pick, rename or delete."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import RefusedError
from ctxstudio.gui import icons, text
from ctxstudio.gui.filter_store import FilterStore, SavedFilter

_LONGEST_NAME: Final = 60
_PADDING: Final = 8


class SavedFiltersButton(QtWidgets.QToolButton):
    """A button with the menu of saved filters.

    Signals:
        picked: (SavedFilter) the user wants this one.
        refused: (str) it could not be saved.
    """

    picked = QtCore.Signal(object)
    refused = QtCore.Signal(str)

    def __init__(
        self, store: FilterStore, present: Callable[[], SavedFilter | None], parent: QtWidgets.QWidget | None = None
    ) -> None:
        """`present` gives the filter as it is, without a name; None if there is nothing to save."""
        super().__init__(parent)
        self._store, self._present = store, present
        self.setObjectName("savedFiltersButton")
        self.setAccessibleName("Saved filters")
        self.setToolTip("Saved filters: save this one, pick, rename or delete")
        self.setPopupMode(self.ToolButtonPopupMode.InstantPopup)
        menu = QtWidgets.QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self._color()

    def _fill(self) -> None:
        menu, present, saved = self.menu(), self._present(), self._store.all()
        menu.clear()
        save = menu.addAction("&Save this filter…", self._ask_name)
        save.setEnabled(present is not None)
        menu.addSeparator()
        for item in saved:
            action = menu.addAction(text.one_line(item.name).replace("&", "&&"))
            action.setToolTip(text.tooltip(item.words()))
            action.setCheckable(True)
            same = present is not None and (item.text.strip(), item.pressed) == (present.text.strip(), present.pressed)
            action.setChecked(same)
            action.triggered.connect(lambda _=False, item=item: self.picked.emit(item))
        if not saved:
            menu.addAction("No filter is saved yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction("&Rename or delete…", self._manage).setEnabled(bool(saved))

    def _ask_name(self) -> None:
        present = self._present()
        if present is None:
            return
        dialog = NameDialog(present.words(), [item.name for item in self._store.all()], self.window())
        dialog.accepted.connect(
            lambda: self._write(lambda: self._store.put(SavedFilter(dialog.name(), present.text, present.pressed)))
        )
        dialog.open()

    def _manage(self) -> None:
        dialog = ManageDialog(self._store.all(), self.window())
        dialog.accepted.connect(lambda: self._write(lambda: self._store.replace(dialog.filters())))
        dialog.open()

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except RefusedError as error:
            self.refused.emit(str(error))

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        self.setIcon(icons.icon("star", QtWidgets.QApplication.palette()))


class NameDialog(QtWidgets.QDialog):
    """Asks for the name of a filter; says beforehand that another would be replaced."""

    def __init__(self, content: str, taken: Collection[str], parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Save filter")
        self._taken = frozenset(taken)
        self._line = QtWidgets.QLineEdit(text.one_line(content)[:_LONGEST_NAME], self)
        self._line.setMaxLength(_LONGEST_NAME)
        self._line.selectAll()
        self._note = QtWidgets.QLabel(self)
        self._note.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        shown = QtWidgets.QLabel(text.one_line(content), self)
        shown.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        shown.setWordWrap(True)
        standard = QtWidgets.QDialogButtonBox.StandardButton
        self._buttons = QtWidgets.QDialogButtonBox(standard.Save | standard.Cancel, self)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        form = QtWidgets.QFormLayout(self)
        form.addRow("Filter", shown)
        form.addRow("&Name", self._line)
        form.addRow("", self._note)
        form.addRow(self._buttons)
        self._line.textChanged.connect(self._on_changed)
        self.setMinimumWidth(380)
        self._on_changed()

    def name(self) -> str:
        """The name, without blanks around it."""
        return self._line.text().strip()

    def _on_changed(self) -> None:
        replaces = self.name() in self._taken
        self._note.setText("The saved filter of that name will be replaced." if replaces else "")
        save = self._buttons.button(QtWidgets.QDialogButtonBox.StandardButton.Save)
        save.setText("&Replace" if replaces else "&Save")
        save.setEnabled(bool(self.name()))


class ManageDialog(QtWidgets.QDialog):
    """Renames and deletes saved filters; nothing is done before OK."""

    def __init__(self, filters: Collection[SavedFilter], parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Saved filters")
        self._tree = QtWidgets.QTreeWidget(self)
        self._tree.setAccessibleName("Saved filters")
        self._tree.setHeaderLabels(["Name", "Filter"])
        self._tree.setRootIsDecorated(False)
        self._tree.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self._filters = list(filters)
        height = self.fontMetrics().height() + _PADDING
        self._tree.addTopLevelItems([_row(saved, height) for saved in filters])
        self._tree.setColumnWidth(0, 180)
        self._note = QtWidgets.QLabel("F2 renames, Delete deletes.", self)
        self._note.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._rename = self._button("&Rename", "F2", self._on_rename)
        self._delete = self._button("&Delete", "Del", self._on_delete)
        self._lay_out()
        self._tree.itemDoubleClicked.connect(self._on_rename)
        self._tree.itemChanged.connect(self._on_renamed)
        self._tree.setCurrentIndex(self._tree.model().index(0, 0))
        self._tree.setFocus()

    def filters(self) -> tuple[SavedFilter, ...]:
        """The filters as they should be from now on."""
        return tuple(self._filters)

    def _lay_out(self) -> None:
        standard = QtWidgets.QDialogButtonBox.StandardButton
        box = QtWidgets.QDialogButtonBox(standard.Ok | standard.Cancel, self)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        side = QtWidgets.QVBoxLayout()
        side.addWidget(self._rename)
        side.addWidget(self._delete)
        side.addStretch(1)
        layout = QtWidgets.QGridLayout(self)
        layout.addWidget(self._tree, 0, 0)
        layout.addLayout(side, 0, 1)
        layout.addWidget(self._note, 1, 0, 1, 2)
        layout.addWidget(box, 2, 0, 1, 2)
        self.resize(560, 300)

    def _button(self, title: str, keys: str, on_click: Callable[[], None]) -> QtWidgets.QPushButton:
        button = QtWidgets.QPushButton(title, self)
        button.setAutoDefault(False)
        button.clicked.connect(on_click)
        # On the list only: in the line that renames, Delete deletes a letter.
        context = QtCore.Qt.ShortcutContext.WidgetShortcut
        QtGui.QShortcut(QtGui.QKeySequence(keys), self._tree, on_click, context=context)
        return button

    def _on_rename(self) -> None:
        item = self._tree.currentItem()
        if item is not None:
            self._tree.editItem(item, 0)

    def _on_delete(self) -> None:
        row = self._tree.currentIndex().row()
        if row < 0:
            return
        self._tree.takeTopLevelItem(row)
        del self._filters[row]
        for button in (self._rename, self._delete):
            button.setEnabled(bool(self._filters))

    def _on_renamed(self, item: QtWidgets.QTreeWidgetItem) -> None:
        """Take the new name over, or show the old one again where it is empty or another filter's."""
        row = self._tree.indexOfTopLevelItem(item)
        saved, name = self._filters[row], " ".join(item.text(0).split())[:_LONGEST_NAME]
        reason = "" if name else "A name cannot be empty."
        if name != saved.name and any(other.name == name for other in self._filters):
            reason = f"There is another filter {name!r}."
        self._note.setText(text.shown(reason))
        if not reason:
            self._filters[row] = replace(saved, name=name)
        with QtCore.QSignalBlocker(self._tree):
            item.setText(0, self._filters[row].name)


def _row(saved: SavedFilter, height: int) -> QtWidgets.QTreeWidgetItem:
    item = QtWidgets.QTreeWidgetItem([saved.name, text.one_line(saved.words())])
    item.setSizeHint(0, QtCore.QSize(0, height))
    item.setToolTip(1, text.tooltip(saved.words()))
    item.setFlags(item.flags() | QtCore.Qt.ItemFlag.ItemIsEditable)
    return item

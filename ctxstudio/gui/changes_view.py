"""Changes of files to look through and to choose from: a list, and the differences beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.gui import icons, labels
from ctxstudio.gui.changes_list import ChangesList, ChangesModel, FileChange
from ctxstudio.gui.diff_pane import DiffPane
from ctxstudio.gui.side_by_side import Section, SideBySide
from ctxstudio.gui.unified import UnifiedView
from ctxstudio.storage import diff

__all__ = ["ChangesView", "FileChange"]

_MOST_FILES: Final = 50
"""Files whose differences are shown in a row."""
_MOST_ROWS: Final = 3_000
_UNIFIED: Final = "ctxstudioUnified"
"""Property of the application that keeps the chosen form while the program runs."""


class ChangesView(QtWidgets.QWidget):
    """Changes of files, the differences side by side or unified.

    Signals:
        checked_changed: () others are checked now; once per action.
    """

    checked_changed = QtCore.Signal()

    def __init__(
        self,
        *,
        checkable: bool = True,
        titles: tuple[str, str] = ("Before", "After"),
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        checkable: whether files can be left out.
        titles: what the two contents of a file are called.
        """
        super().__init__(parent)
        self._model = ChangesModel(checkable, self)
        self._list = ChangesList(self._model)
        self._title = labels.ElidedLabel(QtCore.Qt.TextElideMode.ElideMiddle)
        self._title.setFont(labels.bold(self._title.font()))
        self._notes = labels.ElidedLabel(muted=True)
        self._side = SideBySide(titles)
        self._unified = UnifiedView("Unified diff")
        self._stack = QtWidgets.QStackedWidget()
        self._bar = _Bar(self)
        self._rows: list[Section] = []
        self._lay_out()
        self._list.selectionModel().currentChanged.connect(self._show_current)
        self._model.checked_changed.connect(self.checked_changed)
        self._bar.form_changed.connect(self._show_current)
        self._bar.step_requested.connect(self.step)
        self._show_current()

    def _lay_out(self) -> None:
        self._stack.addWidget(self._side)
        self._stack.addWidget(self._unified)
        right = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(right)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(4)
        for label in (self._title, self._notes):
            label.setContentsMargins(8, 0, 8, 0)
            column.addWidget(label)
        column.addWidget(self._bar)
        column.addWidget(self._stack, 1)
        self._splitter = QtWidgets.QSplitter()
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self._list)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([260, 640])
        self._list.setMinimumWidth(160)
        right.setMinimumWidth(320)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._splitter)
        self.setFocusProxy(self._list)

    # For others

    def set_changes(self, changes: Sequence[FileChange]) -> None:
        """Show other changes; the differences are found when they are looked at."""
        self._model.set_changes(changes)
        if changes:
            self._list.setCurrentIndex(self._model.index(0))
        else:
            self._show_current()

    def set_titles(self, titles: tuple[str, str]) -> None:
        """Call the two contents otherwise."""
        self._side.set_titles(titles)

    def checked_ids(self) -> tuple[str, ...]:
        """The files that are not left out, in order."""
        return self._model.checked_ids()

    def show_file(self, id: str) -> None:
        """Show the difference of one file."""
        for row, change in enumerate(self._model.changes, self._model.offset):
            if change.id == id:
                self._list.setCurrentIndex(self._model.index(row))

    def step(self, by: int) -> None:
        """Go to the next change (1) or the one before (-1); behind the last one, to the next file."""
        pane = self._pane()
        wanted = pane.change_in_sight() + by
        if 0 <= wanted < len(pane.changes):
            self._go_to(wanted)
            return
        row = self._list.currentIndex().row() + by
        if self._model.change(row) is not None and self._model.change(row - by) is not None:
            self._list.setCurrentIndex(self._model.index(row))
            changes = self._pane().changes
            if changes:
                self._go_to(0 if by > 0 else len(changes) - 1)

    # Showing

    def _pane(self) -> DiffPane:
        return self._unified if self._bar.is_unified else self._side.old

    def _go_to(self, change: int) -> None:
        if self._bar.is_unified:
            self._unified.go_to(change)
        else:
            self._side.go_to(change)
        self._bar.show_place(change, len(self._pane().changes))

    def _show_current(self) -> None:
        changes = self._model.changes
        change = self._model.change(self._list.currentIndex().row())
        shown = changes[:_MOST_FILES] if change is None else (change,)
        self._show(shown, len(changes) if change is None else 1)
        self._bar.show_place(None, len(self._pane().changes))

    def _show(self, changes: Sequence[FileChange], total: int) -> None:
        context = None if self._bar.is_whole else diff.CONTEXT
        left = _MOST_ROWS if len(changes) > 1 else diff.MOST_ROWS
        added = removed = 0
        notes: tuple[str, ...] = ()
        sections: list[tuple[FileChange, list[diff.Row | diff.Fold]]] = []
        for change in changes:
            if left <= 0:
                break
            compared = diff.Comparison(change.before, change.after)
            self._model.note_counts(change.id, compared)
            rows = compared.rows(context, left)
            left -= len(rows)
            sections.append((change, rows))
            added, removed, notes = added + compared.added, removed + compared.removed, compared.notes
        missing = total - len(sections)
        said = f"{counted(added, 'line')} added, {counted(removed, 'line')} removed"
        if total == 1:
            self._title.show_text(changes[0].id)
            self._notes.show_text("; ".join(filter(None, (said, changes[0].note, *notes))))
        else:
            self._title.show_text(f"All {total:,} files" if total else "No file")
            first = f" in the first {counted(len(sections), 'file')}" if missing else ""
            self._notes.show_text(said + first if total else "")
        more = f"… and {missing:,} more files: choose one in the list" if missing else ""
        self._stack.setCurrentIndex(int(self._bar.is_unified))
        if self._bar.is_unified:
            self._unified.show_diff("\n".join([*_diffs(sections), more]).strip("\n"))
        else:
            titled = [Section(change.id if total > 1 else "", rows) for change, rows in sections]
            self._side.show_sections([*titled, Section(more, ())] if more else titled)


def _diffs(sections: Sequence[tuple[FileChange, list[diff.Row | diff.Fold]]]) -> Iterator[str]:
    for change, rows in sections:
        yield diff.unified_text(rows, change.id, is_new=change.before is None, is_gone=change.after is None)


class _Bar(QtWidgets.QWidget):
    """The form of the differences, and the way from one change to the next.

    Attributes:
        is_unified: whether they are shown unified.
        is_whole: whether unchanged lines are all shown.

    Signals:
        form_changed: ().
        step_requested: (int) 1 for the next change, -1 for the one before.
    """

    form_changed = QtCore.Signal()
    step_requested = QtCore.Signal(int)

    def __init__(self, view: QtWidgets.QWidget) -> None:
        super().__init__()
        self._side = self._toggle("Side by side", "Both contents next to each other")
        self._unified = self._toggle("Unified", "One below the other, as a patch")
        self._whole = self._toggle("Whole file", "Show all unchanged lines too")
        self._place = labels.plain_label(muted=True)
        self._before = self._arrow("Previous change", QtGui.QKeySequence("Shift+F7"), -1, view)
        self._next = self._arrow("Next change", QtGui.QKeySequence("F7"), 1, view)
        forms = QtWidgets.QButtonGroup(self)
        forms.addButton(self._side)
        forms.addButton(self._unified)
        app = QtCore.QCoreApplication.instance()
        chosen = app is not None and bool(app.property(_UNIFIED))
        (self._unified if chosen else self._side).setChecked(True)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(2)
        for button in (self._side, self._unified, self._whole):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._place)
        for button in (self._before, self._next):
            row.addWidget(button)
        forms.buttonToggled.connect(self._on_form_chosen)
        self._whole.toggled.connect(self.form_changed)
        self._color()

    @property
    def is_unified(self) -> bool:
        """Whether differences are shown unified."""
        return self._unified.isChecked()

    @property
    def is_whole(self) -> bool:
        """Whether unchanged lines are all shown."""
        return self._whole.isChecked()

    def show_place(self, change: int | None, changes: int) -> None:
        """Say which change is shown."""
        said = counted(changes, "change")
        self._place.setText(said if change is None else f"{change + 1:,} of {said}")
        for button in (self._before, self._next):
            button.setEnabled(changes > 0)

    def _toggle(self, title: str, tip: str) -> QtWidgets.QToolButton:
        button = QtWidgets.QToolButton()
        button.setText(title)
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        return button

    def _arrow(self, title: str, keys: QtGui.QKeySequence, by: int, view: QtWidgets.QWidget) -> QtWidgets.QToolButton:
        button = QtWidgets.QToolButton()
        button.setAutoRaise(True)
        button.setToolTip(f"{title} ({keys.toString(keys.SequenceFormat.NativeText)})")
        button.setAccessibleName(title)
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda: self.step_requested.emit(by))
        shortcut = QtGui.QShortcut(keys, view)
        shortcut.setContext(QtCore.Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: self.step_requested.emit(by))
        return button

    def _on_form_chosen(self, _: QtWidgets.QAbstractButton, checked: bool) -> None:
        app = QtCore.QCoreApplication.instance()
        if checked and app is not None:
            app.setProperty(_UNIFIED, self.is_unified)
            self.form_changed.emit()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        self._before.setIcon(icons.icon("arrow-up", palette))
        self._next.setIcon(icons.icon("arrow-down", palette))

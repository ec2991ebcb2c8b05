"""The filter box with its quick buttons."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.session import Session
from ctxstudio.policy import query
from ctxstudio.policy.values import Agent


class FilterBar(QtWidgets.QWidget):
    """The filter box with its quick buttons.

    Signals:
        filter_changed: (Query, test or None) show only what passes.
    """

    filter_changed = QtCore.Signal(object, object)

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.edit = QtWidgets.QLineEdit(self)
        self.edit.setObjectName("filterEdit")
        self.edit.setPlaceholderText("Filter: words, model:haiku, score.sonnet>3, -category:security")
        self.edit.setAccessibleName("Filter")
        self.edit.setClearButtonEnabled(True)
        self.edit.textChanged.connect(self._on_changed)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 4, 0)
        layout.setSpacing(4)
        self._count = QtWidgets.QLabel(self)
        self._count.setAccessibleName("Agents shown")
        layout.addWidget(self.edit, 1)
        layout.addWidget(self._count)
        self._leave = QtGui.QShortcut(QtGui.QKeySequence.StandardKey.Cancel, self.edit, self.clear)
        self._leave.setContext(QtCore.Qt.ShortcutContext.WidgetShortcut)
        self._tests: list[tuple[QtWidgets.QToolButton, Callable[[Agent], bool]]] = []
        for text, tip, test in (
            ("changed", "Only agents with unsaved edits", lambda agent: agent.changed),
            ("problems", "Only agents with problems", lambda agent: bool(agent.problems)),
            ("differs", "Only agents whose model differs from the recommendation", self._differs),
        ):
            button = QtWidgets.QToolButton(self)
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.toggled.connect(self._on_changed)
            layout.addWidget(button)
            self._tests.append((button, test))

    def clear(self) -> None:
        """Show all agents again."""
        for button, _ in self._tests:
            button.setChecked(False)
        self.edit.clear()

    def show_count(self, shown: int, total: int) -> None:
        """Tell how many agents pass, where not all do."""
        self._count.setText(f"{shown:,} of {total:,}" if shown != total else "")

    def _differs(self, agent: Agent) -> bool:
        return self._session.workspace.differs(agent)

    def _on_changed(self) -> None:
        try:
            wanted = query.parse(self.edit.text())
        except query.QueryError as error:
            # The last good result stays; the box says what is wrong and where.
            self.edit.setToolTip(f"{error} (at character {error.position + 1})")
            self._mark(wrong=True)
            return
        self.edit.setToolTip("")
        self._mark(wrong=False)
        tests = [test for button, test in self._tests if button.isChecked()]
        self.filter_changed.emit(wanted, (lambda agent: all(test(agent) for test in tests)) if tests else None)

    def _mark(self, *, wrong: bool) -> None:
        palette = QtWidgets.QApplication.palette(self.edit)
        if wrong:
            role = QtGui.QPalette.ColorRole
            palette.setColor(
                role.Base, QtGui.QColor("#5a2326" if palette.color(role.Base).lightness() < 128 else "#fbe7e5")
            )
        self.edit.setPalette(palette)

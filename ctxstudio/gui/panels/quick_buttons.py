"""A row of quick buttons that shrinks: what has no room stands in a menu."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import icons, text

_GAP = 4


class QuickButtons(QtWidgets.QWidget):
    """Checkable words, as buttons where there is room and in a menu where not.

    Signals:
        toggled: () others are pressed now.
    """

    toggled = QtCore.Signal()

    def __init__(self, words: Mapping[str, str], parent: QtWidgets.QWidget | None = None) -> None:
        """`words` are the texts with their help, the most important ones first."""
        super().__init__(parent)
        self.setAccessibleName("Quick filters")
        self._actions: dict[str, QtGui.QAction] = {}
        self._buttons: dict[str, QtWidgets.QToolButton] = {}
        self._more = self._make_more()
        self._color()
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP)
        for word, help in words.items():
            action = QtGui.QAction(word, self)
            action.setCheckable(True)
            action.setToolTip(text.tooltip(help))
            action.toggled.connect(self._on_toggled)
            button = QtWidgets.QToolButton(self)
            button.setDefaultAction(action)
            button.setAccessibleDescription(help)
            layout.addWidget(button)
            self._actions[word], self._buttons[word] = action, button
        layout.addWidget(self._more)
        self.fit(0)

    def pressed(self) -> tuple[str, ...]:
        """The words that are pressed, in their order."""
        return tuple(word for word, action in self._actions.items() if action.isChecked())

    def press(self, words: Collection[str]) -> None:
        """Press these and no others, without telling."""
        for word, action in self._actions.items():
            with QtCore.QSignalBlocker(self):
                action.setChecked(word in words)

    def fit(self, width: int) -> None:
        """Show as many buttons as have room in a width, the rest in the menu."""
        widths = [button.sizeHint().width() + _GAP for button in self._buttons.values()]
        if sum(widths) > width + _GAP:
            width -= self.least_width()
        words = list(self._buttons)
        shown = 0
        while shown < len(words) and sum(widths[: shown + 1]) <= width + _GAP:
            shown += 1
        for place, word in enumerate(words):
            self._buttons[word].setVisible(place < shown)
        self._more.menu().clear()
        self._more.menu().addActions([self._actions[word] for word in words[shown:]])
        self._more.setVisible(shown < len(words))
        self._refresh_more()

    def _make_more(self) -> QtWidgets.QToolButton:
        more = QtWidgets.QToolButton(self)
        more.setObjectName("moreFiltersButton")
        more.setCheckable(True)
        more.setPopupMode(more.ToolButtonPopupMode.InstantPopup)
        more.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        menu = QtWidgets.QMenu(more)
        menu.setToolTipsVisible(True)
        more.setMenu(menu)
        return more

    def _on_toggled(self) -> None:
        self._refresh_more()
        self.toggled.emit()

    def _refresh_more(self) -> None:
        """A filter that hides agents must be seen, in the menu too."""
        within = self._more.menu().actions()
        hidden = [action.text() for action in within if action.isChecked()]
        title = "show" if len(within) == len(self._actions) else "more"
        self._more.setChecked(bool(hidden))
        self._more.setText(f"{title} ({len(hidden)})" if hidden else title)
        told = f"{', '.join(hidden)}: pressed" if hidden else ""
        self._more.setToolTip(told or "More quick filters")
        self._more.setAccessibleName("More quick filters")
        self._more.setAccessibleDescription(told)

    def least_width(self) -> int:
        """With the number that it may have to show, whatever it shows now."""
        metrics = self._more.fontMetrics()
        return (
            self._more.sizeHint().width()
            + metrics.horizontalAdvance("show (9)")
            - metrics.horizontalAdvance(self._more.text())
        )

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        self._more.setIcon(icons.icon("list-filter", QtWidgets.QApplication.palette()))

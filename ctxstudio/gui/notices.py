"""Notices above the table: something to decide that need not be decided at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtCore, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import icons, labels, text


class Notice(QtWidgets.QFrame):
    """One sentence with buttons.

    Signals:
        closed: () it was decided, or put away.
    """

    closed = QtCore.Signal()

    def __init__(
        self, message: str, choices: Sequence[tuple[str, Callable[[], object]]], parent: QtWidgets.QWidget | None = None
    ) -> None:
        """Args:
        message: plain text.
        choices: what the buttons say, and do; the first is the default.
        """
        super().__init__(parent)
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self.setAccessibleName("Notice")
        self.setAccessibleDescription(text.shown(message))
        self.setBackgroundRole(self.palette().ColorRole.AlternateBase)
        self.setAutoFillBackground(True)
        sign = QtWidgets.QLabel()
        sign.setPixmap(labels.severity_icon(Severity.WARNING, self.palette()).pixmap(16, 16))
        said = labels.plain_label(text.shown(message), wrap=True)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        row.setSpacing(8)
        row.addWidget(sign)
        row.addWidget(said, 1)
        for number, (title, act) in enumerate(choices):
            button = QtWidgets.QPushButton(title)
            button.setAutoDefault(True)
            button.setDefault(number == 0)
            button.clicked.connect(lambda _=False, act=act: self._choose(act))
            row.addWidget(button)
        later = QtWidgets.QToolButton()
        later.setIcon(icons.icon("x", self.palette()))
        later.setAutoRaise(True)
        later.setToolTip("Later")
        later.setAccessibleName("Put the notice away")
        later.clicked.connect(self.closed)
        row.addWidget(later)

    def _choose(self, act: Callable[[], object]) -> None:
        self.closed.emit()
        act()


class Notices(QtWidgets.QWidget):
    """All notices, one below the other; none takes no room."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: dict[str, Notice] = {}
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    def show_notice(self, key: str, message: str, choices: Sequence[tuple[str, Callable[[], object]]]) -> None:
        """Show a notice in place of the one with the same key."""
        self.withdraw(key)
        notice = Notice(message, choices, self)
        notice.setObjectName(f"{key}Notice")
        notice.closed.connect(lambda: self.withdraw(key))
        self._shown[key] = notice
        self._column.addWidget(notice)
        self.show()

    def withdraw(self, key: str) -> None:
        """Take a notice away, if it is there."""
        notice = self._shown.pop(key, None)
        if notice is not None:
            notice.hide()
            notice.deleteLater()
        self.setVisible(bool(self._shown))

    def clear(self) -> None:
        """Take all notices away."""
        for key in list(self._shown):
            self.withdraw(key)

"""Actions that explain the program."""

from __future__ import annotations

import platform

from PySide6 import QtCore, QtGui, QtWidgets

import ctxstudio
from ctxstudio.gui.messages import Messages


class HelpActions(QtCore.QObject):
    """Shows shortcuts and versions."""

    def __init__(self, messages: Messages, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._messages, self._window = messages, window

    def show_keys(self) -> None:
        """Show the shortcuts of all actions."""
        native = QtGui.QKeySequence.SequenceFormat.NativeText
        lines = [
            f"{keys}\t{action.text().replace('&', '')}"
            for action in self._window.actions()
            if (keys := action.shortcut().toString(native))
        ]
        lines += ["F2\tEdit the cell", "Shift+F10\tMenu of the selected agents"]
        self._messages.tell("Keyboard shortcuts", "\n".join(lines))

    def show_about(self) -> None:
        """Show versions."""
        parts = f"Python {platform.python_version()}, Qt {QtCore.qVersion()}"
        self._messages.tell(
            "About ctxstudio",
            f"ctxstudio {ctxstudio.__version__}\n{parts}\n\nIt opens no network connection and sends nothing anywhere.",
        )

"""Actions that explain the program."""

from __future__ import annotations

import platform

from PySide6 import QtCore, QtWidgets

import ctxstudio
from ctxstudio.gui import action_list
from ctxstudio.gui.dialogs.shortcuts import ShortcutsDialog, all_keys
from ctxstudio.gui.messages import Messages


class HelpActions(QtCore.QObject):
    """Shows shortcuts and versions."""

    def __init__(self, messages: Messages, window: QtWidgets.QMainWindow) -> None:
        super().__init__(window)
        self._messages, self._window = messages, window

    def show_keys(self) -> None:
        """Show the shortcuts of all actions and panels."""
        dialog = ShortcutsDialog(all_keys(action_list.bindings(self._window)), self._window)
        dialog.show()
        dialog.activateWindow()

    def show_about(self) -> None:
        """Show versions."""
        parts = f"Python {platform.python_version()}, Qt {QtCore.qVersion()}"
        self._messages.tell(
            "About ctxstudio",
            f"ctxstudio {ctxstudio.__version__}\n{parts}\n\nIt opens no network connection and sends nothing anywhere.",
        )

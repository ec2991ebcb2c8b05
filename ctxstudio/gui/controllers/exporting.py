"""Actions that write copies elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtWidgets

from ctxstudio.errors import CtxStudioError, RefusedError
from ctxstudio.gui.controllers.files import ask_for_folder
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.storage import export


class ExportActions(QtCore.QObject):
    """Exports agents."""

    def __init__(self, session: Session, messages: Messages, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._session, self._messages, self._window = session, messages, window

    def choose(self) -> None:
        """Ask for a folder and export all agents, edits included, into it."""
        chosen = ask_for_folder(self._window, "Export to an empty folder", self._session.workspace.directory.parent)
        if chosen is not None:
            self.export_to(chosen)

    def export_to(self, folder: Path) -> None:
        """Export all agents, edits included, into an empty folder or a new one."""
        try:
            if folder.is_dir() and any(folder.iterdir()):
                raise RefusedError(f"{folder} is not empty; the export goes to an empty folder, so that nothing mixes")
            workspace = self._session.workspace
            report = export.export(workspace.directory, workspace.export_items(), folder)
        except CtxStudioError as error:
            self._messages.warn("The export was not done", str(error))
        else:
            self._messages.say(report.text())

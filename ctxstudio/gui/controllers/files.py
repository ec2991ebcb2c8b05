"""Actions on directories and files: opening, reloading."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui.controllers.saving import SavingActions
from ctxstudio.gui.session import Session


class FileActions(QtCore.QObject):
    """Opens and reloads directories."""

    def __init__(self, session: Session, saving: SavingActions, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._session, self._saving, self._window = session, saving, window

    def choose_directory(self) -> None:
        """Ask for a directory and open it."""
        chosen = ask_for_folder(self._window, "Open agents", self._session.workspace.directory)
        if chosen is not None:
            self.open(chosen)

    def open(self, directory: Path) -> None:
        """Open another directory, unless unsaved edits keep the user here."""
        if self._saving.may_drop_edits("open another directory"):
            self._session.open(directory)

    def reload(self) -> None:
        """Read the directory again."""
        if self._saving.may_drop_edits("reload"):
            self._session.reload()


def ask_for_folder(window: QtWidgets.QWidget, title: str, start: Path) -> Path | None:
    """A folder that the user chose; hidden ones are listed, for agents live below `.claude`."""
    dialog = QtWidgets.QFileDialog(window, title, str(start))
    dialog.setFileMode(QtWidgets.QFileDialog.FileMode.Directory)
    dialog.setOption(QtWidgets.QFileDialog.Option.ShowDirsOnly)
    filters = QtCore.QDir.Filter
    dialog.setFilter(filters.AllDirs | filters.Hidden | filters.NoDotAndDotDot)
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None

"""Actions on the files of agents: making, copying, renaming, removing, converting, repairing, showing elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Sequence
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.words import counted, some
from ctxstudio.errors import CtxStudioError
from ctxstudio.frontmatter import Document
from ctxstudio.gui import reveal
from ctxstudio.gui.changes_view import FileChange
from ctxstudio.gui.dialogs.agent_file import AgentFileDialog, NewAgentDialog
from ctxstudio.gui.dialogs.preview import PreviewDialog
from ctxstudio.gui.disk import Disk, FileWork
from ctxstudio.gui.messages import Messages, show
from ctxstudio.gui.session import Session
from ctxstudio.policy.values import Target
from ctxstudio.storage import agent_files, convert, repairs
from ctxstudio.storage.journal import Change

_Changing: TypeAlias = Callable[[Document], tuple[Document, str]]
"""What makes a document another one, and what is to be said about it; empty for nothing."""
_MOST_NAMES = 12
_MOST_REASONS = 20
_FOR_CODE = (
    "`model` becomes a name and `tools` a list; what a name cannot hold stands in `modelPolicy`, "
    "which Claude Code ignores."
)
_FOR_CTX = "`model` becomes a mapping that holds the whole policy, and `tools` a catalogue."


class AgentFileActions(QtCore.QObject):
    """Works on the files of the selected agents. What it changes can be undone, and stands in the journal."""

    def __init__(self, session: Session, disk: Disk, messages: Messages, window: QtWidgets.QWidget) -> None:
        super().__init__(window)
        self._session, self._disk, self._messages, self._window = session, disk, messages, window

    # Elsewhere

    def reveal(self) -> None:
        """Show the current agent's file in the file manager."""
        self._show(reveal.in_file_manager, "There is no file manager")

    def edit_outside(self) -> None:
        """Open the current agent's file in the platform's editor; its changes are noticed."""
        self._show(reveal.in_editor, "There is no program for this kind of file")

    def copy_path(self) -> None:
        """Copy the paths of the selected agents' files."""
        paths = [str(self._path(id)) for id in self._session.selection]
        QtGui.QGuiApplication.clipboard().setText("\n".join(paths))
        self._messages.say(f"{counted(len(paths), 'path')} copied")

    def _show(self, start: Callable[[Path], bool], failure: str) -> None:
        path = self._path(self._session.selection[0])
        if not start(path):
            self._messages.warn(failure, str(path))

    def _path(self, id: str) -> Path:
        return Path(os.path.abspath(self._session.workspace.directory)) / id

    # Making and renaming

    def create(self) -> None:
        """Ask for the name of a new agent and make it from a template."""
        workspace = self._session.workspace
        preferred = "claude-ctx" if workspace.target is Target.CLAUDE_CTX else "claude-code"
        dialog = NewAgentDialog(
            agent_files.templates(workspace.shipped.folder / "templates"),
            preferred=preferred,
            folder=self._folder(),
            taken=self._taken(),
            namesakes=workspace.sharing,
            parent=self._window,
        )

        def make(name: str, id: str) -> None:
            values = {"name": name, "description": dialog.description}
            values = {key: value for key, value in values.items() if value}
            self._do(f"make {name}", lambda: [agent_files.made(id, dialog.template, values)])

        self._open(dialog, make)

    def duplicate(self) -> None:
        """Ask for a name and copy the current agent, unsaved edits included."""
        workspace, source = self._session.workspace, self._session.selection[0]
        agent = workspace.agent(source)
        dialog = AgentFileDialog(
            f"Duplicate {agent.name}",
            "Duplicate",
            name=f"{agent.name}-copy",
            folder=self._folder(),
            taken=self._taken(),
            namesakes=workspace.sharing,
            parent=self._window,
        )

        def copy(name: str, id: str) -> None:
            self._do(
                f"duplicate {agent.name}",
                lambda: [agent_files.made(id, self._disk.read(source), {"name": name}, agent.policy)],
            )

        self._open(dialog, copy)

    def rename(self) -> None:
        """Ask for a name and rename the current agent, and its file if the user likes."""
        workspace, id = self._session.workspace, self._session.selection[0]
        agent = workspace.agent(id)
        dialog = AgentFileDialog(
            f"Rename {agent.name}",
            "Rename",
            name=agent.name,
            folder=self._folder(),
            taken=self._taken(),
            namesakes=workspace.sharing,
            own=id,
            parent=self._window,
        )

        def rename(name: str, new_id: str) -> None:
            moved = {id: new_id} if new_id != id else {}
            self._do(
                f"rename {agent.name}",
                lambda: agent_files.renamed(id, self._disk.read(id), name, new_id, self._mode(id)),
                moved,
            )

        self._open(dialog, rename)

    def delete(self) -> None:
        """Move the files of the selected agents into the trash, after asking."""
        workspace, ids = self._session.workspace, self._session.selection
        names = [workspace.agent(id).name for id in ids]
        what = names[0] if len(names) == 1 else counted(len(names), "agent")
        edited = sum(workspace.agent(id).changed for id in ids)
        detail = some(names, _MOST_NAMES) if len(names) > 1 else ids[0]
        if edited:
            detail += f"\n\n{counted(edited, 'agent')} with unsaved edits, which go too."
        if self._messages.ask("Delete", f"Move {what} to the trash?", "Move to trash", detail):
            self._do(
                f"delete {what}",
                lambda: [Change(id, self._disk.read(id), None, self._mode(id)) for id in ids],
                to_trash=True,
            )

    # Converting and repairing

    def repair(self) -> None:
        """Show what would make the selected agents' broken frontmatter valid, and do it if confirmed."""
        self._preview(
            "Repair frontmatter",
            "Values that YAML cannot read get the quotes they lack. Nothing else changes.",
            "Repair",
            _repaired,
        )

    def convert_for_claude_code(self) -> None:
        """Show the selected agents in the dialect of Claude Code, and convert them if confirmed."""
        self._convert(Target.CLAUDE_CODE, "Claude Code", _FOR_CODE)

    def convert_for_claude_ctx(self) -> None:
        """Show the selected agents in the dialect of claude-ctx, and convert them if confirmed."""
        self._convert(Target.CLAUDE_CTX, "claude-ctx", _FOR_CTX)

    def _convert(self, target: Target, name: str, explanation: str) -> None:
        tools = self._session.shipped.tools[target]
        self._preview(
            f"Convert for {name}",
            f"{explanation} Unsaved edits stay unsaved.",
            "Convert",
            lambda document: (convert.convert(document, target, tools), ""),
        )

    def _preview(self, title: str, explanation: str, verb: str, change: _Changing) -> None:
        """Show what a change of whole files does to the selected agents; do it to those that stay checked."""
        planned, reasons = self._planned(change)
        if not planned:
            why = "\n".join(reasons[:_MOST_REASONS])
            self._messages.tell(title, why or "There is nothing to do for the selected agents.")
            return
        if reasons:
            explanation += f"\n{counted(len(reasons), 'agent')} left out: " + "; ".join(reasons[:3])
        shown = [FileChange(one.id, one.before, one.after, note) for one, note in planned]
        dialog = PreviewDialog(title, explanation, verb, shown, self._window)

        def do(ids: Collection[str]) -> None:
            chosen = tuple(one for one, _ in planned if one.id in ids)
            self._disk.do(FileWork(f"{verb.lower()} {counted(len(chosen), 'file')}", chosen))

        dialog.confirmed.connect(do)
        show(dialog)

    def _planned(self, change: _Changing) -> tuple[list[tuple[Change, str]], list[str]]:
        planned, reasons = list[tuple[Change, str]](), list[str]()
        for id in self._session.selection:
            try:
                before = self._disk.read(id)
                document, note = change(Document.from_bytes(before))
                after = document.to_bytes()
            except CtxStudioError as error:
                reasons.append(f"{id}: {error}")
            else:
                if after != before:
                    planned.append((Change(id, before, after), note))
        return planned, reasons

    # Help

    def _do(
        self,
        title: str,
        plan: Callable[[], Sequence[Change]],
        moved: dict[str, str] | None = None,
        *,
        to_trash: bool = False,
    ) -> None:
        try:
            changes = plan()
        except CtxStudioError as error:
            self._messages.warn(f"{title.capitalize()}: nothing was done", str(error))
            return
        if changes and self._disk.do(FileWork(title, tuple(changes), moved or {}, to_trash)):
            self._messages.say(f"{title}: done")

    def _open(self, dialog: AgentFileDialog, on_confirmed: Callable[[str, str], None]) -> None:
        dialog.confirmed.connect(on_confirmed)
        show(dialog)

    def _folder(self) -> str:
        """Where a new file goes: beside the current one."""
        selection = self._session.selection
        return str(PurePosixPath(selection[0]).parent).removeprefix(".") if selection else ""

    def _taken(self) -> set[str]:
        workspace = self._session.workspace
        return {*workspace.ids(), *(missed.path for missed in workspace.not_loaded)}

    def _mode(self, id: str) -> int | None:
        try:
            return stat.S_IMODE(os.stat(self._path(id)).st_mode)
        except OSError:
            return None


def _repaired(document: Document) -> tuple[Document, str]:
    """The document with its quotes, and what of it is a guess."""
    repair = repairs.repaired(document)
    lines = [str(mended.line) for mended in repair.mended if mended.hash_sign]
    note = f"in line {', '.join(lines)} a # is taken for text, not for a comment" if lines else ""
    return repair.document, note

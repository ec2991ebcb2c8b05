"""Actions that write copies elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6 import QtCore, QtWidgets

from ctxstudio.errors import CtxStudioError
from ctxstudio.gui.controllers.files import ask_for_folder
from ctxstudio.gui.dialogs.export import ExportDialog
from ctxstudio.gui.dialogs.export_form import ExportForm
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import Runner, Task
from ctxstudio.storage import export
from ctxstudio.storage.destination import Step
from ctxstudio.storage.export import PLAIN, Copies, ExportReport, Options, Preview


class ExportActions(QtCore.QObject):
    """Exports agents in the background, as the dialog asks or without one.

    Signals:
        progressed: (Step) how far the export is.
        ended: (ExportReport or None, str) what was done; if nothing, why not, empty where the user stopped it.
    """

    progressed = QtCore.Signal(object)
    ended = QtCore.Signal(object, str)

    def __init__(
        self,
        session: Session,
        runner: Runner,
        messages: Messages,
        settings: QtCore.QSettings | None,
        window: QtWidgets.QWidget,
    ) -> None:
        super().__init__(window)
        self._session, self._runner, self._messages = session, runner, messages
        self._settings, self._window = settings, window
        self._dialog: ExportDialog | None = None
        self._previewing: Task | None = None
        self._prepared: tuple[tuple[Options, bool], Copies] | None = None
        self._running = self._stopping = False
        self.ended.connect(self._tell)
        for changed in (session.agents_changed, session.agents_added, session.agents_removed, session.opened):
            changed.connect(self._look_again)

    def choose(self) -> None:
        """Ask what to export, how and where to."""
        if self._dialog is None:
            self._dialog = self._make_dialog()
        self._dialog.show()
        self._dialog.activateWindow()

    def export_to(self, target: Path, options: Options = PLAIN) -> None:
        """Export agents, edits included, into a folder or an archive; one export at a time."""
        if self._running:
            return
        self._running, self._stopping = True, False
        workspace = self._session.workspace
        directory, items = workspace.directory, workspace.export_items()

        def work(_: Callable[[], bool]) -> Iterator[Step | ExportReport | None]:
            run = export.running(directory, items, target, options)
            while True:
                try:
                    yield next(run)
                except StopIteration as end:
                    yield end.value
                    return
                if self._stopping:
                    run.close()
                    yield None
                    return

        def on_item(item: Step | ExportReport | None) -> None:
            if isinstance(item, Step):
                self.progressed.emit(item)
            else:
                self._running = False
                self.ended.emit(item, "")

        def on_error(error: CtxStudioError) -> None:
            self._running = False
            self.ended.emit(None, str(error))

        self._runner.start(work, on_item=on_item, on_done=lambda: None, on_error=on_error)

    def stop(self) -> None:
        """Stop the export that runs; what it wrote is taken back."""
        self._stopping = True

    def _preview(self, target: Path, options: Options) -> None:
        """Find out in the background what an export would do, for the dialog. Converting takes longest: it is kept."""
        if self._previewing is not None:
            self._previewing.cancel()
        workspace = self._session.workspace
        directory, items = workspace.directory, workspace.export_items()
        key = (options, target.suffix.lower() == ".zip")
        known = self._prepared[1] if self._prepared is not None and self._prepared[0] == key else None

        def work(_: Callable[[], bool]) -> Iterator[Step | tuple[Copies, Preview]]:
            copies = known
            if copies is None:
                copies = yield from export.preparing(directory, items, target, options)
            yield copies, export.preview(directory, items, target, copies)

        def on_item(item: Step | tuple[Copies, Preview]) -> None:
            if not isinstance(item, Step):
                self._prepared = (key, item[0])
                self._show(target, item[1])

        def on_error(error: CtxStudioError) -> None:
            self._show(target, Preview(refused=str(error)))

        self._previewing = self._runner.start(work, on_item=on_item, on_done=lambda: None, on_error=on_error)

    def _show(self, target: Path, preview: Preview) -> None:
        if self._dialog is not None:
            self._dialog.show_preview(target, preview)

    def _look_again(self) -> None:
        self._prepared = None
        if self._dialog is not None:
            self._dialog.look_again()

    def _make_dialog(self) -> ExportDialog:
        session = self._session
        workspace = session.workspace
        form = ExportForm(workspace.directory, session.shipped.tools, workspace.today, ask_for_folder)
        dialog = ExportDialog(form, self._settings, self._window)
        dialog.preview_requested.connect(self._preview)
        dialog.export_requested.connect(self.export_to)
        dialog.stop_requested.connect(self.stop)
        dialog.finished.connect(self._on_closed)
        self.progressed.connect(dialog.show_progress)
        self.ended.connect(dialog.show_end)
        session.opened.connect(dialog.abandon)
        return dialog

    def _on_closed(self) -> None:
        self._dialog = self._prepared = None

    def _tell(self, report: ExportReport | None, reason: str) -> None:
        """Tell the end of an export where no dialog does."""
        if self._dialog is not None and self._dialog.isVisible():
            return
        if reason:
            self._messages.warn("The export was not done", reason)
        else:
            self._messages.say(report.text() if report is not None else "the export was stopped; nothing was written")

"""The main window: lays out the panels, runs the actions, tells the totals."""

from __future__ import annotations

import functools
import platform
from collections.abc import Callable
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

import ctxstudio
from ctxstudio.errors import CtxStudioError, RefusedError
from ctxstudio.gui import actions, icons, text
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.panels.costs import CostPanel
from ctxstudio.gui.panels.filter_bar import FilterBar
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.panels.not_loaded import NotLoadedView
from ctxstudio.gui.session import Session
from ctxstudio.storage import export
from ctxstudio.storage.save import SaveReport

_REFRESH_MS = 16
_MESSAGE_MS = 10_000
_AFTER_CONFLICT = (
    "Where a policy changed on disk, the table now compares your edit with what is there. Save again to write yours "
    "over it, or revert to take what is on disk."
)


class MainWindow(QtWidgets.QMainWindow):
    """The window on one directory.

    Signals:
        loading_finished: () the directory is read and judged.
    """

    loading_finished = QtCore.Signal()

    def __init__(self, session: Session, settings: QtCore.QSettings | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("ctxstudio")
        self.setWindowIcon(icons.logo())
        self.resize(1280, 800)
        self._session, self._settings = session, settings
        self._filter = FilterBar(session, self)
        self._view = AgentView(session, self)
        self._filter.filter_changed.connect(self._view.table.set_filter)
        self.setCentralWidget(self._view)
        self._actions: dict[str, QtGui.QAction] = {}
        self._make_actions()
        self._make_docks()
        self._make_status()
        # One refresh for many notifications: a batch of 10,000 scores must not count totals 50 times.
        self._refresh = QtCore.QTimer(self, singleShot=True, interval=_REFRESH_MS)
        self._refresh.timeout.connect(self._refresh_totals)
        self._connect()
        self._restore()
        self._refresh_totals()

    # Building

    def _make_actions(self) -> None:
        toolbar = QtWidgets.QToolBar("Main toolbar", self)
        toolbar.setObjectName("mainToolbar")
        toolbar.setMovable(False)
        toolbar.setIconSize(QtCore.QSize(18, 18))
        toolbar.setToolButtonStyle(QtCore.Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        menus: dict[str, QtWidgets.QMenu] = {}
        for spec in actions.ACTIONS:
            action = QtGui.QAction(icons.icon(spec.icon, self.palette()), spec.text, self)
            action.setObjectName(spec.id)
            if spec.shortcut is not None:
                action.setShortcut(QtGui.QKeySequence(spec.shortcut))
            keys = action.shortcut().toString(QtGui.QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(spec.tip + (f" ({keys})" if keys else ""))
            action.triggered.connect(functools.partial(self._run, getattr(self, spec.handler)))
            menu = menus.get(spec.menu) or menus.setdefault(spec.menu, self.menuBar().addMenu(spec.menu))
            if spec.separate:
                menu.addSeparator()
            menu.addAction(action)
            self.addAction(action)
            self._actions[spec.id] = action
            if spec.toolbar:
                action.setIconText(spec.text.replace("&", "").rstrip("…"))
                toolbar.addAction(action)
        self._view.addActions([self._actions[id] for id in ("applyRecommendationAction", "saveAction", "revertAction")])
        toolbar.addWidget(self._filter)
        self.addToolBar(toolbar)
        self._view_menu = menus["&View"]
        self._view_menu.addMenu("&Columns").addActions(self._view.column_actions())

    def _make_docks(self) -> None:
        area = QtCore.Qt.DockWidgetArea
        not_loaded = NotLoadedView(self._session, self)
        self._inspector = Inspector(self._session, self)
        inspector = self._dock("inspectorDock", "Inspector", self._inspector, area.RightDockWidgetArea)
        costs = self._dock("costDock", "Costs", CostPanel(self._session, self), area.BottomDockWidgetArea)
        self._not_loaded_dock = self._dock("notLoadedDock", "Not loaded", not_loaded, area.BottomDockWidgetArea)
        not_loaded.count_changed.connect(self._on_not_loaded)
        self.setCorner(QtCore.Qt.Corner.BottomRightCorner, area.RightDockWidgetArea)
        self.tabifyDockWidget(costs, self._not_loaded_dock)
        costs.raise_()
        self.resizeDocks([inspector], [344], QtCore.Qt.Orientation.Horizontal)
        self.resizeDocks([costs], [250], QtCore.Qt.Orientation.Vertical)

    def _dock(
        self, name: str, title: str, widget: QtWidgets.QWidget, area: QtCore.Qt.DockWidgetArea
    ) -> QtWidgets.QDockWidget:
        dock = QtWidgets.QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        self._view_menu.addAction(dock.toggleViewAction())
        return dock

    def _make_status(self) -> None:
        bar = self.statusBar()
        self._summary = QtWidgets.QLabel(self)
        self._summary.setObjectName("statusSummary")
        self._summary.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._progress = QtWidgets.QProgressBar(self)
        self._progress.setMaximumWidth(220)
        self._progress.setMaximumHeight(16)
        self._cancel = QtWidgets.QToolButton(self)
        self._cancel.setText("Cancel")
        self._cancel.setToolTip("Stop reading; what was read stays")
        self._cancel.clicked.connect(self._session.cancel_loading)
        # Beside the totals, not over them as QStatusBar's own messages are.
        self._message = QtWidgets.QLabel(self)
        self._message.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._forget = QtCore.QTimer(self, singleShot=True, interval=_MESSAGE_MS)
        self._forget.timeout.connect(self._message.clear)
        bar.addWidget(self._summary, 1)
        bar.addPermanentWidget(self._message)
        bar.addPermanentWidget(self._progress)
        bar.addPermanentWidget(self._cancel)
        self._progress.hide()
        self._cancel.hide()

    def _connect(self) -> None:
        session = self._session
        session.opened.connect(self._on_opened)
        session.loading_progressed.connect(self._on_progress)
        session.loading_finished.connect(self._on_loading_finished)
        session.agents_changed.connect(self._refresh.start)
        session.agents_added.connect(self._refresh.start)
        session.scenario_changed.connect(self._refresh.start)
        session.selection_changed.connect(self._refresh_actions)
        self._view.table.modelReset.connect(self._show_count)
        self._view.table.rowsInserted.connect(self._show_count)
        self._filter.edit.returnPressed.connect(self._view.setFocus)
        session.saved.connect(self._on_saved)
        session.refused.connect(self._on_refused)
        session.undo_stack.canUndoChanged.connect(self._refresh_actions)
        session.undo_stack.canRedoChanged.connect(self._refresh_actions)
        session.undo_stack.indexChanged.connect(self._refresh_actions)

    # Actions, by the names of their table

    def _run(self, handler: Callable[[], None]) -> None:
        """Run an action, after taking over what is still being typed."""
        self._commit_pending()
        handler()

    def _commit_pending(self) -> None:
        self._view.commit_pending()
        self._inspector.commit_pending()

    def choose_directory(self) -> None:
        """Ask for a directory and open it."""
        chosen = self._ask_for_folder("Open agents", self._session.workspace.directory)
        if chosen is not None and self._may_drop_edits("open another directory"):
            self._session.open(chosen)

    def _ask_for_folder(self, title: str, start: Path) -> Path | None:
        """A folder that the user chose; hidden ones are listed, for agents live below `.claude`."""
        dialog = QtWidgets.QFileDialog(self, title, str(start))
        dialog.setFileMode(QtWidgets.QFileDialog.FileMode.Directory)
        dialog.setOption(QtWidgets.QFileDialog.Option.ShowDirsOnly)
        filters = QtCore.QDir.Filter
        dialog.setFilter(filters.AllDirs | filters.Hidden | filters.NoDotAndDotDot)
        return Path(dialog.selectedFiles()[0]) if dialog.exec() else None

    def reload(self) -> None:
        """Read the directory again."""
        if self._may_drop_edits("reload"):
            self._session.reload()

    def save_selected(self) -> None:
        """Save the changed ones among the selected agents."""
        if not any(self._session.workspace.agent(id).changed for id in self._session.selection):
            self._say("nothing to save in the selection")
        self._session.save(self._session.selection)

    def save_all(self) -> None:
        """Save all changed agents."""
        if not self._session.workspace.changed_count:
            self._say("nothing to save")
        self._session.save_all()

    def export(self) -> None:
        """Ask for a folder and export all agents, edits included, into it."""
        chosen = self._ask_for_folder("Export to an empty folder", self._session.workspace.directory.parent)
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
            self._on_refused("The export was not done", str(error))
        else:
            self._say(report.text())

    def undo(self) -> None:
        """Take the last edit back."""
        self._session.undo_stack.undo()

    def redo(self) -> None:
        """Do the last undone edit again."""
        self._session.undo_stack.redo()

    def revert_selected(self) -> None:
        """Give the selected agents their saved policy again."""
        self._session.revert(self._session.selection)

    def apply_recommendation(self) -> None:
        """Let the selected agents follow the matrix."""
        self._session.apply_recommendation(self._session.selection)

    def focus_filter(self) -> None:
        """Go to the filter box."""
        self._filter.edit.setFocus(QtCore.Qt.FocusReason.ShortcutFocusReason)
        self._filter.edit.selectAll()

    def show_keys(self) -> None:
        """Show the shortcuts of all actions."""
        lines = [
            f"{keys}\t{action.text().replace('&', '')}"
            for action in self._actions.values()
            if (keys := action.shortcut().toString(QtGui.QKeySequence.SequenceFormat.NativeText))
        ]
        lines += ["F2\tEdit the cell", "Shift+F10\tMenu of the selected agents"]
        self._tell(QtWidgets.QMessageBox.Icon.NoIcon, "Keyboard shortcuts", "\n".join(lines))

    def show_about(self) -> None:
        """Show versions."""
        parts = f"Python {platform.python_version()}, Qt {QtCore.qVersion()}"
        self._tell(
            QtWidgets.QMessageBox.Icon.NoIcon, "About ctxstudio",
            f"ctxstudio {ctxstudio.__version__}\n{parts}\n\nIt opens no network connection and sends nothing anywhere.",
        )  # fmt: skip

    # What the session tells

    def _on_opened(self) -> None:
        self.setWindowTitle(f"{self._session.workspace.directory.name or 'ctxstudio'}[*] — ctxstudio")
        self._filter.clear()
        self._refresh.start()

    def _on_progress(self, what: str, done: int, total: int) -> None:
        self._progress.setMaximum(total)
        self._progress.setValue(done)
        self._progress.setFormat(f"{what} {done:,} of {total:,}")
        shown = self._session.loading
        self._progress.setVisible(shown)
        self._cancel.setVisible(shown)

    def _on_loading_finished(self) -> None:
        self._progress.hide()
        self._cancel.hide()
        self._refresh_totals()
        self.loading_finished.emit()

    def _on_not_loaded(self, count: int) -> None:
        self._not_loaded_dock.setWindowTitle(f"Not loaded ({count:,})" if count else "Not loaded")

    def _on_saved(self, report: SaveReport) -> None:
        if report.refused:
            advice = "\n\n" + _AFTER_CONFLICT if any(saved.conflict for saved in report.refused) else ""
            self._tell(QtWidgets.QMessageBox.Icon.Warning, "Not everything was saved", report.text() + advice)
        else:
            self._say(report.text())

    def _show_count(self) -> None:
        self._filter.show_count(self._view.table.rowCount(), len(self._session.workspace))

    def _say(self, message: str) -> None:
        """Show good news for a while."""
        self._message.setText(text.one_line(message))
        self._message.setToolTip(text.tooltip(message))
        self._forget.start()

    def _on_refused(self, title: str, reason: str) -> None:
        self._tell(QtWidgets.QMessageBox.Icon.Warning, title, reason)

    def _tell(self, icon: QtWidgets.QMessageBox.Icon, title: str, message: str) -> None:
        """Show a message without stopping the program; plain text, for it may quote files."""
        box = QtWidgets.QMessageBox(icon, title, "", QtWidgets.QMessageBox.StandardButton.Ok, self)
        box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        box.setText(text.shown(message))
        box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextInteractionFlags(QtCore.Qt.TextInteractionFlag.TextSelectableByMouse)
        box.open()

    def show_uncaught(self, detail: str) -> None:
        """Show an error of the program itself, with detail to copy."""
        box = QtWidgets.QMessageBox(self)
        box.setIcon(QtWidgets.QMessageBox.Icon.Critical)
        box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        box.setWindowTitle("An error in ctxstudio")
        box.setText("Something went wrong that should not. Your files are as they were; unsaved edits are still here.")
        box.setDetailedText(text.shown(detail))
        box.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    # Totals

    def _refresh_totals(self) -> None:
        workspace = self._session.workspace
        self._summary.setText(self._session.summary())
        self.setWindowModified(bool(workspace.changed_count))
        self._refresh_actions()

    def _refresh_actions(self) -> None:
        for spec in actions.ACTIONS:
            if spec.enabled is not None:
                self._actions[spec.id].setEnabled(spec.enabled(self._session))
        stack = self._session.undo_stack
        for id, can, what in (
            ("undoAction", stack.canUndo(), stack.undoText()),
            ("redoAction", stack.canRedo(), stack.redoText()),
        ):
            self._actions[id].setEnabled(can)
            word = "Undo" if id == "undoAction" else "Redo"
            self._actions[id].setToolTip(f"{word} {text.one_line(what)}" if can else f"{word}: nothing to do")

    # Closing

    def _may_drop_edits(self, purpose: str) -> bool:
        """Whether unsaved edits may be lost; asks, naming them."""
        changed = self._session.workspace.changed()
        if not changed:
            return True
        names = [self._session.workspace.agent(id).name for id in changed]
        more = f" and {len(names) - 12} more" if len(names) > 12 else ""
        box = QtWidgets.QMessageBox(self)
        box.setIcon(QtWidgets.QMessageBox.Icon.Question)
        box.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        box.setWindowTitle("Unsaved edits")
        has = "agent has" if len(names) == 1 else "agents have"
        box.setText(f"{len(names)} {has} unsaved edits. Save them before you {purpose}?")
        box.setInformativeText(text.shown(", ".join(names[:12]) + more))
        standard = QtWidgets.QMessageBox.StandardButton
        box.setStandardButtons(standard.Save | standard.Discard | standard.Cancel)
        answer = box.exec()
        if answer == standard.Save:
            self._session.save_all()
            self._session.wait()
            return not self._session.workspace.changed_count
        return answer == standard.Discard

    def _restore(self) -> None:
        if self._settings is None:
            return
        geometry, state = self._settings.value("window/geometry"), self._settings.value("window/state")
        if isinstance(geometry, QtCore.QByteArray) and isinstance(state, QtCore.QByteArray):
            self.restoreGeometry(geometry)
            self.restoreState(state)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self._commit_pending()
        if not self._may_drop_edits("close the window"):
            event.ignore()
            return
        if self._settings is not None:
            self._settings.setValue("window/geometry", self.saveGeometry())
            self._settings.setValue("window/state", self.saveState())
        self._session.close()
        event.accept()

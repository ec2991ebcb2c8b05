"""The main window: lays out the panels, runs the actions, tells the totals."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import actions, icons, text
from ctxstudio.gui.controllers.exporting import ExportActions
from ctxstudio.gui.controllers.files import FileActions
from ctxstudio.gui.controllers.help import HelpActions
from ctxstudio.gui.controllers.policies import PolicyActions
from ctxstudio.gui.controllers.saving import SavingActions
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.panels.costs import CostPanel
from ctxstudio.gui.panels.filter_bar import FilterBar
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.panels.not_loaded import NotLoadedView
from ctxstudio.gui.session import Session

_REFRESH_MS = 16
_MESSAGE_MS = 10_000


class MainWindow(QtWidgets.QMainWindow):
    """The window on one directory.

    Attributes:
        messages: says things in its name.
        saving, files, policies, exporting, help: what its actions do.

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
        self.messages = Messages(self)
        self.saving = SavingActions(session, self.messages, self)
        self.files = FileActions(session, self.saving, self)
        self.policies = PolicyActions(session, self)
        self.exporting = ExportActions(session, self.messages, self)
        self.help = HelpActions(self.messages, self)
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
            action.triggered.connect(functools.partial(self._run, operator.attrgetter(spec.handler)(self)))
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
        session.refused.connect(self.messages.warn)
        self.messages.said.connect(self._say)
        session.undo_stack.canUndoChanged.connect(self._refresh_actions)
        session.undo_stack.canRedoChanged.connect(self._refresh_actions)
        session.undo_stack.indexChanged.connect(self._refresh_actions)

    def focus_filter(self) -> None:
        """Go to the filter box."""
        self._filter.edit.setFocus(QtCore.Qt.FocusReason.ShortcutFocusReason)
        self._filter.edit.selectAll()

    def _run(self, handler: Callable[[], None]) -> None:
        """Run an action, after taking over what is still being typed."""
        self._commit_pending()
        handler()

    def _commit_pending(self) -> None:
        self._view.commit_pending()
        self._inspector.commit_pending()

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

    def _show_count(self) -> None:
        self._filter.show_count(self._view.table.rowCount(), len(self._session.workspace))

    def _say(self, message: str) -> None:
        """Show good news for a while."""
        self._message.setText(text.one_line(message))
        self._message.setToolTip(text.tooltip(message))
        self._forget.start()

    def show_uncaught(self, detail: str) -> None:
        """Show an error of the program itself, with detail to copy."""
        self.messages.show_uncaught(detail)

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

    def _restore(self) -> None:
        if self._settings is None:
            return
        geometry, state = self._settings.value("window/geometry"), self._settings.value("window/state")
        if isinstance(geometry, QtCore.QByteArray) and isinstance(state, QtCore.QByteArray):
            self.restoreGeometry(geometry)
            self.restoreState(state)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self._commit_pending()
        if not self.saving.may_drop_edits("close the window"):
            event.ignore()
            return
        if self._settings is not None:
            self._settings.setValue("window/geometry", self.saveGeometry())
            self._settings.setValue("window/state", self.saveState())
        self._session.close()
        event.accept()

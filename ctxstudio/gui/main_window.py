"""The main window: lays out the panels, runs the actions, tells the totals."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import action_list, actions, icons, labels, text
from ctxstudio.gui.controllers.agents import AgentFileActions
from ctxstudio.gui.controllers.exporting import ExportActions
from ctxstudio.gui.controllers.files import FileActions, dropped_directory
from ctxstudio.gui.controllers.finding import FindingActions
from ctxstudio.gui.controllers.help import HelpActions
from ctxstudio.gui.controllers.library import LibraryActions
from ctxstudio.gui.controllers.policies import PolicyActions
from ctxstudio.gui.controllers.saving import SavingActions
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.notices import Notices
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.panels.costs import CostPanel
from ctxstudio.gui.panels.filter_bar import FilterBar
from ctxstudio.gui.panels.history import HistoryView
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.panels.not_loaded import NotLoadedView
from ctxstudio.gui.session import Session

_REFRESH_MS = 16
_MESSAGE_MS = 10_000


class MainWindow(QtWidgets.QMainWindow):
    """The window on one directory.

    Attributes:
        messages: says things in its name.
        saving, files, agents, policies, library, exporting, finding, help: what its actions do.

    Signals:
        loading_finished: () the directory is read and judged.
    """

    loading_finished = QtCore.Signal()

    def __init__(self, session: Session, disk: Disk, settings: QtCore.QSettings | None = None) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("ctxstudio")
        self.setWindowIcon(icons.logo())
        self.resize(1280, 800)
        self._session, self._disk, self._settings = session, disk, settings
        disk.may_take = self._may_take_news
        self.messages = Messages(self)
        self._notices = Notices(self)
        self.saving = SavingActions(session, disk, self.messages, self._notices, self)
        self.files = FileActions(session, self.saving, settings, self)
        self.agents = AgentFileActions(session, disk, self.messages, self)
        self.policies = PolicyActions(session, self.messages, self)
        self.exporting = ExportActions(session, session.runner, self.messages, settings, self)
        self.help = HelpActions(self.messages, self)
        self._filter = FilterBar(session, settings, self)
        self._view = AgentView(session, self, settings=settings)
        self._filter.filter_changed.connect(self._view.table.set_filter)
        self.finding = FindingActions(session, self._view, self._filter, settings, self)
        self.policies.touched.connect(self.finding.show_some)
        self.library = LibraryActions(session, self.messages, self, disk.places, self._filter.states)
        self._history = HistoryView(session, disk, self)
        self._history.step_requested.connect(self._go_to_step)
        self._lay_out()
        self.setAcceptDrops(True)
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

    def _lay_out(self) -> None:
        middle = QtWidgets.QWidget(self)
        column = QtWidgets.QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notices)
        column.addWidget(self._view, 1)
        self.setCentralWidget(middle)

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
            if spec.enabled is not None:
                action.setProperty(action_list.REASON, actions.WHY_NOT.get(spec.enabled, ""))
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
                if spec.quiet:
                    action.setPriority(QtGui.QAction.Priority.LowPriority)
                toolbar.addAction(action)
        menus["&File"].insertMenu(self._actions["reloadAction"], self.files.recent_menu)
        self._view.addActions([self._actions[spec.id] for spec in actions.ACTIONS if spec.of_agents])
        toolbar.addWidget(self._filter)
        self.addToolBar(toolbar)
        self._view_menu = menus["&View"]
        for title, listed in self._view.menu_actions().items():
            menus[title].addSeparator()
            menus[title].addActions(listed)
        menus["&File"].addSeparator()
        menus["&File"].addAction(self._actions["quitAction"])  # last, whatever else stands there

    def _make_docks(self) -> None:
        area = QtCore.Qt.DockWidgetArea
        not_loaded = NotLoadedView(self._session, self)
        self._inspector = Inspector(self._session, self)
        inspector = self._dock("inspectorDock", "Inspector", self._inspector, area.RightDockWidgetArea)
        costs = self._dock("costDock", "Costs", CostPanel(self._session, self), area.BottomDockWidgetArea)
        self._not_loaded_dock = self._dock("notLoadedDock", "Not loaded", not_loaded, area.BottomDockWidgetArea)
        not_loaded.count_changed.connect(self._on_not_loaded)
        history = self._dock("historyDock", "History", self._history, area.RightDockWidgetArea)
        history.hide()
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
        self._summary = labels.ElidedLabel(parent=self)
        self._summary.setObjectName("statusSummary")
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
        self._view.table.agents_counted.connect(self._show_count)
        self._view.noted.connect(self.messages.say)
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

    def _go_to_step(self, index: int) -> None:
        self._run(lambda: self.policies.go_to_step(index))

    def _may_take_news(self) -> bool:
        """What is being typed must meet what others wrote as an edit, not be replaced by it."""
        if self._view.state() is QtWidgets.QAbstractItemView.State.EditingState:
            return False
        self._inspector.commit_pending()
        return True

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

    def _show_count(self, shown: int) -> None:
        self._filter.show_count(shown, len(self._session.workspace))

    def _say(self, message: str) -> None:
        """Show good news for a while."""
        self._message.setText(text.one_line(message))
        self._message.setToolTip(text.tooltip(message))
        self._forget.start()

    def look_at_disk(self) -> None:
        """Find out whether somebody else changed files."""
        self._disk.look()

    def show_uncaught(self, detail: str) -> None:
        """Show an error of the program itself, with detail to copy."""
        self.messages.show_uncaught(detail)

    # Totals

    def _refresh_totals(self) -> None:
        workspace = self._session.workspace
        self._summary.show_text(self._session.summary())
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
            word, shown = "Undo" if id == "undoAction" else "Redo", text.one_line(what)
            self._actions[id].setText(f"&{word} {shown}".strip().replace("&", "&&").replace("&&", "&", 1))
            self._actions[id].setToolTip(f"{word} {shown}" if can else f"{word}: nothing to do")
            self._actions[id].setProperty(action_list.REASON, f"there is nothing to {word.lower()}")

    # Closing

    def _restore(self) -> None:
        if self._settings is None:
            return
        geometry, state = self._settings.value("window/geometry"), self._settings.value("window/state")
        if isinstance(geometry, QtCore.QByteArray) and isinstance(state, QtCore.QByteArray):
            self.restoreGeometry(geometry)
            self.restoreState(state)

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        if dropped_directory(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        directory = dropped_directory(event.mimeData())
        if directory is not None:
            event.acceptProposedAction()
            # Later: the program that is dragged from waits until this returns.
            QtCore.QTimer.singleShot(0, self, lambda: self.files.open(directory))

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self._commit_pending()
        if not (self.saving.may_drop_edits("close the window") and self.library.may_drop()):
            event.ignore()
            return
        if self._settings is not None:
            self._settings.setValue("window/geometry", self.saveGeometry())
            self._settings.setValue("window/state", self.saveState())
        self._view.save_state()
        self._session.close()
        self._disk.drafts.release()
        event.accept()

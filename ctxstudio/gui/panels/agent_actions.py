"""The table's own actions: what its context menu, its header's menu and the window's menus offer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.models.groups import Grouping
from ctxstudio.gui.panels.agent_clipboard import AgentClipboard
from ctxstudio.gui.panels.agent_columns import AgentColumns


class AgentActions(QtCore.QObject):
    """Builds the actions and says what is asked for.

    Attributes:
        by_menu: the actions by the title of the window's menu they belong into, separators included.

    Signals:
        grouping_requested: (Grouping) group by this.
        collapsing_requested: (bool) hide the agents of all groups, or show them.
        sort_requested: () sort by the column of the current cell.
        rows_requested: () select whole rows.
        columns_requested: () select whole columns.
    """

    grouping_requested = QtCore.Signal(object)
    collapsing_requested = QtCore.Signal(bool)
    sort_requested = QtCore.Signal()
    rows_requested = QtCore.Signal()
    columns_requested = QtCore.Signal()

    def __init__(self, view: QtWidgets.QTableView, columns: AgentColumns, clipboard: AgentClipboard) -> None:
        super().__init__(view)
        self._view = view
        self._collapsing: list[QtGui.QAction] = []
        self._groupings: dict[Grouping, QtGui.QAction] = {}
        make, line, keys = self._action, self._separator, QtGui.QKeySequence.StandardKey
        cells = [
            make("copyAction", "&Copy", clipboard.copy, keys.Copy),
            make("copyWithHeadersAction", "Copy with &headers", clipboard.copy_with_headers, "Ctrl+Shift+C"),
            make("pasteAction", "&Paste", clipboard.paste, keys.Paste),
            make("clearAction", "C&lear cells", clipboard.clear, "Del", "Backspace"),
        ]
        select = [
            make("selectRowsAction", "Select &whole rows", self.rows_requested.emit, "Shift+Space"),
            make("selectColumnsAction", "Select whole c&olumns", self.columns_requested.emit, "Ctrl+Space"),
        ]
        sort = make("sortAction", "&Sort by this column", self.sort_requested.emit, "Alt+Shift+Down")
        group = self._group_menu().menuAction()
        arrange = [
            *columns.toggles,
            line(),
            make("moveColumnLeftAction", "Move this column &left", partial(columns.move, -1), "Alt+Shift+Left"),
            make("moveColumnRightAction", "Move this column &right", partial(columns.move, 1), "Alt+Shift+Right"),
            line(),
            make("resetColumnsAction", "&Reset columns", columns.reset),
        ]
        menu = QtWidgets.QMenu("&Columns", view)
        menu.menuAction().setObjectName("columnsAction")
        menu.addActions(arrange)
        export = make("exportCsvAction", "Export table &as CSV…", clipboard.choose_csv)
        self.by_menu = {
            "&File": [export],
            "&Edit": [*cells, line(), *select],
            "&View": [sort, group, menu.menuAction()],
        }
        view.horizontalHeader().addActions(arrange)
        view.addActions([*cells, line(), *select, line(), sort, group, menu.menuAction(), line(), export, line()])
        for action in (*view.actions(), *arrange):
            # The keys are the table's: beside it, Del and Ctrl+C mean something else.
            action.setShortcutContext(QtCore.Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def show_grouping(self, grouping: Grouping) -> None:
        """Check what the table is grouped by."""
        self._groupings[grouping].setChecked(True)
        for action in self._collapsing:
            action.setEnabled(grouping is not Grouping.NONE)

    def _group_menu(self) -> QtWidgets.QMenu:
        menu = QtWidgets.QMenu("&Group by", self._view)
        menu.menuAction().setObjectName("groupByAction")
        exclusive = QtGui.QActionGroup(self)
        for grouping in Grouping:
            name, ask = grouping.value.capitalize(), partial(self.grouping_requested.emit, grouping)
            action = self._groupings[grouping] = self._action(f"group{name}Action", f"&{name}", ask)
            action.setCheckable(True)
            exclusive.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        self._collapsing = [
            self._action("collapseAllAction", "Co&llapse all", partial(self.collapsing_requested.emit, True)),
            self._action("expandAllAction", "&Expand all", partial(self.collapsing_requested.emit, False)),
        ]
        menu.addActions(self._collapsing)
        self.show_grouping(Grouping.NONE)
        return menu

    def _action(
        self, name: str, text: str, run: Callable[[], None], *keys: QtGui.QKeySequence.StandardKey | str
    ) -> QtGui.QAction:
        action = QtGui.QAction(text, self)
        action.setObjectName(name)
        action.setShortcuts([QtGui.QKeySequence(key) for key in keys])
        action.triggered.connect(lambda _: run())
        return action

    def _separator(self) -> QtGui.QAction:
        separator = QtGui.QAction(self)
        separator.setSeparator(True)
        return separator

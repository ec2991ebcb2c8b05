"""The command palette: every action and every agent, found by typing a few letters of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui import text
from ctxstudio.gui.offers import Found, Offer, ranked

AGENTS: Final = "@"
"""What is typed before the name of an agent."""
_ROWS: Final = 11
_WIDTH: Final = 620
_ROOT: Final = QtCore.QModelIndex()
_OFFER: Final = int(QtCore.Qt.ItemDataRole.UserRole)
_PLACES: Final = _OFFER + 1
_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex


class _Results(QtCore.QAbstractListModel):
    """What fits."""

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._found: list[Found] = []

    def show(self, found: list[Found]) -> None:
        """Show other results."""
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: _Index, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        found = self._found[index.row()]
        answers = {
            int(QtCore.Qt.ItemDataRole.DisplayRole): found.offer.title,
            int(QtCore.Qt.ItemDataRole.AccessibleTextRole): found.offer.spoken(),
            int(QtCore.Qt.ItemDataRole.ToolTipRole): text.tooltip(found.offer.spoken()),
            _OFFER: found.offer,
            _PLACES: found.places,
        }
        return answers.get(int(role))


class _Row(QtWidgets.QStyledItemDelegate):
    """Draws a result: the letters that were typed in bold, then where it stands, at the end its keys."""

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, _: _Index) -> QtCore.QSize:
        metrics: QtGui.QFontMetrics = option.fontMetrics
        return QtCore.QSize(100, metrics.height() + 10)

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> None:
        offer: Offer = index.data(_OFFER)
        palette: QtGui.QPalette = option.palette
        selected = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(option.rect, palette.brush(QtGui.QPalette.ColorRole.Highlight))
        group = QtGui.QPalette.ColorGroup.Active if offer.enabled else QtGui.QPalette.ColorGroup.Disabled
        role = QtGui.QPalette.ColorRole.HighlightedText if selected and offer.enabled else QtGui.QPalette.ColorRole.Text
        ink = palette.color(group, role)
        muted = ink if selected or not offer.enabled else palette.color(QtGui.QPalette.ColorRole.PlaceholderText)
        rect: QtCore.QRect = option.rect
        area = rect.adjusted(8, 0, -10, 0)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(muted)
        painter.drawText(area, _RIGHT, offer.keys)
        room = area.width() - painter.fontMetrics().horizontalAdvance(offer.keys) - (16 if offer.keys else 0)
        if offer.checked:
            painter.setPen(ink)
            painter.drawText(area, _LEFT, "✓")
        title = QtCore.QRect(area.left() + 18, area.top(), room - 18, area.height())
        painter.setPen(ink)
        left = _draw_title(painter, title, offer.title, index.data(_PLACES))
        where = offer.place + (f" — {offer.reason}" if offer.reason else "")
        rest = QtCore.QRect(left + 12, area.top(), title.right() - left - 12, area.height())
        if rest.width() > 24:
            painter.setPen(muted)
            elide = QtCore.Qt.TextElideMode.ElideMiddle
            painter.drawText(rest, _LEFT, painter.fontMetrics().elidedText(where, elide, rest.width()))
        painter.restore()


_LEFT: Final = int(QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft)
_RIGHT: Final = int(QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignRight)


def _draw_title(painter: QtGui.QPainter, area: QtCore.QRect, title: str, places: frozenset[int]) -> int:
    """Draw a title, some of its characters bold; where it ends."""
    thin, thick = QtGui.QFont(painter.font()), QtGui.QFont(painter.font())
    thick.setBold(True)
    left, start = area.left(), 0
    for at in range(1, len(title) + 1):
        if at < len(title) and (at in places) == (start in places):
            continue
        painter.setFont(thick if start in places else thin)
        piece = painter.fontMetrics().elidedText(
            title[start:at], QtCore.Qt.TextElideMode.ElideRight, area.right() - left
        )
        painter.drawText(QtCore.QRect(left, area.top(), area.right() - left, area.height()), _LEFT, piece)
        left, start = left + painter.fontMetrics().horizontalAdvance(piece), at
        if piece.endswith("…") and not title.endswith("…"):
            break
    painter.setFont(thin)
    return left


class _List(QtWidgets.QListView):
    """The results; says so where there are none."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("paletteList")
        self.setAccessibleName("What fits")
        self.setFrameShape(self.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Row(self))
        # The keys go to the line, which moves the current row.
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.model().rowCount():
            painter = QtGui.QPainter(self.viewport())
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.viewport().rect().adjusted(26, 6, 0, 0), "Nothing fits.")


class CommandPalette(QtWidgets.QDialog):
    """A line, and below it what fits.

    Signals:
        action_chosen: (str id) the user wants it done; the palette is closed.
        agent_chosen: (str id) the user wants to go there; the palette is closed.
    """

    action_chosen = QtCore.Signal(str)
    agent_chosen = QtCore.Signal(str)

    def __init__(
        self,
        actions: Sequence[Offer],
        agents: Callable[[], Sequence[Offer]],
        recent: Sequence[str],
        parent: QtWidgets.QWidget,
    ) -> None:
        """Args:
        actions: what can be done.
        agents: makes an offer for each agent, to go there; asked when they are wanted.
        recent: ids of what was used before, the latest first.
        parent: the window.
        """
        super().__init__(parent, QtCore.Qt.WindowType.Dialog | QtCore.Qt.WindowType.FramelessWindowHint)
        self.setObjectName("commandPalette")
        self.setWindowTitle("Command palette")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        self._window, self._actions, self._make_agents, self._recent = parent, actions, agents, recent
        self._agents: Sequence[Offer] | None = None
        self._results = _Results(self)
        self.edit = QtWidgets.QLineEdit(self)
        self.edit.setObjectName("paletteEdit")
        self.edit.setAccessibleName("Action or agent")
        self.edit.setPlaceholderText(f"An action; or {AGENTS} and the name of an agent")
        self.edit.installEventFilter(self)
        self.list = _List(self)
        self.list.setModel(self._results)
        self.edit.textChanged.connect(self._refresh)
        self.list.clicked.connect(self._choose)
        self.list.selectionModel().currentChanged.connect(self._tell_current)
        frame = QtWidgets.QFrame(self)
        frame.setObjectName("paletteFrame")
        frame.setStyleSheet("#paletteFrame { border: 1px solid palette(mid); }")
        inner = QtWidgets.QVBoxLayout(frame)
        inner.setContentsMargins(8, 8, 8, 8)
        inner.addWidget(self.edit)
        inner.addWidget(self.list)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._place(parent)
        self._refresh()
        self.edit.setFocus()

    def _place(self, window: QtWidgets.QWidget) -> None:
        width = min(_WIDTH, max(window.width() - 40, 240))
        row = self.list.fontMetrics().height() + 10
        self.list.setFixedHeight(_ROWS * row + 2)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(window.mapToGlobal(QtCore.QPoint((window.width() - width) // 2, 64)))

    def current(self) -> Offer | None:
        """The offer that Return would take."""
        offer = self.list.currentIndex().data(_OFFER)
        return offer if isinstance(offer, Offer) else None

    def _refresh(self) -> None:
        typed = self.edit.text()
        if typed.startswith(AGENTS):
            if self._agents is None:
                self._agents = self._make_agents()
            found = ranked(typed.removeprefix(AGENTS), self._agents)
        else:
            found = ranked(typed, self._actions, self._recent)
        self._results.show(found)
        self.list.setCurrentIndex(self._results.index(0))
        self.list.scrollToTop()

    def _tell_current(self) -> None:
        """The focus stays in the line: its description says which row is current."""
        offer = self.current()
        self.edit.setAccessibleDescription(offer.spoken() if offer else "Nothing fits.")

    def _choose(self) -> None:
        offer = self.current()
        if offer is not None and offer.enabled:
            chosen = self.agent_chosen if self.edit.text().startswith(AGENTS) else self.action_chosen
            self.reject()
            chosen.emit(offer.id)

    def _move(self, step: int, *, around: bool) -> None:
        rows = self._results.rowCount()
        if rows:
            row = self.list.currentIndex().row() + step
            row = row % rows if around else min(max(row, 0), rows - 1)
            self.list.setCurrentIndex(self._results.index(row))

    def reject(self) -> None:
        """Close, and go on in the window: not every window manager gives the focus back."""
        super().reject()
        self._window.activateWindow()

    def event(self, event: QtCore.QEvent) -> bool:
        if event.type() == QtCore.QEvent.Type.WindowDeactivate:  # somebody looks elsewhere
            self.done(self.DialogCode.Rejected)
        return super().event(event)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if isinstance(event, QtGui.QKeyEvent) and event.type() == QtCore.QEvent.Type.KeyPress:
            keys = QtCore.Qt.Key
            if event.key() in (keys.Key_Return, keys.Key_Enter):
                self._choose()
                return True
            steps = {keys.Key_Down: 1, keys.Key_Up: -1, keys.Key_PageDown: _ROWS, keys.Key_PageUp: -_ROWS}
            if (step := steps.get(QtCore.Qt.Key(event.key()))) is not None:
                self._move(step, around=abs(step) == 1)
                return True
        return super().eventFilter(watched, event)

"""Painter of the agents' names: where several agents share one, the path stands dimmed behind it."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.delegates.cells import CellDelegate
from ctxstudio.gui.models import cells
from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields

_Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex
_PATH = next(column for column, field in enumerate(fields.COLUMNS) if field.id == "path")
_GAP = 8
_DIM = 0.65


class NameDelegate(CellDelegate):
    """Tells agents of the same name apart."""

    def __init__(self, session: Session, view: QtWidgets.QTableView, model: AgentTableModel) -> None:
        super().__init__(session.shipped.catalogue, view)
        self._session, self._view, self._model = session, view, model

    def _path(self, index: _Index) -> str:
        """The path to show behind a name, empty if there is none or it has a column of its own."""
        id = self._model.id_at(index.row())
        if not id or not self._view.isColumnHidden(_PATH):
            return ""
        return cells.namesake(self._session.workspace.agent(id))

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        path = self._path(index)
        if not path:
            return
        style = self._view.style()
        margin = style.pixelMetric(style.PixelMetric.PM_FocusFrameHMargin) + 1
        name_width = option.fontMetrics.horizontalAdvance(str(index.data()))
        area = option.rect.adjusted(margin + name_width + _GAP, 0, -margin, 0)
        if area.width() <= _GAP:
            return
        role = QtGui.QPalette.ColorRole
        selected = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        color = option.palette.color(role.HighlightedText if selected else role.Text)
        color.setAlphaF(_DIM)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(color)
        line = option.fontMetrics.elidedText(path, QtCore.Qt.TextElideMode.ElideLeft, area.width())
        painter.drawText(area, QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft, line)
        painter.restore()

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: _Index) -> QtCore.QSize:
        hint = super().sizeHint(option, index)
        path = self._path(index)
        return hint + QtCore.QSize(_GAP + option.fontMetrics.horizontalAdvance(path) if path else 0, 0)

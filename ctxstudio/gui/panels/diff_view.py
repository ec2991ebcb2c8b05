"""What a save would change in the files of the selected agents."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import EditError
from ctxstudio.gui import labels, text, theme
from ctxstudio.gui.session import Session

_MOST = 50


class _DiffColors(QtGui.QSyntaxHighlighter):
    """Colours the lines of a unified diff by their first characters."""

    def highlightBlock(self, line: str) -> None:
        palette = QtWidgets.QApplication.palette()
        style = QtGui.QTextCharFormat()
        if line.startswith(("+++ ", "--- ")):
            style.setFontWeight(QtGui.QFont.Weight.Bold)
        elif line.startswith(("+", "-")):
            role = "added" if line[0] == "+" else "removed"
            style.setForeground(theme.role_color(role, palette))
            style.setBackground(theme.role_color(f"{role}_ground", palette))
        elif line.startswith("@@"):
            style.setForeground(theme.role_color("muted", palette))
        self.setFormat(0, len(line), style)


class DiffView(QtWidgets.QWidget):
    """The unified diffs of the selected agents with unsaved edits."""

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._summary = labels.ElidedLabel(muted=True)
        self._summary.setContentsMargins(10, 0, 10, 0)
        self._text = QtWidgets.QPlainTextEdit()
        self._text.setObjectName("diffView")
        self._text.setAccessibleName("Unsaved changes as a unified diff")
        self._text.setReadOnly(True)
        self._text.setUndoRedoEnabled(False)
        self._text.setTabChangesFocus(True)
        self._text.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._text.setLineWrapMode(QtWidgets.QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        self._text.setPlaceholderText("No unsaved change")
        self._colors = _DiffColors(self._text.document())
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._summary)
        column.addWidget(self._text, 1)

    def refresh(self) -> None:
        """Show what the selected agents would write."""
        workspace = self._session.workspace
        changed = [id for id in self._session.selection if workspace.agent(id).changed]
        parts = []
        for id in changed[:_MOST]:
            try:
                parts.append(workspace.diff(id))
            except EditError as error:
                parts.append(f"{id}: {error}\n")
        if len(changed) > _MOST:
            parts.append(f"… and {len(changed) - _MOST:,} more agents with unsaved changes\n")
        shown = text.shown("\n".join(parts))
        self._summary.show_text(_summary(len(changed), shown) if changed else "")
        self._summary.setVisible(bool(changed))
        if shown != self._text.toPlainText():
            self._text.setPlainText(shown)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._colors.rehighlight()


def _summary(agents: int, diff: str) -> str:
    lines = diff.splitlines()
    added = sum(line.startswith("+") and not line.startswith("+++ ") for line in lines)
    removed = sum(line.startswith("-") and not line.startswith("--- ") for line in lines)
    whose = f" in {agents:,} files" if agents > 1 else ""
    cut = f" (of the first {_MOST})" if agents > _MOST else ""
    return f"{added} added, {removed} removed lines{whose}{cut}"

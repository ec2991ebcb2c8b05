"""What a save would change in the files of the selected agents."""

from __future__ import annotations

from PySide6 import QtWidgets

from ctxstudio.errors import EditError
from ctxstudio.gui import labels
from ctxstudio.gui.session import Session
from ctxstudio.gui.unified import UnifiedView

_MOST = 50


class DiffView(QtWidgets.QWidget):
    """The unified diffs of the selected agents with unsaved edits."""

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._summary = labels.ElidedLabel(muted=True)
        self._summary.setContentsMargins(10, 0, 10, 0)
        self._diff = UnifiedView("Unsaved changes as a unified diff")
        self._diff.setObjectName("diffView")
        self._diff.setPlaceholderText("No unsaved change")
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._summary)
        column.addWidget(self._diff, 1)

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
        self._diff.show_diff("\n".join(parts))
        self._summary.show_text(self._said(len(changed)) if changed else "")
        self._summary.setVisible(bool(changed))

    def _said(self, agents: int) -> str:
        whose = f" in {agents:,} files" if agents > 1 else ""
        cut = f" (of the first {_MOST})" if agents > _MOST else ""
        return f"{self._diff.added} added, {self._diff.removed} removed lines{whose}{cut}"

"""The prompt of the current agent, to read."""

from __future__ import annotations

from PySide6 import QtGui, QtWidgets

from ctxstudio.errors import CtxStudioError
from ctxstudio.gui import labels, text
from ctxstudio.gui.session import Session
from ctxstudio.storage import record

_LIMIT = 256 << 10
"""Bytes of a prompt that are read."""
_LONGEST_LINE = 10_000


class PromptView(QtWidgets.QWidget):
    """The body of the current agent's file as plain text, read from the disk when shown. It loads nothing else."""

    def __init__(self, session: Session, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._about = labels.ElidedLabel(muted=True)
        self._about.setObjectName("promptNote")
        self._about.setContentsMargins(10, 0, 10, 0)
        self._text = QtWidgets.QPlainTextEdit()
        self._text.setObjectName("promptView")
        self._text.setAccessibleName("Prompt")
        self._text.setReadOnly(True)
        self._text.setUndoRedoEnabled(False)
        self._text.setTabChangesFocus(True)
        self._text.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._text.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        self._text.setPlaceholderText("The prompt is empty")
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._about)
        column.addWidget(self._text, 1)

    def refresh(self) -> None:
        """Read and show the current agent's prompt."""
        selection = self._session.selection
        if not selection:
            return
        workspace = self._session.workspace
        notes = [f"{workspace.agent(selection[0]).name}, the current one"] if len(selection) > 1 else []
        try:
            body = record.read_body(str(workspace.directory / selection[0]), _LIMIT)
        except CtxStudioError as error:
            shown = ""
            notes.append(str(error))
        else:
            shown, cut = _shown(body.text)
            notes += [cut] if cut else []
            notes += [f"cut: only the first {_LIMIT >> 10} KiB are shown"] if body.cut else []
        self._about.show_text("; ".join(notes))
        self._about.setVisible(bool(notes))
        if shown != self._text.toPlainText():
            self._text.setPlainText(shown)


def _shown(body: str) -> tuple[str, str]:
    """A prompt as it is shown, and what was left out of it. Qt takes seconds to lay out one endless line."""
    if "\0" in body:
        return "", "what follows the frontmatter is no text"
    lines = text.shown(body.replace("\r\n", "\n")).strip("\n").split("\n")
    if max(map(len, lines)) <= _LONGEST_LINE:
        return "\n".join(lines), ""
    return "\n".join(line[:_LONGEST_LINE] for line in lines), f"cut: lines end after {_LONGEST_LINE:,} characters"

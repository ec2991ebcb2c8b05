"""The findings about the selected agents, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtWidgets

from ctxstudio.errors import Issue, Severity
from ctxstudio.gui import labels, text

_MOST = 30
_ORDER = list(Severity)


class _IssueRow(QtWidgets.QWidget):
    """One finding: icon, severity in words with the place, message, hint."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self._severity = Severity.INFO
        self._icon = QtWidgets.QLabel()
        self._head = labels.ElidedLabel(muted=True)
        self._message = labels.plain_label(wrap=True)
        self._hint = labels.plain_label(wrap=True, muted=True)
        grid = QtWidgets.QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.addWidget(self._icon, 0, 0)
        for row, label in enumerate((self._head, self._message, self._hint)):
            grid.addWidget(label, row, 1)
        grid.setColumnStretch(1, 1)
        self._color()

    def show_issue(self, issue: Issue, with_file: bool) -> None:
        """Show another finding."""
        place = [issue.file] if with_file and issue.file else []
        place += [f"line {issue.line}"] if issue.line else []
        place += [f"column {issue.column}"] if issue.column else []
        head = " · ".join([str(issue.severity).capitalize(), *place, issue.code])
        self._head.show_text(head)
        self._message.setText(_sentence(issue.message))
        self._hint.setText(_sentence(issue.hint))
        self._hint.setVisible(bool(issue.hint))
        self.setAccessibleName(text.one_line(f"{head}: {issue.message}"))
        if issue.severity is not self._severity:
            self._severity = issue.severity
            self._color()

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        self._icon.setPixmap(labels.severity_icon(self._severity, palette).pixmap(16, 16))


class ProblemList(QtWidgets.QWidget):
    """All findings, the worst first; its rows are made once and used again."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problemList")
        self._title = labels.plain_label()
        self._title.setFont(labels.bold(self.font()))
        self._rows: list[_IssueRow] = []
        self._more = labels.plain_label(muted=True)
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self._title)
        self._column.addWidget(self._more)

    def show_issues(self, issues: Sequence[Issue], agents: int, judged: bool, elsewhere: int = 0) -> None:
        """Show the findings about some agents.

        Args:
            issues: the findings.
            agents: how many agents there are.
            judged: whether the agents are validated already.
            elsewhere: how many findings are shown at the fields that they are about.
        """
        shown = sorted(issues, key=lambda issue: _ORDER.index(issue.severity))[:_MOST]
        title = _title(len(issues), judged, elsewhere)
        self._title.setText(title)
        self._title.setVisible(bool(title))
        while len(self._rows) < len(shown):
            row = _IssueRow(self)
            self._column.insertWidget(self._column.count() - 1, row)
            self._rows.append(row)
        for issue, row in zip(shown, self._rows, strict=False):
            row.show_issue(issue, agents > 1)
        for position, row in enumerate(self._rows):
            row.setVisible(position < len(shown))
        self._more.setVisible(len(issues) > len(shown))
        self._more.setText(f"and {len(issues) - len(shown):,} more")


def _title(count: int, judged: bool, elsewhere: int) -> str:
    if not judged:
        return "Problems: still checking"
    if elsewhere:
        return f"Other problems ({count:,})" if count else ""
    return f"Problems ({count:,})" if count else "No problems"


def _sentence(content: str) -> str:
    """A message as the issue words it, with a capital."""
    content = text.shown(content)
    return content[:1].upper() + content[1:]

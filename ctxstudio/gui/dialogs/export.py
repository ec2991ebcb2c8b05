"""The dialog of an export: its choices, what it would do, and what it did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.errors import Issue, Severity
from ctxstudio.gui import labels, reveal, text
from ctxstudio.gui.dialogs.export_form import ExportForm, Scope
from ctxstudio.storage.destination import Step
from ctxstudio.storage.export import ExportReport, Preview

_PAUSE_MS: Final = 250
"""Pause in typing or editing after which it is found out what the export would do."""
_MOST_PROBLEMS: Final = 500
_MOST_EXISTING: Final = 3


class ExportDialog(QtWidgets.QDialog):
    """Asks what to export, and shows what becomes of it. The window stays usable meanwhile.

    Signals:
        preview_requested: (Path target, Options) what would that do? Answered by `show_preview`.
        export_requested: (Path target, Options) do it. Answered by `show_progress` and `show_end`.
        stop_requested: () stop it.
    """

    preview_requested = QtCore.Signal(object, object)
    export_requested = QtCore.Signal(object, object)
    stop_requested = QtCore.Signal()

    def __init__(self, form: ExportForm, settings: QtCore.QSettings | None, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export agents")
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        self._form, self._settings = form, settings
        form.recall(settings)
        self._running = False
        self._written: Path | None = None
        self._preview: Preview | None = None
        self._make_outcome()
        self._make_buttons()
        self._lay_out()
        self._pause = QtCore.QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        form.changed.connect(self._on_changed)
        self._replace.toggled.connect(self._refresh)
        self._replace.hide()
        self._show_note("")
        self._show_problems(())
        self._say("Looking what that would write…")
        self._refresh()

    def _make_outcome(self) -> None:
        self._summary = labels.plain_label(wrap=True)
        self._summary.setObjectName("exportSummary")
        self._note = labels.Note()
        self._note.setObjectName("exportNote")
        self._replace = QtWidgets.QCheckBox("Re&place what is there already")
        self._replace.setObjectName("exportReplaceCheck")
        self._problems = QtWidgets.QListWidget()
        self._problems.setObjectName("exportProblems")
        self._problems.setAccessibleName("Agents that cannot be exported")
        self._problems.setWordWrap(True)
        self._problems.setMinimumHeight(90)
        self._problems_title = labels.plain_label()
        self._progress = QtWidgets.QProgressBar()
        self._progress.setObjectName("exportProgress")
        self._progress.setAccessibleName("Progress of the export")

    def _make_buttons(self) -> None:
        roles = QtWidgets.QDialogButtonBox.ButtonRole
        self._buttons = QtWidgets.QDialogButtonBox()
        self._open = self._buttons.addButton("&Open folder", roles.ActionRole)
        self._open.setObjectName("exportOpenButton")
        self._open.clicked.connect(self._open_written)
        self._do = self._buttons.addButton("&Export", roles.ActionRole)
        self._do.setObjectName("exportButton")
        self._do.clicked.connect(self._on_export)
        self._leave = self._buttons.addButton(QtWidgets.QDialogButtonBox.StandardButton.Close)
        self._leave.setObjectName("exportCloseButton")
        self._buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        line = QtWidgets.QFrame()
        line.setFrameShape(QtWidgets.QFrame.Shape.HLine)
        line.setForegroundRole(QtGui.QPalette.ColorRole.Mid)
        column = QtWidgets.QVBoxLayout(self)
        column.setSpacing(8)
        for widget in (self._form, line, self._summary, self._note, self._replace, self._progress):
            column.addWidget(widget)
        column.addWidget(self._problems_title)
        column.addWidget(self._problems, 1)
        column.addStretch()
        column.addWidget(self._buttons)
        self.setMinimumWidth(560)

    # What is told

    def look_again(self) -> None:
        """Something changed: what the export would do is another."""
        if not self._running and self._written is None:
            self._preview = None
            self._pause.start()
            self._refresh()

    def show_preview(self, target: Path, preview: Preview) -> None:
        """Show what an export would do."""
        if not self._pause.isActive() and target == self._form.target():
            self._preview = preview
            self._refresh()

    def show_progress(self, step: Step) -> None:
        """Show how far the export is."""
        self._progress.setRange(0, step.total)
        self._progress.setValue(step.done)
        self._progress.setFormat(f"{step.what} {step.done:,} of {step.total:,}")

    def show_end(self, report: ExportReport | None, reason: str) -> None:
        """Show what was done; without a report, why nothing was."""
        if not self._running:
            return
        self._running = False
        if report is None:
            self.look_again()
            self._say("" if reason else "The export was stopped; nothing was written.")
            self._show_note(reason, Severity.ERROR)
            self._leave.setFocus()
            return
        self._written = report.target
        if self._settings is not None:
            self._form.remember(self._settings)
        self._refresh()
        self._say(text.shown(report.head()))
        self._show_problems(report.problems)
        self._open.setFocus()

    # What the user does

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        if self._preview is None:
            self._ask()

    def _on_changed(self) -> None:
        self._written = self._preview = None
        self._replace.setChecked(False)  # it was said of what is there, not of what else may be
        self.look_again()

    def _ask(self) -> None:
        target, options = self._form.target(), self._form.options(force=False)
        if target is not None and options is not None and not self._running:
            self.preview_requested.emit(target, options)

    def _on_export(self) -> None:
        target, options = self._form.target(), self._form.options(force=self._replace.isChecked())
        if target is None or options is None:
            return
        self._running = True
        self._progress.setRange(0, 0)
        self._progress.setFormat("")
        self._refresh()
        self._say(text.shown(f"Exporting to {target}"))
        self._leave.setFocus()
        self.export_requested.emit(target, options)

    def _open_written(self) -> None:
        if self._written is not None:
            folder = self._written.is_dir()
            if not (reveal.in_editor if folder else reveal.in_file_manager)(self._written):
                self._show_note(f"No program opens {self._written}")

    # What is shown

    def _refresh(self) -> None:
        done = self._written is not None
        self._form.setEnabled(not self._running)
        self._progress.setVisible(self._running)
        self._open.setVisible(done)
        self._do.setVisible(not done)
        (self._open if done else self._do).setDefault(True)
        self._leave.setText("&Stop" if self._running else "&Close")
        if not self._running and not done:
            self._show_outlook()
            return
        self._do.setEnabled(False)
        self._replace.hide()
        self._show_note("")
        self._show_problems(())

    def _show_outlook(self) -> None:
        """Show what the export would do, as far as it is known."""
        missing = ""
        if self._form.target() is None:
            missing = "Write the whole path of the target."
        elif self._form.options(force=False) is None:
            missing = "Choose the folder to compare with."
        preview = Preview() if missing else self._preview
        if preview is None:  # what was known stays until something else is, so that nothing jumps
            self._do.setEnabled(False)
            return
        existing, refused = preview.existing, preview.refused
        target = self._form.target() or Path()
        self._say(missing or text.shown(_sentence(target, preview, self._form.scope)))
        self._replace.setVisible(bool(existing) and not refused)
        if refused:
            self._show_note(refused[:1].upper() + refused[1:], Severity.ERROR)
        else:
            self._show_note("" if self._replace.isChecked() else _there(existing))
        self._show_problems(preview.problems)
        self._do.setEnabled(preview.agents > 0 and not refused and (not existing or self._replace.isChecked()))

    def _say(self, content: str) -> None:
        self._summary.setText(content)
        self._summary.setVisible(bool(content))

    def _show_note(self, content: str, severity: Severity = Severity.WARNING) -> None:
        self._note.setVisible(bool(content))
        if content:
            self._note.show_note(content, severity=severity)

    def _show_problems(self, problems: Sequence[Issue]) -> None:
        verb = "could not" if self._written is not None else "cannot"
        self._problems_title.setText(f"{counted(len(problems), 'agent')} {verb} be exported:")
        self._problems_title.setVisible(bool(problems))
        self._problems.setVisible(bool(problems))
        self._problems.clear()
        for issue in problems[:_MOST_PROBLEMS]:
            self._problems.addItem(text.one_line(f"{issue.file}: {issue.message.removeprefix('not exported: ')}"))
        if len(problems) > _MOST_PROBLEMS:
            self._problems.addItem(f"and {len(problems) - _MOST_PROBLEMS:,} more")
        # A window grows by itself to the least size of what is in it only: rows of the form would be squeezed.
        self.resize(self.width(), max(self.height(), self.sizeHint().height()))

    # Closing

    def abandon(self) -> None:
        """Close at once; an export that runs goes on."""
        self.done(self.DialogCode.Rejected)

    def reject(self) -> None:
        """Stop the export that runs; else close."""
        if self._running:
            self.stop_requested.emit()
        else:
            super().reject()


def _sentence(target: Path, preview: Preview, scope: Scope) -> str:
    """What an export would do, in lines."""
    if preview.refused:
        return ""
    lines = []
    if preview.agents:
        size = QtCore.QLocale(QtCore.QLocale.Language.English).formattedDataSize(preview.size, 1)
        agents = counted(preview.agents, "agent")
        what = agents if preview.files == preview.agents else f"{agents} in {counted(preview.files, 'file')}"
        lines.append(f"{what}, {size}, to {target}")
    elif preview.unchanged and not preview.problems:
        lines.append("No agent has unsaved edits." if scope is Scope.EDITED else "No agent differs from that folder.")
    elif not preview.problems:
        lines.append("There is no agent to export.")
    if preview.agents and preview.unchanged:
        lines.append(f"{counted(preview.unchanged, 'unchanged agent')} left out")
    return "\n".join(lines)


def _there(existing: Sequence[str]) -> str:
    """What would be replaced, as a sentence; empty for nothing."""
    if not existing:
        return ""
    more = f" and {counted(len(existing) - _MOST_EXISTING, 'other file')}" if len(existing) > _MOST_EXISTING else ""
    verb = "is" if len(existing) == 1 else "are"
    return f"{', '.join(existing[:_MOST_EXISTING])}{more} {verb} there already."

"""The dialog of profiles: named policies of a whole fleet, captured, compared with the directory, applied."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.costs.words import counted
from ctxstudio.errors import CtxStudioError
from ctxstudio.gui import labels, text
from ctxstudio.gui.changes_view import FileChange
from ctxstudio.gui.dialogs.capture import CaptureDialog
from ctxstudio.gui.dialogs.comparing import Comparing
from ctxstudio.gui.dialogs.note_page import NotePage
from ctxstudio.gui.dialogs.preview import PreviewDialog
from ctxstudio.gui.dialogs.profile_table import ProfileModel, ProfileTable
from ctxstudio.gui.dialogs.shelf import Shelf
from ctxstudio.gui.messages import Messages
from ctxstudio.gui.session import Session
from ctxstudio.gui.text_box import TextBox
from ctxstudio.policy import portable, profiles
from ctxstudio.policy.profiles import Profile, Status
from ctxstudio.storage.library import Library
from ctxstudio.workspace import EditPlan

_PAUSE_MS: Final = 150
_MOST_NAMED: Final = 10
_FILTERS: Final = (
    ("all", None, "All rows"),
    ("differs", Status.DIFFERS, "Agents whose policy is another in the profile"),
    ("matches", Status.MATCHES, "Agents whose policy is that of the profile"),
    ("missing", Status.MISSING, "Agents of the profile that are not in the directory"),
    ("extra", Status.EXTRA, "Agents of the directory that the profile does not concern"),
)
_NO_PROFILE: Final = (
    "A profile holds the policies of many agents under a name. “Capture” makes one of what is in the directory now."
)


class ProfilesDialog(QtWidgets.QDialog):
    """Compares profiles with the open directory and applies them.

    Attributes:
        shelf: the profiles, the shipped ones first.
    """

    def __init__(
        self,
        session: Session,
        own: Library[Profile],
        shipped: Library[Profile],
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        session: the open directory.
        own: the user's profiles.
        shipped: those that come with the program.
        parent: the window.
        """
        super().__init__(parent)
        self.setObjectName("profilesDialog")
        self.setWindowTitle("Profiles")
        self._session = session
        self._messages = Messages(self)
        self._plan = EditPlan({})
        self.shelf: Shelf[Profile] = Shelf("profile", "&Capture…", own, shipped, self._messages, self)
        self._model = ProfileModel(self)
        self._table = ProfileTable(self._model)
        self._about = TextBox("no description")
        self._about.setObjectName("profileDescription")
        self._about.setAccessibleName("Description of the profile")
        self._filters: dict[Status | None, QtWidgets.QToolButton] = {}
        self._note_page = NotePage(_NO_PROFILE)
        self._pages = QtWidgets.QStackedWidget()
        self._shown: Profile | None = None
        self._comparing = Comparing(session, self)
        self._later = QtCore.QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._lay_out()
        self._connect()
        self._show_current()

    # Building

    def _lay_out(self) -> None:
        self.resize(1040, 680)
        # The pages first, the buttons below them after: so the Tab key goes.
        self._pages.addWidget(self._comparison())
        self._pages.addWidget(self._note_page)
        self._summary = labels.ElidedLabel()
        self._summary.setObjectName("profileSummary")
        self._apply = QtWidgets.QPushButton("Apply…")
        self._apply.setObjectName("profileApplyButton")
        self._apply.setAutoDefault(False)
        keys = QtGui.QKeySequence("Ctrl+Return")
        self._apply.setToolTip(f"Look at the files, then apply ({keys.toString(keys.SequenceFormat.NativeText)})")
        QtGui.QShortcut(keys, self, self._apply.click)
        close = QtWidgets.QPushButton("Close")
        close.setObjectName("profileCloseButton")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        foot = QtWidgets.QHBoxLayout()
        foot.addWidget(self._summary, 1)
        foot.addWidget(self._apply)
        foot.addWidget(close)
        self.shelf.setFixedWidth(210)
        right = QtWidgets.QVBoxLayout()
        right.addWidget(self._pages, 1)
        right.addLayout(foot)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        row.addWidget(self.shelf)
        row.addLayout(right, 1)

    def _comparison(self) -> QtWidgets.QWidget:
        page = QtWidgets.QWidget()
        self._about.setFixedHeight(4 * self._about.fontMetrics().lineSpacing() + 14)
        bar = QtWidgets.QHBoxLayout()
        bar.setSpacing(2)
        group = QtWidgets.QButtonGroup(self)
        for name, status, tip in _FILTERS:
            button = QtWidgets.QToolButton()
            button.setObjectName(f"{name}Button")
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setToolTip(tip)
            button.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _=False, wanted=status: self._model.show_only(wanted))
            group.addButton(button)
            bar.addWidget(button)
            self._filters[status] = button
        self._filters[None].setChecked(True)
        bar.addStretch(1)
        for title, tip, checked in (("Check all", "Check all rows shown", True), ("None", "Uncheck all shown", False)):
            button = QtWidgets.QToolButton()
            button.setObjectName("checkAllButton" if checked else "checkNoneButton")
            button.setText(title)
            button.setToolTip(tip)
            button.setAutoRaise(True)
            button.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _=False, on=checked: self._model.check(range(self._model.rowCount()), on))
            bar.addWidget(button)
        column = QtWidgets.QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._about)
        column.addLayout(bar)
        column.addWidget(self._table, 1)
        return page

    def _connect(self) -> None:
        session = self._session
        self.shelf.new_requested.connect(self._on_capture)
        self.shelf.current_changed.connect(self._show_current)
        self._about.edited.connect(self._on_described)
        self._note_page.again_requested.connect(self.shelf.reload)
        self._model.checked_changed.connect(self._refresh)
        self._apply.clicked.connect(self._on_apply)
        self._comparing.progressed.connect(
            lambda done, total: self._summary.show_text(f"Comparing files: {done:,} of {total:,}")
        )
        self._comparing.finished.connect(self._on_compared)
        self._later.timeout.connect(self.compare)
        for told in (session.opened, session.agents_added, session.agents_removed, session.agents_changed):
            told.connect(self._compare_later)

    # What is shown

    def profile(self) -> Profile | None:
        """The profile that is shown."""
        entry = self.shelf.current()
        return entry.value if entry is not None else None

    def _show_current(self) -> None:
        entry, profile = self.shelf.current(), self.profile()
        if profile is None or entry is None:
            self._note_page.show_entry(entry)
            self._pages.setCurrentIndex(1)
        else:
            self._about.setReadOnly(entry.shipped)
            self._about.show_value(profile.description or None)
            self._pages.setCurrentIndex(0)
        if profile is None or self._shown is None or profile.agents != self._shown.agents:
            self._model.forget()
        self._shown = profile
        self.compare()

    def _compare_later(self) -> None:
        if self.isVisible():
            self._later.start()

    def compare(self) -> None:
        """Compare the profile with the directory as it is now."""
        self._later.stop()
        self._comparing.cancel()
        profile = self.profile()
        fleet = self._session.workspace.fleet()
        self._model.show_rows(profiles.compare(profile, fleet) if profile is not None else ())
        counts = self._model.counts()
        for name, status, _ in _FILTERS:
            count = sum(counts.values()) if status is None else counts.get(status, 0)
            self._filters[status].setText(f"{name} {count:,}")

    def _refresh(self) -> None:
        differs, checked = self._model.counts().get(Status.DIFFERS, 0), len(self._model.checked())
        said = "" if self.profile() is None else "Nothing to apply: no agent differs."
        if differs:
            verbs = "differs is" if differs == 1 else "differ are"
            said = f"{checked:,} of {counted(differs, 'agent')} that {verbs} checked"
        self._summary.show_text(said)
        self._apply.setText(f"Apply to {counted(checked, 'agent')}…" if checked else "Apply…")
        self._apply.setEnabled(checked > 0)

    # What the user does

    def _on_described(self, description: str | None) -> None:
        profile, entry = self.profile(), self.shelf.current()
        if profile is not None and entry is not None and not entry.shipped:
            self.shelf.change(replace(profile, description=description or ""))
            self.shelf.save()

    def _on_capture(self) -> None:
        workspace, selected = self._session.workspace, self._session.selection
        name = self.shelf.free_name(workspace.directory.name or "profile")
        CaptureDialog(name, len(workspace), len(selected), self._capture, self).open()

    def _capture(self, name: str, description: str, only_selection: bool) -> str:
        """Make a profile of what is there; why not, or nothing."""
        fault = portable.name_fault(name)
        if fault or self.shelf.free_name(name) != name:
            return f"The name {fault or 'is in use already'}."
        workspace = self._session.workspace
        wanted = self._session.selection if only_selection else workspace.ids()
        locked = {id: reason for id in wanted if (reason := workspace.record(id).locked)}
        captured = profiles.capture(name, workspace.fleet(), set(wanted) - set(locked), description)
        try:
            self.shelf.keep(captured.profile)
        except CtxStudioError as error:
            return str(error)
        left_out = locked | dict(captured.left_out)
        if left_out:
            lines = [f"{id}: {reason}" for id, reason in list(left_out.items())[:_MOST_NAMED]]
            more = len(left_out) - _MOST_NAMED
            lines += [f"and {more:,} more"] if more > 0 else []
            self._messages.warn("Some agents are not in the profile", "\n".join(lines))
        return ""

    def _on_apply(self) -> None:
        self._about.commit()
        wanted = {row.id: row.wanted for row in self._model.checked() if row.wanted is not None}
        self._plan = self._session.workspace.plan(wanted)
        self._apply.setEnabled(False)
        self._comparing.start(self._plan)

    def _on_compared(self, found: list[FileChange]) -> None:
        self._refresh()
        profile = self.profile()
        if profile is None:
            return
        said = (
            f"The policies of the profile {text.one_line(profile.name)}. They are edits until you save; one undo step."
        )
        preview = PreviewDialog("Apply a profile", said, "Apply to", found, self)
        preview.setAttribute(QtCore.Qt.WidgetAttribute.WA_DeleteOnClose)
        preview.confirmed.connect(lambda ids: self._confirmed(profile, ids))
        preview.open()

    def _confirmed(self, profile: Profile, ids: tuple[str, ...]) -> None:
        planned, workspace = self._plan.changes, self._session.workspace
        chosen = {id: planned[id] for id in ids if id in planned and id in workspace}
        self._session.apply_policies(chosen, f"profile {profile.name}")
        self.compare()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.shelf.reload()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        super().hideEvent(event)
        self._about.commit()
        self._later.stop()
        self._comparing.cancel()

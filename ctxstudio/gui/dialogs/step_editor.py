"""The form of one step of a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.errors import Severity
from ctxstudio.gui import icons, labels, text, theme
from ctxstudio.gui.list_edit import ListEdit
from ctxstudio.gui.session import Session
from ctxstudio.gui.suggestions import Suggestions
from ctxstudio.gui.text_box import TextBox
from ctxstudio.gui.widgets import ChoiceBox, ModelBox, QuietBox
from ctxstudio.policy import fields, steps, texts
from ctxstudio.policy.fields import Kind
from ctxstudio.policy.steps import Do, Place, Step

_BEFORE: Final = {
    (Do.SET, "value"): "to",
    (Do.SET_SWITCH, "model"): "to",
    (Do.SET_SWITCH, "triggers"): "when",
    (Do.ADD_FALLBACK, "place"): "as the",
    (Do.REPLACE_MODEL, "by"): "by",
}
"""Words between the parts, so that the row reads as a sentence."""
_SWITCHES: Final = (("escalation", "escalation"), ("fast path", "fast_path"))
_PLACES: Final = (("first", Place.FIRST), ("last", Place.LAST))
_WIDEST_MODEL: Final = 260
_KEYS: Final = "Ctrl+Shift+Up and Ctrl+Shift+Down move the step, Ctrl+Shift+Delete removes it."


class StepEditor(QtWidgets.QFrame):
    """Edits one step.

    Signals:
        edited: (Step) it is another now.
        move_requested: (int) it is to go up (-1) or down (1).
        remove_requested: () it is to go.
    """

    edited = QtCore.Signal(object)
    move_requested = QtCore.Signal(int)
    remove_requested = QtCore.Signal()

    def __init__(self, session: Session, suggestions: Suggestions, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._suggestions = session, suggestions
        self._step: Step | None = None
        self._editors: dict[str, QtWidgets.QWidget] = {}
        self._number = labels.plain_label()
        self._number.setFixedWidth(22)
        self._kind = QuietBox()
        for do, kind in steps.KINDS.items():
            self._kind.addItem(kind.title, do)
            self._kind.setItemData(self._kind.count() - 1, text.tooltip(kind.help), QtCore.Qt.ItemDataRole.ToolTipRole)
        self._kind.currentIndexChanged.connect(self._on_kind_chosen)
        self._kind.setMinimumContentsLength(17)
        self._line = QtWidgets.QHBoxLayout()
        self._below = QtWidgets.QVBoxLayout()
        self._note = labels.Note()
        self._note.hide()
        self._buttons = [
            self._button("arrow-up", "Move up", lambda: self.move_requested.emit(-1)),
            self._button("arrow-down", "Move down", lambda: self.move_requested.emit(1)),
            self._button("x", "Remove", self.remove_requested),
        ]
        self._lay_out()
        self._color()

    def _button(
        self, icon: str, name: str, pressed: Callable[[], None] | QtCore.SignalInstance
    ) -> QtWidgets.QToolButton:
        button = QtWidgets.QToolButton()
        button.setObjectName(icon)
        button.setAutoRaise(True)
        button.setIconSize(QtCore.QSize(14, 14))
        button.setFixedSize(24, 24)
        button.setToolTip(f"{name}. {_KEYS}")
        button.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        first = QtWidgets.QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self._number)
        first.addWidget(self._kind)
        self._line.setSpacing(4)
        first.addLayout(self._line, 1)
        for button in self._buttons:
            first.addWidget(button)
        self._below.setContentsMargins(26, 0, 76, 0)
        self._below.setSpacing(4)
        note = QtWidgets.QHBoxLayout()
        note.setContentsMargins(26, 0, 0, 0)
        note.addWidget(self._note)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(6, 6, 4, 6)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(self._below)
        column.addLayout(note)

    # What is shown

    def show_step(self, step: Step, position: int, count: int) -> None:
        """Show a step and where it stands."""
        before, self._step = self._step, step
        self._number.setText(f"{position + 1}.")
        self.setAccessibleName(f"Step {position + 1}: {steps.describe(step)}")
        for button, name, enabled in zip(
            self._buttons, ("up", "down", "remove"), (position > 0, position < count - 1, True), strict=True
        ):
            button.setEnabled(enabled)
            button.setAccessibleName(f"Step {position + 1}: {name}")
        self._kind.setAccessibleName(f"Step {position + 1}: what it does")
        with QtCore.QSignalBlocker(self._kind):
            self._kind.setCurrentIndex(list(steps.KINDS).index(step.do))
            self._kind.setToolTip(text.tooltip(steps.KINDS[step.do].help))
        if before is None or before.do is not step.do or before.field != step.field:
            self._rebuild(step)
        for part, editor in self._editors.items():
            editor.setAccessibleName(f"Step {position + 1}: {steps.PARTS[part]}")
            self._show_part(editor, getattr(step, part))

    def show_note(self, content: str, severity: Severity = Severity.WARNING) -> None:
        """Say what is wrong with the step, or what it leaves alone; nothing hides it."""
        if content:
            self._note.show_note(content, (), severity)
        self._note.setVisible(bool(content))

    def commit(self) -> None:
        """Take over what is still being typed."""
        for editor in self._editors.values():
            if isinstance(editor, ModelBox | TextBox | ListEdit):
                editor.commit()

    def note(self) -> str:
        """What is said below the step; empty if nothing."""
        return "" if self._note.isHidden() else self._note.text()

    def part(self, name: str) -> QtWidgets.QWidget:
        """The editor of one part; `do` is what the step does."""
        return self._kind if name == "do" else self._editors[name]

    def tab_order(self) -> list[QtWidgets.QWidget]:
        """What the Tab key goes through."""
        return [self._kind, *self._editors.values(), *self._buttons]

    def _rebuild(self, step: Step) -> None:
        """Make the editors that the kind of step needs."""
        for layout in (self._line, self._below):
            while layout.count():
                item = layout.takeAt(0)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
        self._editors = {}
        for part in steps.KINDS[step.do].parts:
            word = _BEFORE.get((step.do, part), "")
            editor = self._editor(step, part)
            editor.setToolTip(text.tooltip(f"{steps.PARTS[part].capitalize()}. {steps.KINDS[step.do].help}"))
            self._editors[part] = editor
            inline = not isinstance(editor, ListEdit | TextBox)
            if word:
                label = labels.plain_label(word, muted=True)
                (self._line if inline or part == "value" else self._below).addWidget(label)
            if inline:
                self._line.addWidget(editor, 4 if isinstance(editor, ModelBox) else 0)
            else:
                self._below.addWidget(editor)
        self._line.addStretch(1)

    def _editor(self, step: Step, part: str) -> QtWidgets.QWidget:
        if part == "field":
            found = [(field.title.lower(), field.id) for field in steps.fields_of(step.do)]
            return self._choice(part, found)
        if part == "switch":
            return self._choice(part, _SWITCHES)
        if part == "place":
            return self._choice(part, _PLACES)
        if part == "newer":
            box = QtWidgets.QCheckBox("also where another model runs then")
            box.toggled.connect(lambda on: self._on_part(part, on))
            return box
        kind = fields.BY_ID[step.field].kind if part == "value" else Kind.TEXTS if part == "triggers" else Kind.MODEL
        editor = self._value_editor(step, kind)
        editor.edited.connect(lambda value: self._on_part(part, value))
        return editor

    def _choice(self, part: str, choices: Sequence[tuple[str, str]]) -> QuietBox:
        box = QuietBox()
        for title, data in choices:
            box.addItem(title, data)
        box.currentIndexChanged.connect(lambda row: self._on_part(part, box.itemData(row)))
        return box

    def _value_editor(self, step: Step, kind: Kind) -> ModelBox | ChoiceBox | ListEdit | TextBox:
        if kind is Kind.MODEL:
            box = ModelBox(self._session.shipped.catalogue, self._session.workspace.today, "choose a model")
            box.setSizePolicy(box.sizePolicy().Policy.Expanding, box.sizePolicy().Policy.Fixed)
            box.setMaximumWidth(_WIDEST_MODEL)
            return box
        if kind is Kind.EFFORT:
            return ChoiceBox("choose", fields.EFFORTS)
        if kind is Kind.MODELS:
            return ListEdit("no models", texts.names, lambda: self._suggestions.models(self.palette()), self._swatch)
        if kind is Kind.TEXTS:
            nothing = "as they are" if step.do is Do.SET_SWITCH else "no triggers"
            field = fields.BY_ID[f"{step.switch}.when"]
            return ListEdit(nothing, texts.lines, lambda: self._suggestions.triggers(field))
        paragraph = TextBox("write the text")
        paragraph.setFixedHeight(3 * paragraph.fontMetrics().lineSpacing() + 14)
        return paragraph

    def _swatch(self, name: str) -> QtGui.QIcon:
        family = self._session.shipped.catalogue.family(name)
        return labels.swatch(theme.family_color(family, self.palette()))

    @staticmethod
    def _show_part(editor: QtWidgets.QWidget, value: Any) -> None:
        if isinstance(editor, QtWidgets.QCheckBox):
            with QtCore.QSignalBlocker(editor):
                editor.setChecked(value)
        elif isinstance(editor, ListEdit):
            editor.show_value(value or ())
        elif isinstance(editor, ModelBox | ChoiceBox | TextBox):
            editor.show_value(value or None)
        elif isinstance(editor, QuietBox):
            with QtCore.QSignalBlocker(editor):
                editor.setCurrentIndex(editor.findData(value))

    # What the user does

    def _on_kind_chosen(self, row: int) -> None:
        do = Do(self._kind.itemData(row))
        if self._step is not None and do is not self._step.do:
            # What both kinds need stays; a field or a value of another kind makes no sense.
            needed = {"switch", "model", "triggers"} & set(steps.KINDS[do].parts)
            kept = {part: getattr(self._step, part) for part in needed}
            self.edited.emit(replace(Step(do), **kept))

    def _on_part(self, part: str, value: Any) -> None:
        if self._step is None:
            return
        if part in ("model", "by"):
            value = value or ""
        changes = {part: value, "value": None} if part == "field" else {part: value}
        changed = replace(self._step, **changes)
        if changed != self._step:
            self.edited.emit(changed)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        both = QtCore.Qt.KeyboardModifier.ControlModifier | QtCore.Qt.KeyboardModifier.ShiftModifier
        key = event.key()
        if event.modifiers() & ~QtCore.Qt.KeyboardModifier.KeypadModifier != both:
            super().keyPressEvent(event)
        elif key in (QtCore.Qt.Key.Key_Up, QtCore.Qt.Key.Key_Down):
            self.move_requested.emit(-1 if key == QtCore.Qt.Key.Key_Up else 1)
        elif key == QtCore.Qt.Key.Key_Delete:
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.PaletteChange and self._buttons:
            self._color()

    def _color(self) -> None:
        palette = QtWidgets.QApplication.palette()
        for button in self._buttons:
            button.setIcon(icons.icon(button.objectName(), palette))

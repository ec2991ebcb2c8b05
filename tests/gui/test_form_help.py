"""The form for people who use keys, ears or the help: names, descriptions, the order of Tab, visible focus, F1."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.panels.policy_form import PolicyForm
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields

_EDITORS = {
    "preferenceBox": "preference", "effortBox": "effort", "fallbacksEdit": "fallbacks",
    "escalationBox": "escalation.to", "triggersEdit": "escalation.when", "fastPathBox": "fast_path.to",
    "fastPathTriggersEdit": "fast_path.when", "reasoningEdit": "reasoning",
}  # fmt: skip


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, tmp_path: Path) -> Inspector:
    (tmp_path / "a.md").write_text(
        "---\nname: a\ndescription: x\nmodel:\n  preference: sonet\n  fallbacks: [haiku]\n"
        "  escalation: {when: [risk]}\n---\n"
    )
    (tmp_path / "b.md").write_text("---\nname: b\ndescription: x\nmodel: haiku\n---\n")
    made = Inspector(session)
    qtbot.addWidget(made)
    made.resize(344, 860)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    session.open(tmp_path)
    session.select(("a.md",))
    return made


def editor(inspector: Inspector, name: str) -> QtWidgets.QWidget:
    found = inspector.findChild(QtWidgets.QWidget, name)
    assert isinstance(found, QtWidgets.QWidget)
    return found


def focused_part(widget: QtWidgets.QWidget) -> QtWidgets.QWidget:
    """What has the focus in an editor, and so is what a screen reader asks."""
    return widget.focusProxy() or widget


@pytest.mark.parametrize(("name", "field_id"), _EDITORS.items())
def test_what_has_the_focus_says_what_it_is(inspector: Inspector, session: Session, name: str, field_id: str) -> None:
    field = fields.field(field_id)
    part = focused_part(editor(inspector, name))
    assert part.accessibleName() == field.title
    assert part.accessibleDescription().startswith(field.help)
    interface = QtGui.QAccessible.queryAccessibleInterface(part)
    assert interface.role() in (
        QtGui.QAccessible.Role.ComboBox, QtGui.QAccessible.Role.List, QtGui.QAccessible.Role.EditableText,
    )  # fmt: skip
    session.select(("a.md", "b.md"))
    if name in ("preferenceBox", "fallbacksEdit", "triggersEdit"):
        assert "different in 2 agents." in part.accessibleDescription()
    else:
        assert "different" not in part.accessibleDescription()


def test_tab_meets_a_fix_right_after_its_field(qtbot: QtBot, inspector: Inspector) -> None:
    start = editor(inspector, "preferenceBox")
    start.setFocus()
    qtbot.waitUntil(lambda: inspector.isAncestorOf(QtWidgets.QApplication.focusWidget() or inspector))
    met: list[str] = []
    for _ in range(10):
        at = QtWidgets.QApplication.focusWidget()
        assert at is not None
        owner = at.parentWidget() if isinstance(at, QtWidgets.QListWidget) else at
        met.append(at.text() if isinstance(at, QtWidgets.QPushButton) else (owner or at).objectName())
        QTest.keyClick(at, QtCore.Qt.Key.Key_Tab)
    assert met == [
        "preferenceBox", "Use sonnet", "effortBox", "fallbacksEdit", "escalationBox", "Remove the triggers",
        "triggersEdit", "fastPathBox", "fastPathTriggersEdit", "reasoningEdit",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["fallbacksEdit", "reasoningEdit"])
def test_the_focus_is_seen(qtbot: QtBot, inspector: Inspector, name: str) -> None:
    part = focused_part(editor(inspector, name))
    assert isinstance(part, QtWidgets.QAbstractScrollArea)
    link = part.palette().color(QtGui.QPalette.ColorRole.Link)

    def corner() -> QtGui.QColor:
        return part.viewport().grab().toImage().pixelColor(1, part.viewport().height() // 2)

    editor(inspector, "preferenceBox").setFocus()
    assert corner() != link
    part.setFocus()
    qtbot.waitUntil(part.hasFocus)
    assert corner() == link


def test_f1_explains_the_field(qtbot: QtBot, inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QtWidgets.QWhatsThis, "showText", lambda _, text, *__: shown.append(text))
    for name, field_id in _EDITORS.items():
        part = focused_part(editor(inspector, name))
        part.setFocus()
        qtbot.waitUntil(part.hasFocus)
        QTest.keyClick(part, QtCore.Qt.Key.Key_F1)
        assert fields.field(field_id).help in shown[-1].replace("&#x27;", "'")
        assert editor(inspector, name).whatsThis() == shown[-1]
    assert len(shown) == len(_EDITORS)


def test_a_tooltip_of_differing_agents_counts_the_values(inspector: Inspector, session: Session) -> None:
    session.select(("a.md", "b.md"))
    label = next(
        label for label in inspector.findChildren(QtWidgets.QLabel)
        if label.buddy() is not None and label.text() == "Preference"
    )  # fmt: skip
    assert "sonet: 1 agent\nhaiku: 1 agent" in label.toolTip()


def test_the_form_fits_a_narrow_dock(inspector: Inspector) -> None:
    inspector.resize(300, 860)
    QtWidgets.QApplication.processEvents()
    form = inspector.findChild(PolicyForm)
    assert isinstance(form, PolicyForm)
    content = form.widget()
    assert content is not None
    assert content.minimumSizeHint().width() <= form.viewport().width()


def test_every_note_has_room_for_its_text(inspector: Inspector, session: Session) -> None:
    session.edit(("a.md",), "escalation.when", ("risk", "scale"))
    session.edit(("b.md",), "effort", "max")
    session.select(("a.md", "b.md"))
    for width in (344, 300, 500):
        for height in (860, 300):
            inspector.resize(width, height)
            QtWidgets.QApplication.processEvents()
            wrapped = [
                label for label in inspector.findChildren(QtWidgets.QLabel)
                if label.isVisible() and label.wordWrap() and label.text()
            ]  # fmt: skip
            assert len(wrapped) >= 3
            assert [label.text() for label in wrapped if label.height() < label.heightForWidth(label.width())] == []

"""The inspector's other pages: score, diff, prompt; and that only the visible one follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6 import QtCore, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.errors import EditError
from ctxstudio.gui.panels.diff_view import DiffView
from ctxstudio.gui.panels.inspector import Inspector
from ctxstudio.gui.panels.policy_form import PolicyForm
from ctxstudio.gui.session import Session

W = TypeVar("W", bound=QtWidgets.QWidget)
_POLICY, _SCORE, _DIFF, _PROMPT = range(4)


@pytest.fixture
def inspector(qtbot: QtBot, session: Session, agents: Path) -> Inspector:
    made = Inspector(session)
    qtbot.addWidget(made)
    made.resize(380, 760)
    made.show()
    session.open(agents)
    return made


def child(inspector: Inspector, kind: type[W], name: str) -> W:
    found = inspector.findChild(kind, name)
    assert isinstance(found, kind)
    return found


def show_page(inspector: Inspector, page: int) -> None:
    child(inspector, QtWidgets.QTabWidget, "inspectorTabs").setCurrentIndex(page)


def text_of(inspector: Inspector, name: str) -> str:
    return child(inspector, QtWidgets.QPlainTextEdit, name).toPlainText()


def label_of(inspector: Inspector, name: str) -> str:
    return child(inspector, QtWidgets.QLabel, name).text()


def trait_rows(inspector: Inspector) -> list[list[str]]:
    model = child(inspector, QtWidgets.QTableView, "traitsView").model()
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_score_rows_stand_in_the_matrix_order_with_weights_and_words(inspector: Inspector, session: Session) -> None:
    session.select(("security-auditor.md",))
    show_page(inspector, _SCORE)
    rows = trait_rows(inspector)
    assert [row[1] for row in rows] == [row.label for row in session.shipped.matrix.rows.values()]
    assert len(rows) == 10
    security = next(row for row in rows if row[1] == "Security critical")
    assert security[:4] == ["✓ on", "Security critical", "−1", "+2"]
    assert security[4]
    off = next(row for row in rows if row[1] == "Batch processing")
    assert off == ["– off", "Batch processing", "2", "0", ""]


def test_scores_follow_an_edit_and_the_button_applies_the_recommendation(
    inspector: Inspector, session: Session
) -> None:
    session.select(("security-auditor.md",))
    show_page(inspector, _SCORE)
    button = child(inspector, QtWidgets.QPushButton, "applyRecommendationButton")
    assert not button.isEnabled()
    session.edit(session.selection, "preference", "haiku")
    assert label_of(inspector, "verdictLabel").startswith("Consider an alternative to haiku: it scores −1")
    assert label_of(inspector, "recommendationLabel").startswith("sonnet — strong")
    assert label_of(inspector, "reasonLabel").startswith("Security-critical work")
    button.click()
    assert session.workspace.agent("security-auditor.md").policy.preference == "sonnet"
    assert session.undo_stack.count() == 2
    assert not button.isEnabled()


def test_without_a_column_or_a_trait_the_page_says_so(inspector: Inspector, session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "x.md").write_text("---\nname: x\ndescription: y\nmodel: haiku\n---\n")
    session.select(("security-auditor.md",))
    show_page(inspector, _SCORE)
    session.edit(session.selection, "preference", "opus")
    assert label_of(inspector, "verdictLabel") == "No verdict on opus: the matrix has no column for it."
    session.open(folder)
    session.select(("x.md",))
    assert label_of(inspector, "verdictLabel") == "Not scored: none of the characteristics is on."
    assert not child(inspector, QtWidgets.QLabel, "reasonLabel").isVisible()


def test_the_words_have_a_column_where_there_is_room(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    session.select(("security-auditor.md",))
    show_page(inspector, _SCORE)
    table = child(inspector, QtWidgets.QTableView, "traitsView")
    qtbot.waitUntil(lambda: table.isColumnHidden(4))
    inspector.resize(700, 760)
    qtbot.waitUntil(lambda: not table.isColumnHidden(4))
    assert table.height() >= table.verticalHeader().length()


def test_the_diff_shows_all_unsaved_changes_of_the_selection(inspector: Inspector, session: Session) -> None:
    ids = ("code-reviewer.md", "security-auditor.md", "python-pro.md")
    session.select(ids)
    show_page(inspector, _DIFF)
    assert text_of(inspector, "diffView") == ""
    session.edit(ids[:2], "preference", "fable")
    shown = text_of(inspector, "diffView")
    assert [line for line in shown.splitlines() if line.startswith("+++ ")] == [f"+++ b/{id}" for id in ids[:2]]
    assert shown.count("\n-  preference: sonnet\n+  preference: fable\n") == 2
    session.undo_stack.undo()
    assert text_of(inspector, "diffView") == ""


def test_the_diff_is_limited_and_says_so(inspector: Inspector, session: Session) -> None:
    session.select(session.workspace.ids())
    show_page(inspector, _DIFF)
    session.edit(session.selection, "effort", "low")
    shown = text_of(inspector, "diffView")
    assert shown.count("+++ b/") == 50
    assert shown.endswith("… and 17 more agents with unsaved changes\n")


def test_an_impossible_diff_is_shown_as_text(
    qtbot: QtBot, session: Session, agents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> str:
        raise EditError("it cannot be done")

    view = DiffView(session)
    qtbot.addWidget(view)
    session.open(agents)
    session.select(("code-reviewer.md",))
    session.edit(session.selection, "effort", "low")
    monkeypatch.setattr(session.workspace, "diff", refuse)
    view.refresh()
    found = view.findChild(QtWidgets.QPlainTextEdit, "diffView")
    assert isinstance(found, QtWidgets.QPlainTextEdit)
    assert found.toPlainText() == "code-reviewer.md: it cannot be done\n"


def test_the_prompt_is_plain_text_and_says_when_it_is_cut(inspector: Inspector, session: Session, agents: Path) -> None:
    path = agents / "code-reviewer.md"
    path.write_text(path.read_text().split("\n---\n")[0] + "\n---\n<b>hi</b>\x1b[31m\n" + ("é" * 999 + "\n") * 300)
    session.select(("code-reviewer.md",))
    show_page(inspector, _PROMPT)
    shown = text_of(inspector, "promptView")
    assert shown.startswith("<b>hi</b>\ufffd[31m\nééé")
    assert set(shown.splitlines()[1]) == {"é"}
    assert len(shown) > 100_000
    assert label_of(inspector, "promptNote") == "cut: only the first 256 KiB are shown"
    path.write_text("---\nname: x\n---\n" + "y" * 20_000)
    session.agents_changed.emit(session.selection)
    assert text_of(inspector, "promptView") == "y" * 10_000
    assert label_of(inspector, "promptNote") == "cut: lines end after 10,000 characters"
    path.write_bytes(b"---\nname: x\n---\n" + b"\0" * 20_000)
    session.agents_changed.emit(session.selection)
    assert text_of(inspector, "promptView") == ""
    assert label_of(inspector, "promptNote") == "what follows the frontmatter is no text"
    path.unlink()
    session.agents_changed.emit(session.selection)
    assert text_of(inspector, "promptView") == ""
    assert label_of(inspector, "promptNote").startswith("the file cannot be read: ")


def test_only_what_is_seen_and_selected_follows_an_edit(
    inspector: Inspector, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def watch(kind: type[PolicyForm] | type[DiffView]) -> None:
        real = kind.refresh

        def refresh(page: Any) -> None:
            seen.append(kind.__name__)
            real(page)

        monkeypatch.setattr(kind, "refresh", refresh)

    watch(PolicyForm)
    watch(DiffView)
    session.select(("code-reviewer.md",))
    session.edit(("code-reviewer.md",), "effort", "low")
    session.edit(("python-pro.md",), "effort", "low")
    assert seen == ["PolicyForm", "PolicyForm"]
    show_page(inspector, _DIFF)
    assert seen[2:] == ["DiffView"]
    show_page(inspector, _POLICY)
    assert len(seen) == 3


def test_hidden_pages_follow_when_it_is_quiet(qtbot: QtBot, inspector: Inspector, session: Session) -> None:
    session.select(("code-reviewer.md",))
    session.edit(session.selection, "effort", "low")
    qtbot.waitUntil(lambda: "+  effort: low" in text_of(inspector, "diffView"))


def test_nothing_selected_is_said_kindly(inspector: Inspector, session: Session) -> None:
    empty = child(inspector, QtWidgets.QLabel, "inspectorEmpty")
    assert empty.isVisible()
    session.select(("code-reviewer.md",))
    assert not empty.isVisible()
    assert label_of(inspector, "inspectorPath") == "code-reviewer.md"
    assert label_of(inspector, "inspectorState") == "quality-security · no unsaved change"
    session.select(())
    assert empty.isVisible()


def test_several_agents_show_the_scores_of_the_current_one(inspector: Inspector, session: Session) -> None:
    session.select(("security-auditor.md", "code-reviewer.md"))
    show_page(inspector, _SCORE)
    texts = [label.text() for label in inspector.findChildren(QtWidgets.QLabel) if label.isVisible()]
    assert "security-auditor, the current one of 2 agents" in texts
    button = child(inspector, QtWidgets.QPushButton, "applyRecommendationButton")
    assert button.text() == "Apply recommendation to 2 agents"


def test_a_right_to_left_override_is_replaced(inspector: Inspector, session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "x.md").write_text('---\nname: "evil\\u202Egnp"\ndescription: y\n---\n', "utf-8")
    session.open(folder)
    session.select(("x.md",))
    assert label_of(inspector, "inspectorName") == "evil\ufffdgnp"
    assert child(inspector, QtWidgets.QLabel, "inspectorName").textFormat() is QtCore.Qt.TextFormat.PlainText

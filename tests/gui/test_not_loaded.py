"""The list of files that are no rows."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ctxstudio.gui.panels.not_loaded import NotLoadedView
from ctxstudio.gui.session import Session


def rows_of(view: QtWidgets.QTreeView) -> list[tuple[str, str]]:
    model = view.model()
    return [(model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())]


def test_files_stand_with_their_reasons_and_go_with_the_directory(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    full, empty = tmp_path / "full", tmp_path / "empty"
    for folder in (full, empty):
        folder.mkdir()
        (folder / "agent.md").write_text("---\nname: a\n---\n")
    (full / "README.md").write_text("# read me\n")
    (full / "<b>bold.md").write_text("---\nname: x\n")
    view = NotLoadedView(session)
    qtbot.addWidget(view)
    view.show()
    counts: list[int] = []
    view.count_changed.connect(counts.append)
    session.open(full)
    assert rows_of(view) == [
        ("<b>bold.md", "the frontmatter is not closed by a line `---`"),
        ("README.md", "no frontmatter"),
    ]
    assert (view.count(), counts) == (2, [0, 2])
    assert "&lt;b&gt;" in view.model().index(0, 0).data(QtCore.Qt.ItemDataRole.ToolTipRole)
    assert view.isSortingEnabled()
    session.open(empty)
    assert (view.count(), counts) == (0, [0, 2, 0])
    assert not view.grab().isNull()


def test_what_was_not_loaded_before_the_view_was_made_is_shown(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# read me\n")
    session.open(tmp_path)
    view = NotLoadedView(session)
    qtbot.addWidget(view)
    assert view.count() == 1


def test_rows_can_be_copied(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text("# no\n")
    session.open(tmp_path)
    view = NotLoadedView(session)
    qtbot.addWidget(view)
    view.selectAll()
    QTest.keySequence(view, QtGui.QKeySequence(QtGui.QKeySequence.StandardKey.Copy))
    assert QtGui.QGuiApplication.clipboard().text() == "a.md\tno frontmatter\nb.md\tno frontmatter"

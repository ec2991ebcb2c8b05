"""Changes of files to look through: the list with its checks, both forms of the difference, the way through them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui import theme
from ctxstudio.gui.changes_list import ChangesList
from ctxstudio.gui.changes_view import ChangesView, FileChange
from ctxstudio.gui.diff_pane import DiffPane
from ctxstudio.gui.side_by_side import SideBySide
from ctxstudio.gui.unified import UnifiedView
from ctxstudio.storage import diff

OLD = b"---\nname: a\nmodel: haiku\n---\n" + b"".join(b"Line %d\n" % number for number in range(40))
NEW = OLD.replace(b"haiku", b"sonnet").replace(b"Line 30\n", b"Line 30\nOne more\n")
_Key = QtCore.Qt.Key
_Role = QtCore.Qt.ItemDataRole


def change(id: str, **more: object) -> FileChange:
    return FileChange(id, OLD, NEW, **more)  # type: ignore[arg-type]  # one of the dataclass's own


@pytest.fixture(autouse=True)
def _form(qapp: QtWidgets.QApplication) -> Iterator[None]:
    qapp.setProperty("ctxstudioUnified", None)
    yield
    qapp.setProperty("ctxstudioUnified", None)


@pytest.fixture
def view(qtbot: QtBot) -> ChangesView:
    made = ChangesView()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def files(view: ChangesView) -> ChangesList:
    found = view.findChild(ChangesList)
    assert isinstance(found, ChangesList)
    return found


def panes(view: ChangesView) -> tuple[DiffPane, DiffPane]:
    found = view.findChild(SideBySide)
    assert isinstance(found, SideBySide)
    return found.old, found.new


def unified(view: ChangesView) -> UnifiedView:
    found = view.findChild(UnifiedView)
    assert isinstance(found, UnifiedView)
    return found


def button(view: ChangesView, title: str) -> QtWidgets.QToolButton:
    (found,) = [b for b in view.findChildren(QtWidgets.QToolButton) if title in (b.text(), b.accessibleName())]
    return found


def said(view: ChangesView) -> list[str]:
    return [label.text() for label in view.findChildren(QtWidgets.QLabel) if label.isVisible()]


def lines(pane: DiffPane) -> list[str]:
    return pane.toPlainText().split("\n")


def ground(pane: DiffPane, line: int) -> QtGui.QColor:
    return pane.document().findBlockByNumber(line).blockFormat().background().color()


def emphasised(pane: DiffPane, line: int) -> str:
    """The marked words of a line."""
    block = pane.document().findBlockByNumber(line)
    cursor, units, found = QtGui.QTextCursor(block), block.text().encode("utf-16-le"), b""
    while cursor.movePosition(cursor.MoveOperation.NextCharacter) and cursor.block() == block:
        if cursor.charFormat().fontWeight() == QtGui.QFont.Weight.Bold:
            found += units[2 * cursor.positionInBlock() - 2 : 2 * cursor.positionInBlock()]
    return found.decode("utf-16-le")


def test_one_file_is_shown_at_once_side_by_side(view: ChangesView) -> None:
    view.set_changes([change("team/a.md")])
    old, new = panes(view)
    assert lines(old)[:4] == ["---", "name: a", "model: haiku", "---"]
    assert lines(new)[:4] == ["---", "name: a", "model: sonnet", "---"]
    assert emphasised(old, 2) == "haiku"
    assert emphasised(new, 2) == "sonnet"
    assert ground(old, 2) == theme.role_color("removed_ground", view.palette())
    assert ground(new, 2) == theme.role_color("added_ground", view.palette())
    assert "team/a.md" in said(view)
    assert "2 lines added, 1 line removed" in said(view)
    assert "2 changes" in said(view)


def test_both_sides_have_as_many_lines_and_folds_say_what_is_hidden(view: ChangesView) -> None:
    view.set_changes([change("a.md")])
    old, new = panes(view)
    assert old.blockCount() == new.blockCount()
    added = lines(new).index("One more")
    assert lines(old)[added] == ""
    assert [line for line in lines(old) if line.startswith("⋯")] == ["⋯ 26 unchanged lines", "⋯ 6 unchanged lines"]
    button(view, "Whole file").click()
    assert old.blockCount() == new.blockCount() == 45
    assert not [line for line in lines(old) if line.startswith("⋯")]


def test_both_sides_scroll_together(view: ChangesView) -> None:
    long = b"x" * 500 + b"\n"
    view.set_changes([FileChange("a.md", OLD * 9 + long, OLD * 9 + long * 2)])
    button(view, "Whole file").click()
    old, new = panes(view)
    new.verticalScrollBar().setValue(55)
    assert old.verticalScrollBar().value() == 55
    old.verticalScrollBar().setValue(7)
    assert new.verticalScrollBar().value() == 7
    assert old.verticalScrollBar().maximum() == new.verticalScrollBar().maximum()
    new.verticalScrollBar().setValue(new.verticalScrollBar().maximum())
    new.horizontalScrollBar().setValue(40)
    assert old.horizontalScrollBar().value() == 40


def test_the_unified_form_is_a_patch_and_is_remembered(view: ChangesView, qtbot: QtBot) -> None:
    view.set_changes([change("a.md")])
    QtTest.QTest.mouseClick(button(view, "Unified"), QtCore.Qt.MouseButton.LeftButton)
    shown = unified(view)
    assert shown.isVisible()
    assert shown.toPlainText() == diff.unified_text(diff.Comparison(OLD, NEW).rows(), "a.md").rstrip("\n")
    changed = lines(shown).index("-model: haiku")
    assert emphasised(shown, changed) == "haiku"
    assert emphasised(shown, changed + 1) == "sonnet"
    other = ChangesView()
    qtbot.addWidget(other)
    other.set_changes([change("a.md")])
    assert unified(other).toPlainText()
    QtTest.QTest.mouseClick(button(view, "Side by side"), QtCore.Qt.MouseButton.LeftButton)
    assert not shown.isVisible()


def test_all_files_come_first_and_one_can_be_chosen_by_keyboard(view: ChangesView, qtbot: QtBot) -> None:
    view.set_changes([change("x/a.md"), change("y/b.md")])
    assert "All 2 files" in said(view)
    assert [line for line in lines(panes(view)[0]) if line.endswith(".md")] == ["x/a.md", "y/b.md"]
    assert "4 lines added, 2 lines removed" in said(view)
    view.setFocus()
    QtTest.QTest.keyClick(files(view), _Key.Key_Down)
    assert "x/a.md" in said(view)
    view.show_file("y/b.md")
    assert "y/b.md" in said(view)


def test_f7_goes_from_change_to_change_and_on_to_the_next_file(view: ChangesView, qtbot: QtBot) -> None:
    view.set_changes([change("a.md"), change("b.md")])
    qtbot.waitExposed(view)
    view.activateWindow()
    files(view).setFocus()
    view.show_file("a.md")
    places = []
    for _ in range(4):
        QtTest.QTest.keyClick(files(view), _Key.Key_F7)
        places.append([text for text in said(view) if " of 2 changes" in text or text.endswith(".md")])
    assert places == [
        ["a.md", "1 of 2 changes"],
        ["a.md", "2 of 2 changes"],
        ["b.md", "1 of 2 changes"],
        ["b.md", "2 of 2 changes"],
    ]
    assert panes(view)[0].textCursor().blockNumber() == panes(view)[1].textCursor().blockNumber() > 3
    for _ in range(2):
        QtTest.QTest.keyClick(files(view), _Key.Key_F7, QtCore.Qt.KeyboardModifier.ShiftModifier)
    assert "a.md" in said(view)
    assert "2 of 2 changes" in said(view)


def test_the_next_change_is_brought_into_sight(view: ChangesView) -> None:
    before = b"".join(b"Line %d\n" % number for number in range(400))
    view.set_changes([FileChange("a.md", before, before.replace(b"Line 300\n", b"Line three hundred\n"))])
    button(view, "Whole file").click()
    button(view, "Next change").click()
    bar = panes(view)[1].verticalScrollBar()
    assert bar.value() < 300 < bar.value() + bar.pageStep()


def test_space_leaves_the_selected_files_out(view: ChangesView, qtbot: QtBot) -> None:
    view.set_changes([change(f"{name}.md") for name in "abcd"])
    assert view.checked_ids() == ("a.md", "b.md", "c.md", "d.md")
    view.show_file("b.md")
    with qtbot.waitSignal(view.checked_changed):
        QtTest.QTest.keyClick(files(view), _Key.Key_Space)
    assert view.checked_ids() == ("a.md", "c.md", "d.md")
    QtTest.QTest.keyClick(files(view), _Key.Key_Down, QtCore.Qt.KeyboardModifier.ShiftModifier)
    QtTest.QTest.keyClick(files(view), _Key.Key_Space)
    assert view.checked_ids() == ("a.md", "b.md", "c.md", "d.md")
    QtTest.QTest.keyClick(files(view), _Key.Key_Space)
    assert view.checked_ids() == ("a.md", "d.md")


def test_the_first_row_checks_all_or_none_in_one_action(view: ChangesView, qtbot: QtBot) -> None:
    view.set_changes([change("a.md"), change("b.md", checked=False), change("c.md", checked=False, locked=True)])
    first = files(view).model().index(0, 0)
    assert first.data(_Role.CheckStateRole) is QtCore.Qt.CheckState.PartiallyChecked
    told: list[tuple[str, ...]] = []
    view.checked_changed.connect(lambda: told.append(view.checked_ids()))
    QtTest.QTest.keyClick(files(view), _Key.Key_Space)
    QtTest.QTest.keyClick(files(view), _Key.Key_Space)
    assert told == [("a.md", "b.md"), ()]
    assert first.data(_Role.CheckStateRole) is QtCore.Qt.CheckState.Unchecked


def test_a_click_on_the_box_leaves_one_file_out(view: ChangesView, qtbot: QtBot) -> None:
    view.set_changes([change("a.md"), change("b.md"), change("c.md", checked=False, locked=True)])
    shown = files(view)
    told: list[tuple[str, ...]] = []
    view.checked_changed.connect(lambda: told.append(view.checked_ids()))
    for row in (2, 3, 0, 0, 2):
        place = shown.visualRect(shown.model().index(row, 0))
        at = QtCore.QPoint(place.left() + 9, place.center().y())
        QtTest.QTest.mouseClick(shown.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=at)
    assert told == [("a.md",), ("a.md", "b.md"), (), ("b.md",)]


def test_without_checks_there_are_no_boxes(qtbot: QtBot) -> None:
    view = ChangesView(checkable=False)
    qtbot.addWidget(view)
    view.set_changes([change("a.md"), change("b.md")])
    assert files(view).model().index(0, 0).data(_Role.CheckStateRole) is None
    QtTest.QTest.keyClick(files(view), _Key.Key_Space)
    assert view.checked_ids() == ("a.md", "b.md")


def test_rows_say_all_to_those_who_do_not_see_them(view: ChangesView) -> None:
    view.set_changes([change("x/a.md", note="dialect converted"), change("b.md")])
    index = files(view).model().index(1, 0)
    assert index.data() == "a.md"
    assert index.data(_Role.AccessibleTextRole) == "x/a.md, 2 lines added, 1 line removed, dialect converted"
    assert files(view).accessibleName() == "Changed files"
    assert [pane.accessibleName() for pane in panes(view)] == ["Before", "After"]
    view.show_file("x/a.md")
    assert "2 lines added, 1 line removed; dialect converted" in said(view)


def test_no_change_at_all(view: ChangesView) -> None:
    view.set_changes([change("a.md")])
    view.set_changes([])
    assert view.checked_ids() == ()
    assert "No file" in said(view)
    assert lines(panes(view)[0]) == [""]
    view.step(1)


def test_files_that_come_and_go_say_so(view: ChangesView) -> None:
    view.set_changes([FileChange("a.md", None, NEW)])
    assert "45 lines added, 0 lines removed; new file" in said(view)
    assert set(lines(panes(view)[0])) == {""}
    view.set_changes([FileChange("a.md", OLD, None)])
    assert "0 lines added, 44 lines removed; the file goes" in said(view)


def test_changed_line_ends_are_seen(view: ChangesView) -> None:
    view.set_changes([FileChange("a.md", b"a\nb\n", b"a\r\nb\r\n")])
    assert "2 lines added, 2 lines removed; line ends were LF, now CRLF" in said(view)
    assert lines(panes(view)[0]) == ["a [LF]", "b [LF]"]
    assert emphasised(panes(view)[1], 0) == "CRLF"


def test_thousands_of_files_are_compared_only_when_they_are_seen(
    view: ChangesView, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []
    real = diff.Comparison.__init__

    def count(comparison: diff.Comparison, before: bytes | None, after: bytes | None) -> None:
        compared.append(comparison)
        real(comparison, before, after)

    monkeypatch.setattr(diff.Comparison, "__init__", count)
    view.set_changes([change(f"{number}.md") for number in range(5_000)])
    view.grab()
    assert len(compared) < 120
    assert lines(panes(view)[0])[-1] == "… and 4,950 more files: choose one in the list"
    button(view, "Unified").click()
    assert lines(unified(view))[-1] == "… and 4,950 more files: choose one in the list"


@pytest.mark.parametrize("form", ["Side by side", "Unified"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a" * (1 << 20), b"a" * (1 << 19) + b"b" + b"a" * (1 << 19)),
        (b"x\n" * (1 << 20), b"y\n" * (1 << 20)),
        (b"<b>hi</b>\x00\x1b[31m\xff\n", b"<i>hi</i>\x00\x1b[32m\xfe\n"),
        ("a\u2029b\u2028c\ufdd0d\ufeffe\u202ef\n".encode(), "a\u2029b\u2028c\ufdd0d\ufeffe\u202eg\n".encode()),
        ("😀 one\n".encode(), "😀 two\n".encode()),
    ],
    ids=["a long line", "a big file", "control characters", "hidden characters", "emoji"],
)
def test_hostile_text_is_shown(view: ChangesView, form: str, before: bytes, after: bytes) -> None:
    button(view, form).click()
    view.set_changes([FileChange("<b>a</b>.md", before, after)])
    view.grab()
    old, new = panes(view)
    assert old.blockCount() == new.blockCount() <= diff.MOST_ROWS + 1
    for pane in (old, new, unified(view)):
        assert max(map(len, lines(pane))) <= 2_010
        assert not {"\x00", "\x1b", "\u2028", "\u2029", "\ufeff", "\u202e"} & {*pane.toPlainText()}
    assert "<b>a</b>.md" in said(view)


def test_a_cut_line_shows_its_change(view: ChangesView) -> None:
    view.set_changes([FileChange("a.md", b"a" * 50_000 + b" old", b"a" * 50_000 + b" new")])
    old, new = panes(view)
    assert old.toPlainText().endswith(" old")
    assert old.toPlainText().startswith("… ")
    assert emphasised(new, 0) == "new"


def test_words_behind_an_emoji_are_marked_in_place(view: ChangesView) -> None:
    view.set_changes([FileChange("a.md", "😀😀 one 😀\n".encode(), "😀😀 two 😀\n".encode())])
    assert emphasised(panes(view)[0], 0) == "one"
    assert emphasised(panes(view)[1], 0) == "two"


def test_lines_that_look_like_headers_are_lines(view: ChangesView) -> None:
    button(view, "Unified").click()
    view.set_changes([FileChange("a.md", b"-- x\n++ y\nz\n", b"z\n@@ -1 +1 @@\n")])
    shown = unified(view)
    assert lines(shown)[3:] == ["--- x", "-++ y", " z", "+@@ -1 +1 @@"]
    assert (shown.added, shown.removed) == (1, 2)


def test_colours_follow_the_theme(view: ChangesView, qapp: QtWidgets.QApplication) -> None:
    view.set_changes([change("a.md")])
    before = ground(panes(view)[1], 2)
    theme.apply(qapp, "dark")
    try:
        assert ground(panes(view)[1], 2) == theme.role_color("added_ground", qapp.palette()) != before
        view.grab()
    finally:
        theme.apply(qapp, "light")


def test_the_margin_has_the_signs_so_that_colour_is_not_all(view: ChangesView) -> None:
    """Drawn without any colour, a changed line's margin still differs from that of an unchanged one."""
    view.set_changes([FileChange("a.md", b"same\nold\n", b"same\nnew\n")])
    for pane in panes(view):
        height = pane.cursorRect().height()
        strips = []
        for row in (0, 1):
            image = QtGui.QImage(200, 2 * height, QtGui.QImage.Format.Format_Mono)
            image.fill(1)
            painter = QtGui.QPainter(image)
            painter.setFont(pane.font())
            pane.paint_margin(painter, QtCore.QRect(0, 0, 200, 2 * height))
            painter.end()
            strips.append(image.copy(_sign_area(pane, row)))
        assert strips[0] != strips[1]


def _sign_area(pane: DiffPane, row: int) -> QtCore.QRect:
    digit = pane.fontMetrics().horizontalAdvance("0")
    height = pane.cursorRect().height()
    return QtCore.QRect(2 * digit + 6, 4 + row * height + 2, 2 * digit, height - 4)

"""The command palette: fuzzy matching, what is offered in which order, and using it by keys alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui import action_list, actions, fuzzy
from ctxstudio.gui.controllers.finding import FindingActions
from ctxstudio.gui.dialogs.palette import CommandPalette
from ctxstudio.gui.fuzzy import Tier
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.offers import Offer, ranked
from ctxstudio.gui.session import Session

Make = Callable[[Path], MainWindow]


@pytest.mark.parametrize(
    ("typed", "name", "tier", "matched"),
    [
        ("exp", "Export…", Tier.PREFIX, "Exp"),
        ("reco", "Apply recommendation", Tier.WORD, "reco"),
        ("AR", "Apply recommendation", Tier.INITIALS, "Ar"),
        ("apre", "Apply recommendation", Tier.INITIALS, "Apre"),
        ("cr", "codeReviewer", Tier.INITIALS, "cR"),
        ("mend", "Apply recommendation", Tier.INSIDE, "mend"),
        ("aymd", "Apply recommendation", Tier.SCATTERED, "Aymd"),
        ("dat", "update-dates", Tier.WORD, "dat"),
    ],
)
def test_how_well_a_word_fits(typed: str, name: str, tier: Tier, matched: str) -> None:
    match = fuzzy.match(typed, name)
    assert match is not None
    assert Tier(match.tiers) is tier
    assert "".join(name[place] for place in match.places) == matched


@pytest.mark.parametrize(
    ("typed", "name"), [("xyz", "Export"), ("tropxe", "Export"), ("export q", "Export"), ("a", "")]
)
def test_what_does_not_fit(typed: str, name: str) -> None:
    assert fuzzy.match(typed, name) is None


def test_words_fit_in_any_order_and_nothing_fits_all() -> None:
    assert fuzzy.match("rec app", "Apply recommendation") is not None
    assert fuzzy.match("  ", "Apply recommendation") == (0, 0, -20, ())


def test_the_closer_and_the_shorter_are_better() -> None:
    def best(typed: str, *names: str) -> str:
        return max(names, key=lambda name: fuzzy.match(typed, name) or (-1, 0, 0, ()))

    assert best("co", "Copy", "Copy with headers") == "Copy"
    assert best("ab", "a___b", "a_b") == "a_b"
    assert best("save", "Review and save", "Save all") == "Save all"


def test_a_word_may_have_to_fit_well() -> None:
    for least in Tier:
        for tier, typed in zip(Tier, ("aymd", "mend", "apre", "reco", "appl"), strict=True):
            assert (fuzzy.match(typed, "Apply recommendation", least) is not None) == (tier >= least), (least, typed)


@pytest.mark.parametrize("typed", ["a" * 10_000, "ab" * 40, "İ", "ß", "\ud800"])
def test_hostile_texts_cost_little(typed: str) -> None:
    started = time.process_time()
    for name in ("a" * 100_000, "ab " * 10_000, "aB" * 10_000, "İİİ", "\ud800a"):
        fuzzy.match(typed, name)
    assert time.process_time() - started < 5


def offer(title: str, place: str = "File", **rest: object) -> Offer:
    return Offer(title, title, place, **rest)  # type: ignore[arg-type]  # of the offer's own types


def titles(typed: str, *offers: Offer, recent: tuple[str, ...] = ()) -> list[str]:
    return [found.offer.title for found in ranked(typed, offers, recent)]


def test_nothing_typed_gives_all_the_recent_ones_first_and_the_unusable_last() -> None:
    offers = (offer("a"), offer("b"), offer("c", enabled=False), offer("d"))
    assert titles("", *offers) == ["a", "b", "d", "c"]
    assert titles(" ", *offers, recent=("d", "b")) == ["d", "b", "a", "c"]


def test_fit_goes_before_habit_and_habit_before_length() -> None:
    save, saved, review = offer("Save"), offer("Saved changes…"), offer("Review and save…")
    assert titles("save", review, saved, save) == ["Save", "Saved changes…", "Review and save…"]
    assert titles("save", review, saved, save, recent=("Saved changes…",))[:2] == ["Saved changes…", "Save"]
    assert titles("save", review, saved, save, recent=("Review and save…",))[-1] == "Review and save…"


def test_the_place_fits_too_but_not_letter_by_letter() -> None:
    column = offer("Preference", "View › Columns")
    (found,) = ranked("pref col", [column])
    assert found.places == frozenset(range(4))
    assert titles("columns", column) == ["Preference"]
    assert titles("vwcl", column) == []


def test_most_rows_are_bounded() -> None:
    assert len(ranked("a", [offer(f"a{number}") for number in range(1000)])) == 200


def palette_of(window: QtWidgets.QWidget) -> CommandPalette:
    found = [one for one in window.findChildren(CommandPalette) if one.isVisible()]
    assert len(found) == 1
    return found[0]


def open_palette(window: MainWindow) -> CommandPalette:
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    window.activateWindow()
    assert QtTest.QTest.qWaitForWindowActive(window)
    table.setFocus()
    control_shift = QtCore.Qt.KeyboardModifier.ControlModifier | QtCore.Qt.KeyboardModifier.ShiftModifier
    QtTest.QTest.keyClick(table, QtCore.Qt.Key.Key_P, control_shift)
    return palette_of(window)


def shown(palette: CommandPalette) -> list[str]:
    view = palette.findChild(QtWidgets.QListView, "paletteList")
    assert isinstance(view, QtWidgets.QListView)
    return [view.model().index(row, 0).data() for row in range(view.model().rowCount())]


def press(palette: CommandPalette, *keys: QtCore.Qt.Key) -> None:
    for key in keys:
        QtTest.QTest.keyClick(palette.edit, key)


def current(palette: CommandPalette) -> str:
    offer = palette.current()
    return "" if offer is None else offer.title


def test_it_opens_by_its_keys_and_runs_what_was_typed(
    qtbot: QtBot, make_window: Make, session: Session, agents: Path
) -> None:
    window = make_window(agents)
    session.edit(["python-pro.md"], "effort", "low")
    palette = open_palette(window)
    qtbot.waitUntil(palette.edit.hasFocus)
    QtTest.QTest.keyClicks(palette.edit, "undo")
    assert current(palette) == "Undo set effort of python-pro"
    press(palette, QtCore.Qt.Key.Key_Return)
    assert not session.workspace.changed_count
    qtbot.waitUntil(lambda: not window.findChildren(CommandPalette))


def test_every_action_of_menus_and_panels_is_offered(make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    offered = set(shown(open_palette(window)))
    for spec in actions.ACTIONS:
        if spec.id != "paletteAction":
            assert spec.text.replace("&", "") in offered
    assert {"Category", "Reasoning", "Inspector", "History"} <= offered
    assert len(offered) <= 200


def test_up_and_down_go_around(make_window: Make, agents: Path) -> None:
    palette = open_palette(make_window(agents))
    all_of_them = shown(palette)
    press(palette, QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_Up)
    assert current(palette) == all_of_them[1]
    press(palette, QtCore.Qt.Key.Key_Up, QtCore.Qt.Key.Key_Up)
    assert current(palette) == all_of_them[-1]
    press(palette, QtCore.Qt.Key.Key_PageDown)
    assert current(palette) == all_of_them[-1]
    press(palette, QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_PageDown)
    assert current(palette) == all_of_them[11]


def test_looking_elsewhere_closes_it(qtbot: QtBot, make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    open_palette(window)
    window.activateWindow()
    qtbot.waitUntil(lambda: not window.findChildren(CommandPalette))


def test_escape_does_nothing(qtbot: QtBot, make_window: Make, session: Session, agents: Path) -> None:
    window = make_window(agents)
    palette = open_palette(window)
    QtTest.QTest.keyClicks(palette.edit, "apply")
    press(palette, QtCore.Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(CommandPalette))
    assert not session.workspace.changed_count


def test_what_cannot_be_done_says_why_and_is_not_done(make_window: Make, agents: Path) -> None:
    palette = open_palette(make_window(agents))
    QtTest.QTest.keyClicks(palette.edit, "redo")
    chosen: list[object] = []
    palette.action_chosen.connect(chosen.append)
    press(palette, QtCore.Qt.Key.Key_Return)
    assert (chosen, palette.isVisible()) == ([], True)
    assert palette.edit.accessibleDescription().endswith("not available: there is nothing to redo")


def test_every_condition_of_an_action_has_its_reason() -> None:
    assert {spec.enabled for spec in actions.ACTIONS} - {None} <= set(actions.WHY_NOT)


def test_a_click_chooses(make_window: Make, agents: Path) -> None:
    window = make_window(agents)
    palette = open_palette(window)
    QtTest.QTest.keyClicks(palette.edit, "history")
    place = palette.list.visualRect(palette.list.model().index(0, 0)).center()
    QtTest.QTest.mouseClick(palette.list.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=place)
    dock = window.findChild(QtWidgets.QDockWidget, "historyDock")
    assert isinstance(dock, QtWidgets.QDockWidget)
    assert not dock.isHidden()


def test_a_switch_says_whether_it_is_on(make_window: Make, agents: Path) -> None:
    palette = open_palette(make_window(agents))
    QtTest.QTest.keyClicks(palette.edit, "category col")
    assert palette.edit.accessibleDescription() == "Category, View › Columns, on"


def test_an_agent_is_found_by_name_even_where_the_filter_hides_it(
    make_window: Make, session: Session, agents: Path
) -> None:
    window = make_window(agents)
    filter_edit = window.findChild(QtWidgets.QLineEdit, "filterEdit")
    assert isinstance(filter_edit, QtWidgets.QLineEdit)
    filter_edit.setText("model:haiku")
    palette = open_palette(window)
    QtTest.QTest.keyClicks(palette.edit, "@secaud")
    assert shown(palette)[0] == "security-auditor"
    press(palette, QtCore.Qt.Key.Key_Return)
    assert tuple(session.selection) == ("security-auditor.md",)
    assert filter_edit.text() == ""
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    assert table.viewport().rect().contains(table.visualRect(table.currentIndex()).center())
    palette = open_palette(window)
    palette.edit.setText("@")
    assert len(shown(palette)) == 67
    palette.edit.setText("@nobody of this name")
    assert shown(palette) == []
    press(palette, QtCore.Qt.Key.Key_Down, QtCore.Qt.Key.Key_Return)
    assert palette.isVisible()


def test_a_hostile_name_is_plain_text(make_window: Make, session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a.md").write_text('---\nname: "<b>x</b>\\n\\u202e@y"\nmodel: haiku\n---\n')
    palette = open_palette(make_window(folder))
    palette.edit.setText("@")
    assert shown(palette) == ["<b>x</b> \ufffd@y"]
    assert not palette.grab().isNull()


def test_what_was_used_comes_first_also_in_the_next_run(
    qtbot: QtBot, make_window: Make, session: Session, agents: Path, tmp_path: Path
) -> None:
    settings = QtCore.QSettings(str(tmp_path / "settings.ini"), QtCore.QSettings.Format.IniFormat)
    window = make_window(agents)

    def finder() -> FindingActions:
        return FindingActions(session, window._view, window._filter, settings, window)

    for title in ("Filter", "History"):
        used = finder()
        used.open_palette()
        palette = palette_of(window)
        palette.edit.setText(title)
        press(palette, QtCore.Qt.Key.Key_Return)
    finder().open_palette()
    assert shown(palette_of(window))[:2] == ["History", "Filter"]
    palette_of(window).edit.setText("@python")
    press(palette_of(window), QtCore.Qt.Key.Key_Return)
    finder().open_palette()
    assert shown(palette_of(window))[0] == "History"  # agents are no habits


def test_the_ids_by_which_actions_are_remembered_are_their_own(make_window: Make, agents: Path) -> None:
    listed = action_list.listed(make_window(agents))
    ids = [one.id for one in listed]
    assert len(ids) == len(set(ids))
    assert len({one.action for one in listed}) == len(listed)


def test_the_palette_draws_in_both_themes(make_window: Make, agents: Path, qapp: QtWidgets.QApplication) -> None:
    from ctxstudio.gui import theme

    window = make_window(agents)
    try:
        pictures = []
        for name in ("light", "dark"):
            theme.apply(qapp, name)
            window.finding.open_palette()
            palette = palette_of(window)
            palette.edit.setText("re")
            pictures.append(palette.grab().toImage())
            palette.close()
    finally:
        theme.apply(qapp, "light")
    middle = [QtGui.QColor(picture.pixel(picture.width() - 40, picture.height() - 20)) for picture in pictures]
    assert middle[0].lightness() > 200
    assert middle[1].lightness() < 60

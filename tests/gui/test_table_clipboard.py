"""Cells on their way out and in: copy, paste, CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6 import QtCore, QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui.models.groups import Grouping
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.session import Session
from tests.gui.table_tools import Key, cell, clipboard, column, open_table, press, select, trigger, write_agents

_CONTROL = QtCore.Qt.KeyboardModifier.ControlModifier
_SHIFT = QtCore.Qt.KeyboardModifier.ShiftModifier
_NO_EFFORT = "effort 'enormous' is none of low, medium, high, xhigh, max or a number"
_CONTROLS = "Preference must not contain control characters"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return write_agents(
        tmp_path / "fleet",
        {
            "a.md": "model: haiku\neffort: low\ncategory: one",
            "b.md": "model: sonnet\ncategory: two\nmodelPolicy:\n  escalation: {to: opus, when: [hard]}",
            "c.md": "model: opus\neffort: max\ncategory: one",
            "d.md": "category: one",
        },
    )


@pytest.fixture
def view(qtbot: QtBot, session: Session, fleet: Path) -> AgentView:
    return open_table(qtbot, session, fleet)


@pytest.fixture
def refused(session: Session) -> list[str]:
    """What the user was told."""
    told: list[str] = []
    session.refused.connect(lambda title, reason: told.append(f"{title}: {reason}"))
    return told


def policy(session: Session, field: str) -> list[object]:
    """A field of all four agents."""
    return [getattr(session.workspace.agent(f"{name}.md").policy, field) for name in "abcd"]


# Copy


def test_cells_are_copied_as_they_stand(view: AgentView) -> None:
    told: list[str] = []
    view.noted.connect(told.append)
    select(view, [("a.md", "preference"), ("b.md", "escalation"), ("c.md", "effort")])
    press(view, Key.Key_C, _CONTROL)
    assert clipboard().text() == "haiku\t\tlow\nsonnet\topus\t\nopus\t\tmax\n"
    assert told == ["9 cells of 3 agents copied"]


def test_columns_are_copied_in_the_order_that_is_seen_without_hidden_ones(view: AgentView) -> None:
    header = view.horizontalHeader()
    header.moveSection(header.visualIndex(column("effort")), header.visualIndex(column("preference")))
    view.sortByColumn(column("name"), QtCore.Qt.SortOrder.DescendingOrder)
    view.setColumnHidden(column("fallbacks"), True)
    select(view, [("a.md", "preference"), ("a.md", "effort"), ("a.md", "fallbacks"), ("c.md", "preference")])
    press(view, Key.Key_C, _CONTROL | _SHIFT)
    assert clipboard().text() == "Effort\tPreference\nmax\topus\nlow\thaiku\n"


def test_hostile_text_is_copied_harmless(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    write_agents(tmp_path / "x", {"a.md": 'model: "=cmd()"\ncategory: "x\\ty\\e[31m"'})
    view = open_table(qtbot, session, tmp_path / "x")
    select(view, [("a.md", "category"), ("a.md", "preference")])
    press(view, Key.Key_C, _CONTROL)
    assert clipboard().text() == '"x\ty\ufffd[31m"\t\'=cmd()\n'


# Paste


def test_one_value_goes_into_all_selected_cells_that_can_be_changed(view: AgentView, session: Session) -> None:
    told: list[object] = []
    session.agents_changed.connect(told.append)
    select(view, [("a.md", "preference"), ("b.md", "preference"), ("b.md", "name"), ("c.md", "state")])
    clipboard().setText("fable\r\n")
    press(view, Key.Key_V, _CONTROL)
    assert policy(session, "preference") == ["fable", "fable", "opus", None]
    assert session.undo_stack.undoText() == "paste into 2 cells of 2 agents"
    assert len(told) == 1
    session.undo_stack.undo()
    assert not session.workspace.changed()


def test_a_table_goes_from_the_first_selected_cell_on(view: AgentView, session: Session) -> None:
    view.setColumnHidden(column("escalation"), True)
    select(view, [("b.md", "fallbacks")])
    clipboard().setText('"haiku, opus"\thigh\n\t2\n')
    press(view, Key.Key_V, _CONTROL)
    assert policy(session, "fallbacks") == [(), ("haiku", "opus"), (), ()]
    assert policy(session, "effort") == ["low", "high", "2", None]
    assert session.undo_stack.undoText() == "paste into 3 cells of 2 agents"


def test_one_row_goes_into_every_selected_row(view: AgentView, session: Session) -> None:
    select(view, [("a.md", "preference"), ("d.md", "preference")])
    clipboard().setText("fable\thaiku")
    press(view, Key.Key_V, _CONTROL)
    assert policy(session, "preference") == ["fable", "sonnet", "opus", "fable"]
    assert policy(session, "fallbacks") == [("haiku",), (), (), ("haiku",)]


def test_what_stands_there_already_is_no_step(view: AgentView, session: Session) -> None:
    told: list[str] = []
    view.noted.connect(told.append)
    select(view, [("a.md", "preference")])
    clipboard().setText("haiku")
    press(view, Key.Key_V, _CONTROL)
    assert session.undo_stack.count() == 0
    assert told == ["nothing to change: the cells say that already"]


def test_headings_are_no_target(view: AgentView, session: Session) -> None:
    view.group_by(Grouping.CATEGORY)
    select(view, [("d.md", "effort")])
    clipboard().setText("high\n1")
    press(view, Key.Key_V, _CONTROL)
    assert policy(session, "effort") == ["low", "1", "max", "high"]


def test_what_was_copied_with_headers_is_pasted_without(view: AgentView, session: Session) -> None:
    select(view, [("c.md", "preference"), ("c.md", "effort")])
    trigger(view, "copyWithHeadersAction")
    select(view, [("a.md", "preference")])
    trigger(view, "pasteAction")
    assert policy(session, "preference") == ["opus", "sonnet", "opus", None]
    assert policy(session, "effort") == ["max", None, "max", None]
    session.undo_stack.undo()
    clipboard().setText("Sonnet\nHaiku\n")
    trigger(view, "pasteAction")
    assert policy(session, "preference") == ["Sonnet", "Haiku", "opus", None]


def test_rows_go_to_a_spreadsheet_and_back_with_one_cell_changed(view: AgentView, session: Session) -> None:
    view.selectAll()
    trigger(view, "copyWithHeadersAction")
    clipboard().setText(clipboard().text().replace("\nb\ttwo\tsonnet\t", "\nb\ttwo\tfable\t"))
    trigger(view, "pasteAction")
    assert session.workspace.changed() == ("b.md",)
    after = session.workspace.agent("b.md").policy
    assert after.preference == "fable"
    assert after.escalation is not None
    assert (after.escalation.to, after.escalation.when) == ("opus", ("hard",))


def test_a_switch_gets_its_target_and_keeps_its_triggers(view: AgentView, session: Session) -> None:
    select(view, [("b.md", "escalation"), ("c.md", "escalation")])
    clipboard().setText("fable")
    trigger(view, "pasteAction")
    switches = [session.workspace.agent(id).policy.escalation for id in ("b.md", "c.md")]
    assert [(switch.to, switch.when) for switch in switches if switch] == [("fable", ("hard",)), ("fable", ())]


@pytest.mark.parametrize(
    ("start", "text", "reason"),
    [
        (("a.md", "effort"), "high\nenormous", "row 2 (b), Effort: " + _NO_EFFORT),
        (("a.md", "effort"), "enormous", "a, Effort: " + _NO_EFFORT),
        (("a.md", "name"), "other\tone", "row 1 (a), Name: it is computed and cannot be changed"),
        (("c.md", "effort"), "1\n2\n3", "what was copied has 3 rows; from the selected cell on there are 2"),
        (("a.md", "state"), "1\t2", "what was copied has 2 columns; from the selected cell on there are 1"),
        (("a.md", "preference"), "x\x1b[31m\nsonnet", "row 1 (a), Preference: " + _CONTROLS),
        (("a.md", "fallbacks"), "x, x\nsonnet", "row 1 (a), Fallbacks: a fallback must not stand twice in the list"),
        (("a.md", "name"), "x", "none of the selected cells can be changed; columns such as Score are computed"),
        (("a.md", "effort"), "x" * 4_000_001, "the text has 4,000,001 characters; more than 4,000,000 are not read"),
        (("a.md", "effort"), "", "the clipboard holds no text"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_pasted_is_said_and_nothing_is(
    view: AgentView, session: Session, refused: list[str], start: tuple[str, str], text: str, reason: str
) -> None:
    select(view, [start])
    clipboard().setText(text)
    press(view, Key.Key_V, _CONTROL)
    assert refused == [f"Nothing was pasted: {reason}"]
    assert not session.workspace.changed()
    assert session.undo_stack.count() == 0


def test_a_locked_agent_stops_a_table_and_is_left_out_of_one_value(
    qtbot: QtBot, session: Session, fleet: Path, refused: list[str]
) -> None:
    (fleet / "b.md").write_text("---\nname: b\nmodel: [a, b: }\n---\n")
    view = open_table(qtbot, session, fleet)
    select(view, [("a.md", "effort"), ("b.md", "effort"), ("c.md", "effort")])
    clipboard().setText("1\n2\n3")
    press(view, Key.Key_V, _CONTROL)
    assert refused == ["Nothing was pasted: row 2 (b), Effort: its `model` is not valid YAML"]
    assert not session.workspace.changed()
    clipboard().setText("1")
    press(view, Key.Key_V, _CONTROL)
    assert session.workspace.changed() == ("a.md", "c.md")


def test_a_model_that_has_to_be_replaced_stops_all(
    qtbot: QtBot, session: Session, fleet: Path, refused: list[str]
) -> None:
    (fleet / "b.md").write_text("---\nname: b\nmodel: 7\n---\n")
    view = open_table(qtbot, session, fleet)
    select(view, [("a.md", "preference"), ("b.md", "preference")])
    clipboard().setText("fable")
    press(view, Key.Key_V, _CONTROL)
    assert refused[0].startswith("Nothing was pasted: b: its `model` is neither a name nor a mapping")
    assert not session.workspace.changed()


# CSV


def read_csv(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_table_as_it_stands_becomes_csv(view: AgentView, tmp_path: Path) -> None:
    told: list[str] = []
    view.noted.connect(told.append)
    header = view.horizontalHeader()
    header.moveSection(header.visualIndex(column("state")), 0)
    for field in ("category", "fallbacks", "score.haiku", "score.sonnet", "verdict", "recommendation"):
        view.setColumnHidden(column(field), True)
    view.sortByColumn(column("effort"), QtCore.Qt.SortOrder.DescendingOrder)
    view.clipboard.export_csv(tmp_path / "table.csv")
    lines = read_csv(tmp_path / "table.csv")
    assert lines[0] == ["State", "Name", "Preference", "Escalation", "Effort"]
    assert [line[1:] for line in lines[1:]] == [
        ["c", "opus", "", "max"], ["a", "haiku", "", "low"], ["b", "sonnet", "opus (1)", ""], ["d", "", "", ""],
    ]  # fmt: skip
    assert told == [f"4 agents exported to {tmp_path / 'table.csv'}"]


def test_collapsed_groups_are_left_out_of_the_csv_and_that_is_said(view: AgentView, tmp_path: Path) -> None:
    told: list[str] = []
    view.noted.connect(told.append)
    view.group_by(Grouping.CATEGORY)
    view.table.set_collapsed(0, True)
    view.clipboard.export_csv(tmp_path / "table.csv")
    assert [line[0] for line in read_csv(tmp_path / "table.csv")] == ["Name", "b"]
    assert told[0].endswith("; 3 agents of collapsed groups left out")


def test_formulas_in_agent_files_are_dead_in_the_csv(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    write_agents(tmp_path / "x", {"a.md": "category: '=HYPERLINK(\"http://x\")'\nmodel: -1"})
    view = open_table(qtbot, session, tmp_path / "x")
    view.clipboard.export_csv(tmp_path / "table.csv")
    assert '\'=HYPERLINK("http://x")' in read_csv(tmp_path / "table.csv")[1]


def test_a_csv_that_cannot_be_written_is_said(view: AgentView, tmp_path: Path, refused: list[str]) -> None:
    view.clipboard.export_csv(tmp_path / "nowhere" / "table.csv")
    (tmp_path / "table.csv").mkdir()
    view.clipboard.export_csv(tmp_path / "table.csv")
    assert refused == [
        f"The table was not exported: {tmp_path / 'nowhere' / 'table.csv'}: No such file or directory",
        "The table was not exported: table.csv is not a regular file",
    ]


def test_the_file_is_asked_for_and_completed(view: AgentView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[str] = []

    def choose(dialog: QtWidgets.QFileDialog) -> int:
        offered.extend(dialog.selectedFiles())
        assert dialog.acceptMode() is QtWidgets.QFileDialog.AcceptMode.AcceptSave
        assert not dialog.testOption(QtWidgets.QFileDialog.Option.DontConfirmOverwrite)
        dialog.setDirectory(str(tmp_path))
        dialog.selectFile("chosen")
        return 1

    monkeypatch.setattr(QtWidgets.QFileDialog, "exec", choose)
    trigger(view, "exportCsvAction")
    assert [Path(path).name for path in offered] == ["fleet.csv"]
    assert read_csv(tmp_path / "chosen.csv")[1][0] == "a"


def test_nothing_is_copied_where_nothing_is_selected(view: AgentView) -> None:
    clipboard().setText("kept")
    view.clearSelection()
    press(view, Key.Key_C, _CONTROL)
    assert clipboard().text() == "kept"
    assert cell(view, "a.md", "name").isValid()

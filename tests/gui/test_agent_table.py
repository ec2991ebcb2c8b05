"""The table's model: sorting, filtering, selection, cells, and text from strangers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.panels.agent_view import AgentView
from ctxstudio.gui.session import Session
from ctxstudio.policy import fields, query
from tests.gui.looking import select_row

Make = Callable[[Path], MainWindow]
_ROLE = QtCore.Qt.ItemDataRole


def view_of(window: MainWindow) -> AgentView:
    found = window.findChild(AgentView)
    assert isinstance(found, AgentView)
    return found


def names(model: AgentTableModel) -> list[str]:
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def column(field_id: str) -> int:
    return next(at for at, field in enumerate(fields.COLUMNS) if field.id == field_id)


def test_header_items_tell_their_field(make_window: Make, agents: Path) -> None:
    model = view_of(make_window(agents)).table
    ids = [model.headerData(at, QtCore.Qt.Orientation.Horizontal, _ROLE.UserRole) for at in range(model.columnCount())]
    assert ids == [field.id for field in fields.COLUMNS]
    assert {"name", "category", "preference", "fallbacks", "escalation", "effort", "verdict", "recommendation"} <= set(
        ids
    )


def test_sorting_both_ways_keeps_missing_values_last_and_the_selection(
    make_window: Make, session: Session, agents: Path
) -> None:
    view = view_of(make_window(agents))
    select_row(view, view.table.row_of("rust-pro.md"))
    for order in (QtCore.Qt.SortOrder.AscendingOrder, QtCore.Qt.SortOrder.DescendingOrder):
        view.sortByColumn(column("fallbacks"), order)
        cells = [view.table.index(row, column("fallbacks")).data() for row in range(67)]
        assert cells[-9:] == [""] * 9
        assert all(cells[:58])
        assert [index.row() for index in view.selectionModel().selectedRows()] == [view.table.row_of("rust-pro.md")]
        assert session.selection == ("rust-pro.md",)
    view.sortByColumn(column("score.haiku"), QtCore.Qt.SortOrder.DescendingOrder)
    scores = [session.workspace.agent(id).assessment for id in view.table.shown_ids()]
    values = [scored.scores["haiku"] for scored in scores if scored]
    assert values == sorted(values, reverse=True)
    view.sortByColumn(-1, QtCore.Qt.SortOrder.AscendingOrder)
    assert names(view.table) == sorted(names(view.table))


def test_the_selection_survives_a_filter(make_window: Make, session: Session, agents: Path) -> None:
    view = view_of(make_window(agents))
    select_row(view, view.table.row_of("rust-pro.md"))
    view.table.set_filter(query.parse("rust"))
    assert session.selection == ("rust-pro.md",)
    assert view.selectionModel().selectedRows()[0].row() == 0
    view.table.set_filter(query.parse(""))
    assert session.selection == ("rust-pro.md",)


def test_a_cell_of_a_selected_row_edits_the_whole_selection_another_only_itself(
    make_window: Make, session: Session, agents: Path
) -> None:
    view = view_of(make_window(agents))
    session.select(["rust-pro.md", "golang-pro.md"])
    view.table.setData(view.table.index(view.table.row_of("rust-pro.md"), column("effort")), "high")
    assert set(session.workspace.changed()) == {"rust-pro.md", "golang-pro.md"}
    view.table.setData(view.table.index(view.table.row_of("debugger.md"), column("effort")), "max")
    assert session.workspace.agent("rust-pro.md").policy.effort == "high"
    assert session.workspace.agent("debugger.md").policy.effort == "max"


@pytest.mark.parametrize(("typed", "value"), [("xhigh", "xhigh"), ("", None), ("3", "3")])
def test_efforts_that_exist_are_taken(
    make_window: Make, session: Session, agents: Path, typed: str, value: str | None
) -> None:
    view = view_of(make_window(agents))
    assert view.table.setData(view.table.index(view.table.row_of("debugger.md"), column("effort")), typed)
    assert session.workspace.agent("debugger.md").policy.effort == value


def test_a_value_that_cannot_be_is_refused_and_changes_nothing(
    make_window: Make, session: Session, agents: Path
) -> None:
    view = view_of(make_window(agents))
    refused: list[str] = []
    session.refused.connect(lambda _, reason: refused.append(reason))
    assert not view.table.setData(view.table.index(0, column("effort")), "enormous")
    assert "enormous" in refused[0]
    assert not session.workspace.changed()


def test_the_escalation_cell_edits_the_target_and_keeps_the_triggers(
    make_window: Make, session: Session, agents: Path
) -> None:
    view = view_of(make_window(agents))
    id = "database-optimizer.md"
    before = session.workspace.agent(id).policy.escalation
    assert before is not None
    view.table.setData(view.table.index(view.table.row_of(id), column("escalation")), "opus")
    after = session.workspace.agent(id).policy.escalation
    assert after is not None
    assert (after.to, after.when) == ("opus", before.when)
    view.table.setData(view.table.index(view.table.row_of(id), column("escalation")), "")
    assert session.workspace.agent(id).policy.escalation is None


def test_a_changed_cell_is_bold_and_tells_both_values(make_window: Make, session: Session, agents: Path) -> None:
    view = view_of(make_window(agents))
    index = view.table.index(view.table.row_of("rust-pro.md"), column("preference"))
    view.table.setData(index, "opus")
    assert index.data(_ROLE.FontRole).bold()
    assert "now: opus\non disk: haiku" in index.data(_ROLE.ToolTipRole)
    assert "changed" in index.data(_ROLE.AccessibleTextRole)
    assert index.siblingAtColumn(column("name")).data(_ROLE.FontRole) is None


def test_no_markup_of_a_file_is_rendered(make_window: Make, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(
        "---\nname: <b>bold</b><img src=x>\nmodel:\n  preference: <i>haiku</i>\n  escalation:\n    to: sonnet\n"
        '    when:\n      - "<script>1</script>"\n---\n'
    )
    model = view_of(make_window(tmp_path)).table
    assert model.index(0, 0).data() == "<b>bold</b><img src=x>"
    for at in range(model.columnCount()):
        tip = model.index(0, at).data(_ROLE.ToolTipRole) or ""
        for tag in ("<b>", "<img", "<i>", "<script>"):
            assert tag not in tip


def test_control_and_direction_characters_are_not_shown_raw(make_window: Make, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text('---\nname: "a\\u202Eb\\x1B[31m\\nc"\nmodel: haiku\n---\n')
    shown = str(view_of(make_window(tmp_path)).table.index(0, 0).data())
    assert shown == "a\ufffdb\ufffd[31m c"


def test_a_file_that_cannot_be_edited_has_no_editable_cell(make_window: Make, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text("---\nname: x\nmodel: [a, b: }\n---\n")
    model = view_of(make_window(tmp_path)).table
    flags = model.index(0, column("preference")).flags()
    assert not flags & QtCore.Qt.ItemFlag.ItemIsEditable


def test_columns_can_be_shown_and_hidden_by_the_header_menu(make_window: Make, agents: Path) -> None:
    view = view_of(make_window(agents))
    actions = {action.text(): action for action in view.horizontalHeader().actions()}
    assert view.isColumnHidden(column("reasoning"))
    actions["Reasoning"].trigger()
    assert not view.isColumnHidden(column("reasoning"))
    actions["Category"].trigger()
    assert view.isColumnHidden(column("category"))


def test_models_are_offered_in_the_cell(make_window: Make, agents: Path) -> None:
    view = view_of(make_window(agents))
    view.edit(view.table.index(0, column("preference")))
    box = view.viewport().findChild(QtWidgets.QComboBox)
    assert isinstance(box, QtWidgets.QComboBox)
    offered = [box.itemText(at) for at in range(box.count())]
    assert {"haiku", "sonnet", "opus", "inherit", "claude-haiku-5-5"} <= set(offered)


def test_every_family_has_a_readable_colour_of_its_own(make_window: Make, agents: Path) -> None:
    from ctxstudio.gui import theme

    for dark in (False, True):
        palette = theme._palette(dark)
        base = palette.color(QtGui.QPalette.ColorRole.Base)
        colors = {
            family: theme.family_color(family, palette) for family in ("haiku", "sonnet", "opus", "fable", "mythos")
        }
        assert len({color.name() for color in colors.values()}) == 5
        for family, color in colors.items():
            assert _contrast(color, base) >= 4.5, (family, dark)


def _contrast(one: QtGui.QColor, other: QtGui.QColor) -> float:
    """WCAG 2.1 contrast ratio."""

    def luminance(color: QtGui.QColor) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (color.redF(), color.greenF(), color.blueF())
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)

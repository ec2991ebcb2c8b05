"""The cost boards of a workspace: rebuilt when agents come, are scored or are renamed, kept up otherwise."""

from __future__ import annotations

import pytest

from ctxstudio.costs.board import CostBoard
from ctxstudio.storage import scan
from ctxstudio.storage.judging import details_of
from ctxstudio.storage.scan import Batch
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace
from tests.conftest import Folder, Open
from tests.unit.agent_files import TODAY, save_now, scalar

CODER = scalar("my-coder", "haiku").replace("Helps with my-coder", "Writes boilerplate code from a clear specification")


def costs_are_fresh(workspace: Workspace) -> bool:
    shipped = workspace.shipped
    fresh = CostBoard(
        shipped.scenarios["strategy"], workspace.fleet(), shipped.groups, shipped.catalogue, shipped.prices, TODAY
    )
    return workspace.costs("strategy").compare() == fresh.compare()


def test_a_board_is_kept_over_edits(folder: Folder, open_directory: Open) -> None:
    workspace = open_directory(folder({"a.md": CODER, "b.md": scalar("b", "sonnet")}))
    board = workspace.costs("strategy")
    workspace.replace_policies(workspace.plan_edit(["b.md"], "preference", "opus").changes)
    assert workspace.costs("strategy") is board
    assert board.compare().pending_per_day > 0
    assert costs_are_fresh(workspace)


def test_agents_that_come_later_count(folder: Folder, shipped: Shipped) -> None:
    directory = folder({"a.md": scalar("a", "haiku"), "b.md": scalar("b", "sonnet")})
    workspace = Workspace(directory, shipped, TODAY)
    (batch,) = scan.scan(str(directory))
    for read in batch.records:
        workspace.add(Batch([read]))
        assert costs_are_fresh(workspace)
    assert workspace.costs("strategy").compare().now.per_day == pytest.approx(9500)


def test_scores_that_come_later_count(folder: Folder, shipped: Shipped) -> None:
    directory = folder({"a.md": CODER, "b.md": scalar("b", "sonnet")})
    workspace = Workspace(directory, shipped, TODAY)
    for batch in scan.scan(str(directory)):
        workspace.add(batch)
    assert workspace.costs("strategy").compare().now.per_day == pytest.approx(9500)  # both agents in one group
    workspace.put_details([details_of(workspace.record(id), shipped) for id in workspace.ids()])
    assert costs_are_fresh(workspace)
    assert workspace.costs("strategy").compare().now.per_day == pytest.approx(7080)


def test_an_agent_renamed_on_disk_counts_by_its_new_name(folder: Folder, open_directory: Open) -> None:
    directory = folder({"a.md": scalar("a", "haiku"), "b.md": scalar("b", "sonnet")})
    workspace = open_directory(directory)
    assert workspace.costs("strategy").compare().now.per_day == pytest.approx(9500)
    workspace.replace_policies(workspace.plan_edit(["a.md"], "effort", "low").changes)
    (directory / "a.md").write_text(scalar("python-pro", "haiku"))
    workspace.saved(save_now(directory, workspace.save_jobs(workspace.ids())))
    assert costs_are_fresh(workspace)
    assert workspace.costs("strategy").compare().now.per_day == pytest.approx(7080)


def test_an_unknown_scenario_is_a_mistake_of_the_program(folder: Folder, open_directory: Open) -> None:
    with pytest.raises(KeyError):
        open_directory(folder({"a.md": scalar()})).costs("none")

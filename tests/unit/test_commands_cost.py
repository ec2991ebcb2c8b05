"""`cost`: the computed figures of DESIGN 6 with the printed ones beside them, and every key of DESIGN 9."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Folder, Run
from tests.unit.agent_files import ROOT, scalar
from tests.unit.shapes import conforms

NUMBER = (int, float)
TOTALS = {"per_task": NUMBER, "per_day": NUMBER, "per_month": NUMBER}
SAVING = {"name": str, "saving_percent": (int, float, None), "printed_percent": NUMBER, "notes": [str]}
COST: dict[str, Any] = {
    "scenario": str, "price_date": str, **TOTALS, "saving_percent": (int, float, None), "baseline": (TOTALS, None),
    "task_kinds": [{"name": str, "share": NUMBER, "per_task": NUMBER, "printed": (int, float, None)}],
    "by_model": [{"model": str, "calls": NUMBER, "per_day": (int, float, None)}],
    "by_agent": [{"path": str, "name": str, "calls": NUMBER, "per_day": (int, float, None)}],
    "patterns": [SAVING], "active_nine": (SAVING, None), "unpriced": [str], "notes": [str],
}  # fmt: skip


def close(value: float) -> Any:
    return pytest.approx(value, abs=1e-9)


@pytest.fixture
def cost(run: Run) -> dict[str, Any]:
    result = run("cost", ROOT / "agents", "--scenario", "strategy", "--json")
    assert (result.code, result.err) == (0, "")
    return dict(result.json)


def test_the_computed_figures_are_the_documents_put_right(cost: dict[str, Any]) -> None:
    kinds = {kind["name"]: (kind["share"], kind["per_task"], kind["printed"]) for kind in cost["task_kinds"]}
    assert kinds == {
        "architecture": (close(0.3), close(10.60), close(9.00)),
        "implementation": (close(0.5), close(6.20), close(3.80)),
        "maintenance": (close(0.2), close(4.00), close(0.80)),
    }
    assert cost["per_task"] == close(7.08)
    assert cost["per_day"] == close(7080)
    assert cost["per_month"] == close(212_400)
    assert cost["saving_percent"] == close(52.8)
    assert cost["baseline"] == {"per_task": close(15), "per_day": close(15_000), "per_month": close(450_000)}
    found = [(pattern["saving_percent"], pattern["printed_percent"]) for pattern in cost["patterns"]]
    assert [printed for _, printed in found] == [50, 67, 67, 33]
    assert [round(saving, 1) for saving, _ in found] == [36.7, 48.9, 48.9, 24.4]
    assert [saving for saving, _ in found] == [close(100 * part) for part in (11 / 30, 22 / 45, 22 / 45, 11 / 45)]
    assert cost["active_nine"]["saving_percent"] == close(100 * 11 / 27)
    assert round(cost["active_nine"]["saving_percent"], 1) == 40.7
    assert cost["active_nine"]["printed_percent"] == 68


def test_the_parts_are_the_whole(cost: dict[str, Any]) -> None:
    for rows in (cost["by_model"], cost["by_agent"]):
        assert sum(row["per_day"] for row in rows) == close(7080)
        assert sum(row["calls"] for row in rows) == close(5000)
    assert [row["model"] for row in cost["by_model"]] == ["sonnet", "haiku"]
    assert len(cost["by_agent"]) == 67
    assert {"code-reviewer.md", "python-pro.md"} < {row["path"] for row in cost["by_agent"]}


def test_the_strategy_is_the_default(run: Run, cost: dict[str, Any]) -> None:
    assert run("cost", ROOT / "agents", "--json").json == cost


@pytest.mark.parametrize("scenario", ["strategy", "realistic"])
@pytest.mark.parametrize("kind", ["sample", "odd", "empty"])
def test_the_json_has_the_shape_of_the_contract(run: Run, folder: Folder, scenario: str, kind: str) -> None:
    odd = {"a.md": scalar("a", "bogus"), "b.md": scalar("b", None), "c.md": scalar("c", "[x]"), "d.md": scalar("b")}
    directory = ROOT / "agents" if kind == "sample" else folder(odd if kind == "odd" else {})
    result = run("cost", directory, "--scenario", scenario, "--json")
    assert (result.code, result.err) == (0, "")
    conforms(result.json, COST)


def test_an_unknown_price_is_said_and_never_zero(run: Run, folder: Folder) -> None:
    directory = folder({"a.md": scalar("a", "bogus"), "b.md": scalar("b", "haiku")})
    cost = run("cost", directory, "--json").json
    assert cost["unpriced"] == ["bogus"]
    assert cost["saving_percent"] is None
    assert {row["model"]: row["per_day"] for row in cost["by_model"]} == {"bogus": None, "haiku": close(2000)}
    assert {row["path"]: row["per_day"] for row in cost["by_agent"]} == {"a.md": None, "b.md": close(2000)}
    text = run("cost", directory).out
    assert "not counted, for want of a price: bogus" in text
    assert "unknown" in text
    assert "saving" not in text.split("\n\n")[1]


def test_without_those_agents_there_is_no_active_nine(run: Run, folder: Folder) -> None:
    cost = run("cost", folder({"a.md": scalar()}), "--json").json
    assert cost["active_nine"] is None
    assert cost["notes"]


def test_an_edit_moves_the_figures(run: Run, folder: Folder) -> None:
    directory = folder({path.name: path.read_bytes() for path in (ROOT / "agents").glob("*.md")})
    assert run("set", directory, "code-reviewer", "--preference", "haiku").code == 0
    cost = run("cost", directory, "--json").json
    calls = next(row["calls"] for row in cost["by_agent"] if row["name"] == "code-reviewer")
    assert cost["per_day"] == close(7080 - calls * 2.2)
    assert cost["patterns"][0]["saving_percent"] == close(100 * 3 * 11 / 60)


def test_the_text_shows_printed_beside_computed(run: Run) -> None:
    lines = run("cost", ROOT / "agents").out.splitlines()
    assert lines[0] == "scenario strategy, prices of 2026-11-23"
    words = [line.split() for line in lines]
    assert ["Architecture", "30%", "$10.60", "$9.00"] in words
    assert ["Implementation", "50%", "$6.20", "$3.80"] in words
    assert ["Maintenance", "20%", "$4.00", "$0.80"] in words
    assert ["per", "task", "$7.08"] in words
    assert ["all-sonnet", "$15,000", "per", "day;", "saving", "52.8", "%"] in words
    assert ["Nine", "active", "agents", "40.7", "%", "68.0", "%"] in words


def test_unusable_input_is_2(run: Run, folder: Folder) -> None:
    result = run("cost", folder({}), "--scenario", "none")
    assert (result.code, result.out) == (2, "")
    assert result.err == "ctxstudio: there is no scenario 'none'; there are strategy, realistic\n"
    assert run("cost", folder({}) / "none").code == 2

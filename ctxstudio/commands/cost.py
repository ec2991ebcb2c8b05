"""`cost`: what a scenario costs under the current policy."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from ctxstudio.commands._context import Context, add_directory, add_scenario, emit, emit_json, safe
from ctxstudio.costs import patterns
from ctxstudio.costs.estimate import by_agent
from ctxstudio.costs.words import money
from ctxstudio.policy.values import Policy
from ctxstudio.workspace import Workspace

HELP = "print what a scenario costs under the current policy, against all-sonnet"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_directory(parser)
    add_scenario(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Print the costs."""
    scenario = context.scenario(arguments.scenario)
    workspace = context.open(arguments.directory)
    if arguments.json:
        emit_json(as_json(workspace, scenario))
    else:
        emit(*as_text(workspace, scenario))
    return 0


def as_json(workspace: Workspace, scenario: str) -> dict[str, Any]:
    """The figures by the contract of DESIGN 9."""
    board = workspace.costs(scenario)
    cost = board.compare().now
    nine = _active_nine(workspace, scenario)
    policies = {agent.id: agent.policy for agent in workspace.fleet()}
    return {
        "scenario": scenario,
        "price_date": board.pricing.date.isoformat(),
        "per_task": cost.per_task if cost.known else None,
        "per_day": cost.per_day if cost.known else None,
        "per_month": cost.per_month if cost.known else None,
        "saving_percent": cost.saving_percent,
        "baseline": dataclasses.asdict(cost.baseline) if cost.baseline else None,
        "task_kinds": [
            {"name": kind.name, "share": kind.share, "per_task": kind.per_task, "printed": kind.printed}
            for kind in cost.kinds
        ],
        "by_model": [dataclasses.asdict(row) for row in cost.by_model],
        "by_agent": [
            {"path": row.id, "name": workspace.agent(row.id).name, "calls": row.calls, "per_day": row.per_day}
            for row in by_agent(board.now.workload, policies, board.pricing)
        ],
        "patterns": [_saving(saving) for saving in _patterns(workspace, scenario)],
        "active_nine": _saving(nine) if nine else None,
        "unpriced": [row.model for row in cost.unpriced],
        "notes": list(cost.notes),
    }


def as_text(workspace: Workspace, scenario: str) -> list[str]:
    """The figures as lines."""
    board = workspace.costs(scenario)
    cost = board.compare().now
    totals = [("per task", cost.per_task), ("per day", cost.per_day), ("per 30 days", cost.per_month)]
    lines = [f"scenario {scenario}, prices of {board.pricing.date}", ""]
    lines += [f"{name:<14}{_known(value if cost.known else None):>14}" for name, value in totals]
    if cost.baseline is not None:
        saving = "" if cost.saving_percent is None else f"; saving {cost.saving_percent:.1f} %"
        lines.append(f"{'all-sonnet':<14}{money(cost.baseline.per_day):>14} per day{saving}")
    if cost.unpriced:
        lines.append(f"not counted, for want of a price: {', '.join(row.model for row in cost.unpriced)}")
    lines += ["", f"{'kind of task':<28}{'share':>8}{'per task':>12}{'printed':>12}"]
    lines += [
        f"{kind.title:<28}{kind.share:>8.0%}{money(kind.per_task):>12}"
        + ("" if kind.printed is None else f"{money(kind.printed):>12}")
        for kind in cost.kinds
    ]
    lines += ["", f"{'model':<28}{'calls/day':>12}{'per day':>14}"]
    lines += [f"{safe(row.model):<28}{row.calls:>12,.0f}{_known(row.per_day):>14}" for row in cost.by_model]
    lines += ["", f"{'pattern':<40}{'saving':>10}{'printed':>10}"]
    nine = _active_nine(workspace, scenario)
    lines += [
        f"{saving.title:<40}{_percent(saving.saving_percent):>10}{_percent(saving.printed_percent):>10}"
        for saving in [*_patterns(workspace, scenario), *([nine] if nine else [])]
    ]
    return [*lines, *(f"note: {note}" for note in cost.notes)]


def _patterns(workspace: Workspace, scenario: str) -> tuple[patterns.Saving, ...]:
    pricing = workspace.costs(scenario).pricing
    return patterns.pattern_savings(workspace.shipped.patterns, _policy_by_name(workspace), pricing)


def _active_nine(workspace: Workspace, scenario: str) -> patterns.Saving | None:
    pricing = workspace.costs(scenario).pricing
    return patterns.active_nine(workspace.shipped.groups.active, _policy_by_name(workspace), pricing)


def _policy_by_name(workspace: Workspace) -> Any:
    policies: dict[str, Policy] = {}
    for agent in workspace.fleet():
        policies.setdefault(agent.name, agent.policy)
    return policies.get


def _saving(saving: patterns.Saving) -> dict[str, Any]:
    return {
        "name": saving.name,
        "saving_percent": saving.saving_percent,
        "printed_percent": saving.printed_percent,
        "notes": list(saving.notes),
    }


def _known(dollars: float | None) -> str:
    return "unknown" if dollars is None else money(dollars)


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} %"

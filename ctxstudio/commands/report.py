"""`report`: the fleet, every agent with policy, scores, recommendation and problems."""

from __future__ import annotations

import argparse
from typing import Any

from ctxstudio.commands._context import Context, add_directory, emit, emit_json, safe
from ctxstudio.policy import fields
from ctxstudio.policy.values import Agent, Recommendation, Switch, Trait
from ctxstudio.workspace import Workspace

HELP = "print every agent with its policy, scores, recommendation and problems"
_COLUMNS = (
    "name",
    "preference",
    "fallbacks",
    "escalation",
    "score.haiku",
    "score.sonnet",
    "verdict",
    "recommendation",
    "state",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_directory(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Print the report."""
    workspace = context.open(arguments.directory)
    if arguments.json:
        emit_json(as_json(workspace))
    else:
        emit(*as_text(workspace))
    return 0


def as_text(workspace: Workspace) -> list[str]:
    """The fleet as an aligned table, the problems, what was not loaded, and the totals."""
    shown = [fields.field(id) for id in _COLUMNS]
    rows = [[field.title for field in shown]]
    rows += [[_cut(field.display(agent)) for field in shown] for agent in workspace.fleet()]
    widths = [max(len(row[column]) for row in rows) for column in range(len(shown))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    problems = [issue.text() for issue in workspace.problems()]
    if problems:
        lines += ["", "Problems:", *problems]
    if workspace.not_loaded:
        lines += ["", "Not loaded:", *(f"{path}: {reason}" for path, reason in workspace.not_loaded)]
    return [*lines, "", workspace.summary()]


def _cut(text: str) -> str:
    line = safe(" ".join(text.split()))
    return line if len(line) <= 40 else line[:39] + "…"


def as_json(workspace: Workspace) -> dict[str, Any]:
    """The fleet by the contract of DESIGN 9."""
    return {
        "directory": workspace.directory.resolve().name,
        "target": str(workspace.target),
        "agents": [_agent(agent, workspace) for agent in workspace.fleet()],
        "totals": {
            "agents": len(workspace),
            "by_family": workspace.by_family(),
            "problems": workspace.problem_count,
        },
        "not_loaded": [{"path": path, "reason": reason} for path, reason in workspace.not_loaded],
    }


def _agent(agent: Agent, workspace: Workspace) -> dict[str, Any]:
    policy, assessment = agent.policy, agent.assessment
    scores = assessment.scores if assessment else {}
    advice = assessment.recommendation if assessment else None
    return {
        "path": agent.id,
        "name": agent.name,
        "dialect": str(agent.dialect),
        "preference": policy.preference,
        "family": workspace.shipped.catalogue.family(policy.preference),
        "fallbacks": list(policy.fallbacks),
        "escalation": _switch(policy.escalation),
        "fast_path": _switch(policy.fast_path),
        "reasoning": policy.reasoning,
        "effort": policy.effort,
        "category": agent.category or None,
        "state": str(agent.state),
        "problems": [
            {"severity": str(issue.severity), "code": issue.code, "line": issue.line, "message": issue.message}
            for issue in agent.problems
        ],
        "traits": [_trait(trait) for trait in (assessment.traits if assessment else ())],
        "scores": {column: scores.get(column) for column in workspace.shipped.matrix.columns},
        "verdict": str(assessment.verdict) if assessment else None,
        "recommendation": _recommendation(advice) if advice else None,
    }


def _switch(switch: Switch | None) -> dict[str, Any] | None:
    return None if switch is None else {"to": switch.to, "when": list(switch.when)}


def _trait(trait: Trait) -> dict[str, Any]:
    return {"id": trait.id, "on": trait.on, "source": str(trait.source), "words": list(trait.words)}


def _recommendation(advice: Recommendation) -> dict[str, Any]:
    return {
        "preference": advice.preference,
        "escalation": _switch(advice.escalation),
        "fast_path": _switch(advice.fast_path),
        "strength": advice.strength,
        "margin": advice.margin,
        "reason": advice.reason,
    }

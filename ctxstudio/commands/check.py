"""`check`: validation for people, pipelines and pull requests."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from typing import Any
from urllib.parse import quote

import ctxstudio
from ctxstudio.commands._context import Context, add_directory, emit, emit_json
from ctxstudio.costs.words import counted
from ctxstudio.errors import Issue, Severity
from ctxstudio.policy.values import Target
from ctxstudio.workspace import Workspace

HELP = "validate the agent files; exit 1 if there are errors"
_FORMATS = ("text", "json", "github", "sarif")
_SARIF_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_directory(parser)
    parser.add_argument("--format", choices=_FORMATS, default="text", help="form of the findings (default: text)")
    parser.add_argument(
        "--target", choices=[str(target) for target in Target], help="who runs the agents (default: found out)"
    )


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Print the findings; 1 if one of them is an error."""
    workspace = context.open(arguments.directory)
    if arguments.target:
        workspace.target = Target(arguments.target)
    issues = sorted(workspace.problems(), key=lambda issue: (issue.file, issue.line or 0, issue.code, issue.message))
    if arguments.format == "json":
        emit_json(as_json(workspace, issues))
    elif arguments.format == "sarif":
        emit_json(as_sarif(issues, arguments.directory))
    elif arguments.format == "github":
        emit(*(_github(issue, arguments.directory) for issue in issues))
    else:
        emit(*(issue.text() for issue in issues), _totals(workspace, issues))
    return int(any(issue.severity is Severity.ERROR for issue in issues))


def _totals(workspace: Workspace, issues: list[Issue]) -> str:
    found = Counter(issue.severity for issue in issues)
    counts = ", ".join(counted(found[severity], noun) for severity, noun in _NOUNS.items())
    passed = len(workspace.not_loaded)
    not_loaded = f"; {counted(passed, 'path')} not loaded, see `ctxstudio report`" if passed else ""
    return f"{counted(len(workspace), 'agent')} checked for {workspace.target}: {counts}{not_loaded}"


def as_json(workspace: Workspace, issues: list[Issue]) -> dict[str, Any]:
    """The findings as a JSON object."""
    return {
        "target": str(workspace.target),
        "agents": len(workspace),
        "problems": [
            {
                "severity": str(issue.severity),
                "code": issue.code,
                "path": issue.file,
                "line": issue.line,
                "column": issue.column,
                "message": issue.message,
                "hint": issue.hint or None,
            }
            for issue in issues
        ],
        "not_loaded": [{"path": path, "reason": reason} for path, reason in workspace.not_loaded],
    }


def _github(issue: Issue, directory: str) -> str:
    """A workflow command, which becomes an annotation of the pull request."""
    place = f"file={_property(_place(issue, directory))},line={issue.line or 1}"
    place += f",col={issue.column}" if issue.column else ""
    return f"::{_GITHUB_LEVEL[issue.severity]} {place},title={_property(issue.code)}::{_data(_message(issue))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(issues: list[Issue], directory: str) -> dict[str, Any]:
    """SARIF 2.1.0, the least that code scanning needs."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ctxstudio",
                        "version": ctxstudio.__version__,
                        "rules": [{"id": code} for code in sorted({issue.code for issue in issues})],
                    }
                },
                "results": [_sarif_result(issue, directory) for issue in issues],
            }
        ],
    }


def _sarif_result(issue: Issue, directory: str) -> dict[str, Any]:
    region = {"startLine": issue.line or 1} | ({"startColumn": issue.column} if issue.column else {})
    uri = quote(os.fsencode(_place(issue, directory)))
    if os.path.isabs(directory):
        uri = f"file://{'' if uri.startswith('/') else '/'}{uri}"
    return {
        "ruleId": issue.code,
        "level": _SARIF_LEVEL[issue.severity],
        "message": {"text": _message(issue)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}],
    }


def _message(issue: Issue) -> str:
    return issue.message + (f" ({issue.hint})" if issue.hint else "")


def _place(issue: Issue, directory: str) -> str:
    """The file as seen from where the command runs, which is where pipelines have the root of the repository."""
    return os.path.normpath(os.path.join(directory, issue.file)).replace(os.sep, "/")

"""What is found out about an agent file beyond its policy: characteristics, faults, problems with their lines."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ctxstudio.errors import Issue, Severity
from ctxstudio.policy import validation
from ctxstudio.policy.traits import Detection
from ctxstudio.policy.values import Agent, Finding, Target
from ctxstudio.storage.record import Record
from ctxstudio.storage.shipped import Shipped

_REQUIRED = ("tier", "model", "tools")
"""Keys that validation would miss; where they are there and broken, that is the problem."""
_MOST_NAMESAKES = 3
"""Namesakes that a problem lists; thousands of files may have the same name."""


@dataclass(frozen=True, slots=True)
class Details:
    """What takes longer to find out about an agent than to read its file; found in the background.

    Attributes:
        detection: its characteristics and criteria.
        faults: what is broken in the file.
        values: its readable frontmatter, for validation.
        unparsed: required keys that are there and cannot be read.
        repeated: keys that stand there more than once, and how often.
        lines: line of each key path that a problem was about so far.
    """

    detection: Detection
    faults: tuple[Issue, ...]
    values: Mapping[str, Any]
    unparsed: frozenset[str] = frozenset()
    repeated: Mapping[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, ...], int | None] = field(default_factory=dict, compare=False)


def details_of(record: Record, shipped: Shipped) -> tuple[str, Details]:
    """Find out the details of one agent; pure, so that a worker can do it."""
    return record.id, _details(record, shipped.detector.examine(record.text()))


def after_edit(details: Details, record: Record) -> Details:
    """The details of a file of which nothing but the policy changed."""
    return _details(record, details.detection)


def _details(record: Record, detection: Detection) -> Details:
    values, names = record.values(), record.document.block.names()
    unparsed = frozenset(key for key in _REQUIRED if key in names and key not in values)
    return Details(detection, record.faults(), values, unparsed, record.document.block.repeated())


def problems(
    agent: Agent, record: Record, details: Details, shipped: Shipped, target: Target, today: datetime.date
) -> tuple[Issue, ...]:
    """Everything that is wrong with an agent under its current policy, as far as its own file shows."""
    findings = (*record.reading.findings, *validation.validate(
        details.values, agent.policy, agent.dialect,
        catalogue=shipped.catalogue, target=target, today=today, unparsed=details.unparsed,
        repeated=details.repeated,
    ))  # fmt: skip
    # Claude Code repairs broken YAML or reads past it; claude-ctx does not load the file.
    severity = Severity.WARNING if target is Target.CLAUDE_CODE else Severity.ERROR
    return (
        *(replace(fault, severity=severity) for fault in details.faults),
        *(_issue(finding, record, details) for finding in findings),
    )


def same_name(id: str, namesakes: Collection[str]) -> Issue:
    """The problem of an agent that shares its name."""
    named = list(itertools.islice((other for other in namesakes if other != id), _MOST_NAMESAKES))
    left = len(namesakes) - 1 - len(named)
    message = f"the same name as {', '.join(named)}" + (f" and {left} more" if left else "")
    hint = "only one of several agents of a name is used"
    return Issue(Severity.WARNING, "duplicate-name", message, id, hint=hint)


def gone(id: str) -> Issue:
    """The problem of an agent with unsaved edits whose file was removed by somebody."""
    return Issue(Severity.ERROR, "file-gone", "its file is gone", id, hint="revert to let it go")


def _issue(finding: Finding, record: Record, details: Details) -> Issue:
    line = None
    if finding.path:
        if finding.path not in details.lines:
            details.lines[finding.path] = _line_of(finding.path, record)
        line = details.lines[finding.path]
    return Issue(finding.severity, finding.code, finding.message, record.id, line, None, finding.hint, finding.field)


def _line_of(path: tuple[str, ...], record: Record) -> int | None:
    block = record.document.block
    if len(path) == 1 and block.by_line:
        # The line-wise split knows where a top-level key stands; to ask YAML takes 30 us.
        entry = block.entry(path[0])
        return None if entry is None else block.first_line + entry.line
    return block.line_of(path)

"""`set`: the same lossless edit as in the window, printed as a diff."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ctxstudio.commands._context import Context, add_directory, complain, emit
from ctxstudio.errors import EditError, Issue, Severity, UnusableInputError
from ctxstudio.policy import fields
from ctxstudio.policy.values import Policy
from ctxstudio.storage import save
from ctxstudio.workspace import Workspace

HELP = "change the policy of agents and print the difference"

_OPTIONS: Final = {
    "--preference": ("preference", "M", "model that runs the agent"),
    "--fallbacks": ("fallbacks", "A,B", "models to fall back to, in order"),
    "--escalate-to": ("escalation.to", "M", "stronger model"),
    "--fast-path-to": ("fast_path.to", "M", "cheaper model"),
    "--reasoning": ("reasoning", "T", "why this model"),
    "--effort": ("effort", "E", "low, medium, high, xhigh, max or a number"),
}
"""Option -> field, placeholder, help."""
_TRIGGERS: Final = {
    "--when": ("escalation.when", "trigger of the escalation; repeat for more; replaces the list"),
    "--fast-when": ("fast_path.when", "trigger of the fast path; repeat for more; replaces the list"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_directory(parser)
    parser.add_argument("agents", metavar="AGENT", nargs="+", help="name of an agent, or its path relative to DIR")
    for option, (field_id, placeholder, help) in _OPTIONS.items():
        parser.add_argument(option, dest=field_id, metavar=placeholder, help=help)
    for option, (field_id, help) in _TRIGGERS.items():
        parser.add_argument(option, dest=field_id, metavar="TEXT", action="append", help=help)
    clearable = ", ".join(field.id for field in fields.FIELDS if field.assign)
    parser.add_argument(
        "--unset", metavar="FIELD", action="append", default=[], help=f"field to clear; repeat for more: {clearable}"
    )
    parser.add_argument(
        "--replace-invalid", action="store_true", help="replace a `model` that is no name and no mapping"
    )
    parser.add_argument("--dry-run", action="store_true", help="only print the difference")


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Edit, save, print the diff; 1 if something was refused. Of a file, all changes are made or none."""
    cleared, given = _cleared(arguments.unset), _given(vars(arguments))
    if both := {field_id for field_id, _ in cleared} & {field_id for field_id, _ in given}:
        raise UnusableInputError(f"{', '.join(sorted(both))} cannot be set and cleared at once")
    edits = [*cleared, *given]
    workspace = context.open(arguments.directory, judged=False)
    ids = list(dict.fromkeys(workspace.find(name) for name in arguments.agents))
    workspace.judge(ids)
    before = {id: workspace.agent(id).problems for id in ids}
    plan = workspace.plan_edits(ids, edits, replace_invalid=arguments.replace_invalid)
    untargeted = {id: why for id, policy in plan.changes.items() if (why := _without_target(policy, given))}
    refused = {id: f"{id}: not changed: {reason}" for id, reason in {**plan.refused, **untargeted}.items()}
    planned = {id: policy for id, policy in plan.changes.items() if id not in untargeted}
    workspace.replace_policies(planned)
    diffs = _diffs(workspace, planned, refused)
    if not arguments.dry_run:
        report = save.save(
            workspace.directory, workspace.save_jobs(list(diffs)), context.journal, datetime.datetime.now(datetime.UTC)
        )
        for result in report.refused:
            refused[result.id] = result.text()
            del diffs[result.id]
    complain(*(f"ctxstudio: {line}" for line in refused.values()))
    for id in diffs:
        complain(*_new_problems(workspace.agent(id).problems, before[id]))
    if diffs or not refused:
        emit(*("".join(diffs.values()) or "nothing to change\n").removesuffix("\n").split("\n"))
    return int(bool(refused))


def _cleared(names: Iterable[str]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in names:
        kind = fields.field(name).kind
        found.append((name, () if kind in (fields.Kind.MODELS, fields.Kind.TEXTS) else None))
    return found


def _given(arguments: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for option, (field_id, *_) in _OPTIONS.items():
        text = arguments[field_id]
        if text is None:
            continue
        if not text.strip():
            raise UnusableInputError(f"the value of {option} is empty; --unset {field_id} clears the field")
        found.append((field_id, fields.parse(fields.field(field_id), text)))
    found += [(field_id, tuple(arguments[field_id])) for field_id, _ in _TRIGGERS.values() if arguments[field_id]]
    return found


def _without_target(policy: Policy, given: Iterable[tuple[str, Any]]) -> str:
    """Why a policy must not get its new triggers: they lead to no model. Empty if they do."""
    set_now = {field_id for field_id, _ in given}
    for switch, when, target in (
        (policy.escalation, "--when", "--escalate-to"),
        (policy.fast_path, "--fast-when", "--fast-path-to"),
    ):
        if _TRIGGERS[when][0] in set_now and switch is not None and switch.to is None:
            return f"the triggers of {when} would lead to no model; add {target}"
    return ""


def _diffs(workspace: Workspace, ids: Iterable[str], refused: dict[str, str]) -> dict[str, str]:
    """Agent id -> its diff; agents whose file turns out not to be editable go to `refused`."""
    diffs = {}
    for id in ids:
        try:
            diffs[id] = workspace.diff(id)
        except EditError as error:
            refused[id] = f"{id}: not changed: {error}"
    return diffs


def _new_problems(now: Iterable[Issue], before: Iterable[Issue]) -> list[str]:
    """What the change made worse. It is said, and done: new models appear every month."""
    known = {(issue.code, issue.message) for issue in before}
    return [
        f"ctxstudio: {issue.file}: {issue.severity}: {issue.message}" + (f" ({issue.hint})" if issue.hint else "")
        for issue in now
        if issue.severity is not Severity.INFO and (issue.code, issue.message) not in known
    ]

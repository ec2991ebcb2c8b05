"""`export`: copies of the agent files, in another dialect if wanted."""

from __future__ import annotations

import argparse
from pathlib import Path

from ctxstudio.commands._context import Context, add_directory, emit
from ctxstudio.errors import UnusableInputError
from ctxstudio.policy.values import Target
from ctxstudio.storage import export
from ctxstudio.storage.dialect_change import Extras

HELP = "write copies of the agent files to a folder or zip archive"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_directory(parser)
    parser.add_argument(
        "--to", metavar="OUT[.zip]", required=True, help="folder, not one in DIR, or zip archive to write"
    )
    parser.add_argument("--dialect", choices=[str(target) for target in Target], help="write as this program reads it")
    parser.add_argument(
        "--extras",
        choices=[str(extras) for extras in Extras],
        help="what becomes of fallbacks, escalation, fast path and reasoning with --dialect claude-code: keep them"
        " under modelPolicy (default), or drop them",
    )
    parser.add_argument("--changed-since", metavar="DIR2", help="only agents that differ from those in DIR2")
    parser.add_argument("--catalog", action="store_true", help="add agents.md and dependencies.map")
    parser.add_argument("--manifest", action="store_true", help="add manifest.json with the hash of every file")
    parser.add_argument("--force", action="store_true", help="replace existing files")


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Export; 1 if some agents could not be exported."""
    # As a path, an empty text would mean the current directory.
    if not arguments.to:
        raise UnusableInputError("the name of the target is empty")
    workspace = context.open(arguments.directory, judged=False)
    since = Path(arguments.changed_since) if arguments.changed_since else None
    if since is not None and not since.is_dir():
        raise UnusableInputError(f"{since} is not a directory")
    dialect = Target(arguments.dialect) if arguments.dialect else None
    if arguments.extras and dialect is not Target.CLAUDE_CODE:
        raise UnusableInputError("--extras goes with --dialect claude-code; the other dialects say all of it")
    options = export.Options(
        dialect=dialect,
        tools=context.shipped.tools[dialect] if dialect else None,
        changed_since=since,
        catalog=arguments.catalog,
        force=arguments.force,
        manifest=arguments.manifest,
        date=context.today,
        extras=Extras(arguments.extras or Extras.KEEP),
    )
    report = export.export(workspace.directory, workspace.export_items(), Path(arguments.to), options)
    emit(*report.text().split("\n"))
    return int(bool(report.problems))

"""The headless commands, one module each.

A command module has `HELP` (one sentence), `configure(parser)` and `run(arguments, context) -> exit code`; its name is
the command's. Modules that begin with an underscore are helpers.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from typing import Protocol, cast

from ctxstudio.commands._context import Context


class Command(Protocol):
    """What every command module (and `gui.render`) has."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments."""
        ...

    def run(self, arguments: argparse.Namespace, context: Context) -> int:
        """Do it; the exit code: 0 success or nothing to do, 1 findings or a refused change, 2 unusable input."""
        ...


def names() -> tuple[str, ...]:
    """The names of all commands of this package."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def load(name: str) -> Command:
    """The module of a command; only it is imported."""
    return cast(Command, importlib.import_module(f"{__name__}.{name}"))

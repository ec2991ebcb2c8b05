"""What the commands share: opening a directory, and writing to the terminal."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctxstudio.errors import UnusableInputError
from ctxstudio.storage import atomic
from ctxstudio.storage.journal import Journal
from ctxstudio.storage.places import Places
from ctxstudio.storage.shipped import DEFAULT_SCENARIO, Shipped
from ctxstudio.workspace import Workspace

_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a command works with.

    Attributes:
        shipped: the program's data.
        today: the day on which names are resolved.
        places: where the journal of saves is.
    """

    shipped: Shipped
    today: datetime.date
    places: Places

    @property
    def journal(self) -> Journal:
        """The journal of saves."""
        return Journal(self.places.journal)

    def open(self, directory: str, *, judged: bool = True) -> Workspace:
        """A directory, read and judged.

        Args:
            directory: its path.
            judged: False where the command does not need the problems and scores of all agents, which take most of
                the time.

        Raises:
            UnusableInputError: there is no such directory, or it cannot be read.
        """
        # An empty text is a variable that a script forgot to set; as a path it would mean the current directory.
        if not directory:
            raise UnusableInputError("the name of the directory is empty")
        workspace = Workspace(Path(directory), self.shipped, self.today)
        workspace.read()
        if judged:
            workspace.judge(workspace.ids())
        return workspace

    def scenario(self, name: str) -> str:
        """A scenario's name, checked.

        Raises:
            UnusableInputError: there is none of that name.
        """
        if name not in self.shipped.scenarios:
            known = ", ".join(self.shipped.scenarios)
            raise UnusableInputError(f"there is no scenario {name!r}; there are {known}")
        return name


def add_directory(parser: argparse.ArgumentParser) -> None:
    """The argument every command has."""
    parser.add_argument("directory", metavar="DIR", help="directory of agent files")


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """The argument of commands that compute costs."""
    help = f"name of the scenario (default: {DEFAULT_SCENARIO})"
    parser.add_argument("--scenario", metavar="NAME", default=DEFAULT_SCENARIO, help=help)


def safe(text: str) -> str:
    """A text from files on one line, control and direction-changing characters and undecodable bytes made visible."""
    return _UNSAFE.sub(lambda found: _visible(found[0]), text)


def _visible(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8
        code -= 0xDC00
    return _SHORT.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def emit(*lines: str) -> None:
    """Write lines to the standard output; what comes from files can neither control the terminal nor break a line.

    Raises:
        UnusableInputError: the output cannot be written.
        BrokenPipeError: whoever read it had enough.
    """
    _write("".join(safe(line) + "\n" for line in lines))


def emit_json(value: Mapping[str, Any]) -> None:
    """Write a JSON object; pure ASCII, so nothing in it reaches the terminal raw.

    Raises:
        UnusableInputError, BrokenPipeError: as `emit`.
    """
    _write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def complain(*lines: str) -> None:
    """Write lines to the standard error, where there is one."""
    if sys.stderr is not None:
        sys.stderr.write("".join(safe(line) + "\n" for line in lines))
        sys.stderr.flush()


def _write(text: str) -> None:
    output = sys.stdout
    if output is None:
        return
    encoding = output.encoding or "utf-8"
    try:
        output.write(text.encode(encoding, "backslashreplace").decode(encoding))
        output.flush()
    except OSError as error:
        # What is left in the buffer must not fail again when Python flushes it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise UnusableInputError(f"the output cannot be written: {atomic.reason(error)}") from error

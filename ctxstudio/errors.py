"""The program's errors and the findings it reports."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How much a finding weighs; `check` fails on errors only."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding about one file.

    Attributes:
        severity: how much it weighs.
        code: stable name scripts can match, such as `unknown-model`.
        message: one sentence, plain text.
        file: path relative to the opened directory in POSIX form; empty if it concerns the whole directory.
        line: 1-based line in the file, None if it has none.
        column: 1-based column, None if it has none.
        hint: what to do about it, or empty.
        field: id of the field of the table that can mend it; empty if none can.
    """

    severity: Severity
    code: str
    message: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    hint: str = ""
    field: str = ""

    def text(self) -> str:
        """The finding as one line: `file:line:column: severity: message [code] (hint)`."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part not in ("", None))
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.severity}: {self.message} [{self.code}]{hint}".removeprefix(": ")


class CtxStudioError(Exception):
    """Any error the program expects. `str()` is a whole sentence for the user."""


class UnusableInputError(CtxStudioError):
    """What was asked cannot be started: no such directory, an ambiguous name, a broken data file. Exit code 2."""


class RefusedError(CtxStudioError):
    """What was asked was understood and is not done, because it would lose or harm something. Exit code 1."""


class DataError(UnusableInputError):
    """A data file (models, prices, matrix, scenario, workspace) does not hold what it must.

    Attributes:
        file: the file's name; empty where the caller adds it.
        key: dotted path of the offending key.
        line: 1-based line, None if unknown.
    """

    def __init__(self, message: str, *, file: str = "", key: str = "", line: int | None = None) -> None:
        self.message, self.file, self.key, self.line = message, file, key, line
        place = ":".join(str(part) for part in (file, line) if part not in ("", None))
        super().__init__(": ".join(part for part in (place, key, message) if part))


class FrontmatterError(CtxStudioError):
    """A frontmatter that cannot be read.

    Attributes:
        line: 1-based line in the file, None if unknown.
        column: 1-based column, None if unknown.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.message, self.line, self.column = message, line, column
        place = f"line {line}" + (f", column {column}" if column else "") + ": " if line else ""
        super().__init__(place + message)


class EditError(RefusedError):
    """An edit of a frontmatter that cannot be done safely. Nothing was changed."""

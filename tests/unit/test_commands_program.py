"""The program as scripts meet it: help, exit codes, pipes, and no Qt where none is needed."""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import ctxstudio
from ctxstudio import commands
from ctxstudio.commands import _context
from tests.conftest import Folder, Run
from tests.unit.agent_files import ROOT, posix_only, scalar, texts

NAMES = ("check", "cost", "export", "report", "set")
NO_QT = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"):
            raise ImportError(f"{name} was imported")

sys.meta_path.insert(0, Blocker())
from ctxstudio.main import main
sys.exit(main(sys.argv[1:]))
"""


def program(
    *arguments: str | Path, code: Sequence[str] = ("-m", "ctxstudio"), **options: object
) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own, without a display."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    environment["PYTHONPATH"] = str(ROOT)
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment, **options}
    return subprocess.run([sys.executable, *code, *map(str, arguments)], check=False, timeout=120, **settings)  # type: ignore[call-overload,no-any-return]  # the options vary


def test_the_commands_are_those_of_the_contract() -> None:
    assert commands.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"usage: ctxstudio {name} [-h]")
    help = commands.load(name).HELP
    assert " ".join(help.split()) in " ".join(result.out.split())
    assert help[0].islower()
    assert not help.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_explained(name: str) -> None:
    parser = argparse.ArgumentParser()
    commands.load(name).configure(parser)
    for action in parser._actions:
        assert action.help, action.option_strings


def test_the_help_lists_the_commands(run: Run) -> None:
    result = run("--help")
    assert (result.code, result.err) == (0, "")
    for name in (*NAMES, "render"):
        assert name in result.out
    assert run("--version").out == f"ctxstudio {ctxstudio.__version__}\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_or_wrong_directory_is_2(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    rest = {"set": ("agent",), "export": ("--to", str(tmp_path / "out"))}.get(name, ())
    assert run(name).code == 2
    for directory, message in (
        (tmp_path / "none", "does not exist"),
        (tmp_path / "file", "is not a directory"),
        (tmp_path / "esc\x1b[2J", "esc\\x1b[2J does not exist"),
        ("", "the name of the directory is empty"),
    ):
        result = run(name, directory, *rest)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith("ctxstudio: ")
        assert result.err.endswith(f"{message}\n")
        assert "\x1b" not in result.err


def test_what_is_no_command_is_a_directory(run: Run) -> None:
    result = run("reprot")
    assert (result.code, result.err) == (2, "ctxstudio: reprot is not a directory\n")


def test_commands_run_without_qt_and_without_a_display(folder: Folder, tmp_path: Path) -> None:
    directory = folder({"a.md": scalar("a")})
    for arguments in (
        ("report", directory, "--json"),
        ("check", directory, "--format", "sarif"),
        ("cost", directory),
        ("set", directory, "a", "--preference", "opus"),
        ("export", directory, "--to", tmp_path / "out", "--dialect", "claude-ctx", "--catalog"),
        ("--help",),
        ("--version",),
        ("set", "--help"),
    ):
        done = program(*arguments, code=("-c", NO_QT))
        assert (done.returncode, done.stderr) == (0, b""), arguments
        assert done.stdout


@posix_only
def test_a_reader_that_had_enough_is_no_error(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.md").write_text(scalar(f"agent-{number}", "bogus"))
    for name in ("report", "check", "cost"):
        read, write = os.pipe()
        os.close(read)
        with open(write, "wb") as closed:
            done = program(name, tmp_path, stdout=closed)
        assert (done.returncode, done.stderr) == (0, b"")


@posix_only
def test_a_reader_that_had_enough_does_not_stop_a_save(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a")})
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as closed:
        program("set", directory, "a", "--preference", "opus", stdout=closed)
    assert texts(directory) == {"a.md": scalar("a", "opus").encode()}


@posix_only
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_said(folder: Folder) -> None:
    with open("/dev/full", "wb") as full:
        done = program("report", folder({"a.md": scalar("a")}), stdout=full)
    message = b"ctxstudio: the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, message)


@posix_only
def test_closed_streams_are_no_error(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a")})
    command = [sys.executable, "-m", "ctxstudio", "report"]
    for closed, path, code in ((">&-", directory, 0), ("2>&-", directory / "none", 2), (">&- 2>&-", directory, 0)):
        shell = f'exec "$@" {closed}'
        done = subprocess.run(
            ["sh", "-c", shell, "sh", *command, str(path)], cwd=ROOT, check=False, capture_output=True
        )
        assert (done.returncode, done.stdout.count(b"Traceback"), done.stderr.count(b"Traceback")) == (code, 0, 0)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_of_the_terminal_will_do(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    _context.emit("→ é", "a")
    shown = raw.getvalue().replace(os.linesep.encode(), b"\n")
    assert shown == {
        "ascii": b"\\u2192 \\xe9\na\n", "cp1252": b"\\u2192 \xe9\na\n", "utf-8": "→ é\na\n".encode(),
    }[encoding]  # fmt: skip


def test_what_is_written_is_safe(capsys: pytest.CaptureFixture[str]) -> None:
    _context.emit("a\tb", "c\nd\r", "\x1b\x9b\x7f", "\u202e\u2066\ufeff\u2028", "\udcff\ud800", "plain − “é”")
    assert capsys.readouterr().out.split("\n") == [
        "a\tb", "c\\nd\\r", "\\x1b\\x9b\\x7f", "\\u202e\\u2066\\ufeff\\u2028", "\\xff\\ud800", "plain − “é”", "",
    ]  # fmt: skip
    _context.complain("a\x1b\nb")
    assert capsys.readouterr().err == "a\\x1b\\nb\n"
    _context.emit()
    _context.complain()
    assert capsys.readouterr() == ("", "")


def test_json_holds_no_figure_that_is_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        _context.emit_json({"a": float("nan")})


def test_an_interruption_is_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_context.Context, "open", interrupted)
    assert run("report", ".").code == 130

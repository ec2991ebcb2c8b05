"""The composition root: reads the command line, builds every object once and hands it on."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import ctxstudio
from ctxstudio import commands
from ctxstudio.commands._context import Context, complain
from ctxstudio.errors import CtxStudioError, RefusedError, UnusableInputError
from ctxstudio.storage import places
from ctxstudio.storage.shipped import Shipped, sample_agents

if TYPE_CHECKING:
    from types import TracebackType

    from PySide6 import QtWidgets

    from ctxstudio.gui.main_window import MainWindow


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, or open the window; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    known = (*commands.names(), "render")
    try:
        if given and given[0] in known:
            return _command(given[0], given[1:])
        return _window(_window_parser(known).parse_args(given))
    except RefusedError as error:
        complain(f"ctxstudio: {error}")
        return 1
    except CtxStudioError as error:
        complain(f"ctxstudio: {error}")
        return 2
    except BrokenPipeError:
        # Whoever read the output had enough; Python must not complain when it flushes the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _command(name: str, arguments: Sequence[str]) -> int:
    command = _render_command() if name == "render" else commands.load(name)
    parser = argparse.ArgumentParser(prog=f"ctxstudio {name}", description=command.HELP, allow_abbrev=False)
    command.configure(parser)
    return command.run(parser.parse_args(arguments), _context())


def _render_command() -> commands.Command:
    _need_qt()
    from ctxstudio.gui import render

    return cast(commands.Command, render)


def _context() -> Context:
    # The user's own day: prices and retirements change at midnight, wherever that is.
    return Context(Shipped.load(), datetime.datetime.now().astimezone().date(), places.of_user())


def _window_parser(known: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ctxstudio",
        allow_abbrev=False,
        description="Edit which model runs your Claude agents. Without a command it opens the window.",
        epilog=f"commands: {', '.join(known)}; see `ctxstudio COMMAND --help`",
    )
    parser.add_argument(
        "directory", metavar="DIR", nargs="?", help="directory of agent files (default: the sample agents)"
    )
    parser.add_argument("--theme", choices=("system", "light", "dark"), default="system", help="colours of the window")
    parser.add_argument(
        "--picture", metavar="P.png", help="where no window can be shown: write its picture there and print the report"
    )
    parser.add_argument("--version", action="version", version=f"ctxstudio {ctxstudio.__version__}")
    return parser


def _window(arguments: argparse.Namespace) -> int:
    directory = Path(arguments.directory) if arguments.directory else sample_agents()
    if not directory.is_dir():
        raise UnusableInputError(f"{directory} is not a directory")
    _need_qt()
    from ctxstudio.gui import display

    reason = display.no_display()
    if not reason:
        return _run_window(directory, arguments.theme)
    if not arguments.picture:
        raise UnusableInputError(f"no window can be shown: {reason}")
    sys.stderr.write(f"ctxstudio: no window can be shown: {reason}\n")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _command("render", [str(directory), "--out", arguments.picture])
    return commands.load("report").run(argparse.Namespace(directory=str(directory), json=False), _context())


def _need_qt() -> None:
    """Say which system library is missing, instead of an import error."""
    from ctxstudio.gui import display

    missing = display.missing_library()
    if missing:
        raise UnusableInputError(missing)


def _run_window(directory: Path, theme_name: str) -> int:
    from PySide6 import QtCore, QtWidgets

    from ctxstudio.gui import theme

    application = QtWidgets.QApplication(["ctxstudio"])
    application.setApplicationName("ctxstudio")
    application.setOrganizationName("ctxstudio")
    application.setDesktopFileName("ctxstudio")
    theme.apply(application, theme_name)
    settings = QtCore.QSettings(
        QtCore.QSettings.Format.IniFormat, QtCore.QSettings.Scope.UserScope, "ctxstudio", "window"
    )
    window = _make_window(directory.absolute(), settings)
    _show_uncaught(application, window)
    # What no watcher tells (a network drive, a link's target) is found when the user comes back.
    application.applicationStateChanged.connect(window.look_at_disk)
    window.show()
    return application.exec()


def create_window(directory: str | os.PathLike[str]) -> MainWindow:
    """The main window on a directory; loading goes on in the background (`loading_finished`).

    A `QApplication` exists already. Settings of the user are neither read nor written.

    Raises:
        DataError: the shipped data is broken.
    """
    return _make_window(Path(directory).absolute(), None)


def _make_window(directory: Path, settings: object) -> MainWindow:
    from PySide6 import QtCore

    from ctxstudio.gui.disk import Disk, to_trash
    from ctxstudio.gui.main_window import MainWindow
    from ctxstudio.gui.session import Session
    from ctxstudio.gui.tasks import ThreadRunner
    from ctxstudio.storage.watch import watch

    context, runner = _context(), ThreadRunner()
    session = Session(context.shipped, runner, context.today)
    disk = Disk(session, runner, context.places, remove=to_trash, watch=watch)
    window = MainWindow(session, disk, cast(QtCore.QSettings | None, settings))
    session.setParent(window)
    # After the first paint: an empty window at once beats a full one later.
    QtCore.QTimer.singleShot(0, window, lambda: session.open(directory))
    return window


def _show_uncaught(application: QtWidgets.QApplication, window: MainWindow) -> None:
    """Show errors that nobody caught, with detail to copy; the program goes on."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        if issubclass(kind, KeyboardInterrupt):
            application.quit()
            return
        window.show_uncaught("".join(traceback.format_exception(kind, error, trace)))

    sys.excepthook = show

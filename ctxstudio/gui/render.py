"""`render`: a picture of the window, without a display."""

from __future__ import annotations

import argparse
import datetime
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Protocol

from PySide6 import QtCore, QtWidgets

from ctxstudio.errors import UnusableInputError
from ctxstudio.gui import text, theme
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import InlineRunner
from ctxstudio.storage.places import Places
from ctxstudio.storage.shipped import Shipped

HELP = "write a picture of the window"
_SIZE = re.compile(r"(\d{3,4})x(\d{3,4})")


class Context(Protocol):
    """What the commands get from `main`, as far as this one needs it."""

    @property
    def shipped(self) -> Shipped:
        """The program's data."""
        ...

    @property
    def today(self) -> datetime.date:
        """The day on which names are resolved."""
        ...


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("directory", metavar="DIR", help="directory of agent files")
    parser.add_argument("--out", metavar="P.png", required=True, help="picture to write")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--panel", metavar="NAME", help="object name of one panel instead of the whole window")
    parser.add_argument("--size", metavar="WxH", default="1280x800", help="size in pixels (default: 1280x800)")


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Render the window on a directory into a file."""
    size = _SIZE.fullmatch(arguments.size)
    if size is None:
        raise UnusableInputError(f"{arguments.size!r} is no size; write for example 1280x800")
    if not Path(arguments.directory).is_dir():
        raise UnusableInputError(f"{arguments.directory} is not a directory")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    QtCore.qInstallMessageHandler(_say)
    application = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["ctxstudio"])
    assert isinstance(application, QtWidgets.QApplication)  # noqa: S101  # the program makes no other kind
    theme.apply(application, arguments.theme)
    runner = InlineRunner()
    session = Session(context.shipped, runner, context.today)
    with tempfile.TemporaryDirectory() as state:  # what another run left unsaved is no part of the picture
        window = MainWindow(session, Disk(session, runner, Places(Path(state)), remove=os.unlink))
        return _write(window, session, arguments, size)


def _write(window: MainWindow, session: Session, arguments: argparse.Namespace, size: re.Match[str]) -> int:
    window.resize(int(size[1]), int(size[2]))
    window.show()
    session.open(Path(arguments.directory))
    settle()
    target = _panel(window, arguments.panel) if arguments.panel else window
    out = Path(arguments.out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnusableInputError(f"cannot write {out}: {error.strerror}") from error
    if not target.grab().save(str(out)):
        raise UnusableInputError(f"cannot write {out}")
    window.close()
    sys.stdout.write(f"{text.shown(str(out))} written\n")
    return 0


def _say(_kind: QtCore.QtMsgType, _context: QtCore.QMessageLogContext, message: str) -> None:
    """Qt's messages, without what the offscreen platform says of every window that has a least size."""
    if "propagateSizeHints" not in message:
        sys.stderr.write(message + "\n")


def _panel(window: MainWindow, name: str) -> QtWidgets.QWidget:
    found = window.findChild(QtWidgets.QWidget, name)
    if not isinstance(found, QtWidgets.QWidget):
        names = sorted({child.objectName() for child in window.findChildren(QtWidgets.QWidget)} - {""})
        raise UnusableInputError(f"there is no panel {name!r}; there are {', '.join(names)}")
    return found


def settle(milliseconds: int = 400) -> None:
    """Let timers and paints that are due happen."""
    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()

"""Fixtures of the window's tests: copies of agent files, a session, a window. Qt's warnings fail a test."""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6 import QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui import theme
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import InlineRunner
from ctxstudio.storage import shipped
from ctxstudio.storage.places import Places
from ctxstudio.storage.shipped import Shipped

TODAY = datetime.date(2026, 11, 24)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt)
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            # What the offscreen platform says of windows with a least size, of popups and of raised windows.
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture(scope="session", autouse=True)
def _theme(qapp: QtWidgets.QApplication) -> None:
    theme.apply(qapp, "light")


@pytest.fixture(scope="session")
def shipped_data() -> Shipped:
    return Shipped.load()


@pytest.fixture
def agents(tmp_path: Path) -> Path:
    """A private copy of the 67 agents."""
    return Path(shutil.copytree(shipped.sample_agents(), tmp_path / "agents"))


@pytest.fixture
def session(qapp: QtWidgets.QApplication, shipped_data: Shipped) -> Iterator[Session]:
    made = Session(shipped_data, InlineRunner(), TODAY)
    yield made
    made.close()


@pytest.fixture
def disk(session: Session, tmp_path: Path) -> Disk:
    """The session's way to the disk; what goes is gone, without a trash."""
    return Disk(session, InlineRunner(), Places(tmp_path / "state"), remove=os.unlink)


@pytest.fixture
def make_window(qtbot: QtBot, session: Session, disk: Disk) -> Callable[[Path], MainWindow]:
    """Makes the window on a directory, everything loaded."""

    kept: list[MainWindow] = []  # nobody else holds a window that a test only looks into

    def make(directory: Path) -> MainWindow:
        window = MainWindow(session, disk)
        kept.append(window)
        window.resize(1280, 800)
        qtbot.addWidget(window, before_close_func=lambda _: session.workspace.replace_policies(
            {id: session.workspace.agent(id).saved for id in session.workspace.changed()}
        ))  # fmt: skip
        window.show()
        session.open(directory)
        qtbot.waitExposed(window)
        return window

    return make

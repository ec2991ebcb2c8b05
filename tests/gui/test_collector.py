"""Garbage is collected on the main thread only while work goes on elsewhere."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6 import QtWidgets
from pytestqt.qtbot import QtBot

from ctxstudio.gui import collector
from ctxstudio.gui.tasks import ThreadRunner


class Knot:
    """Something that only the collector can free; it notes the thread that does."""

    freed_on: list[int]

    def __init__(self, freed_on: list[int]) -> None:
        self.itself, self.freed_on = self, freed_on

    def __del__(self) -> None:
        self.freed_on.append(threading.get_ident())


def test_workers_collect_no_garbage(qtbot: QtBot) -> None:
    runner, freed_on = ThreadRunner(), list[int]()

    def work(_: Callable[[], bool]) -> Iterator[int]:
        for _turn in range(200):
            yield len([[] for _ in range(1_000)])  # enough to make Python collect

    done: list[bool] = []
    enabled: set[bool] = set()
    runner.start(
        work, on_item=lambda _: enabled.add(gc.isenabled()), on_done=lambda: done.append(True), on_error=lambda _: None
    )
    Knot(freed_on)
    qtbot.waitUntil(lambda: bool(done))
    assert set(freed_on) <= {threading.get_ident()}
    assert enabled == {False}
    runner.wait()


def test_what_is_due_is_collected() -> None:
    freed_on: list[int] = []
    knot = weakref.ref(Knot(freed_on))
    kept: list[list[object]] = [[] for _ in range(2 * gc.get_threshold()[0])]
    collector.collect()
    assert knot() is None
    assert freed_on == [threading.get_ident()]
    assert kept


@pytest.mark.parametrize("enabled", [False, True])
def test_the_task_goes_back_to_whom_it_was_taken_from(enabled: bool, qapp: QtWidgets.QApplication) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        first, second = collector.Collector(qapp), collector.Collector(qapp)
        for made in (first, second, first):
            made.hold()
        assert not gc.isenabled()
        for made in (first, second):
            made.release()
        assert not gc.isenabled()
        first.release()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()

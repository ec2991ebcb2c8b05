"""Garbage is collected on the main thread only while work goes on elsewhere."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

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
    assert gc.isenabled()


def test_what_is_due_is_collected(qtbot: QtBot) -> None:
    made = collector.Collector()
    made.hold()
    try:
        freed_on: list[int] = []
        knot = weakref.ref(Knot(freed_on))
        kept: list[list[object]] = [[] for _ in range(2 * gc.get_threshold()[0])]
        qtbot.waitUntil(lambda: knot() is None, timeout=10_000)
        assert freed_on == [threading.get_ident()]
        assert kept
    finally:
        made.release()
    assert gc.isenabled()

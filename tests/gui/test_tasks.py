"""Work in, answers out on the main thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6 import QtCore
from pytestqt.qtbot import QtBot

from ctxstudio.errors import CtxStudioError, RefusedError
from ctxstudio.gui.tasks import InlineRunner, ThreadRunner


def numbers(cancelled: Callable[[], bool]) -> Iterator[Any]:
    yield from (1, 2, 3)


def failing(cancelled: Callable[[], bool]) -> Iterator[Any]:
    yield 1
    raise RefusedError("no more")


def test_answers_come_in_order_on_the_main_thread(qtbot: QtBot) -> None:
    runner = ThreadRunner()
    items: list[int] = []
    done: list[bool] = []
    threads: set[QtCore.QThread] = set()

    def on_item(item: Any) -> None:
        items.append(item)
        threads.add(QtCore.QThread.currentThread())

    runner.start(numbers, on_item=on_item, on_done=lambda: done.append(True), on_error=lambda _: None)
    qtbot.waitUntil(lambda: bool(done))
    assert items == [1, 2, 3]
    assert threads == {QtCore.QThread.currentThread()}


def test_an_expected_error_ends_in_on_error(qtbot: QtBot) -> None:
    errors: list[CtxStudioError] = []
    runner = ThreadRunner()
    runner.start(failing, on_item=lambda _: None, on_done=lambda: pytest.fail("done"), on_error=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert str(errors[0]) == "no more"


def test_a_cancelled_task_says_nothing_more(qtbot: QtBot) -> None:
    begun, go_on = threading.Event(), threading.Event()
    items: list[int] = []

    def work(cancelled: Callable[[], bool]) -> Iterator[int]:
        begun.set()
        go_on.wait(10)
        yield 1

    runner = ThreadRunner()
    task = runner.start(
        work, on_item=items.append, on_done=lambda: items.append(0), on_error=lambda _: items.append(-1)
    )
    assert begun.wait(10)
    task.cancel()
    go_on.set()
    runner.wait()
    qtbot.wait(20)
    assert items == []


def test_waiting_hands_over_every_answer(qtbot: QtBot) -> None:
    runner = ThreadRunner()
    items: list[int] = []
    done: list[bool] = []
    runner.start(numbers, on_item=items.append, on_done=lambda: done.append(True), on_error=lambda _: None)
    runner.wait()
    assert items == [1, 2, 3]
    assert done == [True]


def test_the_inline_form_does_the_same() -> None:
    items: list[Any] = []
    InlineRunner().start(numbers, on_item=items.append, on_done=lambda: items.append("done"), on_error=items.append)
    InlineRunner().start(
        failing, on_item=items.append, on_done=lambda: None, on_error=lambda error: items.append(str(error))
    )
    assert items == [1, 2, 3, "done", 1, "no more"]

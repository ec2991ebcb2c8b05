"""Work off the main thread, answers on it; inline in tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from PySide6 import QtCore

from ctxstudio.errors import CtxStudioError
from ctxstudio.gui.collector import Collector


class Task(Protocol):
    """A piece of work under way."""

    def cancel(self) -> None:
        """Ask it to stop; its later answers are dropped."""


class Runner(Protocol):
    """Starts work. Workers get frozen values only and touch no widget."""

    def start(
        self,
        work: Callable[[Callable[[], bool]], Iterator[Any]],
        *,
        on_item: Callable[[Any], None],
        on_done: Callable[[], None],
        on_error: Callable[[CtxStudioError], None],
    ) -> Task:
        """Run a generator in the background.

        Args:
            work: gets a function that tells whether it was cancelled; yields partial results.
            on_item: called on the main thread with each of them, in order.
            on_done: called on the main thread at the end, unless it failed or was cancelled.
            on_error: called on the main thread instead of `on_done` where the work raised a `CtxStudioError`.
        """
        ...

    def cancel(self) -> None:
        """Ask everything that runs to stop."""

    def wait(self) -> None:
        """Wait until nothing runs and every answer was handed over."""


class _Thread(QtCore.QThread):
    """One generator in one thread.

    Signals:
        produced: (object) one partial result.
        failed: (object) the exception that ended it.
    """

    produced = QtCore.Signal(object)
    failed = QtCore.Signal(object)

    def __init__(self, work: Callable[[Callable[[], bool]], Iterator[Any]]) -> None:
        super().__init__()
        self._work = work
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def run(self) -> None:
        try:
            for item in self._work(self._cancelled.is_set):
                self.produced.emit(item)
                if self.cancelled:
                    return
        except Exception as error:  # noqa: BLE001  # handed to the main thread, which raises what it does not expect
            self.failed.emit(error)


class _ThreadTask(QtCore.QObject):
    """The main thread's side of one thread: its slots run where this object lives."""

    def __init__(
        self,
        thread: _Thread,
        on_item: Callable[[Any], None],
        on_done: Callable[[], None],
        on_error: Callable[[CtxStudioError], None],
        parent: QtCore.QObject,
    ) -> None:
        super().__init__(parent)
        self._thread, self._on_item, self._on_done, self._on_error = thread, on_item, on_done, on_error
        self._problem: Exception | None = None
        thread.produced.connect(self._on_produced)
        thread.failed.connect(self._on_failed)
        thread.finished.connect(self._on_finished)

    def cancel(self) -> None:
        """Ask the work to stop; its later answers are dropped."""
        self._thread.cancel()

    def wait(self) -> None:
        """Wait for the thread to end."""
        self._thread.wait()

    @QtCore.Slot(object)
    def _on_produced(self, item: Any) -> None:
        if not self._thread.cancelled:
            self._on_item(item)

    @QtCore.Slot(object)
    def _on_failed(self, problem: Exception) -> None:
        self._problem = problem

    @QtCore.Slot()
    def _on_finished(self) -> None:
        self._thread.deleteLater()
        self.deleteLater()
        if self._thread.cancelled:
            return
        if self._problem is None:
            self._on_done()
        elif isinstance(self._problem, CtxStudioError):
            self._on_error(self._problem)
        else:
            raise self._problem


class ThreadRunner(QtCore.QObject):
    """Runs each task in a thread of its own: there are few, and each is long."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._collector = Collector(self)

    def start(
        self,
        work: Callable[[Callable[[], bool]], Iterator[Any]],
        *,
        on_item: Callable[[Any], None],
        on_done: Callable[[], None],
        on_error: Callable[[CtxStudioError], None],
    ) -> Task:
        """See `Runner`."""
        thread = _Thread(work)
        task = _ThreadTask(thread, on_item, on_done, on_error, self)
        self._collector.hold()
        thread.finished.connect(self._on_finished)
        thread.start(QtCore.QThread.Priority.LowPriority)
        return task

    @QtCore.Slot()
    def _on_finished(self) -> None:
        self._collector.release()

    def cancel(self) -> None:
        """See `Runner`."""
        for task in self.findChildren(_ThreadTask):
            task.cancel()

    def wait(self) -> None:
        """See `Runner`."""
        for task in self.findChildren(_ThreadTask):
            task.wait()
        # The threads have ended; what they sent still waits for the main thread's event loop.
        QtCore.QCoreApplication.sendPostedEvents(None, 0)


class _Done:
    def cancel(self) -> None:
        """There is nothing left to stop."""


class InlineRunner:
    """Runs work at once on the calling thread: for tests and for pictures."""

    def start(
        self,
        work: Callable[[Callable[[], bool]], Iterator[Any]],
        *,
        on_item: Callable[[Any], None],
        on_done: Callable[[], None],
        on_error: Callable[[CtxStudioError], None],
    ) -> Task:
        """See `Runner`."""
        try:
            for item in work(lambda: False):
                on_item(item)
        except CtxStudioError as error:
            on_error(error)
        else:
            on_done()
        return _Done()

    def cancel(self) -> None:
        """There is nothing to stop."""

    def wait(self) -> None:
        """There is nothing to wait for."""

"""Garbage collection on the main thread only.

Python collects on whichever thread happens to allocate. A worker that finds a closed dialog among the garbage would
destroy Qt objects off the main thread, and the process would die.
"""

from __future__ import annotations

import gc

from PySide6 import QtCore

_EVERY_MS = 1000


class Collector(QtCore.QObject):
    """While somebody holds it, garbage is collected by a timer of the thread that made it, and nowhere else."""

    _working = 0
    """How many collectors are held: the last one that is let go gives the task back to Python."""
    _was_enabled = True
    """Whether Python had the task before."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._holders = 0
        self._timer = QtCore.QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(collect)

    def hold(self) -> None:
        """Keep collections on this thread until `release`."""
        self._holders += 1
        if self._holders == 1:
            self._timer.start()
            if not Collector._working:
                Collector._was_enabled = gc.isenabled()
            Collector._working += 1
            gc.disable()

    def release(self) -> None:
        """End one `hold`."""
        self._holders -= 1
        if not self._holders:
            self._timer.stop()
            Collector._working -= 1
            if not Collector._working and Collector._was_enabled:
                gc.enable()


def collect() -> None:
    """Collect the generations that are due, by Python's own thresholds."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation] > 0:
            gc.collect(generation)
            return

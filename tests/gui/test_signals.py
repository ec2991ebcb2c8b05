"""PySide6 6.12.0 on Python 3.11 drops a reference at each emit and dies after some 560; the pin must keep it away."""

from __future__ import annotations

from PySide6 import QtCore
from PySide6.QtWidgets import QApplication


class _Emitter(QtCore.QObject):
    happened = QtCore.Signal(object)


def test_five_thousand_emissions_live(qapp: QApplication) -> None:
    emitter = _Emitter()
    seen: list[bool] = []
    emitter.happened.connect(seen.append)
    for number in range(5000):
        emitter.happened.emit(number % 2 == 0)
    assert len(seen) == 5000


def test_five_thousand_model_resets_live(qapp: QApplication) -> None:
    model = QtCore.QStringListModel(["a"])
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    for _ in range(5000):
        model.beginResetModel()
        model.endResetModel()
    assert len(resets) == 5000

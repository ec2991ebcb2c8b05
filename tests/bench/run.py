"""The speed goals, measured as ratios within one run: `make bench` writes `tests/bench/RESULTS.md`.

Every figure is the median of several rounds; the two sides of a ratio take turns, so that a change of the machine's
speed meets both.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import gc
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import frontmatter
import yaml
from PySide6 import QtCore, QtWidgets

from ctxstudio.gui import theme
from ctxstudio.gui.collector import Collector
from ctxstudio.gui.disk import Disk
from ctxstudio.gui.main_window import MainWindow
from ctxstudio.gui.models.agent_table import AgentTableModel
from ctxstudio.gui.session import Session
from ctxstudio.gui.tasks import InlineRunner
from ctxstudio.policy import query
from ctxstudio.policy.values import Target
from ctxstudio.storage import batch, export, save, scan, shipped
from ctxstudio.storage.journal import Journal
from ctxstudio.storage.places import Places
from ctxstudio.storage.shipped import Shipped
from ctxstudio.workspace import Workspace

AGENTS = 10_000
SAVED = 500
ROUNDS = 7
RESULTS = Path(__file__).with_name("RESULTS.md")
TODAY = datetime.date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the results: what, its goal, and what came out."""

    what: str
    goal: str
    measured: str


def main() -> None:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, help="measure with copies of these agent files too")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QtWidgets.QApplication([])
    theme.apply(application, "light")
    data = Shipped.load()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, source in _sources(Path(folder), data, arguments.files):
            directory = _copies(source, Path(folder) / f"many-{name}", AGENTS)
            rows += _loading(directory, name, data)
        directory = Path(folder) / "many-claude-ctx"
        rows += _window(directory, data)
        rows += _saving(_copies(shipped.sample_agents(), Path(folder) / "saved", SAVED), data)
        rows += _growth(Path(folder), directory)
    rows += _start()
    _write(rows)


def _sources(folder: Path, data: Shipped, files: Path | None) -> Iterator[tuple[str, Path]]:
    """The shipped agents in both dialects, and what was asked for."""
    yield "claude-ctx", shipped.sample_agents()
    workspace = Workspace(shipped.sample_agents(), data, TODAY)
    workspace.load()
    flat = folder / "flat"
    options = export.Options(Target.CLAUDE_CODE, data.tools[Target.CLAUDE_CODE])
    export.export(workspace.directory, workspace.export_items(), flat, options)
    yield "claude-code", flat
    if files is not None:
        yield "given files", files


def _copies(source: Path, target: Path, count: int) -> Path:
    originals = sorted(source.rglob("*.md"))
    target.mkdir()
    for number in range(count):
        original = originals[number % len(originals)]
        shutil.copyfile(original, target / f"{number:06}-{original.name}")
    return target


def _loading(directory: Path, name: str, data: Shipped) -> list[Row]:
    sides = _in_turns(
        {
            "read": lambda: _only_read(directory),
            "open": lambda: _open(directory, data),
            "python-frontmatter": lambda: _python_frontmatter(directory),
        }
    )
    read, opened, other = (statistics.median(sides[side]) for side in sides)
    what = f"open {AGENTS:,} {name} files to a filled table"
    return [
        Row(what, "at most 3x only reading", f"{opened / read:.2f}x ({opened / AGENTS * 1e6:.0f} us a file)"),
        Row(what, "at least 4x faster than python-frontmatter", f"{other / opened:.1f}x faster"),
    ]


def _only_read(directory: Path) -> None:
    with os.scandir(directory) as entries:
        for entry in entries:
            with open(entry.path, "rb") as file:
                file.read()


def _python_frontmatter(directory: Path) -> None:
    with os.scandir(directory) as entries:
        for entry in entries:
            with contextlib.suppress(yaml.YAMLError):  # broken files are part of the measure
                frontmatter.load(entry.path)


def _open(directory: Path, data: Shipped) -> None:
    session = Session(data, InlineRunner(), TODAY)
    model = AgentTableModel(session)
    view = QtWidgets.QTableView()
    view.setModel(model)
    for found in scan.scan(str(directory)):
        session.agents_added.emit(session.workspace.add(found))
    assert model.rowCount() > AGENTS / 2


def _in_turns(sides: dict[str, Callable[[], None]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, run in sides.items():
            gc.collect()
            start = time.perf_counter()
            run()
            times[side].append(time.perf_counter() - start)
    return times


def _window(directory: Path, data: Shipped) -> list[Row]:
    session = Session(data, InlineRunner(), TODAY)
    disk = Disk(session, InlineRunner(), Places(directory.parent / "state"), remove=os.unlink)
    window = MainWindow(session, disk)
    # As in the program, where a thread watches the directory all the time.
    collector = Collector(window)
    collector.hold()
    window.resize(1280, 800)
    window.show()
    session.open(directory)
    _settle(1000)
    ids = session.workspace.ids()
    table = window.findChild(QtWidgets.QTableView, "agentTable")
    assert isinstance(table, QtWidgets.QTableView)
    model = table.model()
    assert isinstance(model, AgentTableModel)
    one = [_timed(partial(_edit, session, ids[n * 37 % AGENTS :][:1], _MODELS[n % 3])) for n in range(300)]
    many = [_timed(partial(_edit, session, ids[:1000], _MODELS[n % 3])) for n in range(12)]
    sorts = [_timed(partial(_painted, partial(table.sortByColumn, n % 6, _order(n)))) for n in range(18)]
    queries = [query.parse(text) for text in ("arch", "model:haiku", "sonnet data", "x", "")]
    filters = [_timed(partial(_painted, partial(model.set_filter, queries[n % 5]))) for n in range(20)]
    summary = [_timed(session.summary) for _ in range(200)]
    session.workspace.replace_policies({id: session.workspace.agent(id).saved for id in session.workspace.changed()})
    collector.release()
    window.close()
    return [
        Row("one edit, seen everywhere, 10,000 agents", "P99 under 16 ms", f"P99 {_percentile(one, 99):.1f} ms"),
        Row("an edit of 1,000 agents", "under 100 ms", f"median {statistics.median(many):.0f} ms"),
        Row("sort, with the repaint, 10,000 agents", "under 50 ms", f"median {statistics.median(sorts):.0f} ms"),
        Row("filter, with the repaint, 10,000 agents", "under 50 ms", f"median {statistics.median(filters):.0f} ms"),
        Row("totals and expected cost after an edit", "under 1 ms", f"median {statistics.median(summary):.2f} ms"),
    ]


def _saving(directory: Path, data: Shipped) -> list[Row]:
    """Saving, against a bare loop of write, fsync and rename with as many threads."""
    workspace = Workspace(directory, data, TODAY)
    workspace.load()
    ids, journal = workspace.ids(), Journal(directory.parent / "journal.sqlite")

    def bare(id: str) -> None:
        path = directory / id
        temporary = path.with_suffix(".new")
        with open(temporary, "wb") as file:
            file.write(path.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        handle = os.open(directory, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)

    def bare_loop() -> None:
        with futures.ThreadPoolExecutor(batch.THREADS) as pool:
            list(pool.map(bare, ids))

    times: dict[str, list[float]] = {"bare": [], "ours": []}
    for turn in range(ROUNDS + 1):
        workspace.replace_policies(workspace.plan_edit(ids, "preference", _MODELS[turn % 3]).changes)
        jobs = workspace.save_jobs(ids)
        reports: list[save.SaveReport] = []
        gc.collect()
        times["bare"].append(_timed(bare_loop))
        # The bare loop gave the files other times, not other contents.
        times["ours"].append(_timed(partial(_save, directory, jobs, journal, reports)))
        assert not reports[0].refused
        workspace.saved(reports[0])
    ratio = statistics.median(times["ours"]) / statistics.median(times["bare"])
    what = f"save {SAVED} changed files, durable, proof and journal included"
    return [Row(what, "at most 1.6x the bare loop", f"{ratio:.2f}x")]


def _save(directory: Path, jobs: tuple[save.SaveJob, ...], journal: Journal, reports: list[save.SaveReport]) -> None:
    reports.append(save.save(directory, jobs, journal, datetime.datetime.now(datetime.UTC)))


def _edit(session: Session, ids: tuple[str, ...], model: str) -> None:
    session.edit(ids, "preference", model)
    _settle_now()


def _order(number: int) -> QtCore.Qt.SortOrder:
    return QtCore.Qt.SortOrder.DescendingOrder if number % 2 else QtCore.Qt.SortOrder.AscendingOrder


def _painted(run: Callable[[], None]) -> None:
    run()
    _settle_now()


def _settle_now() -> None:
    """Do at once what timers would do in the next frame, and paint."""
    for window in QtWidgets.QApplication.topLevelWidgets():
        for timer in window.findChildren(QtCore.QTimer):
            if timer.isActive() and timer.isSingleShot():
                timer.stop()
                timer.timeout.emit()
    QtWidgets.QApplication.processEvents()


def _settle(milliseconds: int) -> None:
    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - start)


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _growth(folder: Path, directory: Path) -> list[Row]:
    """Load 10,000 and 40,000 files."""
    larger = _copies(directory, folder / "larger", 4 * AGENTS)

    def load(path: Path) -> None:
        for _ in scan.scan(str(path)):
            pass

    times = _in_turns({"small": lambda: load(directory), "large": lambda: load(larger)}, 3)
    ratio = statistics.median(times["large"]) / statistics.median(times["small"])
    return [Row("growth: load 4x the files", "linear", f"{ratio:.2f}x the time")]


_MODELS = ("haiku", "sonnet", "opus")
_PAINTED = "w.show(); a.processEvents(); import os; os._exit(0)"
_EMPTY = f"from PySide6 import QtWidgets; a = QtWidgets.QApplication([]); w = QtWidgets.QMainWindow(); {_PAINTED}"
_OURS = (
    "import sys; from PySide6 import QtWidgets; from ctxstudio.main import create_window; "
    f"a = QtWidgets.QApplication([]); w = create_window(sys.argv[1]); {_PAINTED}"
)


def _start() -> list[Row]:
    """Start to the first painted window, as whole processes."""

    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code, str(shipped.sample_agents())], check=True, capture_output=True)

    times = _in_turns({"empty": lambda: run(_EMPTY), "ours": lambda: run(_OURS)})
    ratio = statistics.median(times["ours"]) / statistics.median(times["empty"])
    return [Row("start to first painted window", "at most 1.6x an empty PySide6 window", f"{ratio:.2f}x")]


def _write(rows: list[Row]) -> None:
    lines = [
        "# Speed, measured",
        "",
        f"`make bench`: Python {platform.python_version()}, Qt {QtCore.qVersion()} offscreen, {os.cpu_count()} cores.",
        "Medians of rounds in which the sides took turns; ratios within this one run.",
        "",
        "| what | goal | measured |",
        "|---|---|---|",
        *(f"| {row.what} | {row.goal} | {row.measured} |" for row in rows),
    ]
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

"""Pictures without a display, and what is said where no window can be shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6 import QtGui

from ctxstudio.gui import display
from ctxstudio.storage import shipped


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process of its own, with nothing of a display in its environment."""
    import os

    inherited = {
        key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    return subprocess.run(
        [sys.executable, "-m", "ctxstudio", *arguments],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_render_writes_a_picture_of_the_size_asked_for(tmp_path: Path, theme: str) -> None:
    out = tmp_path / "new" / "window.png"
    done = run("render", str(shipped.sample_agents()), "--out", str(out), "--theme", theme, "--size", "1440x900")
    assert (done.returncode, done.stderr) == (0, "")
    picture = QtGui.QImage(str(out))
    assert (picture.width(), picture.height()) == (1440, 900)
    colors = {picture.pixelColor(x, y).name() for x in range(0, 1440, 9) for y in range(0, 900, 9)}
    assert len(colors) > 20


def test_render_of_one_panel_and_of_one_that_is_not_there(tmp_path: Path) -> None:
    out = tmp_path / "chart.png"
    assert run("render", str(shipped.sample_agents()), "--out", str(out), "--panel", "costChart").returncode == 0
    assert out.stat().st_size > 1000
    done = run("render", str(shipped.sample_agents()), "--out", str(out), "--panel", "nothing")
    assert done.returncode == 2
    assert "agentTable" in done.stderr


@pytest.mark.parametrize("size", ["big", "10x10", "100000x1", "1280"])
def test_a_size_that_is_none_is_refused(tmp_path: Path, size: str) -> None:
    done = run("render", str(shipped.sample_agents()), "--out", str(tmp_path / "x.png"), "--size", size)
    assert done.returncode == 2
    assert size in done.stderr


def test_without_a_display_one_line_says_so(tmp_path: Path) -> None:
    done = run(str(shipped.sample_agents()))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "ctxstudio: no window can be shown: there is no display (DISPLAY and WAYLAND_DISPLAY are not set)"
    ]


def test_without_a_display_the_picture_and_the_report_come_instead(tmp_path: Path) -> None:
    done = run(str(shipped.sample_agents()), "--picture", str(tmp_path / "window.png"))
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout.splitlines()[-1].startswith(
        "67 agents: 27 sonnet, 31 haiku, 9 context-dependent; strategy: $7,080"
    )
    assert (tmp_path / "window.png").stat().st_size > 10_000


def test_a_display_that_does_not_answer_is_said(tmp_path: Path) -> None:
    done = run(str(shipped.sample_agents()), DISPLAY=":9876")
    assert done.returncode == 2
    assert "does not answer" in done.stderr or "is missing" in done.stderr


def test_a_missing_library_is_named_with_its_package() -> None:
    error = "libEGL.so.1: cannot open shared object file: No such file or directory"
    assert (
        display._sentence(error)
        == "the system library libEGL.so.1 is missing; on Debian and Ubuntu: apt install libegl1"
    )
    assert display._sentence("something else") == "Qt cannot be loaded: something else"

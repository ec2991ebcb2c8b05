"""The whole way through a real window by keys alone: open, filter, edit many, undo, review, save, quit.

Runs where Xvfb and xdotool are installed; the display is one of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ctxstudio.storage import shipped
from tests.unit.agent_files import ROOT, texts

_PATIENCE_S = 60

pytestmark = [
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool for a real window"
    ),
    pytest.mark.timeout(600),
]


def wait_until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.1)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A display of its own, its number chosen by the server."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with open(read) as numbers:
        number = numbers.readline().strip()
    assert number, "the display did not start"
    yield f":{number}"
    server.terminate()
    server.wait()


class Hands:
    """Somebody at the keyboard of a display."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def _do(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def sees(self, title: str) -> str:
        """The visible window with such a title, empty if there is none."""
        return self._do("search", "--onlyvisible", "--name", title).partition("\n")[0]

    def look_for(self, title: str) -> None:
        """Wait for a window and turn to it."""
        wait_until(lambda: self.sees(title), f"a window {title!r}")
        window = self.sees(title)
        self._do("windowfocus", "--sync", window)

    def press(self, *keys: str) -> None:
        self._do("key", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        self._do("type", "--delay", "20", text)


def test_the_whole_way_by_keys(display: str, tmp_path: Path) -> None:
    directory = Path(shutil.copytree(shipped.sample_agents(), tmp_path / "agents"))
    before = texts(directory)
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHONPATH": str(ROOT),
    }
    errors = (tmp_path / "errors").open("w+")
    program = subprocess.Popen(
        [sys.executable, "-m", "ctxstudio", str(directory)], env=environment, stderr=errors, cwd=tmp_path
    )
    hands = Hands(environment)
    drafts = tmp_path / "state" / "ctxstudio" / "drafts"

    def is_kept() -> bool:
        return any(drafts.glob("*.json"))

    try:
        hands.look_for("agents.* — ctxstudio")
        time.sleep(2)  # nothing outside tells that the rows are judged
        hands.press("ctrl+f")
        hands.type("model:haiku -has:escalation category:data-ai")
        hands.press("Return", "Escape")
        hands.press("ctrl+Home", "Right", "Right", "ctrl+a", "F2")
        hands.type("opus")
        hands.press("Return")
        wait_until(is_kept, "the edit is kept as a draft")
        hands.press("ctrl+z")
        wait_until(lambda: not is_kept(), "the edit is undone")
        hands.press("ctrl+shift+z")
        wait_until(is_kept, "the edit is done again")
        hands.press("ctrl+alt+s")
        hands.look_for("Review before saving")
        hands.press("Return")
        wait_until(lambda: texts(directory) != before, "the files are written")
        wait_until(lambda: not is_kept(), "nothing is unsaved")
        hands.look_for("agents.* — ctxstudio")
        hands.press("ctrl+q")
        assert program.wait(_PATIENCE_S) == 0
    finally:
        program.kill()
        program.wait()
        errors.seek(0)
        said = errors.read()
        errors.close()
    after = texts(directory)
    changed = {id for id in after if after[id] != before[id]}
    wanted = {id for id in before if b"category: data-ai" in before[id] and b"preference: haiku" in before[id]
              and b"escalation:" not in before[id]}  # fmt: skip
    assert changed == wanted != set()
    assert all(after[id] == before[id].replace(b"preference: haiku", b"preference: opus") for id in changed)
    assert "Traceback" not in said, said

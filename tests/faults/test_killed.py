"""A batch of 200 files, killed at 300 random instants, in processes of their own."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.unit.agent_files import ROOT, posix_only

KILLS = 300
PROCESSES = 2


@posix_only
@pytest.mark.timeout(1200)
def test_whenever_a_batch_is_killed_it_can_be_finished_or_undone() -> None:
    command = [sys.executable, "-m", "tests.faults.killed", str(KILLS // PROCESSES)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        for _ in range(PROCESSES)
    ]
    outputs = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0] * PROCESSES, "\n".join(outputs)
    # Many of the instants must lie in the middle, or the test would show nothing.
    middle = sum(int(times) for output in outputs for times in re.findall(r"(\d+) some written", output))
    assert middle > KILLS / 6, "\n".join(outputs)

"""Kills batches at random instants and looks at what is left. Run as a program: `python -m tests.faults.killed COUNT`.

Each batch is carried out in a child process of its own, which is killed (SIGKILL) somewhere between its first
instruction and its end. Then every file must be whole, old or new, every interrupted batch must be finished or undone
to the last file, and the old contents must be in the journal. The next batch goes the other way.
"""

from __future__ import annotations

import datetime
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ctxstudio.storage import batch
from ctxstudio.storage.batch import Standing
from ctxstudio.storage.journal import Change, Journal

FILES = 200
LINKED = 40
"""Files of a batch that are overwritten in place, for they have several names."""
RENAMED = 10
"""Files of a batch that come, and as many that go."""
_MEMORY = Path("/dev/shm")  # noqa: S108  # a place in memory, not a file of a known name


def main(count: int, seed: int) -> Counter[str]:
    """Kill `count` batches; how often which kind of interruption was met."""
    met: Counter[str] = Counter()
    # In memory, where there is such a place: whoever is killed there spends no time waiting for a disk, but is between
    # two steps; and what is in the system's memory is not lost with a process, on a disk either.
    with tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder:
        run = _Run(Path(folder), random.Random(seed))  # noqa: S311  # a seed gives the same instants again
        for number in range(count):
            met[run.kill(undo=bool(number % 2), afresh=number % 4 == 0)] += 1
    return met


class _Run:
    """A folder of files, and one batch after the other over them."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self._root, self._chance = root, chance
        self._directory, self._journal = root / "agents", Journal(root / "state" / "journal.sqlite")
        self._changes = _files(self._directory, chance)
        self._longest = min(self._seconds() for _ in range(3))

    def kill(self, *, undo: bool, afresh: bool) -> str:
        """Kill a batch, see what is left, and finish or undo it; which kind of interruption it was.

        Args:
            undo: whether it is undone.
            afresh: whether there was no journal before.
        """
        if afresh:
            shutil.rmtree(self._root / "state", ignore_errors=True)
        before = len(self._journal.batches())
        child = self._child()
        time.sleep(self._chance.uniform(0, self._longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return self._check(before, undo=undo)

    def _child(self) -> int:
        child = os.fork()
        if not child:
            try:
                journal, now = Journal(self._root / "state" / "journal.sqlite"), datetime.datetime.now(datetime.UTC)
                batch.carry_out(journal, self._directory, "a batch", self._changes, now)
            finally:
                os._exit(0)
        return child

    def _seconds(self) -> float:
        """How long a batch takes that nobody kills."""
        start = time.perf_counter()
        os.waitpid(self._child(), 0)
        seconds = time.perf_counter() - start
        _expect(self._standings() == [Standing.AFTER] * len(self._changes), "a whole batch is not done")
        self._turn()
        return seconds

    def _turn(self) -> None:
        self._changes = [change.inverse() for change in reversed(self._changes)]

    def _standings(self) -> list[Standing]:
        return [batch.standing(self._directory, change) for change in self._changes]

    def _check(self, before: int, *, undo: bool) -> str:
        """See that nothing is lost, finish or undo, and see that nothing is half done."""
        standings = self._standings()
        written, torn = standings.count(Standing.AFTER), standings.count(Standing.TORN)
        _expect(Standing.OTHER not in standings, "a file is neither old nor new")
        _expect(torn <= LINKED, "a file that is replaced is torn")
        self._expect_nothing_lost(standings)
        found = self._journal.batches()
        _expect(len(found) - before in (0, 1), "the journal lost a batch")
        interrupted = self._journal.unfinished(self._directory)
        _expect(all(past.finished for past in found[1:]), "an older batch is unfinished again")
        if len(found) == before:
            _expect(not written, "a file was written before the journal")
            return "before the journal"
        _expect(self._journal.changes(found[0]) == tuple(self._changes), "the journal lost contents")
        if not interrupted:
            _expect(written == len(self._changes), "a batch ended that is not done")
            self._turn()
            return "after the end"
        self._settle(undo=undo)
        return f"{'torn' if torn else 'some' if 0 < written < FILES else 'all' if written else 'none'} written"

    def _expect_nothing_lost(self, standings: Sequence[Standing]) -> None:
        """Files go only after all others are there."""
        gone = any(
            change.after is None and now is Standing.AFTER for change, now in zip(self._changes, standings, strict=True)
        )
        here = all(
            change.after is None or now is Standing.AFTER for change, now in zip(self._changes, standings, strict=True)
        )
        _expect(here or not gone, "a renamed file went before the new one came")

    def _settle(self, *, undo: bool) -> None:
        (past,) = self._journal.unfinished(self._directory)
        results = (batch.undo if undo else batch.finish)(self._journal, past)
        _expect(not any(result.reason for result in results.values()), "a file was left alone")
        _expect(set(self._standings()) == {Standing.BEFORE if undo else Standing.AFTER}, "the batch is half done")
        _expect(not self._journal.unfinished(self._directory), "the batch is still unfinished")
        _expect(not list(self._directory.rglob(".ctxstudio-*")), "temporary files are left")
        if not undo:
            self._turn()


def _files(directory: Path, chance: random.Random) -> list[Change]:
    """A batch over files of many sizes, some with two names, some that are renamed."""
    changes = []
    for number in range(FILES - 2 * RENAMED):
        body = f"---\nname: a{number}\nmodel: %s\n---\n" + "word " * chance.randrange(2_000)
        id = f"sub/a{number}.md" if number % 5 else f"a{number}.md"
        before, after = (body % model for model in ("haiku", "claude-sonnet-4-5"))
        changes.append(Change(id, before.encode(), after.encode(), in_place=number < LINKED))
    for number in range(RENAMED):
        content = f"---\nname: b{number}\n---\n".encode()
        changes.append(Change(f"old/b{number}.md", content, None, 0o640))
        changes.append(Change(f"new/b{number}.md", None, content, 0o640))
    for change in changes:
        if change.before is not None:
            path = directory / change.id
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(change.before)
    for number in range(LINKED):
        os.link(directory / changes[number].id, directory.parent / f"other-name-{number}")
    chance.shuffle(changes)
    return changes


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


if __name__ == "__main__":
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)  # noqa: S311
    print(f"seed {seed}")  # noqa: T201
    for kind, times in sorted(main(int(sys.argv[1]), seed).items()):
        print(f"{times:5} {kind}")  # noqa: T201

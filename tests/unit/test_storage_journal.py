"""The journal of saves: what it remembers, forgets, refuses, and what becomes of a damaged one."""

from __future__ import annotations

import datetime
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ctxstudio.errors import RefusedError
from ctxstudio.storage import journal as journals
from ctxstudio.storage import journal_file
from ctxstudio.storage.journal import Batch, Change, Journal
from tests.unit.agent_files import ROOT, not_as_root, posix_only

NOW = datetime.datetime(2026, 11, 24, 12, 30, tzinfo=datetime.UTC)
ODD = os.fsdecode(b"caf\xe9/\xff.md")
CHANGES = (
    Change("a.md", b"old", b"new \xff\0"),
    Change("new.md", None, b"", mode=0o640),
    Change(ODD, b"x", None),
    Change("linked.md", b"", b"y", in_place=True),
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "ctxstudio" / "journal.sqlite")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where that journal is."""
    return tmp_path / "state" / "ctxstudio" / "journal.sqlite"


def begun(
    journal: Journal, directory: Path, changes: Sequence[Change] = CHANGES, now: datetime.datetime = NOW
) -> Batch:
    with journal.writing():
        return journal.begin(directory, "save of 4 agents", changes, now)


def ended(journal: Journal, directory: Path, **options: Any) -> Batch:
    batch = begun(journal, directory, **options)
    journal.finish(batch, {})
    return batch


def set_aside(file: Path) -> list[str]:
    return sorted(path.name for path in file.parent.glob("*damaged*"))


# What it remembers


def test_a_journal_that_was_never_used_has_no_file(journal: Journal, tmp_path: Path) -> None:
    assert (journal.batches(), journal.unfinished(tmp_path)) == ([], [])
    assert list(tmp_path.iterdir()) == []


def test_a_batch_is_remembered_with_all_contents(journal: Journal, file: Path, tmp_path: Path) -> None:
    batch = begun(journal, tmp_path)
    (found,) = Journal(file).batches()
    assert found == batch
    assert (found.title, found.time, found.directory) == ("save of 4 agents", NOW, Path(os.path.realpath(tmp_path)))
    assert (found.ids, found.finished, found.outcomes) == (("a.md", "new.md", ODD, "linked.md"), False, {})
    assert Journal(file).changes(found) == CHANGES


def test_outcomes_end_a_batch(journal: Journal, tmp_path: Path) -> None:
    batch = begun(journal, tmp_path)
    journal.finish(batch, {"a.md": "it is read-only", ODD: "\ud800"})
    (found,) = journal.batches()
    assert found.finished
    assert found.outcomes == {"a.md": "it is read-only", "new.md": "", ODD: "\ud800", "linked.md": ""}
    assert journal.changes(found) == CHANGES


def test_the_newest_batch_comes_first_and_only_those_of_a_directory_are_its_interrupted(
    journal: Journal, tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    batches = [begun(journal, one), ended(journal, one), begun(journal, other), begun(journal, one)]
    assert [batch.key for batch in journal.batches()] == [batch.key for batch in reversed(batches)]
    assert [batch.key for batch in journal.unfinished(one)] == [batches[3].key, batches[0].key]
    assert [batch.key for batch in journal.unfinished(other)] == [batches[2].key]
    assert len({batch.token for batch in batches}) == 4


@posix_only
def test_a_directory_is_the_same_under_all_its_names(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    begun(journal, tmp_path / "link")
    assert len(journal.unfinished(tmp_path / "real")) == 1
    assert len(journal.unfinished(tmp_path / "link" / ".." / "real")) == 1


def test_odd_titles_and_directories(journal: Journal, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"\xff dir")
    with journal.writing():
        batch = journal.begin(odd, "save of \ud800\N{GRINNING FACE}\0", [], NOW)
    assert journal.unfinished(odd)[0].directory == batch.directory == Path(os.path.realpath(odd))
    assert journal.batches()[0].title == "save of ?\N{GRINNING FACE}\0"


@posix_only
@pytest.mark.parametrize("id", ["\ud800.md", "a\0.md"])
def test_a_path_that_no_file_can_have_is_refused_and_leaves_nothing(journal: Journal, tmp_path: Path, id: str) -> None:
    with pytest.raises(RefusedError, match="cannot be written"):
        begun(journal, tmp_path, [Change("a.md", b"", b"x"), Change(id, None, b"")])
    assert journal.batches() == []


@posix_only
def test_it_is_for_its_owner_alone(journal: Journal, file: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        begun(journal, tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_inverse_takes_back() -> None:
    assert [change.inverse() for change in CHANGES] == [
        Change("a.md", b"new \xff\0", b"old"),
        Change("new.md", b"", None, mode=0o640),
        Change(ODD, None, b"x"),
        Change("linked.md", b"y", b"", in_place=True),
    ]


def test_every_transaction_is_durable_when_it_ends(journal: Journal, tmp_path: Path) -> None:
    begun(journal, tmp_path)
    with journal._file.opened("read") as database:
        assert database.execute("PRAGMA synchronous").fetchone() == (3,), "EXTRA"
        assert database.execute("PRAGMA journal_mode").fetchone() == ("delete",)


# What it forgets


def test_old_batches_go_but_not_the_newest_nor_the_unfinished(journal: Journal, tmp_path: Path) -> None:
    kept = journals._KEEP_BATCHES
    long_ago = NOW - journals.KEEP - datetime.timedelta(days=1)
    interrupted = begun(journal, tmp_path, now=long_ago)
    old = [ended(journal, tmp_path, now=long_ago) for _ in range(3)]
    assert {batch.key for batch in journal.batches()} == {interrupted.key, *(batch.key for batch in old)}
    new = [ended(journal, tmp_path) for _ in range(kept - 1)]
    expected = {interrupted.key, old[-1].key, *(batch.key for batch in new)}
    assert {batch.key for batch in journal.batches()} == expected
    assert journal.changes(interrupted) == CHANGES


def test_young_batches_stay(journal: Journal, tmp_path: Path) -> None:
    count = journals._KEEP_BATCHES + 5
    for _ in range(count):
        ended(journal, tmp_path, now=NOW - journals.KEEP + datetime.timedelta(days=1))
    ended(journal, tmp_path)
    assert len(journal.batches()) == count + 1


def test_too_many_bytes_go_and_their_room_is_given_back(
    journal: Journal, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "KEEP_BYTES", 3_000_000)
    monkeypatch.setattr(journals, "_KEEP_BATCHES", 1)
    content = [Change("a.md", bytes(500_000), bytes(500_000))]
    interrupted = begun(journal, tmp_path, content)
    keys = [ended(journal, tmp_path, changes=content).key for _ in range(6)]
    assert [batch.key for batch in journal.batches()] == [*reversed(keys[-3:]), interrupted.key]
    assert file.stat().st_size < 4_500_000
    big = ended(journal, tmp_path, changes=[Change("a.md", bytes(5_000_000), b"")])
    assert [batch.key for batch in journal.batches()] == [big.key, interrupted.key], (
        "the newest stays whatever its size"
    )


# Several at once


def test_one_batch_at_a_time(journal: Journal, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older, ended_now, running = begun(journal, tmp_path), threading.Event(), threading.Event()

    def other() -> None:
        with Journal(file).writing():
            Journal(file).begin(tmp_path, "another", [], NOW)
            running.set()
            ended_now.wait(30)

    thread = threading.Thread(target=other)
    thread.start()
    try:
        assert running.wait(30)
        with pytest.raises(RefusedError, match="another ctxstudio is saving"), JournalOf(file, patience=0.05).writing():
            raise AssertionError
        # What is being written is not interrupted; what was interrupted before is.
        assert [batch.key for batch in journal.unfinished(tmp_path)] == [older.key]
    finally:
        ended_now.set()
        thread.join()
    assert [batch.title for batch in journal.unfinished(tmp_path)] == ["another", "save of 4 agents"]


class JournalOf(Journal):
    """A journal with less patience."""

    def __init__(self, path: Path, patience: float) -> None:
        super().__init__(path)
        self._patience = patience

    def writing(self) -> Any:
        return self._file.locked(self._patience)


BEGIN = """
import datetime, sys
from pathlib import Path
from ctxstudio.storage.journal import Change, Journal
journal = Journal(Path(sys.argv[1]))
for number in range(10):
    with journal.writing():
        changes = [Change("a", b"x" * 10_000, b"y")]
        batch = journal.begin(Path(sys.argv[2]), str(number), changes, datetime.datetime.now(datetime.UTC))
        journal.finish(batch, {})
    journal.batches()
"""


def test_several_processes_make_and_use_one_journal(file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", BEGIN, str(file), str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[1] for process in processes] == [""] * 3
    batches = Journal(file).batches()
    assert sorted(batch.title for batch in batches) == sorted([str(number) for number in range(10)] * 3)
    assert all(batch.finished for batch in batches)
    assert set_aside(file) == []


def in_the_middle(patch: pytest.MonkeyPatch, statement: str, act: Callable[[], object]) -> None:
    """Do something once, just before (or, of a pragma, after) the journal executes a statement that begins so."""
    real = sqlite3.connect

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            if not sql.startswith(statement):
                return super().execute(sql, *arguments)
            patch.setattr(sqlite3, "connect", real)
            if sql.startswith("PRAGMA"):
                cursor = super().execute(sql, *arguments)
                found = cursor.fetchall()
                act()
                return super().execute(f"SELECT {found[0][0]}")
            act()
            return super().execute(sql, *arguments)

    patch.setattr(sqlite3, "connect", lambda path, **options: real(path, factory=Connection, **options))


def test_what_another_process_ends_while_one_reads_is_no_damage(
    journal: Journal, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(journal, tmp_path)

    def end_another() -> None:
        monkeypatch.setattr(journal_file, "_PATIENCE_S", 0.05)
        with pytest.raises(RefusedError, match="locked"):  # whoever reads is not disturbed
            ended(Journal(file), tmp_path)

    in_the_middle(monkeypatch, "SELECT key, token, title, time, directory, outcomes", end_another)
    assert len(journal.batches()) == 1
    ended(journal, tmp_path)
    assert len(journal.batches()) == 2


def test_two_processes_may_make_it_at_the_same_time(
    journal: Journal, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_middle(monkeypatch, "PRAGMA user_version", lambda: Journal(file).begin(tmp_path, "first", CHANGES, NOW))
    journal.begin(tmp_path, "second", CHANGES, NOW)
    assert [batch.title for batch in journal.batches()] == ["second", "first"]


def test_a_new_journal_is_not_put_aside_for_the_damage_of_the_old_one(
    journal: Journal, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(journal, tmp_path)
    damage(file, "columns")
    kept = tmp_path / "kept"

    def another_process_put_it_aside() -> None:
        os.rename(file, kept)
        begun(Journal(file), tmp_path)

    in_the_middle(monkeypatch, "SELECT key, token", another_process_put_it_aside)
    with pytest.raises(RefusedError, match="cannot be read: no such column: mode"):
        journal.batches()
    assert (set_aside(file), len(journal.batches())) == ([], 1)


# Damage


def damage(file: Path, kind: str) -> None:
    if kind == "garbage":
        file.write_bytes(b"garbage " * 1000)
    elif kind == "cut":
        os.truncate(file, 5000)
    elif kind == "pages":
        data = bytearray(file.read_bytes())
        data[4096:] = b"\xa5" * (len(data) - 4096)
        file.write_bytes(data)
    elif kind == "tables":
        file.unlink()
        execute(file, "CREATE TABLE batch (x)", "PRAGMA user_version = 1")
    elif kind == "columns":
        execute(file, "ALTER TABLE file DROP COLUMN mode")
    elif kind == "time":
        execute(file, "UPDATE batch SET time = 'yesterday'")
    elif kind == "outcomes":
        execute(file, "UPDATE batch SET outcomes = '[]'")
    elif kind == "json":
        execute(file, "UPDATE batch SET outcomes = '{'")
    elif kind == "directory":
        execute(file, "UPDATE batch SET directory = 1.5")


def execute(file: Path, *statements: str) -> None:
    database = sqlite3.connect(file)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


DAMAGES = ["garbage", "cut", "pages", "tables", "columns", "time", "outcomes", "json", "directory"]


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_journal_is_put_aside_and_said_so(journal: Journal, file: Path, tmp_path: Path, kind: str) -> None:
    ended(journal, tmp_path)
    damage(file, kind)
    damaged = file.read_bytes()
    with pytest.raises(RefusedError, match=r"damaged.*it is kept as .*journal.damaged-1.*Try again"):
        journal.unfinished(tmp_path)
    assert file.with_name("journal.damaged-1").read_bytes() == damaged
    assert journal.unfinished(tmp_path) == []
    batch = begun(journal, tmp_path)
    assert journal.batches() == [batch]


@pytest.mark.parametrize("kind", ["garbage", "cut", "pages", "tables", "columns"])
def test_a_damaged_journal_locks_nobody_out_of_saving(journal: Journal, file: Path, tmp_path: Path, kind: str) -> None:
    for number in (1, 2):
        ended(journal, tmp_path)
        damage(file, kind)
        with pytest.raises(RefusedError, match="damaged"):
            begun(journal, tmp_path)
        assert len(set_aside(file)) == number
    assert ended(journal, tmp_path).ids == journal.batches()[0].ids


def test_a_damaged_journal_stays_while_another_process_saves(journal: Journal, file: Path, tmp_path: Path) -> None:
    begun(journal, tmp_path)
    damage(file, "garbage")
    errors: list[RefusedError] = []

    def read() -> None:
        with pytest.raises(RefusedError) as caught:
            Journal(file).batches()
        errors.append(caught.value)

    with journal.writing():
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert "cannot be read: file is not a database" in str(errors[0])
    assert set_aside(file) == []


def test_a_damaged_journal_that_cannot_be_moved_is_refused(
    journal: Journal, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(journal, tmp_path)
    damage(file, "garbage")

    def rename(*_: Any) -> NoReturn:
        raise PermissionError(13, "x")

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(RefusedError, match="cannot be written: file is not a database"):
        begun(journal, tmp_path)


def test_a_journal_of_a_newer_version_is_left_alone(journal: Journal, file: Path, tmp_path: Path) -> None:
    begun(journal, tmp_path)
    execute(file, "PRAGMA user_version = 2")
    before = file.read_bytes()
    for use in (lambda: begun(journal, tmp_path), journal.batches, lambda: journal.unfinished(tmp_path)):
        with pytest.raises(RefusedError, match=r"cannot be (read|written): it was written by a newer ctxstudio"):
            use()
    assert (file.read_bytes(), set_aside(file)) == (before, [])


def test_where_there_is_no_room_for_it_nothing_may_be_written(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    with pytest.raises(RefusedError, match="cannot be locked"):
        begun(journal, tmp_path)


@not_as_root
@posix_only
def test_a_journal_that_cannot_be_written_is_refused(journal: Journal, file: Path, tmp_path: Path) -> None:
    begun(journal, tmp_path)
    file.chmod(0o400)
    with pytest.raises(RefusedError, match="cannot be written: attempt to write a readonly database"):
        begun(journal, tmp_path)
    assert len(journal.batches()) == 1


FULL = """
import datetime, resource, signal, sys
from pathlib import Path
from ctxstudio.errors import RefusedError
from ctxstudio.storage.journal import Change, Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
try:
    journal.begin(Path("."), "x", [Change("a", bytes(1 << 20), b"")], datetime.datetime.now(datetime.UTC))
except RefusedError as error:
    print(error)
"""


@posix_only
def test_a_full_disk_leaves_the_journal_as_it_was(journal: Journal, file: Path, tmp_path: Path) -> None:
    batch = begun(journal, tmp_path)
    command = [sys.executable, "-c", FULL, str(file)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.stderr == ""
    assert f"the journal {file} cannot be written: " in done.stdout
    assert journal.batches() == [batch]
    assert journal.changes(batch) == CHANGES
    assert set_aside(file) == []

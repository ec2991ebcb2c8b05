"""Batches of file changes: all of a batch or a reason, nothing outside, and every interruption finished or undone."""

from __future__ import annotations

import datetime
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ctxstudio.errors import RefusedError
from ctxstudio.storage import atomic, batch
from ctxstudio.storage.batch import Result, Standing
from ctxstudio.storage.journal import Batch, Change, Journal
from tests.conftest import Folder
from tests.unit.agent_files import posix_only, texts

NOW = datetime.datetime(2026, 11, 24, 12, 30, tzinfo=datetime.UTC)
OLD, NEW = b"old content\n", b"new content, which is longer\r\n\xff"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "journal.sqlite")


def done(journal: Journal, directory: Path, *changes: Change, **options: Any) -> dict[str, str]:
    """Carry out a batch; the reasons."""
    results = batch.carry_out(journal, directory, "a test", changes, NOW, **options)
    (last, *_) = journal.batches()
    assert last.finished
    assert last.outcomes == {id: result.reason for id, result in results.items()}
    return {id: result.reason for id, result in results.items()}


def interrupted(journal: Journal, directory: Path, *changes: Change) -> Batch:
    """A batch that was begun and of which nothing was done."""
    with journal.writing():
        return journal.begin(directory, "a test", changes, NOW)


def fail(*_: Any, **__: Any) -> NoReturn:
    raise OSError(28, "x")


# What is done


def test_files_are_written_made_and_removed(folder: Folder, journal: Journal) -> None:
    directory = folder({"a.md": OLD, "sub/b.md": OLD})
    told: list[int] = []
    results = batch.carry_out(
        journal,
        directory,
        "a test",
        [Change("sub/b.md", OLD, None), Change("a.md", OLD, NEW), Change("new/deep/c.md", None, NEW, mode=0o600)],
        NOW,
        progress=told.append,
    )
    assert texts(directory) == {"a.md": NEW, "new/deep/c.md": NEW}
    assert sorted(told) == [1, 2, 3]
    for id in ("a.md", "new/deep/c.md"):
        result, status = results[id], os.stat(directory / id)
        assert (result.reason, result.linked, result.torn) == ("", False, False)
        assert result.status is not None
        assert (result.status.st_ino, result.status.st_mtime_ns) == (status.st_ino, status.st_mtime_ns)
    assert results["sub/b.md"] == Result()
    assert os.name != "posix" or stat.S_IMODE(os.stat(directory / "new/deep/c.md").st_mode) == 0o600
    (past,) = journal.batches()
    assert (past.ids, past.finished, set(past.outcomes.values())) == (("sub/b.md", "a.md", "new/deep/c.md"), True, {""})


def test_an_empty_batch_leaves_no_trace(journal: Journal, tmp_path: Path) -> None:
    assert batch.carry_out(journal, tmp_path, "nothing", [], NOW) == {}
    assert list(tmp_path.iterdir()) == []


def test_the_journal_knows_all_before_the_first_file_is_touched(
    folder: Folder, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = folder({f"{number}.md": OLD for number in range(9)})
    changes = [Change(f"{number}.md", OLD, NEW) for number in range(9)] + [Change("new.md", None, NEW)]
    seen: list[bool] = []

    def spy(real: Callable[..., Any]) -> Callable[..., Any]:
        def touch(*arguments: Any, **options: Any) -> Any:
            (past,) = journal.unfinished(directory) or journal.batches()
            seen.append(not past.finished and journal.changes(past) == tuple(changes))
            return real(*arguments, **options)

        return touch

    monkeypatch.setattr(atomic, "write", spy(atomic.write))
    monkeypatch.setattr(atomic, "create", spy(atomic.create))
    done(journal, directory, *changes)
    assert seen == [True] * 10


def test_without_a_journal_nothing_is_changed(folder: Folder, tmp_path: Path) -> None:
    directory = folder({"a.md": OLD})
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(RefusedError, match="journal"):
        batch.carry_out(Journal(tmp_path / "state" / "x"), directory, "a test", [Change("a.md", OLD, NEW)], NOW)
    assert texts(directory) == {"a.md": OLD}


def test_what_the_journal_does_not_hear_of_is_done_all_the_same(
    folder: Folder, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = folder({"a.md": OLD})

    def finish(*_: Any) -> NoReturn:
        raise RefusedError("the disk is full")

    monkeypatch.setattr(journal, "finish", finish)
    results = batch.carry_out(journal, directory, "a test", [Change("a.md", OLD, NEW)], NOW)
    assert results["a.md"].reason == ""
    assert texts(directory) == {"a.md": NEW}
    monkeypatch.undo()
    (past,) = journal.unfinished(directory)
    assert batch.finish(journal, past) == {"a.md": Result()}


def test_names_are_durable_in_every_folder(
    folder: Folder, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = folder({"a.md": OLD, "sub/b.md": OLD, "gone/c.md": OLD, "same/d.md": OLD})
    synced: list[str] = []
    monkeypatch.setattr(atomic, "sync_directory", lambda path: synced.append(os.path.relpath(path, directory)))
    done(
        journal,
        directory,
        Change("sub/b.md", OLD, NEW),
        Change("gone/c.md", OLD, None),
        Change("x/y/z.md", None, NEW),
    )
    assert {path for path in synced if not path.startswith("..")} == {".", "sub", "gone", "x", "x/y"}
    assert synced.count("sub") == 1
    synced.clear()
    done(journal, directory, Change("same/d.md", NEW, OLD))
    assert [path for path in synced if not path.startswith("..")] == []


@posix_only
def test_the_target_of_a_link_is_written_durably(
    folder: Folder, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, elsewhere = folder({}), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "target.md").write_bytes(OLD)
    (directory / "a.md").symlink_to(elsewhere / "target.md")
    synced: list[str] = []
    monkeypatch.setattr(atomic, "sync_directory", lambda path: synced.append(os.path.realpath(path)))
    assert done(journal, directory, Change("a.md", OLD, NEW)) == {"a.md": ""}
    assert (directory / "a.md").is_symlink()
    assert texts(elsewhere) == {"target.md": NEW}
    assert os.path.realpath(elsewhere) in synced


ODD = ["caf\udce9.md", "sub \udcff/\udcfe.md", "line\nbreak.md", " .md"]


@posix_only
def test_any_name_goes_through(folder: Folder, journal: Journal) -> None:
    directory = folder({})
    assert done(journal, directory, *(Change(id, None, OLD) for id in ODD)) == dict.fromkeys(ODD, "")
    assert done(journal, directory, *(Change(id, OLD, NEW) for id in ODD)) == dict.fromkeys(ODD, "")
    assert sorted(texts(directory)) == sorted(ODD)
    past = interrupted(journal, directory, *(Change(id, OLD, NEW) for id in ODD))
    assert {result.reason for result in batch.undo(journal, past).values()} == {""}
    assert set(texts(directory).values()) == {OLD}
    assert done(journal, directory, *(Change(id, OLD, None) for id in ODD)) == dict.fromkeys(ODD, "")
    assert texts(directory) == {}


# What is left alone


@pytest.mark.parametrize("after", [NEW, None], ids=["written", "removed"])
@pytest.mark.parametrize("known", [True, False], ids=["by status", "by content"])
def test_a_file_that_somebody_changed_is_left_alone(
    folder: Folder, journal: Journal, after: bytes | None, known: bool
) -> None:
    directory = folder({"a.md": OLD, "b.md": OLD})
    status = os.stat(directory / "a.md") if known else None
    folder({"a.md": b"somebody else's"})
    reasons = done(journal, directory, Change("a.md", OLD, after, status=status), Change("b.md", OLD, NEW))
    assert "changed on disk" in reasons["a.md"]
    assert texts(directory) == {"a.md": b"somebody else's", "b.md": NEW}


def test_a_file_that_is_gone_is_a_reason(folder: Folder, journal: Journal) -> None:
    directory = folder({})
    reasons = done(journal, directory, Change("a.md", OLD, NEW), Change("b.md", OLD, None))
    assert reasons["a.md"] == "No such file or directory"
    assert reasons["b.md"] == "it stays, because of another file: No such file or directory"


@posix_only
@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_a_new_file_goes_over_nothing(folder: Folder, journal: Journal, kind: str) -> None:
    directory = folder({"there.md": OLD})
    path = directory / "a.md"
    if kind == "file":
        path.write_bytes(OLD)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("none.md")
    assert done(journal, directory, Change("a.md", None, NEW)) == {"a.md": "there is a file a.md already"}
    assert [name for name in os.listdir(directory) if name.startswith(".")] == []
    assert not (directory / "none.md").exists()


def test_a_renamed_file_goes_only_where_the_new_one_came(folder: Folder, journal: Journal) -> None:
    directory = folder({"a.md": OLD, "b.md": OLD})
    gone, new = Change("a.md", OLD, None), Change("b.md", None, NEW)
    for changes in ([gone, new], [new, gone]):
        assert done(journal, directory, *changes) == {
            "a.md": "it stays, because of another file: there is a file b.md already",
            "b.md": "there is a file b.md already",
        }
        assert texts(directory) == {"a.md": OLD, "b.md": OLD}
    assert done(journal, directory, gone, Change("c.md", None, NEW)) == {"a.md": "", "c.md": ""}
    assert texts(directory) == {"b.md": OLD, "c.md": NEW}


def test_files_go_the_way_that_is_given(folder: Folder, journal: Journal, tmp_path: Path) -> None:
    directory, trash = folder({"a.md": OLD, "b.md": OLD}), tmp_path / "trash"

    def to_trash(path: Path) -> None:
        if path.name == "b.md":
            raise OSError("b.md cannot be moved to the trash")
        path.rename(trash)

    reasons = done(journal, directory, Change("a.md", OLD, None), Change("b.md", OLD, None), remove=to_trash)
    assert reasons == {"a.md": "", "b.md": "b.md cannot be moved to the trash"}
    assert (texts(directory), trash.read_bytes()) == ({"b.md": OLD}, OLD)


OUTSIDE = ["../x.md", "sub/../../x.md", "{absolute}", "out/x.md", "out/new/x.md"]


@posix_only
@pytest.mark.parametrize("id", OUTSIDE)
def test_nothing_is_made_outside_of_the_directory(folder: Folder, journal: Journal, tmp_path: Path, id: str) -> None:
    directory, elsewhere = folder({"sub/a.md": OLD}), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (directory / "out").symlink_to(elsewhere)
    id = id.format(absolute=tmp_path / "x.md")
    assert done(journal, directory, Change(id, None, NEW)) == {id: "it would lie outside of the opened directory"}
    past = interrupted(journal, directory, Change(id, None, NEW))
    assert batch.finish(journal, past)[id].reason
    assert texts(tmp_path / "agents") == {"sub/a.md": OLD}
    assert (texts(elsewhere), (tmp_path / "x.md").exists()) == ({}, False)


@posix_only
@pytest.mark.parametrize("id", ["../x.md", "sub/../../x.md", "{absolute}"])
@pytest.mark.parametrize("after", [NEW, None], ids=["written", "removed"])
def test_no_path_leads_to_a_file_outside(
    folder: Folder, journal: Journal, tmp_path: Path, id: str, after: bytes | None
) -> None:
    directory, outside = folder({"sub/a.md": OLD}), tmp_path / "x.md"
    outside.write_bytes(OLD)
    id = id.format(absolute=outside)
    assert done(journal, directory, Change(id, OLD, after)) == {id: "it would lie outside of the opened directory"}
    for settle in (batch.finish, batch.undo):
        settle(journal, interrupted(journal, directory, Change(id, OLD, after)))
        settle(journal, interrupted(journal, directory, Change(id, NEW, OLD)))
    assert outside.read_bytes() == OLD


@posix_only
def test_a_link_to_a_folder_inside_is_no_way_out(folder: Folder, journal: Journal) -> None:
    directory = folder({"real/a.md": OLD})
    (directory / "link").symlink_to("real")
    assert done(journal, directory, Change("link/new.md", None, NEW)) == {"link/new.md": ""}
    assert (directory / "real" / "new.md").read_bytes() == NEW


# Hard links


@pytest.fixture
def linked(folder: Folder, tmp_path: Path) -> Path:
    """A directory with a file that has a second name outside."""
    directory = folder({"a.md": OLD})
    os.link(directory / "a.md", tmp_path / "second.md")
    return directory


@posix_only
def test_a_file_with_several_names_is_written_only_if_meant(linked: Path, journal: Journal, tmp_path: Path) -> None:
    (result,) = batch.carry_out(journal, linked, "a test", [Change("a.md", OLD, NEW)], NOW).values()
    assert (result.linked, "2 hard links" in result.reason) == (True, True)
    assert texts(linked) == {"a.md": OLD}
    for before, after in ((OLD, NEW), (NEW, OLD)):
        assert done(journal, linked, Change("a.md", before, after, in_place=True)) == {"a.md": ""}
        assert (linked / "a.md").read_bytes() == (tmp_path / "second.md").read_bytes() == after
    assert (linked / "a.md").stat().st_nlink == 2


@posix_only
@pytest.mark.parametrize(
    ("before", "after"), [(OLD, NEW), (NEW, OLD), (OLD, OLD.upper())], ids=["longer", "shorter", "same"]
)
@pytest.mark.parametrize("call", ["fsync", "write"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_write_in_place_that_fails_puts_the_old_content_back(
    linked: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch,
    before: bytes, after: bytes, call: str, number: int,
) -> None:  # fmt: skip
    (linked / "a.md").write_bytes(before)
    real, calls, failed = getattr(os, call), iter(range(100)), []

    def fail_once(*arguments: Any) -> Any:
        if stat.S_ISDIR(os.fstat(arguments[0]).st_mode) or next(calls) != number:
            return real(*arguments)
        failed.append(True)
        if call == "write":
            real(arguments[0], arguments[1][:5])
        raise OSError(28, "x")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail_once)
        reasons = done(journal, linked, Change("a.md", before, after, in_place=True))
    assert reasons == {"a.md": "No space left on device" if failed else ""}
    assert (linked / "a.md").read_bytes() == (before if failed else after)
    assert failed or number, "the first call fails always"


@posix_only
@pytest.mark.parametrize("settle", [batch.finish, batch.undo])
def test_a_file_that_stays_torn_is_mended_later(
    linked: Path, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Callable[..., Any]
) -> None:
    real, writes = os.write, iter(range(100))

    def write(handle: int, data: memoryview) -> int:
        if next(writes) > 4:  # what the file grows by, and a piece; then the disk is broken for good
            raise OSError(5, "x")
        return real(handle, data[:5])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", write)
        (result,) = batch.carry_out(journal, linked, "a test", [Change("a.md", OLD, NEW, in_place=True)], NOW).values()
    assert (result.torn, result.reason) == (True, "a.md is half old and half new: Input/output error")
    (past,) = journal.unfinished(linked)
    change = journal.changes(past)[0]
    assert batch.standing(linked, change) is Standing.TORN
    assert settle(journal, past)["a.md"].reason == ""
    wanted = NEW if settle is batch.finish else OLD
    assert (linked / "a.md").read_bytes() == (tmp_path / "second.md").read_bytes() == wanted
    assert journal.unfinished(linked) == []


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (OLD, Standing.BEFORE),
        (NEW, Standing.AFTER),
        (OLD + NEW[len(OLD) :], Standing.TORN),
        (NEW[:4] + OLD[4:], Standing.TORN),
        (NEW[: len(OLD)], Standing.TORN),
        (b"", Standing.OTHER),
        (NEW[:4], Standing.OTHER),
        (NEW + b"x", Standing.OTHER),
        (OLD[:-1] + b"x", Standing.OTHER),
        (None, Standing.OTHER),
    ],
)
def test_how_a_file_stands(folder: Folder, present: bytes | None, expected: Standing) -> None:
    directory = folder({} if present is None else {"a.md": present})
    for before, after in ((OLD, NEW), (NEW, OLD)):
        standing = batch.standing(directory, Change("a.md", before, after, in_place=True))
        turned = {Standing.BEFORE: Standing.AFTER, Standing.AFTER: Standing.BEFORE}
        assert standing is (expected if before == OLD else turned.get(expected, expected))
        whole = batch.standing(directory, Change("a.md", before, after))
        assert whole is (Standing.OTHER if standing is Standing.TORN else standing)


def test_how_a_file_stands_that_comes_or_goes(folder: Folder) -> None:
    directory = folder({"a.md": OLD, "folder/b.md": OLD})
    assert batch.standing(directory, Change("a.md", None, OLD)) is Standing.AFTER
    assert batch.standing(directory, Change("a.md", OLD, None)) is Standing.BEFORE
    assert batch.standing(directory, Change("a.md", None, NEW)) is Standing.OTHER
    assert batch.standing(directory, Change("none.md", None, OLD)) is Standing.BEFORE
    assert batch.standing(directory, Change("none.md", OLD, None)) is Standing.AFTER
    assert batch.standing(directory, Change("folder", OLD, NEW)) is Standing.OTHER
    (directory.parent / "x.md").write_bytes(OLD)
    assert batch.standing(directory, Change("../x.md", OLD, NEW)) is Standing.OTHER


# After an interruption

RENAME = (Change("a.md", OLD, None), Change("b.md", None, NEW))


@pytest.mark.parametrize(
    ("settle", "present"),
    [
        (batch.finish, {"a.md": OLD}),
        (batch.finish, {"a.md": OLD, "b.md": NEW}),
        (batch.finish, {"b.md": NEW}),
        (batch.undo, {"a.md": OLD}),
        (batch.undo, {"a.md": OLD, "b.md": NEW}),
        (batch.undo, {"b.md": NEW}),
    ],
)
def test_an_interrupted_renaming_is_finished_or_undone(
    folder: Folder, journal: Journal, settle: Callable[..., Any], present: dict[str, bytes]
) -> None:
    directory = folder(present)
    results = settle(journal, interrupted(journal, directory, *RENAME))
    assert [result.reason for result in results.values()] == ["", ""]
    assert texts(directory) == ({"b.md": NEW} if settle is batch.finish else {"a.md": OLD})


@pytest.mark.parametrize(
    ("settle", "other", "kept"),
    [(batch.finish, {"a.md": OLD, "b.md": b"other"}, "a.md"), (batch.undo, {"a.md": b"other", "b.md": NEW}, "b.md")],
)
def test_an_interrupted_renaming_loses_nothing_where_the_other_name_was_taken(
    folder: Folder, journal: Journal, settle: Callable[..., Any], other: dict[str, bytes], kept: str
) -> None:
    directory = folder(other)
    results = settle(journal, interrupted(journal, directory, *RENAME))
    assert texts(directory) == other
    assert results[kept].reason == "it stays, because of another file: it changed on disk since"


@pytest.mark.parametrize("settle", [batch.finish, batch.undo])
def test_files_that_somebody_changed_since_are_left_alone_and_told(
    folder: Folder, journal: Journal, settle: Callable[..., Any]
) -> None:
    directory = folder({"a.md": NEW, "b.md": OLD, "c.md": b"somebody else's"})
    past = interrupted(journal, directory, *(Change(id, OLD, NEW) for id in ("a.md", "b.md", "c.md", "d.md")))
    results = settle(journal, past)
    told = {id: result.reason for id, result in results.items()}
    assert told == {"a.md": "", "b.md": "", "c.md": "it changed on disk since", "d.md": "it changed on disk since"}
    wanted = NEW if settle is batch.finish else OLD
    assert texts(directory) == {"a.md": wanted, "b.md": wanted, "c.md": b"somebody else's"}
    (found,) = journal.batches()
    undone = "" if settle is batch.finish else "it was undone"
    assert found.outcomes == {id: reason or undone for id, reason in told.items()}


def test_only_one_decides_about_an_interrupted_batch(folder: Folder, journal: Journal) -> None:
    directory = folder({"a.md": OLD})
    past = interrupted(journal, directory, Change("a.md", OLD, NEW))
    batch.finish(journal, past)
    for settle in (batch.undo, batch.finish):
        with pytest.raises(RefusedError, match="already"):
            settle(journal, past)
    assert texts(directory) == {"a.md": NEW}


@posix_only
def test_what_was_done_before_an_interruption_is_made_durable(
    folder: Folder, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = folder({"sub/a.md": NEW})
    (tmp_path / "target.md").write_bytes(NEW)
    (directory / "link.md").symlink_to(tmp_path / "target.md")
    past = interrupted(journal, directory, Change("sub/a.md", OLD, NEW), Change("link.md", OLD, NEW))
    synced: list[str] = []
    monkeypatch.setattr(atomic, "sync_directory", lambda path: synced.append(os.path.realpath(path)))
    batch.finish(journal, past)
    assert {os.path.realpath(tmp_path), os.path.realpath(directory / "sub")} <= set(synced)


@posix_only
def test_what_a_killed_batch_left_beside_the_files_goes(folder: Folder, journal: Journal, tmp_path: Path) -> None:
    directory = folder({"sub/a.md": OLD})
    (tmp_path / "target.md").write_bytes(OLD)
    (directory / "link.md").symlink_to(tmp_path / "target.md")
    past = interrupted(journal, directory, Change("sub/a.md", OLD, NEW), Change("link.md", OLD, NEW))
    mine, others = f".ctxstudio-{past.token}0123.tmp", ".ctxstudio-ffff0123.tmp"
    for place in (directory, directory / "sub", tmp_path):
        (place / mine).write_bytes(NEW[:3])
        (place / others).write_bytes(b"of a save that runs now")
    batch.finish(journal, past)
    assert list(tmp_path.rglob(mine)) == [directory / mine], "where the batch wrote nothing, nobody looks"
    assert len(list(tmp_path.rglob(others))) == 3
    assert (tmp_path / "target.md").read_bytes() == NEW


def test_files_go_the_way_that_is_given_also_later(folder: Folder, journal: Journal) -> None:
    directory = folder({"a.md": OLD})
    gone: list[Path] = []
    batch.finish(journal, interrupted(journal, directory, Change("a.md", OLD, None)), remove=gone.append)
    assert gone == [Path(os.path.realpath(directory)) / "a.md"]


def test_a_past_batch_is_restored_by_its_inverse(folder: Folder, journal: Journal) -> None:
    directory = folder({"a.md": OLD, "b.md": OLD, "c.md": OLD})
    done(journal, directory, *(Change(id, OLD, NEW) for id in ("a.md", "b.md")), Change("c.md", OLD, None))
    folder({"b.md": b"changed since"})
    inverse = [change.inverse() for change in journal.changes(journal.batches()[0])]
    assert done(journal, directory, *inverse) == {"a.md": "", "b.md": "it changed on disk", "c.md": ""}
    assert texts(directory) == {"a.md": OLD, "b.md": b"changed since", "c.md": OLD}


def test_an_interrupted_settling_can_be_settled(
    folder: Folder, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = folder({f"{number}.md": OLD for number in range(4)})
    past = interrupted(journal, directory, *(Change(f"{number}.md", OLD, NEW) for number in range(4)))
    real = atomic.write

    def write(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "2.md":
            raise KeyboardInterrupt
        return real(path, *arguments, **options)

    monkeypatch.setattr(atomic, "write", write)
    with pytest.raises(KeyboardInterrupt):
        batch.finish(journal, past)
    monkeypatch.undo()
    assert (directory / "2.md").read_bytes() == OLD
    (again,) = journal.unfinished(directory)
    assert all(not result.reason for result in batch.undo(journal, again).values())
    assert set(texts(directory).values()) == {OLD}


def failing(calls: Sequence[str]) -> Sequence[Any]:
    return [pytest.param(call, marks=[] if hasattr(os, call) else pytest.mark.skip) for call in calls]


@pytest.mark.parametrize("call", failing(["fsync", "replace", "write"]))
def test_a_full_disk_is_told_for_every_file(
    folder: Folder, journal: Journal, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    directory = folder({"a.md": OLD, "b.md": OLD, "c.md": OLD})
    changes = [Change("a.md", OLD, NEW), Change("b.md", OLD, None), Change("c.md", OLD, NEW)]
    monkeypatch.setattr(os, call, fail)
    reason = "No space left on device"
    assert done(journal, directory, *changes) == {
        "a.md": reason, "b.md": f"it stays, because of another file: {reason}", "c.md": reason,
    }  # fmt: skip
    assert texts(directory) == {"a.md": OLD, "b.md": OLD, "c.md": OLD}

"""Saving a batch: what is written, kept, merged and refused, file by file."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ctxstudio.policy.values import Policy, Switch
from ctxstudio.storage import atomic, record
from ctxstudio.storage.record import Record
from ctxstudio.storage.save import Outcome, Saved, SaveJob, SaveReport
from tests.conftest import Folder
from tests.unit.agent_files import posix_only, save_now, scalar, schema_v2, texts


def read(directory: Path, id: str = "a.md") -> Record:
    found = record.read(str(directory / id), id)
    assert isinstance(found, Record)
    return found


def job(directory: Path, id: str = "a.md", **changes: Any) -> SaveJob:
    """A job for a file as it is now, with some parts of its policy changed."""
    found = read(directory, id)
    return SaveJob(found, replace(found.reading.policy, **changes), found.document)


def saved(directory: Path, *jobs: SaveJob) -> Saved:
    """The result of the first of some jobs."""
    return save_now(directory, jobs).files[0]


def test_only_the_policy_changes(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    result = saved(directory, job(directory, preference="sonnet"))
    assert (result.outcome, result.message, result.written) == (Outcome.WRITTEN, "", True)
    assert texts(directory) == {"a.md": scalar(model="sonnet").encode()}


def test_the_record_is_the_file_as_it_is_now(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    result = saved(directory, job(directory, preference="sonnet", fallbacks=("haiku",)))
    assert result.record is not None
    fresh = read(directory)
    assert result.record.fingerprint == fresh.fingerprint
    assert result.record.reading == fresh.reading
    assert result.record.document.head == fresh.document.head
    assert result.record.document.to_bytes() == fresh.document.to_bytes()


def test_saving_again_and_again_is_no_merge(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    first = job(directory, preference="sonnet")
    for model in ("opus", "haiku", "inherit", "sonnet"):
        result = saved(directory, first)
        assert result.outcome is Outcome.WRITTEN
        assert result.record is not None
        first = SaveJob(result.record, replace(first.policy, preference=model), first.origin)


@pytest.mark.parametrize(
    "text",
    [
        "---\r\nname: a\r\ndescription: d\r\nmodel: 'haiku'  # why\r\n---\r\nbody\r\n",
        "\N{BOM}---\nname: a\ndescription: d\nmodel: haiku\n---\nno line break at the end",
        '---\nname: a\ndescription: d\n\nmodel: "haiku"\n# a comment\n\n---\n---\n',
        schema_v2().replace("    - haiku", '    - "haiku"  # quick'),
        scalar(model=None, extra="tools: Read\ncolor: red\n"),
        scalar(extra="modelPolicy: {fallbacks: [opus], mine: 1}\neffort: low\n"),
    ],
    ids=["crlf", "bom", "spacing", "v2", "absent", "policy"],
)
def test_an_edit_and_its_inverse_give_the_first_bytes(folder: Folder, text: str) -> None:
    directory = folder({"a.md": text})
    before, origin = texts(directory), read(directory)
    policy = origin.reading.policy
    edited = Policy("opus", ("sonnet",), Switch("opus", ("a: b", "c")), None, "because", "high")
    there = saved(directory, SaveJob(origin, edited, origin.document))
    assert there.outcome is Outcome.WRITTEN
    assert there.record is not None
    assert read(directory).reading.policy == edited
    data = (directory / "a.md").read_bytes()
    assert (b"\r\n" in data) == (b"\r\n" in before["a.md"])
    assert data.count(b"\n") == data.count(b"\r\n") or b"\r" not in data
    assert data.startswith("\N{BOM}".encode()) == before["a.md"].startswith("\N{BOM}".encode())
    back = saved(directory, SaveJob(there.record, policy, origin.document))
    assert back.outcome is Outcome.WRITTEN
    assert texts(directory) == before


@posix_only
def test_mode_and_link_are_kept(folder: Folder, tmp_path: Path) -> None:
    directory = folder({"sub/b.md": scalar()})
    (tmp_path / "target.md").write_text(scalar())
    (tmp_path / "target.md").chmod(0o640)
    (directory / "a.md").symlink_to(tmp_path / "target.md")
    assert saved(directory, job(directory, preference="opus")).outcome is Outcome.WRITTEN
    assert (directory / "a.md").is_symlink()
    assert (tmp_path / "target.md").read_text() == scalar(model="opus")
    assert stat.S_IMODE((tmp_path / "target.md").stat().st_mode) == 0o640


def test_what_changed_elsewhere_in_the_file_is_kept(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    folder({"a.md": scalar(extra="color: red\n") + "More.\n"})
    result = saved(directory, wanted)
    assert result.outcome is Outcome.MERGED
    assert result.text() == "a.md: written: what had changed on disk since it was read was kept"
    assert texts(directory) == {"a.md": (scalar(model="opus", extra="color: red\n") + "More.\n").encode()}


def test_a_changed_prompt_is_not_worth_a_word(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    folder({"a.md": scalar() + "More.\n"})
    assert saved(directory, wanted).outcome is Outcome.WRITTEN
    assert texts(directory) == {"a.md": (scalar(model="opus") + "More.\n").encode()}


@pytest.mark.parametrize(
    "now",
    [
        scalar(model="sonnet"),
        scalar(model=None),
        scalar(model="[haiku]"),
        scalar(model="\n  preference: haiku"),
        scalar(model="[haiku"),
    ],
    ids=["model", "gone", "list", "dialect", "broken"],
)
def test_a_policy_that_changed_on_disk_is_a_conflict(folder: Folder, now: str) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    folder({"a.md": now})
    result = saved(directory, wanted)
    assert result.outcome is Outcome.CONFLICT
    assert not result.written
    assert "changed on disk" in result.message
    assert texts(directory) == {"a.md": now.encode()}


def test_another_part_of_the_policy_that_changed_on_disk_is_kept(folder: Folder) -> None:
    directory = folder({"a.md": scalar(extra="effort: low\n")})
    wanted = job(directory, preference="opus")
    folder({"a.md": scalar(extra="effort: high\n")})
    result = saved(directory, wanted)
    assert (result.outcome, result.written) == (Outcome.MERGED, True)
    assert texts(directory) == {"a.md": scalar(model="opus", extra="effort: high\n").encode()}
    assert result.record is not None
    assert result.record.reading.policy == Policy("opus", effort="high")


def test_the_same_change_on_disk_is_no_conflict(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    folder({"a.md": scalar(model="'opus'")})
    result = saved(directory, wanted)
    assert result.outcome is Outcome.MERGED
    assert texts(directory) == {"a.md": scalar(model="'opus'").encode()}


@pytest.mark.parametrize("now", ["# only text now\n", "", "---\nname: a\n"])
def test_a_file_without_frontmatter_now_is_a_conflict(folder: Folder, now: str) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    folder({"a.md": now})
    result = saved(directory, wanted)
    assert (result.outcome, result.record) == (Outcome.CONFLICT, None)
    assert texts(directory) == {"a.md": now.encode()}


def test_a_file_that_is_gone_is_not_made_anew(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    (directory / "a.md").unlink()
    result = saved(directory, wanted)
    assert (result.outcome, result.message) == (Outcome.FAILED, "the file is gone")
    assert texts(directory) == {}


@posix_only
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_a_file_that_is_no_file_any_more_is_not_written(folder: Folder, kind: str) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    (directory / "a.md").unlink()
    if kind == "folder":
        (directory / "a.md").mkdir()
    else:
        os.mkfifo(directory / "a.md")
    result = saved(directory, wanted)
    assert (result.outcome, result.message) == (Outcome.FAILED, "a.md is not a regular file")
    assert os.listdir(directory) == ["a.md"]


def test_a_file_that_became_too_large_is_not_written(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    os.truncate(directory / "a.md", record.MAX_FILE + 1)
    result = saved(directory, wanted)
    assert (result.outcome, result.message) == (Outcome.FAILED, "a.md has more than 8,388,608 bytes")
    assert (directory / "a.md").stat().st_size == record.MAX_FILE + 1


@posix_only
def test_hard_links_and_read_only_files_are_refused(folder: Folder, tmp_path: Path) -> None:
    directory = folder({"a.md": scalar(), "b.md": scalar()})
    os.link(directory / "a.md", tmp_path / "other.md")
    (directory / "b.md").chmod(0o444)
    report = save_now(directory, [job(directory, id, preference="opus") for id in ("a.md", "b.md")])
    assert [result.outcome for result in report.files] == [Outcome.LINKED, Outcome.FAILED]
    assert ["hard links" in report.files[0].message, "read-only" in report.files[1].message] == [True, True]
    assert texts(directory) == {"a.md": scalar().encode(), "b.md": scalar().encode()}


def test_a_locked_file_is_not_written(folder: Folder) -> None:
    directory = folder({"a.md": scalar(model="[haiku")})
    found = read(directory)
    assert found.locked
    result = saved(directory, SaveJob(found, Policy("opus"), found.document))
    assert (result.outcome, result.message) == (Outcome.FAILED, found.locked)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_all_files_whole(folder: Folder, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    directory = folder({"a.md": scalar(), "b.md": scalar()})
    jobs = [job(directory, id, preference="opus") for id in ("a.md", "b.md")]

    def fail(*_: Any) -> NoReturn:
        raise OSError(28, "x")

    monkeypatch.setattr(os, call, fail)
    report = save_now(directory, jobs)
    assert [(result.outcome, result.message) for result in report.files] == [
        (Outcome.FAILED, "No space left on device")
    ] * 2
    assert texts(directory) == {"a.md": scalar().encode(), "b.md": scalar().encode()}


def test_a_change_between_reading_and_writing_is_not_overwritten(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = folder({"a.md": scalar()})
    wanted = job(directory, preference="opus")
    real = atomic.write

    def write(path: Path, data: bytes, expected: os.stat_result | None = None, **options: Any) -> os.stat_result:
        folder({"a.md": scalar(model="sonnet")})
        return real(path, data, expected, **options)

    monkeypatch.setattr(atomic, "write", write)
    assert saved(directory, wanted).outcome is Outcome.FAILED
    assert texts(directory) == {"a.md": scalar(model="sonnet").encode()}


def test_one_report_for_a_batch_in_which_one_file_fails(folder: Folder) -> None:
    directory = folder({"a.md": scalar("a"), "b.md": scalar("b"), "sub/c.md": scalar("c")})
    jobs = [job(directory, id, preference="opus") for id in ("a.md", "b.md", "sub/c.md")]
    (directory / "b.md").unlink()
    told: list[int] = []
    report = save_now(directory, jobs, progress=told.append)
    assert told == [1, 2]
    assert [(result.id, result.written) for result in report.files] == [
        ("a.md", True), ("b.md", False), ("sub/c.md", True),
    ]  # fmt: skip
    assert [result.id for result in report.refused] == ["b.md"]
    assert report.text() == "2 of 3 files written\nb.md: not written: the file is gone"
    assert texts(directory) == {"a.md": scalar("a", "opus").encode(), "sub/c.md": scalar("c", "opus").encode()}


def test_the_report_of_nothing() -> None:
    assert SaveReport(()).text() == "0 of 0 files written"
    assert SaveReport((Saved("a.md", Outcome.WRITTEN, None),)).text() == "1 of 1 file written"


def test_a_worker_can_save(folder: Folder) -> None:
    directory = folder({"a.md": scalar()})
    jobs = [job(directory, preference="opus")]
    reports: list[SaveReport] = []
    worker = threading.Thread(target=lambda: reports.append(save_now(directory, jobs)))
    worker.start()
    worker.join()
    assert reports[0].files[0].written

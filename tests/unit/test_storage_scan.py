"""The scan: what is found, in which order, and what a hostile directory does to it (nothing)."""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from ctxstudio.errors import UnusableInputError
from ctxstudio.storage import record, scan
from ctxstudio.storage.record import NotLoaded, Record
from tests.conftest import Folder
from tests.unit.agent_files import not_as_root, posix_only, scalar

GOOD = scalar("good")


def scanned(directory: Path) -> tuple[dict[str, Record], dict[str, str]]:
    """Path -> record, and path -> reason of what was not loaded."""
    records: dict[str, Record] = {}
    passed: dict[str, str] = {}
    for batch in scan.scan(str(directory)):
        records |= {read.id: read for read in batch.records}
        passed |= dict(batch.not_loaded)
    return records, passed


def only_good(directory: Path) -> dict[str, str]:
    """What was not loaded beside `good.md`, which was."""
    records, passed = scanned(directory)
    assert list(records) == ["good.md"]
    assert records["good.md"].name == "good"
    return passed


def test_finds_files_in_folders_in_the_order_of_their_paths(folder: Folder) -> None:
    directory = folder({"b.md": GOOD, "a/z.md": GOOD, "a/b/c.MD": GOOD, "a.md": GOOD, "notes.txt": GOOD})
    records, passed = scanned(directory)
    assert list(records) == ["a.md", "a/b/c.MD", "a/z.md", "b.md"]
    assert not passed


def test_an_empty_directory_is_one_empty_batch(tmp_path: Path) -> None:
    assert [(batch.records, batch.not_loaded, batch.total) for batch in scan.scan(str(tmp_path))] == [([], [], 0)]


@pytest.mark.parametrize("kind", ["missing", "file", "broken link", "loop"])
def test_what_is_no_directory_is_said(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "place"
    if kind == "file":
        path.write_text(GOOD)
    elif kind != "missing":
        path.symlink_to(path if kind == "loop" else tmp_path / "nowhere")
    with pytest.raises(UnusableInputError, match="does not exist" if kind == "missing" else "is not a directory"):
        next(scan.scan(str(path)))


def refusing(real: Any, refused: str, error: OSError) -> Any:
    """`os.scandir` or `os.open` that fails for one path."""

    def call(path: Any, *arguments: Any) -> Any:
        if os.fspath(path).endswith(refused):
            raise error
        return real(path, *arguments)

    return call


def test_a_directory_that_cannot_be_read_is_said(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = folder({"good.md": GOOD})
    monkeypatch.setattr(os, "scandir", refusing(os.scandir, "agents", PermissionError(13, "x")))
    with pytest.raises(UnusableInputError, match="agents cannot be read: Permission denied"):
        next(scan.scan(str(directory)))


def test_a_folder_that_cannot_be_read_is_listed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = folder({"good.md": GOOD, "secret/a.md": GOOD})
    monkeypatch.setattr(os, "scandir", refusing(os.scandir, "secret", PermissionError(13, "x")))
    assert only_good(directory) == {"secret": "the folder cannot be read: Permission denied"}


@not_as_root
@posix_only
def test_forbidden_files_and_folders_are_listed(folder: Folder) -> None:
    directory = folder({"good.md": GOOD, "secret/a.md": GOOD, "locked.md": GOOD})
    (directory / "secret").chmod(0)
    (directory / "locked.md").chmod(0)
    try:
        passed = only_good(directory)
    finally:
        (directory / "secret").chmod(0o700)
    assert passed == {
        "secret": "the folder cannot be read: Permission denied",
        "locked.md": "cannot be read: Permission denied",
    }


def test_a_file_that_vanishes_is_listed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = folder({"good.md": GOOD, "gone.md": GOOD})
    found = scan.find(str(directory))
    (directory / "gone.md").unlink()
    monkeypatch.setattr(scan, "find", lambda *_: found)
    assert only_good(directory) == {"gone.md": "cannot be read: No such file or directory"}


def test_a_folder_that_vanishes_is_listed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = folder({"good.md": GOOD, "gone/a.md": GOOD})
    monkeypatch.setattr(os, "scandir", refusing(os.scandir, "gone", FileNotFoundError(2, "x")))
    assert only_good(directory) == {"gone": "the folder cannot be read: No such file or directory"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("# A heading\n", "no frontmatter"),
        ("text\n---\nname: a\n---\n", "no frontmatter"),
        ("\n---\nname: a\n---\n", "does not begin on the first line"),
        ("---\nname: a\n", "is not closed"),
        ("---\ntitle: a\n---\n", "none of name, description and model"),
        ("---\n---\n", "none of name, description and model"),
        ("---\n- a\n---\n", "not a mapping"),
        (b"\0" * 5000, "the file is binary"),
        ("---\nname: a\n---\n".encode("utf-16"), "UTF-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "the file is binary"),
    ],
)
def test_what_is_no_agent_is_listed_with_its_reason(folder: Folder, content: str | bytes, reason: str) -> None:
    passed = only_good(folder({"good.md": GOOD, "other.md": content}))
    assert list(passed) == ["other.md"]
    assert reason in passed["other.md"]


def bomb() -> str:
    levels = "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12))
    return f"---\nname: odd\ndescription: d\nmodel: haiku\na: &a [x]\n{levels}---\n"


@pytest.mark.parametrize(
    "content",
    [
        bomb(),
        "---\nname: odd\nmodel: haiku\nx: " + "[" * 50_000 + "\n---\n",
        "---\nname: odd\nmodel: haiku\nx:\n" + "".join(" " * i + "k:\n" for i in range(1, 900)) + "---\n",
        "---\nname: odd\nmodel: haiku\ndescription: a: b\n---\n",
        b"---\nname: odd\nmodel: haiku\ndescription: \xff\xfe\0\n---\n\xff",
        "---\nname: odd\nmodel: haiku\n" + "x: 1\n" * 20_000 + "---\n",
    ],
    ids=["alias bomb", "brackets", "indents", "colon", "bytes", "same key"],
)
def test_a_hostile_frontmatter_is_a_row_like_others(folder: Folder, content: str | bytes) -> None:
    records, passed = scanned(folder({"good.md": GOOD, "odd.md": content}))
    assert not passed
    assert [records[id].name for id in ("good.md", "odd.md")] == ["good", "odd"]
    assert records["odd.md"].reading.policy.preference == "haiku"


@pytest.mark.parametrize("start", [scalar("huge"), "---\nname: huge\nmodel: haiku\n"], ids=["closed", "open"])
def test_a_file_of_100_megabytes_is_a_row_that_cannot_be_edited(folder: Folder, start: str) -> None:
    directory = folder({"good.md": GOOD, "huge.md": start})
    os.truncate(directory / "huge.md", 100 << 20)
    records, passed = scanned(directory)
    assert not passed
    assert records["huge.md"].name == "huge"
    assert records["huge.md"].locked


def test_100_megabytes_of_nuls_are_listed(folder: Folder) -> None:
    directory = folder({"good.md": GOOD, "huge.md": ""})
    os.truncate(directory / "huge.md", 100 << 20)
    assert only_good(directory) == {"huge.md": "the file is binary"}


LONG = 2 * 1024 * 1024


@pytest.mark.parametrize("content", [b"---" + b"a" * LONG, b"-----\n" + b"a" * LONG, b"--- x\n" + b"a\n" * LONG])
def test_a_long_file_that_begins_like_a_fence_is_listed(folder: Folder, content: bytes) -> None:
    assert list(only_good(folder({"good.md": GOOD, "other.md": content}))) == ["other.md"]


@posix_only
def test_links_are_read_unless_they_lead_to_folders_or_nowhere(folder: Folder, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(scalar("outside"))
    directory = folder({"good.md": GOOD})
    (directory / "b.md").symlink_to(outside)
    (directory / "broken.md").symlink_to(tmp_path / "nowhere")
    (directory / "broken").symlink_to(tmp_path / "nowhere")
    (directory / "loop.md").symlink_to("loop.md")
    (directory / "loop").symlink_to("loop")
    (directory / "up").symlink_to("..")
    (directory / "self.md").symlink_to(".")
    (directory / "other.txt").symlink_to(outside)
    records, passed = scanned(directory)
    assert {id: read.name for id, read in records.items()} == {"b.md": "outside", "good.md": "good"}
    assert passed == {
        "broken.md": "a broken link",
        "loop.md": "a link that leads nowhere: Too many levels of symbolic links",
        "self.md": "a link to a folder; links to folders are not followed",
        "up": "a link to a folder; links to folders are not followed",
    }


@posix_only
def test_a_pipe_is_listed_and_not_waited_for(folder: Folder) -> None:
    directory = folder({"good.md": GOOD})
    os.mkfifo(directory / "pipe.md")
    (directory / "link.md").symlink_to("pipe.md")
    assert only_good(directory) == {
        "link.md": "a link to something that is no regular file",
        "pipe.md": "not a regular file",
    }


@posix_only
def test_a_file_that_becomes_a_pipe_is_not_waited_for(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = folder({"good.md": GOOD, "pipe.md": GOOD})
    found = scan.find(str(directory))
    (directory / "pipe.md").unlink()
    os.mkfifo(directory / "pipe.md")
    monkeypatch.setattr(scan, "find", lambda *_: found)
    assert list(only_good(directory)) == ["pipe.md"]


def test_a_folder_named_like_a_file_is_entered_and_said(folder: Folder) -> None:
    records, passed = scanned(folder({"x.md/inner.md": GOOD}))
    assert list(records) == ["x.md/inner.md"]
    assert passed == {"x.md": "a folder, not a file; what is in it was read"}


def test_folders_of_others_are_skipped_and_said(folder: Folder) -> None:
    directory = folder({"good.md": GOOD, ".git/a.md": GOOD, "b/node_modules/a.md": GOOD, "node_modules.md": ""})
    assert only_good(directory) == {
        ".git": "folders of this name are skipped",
        "b/node_modules": "folders of this name are skipped",
        "node_modules.md": "the file is empty",
    }


@posix_only
@pytest.mark.parametrize(
    "name",
    [b"new\nline.md", b"esc\x1b[31m.md", b"bytes\xff\xfe.md", b"back\\slash.md", b" .md", b".md", b"n" * 252 + b".md"],
)
def test_odd_names_are_paths_that_find_the_file_again(folder: Folder, name: bytes) -> None:
    directory = folder({"good.md": GOOD})
    inner = os.path.join(os.fsencode(directory), b"folder \xff")
    os.mkdir(inner)
    Path(os.fsdecode(os.path.join(inner, name))).write_text(scalar("odd"))
    records, passed = scanned(directory)
    assert not passed
    (id,) = set(records) - {"good.md"}
    assert id == "folder \udcff/" + os.fsdecode(name)
    assert (directory / id).is_file()


def test_thousands_of_files_come_in_batches_that_count(tmp_path: Path) -> None:
    for number in range(1203):
        (tmp_path / f"{number:04}.md").write_text(GOOD if number % 2 else "# none\n")
    batches = list(scan.scan(str(tmp_path)))
    assert [(len(batch.records) + len(batch.not_loaded), batch.done, batch.total) for batch in batches] == [
        (500, 500, 1203),
        (500, 1000, 1203),
        (203, 1203, 1203),
    ]
    ids = [read.id for batch in batches for read in batch.records]
    assert ids == sorted(ids)
    assert len(ids) == 601


def test_a_cancelled_scan_ends_after_its_batch(tmp_path: Path) -> None:
    for number in range(1001):
        (tmp_path / f"{number:04}.md").write_text(GOOD)
    asked = iter([False, False, False, True])
    batches = list(scan.scan(str(tmp_path), lambda: next(asked)))
    assert sum(len(batch.records) for batch in batches) in (500, 1000)
    assert list(scan.scan(str(tmp_path), lambda: True)) == []


def test_the_garbage_collector_is_as_it_was(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = folder({"good.md": GOOD})

    def fail(*_: str) -> NotLoaded:
        raise RuntimeError("unexpected")

    monkeypatch.setattr(record, "read", fail)
    try:
        for switch in (gc.enable, gc.disable):
            switch()
            before = gc.isenabled()
            with pytest.raises(RuntimeError):
                list(scan.scan(str(directory)))
            assert gc.isenabled() is before
    finally:
        gc.enable()


@posix_only
def test_a_socket_is_listed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = folder({"good.md": GOOD})
    monkeypatch.chdir(directory)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("talk.md")
        assert only_good(directory) == {"talk.md": "not a regular file"}

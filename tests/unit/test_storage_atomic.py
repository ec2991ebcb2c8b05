"""Reading and writing of one file: whole at any instant, with the attributes it had, or refused."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ctxstudio.errors import RefusedError
from ctxstudio.storage import atomic
from tests.unit.agent_files import ROOT, not_as_root, posix_only, texts

OLD, NEW = b"old content\n", b"new content, which is longer\r\n\xff"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_bytes(OLD)
    return path


def no_space(*_: Any) -> NoReturn:
    raise OSError(28, "No space left on device")


def test_a_file_is_replaced_and_its_status_given(file: Path) -> None:
    status = atomic.write(file, NEW)
    assert texts(file.parent) == {"a.md": NEW}
    assert (status.st_ino, status.st_size) == (file.stat().st_ino, len(NEW))
    assert status.st_mtime_ns == file.stat().st_mtime_ns


@posix_only
def test_a_new_file_has_the_mode_of_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic.write(tmp_path / "new.md", NEW)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new.md").stat().st_mode) == 0o640


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o4755, 0o200 | 0o400])
def test_the_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    atomic.write(file, NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert file.read_bytes() == NEW


@posix_only
def test_extended_attributes_are_kept_even_if_one_cannot_be(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("no extended attributes here")
    try:
        os.setxattr(file, "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    names = os.listxattr(file)
    monkeypatch.setattr(os, "listxattr", lambda _: ["security.none", *names])
    atomic.write(file, NEW)
    assert os.getxattr(file, "user.note") == b"kept"


@posix_only
def test_the_target_of_a_link_is_written_and_the_link_kept(file: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    link = tmp_path / "deep" / "link.md"
    link.symlink_to("../a.md")
    atomic.write(link, NEW)
    assert link.is_symlink()
    assert file.read_bytes() == NEW
    assert os.listdir(tmp_path / "deep") == ["link.md"]


@posix_only
def test_a_broken_link_gets_its_target(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to("target.md")
    atomic.write(tmp_path / "link.md", NEW)
    assert (tmp_path / "target.md").read_bytes() == NEW


@posix_only
def test_hard_links_are_refused(file: Path) -> None:
    os.link(file, file.with_name("b.md"))
    with pytest.raises(RefusedError, match="2 hard links"):
        atomic.write(file, NEW)
    assert texts(file.parent) == {"a.md": OLD, "b.md": OLD}


def test_a_read_only_file_is_refused_for_root_as_well(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(RefusedError, match="read-only"):
        atomic.write(file, NEW)
    assert texts(file.parent) == {"a.md": OLD}
    file.chmod(0o644)


@posix_only
def test_a_file_of_somebody_else_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fstat

    def fstat(handle: int) -> os.stat_result:
        mine = list(real(handle))
        mine[stat.ST_UID] += 1
        return os.stat_result(mine)

    def fchown(*_: int) -> NoReturn:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fstat", fstat)
    monkeypatch.setattr(os, "fchown", fchown)
    with pytest.raises(RefusedError, match="belongs to somebody else"):
        atomic.write(file, NEW)
    assert texts(file.parent) == {"a.md": OLD}


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "odd.md"
    if kind == "folder":
        path.mkdir()
    elif hasattr(os, "mkfifo"):
        os.mkfifo(path)
    else:
        pytest.skip("no pipes here")
    with pytest.raises(RefusedError, match="not a regular file"):
        atomic.write(path, NEW)
    if os.name == "posix":
        with pytest.raises(RefusedError, match="not a regular file"):
            atomic.read(path, 100)


def test_a_file_that_changed_on_the_way_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, status = atomic.read(file, 100)
    file.write_bytes(b"changed")
    with pytest.raises(RefusedError, match="changed on disk while"):
        atomic.write(file, NEW, status)
    file.unlink()
    with pytest.raises(RefusedError, match="changed on disk while"):
        atomic.write(file, NEW, status)
    assert texts(file.parent) == {}


@posix_only
def test_content_is_durable_before_its_name_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        steps.append("folder" if is_folder else f"{os.fstat(handle).st_size} bytes")
        fsync(handle)

    def replaced(source: str, target: str) -> None:
        steps.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    atomic.write(file, NEW)
    assert steps == [f"{len(NEW)} bytes", "name", "folder"]
    atomic.write(file, OLD, sync=False)
    assert steps[3:] == [f"{len(OLD)} bytes", "name"]


@posix_only
def test_a_file_whose_dates_were_set_back_is_another(file: Path) -> None:
    _, status = atomic.read(file, 100)
    file.write_bytes(OLD.upper())
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(RefusedError, match="changed on disk while"):
        atomic.write(file, NEW, status)
    assert file.read_bytes() == OLD.upper()


@posix_only
@pytest.mark.parametrize(("mode", "private"), [(0o600, False), (0o640, False), (None, True)])
def test_a_private_file_is_private_while_it_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch, mode: int | None, private: bool
) -> None:
    seen: list[int] = []
    real = os.write

    def write(handle: int, data: memoryview) -> int:
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return real(handle, data)

    if mode is None:
        file.unlink()
    else:
        file.chmod(mode)
    monkeypatch.setattr(os, "write", write)
    before = os.umask(0)
    try:
        atomic.write(file, NEW, private=private)
    finally:
        os.umask(before)
    assert seen == [mode or 0o600]
    assert stat.S_IMODE(file.stat().st_mode) == (mode or 0o600)


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    if not hasattr(os, call):
        pytest.skip("not here")
    file.chmod(0o666)  # which the user's mask does not give by itself
    monkeypatch.setattr(os, call, no_space)
    with pytest.raises(OSError, match="No space left"):
        atomic.write(file, NEW)
    assert texts(file.parent) == {"a.md": OLD}


def test_an_interruption_leaves_the_old_file_and_nothing_else(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        atomic.write(file, NEW)
    assert texts(file.parent) == {"a.md": OLD}


LIMITED = """
import resource, signal, sys
from pathlib import Path
from ctxstudio.storage import atomic
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
try:
    atomic.write(Path(sys.argv[1]), b"x" * (1 << 20))
except OSError as error:
    print(atomic.reason(error))
"""


@posix_only
def test_a_write_that_the_system_cuts_off_leaves_the_old_file_and_nothing_else(file: Path) -> None:
    command = [sys.executable, "-c", LIMITED, str(file)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert texts(file.parent) == {"a.md": OLD}


def test_a_file_of_the_longest_name_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("\N{GRINNING FACE}" * 60 + ".md")
    atomic.write(path, OLD)
    atomic.write(path, NEW)
    assert path.read_bytes() == NEW


@posix_only
def test_a_folder_that_cannot_be_synced_is_no_failure(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(22, "Invalid argument")
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    atomic.write(file, NEW)
    assert file.read_bytes() == NEW


@not_as_root
@posix_only
def test_a_folder_that_cannot_be_written_leaves_all_as_it_was(file: Path) -> None:
    file.parent.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            atomic.write(file, NEW)
    finally:
        file.parent.chmod(0o700)
    assert texts(file.parent) == {"a.md": OLD}


def test_reading_gives_all_bytes_or_refuses(file: Path) -> None:
    assert atomic.read(file, len(OLD))[0] == OLD
    with pytest.raises(RefusedError, match="more than 11 bytes"):
        atomic.read(file, len(OLD) - 1)
    with pytest.raises(FileNotFoundError):
        atomic.read(file.with_name("none.md"), 100)


@pytest.mark.parametrize("size", [0, 5, len(OLD) + 5])
def test_a_file_that_is_written_while_it_is_read_is_read_to_its_end(
    file: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    real_status, real_read = os.fstat, os.read

    def fstat(handle: int) -> os.stat_result:
        then = list(real_status(handle))
        then[stat.ST_SIZE] = size
        return os.stat_result(then)

    monkeypatch.setattr(os, "fstat", fstat)
    monkeypatch.setattr(os, "read", lambda handle, count: real_read(handle, min(count, 7)))
    assert atomic.read(file, 100)[0] == OLD
    with pytest.raises(RefusedError, match="more than 11 bytes"):
        atomic.read(file, len(OLD) - 1)


def test_a_folder_is_made_with_those_above_it_and_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path | str] = []
    monkeypatch.setattr(atomic, "sync_directory", synced.append)
    atomic.make_folder(tmp_path / "a" / "b", private=True)
    assert synced == [tmp_path / "a", tmp_path]
    assert os.name != "posix" or stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    atomic.make_folder(tmp_path / "a" / "b")
    assert len(synced) == 2


def test_a_free_name_is_none_that_is_used(file: Path) -> None:
    assert atomic.free_name(file, "old") == file.with_name("a.old-1")
    file.with_name("a.old-1").symlink_to("nowhere")
    assert atomic.free_name(file, "old") == file.with_name("a.old-2")


@posix_only
def test_no_handle_is_left_open(file: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    if before is None:
        pytest.skip("no /proc here")
    for _ in range(5):
        with pytest.raises(RefusedError):
            atomic.read(file.parent, 10)
        atomic.read(file, 100)
        atomic.write(file, NEW)
    assert len(os.listdir("/proc/self/fd")) <= before

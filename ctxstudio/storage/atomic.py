"""Reading a file whole, and writing it so that it is, at any instant, whole: the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ctxstudio.errors import RefusedError

PREFIX: Final = ".ctxstudio-"
"""Names of temporary files begin with it."""
# O_NONBLOCK: where the file was replaced by a pipe, opening it must not hang.
_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MAKE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_USUAL_MODE: Final = 0o666
"""What the user's mask is taken from."""


class LinkedError(RefusedError):
    """A file has several hard links; it is written in place if the user says so."""


class TornError(RefusedError):
    """A file was being overwritten in place when the system failed, and the old content could not be put back."""


def read(path: Path, most: int) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes, and its status at that time.

    Args:
        path: the file; it may be a symbolic link.
        most: largest size in bytes that is read.

    Raises:
        RefusedError: it is no regular file, or larger.
        OSError: the system refused.
    """
    handle = os.open(path, _READ)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError(f"{path.name} is not a regular file")
        data = os.read(handle, min(status.st_size, most) + 1)
        # Another length than expected: it is being written, or the system gave a part.
        while len(data) != status.st_size and len(data) <= most:
            more = os.read(handle, most + 1 - len(data))
            if not more:
                break
            data += more
        if len(data) > most:
            raise RefusedError(f"{path.name} has more than {most:,} bytes")
    finally:
        os.close(handle)
    return data, status


def write(
    path: Path,
    data: bytes,
    expected: os.stat_result | None = None,
    *,
    token: str = "",
    sync: bool = True,
    private: bool = False,
) -> os.stat_result:
    """Replace a file's content durably, keeping its mode, owner and extended attributes; a link's target is written.

    Args:
        path: the file; it may be a symbolic link, and need not exist.
        data: its new content.
        expected: status of the file when its old content was read; it is refused where that changed.
        token: stands in the name of the temporary file, by which `remove_temporaries` finds it after a crash.
        sync: whether the new name is made durable too; False where the caller does that for the whole folder of `path`.
        private: whether a file that did not exist is for its owner alone.

    Returns:
        the status of the file that was written.

    Raises:
        RefusedError: the file is read-only, has several hard links, belongs to somebody else, or changed on the way.
            Nothing was written.
        OSError: the system refused. The old file is whole.
    """
    target, old = _writable(path)
    if old is not None and old.st_nlink > 1:
        raise LinkedError(f"{path.name} has {old.st_nlink} hard links; replacing it would part them")
    folder = os.path.dirname(target) or os.curdir
    # Never open to more people than the old one, not even while it is written.
    mode = stat.S_IMODE(old.st_mode) if old is not None else 0o600 if private else _USUAL_MODE
    with _temporary(folder, token, mode & 0o777) as (temporary, handle):
        try:
            _write_all(handle, data)  # before the mode is set: a write takes set-user-id bits away
            if old is not None:
                _keep_attributes(target, path, handle, old)
            os.fsync(handle)
            status = os.fstat(handle)
        finally:
            os.close(handle)
        if expected is not None and _changed(target, expected):
            raise RefusedError(f"{path.name} changed on disk while it was being saved")
        os.replace(temporary, target)
    if sync or target != os.fspath(path):
        sync_directory(folder)
    return status


def create(path: Path, data: bytes, mode: int | None = None, *, token: str = "", sync: bool = True) -> os.stat_result:
    """Make a file durably, never over one that is there.

    Args:
        path: the file; its folder exists.
        data: its content.
        mode: its permission bits; None for the usual ones.
        token, sync: as for `write`.

    Returns:
        the status of the file.

    Raises:
        RefusedError: there is something already.
        OSError: the system refused. There is no such file.
    """
    with _temporary(path.parent, token, _USUAL_MODE if mode is None else mode & 0o777) as (temporary, handle):
        try:
            _write_all(handle, data)
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(handle, mode)
            os.fsync(handle)
            status = os.fstat(handle)
        finally:
            os.close(handle)
        try:
            os.link(temporary, path)
        except FileExistsError as error:
            raise RefusedError(f"there is a file {path.name} already") from error
        except OSError as error:  # a file system without hard links: then the check and the rename are two steps
            if os.path.lexists(path):
                raise RefusedError(f"there is a file {path.name} already") from error
            os.replace(temporary, path)
        else:
            os.unlink(temporary)
    if sync:
        sync_directory(path.parent)
    return status


def overwrite(path: Path, before: bytes, after: bytes, expected: os.stat_result) -> os.stat_result:
    """Write a file with several hard links in place, so that all of them see the change.

    While it lasts, every byte of the file is, in its place, one of the old or the new content: a journal must know
    both.

    Args:
        path: the file.
        before: its present content.
        after: its new content.
        expected: status of the file when `before` was read.

    Raises:
        RefusedError: the file is read-only or changed on the way. Nothing was written.
        TornError: the system failed in the middle, and again when the old content was put back.
        OSError: the system refused. The old content is whole.
    """
    target, _ = _writable(path)
    with open(target, "r+b", buffering=0) as file:
        if _changed(target, expected):
            raise RefusedError(f"{path.name} changed on disk while it was being saved")
        try:
            if len(after) > len(before):
                # What it grows by comes first: where the disk is full, the old content is not touched yet.
                _write_at(file, len(before), after[len(before) :])
                os.fsync(file.fileno())
            _write_at(file, 0, after[: len(before)])
            file.truncate(len(after))
            os.fsync(file.fileno())
        except OSError as error:
            _put_back(file, path, before, error)
            raise
        return os.fstat(file.fileno())


def _write_at(file: io.FileIO, offset: int, data: bytes) -> None:
    file.seek(offset)
    _write_all(file.fileno(), data)


def _put_back(file: io.FileIO, path: Path, before: bytes, error: OSError) -> None:
    try:
        file.truncate(len(before))
        _write_at(file, 0, before)
        os.fsync(file.fileno())
    except OSError as again:
        raise TornError(f"{path.name} is half old and half new: {reason(error)}") from again


def _write_all(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


@contextlib.contextmanager
def _temporary(folder: str | Path, token: str, mode: int) -> Iterator[tuple[str, int]]:
    """A new file beside the target, open for writing; it is gone afterwards if it was not renamed."""
    # Not tempfile: a new file takes the mode that the user's mask gives. Not the file's own name: it may be of the
    # greatest length already.
    path = os.path.join(folder, f"{PREFIX}{token}{secrets.token_hex(8)}.tmp")
    handle = os.open(path, _MAKE, mode)
    try:
        yield path, handle
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


def remove_temporaries(folder: Path, token: str) -> None:
    """Remove what `write` left in a folder when it was killed."""
    for path in folder.glob(f"{PREFIX}{token}*.tmp"):
        with contextlib.suppress(OSError):
            path.unlink()


def make_folder(folder: Path, *, private: bool = False) -> None:
    """Make a folder durably, with those above it, where it is not there.

    Args:
        folder: the folder.
        private: whether only its owner may look into it.

    Raises:
        OSError: the system refused.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700 if private else 0o777, exist_ok=True)
    for path in missing:
        sync_directory(path.parent)
    if not missing and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "there is a file of that name", str(folder))


def free_name(path: Path, word: str) -> Path:
    """A name beside a file that is in the way: its own with a word and a number, which no file has yet."""
    names = (path.with_suffix(f".{word}-{number}") for number in itertools.count(1))
    return next(name for name in names if not os.path.lexists(name))


def sync_directory(folder: str | Path) -> None:
    """Make the names in a folder durable; some systems cannot, and then there is nothing to do."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def reason(error: OSError) -> str:
    """What the system says, without the path, which the caller names in its own way."""
    return os.strerror(error.errno) if error.errno else str(error)


def _writable(path: Path) -> tuple[str, os.stat_result | None]:
    """Where a file really is, and its status; None where there is none."""
    target = os.fspath(path)
    try:
        status = os.lstat(target)
        if stat.S_ISLNK(status.st_mode):
            target = os.path.realpath(target)
            status = os.stat(target)
    except FileNotFoundError:
        return target, None
    if not stat.S_ISREG(status.st_mode):
        raise RefusedError(f"{path.name} is not a regular file")
    if not status.st_mode & 0o222 or not _may_write(target, status):
        raise RefusedError(f"{path.name} is read-only")
    return target, status


def _may_write(target: str, status: os.stat_result) -> bool:
    if hasattr(os, "geteuid") and status.st_uid == os.geteuid():
        return bool(status.st_mode & stat.S_IWUSR)  # asking the system takes as long as all the rest of this
    return os.access(target, os.W_OK)


def _keep_attributes(target: str, path: Path, handle: int, old: os.stat_result) -> None:
    """Give the new file what the old one has; Windows has no owners and modes of this kind."""
    if hasattr(os, "fchown"):
        new = os.fstat(handle)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            try:
                os.fchown(handle, old.st_uid, old.st_gid)
            except OSError as error:
                raise RefusedError(f"{path.name} belongs to somebody else; replacing it would make it yours") from error
        if new.st_mode != old.st_mode:
            os.fchmod(handle, stat.S_IMODE(old.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(target):
                # Some are the system's own affair and cannot be set; the others still can.
                with contextlib.suppress(OSError):
                    os.setxattr(handle, name, os.getxattr(target, name))


def _changed(target: str, expected: os.stat_result) -> bool:
    try:
        now = os.stat(target)
    except OSError:
        return True
    return _identity(now) != _identity(expected)


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev

"""Reading a file whole, and writing it so that it is, at any instant, whole: the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from ctxstudio.errors import RefusedError


def read(path: Path, most: int) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes, and its status at that time.

    Args:
        path: the file; it may be a symbolic link.
        most: largest size in bytes that is read.

    Raises:
        RefusedError: it is no regular file, or larger.
        OSError: the system refused.
    """
    # O_NONBLOCK: where the file was replaced by a pipe, opening it must not hang.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError(f"{path.name} is not a regular file")
        with open(handle, "rb", closefd=False) as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise RefusedError(f"{path.name} has more than {most:,} bytes")
    finally:
        os.close(handle)
    return data, status


def write(path: Path, data: bytes, expected: os.stat_result | None = None) -> os.stat_result:
    """Replace a file's content durably, keeping its mode, owner and extended attributes; a link's target is written.

    Args:
        path: the file; it may be a symbolic link, and need not exist.
        data: its new content.
        expected: status of the file when its old content was read; it is refused where that changed.

    Returns:
        the status of the file that was written.

    Raises:
        RefusedError: the file is read-only, has several hard links, belongs to somebody else, or changed on the way.
            Nothing was written.
        OSError: the system refused. The old file is whole.
    """
    target = Path(os.path.realpath(path))
    old = _writable(target, path)
    # Not tempfile: a new file takes the mode that the user's mask gives. Not the file's own name: it may be of the
    # greatest length already.
    temporary = target.parent / f".ctxstudio-{secrets.token_hex(8)}.tmp"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()  # before the mode is set: a write takes set-user-id bits away
            if old is not None:
                _keep_attributes(target, path, file.fileno(), old)
            os.fsync(file.fileno())
            status = os.fstat(file.fileno())
        if expected is not None and _changed(target, expected):
            raise RefusedError(f"{path.name} changed on disk while it was being saved")
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_directory(target.parent)
    return status


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable; some systems cannot, and then there is nothing to do."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def reason(error: OSError) -> str:
    """What the system says, without the path, which the caller names in its own way."""
    return os.strerror(error.errno) if error.errno else str(error)


def _writable(target: Path, path: Path) -> os.stat_result | None:
    try:
        status = os.stat(target)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise RefusedError(f"{path.name} is not a regular file")
    if status.st_nlink > 1:
        raise RefusedError(f"{path.name} has {status.st_nlink} hard links; replacing it would part them")
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise RefusedError(f"{path.name} is read-only")
    return status


def _keep_attributes(target: Path, path: Path, handle: int, old: os.stat_result) -> None:
    """Give the new file what the old one has; Windows has no owners and modes of this kind."""
    if hasattr(os, "fchown"):
        new = os.fstat(handle)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            try:
                os.fchown(handle, old.st_uid, old.st_gid)
            except OSError as error:
                raise RefusedError(f"{path.name} belongs to somebody else; replacing it would make it yours") from error
        os.fchmod(handle, stat.S_IMODE(old.st_mode))
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(target):
                # Some are the system's own affair and cannot be set; the others still can.
                with contextlib.suppress(OSError):
                    os.setxattr(handle, name, os.getxattr(target, name))


def _changed(target: Path, expected: os.stat_result) -> bool:
    try:
        now = os.stat(target)
    except OSError:
        return True
    return (now.st_mtime_ns, now.st_size, now.st_ino) != (expected.st_mtime_ns, expected.st_size, expected.st_ino)

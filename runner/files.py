"""Writes files: for their owner alone, never through a link, and whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import BrokenError, UsageError
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

# Windows has none of the first three, and alone the last. Not blocking, since a pipe that nobody
# reads would otherwise hold up whoever opens it.
_NEVER_A_LINK = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_SYNCS_FOLDERS = os.name == "posix"
# What a file system says that cannot sync a folder; any other error is one of the disk.
_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def check_writable(path: Path) -> None:
    """Make sure, as far as can be told beforehand, that `path` can be written.

    Raises:
        UsageError: if something other than a file stands there.
        BrokenError: if the folder is missing or may not be written to.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    except OSError as error:
        raise _cannot_write(path, error) from error
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        raise UsageError(f"{quoted(str(path), 200)} is not a regular file; name another path")
    temporary = _create_beside(path)
    temporary.unlink()


def write_atomically(path: Path, text: str | Iterable[str]) -> None:
    """Replace the file at `path`, readable by its owner alone; a link there is replaced itself.

    Args:
        path: of the file.
        text: what it is to hold, whole or in pieces.

    Raises:
        BrokenError: if it cannot be written; what stood there before is untouched.
    """
    temporary = _create_beside(path)
    try:
        with temporary.open("wb") as file:
            for piece in [text] if isinstance(text, str) else text:
                # A lone surrogate, from a file name that is no UTF-8, becomes its JSON escape.
                file.write(piece.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:  # an interruption, too, leaves nothing behind
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def open_for_append(path: Path) -> BinaryIO:
    """Open the file at `path` for writing at its end; it has to be there.

    Raises:
        BrokenError: if it is a link, no regular file or another user's, or cannot be opened. On
            Windows, owners are not looked at.
    """
    descriptor = _open(path)
    status = os.fstat(descriptor)
    fault = "it belongs to another user" if _is_foreign(status) else None
    if not stat.S_ISREG(status.st_mode):
        fault = "it is not a regular file"
    if fault is not None:
        os.close(descriptor)
        raise _refused(path, fault)
    return os.fdopen(descriptor, "ab")


def append_text(path: Path, text: str, most: int | None = None) -> None:
    """Add to the end of a file that is not ours, such as one of a CI system; a missing one is made.

    Args:
        path: of a regular file, of whichever user: in a container it belongs to one outside.
        text: what is added, or nothing at all.
        most: bytes that the file may have afterwards.

    Raises:
        BrokenError: if it is a link or no regular file, cannot be written, or would be too large.
    """
    data = text.encode("utf-8", "backslashreplace")
    descriptor = _open(path, os.O_CREAT)
    with os.fdopen(descriptor, "ab") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "it is not a regular file")
        if most is not None and status.st_size + len(data) > most:
            raise _refused(path, f"it would have more than {most:,} bytes")
        try:
            file.write(data)
            file.flush()
        except OSError as error:
            raise _cannot_write(path, error) from error


def make_private_folder(path: Path) -> None:
    """Make sure that `path` is a folder of this user; a new one is for its owner alone.

    Raises:
        BrokenError: if it is a link, which a pull request can hold, no folder or another user's,
            or cannot be made. On Windows, owners are not looked at.
    """
    try:
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        status = path.lstat()
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from error
    if stat.S_ISLNK(status.st_mode):
        raise _refused(path, "it is a link; put a folder there")
    if not stat.S_ISDIR(status.st_mode):
        raise _refused(path, "it is not a folder")
    if _is_foreign(status):
        raise _refused(path, "it belongs to another user")


def sync_folder(path: Path) -> None:
    """Bring to disk which files a folder holds; does nothing where a system has no such thing.

    Raises:
        BrokenError: if the disk fails, or the folder cannot be opened.
    """
    if not _SYNCS_FOLDERS:
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise _cannot_write(path, error) from error


def _open(path: Path, more: int = 0) -> int:
    # Where the system cannot be told not to follow a link, it is looked for beforehand.
    if not hasattr(os, "O_NOFOLLOW") and os.path.islink(path):  # noqa: PTH114 - never raises
        raise _refused(path, "it is a link")
    try:
        return os.open(path, os.O_WRONLY | os.O_APPEND | _NEVER_A_LINK | more, 0o600)
    except (OSError, ValueError) as error:
        if os.path.islink(path):  # noqa: PTH114 - as above
            raise _refused(path, "it is a link") from error
        raise _cannot_write(path, error) from error


def _is_foreign(status: os.stat_result) -> bool:
    return hasattr(os, "geteuid") and status.st_uid != os.geteuid()


def _create_beside(path: Path) -> Path:
    try:
        # Of a long name only the beginning, so that the temporary one is not too long.
        import tempfile

        descriptor, name = tempfile.mkstemp(
            prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent
        )
    except OSError as error:
        raise _cannot_write(path, error) from error
    os.close(descriptor)
    return Path(name)


def _cannot_write(path: Path, error: OSError | ValueError) -> BrokenError:
    # A ValueError is a zero byte or a surrogate in the path.
    reason = getattr(error, "strerror", None) or "unknown reason"
    return _refused(path, reason.lower())


def _refused(path: Path, reason: str) -> BrokenError:
    return BrokenError(f"{quoted(str(path), 200)} cannot be written: {reason}")

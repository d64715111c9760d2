"""Writes files so that a reader sees either the old content or the new, never half of it."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from runner.errors import BrokenError, UsageError
from runner.printable import quoted


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


def write_atomically(path: Path, text: str) -> None:
    """Replace the file at `path`, readable by its owner alone; a link there is replaced itself.

    Raises:
        BrokenError: if it cannot be written; what stood there before is untouched.
    """
    temporary = _create_beside(path)
    try:
        with temporary.open("wb") as file:
            # A lone surrogate, from a file name that is no UTF-8, becomes its JSON escape.
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:  # an interruption, too, leaves nothing behind
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def _create_beside(path: Path) -> Path:
    try:
        # Of a long name only the beginning, so that the temporary one is not too long.
        descriptor, name = tempfile.mkstemp(
            prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent
        )
    except OSError as error:
        raise _cannot_write(path, error) from error
    os.close(descriptor)
    return Path(name)


def _cannot_write(path: Path, error: OSError) -> BrokenError:
    reason = (error.strerror or "unknown reason").lower()
    return BrokenError(f"{quoted(str(path), 200)} cannot be written: {reason}")

"""Brings files to the disk: all of them or none, and never over what is there."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from runner.errors import BrokenError, UsageError
from runner.plural import counted
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_HINT = "nothing was written; name an empty folder, and take from there what you want"


def write_new(folder: Path, texts: Mapping[str, str]) -> None:
    """Write every file below `folder`, which is made where it is missing.

    Args:
        folder: may be a link, as whoever names it knows; below it none is followed.
        texts: by path, with `/`.

    Raises:
        UsageError: naming all that stands in the way; nothing is written then.
        BrokenError: if a file cannot be written; what was written before is taken away again.
    """
    problems = list(_in_the_way(folder, texts))
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        number = counted(len(problems), "thing")
        raise UsageError(f"{number} in the way, and {_HINT}:{lines}")
    made: list[Path] = []
    try:
        for path, text in texts.items():
            _make_folders(Path(folder, *PurePosixPath(path).parts[:-1]), made)
            _write(Path(folder, path), text, made)
    except BaseException as error:  # an interruption, too, leaves nothing behind
        _take_away(made)
        if isinstance(error, OSError):
            where = quoted(str(error.filename or folder), 200)
            reason = (error.strerror or "unknown reason").lower()
            message = f"{where} cannot be written: {reason}; nothing was left behind"
            raise BrokenError(message) from error
        raise


def _in_the_way(folder: Path, texts: Iterable[str]) -> Iterator[str]:
    """Say what keeps each file from being written, each thing once."""
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            yield f"{quoted(str(folder), 200)} is not a folder"
            return
    except FileNotFoundError:
        if os.path.islink(folder):  # noqa: PTH114 - never raises
            yield f"{quoted(str(folder), 200)} is a link that leads nowhere"
        return
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such path can be"
        yield f"{quoted(str(folder), 200)}: {reason.lower()}"
        return
    seen: set[PurePosixPath] = set()
    for path in map(PurePosixPath, texts):
        for part in reversed(path.parents[:-1]):
            if part not in seen and not _is_free_or_folder(Path(folder, part)):
                yield f"{quoted(str(part), 200)} is no folder of its own"
            seen.add(part)
        if os.path.lexists(Path(folder, path)):
            yield f"{quoted(str(path), 200)} is there already"


def _is_free_or_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return True
    except OSError:  # below something that is no folder, which is said of that
        return True


def _make_folders(folder: Path, made: list[Path]) -> None:
    missing = [it for it in (folder, *folder.parents) if not it.exists()]
    for it in reversed(missing):
        it.mkdir()
        made.append(it)


def _write(path: Path, text: str, made: list[Path]) -> None:
    descriptor = os.open(path, _NEW, 0o666)
    made.append(path)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8"))


def _take_away(made: Iterable[Path]) -> None:
    for path in reversed(list(made)):
        with suppress(OSError):  # whatever somebody else has put there meanwhile stays
            if stat.S_ISDIR(path.lstat().st_mode):
                path.rmdir()
            else:
                path.unlink()

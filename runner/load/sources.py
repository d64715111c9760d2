"""Finds the files that the paths on the command line mean, in order, and reads their bytes."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from runner.problems import Problem, file_problem, file_warning
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

STDIN = "-"
SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 5_000_000


class Source(Value, frozen=True):
    """A file to read: `path` as it is shown, `location` on disk, or None for standard input."""

    path: str
    location: Path | None


def find_sources(paths: Sequence[str], cwd: Path) -> tuple[list[Source], list[Problem]]:
    """Give the files that `paths` mean, each once, in the order in which they are named.

    A folder stands for its `*.yaml` and `*.yml`, recursively, sorted by path. Hidden files and
    folders inside it are passed over, and links to folders are not followed.
    """
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for path in paths:
        for found in _expand(path, cwd):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            identity = STDIN if found.location is None else os.path.realpath(found.location)
            first = sources.setdefault(identity, found)
            if first.path != found.path:
                problems.append(_same_file(found.path, first.path))
    return list(sources.values()), problems


def read_source(source: Source, stdin: BinaryIO) -> tuple[bytes | None, list[Problem]]:
    """Give the bytes of one file, or None and why it cannot be read."""
    try:
        data = _read(source, stdin)
    except OSError as error:
        return None, [file_problem("unreadable", source.path, *_wording(error))]
    if data is None:
        hint = "name a regular file; for a pipe write `-`"
        return None, [file_problem("unreadable", source.path, "this is not a regular file", hint)]
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1_000_000} MB"
        return None, [
            file_problem("too-large", source.path, message, "split it into several files")
        ]
    return data, []


def shown_path(location: Path, cwd: Path) -> str:
    """Give the path as ids and messages show it: relative to `cwd`, with `/` (rule R8)."""
    try:
        relative = os.path.relpath(location, cwd)
    except ValueError:  # another drive on Windows: no relative path exists
        relative = str(location)
    path = relative.replace(os.sep, "/")
    return f"./{path}" if path == STDIN else path  # a file of that name is not standard input


def _read(source: Source, stdin: BinaryIO) -> bytes | None:
    if source.location is None:
        return stdin.read(MAX_BYTES + 1)
    # Not blocking, since a link may lead to a pipe that nobody writes to.
    descriptor = os.open(
        source.location, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return file.read(MAX_BYTES + 1)


def _expand(path: str, cwd: Path) -> Iterator[Source | Problem]:
    if path == STDIN:
        yield Source(STDIN, None)
        return
    if not path:  # it would mean the working folder, and nobody means that by nothing
        hint = "name a file or a folder; a variable that holds it may be unset"
        yield file_problem("unreadable", '""', "the path is empty", hint)
        return
    location = Path(os.path.abspath(cwd / path))  # noqa: PTH100 - resolve() would follow links
    shown = shown_path(location, cwd)
    try:
        is_folder = stat.S_ISDIR(location.stat().st_mode)
    except OSError as error:
        yield file_problem("unreadable", shown, *_wording(error, link=os.path.islink(location)))  # noqa: PTH114 - that one can raise
        return
    if is_folder:
        yield from _search(location, shown, cwd)
    else:
        yield Source(shown, location)


def _search(folder: Path, shown: str, cwd: Path) -> Iterator[Source | Problem]:
    found: list[Source | Problem] = []
    for location in _walk(folder, found, cwd):
        path = shown_path(location, cwd)
        refusal = _refuse_link(location, folder, path)
        found.append(refusal or Source(path, location))
    if not any(isinstance(item, Source) or item.is_error for item in found):
        hint = "name a folder that holds *.yaml or *.yml files, or name the files"
        found.append(file_problem("no-files", shown, "there is no YAML file in this folder", hint))
    yield from sorted(found, key=lambda item: item.file if isinstance(item, Problem) else item.path)


def _walk(folder: Path, found: list[Source | Problem], cwd: Path) -> Iterator[Path]:
    waiting = [folder]  # not `os.walk`: before Python 3.12 it gives up where folders nest deeply
    while waiting:
        parent = waiting.pop()
        try:
            with os.scandir(parent) as listed:
                entries = [entry for entry in listed if not entry.name.startswith(".")]
        except OSError as error:
            found.append(file_problem("unreadable", shown_path(parent, cwd), *_wording(error)))
            continue
        for entry in entries:
            location = Path(parent, entry.name)
            if not _is_folder(entry):
                if entry.name.endswith(SUFFIXES):
                    yield location
            elif entry.is_symlink():
                path = shown_path(location, cwd)
                message = "this link to a folder is not followed"
                hint = "name the folder itself on the command line"
                found.append(file_warning("link", path, message, hint))
            else:
                waiting.append(location)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links in a circle
        return False


def _refuse_link(location: Path, folder: Path, path: str) -> Problem | None:
    """A link in a searched folder may lead nowhere else, since a pull request can write one.

    Not to what is hidden either, such as `.git/config`, which may hold the token of a checkout. A
    name that begins with two dots alone is no reason: Kubernetes mounts a ConfigMap by such links.
    """
    if not location.is_symlink():
        return None
    try:
        target = location.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        wording = _wording(
            error if isinstance(error, OSError) else OSError(errno.ELOOP, ""), link=True
        )
        return file_problem("unreadable", path, *wording)
    message = "this link leads out of the folder that is searched"
    if target.is_relative_to(folder.resolve()):
        parts = target.relative_to(folder.resolve()).parts
        if not any(it.startswith(".") and not it.startswith("..") for it in parts):
            return None
        message = "this link leads to what is hidden in the folder"
    return file_problem(
        "link", path, message, "put the file itself here, or name it on the command line"
    )


def _wording(error: OSError, *, link: bool = False) -> tuple[str, str]:
    """Give what is wrong and what to do for a file that cannot be opened."""
    if error.errno == errno.ELOOP:
        return "this symbolic link leads round in a circle", "make it lead to a file, or remove it"
    if error.errno == errno.ENOENT and link:
        return "this symbolic link leads to nothing", "make it lead to a file, or remove it"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "there is no such file or folder", "check the path, and the folder you stand in"
    reason = (error.strerror or "unknown reason").lower()
    return f"the file cannot be read: {reason}", "check who may read it"


def _same_file(path: str, first: str) -> Problem:
    return file_warning(
        "same-file", path, f"this is the same file as `{first}`; it is read once", "name it once"
    )

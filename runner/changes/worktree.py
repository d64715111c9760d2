"""The files as they stand now: where they are in the repository, and what is in them."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from runner.changes.git import OPTION
from runner.errors import BrokenError, UsageError
from runner.load.sources import STDIN, shown_path
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.load import SourceFile

_MOST_NAMED = 5
_SHA1 = 40  # hexadecimal digits of an ID


@dataclass(frozen=True)
class WorkFile:
    """One file that was read.

    Attributes:
        shown: its path as commands show it.
        path: below the root of the repository, with `/`.
    """

    shown: str
    path: str
    data: bytes

    @cached_property
    def plain(self) -> bytes:
        """What is in it, whatever its line ends: a checkout may have changed those."""
        return plain(self.data)

    def identities(self, length: int) -> frozenset[str]:
        """Give the IDs that git may know it by, as it stands and with plain line ends."""
        return frozenset(_identity(it, length) for it in (self.data, self.plain))


def plain(data: bytes) -> bytes:
    """Give a file with LF for every line end; YAML reads all alike."""
    return data.replace(b"\r\n", b"\n")


class WorkTree:
    """The files below the root of a repository, in the spelling that stands on disk."""

    def __init__(self, root: Path, cwd: Path) -> None:
        self._root = root
        self._real_root = os.path.realpath(root)
        self._cwd = cwd
        self._names: dict[Path, frozenset[str]] = {}

    def files(self, sources: Sequence[SourceFile]) -> list[WorkFile]:
        """Read the files that were loaded.

        Raises:
            UsageError: naming those of which this repository knows nothing.
            BrokenError: if one has changed since it was loaded.
        """
        strangers: list[str] = []
        found: list[WorkFile] = []
        for source in sources:
            path, why = self._place(source.path)
            if path is None:
                strangers.append(f"{quoted(source.path, 200)} {why}")
            else:
                found.append(WorkFile(source.path, path, self._read(source)))
        if strangers:
            more = len(strangers) - _MOST_NAMED
            told = "; ".join(strangers[:_MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
            raise UsageError(f"{OPTION} is for files of the repository around: {told}")
        return found

    def holds(self, path: str) -> bool:
        """Whether something stands at `path` in exactly this spelling."""
        folder = self._root
        for part in path.split("/"):
            if part not in self._listed(folder):
                return False
            folder = folder / part
        return True

    def shown(self, path: str) -> str:
        """Give a path below the root as commands show it."""
        return shown_path(self._root / path, self._cwd)

    def below(self, given: str) -> str | None:
        """Give where a folder that was named lies below the root, ending in `/`; else None."""
        location = Path(os.path.abspath(self._cwd / given))  # noqa: PTH100 - links count
        path = self._relative(location)
        if path is None or not location.is_dir():
            return None
        spelt = self._spelt(path)
        return f"{spelt}/" if spelt else ""

    def _place(self, shown: str) -> tuple[str | None, str]:
        """Give where a file lies below the root; or None and why it lies nowhere."""
        if shown == STDIN:
            return None, "is standard input, which has no history"
        location = Path(os.path.abspath(self._cwd / shown))  # noqa: PTH100 - links count
        path = self._relative(location)
        if path is None:
            return None, "lies outside of it"
        real = os.path.realpath(location)
        if not Path(real).is_relative_to(self._real_root):
            return None, "is a link that leads out of it"
        path = self._spelt(path)
        folder = self._root
        for part in path.split("/")[:-1]:
            folder = folder / part
            if ".git" in self._listed(folder):
                return None, "belongs to another repository inside of it; run it there"
        return path, ""

    def _relative(self, location: Path) -> str | None:
        """Give a path below the root, however the folders above that are called."""
        if location.is_relative_to(self._root):
            path = location.relative_to(self._root).as_posix()
            return "" if path == "." else path
        for parent in (location, *location.parents):
            if _same(parent, self._root):
                path = location.relative_to(parent).as_posix()
                return "" if path == "." else path
        return None

    def _spelt(self, path: str) -> str:
        """Give a path as it is spelt on disk, where that tells no letter case apart."""
        folder, parts = self._root, []
        for part in path.split("/") if path else []:
            names = self._listed(folder)
            alike = [it for it in names if _folded(it) == _folded(part)]
            parts.append(alike[0] if part not in names and len(alike) == 1 else part)
            folder = folder / parts[-1]
        return "/".join(parts)

    def _listed(self, folder: Path) -> frozenset[str]:
        if folder not in self._names:
            try:
                self._names[folder] = frozenset(it.name for it in folder.iterdir())
            except OSError:
                self._names[folder] = frozenset()
        return self._names[folder]

    def _read(self, source: SourceFile) -> bytes:
        try:
            data = Path(self._cwd, source.path).read_bytes()
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() != source.sha256:
            raise BrokenError(f"{quoted(source.path, 200)} has changed while it was read")
        return data


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)  # noqa: PTH121 - both may be missing
    except OSError:
        return False


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _identity(data: bytes, length: int) -> str:
    algorithm = "sha1" if length == _SHA1 else "sha256"
    head = f"blob {len(data)}\0".encode()
    return hashlib.new(algorithm, head + data, usedforsecurity=False).hexdigest()

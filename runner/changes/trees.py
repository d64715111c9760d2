"""The files of a commit, read from its tree."""

from __future__ import annotations

import os
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.changes.git import Git

_LINK = "120000"
_FILE = "100"  # how the modes of files begin
_MOST_LINKS = 40  # on the way to one file, as Linux has it


class Entry(NamedTuple):
    """One entry of a tree: a file, a link or a submodule."""

    mode: str
    identity: str

    @property
    def is_file(self) -> bool:
        """Whether it holds a file's own bytes."""
        return self.mode.startswith(_FILE)


class Tree:
    """The files of one commit, by their paths below the root, with `/`."""

    def __init__(self, git: Git, commit: str) -> None:
        """Read the whole tree.

        Raises:
            BrokenError: if git cannot.
        """
        self._git = git
        listed = git.read("ls-tree", "-r", "-z", "--full-tree", commit)
        self.entries: Mapping[str, Entry] = dict(map(_entry, listed.split(b"\0")[:-1]))

    def file(self, path: str) -> Entry | None:
        """Give what reading `path` would have read: links are followed, as far as they stay inside.

        Raises:
            BrokenError: if the clone lacks what a link says.
        """
        left = deque(path.split("/"))
        at: list[str] = []
        links = 0
        while left:
            part = left.popleft()
            if part in ("", "."):
                continue
            if part == "..":
                if not at:
                    return None
                at.pop()
                continue
            at.append(part)
            entry = self.entries.get("/".join(at))
            if entry is not None and entry.mode == _LINK:
                links += 1
                target = self._target(entry)
                if links > _MOST_LINKS or target.startswith("/"):
                    return None
                at.pop()
                left.extendleft(reversed(target.split("/")))
            elif entry is not None:
                return entry if entry.is_file and not left else None
        return None

    def _target(self, link: Entry) -> str:
        target = self._git.blobs([link.identity]).get(link.identity, b"")
        return os.fsdecode(target)


def _entry(line: bytes) -> tuple[str, Entry]:
    head, _, path = line.partition(b"\t")
    mode, _, identity = head.decode().split(" ")
    return os.fsdecode(path), Entry(mode, identity)

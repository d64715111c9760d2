"""Holds the files that were read against those of a commit (rule R33)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from runner.changes.commits import find_base
from runner.changes.git import Git
from runner.changes.renames import Gone, pure_renames, sends, similar
from runner.changes.trees import Tree
from runner.changes.worktree import WorkTree, plain
from runner.load.parser import parse_documents
from runner.load.sources import SUFFIXES
from runner.load.text import decode_text
from runner.plan.changes import Changes, FileChange, Status
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runner.changes.worktree import WorkFile
    from runner.load import Loaded


class Found(Value, frozen=True):
    """What git says of the files.

    Attributes:
        changes: the files with what they are; what follows for a plan is not known yet.
        before: what files held that hold something else now or are gone, by where they stand (or
            stood); where HEAD and the commit parted, as a pull request shows it.
    """

    changes: Changes
    before: Mapping[str, bytes]


def compare(
    name: str,
    loaded: Loaded,
    paths: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    allow_modified: bool = False,
) -> Found:
    """Hold the files in the working tree against a commit.

    They are compared with where HEAD and the commit parted, and with the commit itself: what either
    of them held is not new.

    Args:
        name: of the commit.
        loaded: the files that were read.
        paths: that were named on the command line, to tell which files are gone from there.
        cwd: the working folder.
        environ: where git is, and its settings.
        allow_modified: whether actions of modified files are run.

    Raises:
        UsageError: if there is no such commit or repository, or a file is not in it.
        BrokenError: if git cannot be asked.
    """
    git = Git(cwd, environ)
    base = find_base(git, name)
    comparison = _Comparison(git, [Tree(git, it) for it in base.commits], WorkTree(git.root, cwd))
    files = comparison.files(loaded)
    gone = comparison.gone_below(paths, files)
    shown = Changes(name, base.fork, allow_modified, (*files, *gone))
    return Found(shown, comparison.before)


class _Comparison:
    def __init__(self, git: Git, trees: Sequence[Tree], work: WorkTree) -> None:
        self._git = git
        self._trees = trees
        self._work = work
        self.before: dict[str, bytes] = {}

    def files(self, loaded: Loaded) -> list[FileChange]:
        """Give what has become of each file that was read, in order."""
        files = self._work.files(loaded.files)
        before = {it.path: self._entries(it.path) for it in files}
        changed = [it for it in files if before[it.path] and not _is_among(before[it.path], it)]
        self._git.blobs([identity for it in changed for identity in before[it.path]])  # at once
        status = {path: Status.UNCHANGED for path, ids in before.items() if ids}
        status.update({it.path: self._status(it, before[it.path]) for it in changed})
        new = [it for it in files if not before[it.path]]
        moved = self._moved(new, loaded)
        changes = []
        for file in files:
            is_alike, source = moved.get(file.path, (False, None))
            if source is not None:
                status[file.path] = Status.RENAMED if is_alike else Status.MODIFIED
                if not is_alike:
                    self._remember(file.shown, source)
            was = None if source is None else self._work.shown(source)
            changes.append(FileChange(file.shown, status.get(file.path, Status.ADDED), was))
        return changes

    def gone_below(self, paths: Sequence[str], files: Sequence[FileChange]) -> list[FileChange]:
        """Give the files that stood in the folders named and stand nowhere now, by path."""
        moved = {it.was for it in files}
        folders = [it for it in map(self._work.below, paths) if it is not None]
        searched = [it for it in self._trees[0].entries if _is_searched(it, folders)]
        gone = [it for it in sorted(searched) if not self._work.holds(it)]
        shown = {self._work.shown(it): it for it in gone}
        left = {name: path for name, path in shown.items() if name not in moved}
        entries = [self._trees[0].file(it) for it in left.values()]
        self._git.blobs([it.identity for it in entries if it is not None])  # at once
        for name, path in left.items():
            self._remember(name, path)
        return [FileChange(it, Status.DELETED) for it in left]

    def _entries(self, path: str) -> list[str]:
        """Give the IDs of what stood at a path, in each of the commits."""
        found = (tree.file(path) for tree in self._trees)
        return [it.identity for it in found if it is not None]

    def _status(self, file: WorkFile, before: Sequence[str]) -> Status:
        contents = self._git.blobs(before)
        if any(plain(it) == file.plain for it in contents.values()):
            return Status.UNCHANGED
        self._remember(file.shown, file.path)
        return Status.MODIFIED

    def _moved(self, new: Sequence[WorkFile], loaded: Loaded) -> dict[str, tuple[bool, str]]:
        """Give whether it is all alike, and where it stood, of each file that was moved."""
        if not new:
            return {}
        gone = self._gone()
        length = len(gone[0].identity) if gone else 0
        pure = pure_renames(new, gone, length) if gone else {}
        moved = {path: (True, source) for path, source in pure.items()}
        rest = [it for it in new if it.path not in pure]
        left = {it.path: it.identity for it in gone if it.path.endswith(SUFFIXES)}
        left = {path: it for path, it in left.items() if path not in pure.values()}
        if not rest or not left:
            return moved
        contents = self._git.blobs(list(left.values()))
        old = {path: contents[it] for path, it in left.items() if it in contents}
        sent = _sent(rest, loaded)

        @cache
        def sent_before(path: str) -> frozenset[tuple[str, str]]:
            text, _ = decode_text(path, old[path])
            documents = [] if text is None else parse_documents(path, text)[0]
            return sends([it.value for it in documents])

        def repeats(file: WorkFile, source: str) -> bool:
            return not sent[file.path].isdisjoint(sent_before(source))

        moved.update(
            {path: (is_alike, source) for path, source, is_alike in similar(rest, old, repeats)}
        )
        return moved

    def _gone(self) -> list[Gone]:
        """Give every file of the commits in whose place nothing stands."""
        found: dict[str, str] = {}
        for tree in self._trees:
            for path in tree.entries:
                if path in found or self._work.holds(path):
                    continue
                entry = tree.file(path)
                if entry is not None:
                    found[path] = entry.identity
        return [Gone(path, identity) for path, identity in found.items()]

    def _remember(self, shown: str, path: str) -> None:
        entry = self._trees[0].file(path)
        if entry is not None:
            self.before.update((shown, data) for data in self._git.blobs([entry.identity]).values())


def _is_among(identities: Sequence[str], file: WorkFile) -> bool:
    return not file.identities(len(identities[0])).isdisjoint(identities)


def _is_searched(path: str, folders: Sequence[str]) -> bool:
    """Whether a file would be found in one of these folders, were it there."""
    return path.endswith(SUFFIXES) and any(
        path.startswith(it) and not any(part.startswith(".") for part in path[len(it) :].split("/"))
        for it in folders
    )


def _sent(files: Sequence[WorkFile], loaded: Loaded) -> dict[str, frozenset[tuple[str, str]]]:
    return {
        file.path: sends([it.value for it in loaded.documents if it.file == file.shown])
        for file in files
    }

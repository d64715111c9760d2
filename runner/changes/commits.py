"""Finds the commit to compare with, or says what to set where a clone does not hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.changes.git import OPTION
from runner.errors import UsageError
from runner.printable import quoted

if TYPE_CHECKING:
    from runner.changes.git import Git

_FETCH = (
    "fetch the whole history: `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` on GitLab,"
    " `fetchDepth: 0` on Azure Pipelines, no shallow clone on Jenkins, or git fetch --unshallow"
)
_SHOWN = 100  # characters of a name


class Base(NamedTuple):
    """What the working tree is held against.

    Attributes:
        commit: the one that was named, and
        fork: the last one that it has in common with HEAD; the same one after a plain merge.
    """

    commit: str
    fork: str

    @property
    def commits(self) -> tuple[str, ...]:
        """All whose files were there before, the fork first."""
        return tuple(dict.fromkeys((self.fork, self.commit)))


def find_base(git: Git, name: str) -> Base:
    """Give the commits to compare with.

    Raises:
        UsageError: if there are none, with what to write or set instead.
    """
    if not name.strip():
        raise UsageError(f"{OPTION} is empty; a variable that should hold a commit may be unset")
    if not name.strip("0") and len(name) in (40, 64):
        raise UsageError(
            f"{OPTION} is all zeros, which CI systems give for a branch that is new; name the"
            " branch that it left, such as origin/main"
        )
    commit = git.commit(name)
    is_shallow = git.read("rev-parse", "--is-shallow-repository").strip() == b"true"
    if commit is None:
        raise UsageError(_unknown(git, name, is_shallow=is_shallow))
    head = git.commit("HEAD")
    if head is None:
        raise UsageError(f"{OPTION}: this branch has no commit yet")
    answer = git.ask("merge-base", commit, head)
    fork = answer.output.decode().strip()
    # In a cut history another commit may look like the last common one than truly is.
    if is_shallow and fork not in (commit, head):
        raise UsageError(
            f"{OPTION}: this clone is shallow, and lacks where HEAD and {quoted(name, _SHOWN)}"
            f" parted; {_FETCH}"
        )
    if not fork:
        raise UsageError(f"{OPTION}: HEAD and {quoted(name, _SHOWN)} have no commit in common")
    return Base(commit, fork)


def _unknown(git: Git, name: str, *, is_shallow: bool) -> str:
    shown = quoted(name, _SHOWN)
    if is_shallow:
        return f"{OPTION}: this clone is shallow, and lacks the commit {shown}; {_FETCH}"
    message = f"{OPTION}: there is no commit {shown} in this repository"
    if git.commit(f"origin/{name}") is not None:
        return f"{message}; did you mean {quoted(f'origin/{name}', _SHOWN)}?"
    return f"{message}; fetch it first, or name another (after a forced push it may be gone)"

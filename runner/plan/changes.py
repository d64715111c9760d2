"""What has changed since a commit, and which files' actions are therefore part of a plan (R33)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.printable import quoted
from runner.problems import Problem
from runner.value import Value

if TYPE_CHECKING:
    from runner.validate.config import Config

RULE = "changed-since"


class Status(str, Enum):
    """What a file is, held against the commit."""

    ADDED = "added"
    MODIFIED = "modified"
    RENAMED = "renamed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"


_NEW = (Status.ADDED, Status.MODIFIED)


class Part(str, Enum):
    """What becomes of the actions of a file."""

    RUN = "run"
    LEFT_OUT = "left out"
    NONE = "none"


class Kind(str, Enum):
    """What has become of a guardrail."""

    ADDED = "added"
    REMOVED = "removed"
    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    CHANGED = "changed"
    UNREAD = "unread"


class FileChange(Value, frozen=True):
    """One file, and what follows for a plan.

    Attributes:
        was: where it stood before; a modified one that has it was moved, too.
        actions: what becomes of its actions.
        desired: whether it has desired states, which always count.
    """

    path: str
    status: Status
    was: str | None = None
    actions: Part = Part.NONE
    desired: bool = False

    @property
    def counts(self) -> bool:
        """Whether anything of it is part of the plan."""
        return self.desired or self.actions is Part.RUN


class GuardrailChange(Value, frozen=True):
    """One guardrail that is another one than at the commit (rule R29).

    Attributes:
        key: such as `max_commands`; empty where the file could not be read then.
        environment: whose it is; None for the base.
        file, line, column: where it stands now; of one that is gone, where it would stand.
        before: what it was, for people; None where it was not there.
        after: what it is; None where it is gone.
    """

    kind: Kind
    key: str
    environment: str | None
    file: str
    line: int
    column: int
    before: str | None = None
    after: str | None = None

    @property
    def weakens(self) -> bool:
        """Whether it may let more pass than before."""
        return self.kind not in (Kind.ADDED, Kind.TIGHTENED)


class Changes(Value, frozen=True):
    """How a plan was narrowed to what has changed.

    Attributes:
        since: the commit as it was named.
        base: the ID of the commit that was compared with.
        allow_modified: whether actions of modified files are run.
        files: every file that was read, in order, then those that are gone.
        guardrails: the guardrails that are others than before.
    """

    since: str
    base: str
    allow_modified: bool
    files: tuple[FileChange, ...]
    guardrails: tuple[GuardrailChange, ...] = ()

    def of(self, status: Status) -> tuple[FileChange, ...]:
        """Give the files of one status, in order."""
        return tuple(it for it in self.files if it.status is status)

    @property
    def left_out(self) -> tuple[FileChange, ...]:
        """The files whose actions are not part of the plan."""
        return tuple(it for it in self.files if it.actions is Part.LEFT_OUT)

    @property
    def counted(self) -> frozenset[str]:
        """The paths of all files of which anything is part of the plan."""
        return frozenset(it.path for it in self.files if it.counts)


def narrow(config: Config, found: Changes) -> tuple[Config, Changes]:
    """Leave the actions of files out that are not new; desired states and guardrails stay.

    Args:
        config: the whole of it. A file of which `found` knows nothing is left out.
        found: what git says of the files; what follows for each is found out here.
    """
    status = {it.path: it.status for it in found.files}
    new = {it.path for it in config.files if status.get(it.path) in _NEW}
    documents = tuple(it if it.file in new else replace(it, actions=()) for it in config.documents)
    with_actions = {it.file for it in config.documents if it.actions}
    with_desired = {it.file for it in config.documents if it.desired}
    files = tuple(
        replace(
            it,
            actions=_part(has_actions=it.path in with_actions, is_new=it.path in new),
            desired=it.path in with_desired,
        )
        for it in found.files
    )
    return replace(config, documents=documents), replace(found, files=files)


def _part(*, has_actions: bool, is_new: bool) -> Part:
    if not has_actions:
        return Part.NONE
    return Part.RUN if is_new else Part.LEFT_OUT


def refused(config: Config, changes: Changes) -> list[Problem]:
    """Give a problem for each modified file that has actions, unless those are allowed."""
    if changes.allow_modified:
        return []
    modified = {it.path: it for it in changes.of(Status.MODIFIED) if it.actions is Part.RUN}
    problems: list[Problem] = []
    for document in config.documents:
        change = modified.pop(document.file, None) if document.actions else None
        if change is not None:
            action = document.actions[0]
            place = action.workflows[0] if action.workflows else action
            problems.append(_problem(change, place.line, place.column, changes.since))
    return problems


def _problem(change: FileChange, line: int, column: int, since: str) -> Problem:
    moved = "" if change.was is None else f" and moved from {quoted(change.was, 200)}"
    message = f"this file was modified{moved} since {quoted(since, 80)}, and its actions would run"
    message += " again, all of them"
    hint = (
        "put it back, and write what is to be done now into a new file (a change of desired states"
        " alone into a file without actions); or run all of it with --allow-modified"
    )
    return Problem(RULE, change.path, line, column, "actions", message, hint)

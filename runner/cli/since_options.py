"""The options by which only what changed since a commit is run, for plan and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from runner.cli.declared import Option

if TYPE_CHECKING:
    from runner.commands.changing import Since

ChangedSince = Annotated[
    str | None,
    Option(
        "--changed-since",
        metavar="REF",
        help="Of actions, only those in files that git shows as added since this commit; desired"
        " states always count.",
    ),
]
AllowModified = Annotated[
    bool,
    Option(
        "--allow-modified",
        help="With --changed-since: run all actions of files that were modified, too.",
    ),
]


def since(commit: str | None, *, allow_modified: bool) -> Since | None:
    """Give what is asked for as one value; None where all files count.

    Raises:
        UsageError: if modified files are allowed, and nothing says since when.
    """
    from runner.commands.changing import Since
    from runner.errors import UsageError

    if commit is None:
        if allow_modified:
            raise UsageError("--allow-modified belongs to --changed-since REF")
        return None
    return Since(commit, allow_modified)

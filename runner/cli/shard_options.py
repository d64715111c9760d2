"""The options by which a run is divided by organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from runner.cli.declared import Option

if TYPE_CHECKING:
    from runner.plan.shard import Shard

ShardOf = Annotated[
    str | None,
    Option(
        "--shard",
        metavar="K/N",
        help="Only the organizations that fall to the K-th of N parts, by their names;"
        " report --merge puts the reports together.",
    ),
]

Organizations = Annotated[
    int | None,
    Option(
        "--organizations-in-parallel",
        metavar="N",
        min=1,
        max=64,
        help="Send to so many organizations side by side, to each in order; what fails for one does"
        " not stop the others.",
    ),
]


def shard(text: str | None) -> Shard | None:
    """Give which part is meant; None for all organizations.

    Raises:
        UsageError: if it is no K/N with K from 1 to N.
    """
    from runner.plan.shard import read_shard

    return None if text is None else read_shard(text)

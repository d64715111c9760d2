"""The options by which a run is divided by organization."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

from runner.cli.declared import Option

if TYPE_CHECKING:
    from runner.commands.run_options import Apart
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


class Executor(str, Enum):
    """Who sends to several organizations side by side."""

    THREADS = "threads"
    DASK = "dask"


ExecutorOption = Annotated[
    Executor,
    Option(
        "--executor",
        help="Who sends to several organizations at a time: threads here, or workers of dask.",
    ),
]
Scheduler = Annotated[
    str | None,
    Option(
        "--scheduler",
        metavar="URL",
        help="With --executor dask: where its scheduler is, tls://HOST:PORT or tcp://HOST:PORT.",
    ),
]


def apart(most: int | None, executor: Executor, scheduler: str | None) -> Apart | None:
    """Give how organizations are sent to side by side; None for one after another.

    Raises:
        UsageError: if the options do not go together.
    """
    from runner.commands.run_options import Apart
    from runner.errors import UsageError

    if (executor is Executor.DASK) != (scheduler is not None):
        raise UsageError("--executor dask and --scheduler URL belong together")
    return None if most is None and scheduler is None else Apart(most, scheduler)


def shard(text: str | None) -> Shard | None:
    """Give which part is meant; None for all organizations.

    Raises:
        UsageError: if it is no K/N with K from 1 to N.
    """
    from runner.plan.shard import read_shard

    return None if text is None else read_shard(text)

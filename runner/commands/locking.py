"""Keeps runs apart that would send to the same organization."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from runner.commands.surroundings import Surroundings

_WORKER = ".worker"  # no organization has a dot in its name


@contextmanager
def alone(
    folder: Path,
    organizations: Sequence[str],
    run_id: str,
    timeout: float,
    around: Surroundings,
    *,
    by_workers: bool = False,
) -> Iterator[None]:
    """Hold the locks of organizations while the block runs, and tell people for whom they wait.

    A worker that carries out the part of one organization for another process holds a second lock
    of it, which that process leaves to it. So an organization is never sent to by a worker of which
    everybody else has given up.

    Args:
        folder: the state directory.
        organizations: whose locks are taken.
        run_id: of this run.
        timeout: seconds to wait at most.
        around: the process around.
        by_workers: whether workers carry out what is sent, so that their locks are only made.

    Raises:
        BrokenError: naming the run that has one of them for longer.
    """
    from runner.journal.lock import holding

    def tell(who: str) -> None:
        around.output.say(f"Waiting for another run to end: {who}", important=True)

    def held(names: Sequence[str]) -> AbstractContextManager[None]:
        return holding(folder, names, run_id, timeout, tell)

    workers = [f"{it}{_WORKER}" for it in organizations]
    with held(organizations):
        if by_workers:
            with held(workers):
                pass
            yield
        else:
            with held([it for it in workers if (folder / f"{it}.lock").exists()]):
                yield


@contextmanager
def alone_as_worker(folder: Path, organization: str, run_id: str, timeout: float) -> Iterator[None]:
    """Hold the lock that a worker has while it sends to an organization for another process.

    Raises:
        BrokenError: naming the run that has it for longer than `timeout` seconds.
    """
    from runner.journal.lock import holding

    with holding(folder, [f"{organization}{_WORKER}"], run_id, timeout):
        yield

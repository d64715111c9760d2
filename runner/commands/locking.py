"""Keeps runs apart that would send to the same organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from runner.commands.surroundings import Surroundings


def alone(
    folder: Path, organizations: Sequence[str], run_id: str, timeout: float, around: Surroundings
) -> AbstractContextManager[None]:
    """Hold the locks of organizations, and tell people for whom they wait.

    Raises:
        BrokenError: naming the run that has one of them for longer than `timeout` seconds.
    """
    from runner.journal.lock import holding

    def tell(who: str) -> None:
        around.output.say(f"Waiting for another run to end: {who}", important=True)

    return holding(folder, organizations, run_id, timeout, tell)

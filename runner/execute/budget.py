"""How much a run may spend: until when it goes on, how many faults it bears, and how fast it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from runner.durations import format_duration
from runner.plural import counted

if TYPE_CHECKING:
    from runner.execute.results import CommandResult
    from runner.plan.command import Command
    from runner.world import World

MOST_SERVICE_FAILURES = 5  # commands in a row, after which a run stops


class Budget:
    """Says when a run has to end though there is more to send.

    Its deadline is counted from when it is made.

    Attributes:
        deadline: seconds for the whole run, or None.
        most_failures: after which the service counts as down; 0 for any number.
    """

    def __init__(
        self,
        world: World,
        deadline: float | None = None,
        most_failures: int = MOST_SERVICE_FAILURES,
        left: float | None = None,
    ) -> None:
        """Begin.

        Args:
            world: the clock.
            deadline: seconds for the whole run, or None. Nothing is begun after it; a request under
                way gets its answer.
            most_failures: commands that fail in a row for reasons of the service, as after 429,
                503 or a lost answer, before it counts as down; 0 for any number.
            left: seconds of the deadline that are left; all of it if not given.
        """
        self._world = world
        self.deadline = deadline
        self.most_failures = most_failures
        span = deadline if left is None else left
        self._ends_at = math.inf if span is None else world.monotonic() + span
        self._failures = 0

    def apart(self) -> Budget:
        """Give one for a part of the run, which has the same deadline and no failures yet."""
        return Budget(self._world, self.deadline, self.most_failures, self.left())

    def left(self) -> float:
        """Give the seconds until the deadline; infinite without one."""
        return max(0.0, self._ends_at - self._world.monotonic())

    def note(self, result: CommandResult) -> None:
        """Take down what came of a command that was sent."""
        self._failures = self._failures + 1 if result.of_service else 0

    def why_no_time(self) -> str:
        """Say why nothing may be begun that would come after the deadline."""
        return f"the run's deadline of {format_duration(self.deadline or 0)} leaves no time for it"

    def why_over(self) -> str:
        """Say why nothing more may be begun; empty while it may."""
        if self.deadline is not None and self.left() <= 0:
            return f"the run's deadline of {format_duration(self.deadline)} has passed"
        if 0 < self.most_failures <= self._failures:
            failed = counted(self._failures, "command")
            return f"{failed} in a row failed for reasons of the service: it seems to be down"
        return ""


class Pacer:
    """Keeps the commands to each organization as far apart as their files ask."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._next: dict[str | None, float] = {}

    def delay(self, command: Command) -> float:
        """Give the seconds after which a command may be sent, and count it as sent then."""
        if command.rate is None:
            return 0.0
        now = self._world.monotonic()
        due = max(now, self._next.get(command.organization, now))
        self._next[command.organization] = due + 1 / command.rate
        return due - now

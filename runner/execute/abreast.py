"""Lets several commands be under way at a time, while only one thing happens at a time.

Each command that is under way has a thread, and only the thread that has the turn goes on. It lends
the turn to the others while it waits: for an answer, a state, the disk, or time to pass. So what is
known of a run changes in one place at a time, and whoever listens hears one event after another.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.campaign.background import start_thread
from runner.world import FollowedInterruption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.execute.executor import Means
    from runner.plan.command import Command
    from runner.states import Observations
    from runner.world import Interruption, World

_LOOK = 0.1  # seconds between two looks of the main thread; a signal does not wake it everywhere
_SLICE = 0.5  # seconds after which whoever rests sees that the run stops


class OverError(BaseException):
    """The turn is not given back any more: the run was ended by force."""


class Turns:
    """Whose turn it is; `with` it, a thread has the turn.

    Attributes:
        lent: `with` it, a thread that has the turn lends it to the others.
    """

    def __init__(self) -> None:
        self.lent = _Lent(self)
        self._lock = threading.Lock()
        self._owner = 0
        self._is_over = False

    def take(self) -> None:
        """Wait for the turn.

        Raises:
            OverError: if nobody gets it any more.
        """
        self._lock.acquire()
        if self._is_over:
            self._lock.release()
            raise OverError
        self._owner = threading.get_ident()

    def give(self) -> None:
        """Let the next one go on; nothing where this thread does not have the turn."""
        if self._owner == threading.get_ident():
            self._owner = 0
            self._lock.release()

    def end(self) -> None:
        """Let nobody go on from the next time it waits; return when nobody does."""
        self._is_over = True
        with self._lock:
            pass

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *_: object) -> None:
        self.give()


class _Lent:
    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def __enter__(self) -> None:
        self._turns.give()

    def __exit__(self, *_: object) -> None:
        self._turns.take()


class _LendingInterruption(FollowedInterruption):
    """The same wish to stop for a thread that lends its turn while it waits."""

    def __init__(self, inner: Interruption, turns: Turns) -> None:
        super().__init__(inner)
        self._turns = turns

    def pause(self, seconds: float) -> bool:
        with self._turns.lent:
            return super().pause(seconds)


def lending(means: Means, turns: Turns) -> Means:
    """Give the means of whoever lends its turn while it waits."""

    def look(commands: Sequence[Command], within: float | None = None) -> Observations:
        with turns.lent:
            return means.look(commands, within)

    interruption = _LendingInterruption(means.world.interruption, turns)
    return replace(means, look=look, world=replace(means.world, interruption=interruption))


def rest(world: World, why_not: Callable[[], str], seconds: float) -> bool:
    """Wait, but not beyond an interruption, nor for long beyond a reason to send nothing more.

    Args:
        world: the only way to wait.
        why_not: says why nothing more is sent; empty while there is no reason.
        seconds: to wait.

    Returns:
        Whether there was an interruption.
    """
    ends_at = world.monotonic() + seconds
    while not why_not() and (left := ends_at - world.monotonic()) > 0:
        if world.pause(min(left, _SLICE)):
            return True
    return world.interruption.requested


class Abreast:
    """Threads that do jobs in turns, each begun in order."""

    def __init__(self, turns: Turns, jobs: Iterator[Callable[[], None]]) -> None:
        """Take the jobs.

        Args:
            turns: whoever does a job has the turn, and lends it while it waits.
            jobs: the next one is asked for in turn, too, once a thread has nothing to do.
        """
        self._turns = turns
        self._jobs = jobs
        self._fault: BaseException | None = None
        # No SimpleQueue: its `get` may block for ever where a signal comes across its timeout.
        self._ended: queue.Queue[None] = queue.Queue()

    def do_all(self, most: int) -> None:
        """Do all jobs, at most so many at a time; once.

        Raises:
            BaseException: what a job raised first; no other is begun then, and those under way are
                waited for.
            KeyboardInterrupt: by force; what is under way is left to itself, and `Turns.end` keeps
                it from going on.
        """
        threads = [start_thread(self._go_on, f"command-{n}") for n in range(most)]
        for _ in threads:
            self._wait_for_one()
        for thread in threads:
            thread.join()
        if self._fault is not None:
            raise self._fault

    def _wait_for_one(self) -> None:
        while True:
            try:
                self._ended.get(timeout=_LOOK)
            except queue.Empty:
                continue
            return

    def _go_on(self) -> None:
        try:
            with self._turns:
                self._do_jobs()
        except OverError:
            pass
        finally:
            self._ended.put(None)

    def _do_jobs(self) -> None:
        try:
            while self._fault is None and (job := next(self._jobs, None)) is not None:
                job()
        except OverError:
            raise
        except BaseException as error:  # noqa: BLE001 - whoever waits for all raises it
            self._fault = self._fault or error

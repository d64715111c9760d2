"""Does many jobs on a few threads, begun in order, until one fails or somebody asks to stop.

An executor of the standard library would do, but for two things: its threads keep the process from
ending while one of them waits for a slow answer, and the main thread would sleep through a signal.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec.structs import replace

from runner.campaign.background import start_thread
from runner.value import Value
from runner.world import Interruption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runner.world import World

Job = TypeVar("Job")
Result = TypeVar("Result")

_LOOK = 0.1  # seconds between two looks at whether somebody asked to stop


class _Failed(Value, frozen=True):
    error: BaseException


class Crew(Generic[Job, Result]):
    """Threads that do jobs, each begun in order; the first in order that fails ends them."""

    def __init__(
        self, jobs: Sequence[Job], work: Callable[[Job, World], Result], world: World
    ) -> None:
        """Take the jobs.

        Args:
            jobs: in their order.
            work: does one job on some thread; it waits by the world that it is given. (What waits
                otherwise, as for a token, is left to itself when all is over.)
            world: whose wish to stop ends all.
        """
        self._jobs = jobs
        self._work = work
        self._interruption = world.interruption
        self._over = threading.Event()
        # One wish to stop wakes one waiting thread; it is for the main one.
        self._world = replace(world, interruption=_Over(self._over))
        self._taking = threading.Lock()
        self._next = 0
        self._end = len(jobs)  # no job from this place on is begun
        # No SimpleQueue: its `get` may block for ever where a signal comes across its timeout.
        self._done: queue.Queue[tuple[int, Result | _Failed]] = queue.Queue()

    def gather(self, most: int, tell: Callable[[Result], None]) -> list[Result]:
        """Do all jobs and give their results in order; once.

        Args:
            most: threads, of which there is at least one.
            tell: is told each result on the calling thread as it comes.

        Raises:
            BaseException: what the first job in order raised that raised something. No later one is
                begun then, and those before it are waited for, so that the same one is raised
                however fast each of them is.
            KeyboardInterrupt: as soon as somebody has asked to stop.
        """
        try:
            return self._gather(max(1, min(most, len(self._jobs))), tell)
        finally:
            # What is still under way is left to itself.
            with self._taking:
                self._end = 0
            self._over.set()

    def _gather(self, threads: int, tell: Callable[[Result], None]) -> list[Result]:
        results: dict[int, Result] = {}
        started: list[threading.Thread] = []
        failed, fault = len(self._jobs), None  # the first place whose job failed
        whole = 0  # the first place whose job is not done
        while whole < failed:
            if self._interruption.requested:
                raise KeyboardInterrupt
            if len(started) < threads:
                started.append(start_thread(self._go_on, f"crew-{len(started)}"))
                continue
            try:
                place, outcome = self._done.get(timeout=_LOOK)
            except queue.Empty:
                continue
            if not isinstance(outcome, _Failed):
                results[place] = outcome
                tell(outcome)
            elif place < failed:
                failed, fault = place, outcome.error
            while whole in results:
                whole += 1
        if fault is not None:
            raise fault
        for thread in started:
            thread.join()
        return [results[place] for place in range(len(self._jobs))]

    def _go_on(self) -> None:
        while (place := self._take()) is not None:
            self._done.put((place, self._outcome(place)))

    def _outcome(self, place: int) -> Result | _Failed:
        try:
            return self._work(self._jobs[place], self._world)
        except BaseException as error:  # noqa: BLE001 - whoever gathers raises it
            with self._taking:
                self._end = min(self._end, place)
            return _Failed(error)

    def _take(self) -> int | None:
        with self._taking:
            place = self._next
            if place >= self._end or self._interruption.requested:
                return None
            self._next += 1
            return place


class _Over(Interruption):
    """Tells the threads of a crew that it is over, and wakes those that wait."""

    def __init__(self, over: threading.Event) -> None:
        super().__init__()
        self._over = over

    @property
    def requested(self) -> bool:
        return self._over.is_set()

    def pause(self, seconds: float) -> bool:
        return self._over.wait(max(0.0, seconds))

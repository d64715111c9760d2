"""Jobs on a few threads: in order, to the first that fails, or until somebody asks to stop."""

from __future__ import annotations

import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from runner.observe.crew import Crew
from runner.world import World
from tests.support.worlds import FakeTime

if TYPE_CHECKING:
    from collections.abc import Callable


def ignore(_result: object) -> None:
    pass


def crew_threads() -> list[str]:
    return [it.name for it in threading.enumerate() if it.name.startswith("crew-")]


@pytest.mark.parametrize("most", [-1, 0, 1, 2, 8, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_the_results_are_in_order(most: int, count: int) -> None:
    told: list[int] = []
    crew = Crew(range(count), lambda job, _world: job * 2, World())
    assert crew.gather(most, told.append) == [job * 2 for job in range(count)]
    assert sorted(told) == [job * 2 for job in range(count)]
    assert crew_threads() == []


def test_no_more_threads_work_than_are_allowed() -> None:
    names: set[str] = set()
    together = threading.Barrier(3)

    def work(_job: int, _world: World) -> str:
        together.wait(10)
        names.add(threading.current_thread().name)
        return ""

    Crew(range(30), work, World()).gather(3, ignore)
    assert names == {"crew-0", "crew-1", "crew-2"}


def test_whoever_gathers_is_told_on_his_own_thread() -> None:
    told: list[str] = []

    def tell(_result: object) -> None:
        told.append(threading.current_thread().name)

    Crew(range(20), lambda job, _world: job, World()).gather(4, tell)
    assert told == [threading.current_thread().name] * 20


def test_jobs_are_begun_in_order() -> None:
    begun: list[int] = []

    def work(job: int, _world: World) -> int:
        begun.append(job)
        return job

    Crew(range(100), work, World()).gather(1, ignore)
    assert begun == list(range(100))


def test_a_result_may_be_none() -> None:
    assert Crew(range(3), lambda _job, _world: None, World()).gather(2, ignore) == [None] * 3


class TestFailures:
    def test_after_the_first_failure_no_job_is_begun(self) -> None:
        begun: list[int] = []

        def work(job: int, _world: World) -> int:
            begun.append(job)
            if job == 5:
                raise ValueError("five")
            return job

        with pytest.raises(ValueError, match="five"):
            Crew(range(1000), work, World()).gather(1, ignore)
        assert begun == list(range(6))

    @pytest.mark.parametrize("slow", [2, 3])
    def test_the_first_in_order_is_raised_whichever_came_first_in_time(self, slow: int) -> None:
        other_failed = threading.Event()

        def work(job: int, _world: World) -> int:
            if job == slow:
                assert other_failed.wait(10)
                time.sleep(0.02)
            if job in (2, 3):
                other_failed.set()
                raise ValueError(f"job {job}")
            return job

        for _ in range(20):
            other_failed.clear()
            with pytest.raises(ValueError, match="job 2"):
                Crew(range(50), work, World()).gather(4, ignore)

    def test_those_under_way_beyond_it_are_not_waited_for(self) -> None:
        stuck = threading.Event()

        def work(job: int, _world: World) -> int:
            if job == 1:
                stuck.wait(30)
            if job == 0:
                raise ValueError
            return job

        began = time.monotonic()
        with pytest.raises(ValueError, match=r"^$"):
            Crew(range(2), work, World()).gather(2, ignore)
        assert time.monotonic() - began < 10
        stuck.set()

    @pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, MemoryError])
    def test_nothing_is_lost_in_a_thread(self, error: type[BaseException]) -> None:
        def work(_job: int, _world: World) -> int:
            raise error

        with pytest.raises(error):
            Crew(range(3), work, World()).gather(2, ignore)

    def test_whoever_is_told_may_raise(self) -> None:
        def tell(_result: int) -> None:
            raise BrokenPipeError

        crew = Crew(range(100), lambda job, _world: job, World())
        with pytest.raises(BrokenPipeError):
            crew.gather(2, tell)
        assert crew._take() is None


class TestStopping:
    """Somebody asks to stop: the main thread gets away at once, and nothing else begins."""

    @staticmethod
    def stopped(act: Callable[[World], None]) -> tuple[float, list[int]]:
        """Give how long it took to get away, and what was begun."""
        world, stuck = World(), threading.Event()
        begun: list[int] = []
        all_begun = threading.Barrier(5)  # four threads of the crew, and the one that acts

        def work(job: int, _world: World) -> int:
            begun.append(job)
            all_begun.wait(10)
            assert stuck.wait(30)
            return job

        def act_once_all_have_begun() -> None:
            all_begun.wait(10)
            act(world)

        crew = Crew(range(100), work, world)
        actor = threading.Thread(target=act_once_all_have_begun)
        actor.start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            crew.gather(4, ignore)
        took = time.monotonic() - began
        actor.join()
        stuck.set()
        while crew_threads():
            time.sleep(0.001)
        return took, sorted(begun)

    def test_a_wish_ends_it(self) -> None:
        took, begun = self.stopped(lambda world: world.interruption.request())
        assert took < 5
        assert begun == [0, 1, 2, 3]

    def test_a_wish_beforehand_lets_nothing_begin(self) -> None:
        world = World()
        world.interruption.request()
        with pytest.raises(KeyboardInterrupt):
            Crew(range(3), lambda job, _world: job, world).gather(2, ignore)

    def test_a_thread_that_waits_wakes_and_does_not_swallow_the_wish(self) -> None:
        world = World()
        woken: list[bool] = []

        def work(job: int, its_world: World) -> int:
            if job == 0:
                world.interruption.request()
            woken.append(its_world.pause(60))
            return job

        with pytest.raises(KeyboardInterrupt):
            Crew(range(8), work, world).gather(8, ignore)
        while crew_threads():
            time.sleep(0.001)
        assert woken
        assert all(woken)
        # The one signal is still there for whoever waits on the main thread.
        assert world.interruption._signals.get(timeout=5) == 0

    def test_a_wait_without_a_wish_takes_its_time(self) -> None:
        began = time.monotonic()
        crew = Crew(range(1), lambda _job, world: world.pause(0.05), FakeTime().world())
        assert crew.gather(1, ignore) == [False]
        assert time.monotonic() - began >= 0.049

    def test_the_world_of_a_job_is_the_given_one_in_all_else(self) -> None:
        fake = FakeTime(passed=5.0).world()
        crew = Crew(range(1), lambda _job, world: (world.now(), world.random()), fake)
        assert crew.gather(1, ignore) == [(fake.now(), fake.random())]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_a_wish_by_signal_is_heeded_even_where_the_handler_outlasts_a_look() -> None:
    world, begun = World(), threading.Event()

    def hear(_number: int, _frame: object) -> None:
        time.sleep(0.25)  # longer than the time between two looks
        world.interruption.request()

    def work(_job: int, _world: World) -> None:
        begun.set()
        _world.interruption.pause(20)

    def kill() -> None:
        begun.wait(10)
        time.sleep(0.02)  # by then the main thread looks
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, hear)
    began = time.monotonic()
    try:
        killer = threading.Thread(target=kill)
        killer.start()
        with pytest.raises(KeyboardInterrupt):
            Crew(range(2), work, world).gather(2, ignore)
        killer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - began < 10

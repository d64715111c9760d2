"""Parts side by side: how many at a time, in which order, and what a wish to stop does."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from runner.execute.apart import side_by_side
from runner.world import Interruption

if TYPE_CHECKING:
    from collections.abc import Callable


def nothing() -> None:
    pass


class ByHand:
    """An executor whose futures end when they are told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.futures: dict[int, Future[str]] = {}

    def submit(self, part: int) -> Future[str]:
        self.begun.append(part)
        self.futures[part] = Future()
        return self.futures[part]


def go(
    parts: list[int],
    submit: Callable[[int], Future[str]],
    most: int,
    interruption: Interruption | None = None,
    on_wish: Callable[[], None] = nothing,
    by_force: Callable[[], None] = nothing,
) -> list[str | BaseException]:
    return side_by_side(
        parts, submit, most, interruption or Interruption(), on_wish=on_wish, by_force=by_force
    )


@pytest.mark.parametrize("most", [1, 2, 3, 9])
def test_so_many_are_under_way_at_a_time_and_results_keep_the_order(most: int) -> None:
    lock, now, seen = threading.Lock(), [0], []
    all_there = threading.Barrier(min(most, 3))

    def work(part: int) -> str:
        with lock:
            now[0] += 1
            seen.append(now[0])
        if part < min(most, 3):
            all_there.wait(timeout=20)  # so many really are
        with lock:
            now[0] -= 1
        return str(part)

    with ThreadPoolExecutor(9) as executor:
        came = go([0, 1, 2, 3, 4], lambda part: executor.submit(work, part), most)
    assert came == ["0", "1", "2", "3", "4"]
    assert max(seen) <= most


def test_the_next_begins_when_any_ends() -> None:
    by_hand = ByHand()

    def end(part: int) -> None:
        by_hand.futures[part].set_result(str(part))

    def submit(part: int) -> Future[str]:
        future = by_hand.submit(part)
        if part == 2:  # 0 is still under way
            assert by_hand.begun == [0, 1, 2]
            end(0)
            end(2)
        if part == 1:
            end(1)
        return future

    assert go([0, 1, 2], submit, 2) == ["0", "1", "2"]


def test_what_one_raises_is_given_and_stops_no_other() -> None:
    def work(part: int) -> str:
        if part == 1:
            raise ValueError("one")
        return str(part)

    with ThreadPoolExecutor(2) as executor:
        first, second, third = go([0, 1, 2], lambda part: executor.submit(work, part), 2)
    assert (first, third) == ("0", "2")
    assert isinstance(second, ValueError)


def test_a_wish_to_stop_is_passed_on_once_and_every_part_is_still_heard() -> None:
    interruption, told = Interruption(), []

    def submit(part: int) -> Future[str]:
        interruption.request()
        future: Future[str] = Future()
        future.set_result("stopped")
        return future

    came = go([0, 1, 2], submit, 1, interruption, on_wish=lambda: told.append("wish"))
    assert came == ["stopped"] * 3
    assert told == ["wish"]


def test_by_force_all_that_is_under_way_is_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    interruption, by_hand, forced = Interruption(), ByHand(), []

    def by_force() -> None:
        forced.append("force")
        for it in by_hand.futures.values():
            it.cancel()

    def second_signal(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    def submit(part: int) -> Future[str]:
        future = by_hand.submit(part)
        if interruption.requested:
            future.set_result("not sent")
        return future

    monkeypatch.setattr("runner.execute.apart.wait", second_signal)
    came = go([0, 1, 2], submit, 2, interruption, by_force=by_force)
    assert forced == ["force"]
    assert interruption.requested
    assert all(isinstance(it, InterruptedError) for it in came[:2])
    assert came[2] == "not sent"
    assert by_hand.begun == [0, 1, 2]  # none of them twice

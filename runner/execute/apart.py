"""Carries out the parts of a run side by side, a few at a time, through an executor."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runner.world import Interruption

_LOOK = 0.2  # seconds between two looks; a signal does not wake the main thread everywhere

Part = TypeVar("Part")
Result = TypeVar("Result")


def side_by_side(
    parts: Sequence[Part],
    submit: Callable[[Part], Future[Result]],
    most: int,
    interruption: Interruption,
    *,
    on_wish: Callable[[], None],
    by_force: Callable[[], None],
    on_look: Callable[[], None] = lambda: None,
) -> list[Result | BaseException]:
    """Carry out every part, and give what came of each, in the order of the parts.

    Args:
        parts: each is begun in order; none is left out, also after a wish to stop: what carries it
            out sends nothing then, and says so.
        submit: hands a part to an executor.
        most: the most that are under way at a time.
        interruption: the wish to stop.
        on_wish: called once where somebody asks to stop while parts are under way.
        by_force: called where somebody asks a second time; what is under way has to end soon then,
            be it that its future is cancelled.
        on_look: called again and again while parts are under way.

    Returns:
        For each part what it gave, or what it raised.
    """
    futures: dict[int, Future[Result]] = {}
    ended: dict[int, Result | BaseException] = {}
    is_told = is_forced = False
    while len(ended) < len(parts):
        if interruption.requested and not is_told:
            is_told = True
            _call(on_wish)
        while len(futures) < most and (begun := len(futures) + len(ended)) < len(parts):
            futures[begun] = _submitted(parts[begun], submit)
        _call(on_look)
        try:
            with nullcontext() if is_forced else interruption.forcible():
                wait(futures.values(), timeout=_LOOK, return_when=FIRST_COMPLETED)
        except KeyboardInterrupt:
            interruption.request()
            is_forced = True
            _call(by_force)
        for place in [it for it, future in futures.items() if future.done()]:
            ended[place] = _came_of(futures.pop(place))
    return [ended[place] for place in range(len(parts))]


def _submitted(part: Part, submit: Callable[[Part], Future[Result]]) -> Future[Result]:
    try:
        return submit(part)
    except Exception as error:  # noqa: BLE001 - the other parts go on all the same
        future: Future[Result] = Future()
        future.set_exception(error)
        return future


def _call(function: Callable[[], None]) -> None:
    """Call what helps; whatever breaks there, what was sent has to be reported."""
    with suppress(Exception):
        function()


def answer_of(future: Future[Result]) -> Result:
    """Wait for what a future gives, so that a signal is heard meanwhile; raises what it raises."""
    while not future.done():
        wait([future], timeout=_LOOK)
    return future.result()


def _came_of(future: Future[Any]) -> Any:
    """Give what it gave, or what it raised."""
    if future.cancelled():
        return InterruptedError("it was called off")
    error = future.exception()
    return future.result() if error is None else error

"""The outside world as an argument: the clock, chance, waiting and interruption."""

from __future__ import annotations

import queue
import signal
import time
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from msgspec import field

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


_SLICE = 0.2  # seconds


class Interruption:
    """Turns the first Ctrl-C or SIGTERM into a wish that is looked at between two commands.

    A second one raises KeyboardInterrupt, but only where the code is ready for that: in `forcible`.
    """

    def __init__(self) -> None:
        self._on_wish: Callable[[], None] | None = None
        # Putting into a SimpleQueue is safe inside of a signal handler; an Event is not.
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._received: list[int] = []
        self._requested = False
        self._raises_at_once = False
        self._is_forcible = False

    @property
    def requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self._requested

    def request(self) -> None:
        """Ask to stop, as the first signal does."""
        self._requested = True
        self._signals.put(0)

    def pause(self, seconds: float) -> bool:
        """Wait, but not beyond an interruption; give whether there was one."""
        ends_at = time.monotonic() + seconds
        while not self._requested and (left := ends_at - time.monotonic()) > 0:
            # In slices: a signal that the system gives to another thread does not wake this one.
            with suppress(queue.Empty):
                self._signals.get(timeout=min(left, _SLICE))
        return self._requested

    def wait(self) -> None:
        """Wait until somebody asks to stop, however long that takes."""
        while not self.pause(3600):
            pass

    @contextmanager
    def handling_signals(self, on_wish: Callable[[], None] | None = None) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM as a wish while the block runs.

        Args:
            on_wish: called once from inside the signal's handler, so that it must do very little.
        """
        self._on_wish = on_wish
        before = [(number, signal.signal(number, self._handle)) for number in _signals()]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler or signal.SIG_DFL)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let even the first signal raise KeyboardInterrupt, while nothing is at stake."""
        before, self._raises_at_once = self._raises_at_once, True
        try:
            yield
        finally:
            self._raises_at_once = before

    @contextmanager
    def forcible(self) -> Iterator[None]:
        """Let a second signal raise KeyboardInterrupt, whose outcome the caller takes down."""
        self._is_forcible = True
        try:
            yield
        finally:
            self._is_forcible = False

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        # One step to count it: the handler of a second signal may run in the middle of this one.
        self._received.append(number)
        second = len(self._received) > 1
        if self._raises_at_once or (second and self._is_forcible):
            self.request()
            raise KeyboardInterrupt
        self.request()
        if self._on_wish is not None and not second:
            self._on_wish()


class FollowedInterruption(Interruption):
    """The same wish to stop, for a thread beside the main one, which no signal ever reaches."""

    def __init__(self, inner: Interruption) -> None:
        super().__init__()
        self._inner = inner

    @property
    def requested(self) -> bool:
        """Whether somebody asked to stop."""
        return self._inner.requested

    def request(self) -> None:
        """Ask to stop, for all."""
        self._inner.request()

    def pause(self, seconds: float) -> bool:
        """Wait, but not beyond an interruption; give whether there was one."""
        return self._inner.pause(seconds)


def _signals() -> list[int]:
    """Give the signals that mean an end; a terminal's hang-up not where it is ignored (nohup)."""
    numbers: list[int] = [signal.SIGINT, signal.SIGTERM]
    hang_up = getattr(signal, "SIGHUP", None)  # not on Windows
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        numbers.append(hang_up)
    return numbers


def _chance() -> float:
    from random import random  # only where something is tried again

    return random()  # noqa: S311 - it keeps runners apart, and is no secret


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class World(Value, frozen=True):
    """What the core takes from outside, so that tests can give another.

    Attributes:
        now: the time of day, in UTC.
        monotonic: seconds from some moment, for measuring.
        random: a number from 0 to 1.
        interruption: how a wish to stop arrives, and the only way to wait.
    """

    interruption: Interruption = field(default_factory=Interruption)
    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[], float] = _chance

    def pause(self, seconds: float) -> bool:
        """Wait for so many seconds, or until an interruption; give whether there was one."""
        return self.interruption.pause(seconds)

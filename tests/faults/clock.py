"""A clock that skips what somebody waits for, so that a backoff of seconds costs milliseconds."""

from __future__ import annotations

import threading
import time
from random import Random

from runner.world import Interruption, World

_SHARE = 100.0  # of a pause, one such part is really waited: an outage needs time to end
_LONGEST = 0.05  # seconds


class SkippingClock(Interruption):
    """Both the runner's clock and the sandbox's: requests take their real time, pauses do not.

    Since both go by it, an effect that takes 4 seconds is as far from a look that comes after 5 as
    it would be on any other clock.
    """

    def __init__(self) -> None:
        super().__init__()
        self._skipped = 0.0
        self._skipping = threading.Lock()

    def __call__(self) -> float:
        return time.monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._skipping:
            self._skipped += max(0.0, seconds)

    def pause(self, seconds: float) -> bool:
        until = self() + seconds
        super().pause(min(seconds / _SHARE, _LONGEST))
        self.skip(until - self())
        return self.requested

    def world(self, seed: str) -> World:
        return World(interruption=self, monotonic=self, random=Random(seed).random)

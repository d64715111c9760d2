"""A clock that skips what somebody waits for, so that a backoff of seconds costs milliseconds."""

from __future__ import annotations

import threading
import time
from random import Random

from runner.world import Interruption, World

COMMAND = "command-"  # how the name of a thread begins that sends commands
_SHARE = 100.0  # of a pause, one such part is really waited: an outage needs time to end
_LONGEST = 0.05  # seconds
_AGAIN = 0.002  # seconds until somebody who pauses looks what the others do


class SkippingClock(Interruption):
    """Both the runner's clock and the sandbox's: requests take their real time, pauses do not.

    Since both go by it, an effect that takes 4 seconds is as far from a look that comes after 5 as
    it would be on any other clock. Where several commands are under way, time is skipped only while
    all of them pause, and only until the first of them goes on: a pause of 5 seconds that passed in
    the middle of another one's request would make that request one of 5 seconds.

    Attributes:
        pausing: the threads that pause, and until when.
    """

    def __init__(self) -> None:
        super().__init__()
        self._skipped = 0.0
        self._moved = threading.Condition(threading.RLock())
        self.pausing: dict[threading.Thread, float] = {}

    def __call__(self) -> float:
        return time.monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._moved:
            self._skipped += max(0.0, seconds)
            self._moved.notify_all()

    def pause(self, seconds: float) -> bool:
        until = self() + seconds
        super().pause(min(seconds / _SHARE, _LONGEST))
        thread = threading.current_thread()
        with self._moved:
            self.pausing[thread] = until
            try:
                while not self.requested and self() < until:
                    first = min(self.pausing.values())
                    if first > self() and self._all_pause():
                        self.skip(first - self())
                    else:
                        self._moved.wait(_AGAIN)
            finally:
                del self.pausing[thread]
        return self.requested

    def world(self, seed: str) -> World:
        return World(interruption=self, monotonic=self, random=Random(seed).random)

    def _all_pause(self) -> bool:
        # The main thread counts for itself alone: while others send, it only waits for them.
        sending = {it for it in threading.enumerate() if it.name.startswith(COMMAND)}
        return sending <= self.pausing.keys()

"""How a wish to stop reaches workers: as a file in the state directory, which all of them see."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from runner.files import write_atomically
from runner.world import Interruption

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

_LOOK = 0.2  # seconds between two looks, while a worker waits


class StopSign:
    """The file that asks workers to stop; a context manager that makes it, and takes it away."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stays = False

    def put(self, *, for_good: bool = False) -> None:
        """Ask them; `for_good` where some may hear of it after this process has ended."""
        self.stays = self.stays or for_good
        with suppress(OSError):
            self.path.write_bytes(b"stop\n")

    def __enter__(self) -> Self:
        write_atomically(self.path, "")
        return self

    def __exit__(self, *_: object) -> None:
        if not self.stays:
            self.path.unlink(missing_ok=True)


class StopFile(Interruption):
    """A wish to stop that arrives in a file, since no signal reaches a worker.

    The file is empty as long as nobody asks. It is opened for each look, since file systems on a
    network may answer from memory whether a file is there. Where it is gone, so is the run.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @property
    def requested(self) -> bool:
        """Whether somebody asked."""
        if not self._requested and self._asks():
            self.request()
        return self._requested

    def _asks(self) -> bool:
        try:
            return self._path.read_bytes() != b""
        except FileNotFoundError:
            return True
        except OSError:  # the file system is out of reach for a moment
            return False

    def pause(self, seconds: float) -> bool:
        """Wait, but not beyond an interruption; give whether there was one."""
        ends_at = time.monotonic() + seconds
        while not self.requested and (left := ends_at - time.monotonic()) > 0:
            super().pause(min(left, _LOOK))
        return self.requested

"""What every example has to keep to: 2 s of processor time, 200 MB of memory, and an end."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

MOST_SECONDS = 2.0  # of this thread's processor time: a busy machine makes no example slower
TRACED = 5  # times as long as that where coverage looks at every line
MOST_MEGABYTES = 200.0  # of resident memory, over what it was before the example
LONGEST = 60.0  # seconds on the clock, after which an example counts as hanging

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Figures:
    """What was seen of one kind of example."""

    examples: int = 0
    calls: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0


FIGURES: dict[str, Figures] = {}


class HangError(BaseException):
    """Not an `Exception`, so that nothing of the program takes it for a fault of its own."""


def examples(short: int, share: float, of: str) -> settings:
    """Give how many examples a test looks at.

    Args:
        short: how many in `make test`.
        share: of the number in the variable, where the profile is `long`.
        of: the variable's name, `FUZZ_TEXTS` or `FUZZ_ANSWERS`.
    """
    if os.environ.get("HYPOTHESIS_PROFILE") != "long":
        return settings(max_examples=short)
    whole = int(os.environ.get(of, {"FUZZ_TEXTS": "50000", "FUZZ_ANSWERS": "20000"}[of]))
    return settings(max_examples=max(1, round(whole * share)))


def count(kind: str) -> None:
    """Count one example."""
    FIGURES.setdefault(kind, Figures()).examples += 1


@contextmanager
def bounded(kind: str) -> Iterator[None]:
    """Hold what the block does against the limits."""
    figures = FIGURES.setdefault(kind, Figures())
    gc.freeze()  # what thousands of examples left behind is not for this one to look through
    before, growth = _memory()
    began = thread_time()
    try:
        with _ended():
            yield
    except HangError:
        raise AssertionError(f"no end within {LONGEST:g} s") from None
    finally:
        gc.unfreeze()
    seconds, megabytes = thread_time() - began, growth() - before
    figures.calls += 1
    figures.seconds = max(figures.seconds, seconds)
    figures.megabytes = max(figures.megabytes, megabytes)
    assert seconds < MOST_SECONDS * (TRACED if sys.gettrace() else 1)
    assert megabytes < MOST_MEGABYTES


@contextmanager
def _ended() -> Iterator[None]:
    """Raise HangError in the block if it takes too long; where signals allow that."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not _main():
        yield
        return

    def hang(_number: int, _frame: FrameType | None) -> None:
        raise HangError

    handler = signal.signal(signal.SIGALRM, hang)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def _main() -> threading.Thread:
    return threading.main_thread()


def _memory() -> tuple[float, Callable[[], float]]:
    """Give the megabytes now, and what tells the most that there were at any time since.

    Only Linux can forget an earlier peak. Elsewhere one that an example before reached hides a
    lower one, and on Windows nothing is measured.
    """
    with suppress(OSError):  # no Linux, or one that forbids it
        _RESET.write_text("5", encoding="ascii")  # forget the peak so far: proc(5)
        return _proc("VmRSS"), lambda: _proc("VmHWM")
    try:
        import resource
    except ImportError:
        return 0.0, lambda: 0.0

    def peak() -> float:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used / (2**20 if os.uname().sysname == "Darwin" else 2**10)

    return peak(), peak


def _proc(name: str) -> float:
    text = _STATUS.read_text(encoding="ascii", errors="replace")
    return int(text.partition(f"{name}:")[2].split()[0]) / 1024

"""When to try again, and after how long: pure arithmetic, no waiting."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class RetryPolicy(Value, frozen=True):
    """How often and how patiently one command is tried.

    Attributes:
        attempts: the most attempts, the first included.
        base: seconds; the first wait is at most this long, each further one at most twice the last.
        cap: seconds; no wait of our own is longer.
        longest_asked: seconds; where `Retry-After` asks for more, the command fails instead.
        within: seconds for all attempts of a read together.
    """

    attempts: int = 5
    base: float = 1.0
    cap: float = 30.0
    longest_asked: float = 120.0
    within: float = math.inf

    def delay(self, tried: int, asked: float | None, random: Callable[[], float]) -> float | None:
        """Give the seconds to wait before the next attempt, or None where there is none.

        Args:
            tried: attempts made so far.
            asked: seconds that the answer asked for, if it did.
            random: gives a number from 0 to 1; full jitter keeps many runners apart.
        """
        if tried >= self.attempts or (asked is not None and asked > self.longest_asked):
            return None
        if asked is not None:
            return asked
        ceiling: float = min(self.cap, self.base * 2 ** (tried - 1))
        return ceiling * random()


def retry_after(header: str | None, now: datetime) -> float | None:
    """Give the seconds that a `Retry-After` header asks for, or None where it says nothing.

    Args:
        header: seconds or an HTTP date (RFC 9110, section 10.2.3).
        now: with a time zone; a date is counted from here.
    """
    if header is None:
        return None
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        then = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=now.tzinfo)
    return max(0.0, (then - now).total_seconds())

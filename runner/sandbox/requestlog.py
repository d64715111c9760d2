"""A bounded memory of the requests that came in."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from runner.sandbox.records import RequestRecord

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_REQUESTS = 100_000
MAX_BODY_BYTES = 64 * 1024 * 1024


class RequestLog:
    """Keeps the newest requests; beyond either limit the oldest are dropped.

    Sequence numbers count on, so that a gap at the front shows that some were dropped.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        max_requests: int = MAX_REQUESTS,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._clock = clock
        self._max_requests = max_requests
        self._max_body_bytes = max_body_bytes
        self._lock = threading.Lock()
        self._records: deque[RequestRecord] = deque()
        self._count = 0
        self._body_bytes = 0

    def add(self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> int:
        """Remember one request, and give its number."""
        with self._lock:
            self._count += 1
            at = self._clock()
            self._records.append(RequestRecord(self._count, at, method, path, headers, body))
            self._body_bytes += len(body)
            while (
                len(self._records) > self._max_requests or self._body_bytes > self._max_body_bytes
            ):
                self._body_bytes -= len(self._records.popleft().body)
            return self._count

    def records(self) -> tuple[RequestRecord, ...]:
        """Give what is remembered, oldest first."""
        with self._lock:
            return tuple(self._records)

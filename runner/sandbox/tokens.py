"""The access tokens that the sandbox believes."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenStore:
    """Issues tokens that end on the clock; the configured one ends only where it is expired."""

    def __init__(self, access_token: str, lifetime: float, clock: Callable[[], float]) -> None:
        self._access_token: str | None = access_token
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._ends: dict[str, float] = {}

    def issue(self) -> str:
        """Make a new token, valid from now for the lifetime; earlier ones stay valid."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock()
            self._ends = {known: end for known, end in self._ends.items() if end > now}
            self._ends[token] = now + self._lifetime
        return token

    def expire(self, *, given: bool) -> None:
        """End the tokens that were issued so far; the configured one, too, if it is `given`."""
        with self._lock:
            self._ends.clear()
            if given:
                self._access_token = None

    def accepts(self, token: str) -> bool:
        """Tell whether the token is the configured one, or was issued and has not ended."""
        if token == self._access_token:
            return True
        with self._lock:
            end = self._ends.get(token)
            return end is not None and self._clock() < end

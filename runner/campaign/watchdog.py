"""Ends an exchange whose time is up, however slowly the other side drips its answer.

A socket's own timeout counts anew with every byte, so it alone bounds nothing.
"""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from runner.campaign.background import start_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Watch:
    """One exchange under watch; `expired` tells whether it was ended before its own end."""

    def __init__(self, deadline: float, find_socket: Callable[[], socket.socket | None]) -> None:
        self.deadline = deadline
        self.expired = False
        self._find_socket = find_socket

    def end(self) -> None:
        """Shut the socket down, so that whoever waits for it wakes with an error."""
        self.expired = True
        found = self._find_socket()
        if found is None:
            return
        try:
            # Of the socket class itself: an SSL socket's own method would also drop its state,
            # under the feet of the thread that is reading from it.
            socket.socket.shutdown(found, socket.SHUT_RDWR)
        except OSError:  # closed in the meantime
            return


class Watchdog:
    """Watches any number of exchanges with one thread, which starts with the first of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watches: set[Watch] = set()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._wakes_at = float("inf")

    @contextmanager
    def watching(
        self, deadline: float, find_socket: Callable[[], socket.socket | None]
    ) -> Iterator[Watch]:
        """End what runs inside once its time is up.

        Args:
            deadline: on the monotonic clock.
            find_socket: gives the socket in use, or None while there is none.
        """
        watch = Watch(deadline, find_socket)
        with self._changed:
            if self._closed:
                watch.expired = True
            else:
                self._watches.add(watch)
                self._thread = self._thread or start_thread(self._run, "watchdog")
            if watch.deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield watch
        finally:
            with self._changed:
                self._watches.discard(watch)

    def close(self) -> None:
        """End whatever is under watch, and everything that comes later; stop the thread."""
        with self._changed:
            self._closed = True
            for watch in self._watches:
                watch.end()
            self._watches.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                now = monotonic()
                for watch in [watch for watch in self._watches if watch.deadline <= now]:
                    self._watches.discard(watch)
                    watch.end()
                self._wakes_at = min((it.deadline for it in self._watches), default=float("inf"))
                # No longer than a lock can wait; waking for nothing once a day costs nothing.
                self._changed.wait(min(max(0.0, self._wakes_at - monotonic()), 86_400))

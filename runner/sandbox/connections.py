"""The connections that are open, so that they can be ended."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Connections:
    """A set of sockets that many threads add to and remove from."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()

    def add(self, connection: socket.socket) -> None:
        """Remember a connection that was accepted."""
        with self._changed:
            self._open.add(connection)

    def discard(self, connection: socket.socket) -> None:
        """Forget a connection that was closed."""
        with self._changed:
            self._open.discard(connection)
            self._changed.notify_all()

    def end_all(self, timeout: float) -> bool:
        """Wake every thread that reads or writes, and wait for it to close its connection.

        Gives False where some are still open after `timeout` seconds.
        """
        with self._changed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            return self._changed.wait_for(lambda: not self._open, timeout)

"""The connections that are open, so that they can be ended."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import threading
import time
from contextlib import suppress

_LONGEST_WAIT = 3600.0  # seconds; a selector takes no longer ones than some weeks
# On, and no time: what is still to be sent is thrown away, and the other side sees a reset.
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Connections:
    """A set of sockets that many threads add to and remove from."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._ending: set[socket.socket] = set()
        self._resetting: set[socket.socket] = set()
        self._changed = threading.Condition()

    def add(self, connection: socket.socket) -> None:
        """Remember a connection that was accepted."""
        with self._changed:
            self._open.add(connection)

    def discard(self, connection: socket.socket) -> None:
        """Forget a connection that was closed."""
        with self._changed:
            for known in (self._open, self._ending, self._resetting):
                known.discard(connection)
            self._changed.notify_all()

    def reset(self, connection: socket.socket) -> None:
        """Have the closing of a connection be a reset."""
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        with self._changed:
            self._resetting.add(connection)

    def is_to_reset(self, connection: socket.socket) -> bool:
        """Tell whether the closing of a connection is to be a reset."""
        with self._changed:
            return connection in self._resetting

    def pause(self, connection: socket.socket, seconds: float) -> bool:
        """Wait, and tell whether the connection is still there; give back at once if it is not."""
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ)
            while (left := until - time.monotonic()) > 0:
                # Both the client's end and `end_all` make it readable.
                if selector.select(min(left, _LONGEST_WAIT)):
                    return not _is_at_end(connection) and self._outlasts(connection, until)
        return True

    def _outlasts(self, connection: socket.socket, until: float) -> bool:
        """Wait with a connection on which more was sent ahead, and so is readable all the time."""
        with self._changed:
            while (left := until - time.monotonic()) > 0:
                if connection in self._ending:
                    return False
                self._changed.wait(min(left, _LONGEST_WAIT))
        return True

    def end_all(self, timeout: float) -> bool:
        """Wake every thread that reads or writes, and wait for it to close its connection.

        Gives False where some are still open after `timeout` seconds.
        """
        with self._changed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._ending |= self._open
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._open, timeout)


def _is_at_end(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True

"""A server that holds requests back until it is told to answer."""

from __future__ import annotations

import socket
from contextlib import suppress

ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"


class Gate:
    """A server that takes one request a connection, and answers when it is told to."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []

    def take(self) -> tuple[str, socket.socket]:
        """Give the organization of the next request over a new connection, and the connection."""
        connection, _ = self._listener.accept()
        connection.settimeout(20)
        self._open.append(connection)
        return self.read(connection), connection

    @staticmethod
    def read(connection: socket.socket) -> str:
        data = b""
        while b"}" not in data:
            data += connection.recv(65536)
        return data.split(b"/", 2)[1].decode()

    def close(self) -> None:
        for it in (self._listener, *self._open):
            it.close()


def accept_all(connection: socket.socket) -> None:
    """Accept the request that has come over a connection, and all that come after it."""
    with suppress(OSError):
        connection.sendall(ACCEPTED)
        while connection.recv(65536):
            connection.sendall(ACCEPTED)

"""A server that answers when a test tells it to, and runs that wait for it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.support.campaign import SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"
_SECONDS = 20.0  # until a test that waits in vain fails


class HeldServer:
    """Reads requests, and answers each only when it is told to; a closed connection is replaced."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_SECONDS)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connection: socket.socket | None = None

    def read(self) -> bytes:
        """Give the next request that comes, over whichever connection."""
        while True:
            if self._connection is None:
                self._connection, _ = self._listener.accept()
                self._connection.settimeout(_SECONDS)
            data = b""
            while b"\r\n\r\n" not in data or (data.startswith(b"POST") and b"}" not in data):
                more = self._connection.recv(65536)
                if not more:
                    break
                data += more
            if data:
                return data
            self._connection.close()
            self._connection = None

    def answer(self, data: bytes = ACCEPTED) -> None:
        assert self._connection is not None
        self._connection.sendall(data)

    def tell(self, state: str) -> None:
        """Answer a read of a state."""
        body = f'{{"state": "{state}"}}'.encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        self.answer(head.encode() + str(len(body)).encode() + b"\r\n\r\n" + body)

    def close(self) -> None:
        self._listener.close()
        if self._connection is not None:
            self._connection.close()


@contextmanager
def running(server: HeldServer, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program as a process of its own against `server`; it is killed at the end."""
    started = subprocess.Popen(
        [sys.executable, "-m", "runner", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, **SECRETS, "CAMPAIGN_RUNNER_BASE_URL": server.url},
    )
    with started:
        yield started
        started.kill()

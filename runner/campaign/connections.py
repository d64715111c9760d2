"""Connections that know whether any byte of a request was handed to them, and where they may lead.

The exceptions of requests and urllib3 do not tell whether the server can have seen a request: a
reset before sending and one after it look the same. The connection itself knows. And whatever asked
for it, it leads nowhere but where the request of its thread may go.
"""

from __future__ import annotations

import re
import threading
from http.client import BadStatusLine, HTTPResponse, RemoteDisconnected
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from runner.campaign.route import ForbiddenConnectionError, check_peer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from typing_extensions import Self

    from runner.campaign.route import Route

LONGEST_IDLE = 5.0  # seconds; servers and balancers close idle connections, some without a word

_STATUS_LINE = re.compile(rb"HTTP/[0-9]\.[0-9] [0-9]{3}(?:[ \r\n]|\Z)")
_local = threading.local()


class Exchange:
    """What becomes of one request on this thread.

    Attributes:
        sent: whether any byte of it was handed to a connection.
        is_over: tells whether it was called off; nothing is sent from then on.
        route: the way that it may take; None as long as that is not known, and it may take none.
    """

    def __init__(self, deadline: float, route: Route | None = None) -> None:
        """Begin.

        Args:
            deadline: on the monotonic clock; nothing is sent from then on.
            route: the way that it may take.
        """
        self.route = route
        self.sent = False
        self.is_over: Callable[[], bool] = lambda: False
        self._deadline = deadline
        self._connection: _Noting | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        _local.exchange = self
        return self

    def __exit__(self, *_: object) -> None:
        _local.exchange = None

    def current_socket(self) -> socket.socket | None:
        """Give the socket in use, or None before there is one."""
        return getattr(self._connection, "sock", None) or self._socket

    def note(self, connection: _Noting) -> None:
        """Take down which connection carries the request.

        Raises:
            ForbiddenConnectionError: if it leads elsewhere than the request may go.
        """
        if self.route is None:
            raise ForbiddenConnectionError("nothing is sent where no way was allowed")
        self.route.check(connection, secure=connection.is_secure)
        self._connection = connection

    def drop(self) -> None:
        """Close the connection, even if it has gone back to its pool, which then renews it."""
        if self._connection is not None:
            self._connection.close()

    def hand_over(self, socket_in_use: socket.socket) -> None:
        """Take down that the request leaves now.

        Args:
            socket_in_use: kept, since a connection lets go of its socket before the body is read,
                where that ends with the connection.

        Raises:
            TimeoutError: if its time was up before: a slow name look-up cannot be ended, and the
                watchdog finds no socket while it lasts.
        """
        if not self.sent and (self.is_over() or monotonic() >= self._deadline):
            raise TimeoutError("there was no connection in time")
        self.sent, self._socket = True, socket_in_use


def _current() -> Exchange:
    exchange: Exchange | None = getattr(_local, "exchange", None)
    if exchange is None:
        raise ForbiddenConnectionError("nothing is sent outside of an exchange")
    return exchange


class _WholeLines:
    """Gives the lines of a head, and takes no end for a blank line."""

    last = b""  # the line that was given last

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readline(self, limit: int) -> bytes:
        self.last = line = self._file.readline(limit)
        if not line.endswith(b"\n") and len(line) < limit:
            raise RemoteDisconnected("the connection ended before a whole head of an answer")
        return line

    def close(self) -> None:
        self._file.close()


class _Response(HTTPResponse):
    """An answer whose head is whole; the standard library is content with any part of one."""

    fp: Any

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        # Python takes `+200` and `2_00` for numbers; a status is three digits (RFC 9112, 4).
        line = getattr(self.fp, "last", None)  # of a proxy's answer to CONNECT there is none
        if line is not None and _STATUS_LINE.match(line) is None:
            raise BadStatusLine("the status line holds no status of three digits")
        return version, status, reason

    def begin(self) -> None:
        file = self.fp
        self.fp = _WholeLines(file)
        try:
            super().begin()
        finally:
            if self.fp is not None:
                self.fp = file


class _Noting:
    """What both kinds of connection do beyond those of urllib3."""

    response_class: Any = _Response
    _last_used = 0.0
    _connecting = False
    _held: bytes | None = None  # what goes out with the next piece
    is_secure = False  # whether it speaks TLS with the server itself
    sock: Any
    close: Callable[[], None]

    @property
    def debuglevel(self) -> int:
        """Zero whatever anybody sets: the standard library prints whole requests at any other."""
        return 0

    @debuglevel.setter
    def debuglevel(self, level: int) -> None:
        pass

    def connect(self) -> None:
        _current().note(self)
        self._connecting = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._connecting = False
        if not self.is_secure:
            check_peer(self.sock)
        self._last_used = monotonic()

    def request(self, method: str, url: str, body: Any = None, **kwargs: Any) -> None:
        """Send a request; its head and a short body leave in one piece."""
        self._held = b"" if body and isinstance(body, bytes) else None
        try:
            super().request(method, url, body, **kwargs)  # type: ignore[misc]
        finally:
            self._held = None

    def send(self, data: Any) -> None:
        if self._held is not None and not self._connecting:
            if not self._held:  # the head, which the body follows at once
                self._held = data
                return
            data, self._held = self._held + data, None
        if getattr(self, "sock", None) is None:
            self.connect()
        # What goes out while it connects is a proxy's CONNECT, which holds nothing of the request.
        if not self._connecting:
            exchange = _current()
            exchange.note(self)
            exchange.hand_over(self.sock)
        super().send(data)  # type: ignore[misc]

    def getresponse(self) -> Any:
        response = super().getresponse()  # type: ignore[misc]
        self._last_used = monotonic()
        return response

    @property
    def is_connected(self) -> bool:
        """Whether it may be used again; its pool closes and renews it where not."""
        fresh = monotonic() - self._last_used <= LONGEST_IDLE
        return fresh and bool(super().is_connected)  # type: ignore[misc]


class _Connection(_Noting, HTTPConnection):  # type: ignore[misc]
    pass


class _SecureConnection(_Noting, HTTPSConnection):  # type: ignore[misc]
    is_secure = True


class NotingPool(HTTPConnectionPool):
    """Connections in plain text, which lead to this very machine."""

    ConnectionCls: Any = _Connection


class SecureNotingPool(HTTPSConnectionPool):
    """Connections with TLS."""

    ConnectionCls: Any = _SecureConnection

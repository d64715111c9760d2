"""Holds every connection against the way that its request may take, where it is made.

That an address was checked when it was written is not enough: a redirect that some library follows,
a proxy that nobody named or a name that leads elsewhere would still carry the secrets away.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.campaign.hosts import Origin
from runner.printable import quoted
from runner.value import Value

if TYPE_CHECKING:
    import socket


class ForbiddenConnectionError(OSError):
    """A connection that is not made, or over which nothing is sent."""


class Proxy(NamedTuple):
    """Where a proxy listens."""

    host: str
    port: int


class Route(Value, frozen=True):
    """The one way that a request may take.

    Attributes:
        origin: of its address.
        proxy: the one that the environment names for it, if any.
        allowed: whether whoever made the transport lets requests go to that origin.
    """

    origin: Origin
    proxy: Proxy | None = None
    allowed: bool = True

    def check(self, connection: Any, *, secure: bool) -> None:
        """Make sure that a connection of urllib3 leads where the request may go, and no other way.

        Args:
            connection: before it connects, or before the request leaves over it.
            secure: whether it speaks TLS with the server itself.

        Raises:
            ForbiddenConnectionError: if it does not.
        """
        there = _named(connection.host), connection.port
        tunnel = connection._tunnel_host, connection._tunnel_port  # noqa: SLF001 - no other way
        scheme = "https" if secure else "http"
        if connection.proxy is None and tunnel[0] is None:
            proxy, origin = None, Origin(scheme, *there)
        elif tunnel[0] is None or not secure:
            raise ForbiddenConnectionError("nothing is sent to a proxy in plain text")
        else:
            proxy, origin = Proxy(*there), Origin(scheme, _named(tunnel[0]), tunnel[1] or 443)
        if origin != self.origin or not self.allowed:
            where = quoted(f"{origin.scheme}://{origin.host}:{origin.port}", 300)
            raise ForbiddenConnectionError(f"nothing is sent to {where}, which was not allowed")
        if proxy != self.proxy:
            raise ForbiddenConnectionError("nothing is sent through a proxy that was not named")


def check_peer(connected: socket.socket) -> None:
    """Make sure that the other end of a connection in plain text is on this very machine.

    Raises:
        ForbiddenConnectionError: if it is not: `localhost` may lead anywhere.
    """
    peer = str(connected.getpeername()[0])
    address = ipaddress.ip_address(peer.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_loopback:
        message = f"nothing is sent in plain text to {quoted(peer)}, which is another machine"
        raise ForbiddenConnectionError(message)


def _named(host: str) -> str:
    return host.lower().strip("[]").rstrip(".")

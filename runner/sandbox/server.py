"""The server: a socket on loopback, a thread that listens, a thread for each connection."""

from __future__ import annotations

import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer

from runner.sandbox.connections import Connections
from runner.sandbox.handler import SandboxHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from runner.sandbox.requestlog import RequestLog

HOST = "127.0.0.1"
_BACKLOG = 128
_POLL_SECONDS = 0.02
_CLOSE_SECONDS = 5.0


class SandboxServer(ThreadedWSGIServer):
    """Listens from its making on; serves between `run` and `stop`."""

    def __init__(self, port: int, app: WSGIApplication, request_log: RequestLog) -> None:
        # A socket of our own: Werkzeug's way ends the whole process where the port is taken.
        with socket.create_server((HOST, port), backlog=_BACKLOG) as listener:
            super().__init__(HOST, port, app, SandboxHandler, fd=listener.fileno())
        self.request_log = request_log
        self._connections = Connections()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name="sandbox", daemon=True
        )

    def run(self) -> None:
        """Begin to serve, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close the listening socket and every connection; give back once all are closed."""
        self.shutdown()
        self._thread.join()
        self._connections.end_all(_CLOSE_SECONDS)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        self._connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that went away; anything else is a bug and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

"""The server: a socket on loopback, a thread that listens, a thread for each connection."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from http.server import HTTPServer
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer

from runner.sandbox.connections import Connections
from runner.sandbox.handler import SandboxHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from runner.sandbox.faultdesk import FaultDesk
    from runner.sandbox.requestlog import RequestLog

HOST = "127.0.0.1"
_BACKLOG = 128
_POLL_SECONDS = 0.02
_CLOSE_SECONDS = 5.0
_TAKEN_SECONDS = 0.02


class SandboxServer(ThreadedWSGIServer):
    """Listens from its making on; serves between `run` and `stop`."""

    def __init__(
        self, port: int, app: WSGIApplication, request_log: RequestLog, faults: FaultDesk
    ) -> None:
        # A socket of our own: Werkzeug's way ends the whole process where the port is taken.
        with socket.create_server((HOST, port), backlog=_BACKLOG) as listener:
            super().__init__(HOST, port, app, SandboxHandler, fd=listener.fileno())
        self.request_log = request_log
        self.faults = faults
        self.connections = Connections()
        self._stopping = threading.Event()
        self._outage_lock = threading.Lock()
        self._outage: float | None = None
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    def run(self) -> None:
        """Begin to serve, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close the listening socket and every connection; give back once all are closed."""
        self._stopping.set()
        self.shutdown()
        self._thread.join()
        self.connections.end_all(_CLOSE_SECONDS)

    def go_away(self, seconds: float) -> None:
        """Begin to refuse connections for a while, and to end those that there are.

        Gives back before that is done: the thread that listens does it.
        """
        with self._outage_lock:
            self._outage = max(self._outage or 0.0, seconds)
        self.shutdown()

    def _serve(self) -> None:
        try:
            while True:
                # Not Werkzeug's own, which closes the socket for good behind it. It always runs
                # before `_stopping` is looked at, since `shutdown` waits for it to have run.
                HTTPServer.serve_forever(self, _POLL_SECONDS)
                if not self._stopping.is_set():
                    self._be_away_if_asked()
                if self._stopping.is_set():
                    return
        finally:
            self.server_close()

    def _be_away_if_asked(self) -> None:
        with self._outage_lock:
            seconds, self._outage = self._outage, None
        if seconds is None:  # several asked for the same outage
            return
        until = time.monotonic() + seconds
        self.socket.close()
        self.socket = self._bound()
        # Only now, when whoever is cut off finds nobody any more.
        self.connections.end_all(_CLOSE_SECONDS)
        if not self._stopping.wait(max(0.0, until - time.monotonic())):
            self.socket.listen(_BACKLOG)

    def _bound(self) -> socket.socket:
        """Give a socket that keeps the port for us, and on which nobody listens yet."""
        while True:
            made = socket.socket()
            try:
                if os.name == "posix":
                    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made.bind((HOST, self.port))
            except OSError:  # somebody was quicker between closing and binding, or Windows waits
                made.close()
                if self._stopping.wait(_TAKEN_SECONDS):
                    return made
            else:
                return made

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        connection, address = super().get_request()
        self.connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, or reset it."""
        if self.connections.is_to_reset(request):
            request.close()  # no orderly end before it
        else:
            super().shutdown_request(request)
        self.connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that went away; anything else is a bug and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

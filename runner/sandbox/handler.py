"""One connection: requests in, answers out, for as long as the client keeps it."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from runner.sandbox.framing import FramingError, read_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import WSGIEnvironment

    from runner.sandbox.server import SandboxServer

_DRAIN_SECONDS = 1.0
_DRAIN_CHUNK = 64 * 1024
_DRAIN_CHUNKS = 256


class SandboxHandler(WSGIRequestHandler):
    """Werkzeug's handler with connections that are kept alive.

    Werkzeug ends every connection after one answer, because an application may leave a body
    unread. Here the body is always read before the application sees the request.
    """

    protocol_version = "HTTP/1.1"
    # One write for head and body, and no waiting for acknowledgements: else 40 ms a request.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: SandboxServer

    def run_wsgi(self) -> None:
        """Read one request to its end, have it answered, and send the answer."""
        try:
            self.environ = environ = self._make_environ()
            body = read_body(self.headers, environ["wsgi.input"])
        except FramingError as error:
            self._log(b"")
            self.send_error(error.status, error.message)
            return
        self._log(body)
        environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        self._send(int(status[:3]), headers, b"".join(parts))

    def _make_environ(self) -> WSGIEnvironment:
        try:
            return self.make_environ()
        except ValueError as error:  # such as an absolute URL with half an IPv6 address
            raise FramingError(400, "The request target is not valid.") from error

    def _log(self, body: bytes) -> None:
        self.server.request_log.add(self.command, self.path, tuple(self.headers.items()), body)

    def _send(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that cannot be read to its end, and let the connection go."""
        text = message or explain or self.responses[code][0]
        body = json.dumps({"code": int(code), "message": text}).encode("ascii")
        self.close_connection = True
        # Before the version was read it counts as one whose answers have no head at all.
        self.request_version = self.protocol_version
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self._send(code, headers.items(), body)
        self._drain()

    def _drain(self) -> None:
        """Read on for a while: to close with bytes unread would destroy the answer on its way."""
        with suppress(OSError):
            self.wfile.flush()
            self.connection.settimeout(_DRAIN_SECONDS)
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(_DRAIN_CHUNKS):
                if not self.rfile.read1(_DRAIN_CHUNK):
                    return

    def handle_expect_100(self) -> bool:
        """Ask for the body at once, though answers are buffered."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing: the requests are in the sandbox's own log."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - inherited
        """Write nothing, neither errors of a connection nor requests."""

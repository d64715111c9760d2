"""One connection: requests in, answers out, for as long as the client keeps it."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from runner.sandbox.faultheader import FAULT_HEADER
from runner.sandbox.framing import FramingError, read_body
from runner.sandbox.marks import mark
from runner.sandbox.spoiling import Answer, spoil

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from runner.sandbox.server import SandboxServer

_DRAIN_SECONDS = 1.0
_DRAIN_CHUNK = 64 * 1024
_DRAIN_CHUNKS = 256
_UNTIL_ENDED = 60.0  # seconds; what is waited for takes a fraction of one


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
    clock_skew = 0

    def run_wsgi(self) -> None:
        """Read one request to its end, have it answered, and send the answer."""
        try:
            self.environ = environ = self._make_environ()
            body = read_body(self.headers, environ["wsgi.input"])
        except FramingError as error:
            self._log(b"")
            self.send_error(error.status, error.message)
            return
        number = self._log(body)
        environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        mark(environ, number)
        wish = self.headers.get(FAULT_HEADER)
        if wish is None and self.server.faults.is_idle:
            self.send(self.ask())
        else:
            self._answer_with_fault(number, body, wish)

    def _answer_with_fault(self, number: int, body: bytes, wish: str | None) -> None:
        try:
            fault = self.server.faults.decide(number, self.command, self.path, body, wish)
        except ValueError as error:
            self.send(_refusal(f"{FAULT_HEADER}: {error}"))
            return
        if fault is None:
            self.send(self.ask())
            return
        mark(self.environ, number, fault.clock_skew)
        self.clock_skew = fault.clock_skew
        try:
            spoil(fault, self)
        finally:
            self.clock_skew = 0

    def ask(self) -> Answer:
        """Let the request have its effect, and give the answer that it would get."""
        parts, status, headers = run_wsgi_app(self.server.app, self.environ, buffered=True)
        return Answer(int(status[:3]), list(headers), b"".join(parts))

    def send(self, answer: Answer) -> None:
        """Send a whole answer."""
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def head(self, answer: Answer) -> bytes:
        """Give the head of an answer as `send` would send it."""
        wire, self.wfile = self.wfile, BytesIO()
        try:
            self.send(answer._replace(body=b""))
            return self.wfile.getvalue()
        finally:
            self.wfile = wire

    def write(self, data: bytes) -> None:
        """Send some bytes at once."""
        self.wfile.write(data)
        self.wfile.flush()

    def pause(self, seconds: float) -> None:
        """Wait; a ConnectionAbortedError where the client or the sandbox ends it meanwhile."""
        if seconds > 0 and not self.server.connections.pause(self.connection, seconds):
            raise ConnectionAbortedError("the connection has ended")

    def close(self) -> None:
        """Close the connection after what was sent."""
        self.close_connection = True

    def reset(self) -> None:
        """Reset the connection."""
        self.close_connection = True
        self.server.connections.reset(self.connection)

    def refuse(self, seconds: float) -> None:
        """Have the server end every connection, this one too, and refuse new ones for a while."""
        self.server.go_away(seconds)
        self.pause(_UNTIL_ENDED)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Give the `Date` of an answer, by a clock that may be wrong."""
        moment = time.time() if timestamp is None else timestamp
        return super().date_time_string(moment + self.clock_skew)

    def _make_environ(self) -> WSGIEnvironment:
        try:
            return self.make_environ()
        except ValueError as error:  # such as an absolute URL with half an IPv6 address
            raise FramingError(400, "The request target is not valid.") from error

    def _log(self, body: bytes) -> int:
        headers = tuple(self.headers.items())
        return self.server.request_log.add(self.command, self.path, headers, body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that cannot be read to its end, and let the connection go."""
        text = message or explain or self.responses[code][0]
        self.close_connection = True
        # Before the version was read it counts as one whose answers have no head at all.
        self.request_version = self.protocol_version
        self.send(_refusal(text, int(code)))
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


def _refusal(message: str, status: int = 400) -> Answer:
    body = json.dumps({"code": status, "message": message}).encode("ascii")
    length = str(len(body))
    return Answer(status, [("Content-Type", "application/json"), ("Content-Length", length)], body)

"""What a fault makes of an answer, and how it then goes out."""

from __future__ import annotations

import json
import math
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, NamedTuple, Protocol

from runner.sandbox.faults import (
    HEAD,
    SECONDS,
    ContentType,
    Cut,
    Drip,
    ErrorStatus,
    Huge,
    InvalidJson,
    RateLimited,
    Redirect,
    Refuse,
    Reset,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.sandbox.faults import Fault

_JSON = "application/json"
_ACCEPTED = b'{"message": "The command was accepted."}'
_OOPS = "Oops. Something went wrong. Check your URI and try again."
# As Adobe's gateway words them; all others are worded as those of Campaign itself.
_GATEWAY_ERRORS = {
    401: ("401013", "Oauth token is not valid"),
    403: ("403023", "Profile is not valid"),
    429: ("429050", "Too many requests"),
}
_PIECE = b" " * (64 * 1024)


class Answer(NamedTuple):
    """An answer of HTTP; the headers are without those of the connection, the body is whole."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Exchange(Protocol):
    """One request that waits for its answer, and the connection that it came on.

    What cannot go on since the connection has ended is a ConnectionError.
    """

    def ask(self) -> Answer:
        """Let the request have its effect, and give the answer that it would get."""

    def send(self, answer: Answer) -> None:
        """Send a whole answer."""

    def head(self, answer: Answer) -> bytes:
        """Give the head of an answer as it would be sent."""

    def write(self, data: bytes) -> None:
        """Send some bytes at once."""

    def pause(self, seconds: float) -> None:
        """Wait."""

    def close(self) -> None:
        """Close the connection after what was sent."""

    def reset(self) -> None:
        """Reset the connection."""

    def refuse(self, seconds: float) -> None:
        """End every connection, and refuse new ones for a while."""


def spoil(fault: Fault, exchange: Exchange) -> None:
    """Answer a request as a fault demands."""
    if isinstance(fault, (Reset, Refuse)):
        if isinstance(fault, Reset) and fault.applied:
            exchange.ask()
        exchange.pause(fault.delay)
        if isinstance(fault, Refuse):
            exchange.refuse(fault.duration)
        exchange.reset()
        return
    answer = _answer(fault, exchange)
    exchange.pause(fault.delay)
    if isinstance(fault, Cut):
        _cut(fault, answer, exchange)
    elif isinstance(fault, Huge):
        _send_huge(fault, answer, exchange)
    elif isinstance(fault, Drip):
        _drip(fault, answer, exchange)
    else:
        exchange.send(answer)


def _answer(fault: Fault, exchange: Exchange) -> Answer:
    """Give the answer before it goes out, once the command has had the effect that it may have."""
    if isinstance(fault, RateLimited):
        return _error(429, _retry_after(fault))
    if isinstance(fault, (ErrorStatus, Redirect)):
        if fault.applied:
            exchange.ask()
        if isinstance(fault, Redirect):
            return _json(302, {"message": "Found"}, {"Location": fault.to})
        return _error(fault.status, _retry_after(fault))
    answer = exchange.ask()
    if isinstance(fault, (Cut, Huge, Drip, ContentType, InvalidJson)):
        answer = _with_body(answer)
    if isinstance(fault, ContentType):
        return _with_header(answer, "Content-Type", fault.content_type)
    if isinstance(fault, InvalidJson):
        body = answer.body[:-1]  # which is the brace at the end of an object
        return _with_header(answer._replace(body=body), "Content-Length", str(len(body)))
    return answer


def _cut(fault: Cut, answer: Answer, exchange: Exchange) -> None:
    head = exchange.head(answer)
    if fault.at == HEAD:
        exchange.write(head[: len(head) // 2])
    else:
        exchange.write(head + answer.body[: len(answer.body) // 2])
    exchange.close()


def _send_huge(fault: Huge, answer: Answer, exchange: Exchange) -> None:
    # Blanks may stand before any JSON: whoever reads all of it can still understand it.
    blanks = max(0, fault.size - len(answer.body))
    length = str(blanks + len(answer.body))
    exchange.write(exchange.head(_with_header(answer, "Content-Length", length)))
    while answer.body and blanks > 0:
        exchange.write(_PIECE[:blanks])
        blanks -= len(_PIECE)
    exchange.write(answer.body)


def _drip(fault: Drip, answer: Answer, exchange: Exchange) -> None:
    slow = exchange.head(answer) + answer.body
    if fault.at != HEAD:
        quick = len(slow) - len(answer.body)
        exchange.write(slow[:quick])
        slow = slow[quick:]
    for byte in slow:
        exchange.pause(fault.interval)
        exchange.write(bytes([byte]))


def _retry_after(fault: RateLimited | ErrorStatus) -> dict[str, str]:
    if fault.retry_after is None:
        return {}
    seconds = math.ceil(fault.retry_after)
    if fault.form == SECONDS:
        return {"Retry-After": str(seconds)}
    # The real time, as in `Date`: dates are for clients, and not on the sandbox's own clock. Whole
    # seconds are cut off a date, so that it is rounded up first.
    at = math.ceil(time.time()) + fault.clock_skew + seconds
    return {"Retry-After": formatdate(at, usegmt=True)}


def _error(status: int, headers: Mapping[str, str]) -> Answer:
    if status in _GATEWAY_ERRORS:
        code, message = _GATEWAY_ERRORS[status]
        return _json(status, {"error_code": code, "message": message}, headers)
    return _json(status, {"code": status, "message": _OOPS}, headers)


def _json(status: int, payload: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
    body = json.dumps(payload).encode("ascii")
    own = [("Content-Type", _JSON), ("Content-Length", str(len(body)))]
    return Answer(status, [*own, *headers.items()], body)


def _with_body(answer: Answer) -> Answer:
    """Give a success that has no body one that can be spoiled."""
    if answer.status != 204:
        return answer
    own = [("Content-Type", _JSON), ("Content-Length", str(len(_ACCEPTED)))]
    return Answer(200, own, _ACCEPTED)


def _with_header(answer: Answer, name: str, value: str) -> Answer:
    others = [it for it in answer.headers if it[0].lower() != name.lower()]
    return answer._replace(headers=[*others, (name, value)])

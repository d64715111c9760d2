"""A stand-in for the transport: gives the answers that a test lists, and remembers the requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from runner.campaign.transport import Answer, NoAnswer, Request, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

Reply: TypeAlias = "Answer | NoAnswer | BaseException | Callable[[], Answer | NoAnswer]"


class FakeTransport:
    """Gives each request the next of its replies; an exception among them is raised."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[tuple[Request, float]] = []

    def send(self, request: Request, timeout: float) -> Answer | NoAnswer:
        self.requests.append((request, timeout))
        reply = self.replies.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return reply() if callable(reply) else reply

    def as_transport(self) -> Transport:
        return cast("Transport", self)


def answered(status: int = 200, text: str = "", cut: str | None = None, **headers: str) -> Answer:
    """Give an answer; `_` in the names of headers stands for `-`."""
    return Answer(status, {k.replace("_", "-"): it for k, it in headers.items()}, text, cut, 0.5)


def lost(reason: str = "connection reset by peer") -> NoAnswer:
    return NoAnswer(sent=True, untrusted=False, reason=reason, seconds=0.5)


def refused(reason: str = "the connection was refused") -> NoAnswer:
    return NoAnswer(sent=False, untrusted=False, reason=reason, seconds=0.5)


def untrusted(reason: str = "TLS: self-signed certificate") -> NoAnswer:
    return NoAnswer(sent=False, untrusted=True, reason=reason, seconds=0.5)

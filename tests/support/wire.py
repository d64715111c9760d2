"""A stand-in for the transport: gives the answers that a test lists, and remembers the requests."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import unquote

from runner.campaign.transport import Answer, NoAnswer, Request, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Reply: TypeAlias = "Answer | NoAnswer | BaseException | Callable[[], Answer | NoAnswer]"


class FakeTransport:
    """Gives each request the next of its replies; an exception among them is raised."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[tuple[Request, float]] = []

    def send(self, request: Request, timeout: float) -> Answer | NoAnswer:
        self.requests.append((request, timeout))
        return self.give(self.replies.pop(0))

    def give(self, reply: Reply) -> Answer | NoAnswer:
        if isinstance(reply, BaseException):
            raise reply
        return reply() if callable(reply) else reply

    def as_transport(self) -> Transport:
        return cast("Transport", self)


class WorkflowTransport(FakeTransport):
    """Gives each request the next reply of its workflow, the last one again and again.

    Any number of threads may ask; a callable reply runs on the thread that asked.
    """

    def __init__(self, replies: Mapping[str, Sequence[Reply]]) -> None:
        super().__init__()
        self._by_workflow = {workflow: list(them) for workflow, them in replies.items()}
        self._taking = threading.Lock()

    @property
    def asked(self) -> list[str]:
        """The workflows in the order in which they were asked for."""
        return [_workflow(request) for request, _ in self.requests]

    def send(self, request: Request, timeout: float) -> Answer | NoAnswer:
        with self._taking:
            self.requests.append((request, timeout))
            left = self._by_workflow[_workflow(request)]
            reply = left.pop(0) if len(left) > 1 else left[0]
        return self.give(reply)


def _workflow(request: Request) -> str:
    return unquote(request.url.partition("/execution/")[2].partition("/")[0])


def told(payload: Any, **headers: str) -> Answer:
    """Give the answer to a read."""
    return answered(200, json.dumps(payload), **headers)


def answered(status: int = 200, text: str = "", cut: str | None = None, **headers: str) -> Answer:
    """Give an answer; `_` in the names of headers stands for `-`."""
    return Answer(status, {k.replace("_", "-"): it for k, it in headers.items()}, text, cut, 0.5)


def lost(reason: str = "connection reset by peer") -> NoAnswer:
    return NoAnswer(sent=True, untrusted=False, reason=reason, seconds=0.5)


def refused(reason: str = "the connection was refused") -> NoAnswer:
    return NoAnswer(sent=False, untrusted=False, reason=reason, seconds=0.5)


def untrusted(reason: str = "TLS: self-signed certificate") -> NoAnswer:
    return NoAnswer(sent=False, untrusted=True, reason=reason, seconds=0.5)

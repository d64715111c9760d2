"""What the handler of a request tells the application of it, in the WSGI environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NUMBER = "sandbox.request"
_SKEW = "sandbox.clock_skew"


def mark(environ: WSGIEnvironment, number: int, clock_skew: int = 0) -> None:
    """Write a request's number in the log, and by how many seconds the clock is wrong for it."""
    environ[_NUMBER] = number
    environ[_SKEW] = clock_skew


def number_of(environ: WSGIEnvironment) -> int | None:
    """Give a request's number in the log of requests, where it has one."""
    number: int | None = environ.get(_NUMBER)
    return number


def skew_of(environ: WSGIEnvironment) -> int:
    """Give the seconds by which the clock is wrong for a request."""
    skew: int = environ.get(_SKEW, 0)
    return skew

"""By what commands are sent."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec import field

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from runner.campaign.retry import RetryPolicy
    from runner.execute.budget import Budget, Pacer
    from runner.execute.settling import Settler


def _nothing() -> None:
    pass


def _no_reason() -> str:
    return ""


class Rules(Value, frozen=True):
    """By what a command is sent.

    Attributes:
        policy: how often and how patiently it is tried.
        settler: finds out what became of it where its answer was lost.
        budget: until when anything may be begun.
        pacer: keeps commands apart.
        commit: brings to disk what listeners were told; called before each request.
        why_not: says why nothing more is sent, if so, for what another command has come to.
        aside: while in it, other commands may go on.
        rest: waits before an attempt; gives whether somebody asked to stop. None to wait by the
            world.
    """

    policy: RetryPolicy
    settler: Settler
    budget: Budget
    pacer: Pacer
    commit: Callable[[], None] = _nothing
    why_not: Callable[[], str] = _no_reason
    aside: AbstractContextManager[object] = field(default_factory=nullcontext)
    rest: Callable[[float], bool] | None = None

"""A look that ends where somebody asks to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import CredentialsError, InterruptedRunError
from runner.execute.looking import interruptible
from runner.world import Interruption
from tests.support.plans import command, observations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.execute.looking import Look
    from runner.plan.command import Command
    from runner.states import Observations


def raising(error: BaseException) -> Look:
    def look(_commands: Sequence[Command], _within: float | None = None) -> Observations:
        raise error

    return look


def test_what_was_seen_is_given_on() -> None:
    seen = observations(WKF1="paused")
    interruption = Interruption()
    look = interruptible(lambda _commands, _within=None: seen, interruption)
    assert look([command("WKF1")]) is seen
    assert not interruption.requested


@pytest.mark.parametrize("within", [None, 10.0])
def test_its_bound_is_given_on(within: float | None) -> None:
    bounds: list[float | None] = []

    def look(_commands: Sequence[Command], within: float | None = None) -> Observations:
        bounds.append(within)
        return {}

    interruptible(look, Interruption())([command("WKF1")], within)
    assert bounds == [within]


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),  # at the first wish, or by force
        InterruptedRunError("interrupted while waiting for an access token"),  # on a reading thread
    ],
)
def test_however_a_wish_ends_a_look_it_is_told_alike(error: BaseException) -> None:
    interruption = Interruption()
    with pytest.raises(InterruptedRunError, match="interrupted while its workflow was read"):
        interruptible(raising(error), interruption)([command("WKF1")])
    assert interruption.requested


@pytest.mark.parametrize("error", [CredentialsError("gone"), ZeroDivisionError("a bug")])
def test_all_else_is_raised_as_it_is(error: Exception) -> None:
    interruption = Interruption()
    with pytest.raises(type(error)) as raised:
        interruptible(raising(error), interruption)([command("WKF1")])
    assert raised.value is error
    assert not interruption.requested

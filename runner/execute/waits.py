"""What a state says about a wait: one small pure table (rule R15)."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from runner.states import NOT_RUNNING, State

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)  # seconds; many effects show soon
# States of which a finish cannot be told apart, as it may have been there before the command.
_NO_PROOF = (None, State.UNKNOWN, State.FINISHED)


class WaitVerdict(Enum):
    """What one look at a workflow means for whoever waits."""

    REACHED = "the state is as asked"
    GOES_ON = "not yet"
    FAILED = "it will not come to that"


def judge_wait(
    action: str,
    until: State,
    since: Sequence[State],
    before: State | None = None,
    *,
    was_failed: bool = False,
) -> WaitVerdict:
    """Give what the states seen so far mean (rule R15).

    Commands take effect some time after they are accepted, so that a state which was there before
    the command says nothing about it.

    Args:
        action: the command that was accepted.
        until: the state that is waited for.
        since: the states seen since the command, the newest last.
        before: the state seen before the command, where one was read.
        was_failed: whether the workflow is known to have been failed when the command was made.
    """
    now = since[-1]
    moved = any(state is not now for state in since)
    if now is State.UNKNOWN:
        return WaitVerdict.FAILED
    if now is State.FAILED:
        # A stop is how one leaves this state, and a known one is left later than it is read.
        left_later = action == "stop" or (was_failed and not moved)
        return WaitVerdict.GOES_ON if left_later else WaitVerdict.FAILED
    if until is State.STOPPED:
        reached = now in NOT_RUNNING and (action != "start" or moved)
    elif until is State.STARTED and now is State.FINISHED:
        reached = moved or before not in _NO_PROOF
    else:
        reached = now is until
    return WaitVerdict.REACHED if reached else WaitVerdict.GOES_ON


def pause_after(looks: int, poll: float) -> float:
    """Give the seconds between the last of so many looks and the next: short ones first."""
    return min([*_FIRST_PAUSES[looks - 1 : looks], poll])

"""What each command of a plan would change, given what was observed."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from runner.plan.command import ENSURE
from runner.states import State
from runner.validate.config import SIGNAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.plan.command import Command
    from runner.states import Observation, Observations, WorkflowKey


class Kind(str, Enum):
    """What a command comes to, in the words that a plan shows."""

    CHANGE = "change"
    NO_CHANGE = "no change"
    DOES_NOT_FIT = "does not fit"
    UNKNOWN_WORKFLOW = "unknown workflow"
    UNKNOWN_STATE = "unknown state"
    UNKNOWN_ACTIVITY = "unknown activity"
    REFUSED = "refused"

    def __str__(self) -> str:
        """Give the plain words, on every Python version."""
        return str(self.value)


class Effect(NamedTuple):
    """What one command would change.

    Attributes:
        before: the state in which the commands before it leave the workflow.
        after: the state in which it would be then.
    """

    kind: Kind
    before: State
    after: State


_RESTS = (State.EDITING, State.STOPPED, State.FINISHED)
# Command -> state -> the state after it; a state that is not there does not fit. From Adobe's page
# "Execution commands": start also resumes, stop interrupts, only what is paused can be resumed.
CHANGES: Mapping[str, Mapping[State, State]] = {
    "start": dict.fromkeys((it for it in State if it is not State.UNKNOWN), State.STARTED),
    "pause": {State.STARTED: State.PAUSED, State.PAUSED: State.PAUSED},
    "resume": {State.PAUSED: State.STARTED, State.STARTED: State.STARTED},
    "stop": {
        **dict.fromkeys((State.STARTED, State.PAUSED, State.FAILED), State.STOPPED),
        **{it: it for it in _RESTS},
    },
    SIGNAL: {State.STARTED: State.STARTED},
}


def foresee(commands: Iterable[Command], states: Observations) -> tuple[Effect | None, ...]:
    """Give the effect of each command, in order; None for a pause and where nothing was read."""
    now: dict[WorkflowKey, State] = {key: seen.state for key, seen in states.items()}
    return tuple(_effect(command, states, now) for command in commands)


def _effect(command: Command, states: Observations, now: dict[WorkflowKey, State]) -> Effect | None:
    seen = states.get(command.key)
    if seen is None:
        return None
    before = now[command.key]
    against = _what_speaks_against(command, seen, before)
    if against is not None:
        return Effect(against, before, before)
    after = CHANGES[command.action][before]
    now[command.key] = _after_its_wait(command, after)
    return Effect(_kind(command, before, after), before, after)


def _what_speaks_against(command: Command, seen: Observation, before: State) -> Kind | None:
    if seen.found is False:
        return Kind.UNKNOWN_WORKFLOW
    if command.action == ENSURE:
        refused = command.decided is not None and command.decided.refused
        return Kind.REFUSED if refused else Kind.NO_CHANGE
    if not _has_activity(command, seen):
        return Kind.UNKNOWN_ACTIVITY
    if before is State.UNKNOWN:
        return Kind.UNKNOWN_STATE
    return None if before in CHANGES[command.action] else Kind.DOES_NOT_FIT


def _has_activity(command: Command, seen: Observation) -> bool:
    """Whether a signal finds its activity, as far as one could look."""
    signal = command.signal
    if signal is None or seen.error:
        return True
    return any(it.name == signal.activity for it in seen.signals)


def _after_its_wait(command: Command, after: State) -> State:
    """Give the state in which the next command finds the workflow: it waits for its end, or not."""
    ends = command.wait is not None and command.wait.until is State.STOPPED
    return State.FINISHED if ends and after is State.STARTED else after


def _kind(command: Command, before: State, after: State) -> Kind:
    # A signal changes what a workflow does, though not its state.
    return Kind.NO_CHANGE if before is after and command.action != SIGNAL else Kind.CHANGE

"""What is known of a command from an earlier part of the run, or from an earlier run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.execute.results import CommandResult, Outcome
from runner.execute.settling import REPEATABLE, Doubt
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runner.execute.results import Attempt
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.states import State

NEVER_SEEN = "an earlier answer was lost, and its effect was never seen"


class Past(Value, frozen=True):
    """What came of one command before.

    Attributes:
        result: where it is final; nothing more is done for the command then.
        attempts: of the command so far.
        accepted: whether it was accepted, so that only its wait is left.
        in_flight_since: when it was sent last, where no answer settles what became of that.
        doubt: why none does.
        in_doubt: whether an earlier attempt may have had an effect that was not seen.
        before: the state of its workflow before it was sent, where one was read.
        since: the states seen since it was accepted, the newest last.
        url: of its request, where only the run itself could find it out.
        settled: a person's word for it, `sent` or `not-sent` (rule R27).
    """

    result: CommandResult | None = None
    attempts: tuple[Attempt, ...] = ()
    accepted: bool = False
    in_flight_since: datetime | None = None
    doubt: Doubt = Doubt.LOST
    in_doubt: bool = False
    before: State | None = None
    since: tuple[State, ...] = ()
    url: str | None = None
    settled: str | None = None


NO_PAST = Past()


def may_send(command: Command, past: Past) -> bool:
    """Whether there is something left to send of a command."""
    if past.result is not None or past.accepted or not command.is_sent:
        return False
    return past.in_flight_since is None or command.action in REPEATABLE


def accepted_before(command: Command, past: Past) -> CommandResult:
    """Give the result of a command that was accepted, before its wait."""
    return _result(command, Outcome.SUCCEEDED, "", past)


def not_reached(command: Command, past: Past, why: str) -> CommandResult:
    """Give the result of a command that nothing was done for in this part of the run.

    Args:
        command: that may well have been sent before.
        past: what is known of it.
        why: nothing was done, for people.
    """
    if past.result is not None:
        return past.result
    if past.accepted and command.wait is None:
        return accepted_before(command, past)
    outcome = Outcome.UNKNOWN
    if past.accepted:
        message = f"accepted before, and not waited for now: {why}"
    elif past.in_flight_since is not None:
        message = f"sent before, and what became of it was not read now: {why}"
    elif past.in_doubt:
        message = f"{NEVER_SEEN}; then: {why}"
    else:
        outcome, message = Outcome.NOT_SENT, why
    return replace(_result(command, outcome, message, past), is_open=True)


def with_past(result: CommandResult, past: Past) -> CommandResult:
    """Give the result of a command that was not sent now, with what came of it before."""
    url, settled = result.url or past.url, past.settled
    result = replace(result, attempts=past.attempts, url=url, settled=settled)
    if past.in_doubt and result.outcome in (Outcome.FAILED, Outcome.NOT_SENT):
        message = f"{NEVER_SEEN}; then: {result.message}"
        return replace(result, outcome=Outcome.UNKNOWN, message=message)
    return result


def _result(command: Command, outcome: Outcome, message: str, past: Past) -> CommandResult:
    return CommandResult(
        command,
        outcome,
        past.attempts,
        message,
        past.url,
        state_before=past.before,
        state_after=past.since[-1] if past.since else None,
        settled=past.settled,
    )


def moved(history: Mapping[int, Past], offline: Plan, made: Plan) -> dict[int, Past]:
    """Give what is known by the places of a plan made with states.

    There they are others, since one desired state may have become several commands.
    """
    places = {command.id: place for place, command in enumerate(made.commands)}
    return {places[offline.commands[place].id]: past for place, past in history.items()}

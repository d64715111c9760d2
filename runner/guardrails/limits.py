"""How many commands and stops one organization's plan may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.guardrails.demands import MAX_COMMANDS, MAX_STOPS
from runner.guardrails.violations import Violation
from runner.plural import counted
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.guardrails.worst import Step
    from runner.validate.guardrails import Limit

LOOK_FIRST = "plan with --live, since desired states count at their worst here"


def too_many_commands(steps: Sequence[Step], limit: Limit | None) -> Iterator[Violation]:
    """Give the command that goes beyond the most commands, signals among them; pauses are none."""
    return _beyond(steps, limit, MAX_COMMANDS, "command", lambda step: step.most)


def too_many_stops(steps: Sequence[Step], limit: Limit | None) -> Iterator[Violation]:
    """Give the command that goes beyond the most stops."""
    return _beyond(steps, limit, MAX_STOPS, "stop", lambda step: step.most_stops)


def whose_text(organization: str | None) -> str:
    """Give ` of <organization>`; nothing where none is named yet."""
    return f" of {quoted(organization)}" if organization is not None else ""


def _beyond(
    steps: Sequence[Step],
    limit: Limit | None,
    guardrail: str,
    thing: str,
    count: Callable[[Step], int],
) -> Iterator[Violation]:
    if limit is None:
        return
    total, guessed, beyond = 0, False, None
    for step in steps:
        number = count(step)
        total += number
        guessed = guessed or (step.is_undecided and number > 0)
        if beyond is None and total > limit.most:
            beyond = step.command
    if beyond is not None:
        whose = whose_text(beyond.organization)
        plan = "the plan may come to" if guessed else "the plan has"
        message = f"{plan} {counted(total, thing)}{whose}; `{guardrail}` is {limit.most:,}"
        instead = f"plan fewer {thing}s"
        if guessed:
            instead += f", {LOOK_FIRST}"
        yield Violation(guardrail, beyond, [limit.spot], message, instead)

"""What came of a run: frozen values, with every count and verdict that a report shows."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from runner.errors import BrokenError
    from runner.plan.command import Command
    from runner.states import State


class Outcome(str, Enum):
    """What became of one command (rule R20)."""

    PLANNED = "planned"
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"


class Attempt(Value, frozen=True):
    """One attempt at one command.

    Attributes:
        at: when it began, in UTC.
        duration: seconds.
        status: of the answer; None without one.
        error: None, or why it brought no success, in words.
        request_id: as the API gave it, for Adobe's support.
    """

    at: datetime
    duration: float
    status: int | None
    error: str | None
    request_id: str | None


class CommandResult(Value, frozen=True):
    """One command with its outcome.

    Attributes:
        message: for people; empty where all went well.
        url: of the request, where only the run itself could find it out.
        state_before: the workflow's state before the command, where it was read.
        state_after: the state last read after it.
        waited: seconds for which its workflow was watched, or that a pause lasted.
        is_open: whether a resumed run goes on with it, since it had no effect or was cut off.
        of_service: whether it is the service that is to blame, as after 429, 503 or no answer.
        settled: a person's word for it, `sent` or `not-sent` (rule R27).
        remedy: what a person does about it; empty where there is nothing to do.
    """

    command: Command
    outcome: Outcome
    attempts: tuple[Attempt, ...] = ()
    message: str = ""
    url: str | None = None
    state_before: State | None = None
    state_after: State | None = None
    waited: float | None = None
    is_open: bool = False
    of_service: bool = False
    settled: str | None = None
    remedy: str = ""


class Execution(Value, frozen=True):
    """What `execute` gives back: a result for every command, in order.

    Attributes:
        interrupted: whether somebody asked to stop before the end.
        rejected: whether 401, 403 or a missing token ended the run.
        closed: why the run had to end on its way: no window was open any more (rule R32), its
            deadline had passed, or the service seemed to be down.
        fault: an error of the runner itself that ended the run; a bug.
        broken: what kept the runner from going on: a journal that could not be written.
        is_over: whether there is nothing more that a resumed run would do by itself.
    """

    results: tuple[CommandResult, ...]
    interrupted: bool = False
    rejected: bool = False
    closed: str = ""
    fault: Exception | None = None
    broken: BrokenError | None = None
    is_over: bool = True


def count(results: Sequence[CommandResult]) -> Mapping[Outcome, int]:
    """Give how many commands there are of each outcome, with a zero where there is none.

    A pause between actions is no command (rule R8).
    """
    found = Counter(result.outcome for result in results if result.command.is_counted)
    return {outcome: found[outcome] for outcome in Outcome}

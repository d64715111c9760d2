"""What came of a run: frozen values, with every count and verdict that a report shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Attempt:
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


@dataclass(frozen=True, slots=True)
class CommandResult:
    """One command with its outcome.

    Attributes:
        message: for people; empty where all went well.
        url: of the request, where only the run itself could find it out.
        state_before: the workflow's state before the command, where it was read.
        state_after: the state last read after it.
        waited: seconds for which its workflow was watched, or that a pause lasted.
    """

    command: Command
    outcome: Outcome
    attempts: tuple[Attempt, ...] = ()
    message: str = ""
    url: str | None = None
    state_before: State | None = None
    state_after: State | None = None
    waited: float | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """What `execute` gives back: a result for every command, in order.

    Attributes:
        interrupted: whether somebody asked to stop before the end.
        rejected: whether 401, 403 or a missing token ended the run.
        closed: why the run could not go on, where no window was open any more (rule R32).
        fault: an error of the runner itself that ended the run; a bug.
    """

    results: tuple[CommandResult, ...]
    interrupted: bool = False
    rejected: bool = False
    closed: str = ""
    fault: Exception | None = None


def count(results: Sequence[CommandResult]) -> Mapping[Outcome, int]:
    """Give how many commands there are of each outcome, with a zero where there is none.

    A pause between actions is no command (rule R8).
    """
    found = Counter(result.outcome for result in results if result.command.is_counted)
    return {outcome: found[outcome] for outcome in Outcome}

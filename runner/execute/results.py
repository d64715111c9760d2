"""What came of a run: frozen values, with every count and verdict that a report shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from runner.plan.plan import Command


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
    """One command with its outcome; `message` is for people and empty where all went well."""

    command: Command
    outcome: Outcome
    attempts: tuple[Attempt, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Execution:
    """What `execute` gives back: a result for every command, in order.

    Attributes:
        interrupted: whether somebody asked to stop before the end.
        rejected: whether 401, 403 or a missing token ended the run.
        fault: an error of the runner itself that ended the run; a bug.
    """

    results: tuple[CommandResult, ...]
    interrupted: bool = False
    rejected: bool = False
    fault: Exception | None = None


def count(results: Sequence[CommandResult]) -> Mapping[Outcome, int]:
    """Give how many results there are of each outcome, with a zero where there is none."""
    found = Counter(result.outcome for result in results)
    return {outcome: found[outcome] for outcome in Outcome}

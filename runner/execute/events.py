"""What happens while a plan is carried out, for whoever listens: logs and progress bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from runner.value import Value

if TYPE_CHECKING:
    from datetime import datetime

    from runner.execute.results import Attempt, CommandResult
    from runner.execute.settling import Doubt
    from runner.execute.verdicts import Verdict
    from runner.plan.command import Command
    from runner.states import State


class CommandStarted(Value, frozen=True):
    """A command is about to be sent; `number` counts from 1."""

    number: int
    total: int
    command: Command


class CommandRestored(Value, frozen=True):
    """A command has its outcome from an earlier part of the run, or from an earlier run."""

    number: int
    total: int
    result: CommandResult


class AttemptStarting(Value, frozen=True):
    """A request for a command goes out next; whoever raises here keeps it from being sent.

    Attributes:
        at: in UTC.
        before: the state of its workflow, where it was read.
        url: where only the run itself could find it out.
    """

    command: Command
    at: datetime
    before: State | None
    url: str | None


class AttemptEnded(Value, frozen=True):
    """An attempt brought an answer, or none."""

    command: Command
    attempt: Attempt
    verdict: Verdict


class SettlingSeen(Value, frozen=True):
    """The workflow of a command whose answer tells too little was looked at.

    Attributes:
        waited: seconds.
        doubt: why the answer tells too little.
    """

    command: Command
    state: State
    waited: float
    doubt: Doubt


class RetryPlanned(Value, frozen=True):
    """The command will be sent again after so many seconds."""

    command: Command
    seconds: float
    reason: str


class TokenRenewed(Value, frozen=True):
    """The access token was rejected, and another one fetched."""

    command: Command


class PauseStarted(Value, frozen=True):
    """A pause between two actions begins."""

    command: Command
    seconds: float


class WaitStarted(Value, frozen=True):
    """These commands were accepted, and their workflows are watched from now on."""

    commands: tuple[Command, ...]


class StateSeen(Value, frozen=True):
    """A workflow that is waited for was looked at.

    Attributes:
        waited: seconds.
        news: whether its state is another one than at the last look.
        reached: whether the wait ends with it as it was meant to.
    """

    command: Command
    state: State
    waited: float
    news: bool
    reached: bool


class CommandEnded(Value, frozen=True):
    """A command has its outcome; `number` counts from 1."""

    number: int
    total: int
    result: CommandResult


Event: TypeAlias = (
    CommandStarted
    | CommandRestored
    | AttemptStarting
    | AttemptEnded
    | SettlingSeen
    | RetryPlanned
    | TokenRenewed
    | PauseStarted
    | WaitStarted
    | StateSeen
    | CommandEnded
)
Listener: TypeAlias = Callable[[Event], None]

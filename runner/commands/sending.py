"""Carries out a plan with its journal, and says what came of it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from runner.commands.publishing import log_group
from runner.errors import BrokenError, ExitCode
from runner.execute.conclusion import conclude
from runner.render.progress import showing_progress
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from runner.commands.journalling import RunJournal
    from runner.commands.surroundings import Surroundings
    from runner.execute.events import Listener
    from runner.execute.results import CommandResult, Execution
    from runner.plan.plan import Plan


class Ended(Value, frozen=True):
    """What came of a plan, or of a part of one, that was carried out.

    Attributes:
        result: as a report says it.
        message: why it ended on its way; empty where it did not.
        results: one for each command.
        finished_at: in UTC.
        is_over: whether a resumed run would do nothing more by itself.
    """

    result: str
    exit_code: ExitCode
    message: str
    results: tuple[CommandResult, ...]
    finished_at: datetime
    is_over: bool


def send(
    plan: Plan, journal: RunJournal, around: Surroundings, execute: Callable[[], Execution]
) -> Ended:
    """Carry out a plan, and end its journal with what came of it; the journal is closed then.

    Args:
        plan: that is carried out.
        journal: of the run, or of this part of it.
        around: the process around.
        execute: does it.
    """
    with closing(journal):
        execution = execute()
        result, exit_code = conclude(execution)
        message = _why(execution, plan, around)
        ended_at, is_over = around.world.now(), execution.is_over
        try:
            journal.end(ended_at, result, exit_code, message, is_over=is_over)
        except BrokenError as error:
            result = "failed" if result == "succeeded" else result
            exit_code, message, is_over = ExitCode.BROKEN, str(error), False
    return Ended(result, exit_code, message, execution.results, ended_at, is_over)


@contextmanager
def watched(plan: Plan, around: Surroundings) -> Iterator[Listener]:
    """Give a listener that shows people what happens, while the block runs."""
    several = len(plan.organizations) > 1
    showing = showing_progress(around.output, plan.total, several=several)
    with log_group(around, "Commands"), showing as show:
        yield show


def fault_message(error: BaseException) -> str:
    """Say that the runner itself has a bug."""
    return f"the runner itself failed: {type(error).__name__}"


def _why(execution: Execution, plan: Plan, around: Surroundings) -> str:
    """Say why the run ended on its way; nothing where it did not."""
    if execution.fault is not None:
        around.output.fault(execution.fault)
        return fault_message(execution.fault)
    if execution.broken is not None:
        return str(execution.broken)
    if plan.blockers:
        return "nothing was sent, since a desired state is refused"
    return execution.closed

"""Shows a run while it goes on: a bar on a terminal, a line for each command elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.execute.events import (
    AttemptEnded,
    CommandEnded,
    CommandStarted,
    RetryPlanned,
    TokenRenewed,
)
from runner.execute.results import Outcome
from runner.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.execute.events import Event, Listener
    from runner.plan.plan import Command
    from runner.render.output import Output


@contextmanager
def showing_progress(output: Output, total: int) -> Iterator[Listener]:
    """Give a listener that shows events while the block runs.

    Args:
        output: where to.
        total: how many commands there are.
    """
    log = RunLog(output)
    if not output.draws:
        yield log
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(file=output.stderr, no_color=not output.settings.color)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=total)

        def listen(event: Event) -> None:
            if isinstance(event, CommandStarted):
                progress.update(task, description=_title(event.command).replace("[", "\\["))
            elif isinstance(event, CommandEnded):
                progress.advance(task)
            elif isinstance(event, RetryPlanned):
                log(event)

        yield listen


class RunLog:
    """Writes events as log lines."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, event: Event) -> None:
        """Write one event."""
        if isinstance(event, CommandEnded):
            self._ended(event)
        elif isinstance(event, RetryPlanned):
            text = f"{_title(event.command)}: {event.reason}; trying again in {event.seconds:.1f} s"
            self._output.warning(text, event="retry", id=event.command.id)
        elif isinstance(event, TokenRenewed):
            text = f"{_title(event.command)}: the token was rejected; another one was fetched"
            self._output.warning(text, event="token", id=event.command.id)
        elif isinstance(event, AttemptEnded):
            attempt = event.attempt
            came = attempt.error or attempt.status
            text = f"{_title(event.command)}: attempt: {came}, {attempt.duration:.3f} s"
            self._output.debug(text, event="attempt", id=event.command.id, status=attempt.status)
        else:
            text = f"{event.number}/{event.total} {_title(event.command)} ..."
            self._output.debug(text, event="started", id=event.command.id)

    def _ended(self, event: CommandEnded) -> None:
        result = event.result
        log = self._output.info if result.outcome is Outcome.SUCCEEDED else self._output.error
        came = result.outcome.value + (f": {result.message}" if result.message else "")
        log(
            f"{event.number}/{event.total} {_title(result.command)}: {came}",
            event="command",
            id=result.command.id,
            action=result.command.action,
            workflow=result.command.workflow,
            outcome=result.outcome.value,
        )


def _title(command: Command) -> str:
    return f"{command.action} {printable(command.workflow)}"

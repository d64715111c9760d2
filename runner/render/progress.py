"""Shows a run while it goes on: a bar on a terminal, a line for each command elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.execute.events import (
    AttemptEnded,
    AttemptStarting,
    CommandEnded,
    CommandRestored,
    CommandStarted,
    PauseStarted,
    RetryPlanned,
    SettlingSeen,
    StateSeen,
    TokenRenewed,
    WaitStarted,
)
from runner.execute.results import Outcome
from runner.plural import counted
from runner.printable import printable
from runner.render.titles import title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.execute.events import Event, Listener
    from runner.plan.command import Command
    from runner.render.output import Output
    from runner.states import State


@contextmanager
def showing_progress(output: Output, total: int, *, several: bool = False) -> Iterator[Listener]:
    """Give a listener that shows events while the block runs.

    Args:
        output: where to.
        total: how many commands there are.
        several: whether they are for several organizations, so that each is named.
    """
    log = RunLog(output, several=several)
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
                progress.update(task, description=log.name(event.command).replace("[", "\\["))
            elif isinstance(event, StateSeen):
                progress.update(task, description=log.seen(event).replace("[", "\\["))
            elif isinstance(event, (CommandEnded, CommandRestored)):
                progress.advance(task, int(event.result.command.is_counted))
            elif isinstance(event, RetryPlanned):
                log(event)

        yield listen


class RunLog:
    """Writes events as log lines; each names its organization where there are several."""

    def __init__(self, output: Output, *, several: bool = False) -> None:
        self._output = output
        self._several = several
        self._debugs = output.shows_debug  # what nobody sees need not be put into words
        self._seen: dict[str, State] = {}  # of commands whose answer was lost

    def name(self, command: Command) -> str:
        """Give what people call a command."""
        return f"{self._organization(command)}{title(command)}"

    def _organization(self, command: Command) -> str:
        return f"{printable(command.organization or '')}: " if self._several else ""

    def seen(self, event: StateSeen) -> str:
        """Give what was seen of a workflow that is waited for."""
        wait = event.command.wait
        until = "" if wait is None or event.reached else f", waiting for {wait.until}"
        return f"{self.name(event.command)}: {event.state}{until}"

    def __call__(self, event: Event) -> None:
        """Write one event."""
        if not self._debugs and isinstance(event, (AttemptStarting, AttemptEnded, CommandStarted)):
            return
        if isinstance(event, CommandEnded):
            self._ended(event)
        elif isinstance(event, (WaitStarted, PauseStarted, StateSeen)):
            self._waiting(event)
        elif isinstance(event, SettlingSeen):
            self._settling(event)
        elif isinstance(event, CommandRestored):
            text = (
                f"{_number(event)}{self.name(event.result.command)}: {event.result.outcome.value}"
            )
            identity = event.result.command.id
            self._output.debug(f"{text}, from before", event="restored", id=identity)
        elif not isinstance(event, AttemptStarting):
            self._sending(event)

    def _settling(self, event: SettlingSeen) -> None:
        """Tell what is seen of a command whose answer was lost: each state once."""
        identity, state = event.command.id, event.state
        news = self._seen.get(identity) is not state
        self._seen[identity] = state
        log = self._output.info if news else self._output.debug
        text = f"{self.name(event.command)}: {event.doubt.value}; the workflow is {state}"
        log(f"{text} after {event.waited:.1f} s", event="settling", id=identity, state=state.value)

    def _sending(self, event: CommandStarted | AttemptEnded | RetryPlanned | TokenRenewed) -> None:
        name, identity = self.name(event.command), event.command.id
        if isinstance(event, RetryPlanned):
            text = f"{name}: {event.reason}; trying again in {event.seconds:.1f} s"
            self._output.warning(text, event="retry", id=identity)
        elif isinstance(event, TokenRenewed):
            text = f"{name}: the token was rejected; another one was fetched"
            self._output.warning(text, event="token", id=identity)
        elif isinstance(event, AttemptEnded):
            attempt = event.attempt
            text = f"{name}: attempt: {attempt.error or attempt.status}, {attempt.duration:.3f} s"
            self._output.debug(text, event="attempt", id=identity, status=attempt.status)
        elif event.command.pause is None:  # a pause tells of itself
            text = f"{_number(event)}{name} ..."
            self._output.debug(text, event="started", id=identity)

    def _waiting(self, event: WaitStarted | PauseStarted | StateSeen) -> None:
        if isinstance(event, PauseStarted):
            text = f"{self.name(event.command)} ..."
            self._output.info(text, event="pause", id=event.command.id, seconds=event.seconds)
        elif isinstance(event, WaitStarted):
            ids = [command.id for command in event.commands]
            text = f"Waiting for {counted(len(ids), 'workflow')} ..."
            text = self._organization(event.commands[0]) + text  # an action has but one
            self._output.info(text, event="waiting", ids=ids)
        elif event.news:
            text = f"{self.seen(event)} after {event.waited:.1f} s"
            self._output.info(text, event="state", id=event.command.id, state=event.state.value)

    def _ended(self, event: CommandEnded) -> None:
        result = event.result
        fine = result.outcome in (Outcome.SUCCEEDED, Outcome.SKIPPED)
        log = self._output.info if fine else self._output.error
        came = result.outcome.value + (f": {result.message}" if result.message else "")
        log(
            f"{_number(event)}{self.name(result.command)}: {came}",
            event="command",
            id=result.command.id,
            action=result.command.action,
            workflow=result.command.workflow,
            outcome=result.outcome.value,
        )


def _number(event: CommandStarted | CommandEnded | CommandRestored) -> str:
    """Give which command it is; nothing for a pause, which is not counted."""
    return f"{event.number}/{event.total} " if event.number else ""

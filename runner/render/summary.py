"""The table at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.execute.results import Outcome, count
from runner.plural import counted
from runner.printable import printable
from runner.render.titles import subject
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from runner.execute.results import CommandResult
    from runner.execute.run import Run

_STYLES = {
    "succeeded": "green",
    "failed": "bold red",
    "unknown": "bold yellow",
    "not_sent": "dim",
}
_CALM = ("succeeded", "not_sent")
MOST_ROWS = 200  # of a longer run, what did not succeed comes first


class Row(Value, frozen=True):
    """One command at the end of a run.

    Attributes:
        outcome: as reports have it.
        subject: what the action concerns, harmless already.
        seconds: of its attempts and waits; None where there was neither.
    """

    outcome: str
    action: str
    subject: str
    file: str
    line: int
    seconds: float | None
    message: str


def summary_table(run: Run) -> Table:
    """Give one row for each command: outcome, action, workflow, place, time and message."""
    outcomes = [result.outcome.value for result in run.results]
    return _table([_row(run.results[place]) for place in _chosen(outcomes, MOST_ROWS)])


def table_of(rows: Sequence[Row], most: int = MOST_ROWS) -> Table:
    """Give rows as a table, up to `most` of them."""
    return _table([rows[place] for place in _chosen([row.outcome for row in rows], most)])


def _table(rows: Sequence[Row]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for title in ("outcome", "action", "workflow", "where", "seconds"):
        table.add_column(title, no_wrap=True, overflow="fold")
    table.add_column("message", overflow="fold", ratio=1)
    for row in rows:
        table.add_row(
            Text(row.outcome, _STYLES.get(row.outcome, "")),
            Text(printable(row.action)),
            Text(row.subject),
            Text(f"{printable(row.file)}:{row.line}"),
            "" if row.seconds is None else f"{row.seconds:.2f}",
            Text(printable(row.message)),
        )
    return table


def summary_line(run: Run) -> str:
    """Give the result and the totals on one line."""
    counts = {outcome.value: number for outcome, number in count(run.results).items()}
    return line_of(run.result, int(run.exit_code), counts, run.duration)


def line_of(result: str, exit_code: int, counts: Mapping[str, int], duration: float) -> str:
    """Give the result and the totals on one line.

    Args:
        result: of the run.
        exit_code: of the run.
        counts: the commands of each outcome.
        duration: seconds.
    """
    told = ", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n)
    totals = counted(sum(counts.values()), "command") + (f": {told}" if told else "")
    return f"Result: {result} (exit code {exit_code}). {totals}. {duration:.1f} s"


def barrier(run: Run) -> str:
    """Say what the rest was to wait for, where that has not come: to go on blindly may do harm."""
    for result in run.results:
        wait = result.command.wait
        missed = result.outcome in (Outcome.FAILED, Outcome.UNKNOWN)
        if wait is not None and result.waited is not None and missed:
            workflow = printable(result.command.workflow or "")
            return f"First look at {workflow}: what follows was to wait until it is {wait.until}."
    return ""


def state_lines(states: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Give the states of the sandbox's workflows, by organization and ID."""
    several = len(states) > 1
    lines = ["In the sandbox now:"]
    for organization, workflows in states.items():
        for workflow, state in workflows.items():
            prefix = f"{printable(organization)} " if several else ""
            lines.append(f"  {prefix}{printable(workflow)}: {state}")
    return lines


def _row(result: CommandResult) -> Row:
    command = result.command
    seconds = sum(attempt.duration for attempt in result.attempts) + (result.waited or 0.0)
    return Row(
        result.outcome.value,
        command.action,
        subject(command),
        command.file,
        command.line,
        seconds if result.attempts or result.waited else None,
        result.message,
    )


def _chosen(outcomes: Sequence[str], most: int) -> Sequence[int]:
    """Give the places of the rows that are shown, in order."""
    if len(outcomes) <= most:
        return range(len(outcomes))
    first = sorted(range(len(outcomes)), key=lambda place: outcomes[place] in _CALM)
    return sorted(first[:most])

"""The table at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from runner.execute.results import Outcome, count
from runner.plural import counted
from runner.printable import printable
from runner.render.titles import subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.execute.results import CommandResult
    from runner.execute.run import Run

_STYLES = {
    Outcome.SUCCEEDED: "green",
    Outcome.FAILED: "bold red",
    Outcome.UNKNOWN: "bold yellow",
    Outcome.NOT_SENT: "dim",
}
MOST_ROWS = 200  # of a longer run, what did not succeed comes first


def summary_table(run: Run) -> Table:
    """Give one row for each command: outcome, action, workflow, place, time and message."""
    table = Table(box=box.SIMPLE, pad_edge=False, show_edge=False)
    for title in ("outcome", "action", "workflow", "where", "seconds"):
        table.add_column(title, no_wrap=True, overflow="fold")
    table.add_column("message", overflow="fold", ratio=1)
    for result in _rows(run):
        command = result.command
        seconds = sum(attempt.duration for attempt in result.attempts) + (result.waited or 0.0)
        table.add_row(
            Text(result.outcome.value, _STYLES.get(result.outcome, "")),
            command.action,
            Text(subject(command)),
            Text(f"{printable(command.file)}:{command.line}"),
            f"{seconds:.2f}" if result.attempts or result.waited else "",
            Text(printable(result.message)),
        )
    return table


def summary_line(run: Run) -> str:
    """Give the result and the totals on one line."""
    counts = count(run.results)
    told = ", ".join(f"{n} {it.value}" for it, n in counts.items() if n)
    totals = counted(sum(counts.values()), "command") + (f": {told}" if told else "")
    return f"Result: {run.result} (exit code {int(run.exit_code)}). {totals}. {run.duration:.1f} s"


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


def _rows(run: Run) -> list[CommandResult]:
    if len(run.results) <= MOST_ROWS:
        return list(run.results)
    first = sorted(run.results, key=lambda it: it.outcome in (Outcome.SUCCEEDED, Outcome.NOT_SENT))
    chosen = {id(result) for result in first[:MOST_ROWS]}
    return [result for result in run.results if id(result) in chosen]

"""A report as text: what the end of the run showed, and what it was about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.execute.results import Outcome
from runner.printable import printable
from runner.render.output import NORMAL, VERBOSE
from runner.render.problems import problem_lines, problem_of
from runner.render.report.going_on import going_on
from runner.render.report.shards import shard_lines
from runner.render.report.values import attempt_line, seconds, subject, title
from runner.render.summary import MOST_ROWS, Row, line_of, table_of
from runner.render.titles import environment_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import RenderableType

    from runner.render.report.values import Value

_WRONG = ("failed", "unknown")
_OUTCOMES = frozenset(it.value for it in Outcome)


def report_as_text(
    report: Value, draw: Callable[[RenderableType], str], verbosity: int = NORMAL
) -> str:
    """Give a report as text, its lines ended.

    Args:
        report: valid by `schema/report.schema.json`.
        draw: gives a table as text, its lines ended.
        verbosity: below `NORMAL` only what is wrong, and the line with the result; from `VERBOSE`
            on every command and every attempt.
    """
    calm = verbosity >= NORMAL
    parts = [
        *(_lines(_about(report)) if calm else ()),
        *_lines(problem_lines([problem_of(it) for it in report["problems"]])),
        *(_lines(problem_lines([problem_of(it) for it in report["warnings"]])) if calm else ()),
        *_lines(_overrides(report)),
        *_table(report, draw, verbosity),
        *(_lines(_attempts(report)) if verbosity >= VERBOSE else ()),
        *_lines(_end(report, verbosity)),
    ]
    return "".join(parts)


def _lines(lines: Iterator[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


def _about(report: Value) -> Iterator[str]:
    """Say which run it was: where, of what, and when."""
    target = report["target"]
    kind = "Dry run" if report["mode"] == "dry-run" else "Run"
    yield f"{kind} {printable(report['run_id'])}, {report['started_at']}"
    yield f"Environment: {environment_text(report['environment'])}"
    if report["organization"] is not None:
        yield f"Organization: {printable(report['organization'])}"
    where = "the embedded sandbox, " if target["sandbox"] else ""
    yield f"Target: {where}{printable(target['base_url'])}"
    if report["plan_digest"] is not None:
        yield f"Digest: {report['plan_digest']}"
    for name, told in shard_lines(report):
        yield f"{name}: {printable(told)}"
    source = report["source_control"]
    for name, key in (("Commit", "commit"), ("Ref", "ref"), ("CI run", "run_url")):
        if source[key]:
            yield f"{name}: {printable(source[key])}"
    for seam in report.get("resumed", ()):
        following = seam["next"]
        left = "nothing was left" if following is None else f"from {printable(following)} on"
        yield f"Resumed: {seam['at']}, {left}"


def _overrides(report: Value) -> Iterator[str]:
    for it in report["overrides"]:
        yield f"Lifted: {printable(it['name'])}: {printable(it['reason'])}"


def _table(report: Value, draw: Callable[[RenderableType], str], verbosity: int) -> Iterator[str]:
    """Give the commands; none of a run that was refused, in which all were left alone."""
    commands: Sequence[Value] = report["commands"]
    if verbosity < NORMAL:
        commands = [it for it in commands if it["outcome"] in _WRONG]
    elif report["result"] == "refused" and verbosity < VERBOSE:
        return
    if not commands:
        return
    most = len(commands) if verbosity >= VERBOSE else MOST_ROWS
    yield draw(table_of([_row(it) for it in commands], most))
    if len(commands) > most:
        left = len(commands) - most
        yield f"... and {left:,} more; -v shows all\n"


def _row(command: Value) -> Row:
    source = command["source"]
    return Row(
        command["outcome"],
        command["action"],
        subject(command),
        source["file"],
        source["line"],
        seconds(command),
        command["message"] or "",
    )


def _attempts(report: Value) -> Iterator[str]:
    for command in report["commands"]:
        if command["attempts"]:
            yield f"{printable(command['id'])}: {title(command)}"
            yield from (f"  {attempt_line(attempt)}" for attempt in command["attempts"])


def _end(report: Value, verbosity: int) -> Iterator[str]:
    if report["message"]:
        yield f"error: {_harmless(report['message'])}"
    journal = report.get("journal")
    if journal is not None and (report["exit_code"] or verbosity >= NORMAL):
        yield f"Journal: {printable(journal)}"
    yield from (printable(it) for it in going_on(report) if it)
    counts = {name: number for name, number in report["totals"].items() if name in _OUTCOMES}
    yield line_of(report["result"], report["exit_code"], counts, report["duration_s"])


def _harmless(message: str) -> str:
    return "\n".join(printable(line) for line in message.split("\n"))

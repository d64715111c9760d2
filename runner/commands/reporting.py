"""Delivers what came of a run: the table for people, the report for programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.commands.outputs import check_apart, check_output
from runner.commands.publishing import is_published, news_of_run, publish
from runner.errors import BrokenError, ExitCode, UsageError
from runner.files import write_atomically
from runner.journal.lines import SUFFIX
from runner.printable import printable, quoted
from runner.render.report_json import cleaned, report_pieces, report_value
from runner.render.summary import barrier, state_lines, summary_line, summary_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.commands.planning import Asked
    from runner.commands.run_options import RunOptions
    from runner.commands.surroundings import Inputs, Surroundings
    from runner.execute.run import Run

STDOUT = "-"


def check_report_path(
    report: str | None, asked: Asked, around: Surroundings, policy: str | None = None
) -> None:
    """Make sure beforehand that the report can be written, so that no run goes unreported.

    Args:
        report: where it goes; `-` is stdout, and None nowhere.
        asked: which plan is meant, with the files that are read for it.
        around: the process around.
        policy: the path of the policy, which is read, too.

    Raises:
        UsageError: if something other than a file stands there, or a file that is read.
        BrokenError: if it cannot be written there.
    """
    if report is None:
        return
    if report == STDOUT:
        around.output.product("")  # finds out whether it is open at all
    else:
        read = [*asked.inputs.paths, *(it for it in (asked.reviewed, policy) if it)]
        check_output(report, read, around)


def check_run_report(
    options: RunOptions, inputs: Inputs, folder: Path, journal: Path | None, around: Surroundings
) -> None:
    """Make sure that the report replaces none of the files that a reviewed plan names.

    Nor may it be taken for a journal (rule R26).

    Args:
        options: of the run.
        inputs: the files that are read for it.
        folder: the state directory.
        journal: that is gone on with, or None.
        around: the process around.

    Raises:
        UsageError: if it would.
        BrokenError: if it cannot be written.
    """
    if options.report is None:
        return
    report = Path(around.cwd, options.report)
    if report.suffix == SUFFIX and os.path.realpath(report.parent) == os.path.realpath(folder):
        name = quoted(options.report, 200)
        raise UsageError(f"{name} would look like a journal; end it in .json")
    if journal is not None:
        check_apart(journal, report)
    asked = replace(options.asked, inputs=inputs)
    check_report_path(options.report, asked, around, options.rules.policy)


def deliver(
    run: Run,
    report: str | None,
    around: Surroundings,
    states: Mapping[str, Mapping[str, str]] | None = None,
    step: str = "",
) -> ExitCode:
    """Show the end of a run and write its report.

    Args:
        run: what came of it.
        report: where the report goes; `-` is stdout, and None nowhere.
        around: the process around.
        states: of the sandbox's workflows, where it was one.
        step: what a person does next; empty where there is nothing to do.

    Returns:
        The exit code of the run, or `BROKEN` where the report could not be written.
    """
    output = around.output
    if run.results and run.result != "refused" and output.shows_tables:
        output.table(summary_table(run))
    for line in state_lines(states) if states and run.result != "refused" else ():
        output.info(line)
    if run.message:
        output.error("\n".join(printable(line) for line in run.message.split("\n")))
    is_written = True
    try:
        _write(run, report, around)
    except (BrokenError, BrokenPipeError) as error:
        is_written = False
        run = replace(run, exit_code=ExitCode.BROKEN)
        _rescue(run, report, error, around)
    else:
        if report not in (STDOUT, None):
            output.info(f"Report: {printable(report or '')}")
    if step:
        # A resumed run waits by itself; one that begins further on does not.
        first = barrier(run) if "--from" in step else ""
        output.say(" ".join(it for it in (first, step) if it), important=True)
    output.say(summary_line(run), important=run.exit_code is not ExitCode.DONE)
    _publish(run, report if is_written else None, around)
    return run.exit_code


def _publish(run: Run, report: str | None, around: Surroundings) -> None:
    """Tell the CI system; of what is in no file it is told no path."""
    if is_published(around):
        value = cleaned(report_value(run), around.scrubber.scrub)
        publish(news_of_run(value, None if report == STDOUT else report, around), around)


def _rescue(run: Run, report: str | None, error: Exception, around: Surroundings) -> None:
    """Show a report that could not be written where it was meant to go: nothing else holds it."""
    output = around.output
    text = _text(run, around)
    if report == STDOUT:
        output.error(f"{error}; the report follows here")
        output.say(text, important=True)
    else:
        output.error(f"{error}; the report follows on standard output")
        output.product(text, clean=True)


def _write(run: Run, report: str | None, around: Surroundings) -> None:
    if report is None:
        return
    if report == STDOUT:
        around.output.product(_text(run, around), clean=True)
    else:
        write_atomically(Path(around.cwd, report), report_pieces(run, around.scrubber.scrub))


def _text(run: Run, around: Surroundings) -> str:
    return "".join(report_pieces(run, around.scrubber.scrub))

"""The command line of `report`."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Annotated

from runner.cli import options as opt
from runner.cli.declared import Argument, Option


class ReportFormat(str, Enum):
    """What a report becomes."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    HTML = "html"
    JSON = "json"


def report(
    paths: Annotated[
        list[str],
        Argument(
            metavar="REPORT",
            help="Of a run, as run --report wrote it, or - for stdin; several with --merge.",
            show_default=False,
        ),
    ],
    output_format: Annotated[
        ReportFormat,
        Option(
            "--format",
            help="For a terminal, a summary or comment, CI's test page, a browser, or programs.",
        ),
    ] = ReportFormat.TEXT,
    merge: Annotated[
        bool,
        Option(
            "--merge",
            help="Make one report of those of run --shard, of all organizations.",
        ),
    ] = False,
    out: Annotated[str, Option(metavar="FILE", help="Write it to this file; - is stdout.")] = "-",
    ci: opt.Ci = opt.CiSystem.AUTO,
    log_format: opt.LogFormatOption = opt.LogFormat.TEXT,
    verbose: opt.Verbose = 0,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> int:
    """Show a report again, in another form; exits with 0 whatever became of its run."""
    from runner.cli.process import perform
    from runner.commands.report import ReportOptions, report_command

    options = ReportOptions(tuple(paths), output_format.value, out, merge)
    command = partial(report_command, options)
    return perform(command, log_format, verbose, quiet, no_color, ci=ci.value)

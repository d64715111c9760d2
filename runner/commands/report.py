"""`report`: a report that was written earlier, shown again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.commands.outputs import check_output
from runner.errors import ExitCode
from runner.files import write_atomically
from runner.load.sources import STDIN
from runner.printable import printable
from runner.render.report.text import report_as_text
from runner.reports.reading import read_report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.commands.surroundings import Surroundings

STDOUT = "-"

ENDINGS = {"text": ".txt", "markdown": ".md", "junit": ".xml", "html": ".html"}


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The options of `report`.

    Attributes:
        report: the path of a report, or `-` for stdin.
        form: what it becomes, one of `ENDINGS`.
        out: where to write; `-` is stdout.
    """

    report: str
    form: str = "text"
    out: str = STDOUT


def report_command(options: ReportOptions, around: Surroundings) -> ExitCode:
    """Show a report; `DONE` whatever became of its run.

    Raises:
        ReportError: if it cannot be read, or is no report of this version.
        UsageError: if something other than a file stands where it is to be written.
        BrokenError: if it cannot be written there.
    """
    if options.out != STDOUT:
        check_output(options.out, [options.report], around, ENDINGS[options.form])
    source = around.stdin if options.report == STDIN else Path(around.cwd, options.report)
    text = _rendered(read_report(source, options.report), options, around)
    if options.out == STDOUT:
        around.output.product(text)
    else:
        write_atomically(Path(around.cwd, options.out), text)
        around.output.info(f"Written to {printable(options.out)}")
    return ExitCode.DONE


def _rendered(report: Mapping[str, Any], options: ReportOptions, around: Surroundings) -> str:
    if options.form == "markdown":
        from runner.render.report.markdown import report_markdown

        return report_markdown(report, around.places)
    if options.form == "junit":
        from runner.render.report.junit import report_junit

        return report_junit(report)
    if options.form == "html":
        from runner.render.html.report_page import report_page

        return report_page(report, around.places)
    output = around.output
    draw = partial(output.drawn, plain=options.out != STDOUT)
    return report_as_text(report, draw, output.settings.verbosity)

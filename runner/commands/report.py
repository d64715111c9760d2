"""`report`: a report that was written earlier, shown again; or those of shards, put together."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.commands.outputs import check_output
from runner.errors import ExitCode, UsageError
from runner.files import write_atomically
from runner.load.sources import STDIN
from runner.printable import harmless_json, printable
from runner.render.problems import problem_value
from runner.render.report.text import report_as_text
from runner.render.values import tool_value
from runner.reports.reading import read_report
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.commands.surroundings import Surroundings

STDOUT = "-"

ENDINGS = {
    "text": ".txt",
    "markdown": ".md",
    "junit": ".xml",
    "html": ".html",
    "json": ".json",
}


class ReportOptions(Value, frozen=True):
    """The options of `report`.

    Attributes:
        reports: the paths of reports, or `-` for stdin; of more than one only to merge them.
        form: what it becomes, one of `ENDINGS`.
        out: where to write; `-` is stdout.
        merge: whether they are those of shards, and become one.
    """

    reports: tuple[str, ...]
    form: str = "text"
    out: str = STDOUT
    merge: bool = False


def report_command(options: ReportOptions, around: Surroundings) -> ExitCode:
    """Show a report; `DONE` whatever became of its run.

    Raises:
        ReportError: if it cannot be read, or is no report of this version; or if reports that are
            to be merged do not belong together.
        UsageError: if something other than a file stands where it is to be written, or several
            reports are named that are not to be merged.
        BrokenError: if it cannot be written there.
    """
    if len(options.reports) > 1 and not options.merge:
        raise UsageError("name one report; to put those of shards together, add --merge")
    if options.reports.count(STDIN) > 1:
        raise UsageError("standard input is one report; name the others by their files")
    if options.out != STDOUT:
        check_output(options.out, options.reports, around, ENDINGS[options.form])
    values = [_read(it, around) for it in options.reports]
    report = _merged(values, options, around) if options.merge else values[0]
    text = _rendered(report, options, around)
    if options.out == STDOUT:
        around.output.product(text)
    else:
        write_atomically(Path(around.cwd, options.out), text)
        around.output.info(f"Written to {printable(options.out)}")
    return ExitCode.DONE


def _read(name: str, around: Surroundings) -> dict[str, Any]:
    return read_report(around.stdin if name == STDIN else Path(around.cwd, name), name)


def _merged(
    values: list[dict[str, Any]], options: ReportOptions, around: Surroundings
) -> dict[str, Any]:
    from runner.reports.belonging import Part
    from runner.reports.merging import merge

    parts = [Part(name, value) for name, value in zip(options.reports, values, strict=True)]
    report, doubts = merge(parts, tool_value())
    around.output.problems(doubts)
    report["warnings"] += [problem_value(it) for it in doubts]
    return report


def _rendered(report: Mapping[str, Any], options: ReportOptions, around: Surroundings) -> str:
    if options.form == "json":
        return harmless_json(json.dumps(report, indent=2, ensure_ascii=False)) + "\n"
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

"""GitHub's workflow commands: lines that become annotations and groups on its pages.

A line is a command where it begins with `::`. What stands in it is escaped as GitHub's toolkit does
(`packages/core/src/command.ts`): `%`, carriage return and line feed everywhere, `:` and `,` in
properties, too. All foreign text is made `printable` first, so that even a reader who does not undo
the escaping meets no command in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.plural import counted
from runner.printable import printable
from runner.problems import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.ci.places import Places
    from runner.problems import Problem

ENDGROUP = "::endgroup::"
# GitHub shows 10 warnings and 10 errors of a step, and 50 annotations of a job; it drops the others
# without a word ("Limitations" in docs/problem-matchers.md of its toolkit).
MOST_SHOWN = 10


def annotation(
    level: str,
    message: str,
    *,
    file: str | None = None,
    line: int | None = None,
    column: int | None = None,
    title: str | None = None,
) -> str:
    """Give one annotation, as one line without its end.

    Args:
        level: `error`, `warning` or `notice`.
        message: its lines stay lines on the page; all else in it is made `printable`.
        file: the path below the root of the repository.
        line: from 1.
        column: from 1, in characters.
        title: what stands above the message.
    """
    where = {"title": title, "file": file, "line": line, "col": column}
    given = ",".join(
        f"{name}={_escaped_property(printable(str(value)))}"
        for name, value in where.items()
        if value is not None
    )
    return f"::{level}{f' {given}' if given else ''}::{_escaped(_printable_lines(message))}"


def problem_annotations(
    problems: Sequence[Problem], places: Places, limit: int = MOST_SHOWN
) -> Iterator[str]:
    """Give problems as annotations, the worst first: errors before warnings.

    GitHub shows no more than 10 of a level and step. So at most `limit` of each are given, and
    where there are more, the last one has no place and counts those that are left. The first
    problem of each file comes before the second of any, so that every bad file is seen.
    """
    for severity in Severity:
        of_it = _every_file_first([it for it in problems if it.severity is severity])
        fits = len(of_it) <= limit
        shown = of_it if fits else of_it[: limit - 1]
        for problem in shown:
            yield _annotation_of(problem, places)
        if not fits:
            left = counted(len(of_it) - len(shown), f"more {severity.value}")
            yield annotation(severity.value, f"and {left}: see the log of this step")


def group(title: str) -> str:
    """Give the line that begins a group of log lines; `ENDGROUP` ends it."""
    return f"::group::{_escaped(printable(title))}"


def _annotation_of(problem: Problem, places: Places) -> str:
    pointer = f"{problem.pointer}: " if problem.pointer else ""
    message = printable(f"{pointer}{problem.message}")
    if problem.hint:
        message += f"\n{printable(problem.hint)}"
    return annotation(
        problem.severity.value,
        message,
        file=places.path(problem.file),
        line=problem.line,
        column=problem.column,
        title=problem.rule,
    )


def _every_file_first(problems: Sequence[Problem]) -> list[Problem]:
    """Give the first problem of each file, then the second of each, and so on."""
    seen: dict[str, int] = {}
    ranks = []
    for problem in problems:
        seen[problem.file] = rank = seen.get(problem.file, 0) + 1
        ranks.append(rank)
    order = sorted(range(len(problems)), key=ranks.__getitem__)
    return [problems[index] for index in order]


def _printable_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")

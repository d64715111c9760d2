"""Problems as lines for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plural import counted
from runner.printable import printable
from runner.problems import Problem, Severity
from runner.render.json_text import json_text
from runner.render.values import files_value, tool_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.load import SourceFile

MOST_WARNINGS = 20  # in text (rule R6)


def problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """Give problems as lines: `file:line:column: error: ...`, then what to write instead.

    Every error is shown, and the first `MOST_WARNINGS` warnings; the others are counted.
    """
    left = MOST_WARNINGS
    for problem in problems:
        if not problem.is_error:
            left -= 1
            if left < 0:
                continue
        yield from _lines(problem)
    if left < 0:
        yield f"... and {counted(-left, 'more warning')}"


def problems_json(files: Sequence[SourceFile], problems: Sequence[Problem], *, valid: bool) -> str:
    """Give the outcome of `validate` as JSON text."""
    value = {
        "schema_version": 1,
        "tool": tool_value(),
        "valid": valid,
        "files": files_value(files),
        "problems": [problem_value(problem) for problem in problems],
    }
    return json_text(value)


def problem_value(problem: Problem) -> dict[str, Any]:
    """Give one problem as a JSON value."""
    return {
        "severity": problem.severity.value,
        "rule": problem.rule,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "pointer": problem.pointer,
        "message": problem.message,
        "hint": problem.hint or None,
    }


def problem_of(value: Mapping[str, Any]) -> Problem:
    """Give back the problem of a JSON value, as `problem_value` makes one."""
    return Problem(
        value["rule"],
        value["file"],
        value["line"],
        value["column"],
        value["pointer"],
        value["message"],
        value["hint"] or "",
        Severity(value["severity"]),
    )


def problem_sentences(problem: Problem) -> str:
    """Give one problem as sentences on one line: the place, what is wrong, what to do."""
    pointer = f"{problem.pointer}: " if problem.pointer else ""
    hint = f". {problem.hint[0].upper()}{problem.hint[1:]}" if problem.hint else ""
    return printable(f"{pointer}{problem.message}{hint}")


def _lines(problem: Problem) -> Iterator[str]:
    where = f"{printable(problem.file)}:{problem.line}:{problem.column}"
    pointer = f"{printable(problem.pointer, 120)}: " if problem.pointer else ""
    message = f"{pointer}{printable(problem.message)}"
    yield f"{where}: {problem.severity.value}: {message} [{problem.rule}]"
    if problem.hint:
        yield f"    {printable(problem.hint)}"

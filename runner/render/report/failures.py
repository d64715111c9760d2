"""What went wrong in a run as problems, each where its command stands in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.problems import Problem
from runner.render.problems import problem_of
from runner.render.report.values import title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FAILED = "command-failed"
UNKNOWN = "outcome-unknown"


def failures(report: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Give why a run was refused, and each command that failed or whose outcome is unknown."""
    return (*map(problem_of, report["problems"]), *_command_problems(report))


def _command_problems(report: Mapping[str, Any]) -> Iterator[Problem]:
    for command in report["commands"]:
        outcome, source = command["outcome"], command["source"]
        if outcome not in ("failed", "unknown"):
            continue
        message = f"{title(command)}: {command['message'] or outcome}"
        place = (source["file"], source["line"], source["column"])
        if outcome == "failed":
            yield Problem(FAILED, *place, "", message)
        else:
            yield Problem(UNKNOWN, *place, "", message)

"""What went wrong in a run, each thing where it stands in the files."""

from __future__ import annotations

from runner.problems import Problem
from runner.render.problems import problem_of
from runner.render.report.failures import failures
from tests.support.reports import entry, problem, report_value


def test_commands_that_failed_or_are_unknown_become_problems_at_their_lines() -> None:
    commands = [
        entry("a.yaml#1.1", "failed", message="HTTP 404"),
        entry("a.yaml#1.2"),
        entry("b.yaml#1.1", "unknown", action="stop"),
        entry("b.yaml#1.2", "not_sent", message="not reached"),
    ]
    assert failures(report_value(commands, "unknown", 6)) == (
        Problem("command-failed", "a.yaml", 3, 5, "", "start WKF1: HTTP 404"),
        Problem("outcome-unknown", "b.yaml", 3, 5, "", "stop WKF1: unknown"),
    )


def test_what_refused_the_run_comes_first_and_warnings_are_none() -> None:
    value = report_value([], "refused", 5, problems=[problem()], warnings=[problem()])
    assert failures(value) == (problem_of(problem()),)

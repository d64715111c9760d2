"""The commands of a report are told in the same words as those of a run."""

from __future__ import annotations

from typing import Any

import pytest

from runner.execute.results import CommandResult, Outcome
from runner.render.report.values import attempt_line, is_pause, seconds, subject, title
from runner.render.titles import title as title_of_command
from runner.render.values import command_value, details_value
from runner.validate.config import Signal
from tests.support.plans import action, offline
from tests.support.plans import desired as desired_step
from tests.support.reports import AT, attempt, entry

STEPS = offline(
    action("stop", "A"),
    action("wait", index=2, pause=90.0),
    action("signal", "C", index=3, signal=Signal("signal1", "CI", (("n", 1),))),
    desired_step("D", index=1),
)


@pytest.mark.parametrize("command", STEPS.commands, ids=lambda it: str(it.action))
def test_a_command_has_the_title_that_it_has_in_plans_and_logs(command: Any) -> None:
    result = CommandResult(command, Outcome.PLANNED)
    request = {"method": "POST", "url": None, "body": None} if result.command.is_sent else None
    value = {**command_value(command), **details_value(command), "request": request}
    assert title(value) == title_of_command(command)
    assert is_pause(value) is (command.action == "wait")


def test_what_concerns_no_workflow_is_its_action_alone() -> None:
    command = entry(workflow=None)
    assert (title(command), subject(command)) == ("start", "")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, None),
        ({"waited_s": None}, None),
        ({"waited_s": 0}, None),
        ({"waited_s": 1.5}, 1.5),
        ({"attempts": [attempt(duration_s=0)]}, 0.0),
        ({"attempts": [attempt(), attempt()], "waited_s": 1.5}, 2.0),
    ],
)
def test_seconds_are_those_of_attempts_and_waits(
    more: dict[str, Any], expected: float | None
) -> None:
    assert seconds(entry(**more)) == expected


def test_an_attempt_is_one_harmless_line() -> None:
    told = attempt(status=503, error="not\nnow", request_id="r\x1b1")
    assert attempt_line(told) == f"{AT}, 0.250 s: status 503, not now, request r1"
    assert attempt_line(attempt(status=None)) == f"{AT}, 0.250 s: no answer"

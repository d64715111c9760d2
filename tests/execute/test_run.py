"""A run as a value: its results before anything is sent, and its duration."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runner.campaign.hosts import Target
from runner.ci.source_control import SourceControl
from runner.errors import ExitCode
from runner.execute.run import Header, Run, not_sent, planned
from tests.support.plans import command, plan_of
from tests.support.worlds import NOON

PLAN = plan_of([command("WKF1"), command("WKF2")])


def test_a_dry_run_has_a_planned_result_for_every_command_r20() -> None:
    results = planned(PLAN)
    assert [(it.command, it.outcome.value) for it in results] == [
        (command, "planned") for command in PLAN.commands
    ]


def test_a_refused_run_has_a_result_for_every_command_with_the_reason_r23() -> None:
    results = not_sent(PLAN, "no credentials")
    assert [it.command for it in results] == list(PLAN.commands)
    assert {(it.outcome.value, it.message, it.attempts) for it in results} == {
        ("not_sent", "no credentials", ())
    }


@pytest.mark.parametrize(("seconds", "duration"), [(1.5, 1.5), (0, 0.0), (-60, 0.0)])
def test_a_clock_that_is_set_back_gives_no_negative_duration(
    seconds: float, duration: float
) -> None:
    target = Target("https://mc.adobe.io", "https://ims-na1.adobelogin.com/ims/token/v3")
    run = Run(
        header=Header("id", "run", None, target, SourceControl(), NOON),
        result="succeeded",
        exit_code=ExitCode.DONE,
        files=(),
        plan=PLAN,
        results=(),
        problems=(),
        warnings=(),
        message="",
        finished_at=NOON + timedelta(seconds=seconds),
    )
    assert run.duration == duration

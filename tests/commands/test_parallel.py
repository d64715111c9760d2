"""`parallel`: what comes of a run is what came of it one command after another, but for times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from runner.sandbox import FaultRule, FaultScript, Sandbox
from runner.sandbox.faults import ErrorStatus, RateLimited, Reset
from tests.support.campaign import pointing_at, settings_of
from tests.support.organizations import comparable
from tests.support.program import report, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.program import Program

IDS = [f"WKF{n}" for n in range(1, 25)]
TEXT = f"""\
version: 1
organization: acme
defaults: {{wait: {{poll: 100ms, timeout: 20s}}, settle: 1s, parallel: 8}}
actions:
  - {{stop: [{", ".join(IDS[:12])}], wait: {{until: stopped}}}}
  - {{pause: [{", ".join(IDS[12:18])}], on_failure: continue}}
  - {{resume: [{", ".join(IDS[12:18])}], on_failure: continue}}
desired: {{{", ".join(f"{it}: paused" for it in IDS[18:])}}}
"""
RULES = {
    "all well": (),
    "some throttled": (FaultRule(RateLimited(retry_after=0), ["stop"], IDS[:6], times=4),),
    "some refused": (FaultRule(ErrorStatus(status=400), ["pause"], IDS[13:16]),),
    "answers lost": (FaultRule(Reset(applied=True), ["stop", "pause"], [IDS[2], IDS[14]]),),
}


def result_of(program: Program, text: str, rules: Sequence[FaultRule]) -> dict[str, Any]:
    """Give what came of a run against a sandbox of its own."""
    write("a.yaml", text)
    workflows = {"acme": dict.fromkeys(IDS, "started")}
    faults = FaultScript(tuple(rules))
    with Sandbox(settings_of(workflows, max_active=100, faults=faults)) as sandbox:
        ended = program("run", "a.yaml", env=pointing_at(sandbox))
        value = comparable(report(), sandbox)
    value["told"] = ended.exit_code
    # The file is another one, and so is its plan.
    for key in ("config", "plan_digest"):
        value.pop(key)
    for command in value["commands"]:
        command.pop("parallel", None)
    return value


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
def test_it_ends_as_one_after_another(program: Program, rules: Sequence[FaultRule]) -> None:
    plain = result_of(program, TEXT.replace("parallel: 8", "parallel: 1"), rules)
    abreast = result_of(program, TEXT, rules)
    for value in (plain, abreast):
        for command in value["commands"]:
            # Which of them are hit first is a matter of who comes first.
            statuses = [it["status"] for it in command["attempts"]]
            command["attempts"] = sorted({str(it) for it in statuses if it != 429})
            command["message"] = re.sub(r"[0-9.]+ s\b", "", command["message"] or "")
    assert abreast == plain
    assert len(plain["commands"]) == 30

"""A plan as JSON: valid by its schema, and the same bytes for the same plan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from runner.render.plan_json import plan_json
from runner.schemas import schema
from runner.states import SignalActivity, State
from runner.validate.config import Signal, Wait
from tests.support.plans import action, desired, live, observed, offline

if TYPE_CHECKING:
    from runner.plan.plan import Plan

EVERYTHING = offline(
    action("start", "A", wait=Wait(State.STARTED)),
    action("wait", index=2, pause=3.0),
    action("signal", "B", index=3, signal=Signal("go", "CI", (("n", 1), ("t", True)))),
    desired("C", "paused", allow_start=True),
    desired("D", index=2),
)
PLANS = {
    "offline": EVERYTHING,
    "live": live(
        EVERYTHING,
        replace(observed("B"), signals=(SignalActivity("go", "https://x"),)),
        A="stopped",
        C="editing",
        D="finished",
    ),
    "unread": live(
        EVERYTHING,
        *(observed(it, "unknown", found=False, error="x") for it in "ABCD"),
        assume_unknown=True,
    ),
    "no activity": live(EVERYTHING, A="stopped", B="started", C="editing", D="finished"),
    "empty": offline(action("start", "A")),
}


@pytest.mark.parametrize("plan", PLANS.values(), ids=list(PLANS))
def test_it_is_valid_by_its_schema(plan: Plan) -> None:
    Draft202012Validator(schema("plan")).validate(json.loads(plan_json(plan)))
    assert plan_json(plan) == plan_json(plan)


def test_the_request_of_each_kind_of_command() -> None:
    commands = json.loads(plan_json(PLANS["live"]))["commands"]
    requests = {it["id"].partition("#")[2]: it["request"] for it in commands}
    assert requests["1.1"] == {
        "method": "POST",
        "path": "/acme/campaign/workflow/execution/A/commands",
        "body": {"method": "start"},
    }
    assert requests["2.1"] is None
    assert requests["3.1"]["path"] is None  # the API will name it
    assert requests["3.1"]["body"] == {"source": "CI", "parameters": {"n": 1, "t": True}}
    assert requests["desired.2"] is None
    assert [it["effect"]["kind"] for it in commands if "effect" in it] == [
        "change",
        "change",
        "change",
        "no change",
        "change",
    ]


@pytest.mark.parametrize(
    ("seen", "decided"),
    [("started", "holds"), ("finished", "left alone"), ("failed", "refused")],
)
def test_why_a_desired_state_calls_for_nothing_r13(seen: str, decided: str) -> None:
    (entry,) = json.loads(plan_json(live(offline(desired()), WKF1=seen)))["commands"]
    assert entry["decided"] == decided


def test_pauses_are_not_counted_r8() -> None:
    totals = json.loads(plan_json(EVERYTHING))["totals"]
    assert totals == {"commands": 4, "start": 1, "signal": 1, "ensure": 2}

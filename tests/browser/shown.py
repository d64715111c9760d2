"""A plan that has something of everything, for pages and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.plan.changes import Changes, FileChange, GuardrailChange, Kind, Part, Status
from runner.problems import file_warning
from runner.states import State
from runner.validate.config import Wait
from tests.support.plans import action, desired, document, live, offline

if TYPE_CHECKING:
    from runner.plan.plan import Plan

FILE = "june.yaml"


def a_plan() -> Plan:
    """Give a live plan of two organizations, narrowed to what is new since a commit."""
    until = Wait(State.STOPPED, 600.0, 5.0)
    plan = live(
        offline(
            document(
                action("stop", "WKF101", "WKF102", name="Drain the old journey", wait=until),
                action("start", "WKF201", index=2, name="Start the new one"),
                action("resume", "WKF8", "WKF9", index=3),
                desired("WKF301", "started"),
                desired("WKF302", "stopped", 2),
                name=FILE,
            ),
            document(action("pause", "WKF7"), name="uk.yaml", organization="acme-uk"),
        ),
        WKF101="started",
        WKF102="finished",
        WKF201="stopped",
        WKF8="paused",
        WKF9="stopped",
        WKF301="stopped",
        WKF302="stopped",
    )
    changes = Changes(
        since="main",
        base="4f1c2d9a" * 5,
        allow_modified=False,
        files=(
            FileChange(FILE, Status.ADDED, None, Part.RUN, desired=True),
            FileChange("uk.yaml", Status.ADDED, None, Part.RUN),
            FileChange("may.yaml", Status.UNCHANGED, None, Part.LEFT_OUT),
        ),
        guardrails=(GuardrailChange(Kind.LOOSENED, "max_stops", "prod", FILE, 20, 5, "5", "10"),),
    )
    warning = file_warning("contradiction", FILE, "`WKF8` gets resume right after pause")
    return replace(plan, changes=changes, warnings=(warning,))

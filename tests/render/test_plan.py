"""A plan as lines for people."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from runner.plan.effects import Effect, Kind
from runner.render.plan import effect_text, plan_lines
from runner.states import Observation, ReadState, State
from runner.validate.config import Signal
from tests.support.plans import (
    action,
    desired,
    document,
    live,
    observed,
    offline,
)


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (Effect(Kind.CHANGE, State.STOPPED, State.STARTED), "stopped -> started"),
        (Effect(Kind.CHANGE, State.STARTED, State.STARTED), "started: takes the signal"),
        (Effect(Kind.NO_CHANGE, State.STARTED, State.STARTED), "started: no change"),
        (Effect(Kind.DOES_NOT_FIT, State.STOPPED, State.STOPPED), "stopped: does not fit"),
        (Effect(Kind.REFUSED, State.FAILED, State.FAILED), "failed: refused"),
        (Effect(Kind.UNKNOWN_WORKFLOW, State.UNKNOWN, State.UNKNOWN), "unknown workflow"),
        (Effect(Kind.UNKNOWN_STATE, State.UNKNOWN, State.UNKNOWN), "unknown state"),
        (Effect(Kind.UNKNOWN_ACTIVITY, State.STARTED, State.STARTED), "unknown activity"),
    ],
)
def test_effects_in_words(effect: Effect, says: str) -> None:
    assert effect_text(effect) == says


def test_every_kind_of_effect_has_words() -> None:
    for kind in Kind:
        assert effect_text(Effect(kind, State.PAUSED, State.STARTED))


def test_an_offline_plan_says_nothing_of_states() -> None:
    lines = list(plan_lines(offline(action("start", "A"), desired("B", "paused"))))
    assert lines[3:6] == [
        "  #1.1        start   A         a.yaml:10:5",
        "  #desired.1  ensure  B paused  a.yaml:1:3",
        "",
    ]
    assert lines[6] == "2 commands: 1 start, 1 ensure"
    assert lines[7].startswith("Digest: ")


def test_how_many_are_under_way_at_a_time_is_shown() -> None:
    lines = list(
        plan_lines(offline(action("stop", "A", "B", parallel=4), desired("C", parallel=2)))
    )
    assert [line.rpartition("  ")[2] for line in lines[3:6]] == [
        *["4 at a time"] * 2,
        "2 at a time",
    ]


def test_why_a_state_is_unknown_is_told_once_for_each_workflow() -> None:
    unknown = Observation("acme", "A", True, ReadState(State.UNKNOWN, "11", "state"))
    plan = live(offline(action("stop", "A"), action("start", "A", index=2)), unknown)
    lines = list(plan_lines(plan))
    assert sum(line.startswith('A: its field "state" says "11"') for line in lines) == 1


def test_what_stands_beside_a_desired_state_is_not_told_again() -> None:
    gone = observed("A", "unknown", found=False, error="it is not there")
    text = "\n".join(plan_lines(live(offline(desired("A")), gone)))
    assert text.count("it is not there") == 1
    assert "Drift: 1 of 1 desired state does not hold\n  A is in an unknown state" in text


def test_a_desired_state_that_takes_two_commands_is_one_of_the_drift() -> None:
    plan = live(
        offline(desired("A", restart_failed=True), desired("B", index=2)), A="failed", B="started"
    )
    lines = list(plan_lines(plan))
    assert "Drift: 1 of 2 desired states does not hold" in lines
    assert "  A is failed, desired started" in lines


def test_the_parameters_of_a_signal_are_shown() -> None:
    given = (("n", 1), ("yes", True), ("text", 'a "b"'))
    plan = offline(action("signal", "A", signal=Signal("go", "CI", given)))
    assert any('n=1, yes=true, text="a \\"b\\""' in line for line in plan_lines(plan))


def test_no_drift() -> None:
    assert "No drift: every desired state holds" in plan_lines(
        live(offline(desired()), WKF1="started")
    )


def test_hostile_text_of_files_and_the_api_is_harmless() -> None:
    hostile = "\x1b[31m##[x]"
    told = observed("A", "unknown", found=None, error=hostile)
    plan = live(offline(action("start", "A", name=hostile)), told)
    assert not any("\x1b" in line or "##[" in line for line in plan_lines(plan))


def test_an_organization_that_is_not_known_yet_is_said() -> None:
    one = document(action("start", "A"), organization=None)
    assert "Organization: not set (CAMPAIGN_STANDARD_TENANT_ID will be used)" in plan_lines(
        offline(one)
    )
    other = document(action("start", "A"), name="b.yaml")
    assert any("no organization" in line for line in plan_lines(offline(one, other)))


def test_a_plan_without_commands_still_has_its_digest() -> None:
    plan = replace(offline(action("start", "A")), commands=())
    assert [line for line in plan_lines(plan) if line][-2:] == [
        "0 commands",
        f"Digest: {plan.digest}",
    ]

"""The values that plans and reports share: what only some commands have."""

from __future__ import annotations

from typing import Any

import pytest

from runner import __version__
from runner.load import SourceFile
from runner.render.values import command_value, details_value, files_value, tool_value
from runner.states import State
from runner.validate.config import Signal, Wait
from tests.support.plans import command, desired, live, offline, pausing, waiting


def test_which_program_this_is() -> None:
    assert tool_value() == {"name": "campaign-runner", "version": __version__}


def test_files_with_their_digests_in_order() -> None:
    files = [SourceFile("b.yaml", "1" * 64), SourceFile("a.yaml", "2" * 64)]
    assert files_value(files) == [
        {"path": "b.yaml", "sha256": "1" * 64},
        {"path": "a.yaml", "sha256": "2" * 64},
    ]


def test_what_a_command_is_and_where_it_stands() -> None:
    made = command("WKF1", "stop", name="Drain it", line=7, column=9, organization=None)
    assert command_value(made) == {
        "id": "a.yaml#WKF1",
        "name": "Drain it",
        "action": "stop",
        "organization": None,
        "workflow": "WKF1",
        "source": {"file": "a.yaml", "line": 7, "column": 9},
    }


def test_a_plain_command_has_no_details() -> None:
    assert details_value(command()) == {}


@pytest.mark.parametrize(
    ("more", "details"),
    [
        (
            {"wait": Wait(State.STOPPED, 60.0, 5.0)},
            {"wait": {"until": "stopped", "timeout_s": 60.0, "poll_s": 5.0}},
        ),
        ({"signal": Signal("signal1", "CI", ())}, {"activity": "signal1"}),
        ({"settle": 30.0}, {"settle_s": 30.0}),
        ({"rate": 2.5}, {"rate_per_s": 2.5}),
    ],
    ids=lambda it: next(iter(it)),
)
def test_what_only_some_commands_have(more: dict[str, Any], details: dict[str, Any]) -> None:
    assert details_value(command(**more)) == details


def test_what_is_not_sent_has_neither_a_rate_nor_a_time_to_settle() -> None:
    (ensure,) = offline(desired("A")).commands
    for made in (pausing(30.0), ensure):
        assert details_value(made).keys().isdisjoint({"settle_s", "rate_per_s"})
    assert details_value(command(None, "wait", pause=30.0, rate=2.0, settle=30.0)) == {
        "pause_s": 30.0
    }


def test_a_desired_state_says_what_it_asks_for() -> None:
    (ensure,) = offline(desired("A", Wait(State.PAUSED, 60.0, 5.0), allow_start=True)).commands
    assert details_value(ensure) == {
        "desired": {
            "state": "paused",
            "restart_finished": False,
            "restart_failed": False,
            "allow_start": True,
            "wait": {"until": "paused", "timeout_s": 60.0, "poll_s": 5.0},
        }
    }


@pytest.mark.parametrize(
    ("seen", "decided"),
    [("started", "holds"), ("finished", "left alone"), ("failed", "refused")],
)
def test_what_was_decided_of_one_and_why(seen: str, decided: str) -> None:
    (ensure,) = live(offline(desired("A")), A=seen).commands
    value = details_value(ensure)
    assert value["decided"] == decided
    assert value["reason"]


def test_the_second_command_of_one_says_which_it_follows() -> None:
    first, second = live(offline(desired("A", restart_failed=True)), A="failed").commands
    assert "follows" not in details_value(first)
    assert details_value(second)["follows"] == first.id


def test_a_wait_has_its_numbers() -> None:
    assert details_value(waiting(timeout=1.5, poll=0.25))["wait"] == {
        "until": "stopped",
        "timeout_s": 1.5,
        "poll_s": 0.25,
    }

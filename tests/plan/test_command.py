"""What one entry of a plan says of itself."""

from __future__ import annotations

import json

import pytest

from runner.plan.command import Command, Decided
from runner.validate.config import Signal
from tests.support.plans import command, desired

SIGNAL = Signal("signal1", "CI", (("b", 1), ("a", True), ("c", "1"), ("d", 1.5)))
PAUSE = command(None, "wait", pause=30.0)
ENSURE = command(action="ensure", desired=desired())
HELD = command(action="ensure", desired=desired(), decided=Decided(False, ""))


@pytest.mark.parametrize("action", ["start", "stop", "pause", "resume"])
def test_a_command_is_a_request_to_its_workflow(action: str) -> None:
    it = command("WKF1", action)
    assert (it.is_sent, it.is_counted) == (True, True)
    assert it.url_path == "/acme/campaign/workflow/execution/WKF1/commands"
    assert it.body == {"method": action}


def test_an_id_is_percent_encoded_in_the_path_alone() -> None:
    it = command("@AbC/..?x")
    assert it.workflow_path == "/acme/campaign/workflow/execution/%40AbC%2F..%3Fx"
    assert it.key == ("acme", "@AbC/..?x")


def test_a_signal_has_a_body_in_its_order_but_no_path_before_the_run() -> None:
    it = command(action="signal", signal=SIGNAL)
    assert (it.is_sent, it.is_counted, it.url_path) == (True, True, None)
    assert it.workflow_path == "/acme/campaign/workflow/execution/WKF1"
    assert json.dumps(it.body) == (
        '{"source": "CI", "parameters": {"b": 1, "a": true, "c": "1", "d": 1.5}}'
    )


def test_a_signal_without_parameters_has_an_empty_mapping_of_them() -> None:
    assert command(action="signal", signal=Signal("a", "CI", ())).body == {
        "source": "CI",
        "parameters": {},
    }


def test_a_pause_is_neither_sent_nor_counted_r8() -> None:
    assert (PAUSE.is_sent, PAUSE.is_counted) == (False, False)
    assert (PAUSE.workflow_path, PAUSE.url_path, PAUSE.body) == (None, None, None)
    assert PAUSE.key == ("acme", "")


@pytest.mark.parametrize("ensure", [ENSURE, HELD])
def test_a_desired_state_is_counted_but_not_sent(ensure: Command) -> None:
    assert (ensure.is_sent, ensure.is_counted) == (False, True)
    assert (ensure.url_path, ensure.body) == (None, None)


def test_without_an_organization_there_is_no_path() -> None:
    it = command(organization=None)
    assert (it.workflow_path, it.url_path) == (None, None)
    assert it.body == {"method": "start"}


def test_a_command_is_selected_by_the_id_that_stands_in_the_files_own_plan_r8() -> None:
    assert command(id="a.yaml#2.1").selected_by == "a.yaml#2.1"
    made = command(id="d/a.yaml/2#desired.3.1", document="d/a.yaml/2", desired=desired(index=3))
    assert made.selected_by == "d/a.yaml/2#desired.3"


def test_what_is_decided_is_not_left_alone_unless_it_is_said_to_be_r13() -> None:
    assert not Decided(refused=False, reason="it is started already").left_alone

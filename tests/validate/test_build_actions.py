"""Actions and desired states become frozen values, with their defaults filled in."""

from __future__ import annotations

import pytest

from runner.states import State
from runner.validate.config import Action, Desired, Signal, Wait, WorkflowMention
from tests.support.problems import HEAD, config


def actions(text: str, environment: str | None = None) -> tuple[Action, ...]:
    return config(HEAD + text, environment).documents[0].actions


def desired(text: str, environment: str | None = None) -> tuple[Desired, ...]:
    return config(HEAD + text, environment).documents[0].desired


def test_actions_have_their_workflows_places_and_defaults() -> None:
    (document,) = config(HEAD + "actions:\n- start: W1\n- {name: N, stop: [A, B]}\n").documents
    assert document.actions == (
        Action(1, "start", None, (WorkflowMention("W1", 4, 10),), 70.0, "stop"),
        Action(
            2,
            "stop",
            "N",
            (WorkflowMention("A", 5, 20), WorkflowMention("B", 5, 23)),
            70.0,
            "stop",
        ),
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [(None, [(5.0, "stop"), (9.0, "continue")]), ("prod", [(5.0, "continue"), (9.0, "continue")])],
)
def test_an_action_wins_over_the_environment_and_that_over_the_defaults_r2(
    environment: str | None, expected: list[tuple[float, str]]
) -> None:
    text = (
        HEAD
        + "defaults: {timeout: 5s, on_failure: stop}\n"
        + "actions: [{start: W}, {pause: V, timeout: 9s, on_failure: continue}]\n"
        + "environments: {prod: {defaults: {on_failure: continue}}}\n"
    )
    (document,) = config(text, environment).documents
    assert [(it.timeout, it.on_failure) for it in document.actions] == expected


@pytest.mark.parametrize(
    ("environment", "expected"), [(None, [1, 8, 1, 1]), ("prod", [4, 8, 1, 4])]
)
def test_parallel_is_that_of_the_action_or_of_the_defaults_and_none_of_a_signal(
    environment: str | None, expected: list[int]
) -> None:
    text = (
        "actions:\n- start: [A, B]\n- {stop: [A, B], parallel: 8}\n"
        "- signal: {workflow: C, activity: s, source: CI}\n"
        "desired: {D: started}\n"
        "environments: {prod: {defaults: {parallel: 4}}}\n"
    )
    found = [it.parallel for it in actions(text, environment)]
    found += [it.parallel for it in desired(text, environment)]
    assert found == expected


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        ("{until: stopped}", Wait(State.STOPPED, 600.0, 5.0)),
        ("{until: stopped, timeout: 1h, poll: 100ms}", Wait(State.STOPPED, 3600.0, 0.1)),
        ("{until: stopped, timeout: 2s}", Wait(State.STOPPED, 2.0, 2.0)),
    ],
)
def test_an_action_waits(wait: str, expected: Wait) -> None:
    (action,) = actions(f"actions: [{{stop: W, wait: {wait}}}]\n")
    assert action.wait == expected


def test_a_pause_stands_on_its_own() -> None:
    (_, pause) = actions("actions:\n- start: W\n- {name: Rest, wait: 1m30s}\n")
    assert pause == Action(2, "wait", "Rest", (), 70.0, "stop", pause=90.0, line=5, column=22)


def test_a_signal_keeps_its_parameters_in_order() -> None:
    (action,) = actions(
        "actions:\n- name: Go\n  timeout: 5s\n  wait: {until: stopped}\n  signal:\n"
        "    workflow: WKF300\n    activity: signal1\n    source: CI\n"
        "    parameters: {z: vip, a: 1.5, n: 3, b: true}\n"
    )
    assert action == Action(
        index=1,
        command="signal",
        name="Go",
        workflows=(WorkflowMention("WKF300", 8, 15),),
        timeout=5.0,
        on_failure="stop",
        wait=Wait(State.STOPPED),
        signal=Signal("signal1", "CI", (("z", "vip"), ("a", 1.5), ("n", 3), ("b", True))),
    )


def test_a_signal_needs_no_parameters() -> None:
    (action,) = actions("actions: [{signal: {workflow: W, activity: a b, source: x}}]\n")
    assert action.signal == Signal("a b", "x", ())


def test_desired_states_are_numbered_in_the_order_of_the_file_r8() -> None:
    text = (
        "desired:\n  WKF201: started\n  WKF7: {state: paused, allow_start: true}\n"
        "  WKF8: {state: started, restart_finished: true, restart_failed: true,"
        " on_failure: continue, timeout: 30s, wait: {timeout: 5m, poll: 2s}}\n"
    )
    assert desired(text) == (
        Desired(1, WorkflowMention("WKF201", 4, 3), Wait(State.STARTED), 70.0, "stop"),
        Desired(
            2, WorkflowMention("WKF7", 5, 3), Wait(State.PAUSED), 70.0, "stop", allow_start=True
        ),
        Desired(
            3,
            WorkflowMention("WKF8", 6, 3),
            Wait(State.STARTED, 300.0, 2.0),
            30.0,
            "continue",
            restart_finished=True,
            restart_failed=True,
        ),
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [(None, (60.0, 2.0, 9.0)), ("p", (60.0, 3.0, 9.0)), ("q", (1.0, 1.0, 8.0))],
)
def test_every_wait_takes_the_defaults_with_the_environment_over_them_r2(
    environment: str | None, expected: tuple[float, float, float]
) -> None:
    text = (
        "defaults: {timeout: 9s, wait: {timeout: 1m, poll: 2s}}\n"
        "actions: [{stop: V, wait: {until: stopped}}]\ndesired: {W: {state: stopped}}\n"
        "environments: {p: {defaults: {wait: {poll: 3s}}},"
        " q: {defaults: {timeout: 8s, wait: {timeout: 1s}}}}\n"
    )
    (action,), (entry,) = actions(text, environment), desired(text, environment)
    timeout, poll, attempt = expected
    assert action.wait == entry.until == Wait(State.STOPPED, timeout, poll)
    assert action.timeout == entry.timeout == attempt

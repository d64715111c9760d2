"""What commands come to, at the worst (R11)."""

from __future__ import annotations

import pytest

from runner.guardrails.worst import steps
from runner.plan.command import Decided
from tests.guardrails.values import ensure
from tests.support.plans import command


@pytest.mark.parametrize(
    ("until", "settings", "actions", "most", "most_stops"),
    [
        ("started", (), ["resume", "start"], 1, 0),
        ("started", ("restart_failed",), ["resume", "start", "stop"], 2, 1),
        ("started", ("restart_finished",), ["resume", "start"], 1, 0),
        ("paused", (), ["pause"], 1, 0),
        ("paused", ("allow_start",), ["pause", "start"], 2, 0),
        ("stopped", (), ["stop"], 1, 1),
    ],
)
def test_an_undecided_state_counts_at_its_worst_r11(
    until: str, settings: tuple[str, ...], actions: list[str], most: int, most_stops: int
) -> None:
    (step,) = steps([ensure("WKF1", until, *settings)])
    assert step.is_undecided
    assert (list(step.actions), step.most, step.most_stops) == (actions, most, most_stops)


@pytest.mark.parametrize("action", ["start", "stop", "pause", "resume", "signal"])
def test_what_is_sent_counts_once(action: str) -> None:
    (step,) = steps([command(action=action)])
    assert not step.is_undecided
    assert (step.actions, step.most, step.most_stops) == ((action,), 1, int(action == "stop"))


@pytest.mark.parametrize("refused", [True, False])
def test_a_decided_state_that_sends_nothing_counts_nothing(refused: bool) -> None:
    (step,) = steps([ensure("WKF1", "stopped", decided=Decided(refused, "so"))])
    assert not step.is_undecided
    assert (step.actions, step.most, step.most_stops) == ((), 0, 0)


def test_a_command_made_for_a_desired_state_counts_as_it_stands() -> None:
    made = command(action="stop", desired=ensure("WKF1", "started").desired)
    (step,) = steps([made])
    assert not step.is_undecided
    assert step.actions == ("stop",)


def test_a_pause_counts_nothing() -> None:
    (step,) = steps([command(action="wait", workflow=None, pause=3.0)])
    assert (step.actions, step.most, step.most_stops) == ((), 0, 0)

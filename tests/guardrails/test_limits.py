"""The most commands and stops (R29, R11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.guardrails.check import check
from runner.guardrails.worst import steps
from runner.plan.command import Decided
from runner.plan.resolve import resolve
from runner.states import State
from tests.guardrails.values import ensure, limit, observations, of_acme, rules, seen
from tests.support.plans import command, plan_of

if TYPE_CHECKING:
    from runner.plan.command import Command

PAUSE = command(action="wait", workflow=None, pause=60.0)
HELD = ensure("WKF8", "stopped", decided=Decided(False, "it is stopped already"))


@pytest.mark.parametrize(
    ("commands", "count"),
    [
        ([], 0),
        ([command(), command(action="signal"), command(action="stop")], 3),
        ([PAUSE, HELD], 0),
        ([ensure("WKF1", "started")], 1),
        ([ensure("WKF1", "started", "restart_failed"), command()], 3),
        ([command(organization="other"), command(organization=None), command()], 1),
    ],
)
def test_how_many_commands_there_are(commands: list[Command], count: int) -> None:
    demands = {name: of_acme()["acme"] for name in ("other", None)}
    for most in range(5):
        found = check(plan_of(commands), {**demands, **of_acme(max_commands=limit(most))})
        assert bool(found) == (count > most)


@pytest.mark.parametrize(
    ("commands", "count"),
    [
        ([command(), command(action="pause"), command(action="signal")], 0),
        ([command(action="stop"), command("WKF2", "stop")], 2),
        ([HELD], 0),
        ([ensure("WKF1", "stopped")], 1),
        ([ensure("WKF1", "started", "restart_failed")], 1),
        ([ensure("WKF1", "started"), ensure("WKF1", "paused", "allow_start")], 0),
    ],
)
def test_how_many_stops_there_are(commands: list[Command], count: int) -> None:
    for most in range(4):
        found = check(plan_of(commands), of_acme(max_stops=limit(most)))
        assert bool(found) == (count > most)


def test_the_command_that_goes_beyond_is_pointed_to() -> None:
    commands = [command(f"WKF{n}", "stop", line=n, column=4) for n in range(1, 6)]
    found = check(plan_of(commands), of_acme(max_commands=limit(3), max_stops=limit(1)))
    assert [(it.rule, it.file, it.line, it.column) for it in found] == [
        ("max_commands", "a.yaml", 4, 4),
        ("max_stops", "a.yaml", 2, 4),
    ]
    assert rules(found) == [
        ("max_commands", "the plan has 5 commands of `acme`; `max_commands` is 3"),
        ("max_stops", "the plan has 5 stops of `acme`; `max_stops` is 1"),
    ]
    assert found[0].hint == (
        "plan fewer commands, change `max_commands` at guard.yaml:7 in a reviewed change, or run"
        " with --override max_commands --reason TEXT"
    )


def test_a_worst_case_is_not_told_as_a_fact_r11() -> None:
    made = ensure("WKF1", "started", "restart_failed", organization=None)
    (found,) = check(plan_of([made]), {None: of_acme(max_commands=limit(1))["acme"]})
    assert found.message == "the plan may come to 2 commands; `max_commands` is 1"
    assert found.pointer == "desired.WKF1"
    assert found.hint.startswith(
        "plan fewer commands, plan with --live, since desired states count at their worst here,"
    )


def test_a_desired_state_that_adds_nothing_makes_no_guess_of_a_fact_r11() -> None:
    made = [command(action="stop"), ensure("WKF2", "started")]
    (found,) = check(plan_of(made), of_acme(max_stops=limit(0)))
    assert found.message == "the plan has 1 stop of `acme`; `max_stops` is 0"
    assert "--live" not in found.hint


SETTINGS = st.lists(
    st.sampled_from(["restart_finished", "restart_failed", "allow_start"]), unique=True
)
TARGETS = st.sampled_from(["started", "paused", "stopped"])
ENTRIES = st.lists(st.tuples(TARGETS, SETTINGS, st.sampled_from(list(State))), max_size=5)


@given(ENTRIES, st.booleans())
def test_no_resolved_plan_holds_more_than_the_worst_case_r11(
    entries: list[tuple[str, list[str], State]], assume_unknown: bool
) -> None:
    made = [ensure(f"WKF{n}", it[0], *it[1], id=f"{n}") for n, it in enumerate(entries)]
    states = observations(*(seen(f"WKF{n}", it[2]) for n, it in enumerate(entries)))
    plan = plan_of(made)
    resolved = resolve(plan, states, assume_unknown=assume_unknown)
    worst, real = list(steps(plan.commands)), list(steps(resolved.commands))
    assert sum(it.most for it in real) <= sum(it.most for it in worst)
    assert sum(it.most_stops for it in real) <= sum(it.most_stops for it in worst)
    may = {(it.command.workflow, action) for it in worst for action in it.actions}
    assert {(it.command.workflow, action) for it in real for action in it.actions} <= may

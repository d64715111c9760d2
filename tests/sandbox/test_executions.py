from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.sandbox.executions import Effect, Executions
from runner.sandbox.states import EFFECTS, WorkflowState, next_state

EDITING, STARTED, PAUSED = WorkflowState.EDITING, WorkflowState.STARTED, WorkflowState.PAUSED
STOPPED, FAILED = WorkflowState.STOPPED, WorkflowState.FAILED


def of(max_active: int, **states: WorkflowState) -> Executions:
    return Executions(states, max_active)


def test_within_the_limit_every_command_is_applied_at_once() -> None:
    executions = of(2, a=EDITING, b=PAUSED)
    assert executions.apply("a", "start", 1) == [(1, EDITING, STARTED)]
    assert executions.apply("b", "resume", 2) == [(2, PAUSED, STARTED)]


@pytest.mark.parametrize(
    ("action", "before"),
    [("start", EDITING), ("start", PAUSED), ("start", FAILED), ("resume", PAUSED)],
)
@pytest.mark.parametrize("leaving", ["stop", "pause"])
def test_beyond_it_whoever_would_start_waits_until_another_one_leaves(
    action: str, before: WorkflowState, leaving: str
) -> None:
    executions = of(1, a=STARTED, b=before)
    assert executions.apply("b", action, 1) == []
    assert executions.state("b") is before
    left, started = executions.apply("a", leaving, 2)
    assert (left.sequence, started) == (2, (1, before, STARTED))
    assert executions.state("b") is STARTED


def test_those_that_wait_are_let_in_one_by_one_in_order() -> None:
    executions = of(1, a=STARTED, b=EDITING, c=EDITING)
    executions.apply("c", "start", 1)
    executions.apply("b", "start", 2)
    assert [effect.sequence for effect in executions.apply("a", "stop", 3)] == [3, 1]
    assert [effect.sequence for effect in executions.apply("a", "start", 4)] == []
    assert [effect.sequence for effect in executions.apply("c", "pause", 5)] == [5, 2]
    assert executions.states() == {"a": STOPPED, "b": STARTED, "c": PAUSED}


@pytest.mark.parametrize(
    ("workflow", "action"),
    [("a", "start"), ("a", "resume"), ("a", "signal"), ("b", "resume"), ("b", "pause")],
)
def test_what_would_start_nothing_never_waits(workflow: str, action: str) -> None:
    executions = of(1, a=STARTED, b=EDITING)
    assert [effect.sequence for effect in executions.apply(workflow, action, 1)][:1] == [1]


def test_a_stop_takes_what_waits_out_of_the_queue() -> None:
    executions = of(1, a=STARTED, b=PAUSED, c=EDITING)
    executions.apply("b", "resume", 1)
    executions.apply("c", "start", 2)
    assert executions.apply("b", "stop", 3) == [(3, PAUSED, STOPPED)]
    assert executions.apply("a", "stop", 4) == [(4, STARTED, STOPPED), (2, EDITING, STARTED)]
    assert executions.apply("c", "stop", 5) == [(5, STARTED, STOPPED)]
    assert executions.state("b") is STOPPED


def test_a_second_start_waits_with_the_first_and_needs_no_room_of_its_own() -> None:
    executions = of(1, a=STARTED, b=PAUSED, c=EDITING)
    executions.apply("b", "start", 1)
    executions.apply("c", "start", 2)
    executions.apply("b", "resume", 3)
    assert executions.apply("a", "stop", 4)[1:] == [(1, PAUSED, STARTED), (3, STARTED, STARTED)]
    assert executions.state("c") is EDITING


def test_a_state_from_outside_makes_room() -> None:
    executions = of(1, a=STARTED, b=EDITING)
    executions.apply("b", "start", 1)
    assert executions.set_state("a", WorkflowState.FINISHED) == [(1, EDITING, STARTED)]


def test_a_state_from_outside_may_go_beyond_the_limit() -> None:
    executions = of(1, a=STARTED, b=EDITING, c=EDITING)
    executions.apply("c", "start", 1)
    assert executions.set_state("b", STARTED) == []
    assert executions.apply("a", "stop", 2) == [(2, STARTED, STOPPED)]
    assert executions.apply("b", "stop", 3)[1:] == [(1, EDITING, STARTED)]


def test_what_needs_no_room_any_more_waits_no_longer_and_the_rest_keeps_its_turn() -> None:
    executions = of(1, a=STARTED, b=PAUSED, c=EDITING)
    executions.apply("b", "resume", 1)
    executions.apply("b", "start", 2)
    executions.apply("c", "start", 3)
    assert executions.set_state("b", STOPPED) == [(1, STOPPED, STOPPED)]
    assert executions.apply("a", "stop", 4)[1:] == [(2, STOPPED, STARTED)]
    executions.apply("a", "start", 5)
    assert executions.set_state("a", STARTED) == [(5, STARTED, STARTED)]


def test_a_copy_has_the_queue_too_and_is_independent() -> None:
    executions = of(1, a=STARTED, b=EDITING)
    executions.apply("b", "start", 1)
    copy = executions.copy()
    assert len(copy.apply("a", "stop", 2)) == 2
    assert executions.states() == {"a": STARTED, "b": EDITING}
    assert len(executions.apply("a", "pause", 2)) == 2


NAMES = ["a", "b", "c", "d", "e"]
LIMITS = st.integers(1, 4)
COMMANDS = st.tuples(st.sampled_from(NAMES), st.sampled_from([*EFFECTS, "signal"]))
CHANGES = st.tuples(st.sampled_from(NAMES), st.sampled_from(WorkflowState))
STATES = st.fixed_dictionaries({name: st.sampled_from(WorkflowState) for name in NAMES})
QUIET_STATES = STATES.map(
    lambda states: {name: PAUSED if it is STARTED else it for name, it in states.items()}
)


@dataclass
class Watched:
    """Executions, and what a bystander knows: who is started, and which commands wait."""

    executions: Executions
    waiting: dict[int, str] = field(default_factory=dict)
    count: int = 0

    def command(self, workflow: str, action: str) -> None:
        before = self.executions.states()
        self.count += 1
        if action == "stop":
            self.waiting = {it: name for it, name in self.waiting.items() if name != workflow}
        self.waiting[self.count] = workflow
        effects = self.executions.apply(workflow, action, self.count)
        self.see(before, effects)
        if any(effect.sequence == self.count for effect in effects):
            assert effects[0][1:] == (before[workflow], next_state(action, before[workflow]))

    def change(self, workflow: str, state: WorkflowState) -> None:
        before = {**self.executions.states(), workflow: state}
        self.see(before, self.executions.set_state(workflow, state))

    def see(self, states: dict[str, WorkflowState], effects: list[Effect]) -> None:
        """Hold effects against what was known: each from a true state, each once."""
        states = dict(states)
        for effect in effects:
            workflow = self.waiting.pop(effect.sequence)
            assert states[workflow] is effect.before
            states[workflow] = effect.after
        assert states == self.executions.states()

    def started(self) -> list[str]:
        states = self.executions.states()
        return [name for name, state in states.items() if state is STARTED]


@given(limit=LIMITS, states=QUIET_STATES, commands=st.lists(COMMANDS))
def test_commands_never_start_more_than_the_limit_nor_leave_room_while_somebody_waits(
    limit: int, states: dict[str, WorkflowState], commands: list[tuple[str, str]]
) -> None:
    watched = Watched(Executions(states, limit))
    for workflow, action in commands:
        watched.command(workflow, action)
        assert len(watched.started()) <= limit
        assert not watched.waiting or len(watched.started()) == limit


@given(limit=LIMITS, states=STATES, steps=st.lists(COMMANDS | CHANGES))
def test_every_start_that_waits_comes_in_its_turn_once_others_stop(
    limit: int, states: dict[str, WorkflowState], steps: list[tuple[str, str]]
) -> None:
    watched = Watched(Executions(states, limit))
    for workflow, step in steps:
        if isinstance(step, WorkflowState):
            watched.change(workflow, step)
        else:
            watched.command(workflow, step)
        assert not watched.waiting or len(watched.started()) >= limit
    turns = list(dict.fromkeys(watched.waiting.values()))
    came: list[str] = []
    while watched.waiting:
        leaving = watched.started()[0]
        before = set(watched.started())
        watched.command(leaving, "stop")
        came += [name for name in watched.started() if name not in before]
        assert leaving not in watched.started()
    assert came == turns

"""Workflows that have nothing more to do after some time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.sandbox import CommandRecord, SandboxSettings, WorkflowState
from runner.sandbox.executions import Executions
from runner.sandbox.records import Signal
from runner.sandbox.states import EFFECTS
from runner.sandbox.store import SignalRefusal, WorkflowStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.sandbox import Sandbox
    from tests.sandbox.conftest import Api, FakeClock

STARTED, PAUSED, STOPPED = WorkflowState.STARTED, WorkflowState.PAUSED, WorkflowState.STOPPED
FINISHED, FAILED = WorkflowState.FINISHED, WorkflowState.FAILED
SIGNAL = Signal("signal1", "CI", {})


def store_of(clock: FakeClock, **settings: Any) -> WorkflowStore:
    """Give a store in which WKF1, started, runs for 10 seconds, and WKF2, stopped, for ever."""
    settings.setdefault("workflows", {"acme": {"WKF1": STARTED, "WKF2": STOPPED}})
    settings.setdefault("run_times", {"acme": {"WKF1": 10}})
    return WorkflowStore(SandboxSettings(**settings), clock)


def states(store: WorkflowStore) -> list[WorkflowState]:
    return list(store.states()["acme"].values())


def applied(store: WorkflowStore) -> list[tuple[float | None, WorkflowState | None]]:
    return [(record.applied_at, record.state_before) for record in store.commands()]


def test_one_that_is_started_from_the_beginning_finishes_exactly_at_its_time(
    clock: FakeClock,
) -> None:
    store = store_of(clock)
    clock.advance(9.99)
    assert store.state("acme", "WKF1") is STARTED
    clock.advance(0.01)
    assert store.state("acme", "WKF1") is FINISHED
    assert store.commands() == ()


def test_whatever_starts_it_begins_its_time(clock: FakeClock) -> None:
    workflows = {"acme": {"WKF1": STOPPED, "WKF2": PAUSED, "WKF3": FAILED}}
    times = {"acme": {"WKF1": 10, "WKF2": 10, "WKF3": 10}}
    store = store_of(clock, workflows=workflows, run_times=times, effect_delay=5)
    clock.advance(100)
    assert states(store) == [STOPPED, PAUSED, FAILED]
    store.accept("acme", "WKF1", "start")
    store.accept("acme", "WKF2", "resume")
    clock.advance(2)
    store.set_state("acme", "WKF3", STARTED)
    clock.advance(9.99)
    assert states(store) == [STARTED, STARTED, STARTED]
    clock.advance(0.01)
    assert states(store) == [STARTED, STARTED, FINISHED]
    clock.advance(3)
    assert states(store) == [FINISHED, FINISHED, FINISHED]


def test_it_can_be_started_again_and_finishes_again(clock: FakeClock) -> None:
    store = store_of(clock)
    clock.advance(50)
    store.accept("acme", "WKF1", "start")
    assert applied(store) == [(1050.0, FINISHED)]
    clock.advance(10)
    assert states(store)[0] is FINISHED


@pytest.mark.parametrize("action", ["start", "resume", "signal"])
def test_what_does_not_interrupt_it_gives_it_no_more_time(clock: FakeClock, action: str) -> None:
    store = store_of(clock)
    clock.advance(6)
    if action == "signal":
        assert store.accept_signal("acme", "WKF1", "signal1", SIGNAL) is None
    else:
        store.accept("acme", "WKF1", action)
    store.set_state("acme", "WKF1", STARTED)
    clock.advance(4)
    assert states(store)[0] is FINISHED


def test_after_a_pause_its_time_begins_anew(clock: FakeClock) -> None:
    store = store_of(clock)
    clock.advance(6)
    store.accept("acme", "WKF1", "pause")
    clock.advance(100)
    assert states(store)[0] is PAUSED
    store.accept("acme", "WKF1", "resume")
    clock.advance(9.99)
    assert states(store)[0] is STARTED
    clock.advance(0.01)
    assert states(store)[0] is FINISHED


@pytest.mark.parametrize("looks", [False, True])
def test_a_pause_and_a_resume_at_the_same_moment_are_a_break_too(
    clock: FakeClock, *, looks: bool
) -> None:
    store = store_of(clock)
    clock.advance(6)
    for action in ("pause", "resume"):
        store.accept("acme", "WKF1", action)
        if looks:
            store.states()
    clock.advance(9.99)
    assert states(store)[0] is STARTED
    clock.advance(0.01)
    assert states(store)[0] is FINISHED


@pytest.mark.parametrize("action", ["stop", "pause"])
def test_one_that_no_longer_runs_does_not_finish(clock: FakeClock, action: str) -> None:
    store = store_of(clock)
    store.accept("acme", "WKF1", action)
    clock.advance(60)
    assert states(store)[0] is (STOPPED if action == "stop" else PAUSED)
    store.set_state("acme", "WKF2", STARTED)
    clock.advance(1e9)
    assert states(store)[1] is STARTED


def test_all_happens_in_order_of_time_however_late_somebody_looks(clock: FakeClock) -> None:
    store = store_of(clock, effect_delay=7)
    clock.advance(2)
    store.accept("acme", "WKF1", "resume")  # takes effect at 9, the end is at 10
    clock.advance(2)
    store.accept("acme", "WKF1", "pause")  # at 11
    clock.advance(2)
    store.accept("acme", "WKF1", "start")  # at 13
    clock.advance(60)
    assert applied(store) == [(1009.0, STARTED), (1011.0, FINISHED), (1013.0, FINISHED)]
    assert states(store)[0] is FINISHED


def test_of_a_command_and_an_end_at_the_same_moment_the_command_comes_first(
    clock: FakeClock,
) -> None:
    store = store_of(clock, effect_delay=5)
    clock.advance(5)
    store.accept("acme", "WKF1", "pause")
    clock.advance(5)
    assert states(store)[0] is PAUSED
    clock.advance(60)
    assert states(store)[0] is PAUSED


@pytest.mark.parametrize("looks", [False, True])
def test_what_is_sent_at_the_very_moment_of_the_end_comes_after_it(
    clock: FakeClock, *, looks: bool
) -> None:
    store = store_of(clock)
    clock.advance(10)
    if looks:
        store.states()
    store.accept("acme", "WKF1", "pause")
    assert applied(store) == [(1010.0, FINISHED)]


def test_its_place_is_free_at_the_moment_of_its_end(clock: FakeClock) -> None:
    times = {"acme": {"WKF1": 10, "WKF2": 3}}
    store = store_of(clock, run_times=times, max_active=1)
    store.accept("acme", "WKF2", "start")
    clock.advance(9)
    assert states(store) == [STARTED, STOPPED]
    store.accept("acme", "WKF1", "start")
    store.accept("acme", "WKF2", "resume")
    clock.advance(100)
    assert states(store) == [FINISHED, FINISHED]
    assert applied(store) == [(1010.0, STOPPED), (1009.0, STARTED), (1009.0, STOPPED)]
    store.accept("acme", "WKF2", "start")
    store.accept("acme", "WKF1", "start")
    clock.advance(3)
    assert states(store) == [STARTED, FINISHED]
    assert applied(store)[3:] == [(1109.0, FINISHED), (1112.0, FINISHED)]


def test_a_signal_is_refused_from_the_end_on(clock: FakeClock) -> None:
    store = store_of(clock)
    clock.advance(10)
    refusal = store.accept_signal("acme", "WKF1", "signal1", SIGNAL)
    assert refusal is SignalRefusal.NOT_RUNNING


def test_settled_states_show_the_end_and_what_comes_of_it(clock: FakeClock) -> None:
    times = {"acme": {"WKF1": 10, "WKF2": 3}}
    store = store_of(clock, run_times=times, max_active=1, effect_delay=60)
    assert store.settled_states() == {"acme": {"WKF1": FINISHED, "WKF2": STOPPED}}
    store.accept("acme", "WKF1", "start")
    store.accept("acme", "WKF2", "start")
    for seconds, seen in (
        *((0, [STARTED, STOPPED]), (10, [FINISHED, STOPPED]), (50, [STARTED, STOPPED])),
        *((9, [STARTED, STOPPED]), (1, [FINISHED, STARTED]), (3, [FINISHED, FINISHED])),
    ):
        clock.advance(seconds)
        assert store.settled_states() == {"acme": {"WKF1": FINISHED, "WKF2": FINISHED}}
        assert states(store) == seen
    assert applied(store) == [(1060.0, FINISHED), (1070.0, STOPPED)]


def test_a_run_can_begin_at_nothing_but_certain_actions(clock: FakeClock) -> None:
    store = store_of(clock, run_from={"acme": {"WKF1": ["signal"]}}, signal_interval=0)
    clock.advance(60)
    assert store.settled_states()["acme"]["WKF1"] is STARTED
    for _ in range(3):
        assert store.accept_signal("acme", "WKF1", "signal1", SIGNAL) is None
        assert store.settled_states()["acme"]["WKF1"] is FINISHED
        clock.advance(9)
        assert states(store)[0] is STARTED
    clock.advance(1)
    assert states(store)[0] is FINISHED
    store.accept("acme", "WKF1", "start")
    store.set_state("acme", "WKF1", STARTED)
    clock.advance(60)
    assert states(store)[0] is STARTED


def test_a_run_that_was_broken_off_begins_only_at_those_actions_again(clock: FakeClock) -> None:
    store = store_of(clock, run_from={"acme": {"WKF1": ["resume"]}})
    for action in ("pause", "resume", "pause", "start"):
        store.accept("acme", "WKF1", action)
    clock.advance(60)
    assert states(store)[0] is STARTED
    store.accept("acme", "WKF1", "resume")
    clock.advance(10)
    assert states(store)[0] is FINISHED


def test_a_signal_whose_delay_outlasts_the_run_begins_none(clock: FakeClock) -> None:
    causes = {"acme": {"WKF1": ["signal"]}}
    store = store_of(clock, run_from=causes, effect_delay=5)
    assert store.accept_signal("acme", "WKF1", "signal1", SIGNAL) is None
    store.set_state("acme", "WKF1", PAUSED)
    clock.advance(5)
    assert states(store)[0] is PAUSED
    assert store.settled_states()["acme"]["WKF1"] is PAUSED


def test_clients_see_it_finish(
    start_sandbox: Callable[..., Sandbox],
    open_api: Callable[[Sandbox], Api],
    clock: FakeClock,
) -> None:
    sandbox = start_sandbox(run_times={"acme-mkt-stage": {"WKF1": 10}})
    api = open_api(sandbox)
    api.command("WKF1", "start")
    assert api.read("WKF1")["state"] == "started"
    assert sandbox.settled_states()["acme-mkt-stage"]["WKF1"] == "finished"
    clock.advance(10)
    assert api.read("WKF1")["state"] == "finished"
    assert sandbox.states()["globex"]["WKF1"] == "failed"


@dataclass
class Naive:
    """Lives through every second, one after another, and looks at everything in each."""

    executions: Executions
    times: dict[str, int]
    delay: int
    now: int = 0
    since: dict[str, int] = field(default_factory=dict)
    due: dict[int, list[CommandRecord]] = field(default_factory=dict)
    sent: list[CommandRecord] = field(default_factory=list)
    at: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.since = {name: 0 for name, it in self.executions.states().items() if it is STARTED}

    def accept(self, workflow: str, action: str) -> None:
        record = CommandRecord(len(self.sent) + 1, self.now, "acme", workflow, action)
        self.sent.append(record)
        if self.delay:
            self.due.setdefault(self.now + self.delay, []).append(record)
        else:
            self.apply(record)

    def apply(self, record: CommandRecord) -> None:
        effects = self.executions.apply(record.workflow, record.action, record.sequence)
        self.see(effects)

    def change(self, workflow: str, state: WorkflowState) -> None:
        if self.executions.state(workflow) is not STARTED:
            self.since[workflow] = self.now
        self.see(self.executions.set_state(workflow, state))

    def see(self, effects: list[Any]) -> None:
        for sequence, before, after in effects:
            self.at[sequence] = self.now
            if before is not STARTED and after is STARTED:
                self.since[self.sent[sequence - 1].workflow] = self.now

    def live(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1
            for record in self.due.pop(self.now, []):
                self.apply(record)
            for workflow in self.times:
                runs = self.executions.state(workflow) is STARTED
                if runs and self.now - self.since[workflow] == self.times[workflow]:
                    self.change(workflow, FINISHED)


NAMES = ["a", "b", "c"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from([*EFFECTS, "start", "resume"]) | st.sampled_from(WorkflowState),
        st.integers(0, 6),
        st.booleans(),
    )
)


@given(
    steps=STEPS,
    begin=st.fixed_dictionaries({name: st.sampled_from(WorkflowState) for name in NAMES}),
    times=st.dictionaries(st.sampled_from(NAMES), st.integers(1, 8)),
    delay=st.integers(0, 6),
    limit=st.integers(1, 3),
)
def test_it_is_as_if_somebody_had_looked_every_second(
    steps: list[tuple[str, str, int, bool]],
    begin: dict[str, WorkflowState],
    times: dict[str, int],
    delay: int,
    limit: int,
) -> None:
    settings = SandboxSettings(
        {"acme": begin}, run_times={"acme": times}, effect_delay=delay, max_active=limit
    )
    naive = Naive(Executions(begin, limit), times, delay)
    store = WorkflowStore(settings, lambda: naive.now)
    for workflow, step, seconds, looks in steps:
        if isinstance(step, WorkflowState):
            store.set_state("acme", workflow, step)
            naive.change(workflow, step)
        else:
            store.accept("acme", workflow, step)
            naive.accept(workflow, step)
        naive.live(seconds)
        if looks:
            assert store.states()["acme"] == naive.executions.states()
    settled = store.settled_states()
    # Long enough for all delays, and for all to run one after another.
    naive.live(delay + 9 * (len(steps) + len(NAMES)))
    assert store.states()["acme"] == naive.executions.states()
    assert store.settled_states() == store.states() == settled
    records = store.commands()
    assert {it.sequence: it.applied_at for it in records if it.applied_at is not None} == naive.at

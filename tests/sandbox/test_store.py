from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from runner.sandbox import SandboxSettings
from runner.sandbox.keys import workflow_key
from runner.sandbox.records import Signal
from runner.sandbox.states import EFFECTS, WorkflowState, next_state
from runner.sandbox.store import SignalRefusal, WorkflowStore

if TYPE_CHECKING:
    from tests.sandbox.conftest import FakeClock

STARTED, PAUSED, STOPPED = WorkflowState.STARTED, WorkflowState.PAUSED, WorkflowState.STOPPED


WORKFLOWS = {"acme": {"WKF1": STARTED, "WKF2": STARTED}}


def store_of(clock: FakeClock, delay: float = 0.0, max_active: int = 20) -> WorkflowStore:
    settings = SandboxSettings(WORKFLOWS, effect_delay=delay, max_active=max_active)
    return WorkflowStore(settings, clock)


def test_without_a_delay_an_effect_is_there_at_once(clock: FakeClock) -> None:
    store = store_of(clock)
    store.accept("acme", "WKF1", "pause")
    assert store.state("acme", "WKF1") is PAUSED
    assert store.state("acme", "WKF2") is STARTED


def test_an_effect_comes_exactly_when_its_delay_has_passed(clock: FakeClock) -> None:
    store = store_of(clock, delay=5)
    store.accept("acme", "WKF1", "pause")
    clock.advance(4.99)
    assert store.state("acme", "WKF1") is STARTED
    clock.advance(0.01)
    assert store.state("acme", "WKF1") is PAUSED


def test_states_that_settle_later_can_be_asked_for_and_change_nothing(clock: FakeClock) -> None:
    store = store_of(clock, delay=5)
    store.accept("acme", "WKF1", "pause")
    store.accept("acme", "WKF1", "stop")
    assert store.settled_states() == {"acme": {"WKF1": STOPPED, "WKF2": STARTED}}
    assert store.states() == {"acme": {"WKF1": STARTED, "WKF2": STARTED}}
    assert all(record.applied_at is None for record in store.commands())


def test_a_record_tells_what_came_of_its_command(clock: FakeClock) -> None:
    store = store_of(clock, delay=5)
    store.accept("acme", "WKF1", "resume")
    clock.advance(1)
    store.accept("acme", "WKF1", "pause")
    (pending, _) = store.commands()
    assert (pending.applied_at, pending.state_before, pending.had_effect) == (None, None, False)
    clock.advance(10)
    resume, pause = store.commands()
    assert (resume.sequence, resume.at, resume.applied_at) == (1, 1000.0, 1005.0)
    assert (resume.state_before, resume.state_after, resume.had_effect) == (STARTED, STARTED, False)
    assert (pause.sequence, pause.at, pause.applied_at) == (2, 1001.0, 1006.0)
    assert (pause.state_before, pause.state_after, pause.had_effect) == (STARTED, PAUSED, True)


def test_a_queued_record_stays_pending_until_it_truly_is_applied(clock: FakeClock) -> None:
    store = store_of(clock, delay=5, max_active=1)
    store.accept("acme", "WKF1", "stop")
    store.accept("acme", "WKF1", "start")
    clock.advance(60)
    (_, queued) = store.commands()
    assert (queued.applied_at, queued.state_before, queued.had_effect) == (None, None, False)
    assert store.state("acme", "WKF1") is STOPPED
    store.accept("acme", "WKF2", "pause")
    assert store.settled_states() == {"acme": {"WKF1": STARTED, "WKF2": PAUSED}}
    assert store.states() == {"acme": {"WKF1": STOPPED, "WKF2": STARTED}}
    clock.advance(60)
    (_, started, _) = store.commands()
    # When the pause had its effect, and not when somebody came to look.
    assert (started.applied_at, started.state_before, started.state_after) == (
        1065.0,
        STOPPED,
        STARTED,
    )


def test_what_still_queues_has_no_effect_on_settled_states(clock: FakeClock) -> None:
    store = store_of(clock, delay=5, max_active=1)
    store.accept("acme", "WKF1", "pause")
    store.accept("acme", "WKF1", "resume")
    for _ in range(2):
        assert store.settled_states() == {"acme": {"WKF1": PAUSED, "WKF2": STARTED}}
        clock.advance(5)
    assert store.states() == store.settled_states()


def test_what_a_stop_took_out_of_the_queue_is_never_applied(clock: FakeClock) -> None:
    store = store_of(clock, max_active=1)
    for workflow, action in (
        *(("WKF1", "pause"), ("WKF1", "start"), ("WKF1", "stop")),
        *(("WKF2", "stop"), ("WKF2", "start")),
    ):
        store.accept("acme", workflow, action)
    assert [record.applied_at for record in store.commands()] == [1000.0, None, *[1000.0] * 3]
    assert store.states() == {"acme": {"WKF1": STOPPED, "WKF2": STARTED}}


def test_organizations_queue_apart(clock: FakeClock) -> None:
    named = {"WKF1": STARTED, "WKF2": STOPPED}
    store = WorkflowStore(SandboxSettings({"a": named, "b": named}, max_active=1), clock)
    for organization in ("a", "b"):
        store.accept(organization, "WKF2", "start")
    store.accept("b", "WKF1", "stop")
    assert store.states() == {"a": named, "b": {"WKF1": STOPPED, "WKF2": STARTED}}
    assert [record.applied_at for record in store.commands()] == [None, 1000.0, 1000.0]


def test_a_state_from_outside_comes_after_what_was_due_and_before_what_is_on_its_way(
    clock: FakeClock,
) -> None:
    store = store_of(clock, delay=5)
    store.accept("acme", "WKF1", "pause")
    clock.advance(5)
    store.accept("acme", "WKF1", "start")
    store.set_state("acme", "WKF1", WorkflowState.FAILED)
    assert store.state("acme", "WKF1") is WorkflowState.FAILED
    clock.advance(5)
    pause, start = store.commands()
    assert (pause.state_before, pause.state_after) == (STARTED, PAUSED)
    assert (start.state_before, start.state_after) == (WorkflowState.FAILED, STARTED)


def test_a_place_that_is_freed_from_outside_is_taken_at_that_time(clock: FakeClock) -> None:
    store = store_of(clock, max_active=1)
    store.accept("acme", "WKF1", "pause")
    store.accept("acme", "WKF1", "resume")
    clock.advance(7)
    store.set_state("acme", "WKF2", WorkflowState.FINISHED)
    assert [record.applied_at for record in store.commands()] == [1000.0, 1007.0]


def test_to_ask_whether_a_signal_fits_takes_none(clock: FakeClock) -> None:
    store = store_of(clock)
    signal = Signal("signal1", "CI", {"size": 1})
    assert store.accept_signal("acme", "WKF1", "signal1", None) is None
    assert store.commands() == ()
    assert store.accept_signal("acme", "WKF1", "signal1", signal) is None
    for offered in (None, signal):
        refusal = store.accept_signal("acme", "WKF1", "signal1", offered)
        assert refusal is SignalRefusal.TOO_EARLY
    store.set_state("acme", "WKF1", PAUSED)
    refusal = store.accept_signal("acme", "WKF1", "signal1", signal)
    assert refusal is SignalRefusal.NOT_RUNNING
    (record,) = store.commands()
    assert (record.activity, record.source, record.parameters) == ("signal1", "CI", {"size": 1})


def test_what_is_given_out_is_a_snapshot(clock: FakeClock) -> None:
    store = store_of(clock)
    before, log = store.states(), store.commands()
    store.accept("acme", "WKF1", "stop")
    assert before["acme"]["WKF1"] is STARTED
    assert log == ()


def test_changing_the_mapping_it_was_made_from_changes_nothing(clock: FakeClock) -> None:
    workflows = {"acme": {"WKF1": STARTED}}
    times = {"acme": {"WKF1": 10.0}}
    store = WorkflowStore(SandboxSettings(workflows, run_times=times), clock)
    workflows["acme"]["WKF1"] = STOPPED
    times["acme"].clear()
    assert store.state("acme", "WKF1") is STARTED
    assert store.settled_states() == {"acme": {"WKF1": WorkflowState.FINISHED}}


def test_a_workflow_is_found_by_its_id_and_by_its_key(clock: FakeClock) -> None:
    store = store_of(clock)
    assert store.find("acme", "WKF1") == "WKF1"
    assert store.find("acme", workflow_key("acme", "WKF1")) == "WKF1"
    assert store.find("acme", workflow_key("globex", "WKF1")) is None


def test_keys_look_like_adobes_and_do_not_change() -> None:
    key = workflow_key("acme", "WKF1")
    assert key == "@Y9jv1EY_7YtAeO97205eV-D8BVdQyMbN"
    assert workflow_key("acme", "@AbC") == "@AbC"


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*EFFECTS, "signal"]),
        st.sampled_from(["WKF1", "WKF2"]),
        st.floats(0, 10, allow_nan=False),
    )
)


@given(steps=STEPS, delay=st.floats(0, 20, allow_nan=False), read=st.booleans())
def test_any_commands_at_any_pace_end_as_if_done_one_by_one(
    steps: list[tuple[str, str, float]], delay: float, *, read: bool
) -> None:
    now = [0.0]
    store = WorkflowStore(SandboxSettings(WORKFLOWS, effect_delay=delay), lambda: now[0])
    expected = {"WKF1": STARTED, "WKF2": STARTED}
    for action, workflow, pause in steps:
        store.accept("acme", workflow, action)
        expected[workflow] = next_state(action, expected[workflow])
        now[0] += pause
        if read:
            store.states()
        assert store.settled_states() == {"acme": expected}
    now[0] += delay + 1
    assert store.states() == {"acme": expected}
    assert [(record.action, record.workflow) for record in store.commands()] == [
        (action, workflow) for action, workflow, _ in steps
    ]
    assert all(record.applied_at == record.at + delay for record in store.commands())


@given(steps=STEPS, delay=st.floats(0, 20, allow_nan=False))
def test_settled_states_are_those_that_come_however_many_must_queue(
    steps: list[tuple[str, str, float]], delay: float
) -> None:
    now = [0.0]
    workflows = {"acme": {"WKF1": STARTED, "WKF2": STOPPED}}
    settings = SandboxSettings(workflows, effect_delay=delay, max_active=1)
    store = WorkflowStore(settings, lambda: now[0])
    for action, workflow, pause in steps:
        store.accept("acme", workflow, action)
        now[0] += pause
        assert list(store.states()["acme"].values()).count(STARTED) <= 1
    settled = store.settled_states()
    now[0] += delay + 1
    assert store.states() == settled
    for record in store.commands():
        assert record.applied_at is None or record.applied_at >= record.at + delay

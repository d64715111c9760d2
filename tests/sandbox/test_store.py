from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from runner.sandbox.keys import workflow_key
from runner.sandbox.states import EFFECTS, WorkflowState, next_state
from runner.sandbox.store import WorkflowStore

if TYPE_CHECKING:
    from tests.sandbox.conftest import FakeClock

STARTED, PAUSED, STOPPED = WorkflowState.STARTED, WorkflowState.PAUSED, WorkflowState.STOPPED


def store_of(clock: FakeClock, delay: float = 0.0) -> WorkflowStore:
    return WorkflowStore({"acme": {"WKF1": STARTED, "WKF2": STARTED}}, delay, clock)


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


def test_what_is_given_out_is_a_snapshot(clock: FakeClock) -> None:
    store = store_of(clock)
    before, log = store.states(), store.commands()
    store.accept("acme", "WKF1", "stop")
    assert before["acme"]["WKF1"] is STARTED
    assert log == ()


def test_changing_the_mapping_it_was_made_from_changes_nothing(clock: FakeClock) -> None:
    workflows = {"acme": {"WKF1": STARTED}}
    store = WorkflowStore(workflows, 0, clock)
    workflows["acme"]["WKF1"] = STOPPED
    assert store.state("acme", "WKF1") is STARTED


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
    store = WorkflowStore({"acme": {"WKF1": STARTED, "WKF2": STARTED}}, delay, lambda: now[0])
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

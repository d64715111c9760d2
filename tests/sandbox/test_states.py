from __future__ import annotations

import pytest

from runner.sandbox.states import EFFECTS, WorkflowState, next_state

# A row for each state before: what start, pause, resume and stop make of it.
TABLE = {
    "editing": ("started", "editing", "editing", "editing"),
    "started": ("started", "paused", "started", "stopped"),
    "paused": ("started", "paused", "started", "stopped"),
    "stopped": ("started", "stopped", "stopped", "stopped"),
    "finished": ("started", "finished", "finished", "finished"),
    "failed": ("started", "failed", "failed", "stopped"),
}
CELLS = [
    (action, before, after)
    for before, row in TABLE.items()
    for action, after in zip(("start", "pause", "resume", "stop"), row, strict=True)
]


@pytest.mark.parametrize(("action", "before", "after"), CELLS)
def test_a_command_leads_to_the_state_that_adobe_describes(
    action: str, before: str, after: str
) -> None:
    assert next_state(action, WorkflowState(before)) is WorkflowState(after)


def test_the_table_has_every_state_and_every_command() -> None:
    assert set(TABLE) == {state.value for state in WorkflowState}
    assert {action for action, _, _ in CELLS} == set(EFFECTS)


@pytest.mark.parametrize("state", WorkflowState)
def test_a_signal_changes_no_state(state: WorkflowState) -> None:
    assert next_state("signal", state) is state


def test_a_state_reads_as_its_plain_name() -> None:
    assert str(WorkflowState.EDITING) == f"{WorkflowState.EDITING}" == "editing"

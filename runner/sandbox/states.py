"""The states of a workflow, and what each command makes of them."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class WorkflowState(str, Enum):
    """A state, under the name that the sandbox answers with in `state`."""

    EDITING = "editing"
    STARTED = "started"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"

    def __str__(self) -> str:
        """Give the plain name, on every Python version."""
        return str(self.value)


_STOPPABLE = (WorkflowState.STARTED, WorkflowState.PAUSED, WorkflowState.FAILED)

# Adobe's rules. No public source says what the API answers to a command that does not fit the
# state, so such a command is accepted like any other and changes nothing: it has no entry here.
EFFECTS: Mapping[str, Mapping[WorkflowState, WorkflowState]] = MappingProxyType(
    {
        "start": dict.fromkeys(WorkflowState, WorkflowState.STARTED),
        "pause": {WorkflowState.STARTED: WorkflowState.PAUSED},
        "resume": {WorkflowState.PAUSED: WorkflowState.STARTED},
        "stop": dict.fromkeys(_STOPPABLE, WorkflowState.STOPPED),
    }
)


def next_state(action: str, state: WorkflowState) -> WorkflowState:
    """Give the state after an action took effect; the same one where it has none (a signal too)."""
    return EFFECTS.get(action, {}).get(state, state)

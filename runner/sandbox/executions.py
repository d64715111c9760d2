"""The states of one organization's workflows, and who waits until another one leaves off."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from runner.sandbox.states import WorkflowState, next_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Self


class Effect(NamedTuple):
    """That a command was applied, by its number, and the state before and after."""

    sequence: int
    before: WorkflowState
    after: WorkflowState


class Executions:
    """Lets at most `max_active` workflows become `started`; a command beyond that queues.

    Knows no time and no thread: effects come as calls come. More than `max_active` are started only
    where they were so from the beginning, or by `set_state`. A command waits only while it would
    start its workflow, and while somebody waits there is no room.
    """

    def __init__(
        self,
        states: Mapping[str, WorkflowState],
        max_active: int,
        queue: Mapping[str, list[tuple[int, str]]] = MappingProxyType({}),
    ) -> None:
        self._states = {workflow: WorkflowState(state) for workflow, state in states.items()}
        self._max_active = max_active
        self._active = sum(state is WorkflowState.STARTED for state in self._states.values())
        # Whose turn it is goes by a workflow's first waiting command: the others need no room then.
        self._queue = {workflow: list(waiting) for workflow, waiting in queue.items()}

    def copy(self) -> Self:
        """Give the same again, on which calls have no effect here."""
        return type(self)(self._states, self._max_active, self._queue)

    def state(self, workflow: str) -> WorkflowState:
        """Give a workflow's state."""
        return self._states[workflow]

    def states(self) -> dict[str, WorkflowState]:
        """Give workflow ID to state."""
        return dict(self._states)

    def apply(self, workflow: str, action: str, sequence: int) -> list[Effect]:
        """Apply a command or let it queue, and give all effects that come of it, in order.

        A stop takes the workflow out of the queue; what waited there is never applied.
        """
        if action == "stop":
            self._queue.pop(workflow, None)
        if not self._has_room() and self._would_start(workflow, action):
            self._queue.setdefault(workflow, []).append((sequence, action))
            return []
        return [self._take(workflow, action, sequence), *self._admit()]

    def set_state(self, workflow: str, state: WorkflowState) -> list[Effect]:
        """Change a state from outside, and give the effects of queued commands, in order."""
        self._put(workflow, state)
        return [*self._release(workflow), *self._admit()]

    def _release(self, workflow: str) -> Iterator[Effect]:
        """Apply those of a workflow's waiting commands that now need no room, in their order."""
        if workflow not in self._queue:
            return
        waiting, kept = self._queue[workflow], []
        for sequence, action in waiting:
            if self._would_start(workflow, action):
                kept.append((sequence, action))
            else:
                yield self._take(workflow, action, sequence)
        if kept:
            self._queue[workflow] = kept  # which keeps its turn
        else:
            del self._queue[workflow]

    def _admit(self) -> Iterator[Effect]:
        while self._queue and self._has_room():
            workflow = next(iter(self._queue))
            for sequence, action in self._queue.pop(workflow):
                yield self._take(workflow, action, sequence)

    def _has_room(self) -> bool:
        return self._active < self._max_active

    def _would_start(self, workflow: str, action: str) -> bool:
        before = self._states[workflow]
        after = next_state(action, before)
        return after is WorkflowState.STARTED and before is not after

    def _take(self, workflow: str, action: str, sequence: int) -> Effect:
        before = self._states[workflow]
        after = next_state(action, before)
        self._put(workflow, after)
        return Effect(sequence, before, after)

    def _put(self, workflow: str, state: WorkflowState) -> None:
        self._active += state is WorkflowState.STARTED
        self._active -= self._states[workflow] is WorkflowState.STARTED
        self._states[workflow] = state

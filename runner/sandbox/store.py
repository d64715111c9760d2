"""The workflows, their states, and the commands that were accepted for them."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from runner.sandbox.keys import workflow_key
from runner.sandbox.records import CommandRecord
from runner.sandbox.states import WorkflowState, next_state

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    States = dict[str, dict[str, WorkflowState]]


class WorkflowStore:
    """Accepts commands now and applies each one after `effect_delay` seconds.

    Nothing happens in the background: whoever reads or sends first applies all that is due, in
    order of acceptance. Safe to use from many threads.
    """

    def __init__(
        self,
        workflows: Mapping[str, Mapping[str, WorkflowState]],
        effect_delay: float,
        clock: Callable[[], float],
    ) -> None:
        self._states: States = {
            organization: {workflow: WorkflowState(state) for workflow, state in named.items()}
            for organization, named in workflows.items()
        }
        self._keys = {
            organization: {workflow_key(organization, workflow): workflow for workflow in named}
            for organization, named in workflows.items()
        }
        self._effect_delay = effect_delay
        self._clock = clock
        self._lock = threading.Lock()
        self._records: list[CommandRecord] = []
        self._applied = 0

    def has_organization(self, organization: str) -> bool:
        """Tell whether there are workflows under that name."""
        return organization in self._states

    def find(self, organization: str, name: str) -> str | None:
        """Give the ID of the workflow with that ID or key, or None; the organization must exist."""
        if name in self._states[organization]:
            return name
        return self._keys[organization].get(name)

    def state(self, organization: str, workflow: str) -> WorkflowState:
        """Give a workflow's state as of now."""
        with self._lock:
            self._apply_due()
            return self._states[organization][workflow]

    def accept(self, organization: str, workflow: str, action: str) -> None:
        """Take a command (or `signal`) on record; it takes effect once its delay has passed."""
        with self._lock:
            self._apply_due()
            sequence = len(self._records) + 1
            at = self._clock()
            self._records.append(CommandRecord(sequence, at, organization, workflow, action))

    def states(self) -> Mapping[str, Mapping[str, WorkflowState]]:
        """Give all states as of now."""
        with self._lock:
            self._apply_due()
            return self._copy()

    def settled_states(self) -> Mapping[str, Mapping[str, WorkflowState]]:
        """Give all states as they will be after everything accepted so far; changes nothing."""
        with self._lock:
            self._apply_due()
            states = self._copy()
            pending = self._records[self._applied :]
        for record in pending:
            named = states[record.organization]
            named[record.workflow] = next_state(record.action, named[record.workflow])
        return states

    def commands(self) -> tuple[CommandRecord, ...]:
        """Give all that was accepted so far, in order; never cut short."""
        with self._lock:
            self._apply_due()
            return tuple(self._records)

    def _copy(self) -> States:
        return {organization: dict(named) for organization, named in self._states.items()}

    def _apply_due(self) -> None:
        now = self._clock()
        while self._applied < len(self._records):
            due = self._records[self._applied].at + self._effect_delay
            if due > now:
                return
            self._apply_next(due)

    def _apply_next(self, due: float) -> None:
        record = self._records[self._applied]
        named = self._states[record.organization]
        before = named[record.workflow]
        after = next_state(record.action, before)
        self._records[self._applied] = replace(
            record, applied_at=due, state_before=before, state_after=after
        )
        named[record.workflow] = after
        self._applied += 1

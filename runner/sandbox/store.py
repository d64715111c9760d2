"""The workflows, their states, and the commands that were accepted for them."""

from __future__ import annotations

import threading
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from runner.sandbox.keys import workflow_key
from runner.sandbox.records import CommandRecord
from runner.sandbox.states import WorkflowState
from runner.sandbox.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runner.sandbox.records import Signal
    from runner.sandbox.settings import SandboxSettings
    from runner.sandbox.timeline import Applied


class SignalRefusal(Enum):
    """Why a workflow takes no signal now."""

    NOT_RUNNING = "not running"
    TOO_EARLY = "too early"


class WorkflowStore:
    """Accepts commands now and applies each one after `effect_delay` seconds, or queues it then.

    Nothing happens in the background: whoever reads or sends first lets happen all that is due, in
    order of time. Safe to use from many threads.
    """

    def __init__(self, settings: SandboxSettings, clock: Callable[[], float]) -> None:
        self._ids = {
            organization: {
                **{workflow_key(organization, workflow): workflow for workflow in named},
                **{workflow: workflow for workflow in named},
            }
            for organization, named in settings.workflows.items()
        }
        self._signal_interval = settings.signal_interval
        self._clock = clock
        self._lock = threading.Lock()
        self._records: list[CommandRecord] = []
        self._timeline = Timeline.beginning(settings, self._records, clock())
        self._signalled: dict[tuple[str, str, str], float] = {}

    def has_organization(self, organization: str) -> bool:
        """Tell whether there are workflows under that name."""
        return organization in self._ids

    def find(self, organization: str, name: str) -> str | None:
        """Give the ID of the workflow with that ID or key, or None; the organization must exist."""
        return self._ids[organization].get(name)

    def state(self, organization: str, workflow: str) -> WorkflowState:
        """Give a workflow's state as of now."""
        with self._lock:
            self._apply_due()
            return self._timeline.executions[organization].state(workflow)

    def accept(
        self, organization: str, workflow: str, action: str, request: int | None = None
    ) -> None:
        """Take a command on record; it takes effect or queues once its delay has passed.

        `request` is the number of the request that it came in.
        """
        with self._lock:
            now = self._apply_due()
            sequence = len(self._records) + 1
            record = CommandRecord(sequence, now, organization, workflow, action, request=request)
            self._records.append(record)

    def accept_signal(
        self,
        organization: str,
        workflow: str,
        activity: str,
        signal: Signal | None,
        request: int | None = None,
    ) -> SignalRefusal | None:
        """Take a signal on record, or say why the activity takes none now.

        Without a signal nothing is taken: it is only asked. `request` is the number of the request
        that it came in.
        """
        with self._lock:
            now = self._apply_due()
            state = self._timeline.executions[organization].state(workflow)
            if state is not WorkflowState.STARTED:
                return SignalRefusal.NOT_RUNNING
            place = (organization, workflow, activity)
            last = self._signalled.get(place)
            if last is not None and now - last < self._signal_interval:
                return SignalRefusal.TOO_EARLY
            if signal is not None:
                self._signalled[place] = now
                record = CommandRecord(
                    sequence=len(self._records) + 1,
                    at=now,
                    organization=organization,
                    workflow=workflow,
                    action="signal",
                    activity=signal.activity,
                    source=signal.source,
                    parameters=signal.parameters,
                    request=request,
                )
                self._records.append(record)
            return None

    def set_state(self, organization: str, workflow: str, state: WorkflowState) -> None:
        """Change a state at once, as Campaign itself would; commands on their way stay so."""
        with self._lock:
            now = self._apply_due()
            self._note(self._timeline.set_state(organization, workflow, state, now))

    def states(self) -> Mapping[str, Mapping[str, WorkflowState]]:
        """Give all states as of now."""
        with self._lock:
            self._apply_due()
            return self._timeline.states()

    def settled_states(self) -> Mapping[str, Mapping[str, WorkflowState]]:
        """Give all states as they will be once all delays and run times have passed.

        Changes nothing. What then still queues has had no effect.
        """
        with self._lock:
            self._apply_due()
            return self._timeline.settled_states()

    def commands(self) -> tuple[CommandRecord, ...]:
        """Give all that was accepted so far, in order; never cut short."""
        with self._lock:
            self._apply_due()
            return tuple(self._records)

    def _apply_due(self) -> float:
        """Let happen all that is due, and give the time as of which that is so."""
        now = self._clock()
        self._note(self._timeline.advance(now))
        return now

    def _note(self, applied: Iterable[Applied]) -> None:
        for (sequence, before, after), at in applied:
            self._records[sequence - 1] = replace(
                self._records[sequence - 1], applied_at=at, state_before=before, state_after=after
            )

"""What happens to the workflows in the course of time: commands take effect, and runs end."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from runner.sandbox.executions import Executions
from runner.sandbox.runtimes import NEVER, RunTimes
from runner.sandbox.states import WorkflowState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runner.sandbox.executions import Effect
    from runner.sandbox.records import CommandRecord
    from runner.sandbox.settings import SandboxSettings

_FOREVER = sys.float_info.max  # after all that comes, and before NEVER


class Applied(NamedTuple):
    """An effect, and when it came."""

    effect: Effect
    at: float


@dataclass
class Timeline:
    """Applies what is due in order of time, as far as it is told to; knows no clock and no thread.

    Attributes:
        executions: by organization.
        runs: of the workflows that come to an end by themselves.
        records: the commands of all organizations as they are accepted; only read.
        effect_delay: seconds from a command's acceptance until it takes effect or queues.
        due: how many of the records took effect or queued.
    """

    executions: Mapping[str, Executions]
    runs: RunTimes
    records: Sequence[CommandRecord]
    effect_delay: float
    due: int = 0

    @classmethod
    def beginning(
        cls, settings: SandboxSettings, records: Sequence[CommandRecord], now: float
    ) -> Timeline:
        """Give that of a sandbox which is made now."""
        runs = RunTimes.of(settings)
        for organization, states in settings.workflows.items():
            for workflow, state in states.items():
                runs.see((organization, workflow), None, WorkflowState(state), now)
        executions = {
            organization: Executions(states, settings.max_active)
            for organization, states in settings.workflows.items()
        }
        return cls(executions, runs, records, settings.effect_delay)

    def states(self) -> dict[str, dict[str, WorkflowState]]:
        """Give all states as they are so far."""
        return {organization: it.states() for organization, it in self.executions.items()}

    def settled_states(self) -> dict[str, dict[str, WorkflowState]]:
        """Give the states after all that comes by itself; changes nothing."""
        copies = {organization: it.copy() for organization, it in self.executions.items()}
        future = replace(self, executions=copies, runs=self.runs.copy())
        future.advance(_FOREVER)
        return future.states()

    def advance(self, now: float) -> list[Applied]:
        """Let everything happen that is due by then; of a command and an end, the command first."""
        applied: list[Applied] = []
        while True:
            due = self._next_due()
            end, place = self.runs.first_end()
            if due <= min(end, now):
                record = self.records[self.due]
                self.due += 1
                executions = self.executions[record.organization]
                effects = executions.apply(record.workflow, record.action, record.sequence)
                applied += self._taken_in(effects, due)
            elif place is not None and end <= now:
                applied += self.set_state(*place, WorkflowState.FINISHED, end)
            else:
                return applied

    def set_state(
        self, organization: str, workflow: str, state: WorkflowState, at: float
    ) -> list[Applied]:
        """Change a state without a command, and give the effects of queued ones."""
        executions = self.executions[organization]
        before = executions.state(workflow)
        effects = executions.set_state(workflow, state)
        self.runs.see((organization, workflow), before, state, at)
        return self._taken_in(effects, at)

    def _next_due(self) -> float:
        if self.due == len(self.records):
            return NEVER
        return self.records[self.due].at + self.effect_delay

    def _taken_in(self, effects: Sequence[Effect], at: float) -> list[Applied]:
        for sequence, before, after in effects:
            record = self.records[sequence - 1]
            place = (record.organization, record.workflow)
            self.runs.see(place, before, after, at, record.action)
        return [Applied(effect, at) for effect in effects]

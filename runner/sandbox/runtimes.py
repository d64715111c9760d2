"""When the workflows that run will have nothing more to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from runner.sandbox.states import WorkflowState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.sandbox.settings import SandboxSettings

Place: TypeAlias = tuple[str, str]  # organization and workflow ID

NEVER = float("inf")


@dataclass(frozen=True)
class RunTimes:
    """Tells the end of each run from what it is shown of states; knows no clock.

    Attributes:
        seconds: how long a run is; a workflow without an entry runs until something ends it.
        causes: the actions at which a run begins; without an entry, whatever starts the workflow.
        ends: of the runs that have begun; of equal ends the run that began first comes first.
    """

    seconds: Mapping[Place, float]
    causes: Mapping[Place, frozenset[str]]
    ends: dict[Place, float] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: SandboxSettings) -> RunTimes:
        """Give those of a sandbox in which nothing runs yet."""
        return cls(
            {
                (organization, workflow): seconds
                for organization, named in settings.run_times.items()
                for workflow, seconds in named.items()
            },
            {
                (organization, workflow): frozenset(actions)
                for organization, named in settings.run_from.items()
                for workflow, actions in named.items()
            },
        )

    def copy(self) -> RunTimes:
        """Give the same again, on which calls have no effect here."""
        return replace(self, ends=dict(self.ends))

    def first_end(self) -> tuple[float, Place | None]:
        """Give the nearest end and whose it is; NEVER and None where no run has begun."""
        place = min(self.ends, key=self.ends.__getitem__, default=None)
        return (NEVER, None) if place is None else (self.ends[place], place)

    def see(
        self,
        place: Place,
        before: WorkflowState | None,
        after: WorkflowState,
        at: float,
        action: str | None = None,
    ) -> None:
        """Take in that a workflow came to a state, or stayed in it.

        Args:
            place: where it is.
            before: None for the state that it has from the beginning.
            after: the state since then.
            at: when that was.
            action: the command or signal that was applied; None where there was none.
        """
        seconds = self.seconds.get(place)
        if seconds is None:
            return
        begins = after is WorkflowState.STARTED and self._begins(place, before, action)
        if begins or after is not WorkflowState.STARTED:
            self.ends.pop(place, None)
        if begins:
            self.ends[place] = at + seconds

    def _begins(self, place: Place, before: WorkflowState | None, action: str | None) -> bool:
        causes = self.causes.get(place)
        return before is not WorkflowState.STARTED if causes is None else action in causes

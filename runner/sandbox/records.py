"""What the sandbox remembers of each request, for tests to compare a report with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.sandbox.states import WorkflowState


@dataclass(frozen=True)
class Signal:
    """What a call brings to a signal activity; `parameters` is empty where it brings none."""

    activity: str
    source: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class CommandRecord:
    """A command or signal that was accepted, and what came of it.

    `sequence` counts from 1 in order of acceptance, over all organizations; `at` and `applied_at`
    are seconds on the sandbox's clock. `workflow` is the ID, also where the request named the key.
    `applied_at` and both states are None while the effect's delay has not passed and while the
    command queues, and for good where a stop took it out of the queue. A signal's `action` is
    `signal`; the last three are what it brought, and None for a command.
    """

    sequence: int
    at: float
    organization: str
    workflow: str
    action: str
    applied_at: float | None = None
    state_before: WorkflowState | None = None
    state_after: WorkflowState | None = None
    activity: str | None = None
    source: str | None = None
    parameters: Mapping[str, Any] | None = None

    @property
    def had_effect(self) -> bool:
        """Tell whether the state was changed; never so for a signal, or while still pending."""
        return self.state_before is not self.state_after


@dataclass(frozen=True)
class RequestRecord:
    """An HTTP request as it came in, whatever it was answered.

    `path` is the raw request target; `headers` keep their order and spelling; `body` is empty
    where it was refused (too large, or badly framed).
    """

    sequence: int
    at: float
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Give the first header of that name in any letter case, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

"""What the sandbox remembers of each request, for tests to compare a report with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.sandbox.faults import Fault
    from runner.sandbox.states import WorkflowState


@dataclass(frozen=True, slots=True)
class Signal:
    """What a call brings to a signal activity; `parameters` is empty where it brings none."""

    activity: str
    source: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command or signal that was accepted, and what came of it.

    `sequence` counts from 1 in order of acceptance, over all organizations; `at` and `applied_at`
    are seconds on the sandbox's clock. `workflow` is the ID, also where the request named the key.
    `applied_at` and both states are None while the effect's delay has not passed and while the
    command queues, and for good where a stop took it out of the queue. A signal's `action` is
    `signal`; the three after the states are what it brought, and None for a command. `request` is
    the number of the request in the log of those, where it came in one.
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
    request: int | None = None

    @property
    def had_effect(self) -> bool:
        """Tell whether the state was changed; never so for a signal, or while still pending."""
        return self.state_before is not self.state_after


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """A fault that a request got.

    `request` is the request's number in the log of requests; `rule` counts from 1 in the script,
    and is None where the fault was queued, or asked for by the request itself. `action`,
    `organization` and `workflow` say what was asked for. `command` is the number of the command or
    signal that was accepted all the same, in the log of commands; None where none was.
    """

    request: int
    fault: Fault
    rule: int | None
    action: str | None
    organization: str | None
    workflow: str | None
    command: int | None = None

    @property
    def applied(self) -> bool:
        """Tell whether a command or signal was accepted, however the answer was spoiled."""
        return self.command is not None

"""What really happened in a run, from the sandbox alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runner.sandbox.faults import (
    HEAD,
    ClockSkew,
    ContentType,
    Cut,
    Drip,
    ErrorStatus,
    Huge,
    InvalidJson,
    Latency,
    Refuse,
    Reset,
)
from runner.sandbox.keys import workflow_key
from runner.sandbox.routes import COMMANDS, TRIGGER, parse_target
from tests.faults.faultmix import TIMEOUT
from tests.faults.scenario import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.sandbox import Sandbox
    from runner.sandbox.faults import Fault
    from runner.sandbox.records import CommandRecord, RequestRecord
    from tests.faults.scenario import Scenario

_LOST_ANSWERS = (502, 504)


@dataclass(frozen=True)
class Sent:
    """A request that arrived.

    Attributes:
        number: in the order of arrival.
        at: on the clock of both sides.
        record: the command that was accepted, where one was.
        came_late: whether its answer took longer than the runner waited, though nothing was done
            to delay it: the machine was busy.
    """

    number: int
    at: float
    fault: Fault | None = None
    record: CommandRecord | None = None
    came_late: bool = False

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody can tell from what came back whether it had an effect."""
        fault = self.fault
        if self.came_late:
            return True
        if isinstance(fault, ErrorStatus):
            return fault.status in _LOST_ANSWERS
        if isinstance(fault, (Cut, Drip)):
            return fault.at == HEAD
        if isinstance(fault, Latency):
            return fault.delay >= TIMEOUT
        return isinstance(fault, (Reset, Refuse))

    @property
    def is_500(self) -> bool:
        return isinstance(self.fault, ErrorStatus) and self.fault.status == 500

    @property
    def says_accepted(self) -> bool:
        """Whether a whole head came back with 2xx: the command was accepted, and said to be."""
        fault = self.fault
        if self.record is None or self.is_doubtful:
            return False
        harmless = (Latency, Cut, Drip, Huge, ContentType, InvalidJson, ClockSkew)
        return fault is None or isinstance(fault, harmless)

    @property
    def is_readable(self) -> bool:
        """Whether a read that was answered so told the state."""
        fault = self.fault
        if isinstance(fault, Latency):
            return fault.delay < TIMEOUT
        return fault is None or isinstance(fault, (ContentType, ClockSkew))


@dataclass
class Truth:
    """What the sandbox knows of one run.

    Attributes:
        posts: by action and workflow, in order.
        reads: by workflow, in order.
        changes: workflow to the times of its states, the first one since ever.
        ended_at: when the run was over.
        last_request: its number.
        strangers: requests that a run of this file never sends.
        elsewhere: connections to the host that redirects lead to.
    """

    posts: dict[tuple[str, str], list[Sent]] = field(default_factory=dict)
    reads: dict[str, list[Sent]] = field(default_factory=dict)
    changes: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    ended_at: float = 0.0
    last_request: int = 0
    strangers: list[str] = field(default_factory=list)
    elsewhere: int = 0

    def records(self, key: tuple[str, str]) -> list[CommandRecord]:
        """Give how often a command was accepted."""
        return [it.record for it in self.posts.get(key, ()) if it.record is not None]

    def state(self, workflow: str, at: float) -> str:
        """Give the state of a workflow at a time."""
        return [state for since, state in self.changes[workflow] if since <= at][-1]


def truth_of(sandbox: Sandbox, scenario: Scenario, ended_at: float, elsewhere: int) -> Truth:
    """Gather what the sandbox knows, once nothing is on its way any more."""
    truth = Truth(ended_at=ended_at, elsewhere=elsewhere)
    truth.changes = {it: [(float("-inf"), state)] for it, state in scenario.states.items()}
    faults = {it.request: it.fault for it in sandbox.faults()}
    records = {it.request: it for it in sandbox.commands()}
    for record in sorted(records.values(), key=lambda it: (it.applied_at or 0, it.sequence)):
        if record.applied_at is not None and record.state_after is not None:
            change = (record.applied_at, record.state_after.value)
            truth.changes[record.workflow].append(change)
    names = {it: it for it in scenario.states}
    names |= {workflow_key(ORGANIZATION, it): it for it in scenario.states}
    for request in sandbox.requests():
        truth.last_request = request.sequence
        sent = Sent(
            request.sequence,
            request.at,
            faults.get(request.sequence),
            records.get(request.sequence),
        )
        _sort_in(truth, request, sent, names)
    return truth


def _sort_in(truth: Truth, request: RequestRecord, sent: Sent, names: Mapping[str, str]) -> None:
    target = parse_target(request.path)
    if target is None:
        if not request.path.startswith("/ims/"):
            truth.strangers.append(f"{request.method} {request.path}")
        return
    workflow = names[target.workflow]
    if request.method == "GET":
        truth.reads.setdefault(workflow, []).append(sent)
        return
    action = "signal" if target.kind == TRIGGER else ""
    if target.kind == COMMANDS:
        action = json.loads(request.body)["method"]
    truth.posts.setdefault((action, workflow), []).append(sent)

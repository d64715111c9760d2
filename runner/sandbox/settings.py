"""What a sandbox is told when it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runner.sandbox.faultrules import NO_FAULTS, FaultScript
from runner.sandbox.parameters import PARAMETER_TYPES
from runner.sandbox.states import WorkflowState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from runner.sandbox.activities import Signals

OTHER_FIELDS = ("PKey", "ID", "activities", "nextProcessingDate")
RUN_CAUSES = ("start", "resume", "signal")
_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class SandboxSettings:
    """The workflows of a sandbox, its timing and its (harmless) credentials.

    Times are in seconds. A value out of range is a ValueError.

    Attributes:
        workflows: organization to workflow ID to initial state.
        effect_delay: how long a command takes to have its effect.
        port: 0 takes a free one.
        token_lifetime: of the tokens that the token endpoint gives.
        api_key: the client ID of the token endpoint, too.
        signals: organization to workflow ID to activity name to its declared parameters (name to
            one of PARAMETER_TYPES); None for an activity that takes any. A workflow without an
            entry has one activity, `signal1`, that takes any.
        max_active: how many workflows of an organization may be started; more of them queue.
        run_times: organization to workflow ID to the time after which it has nothing more to do and
            becomes finished, if it was started without a break; for one that is so from the
            beginning the time counts from the making of the sandbox.
        run_from: organization to workflow ID to those of RUN_CAUSES at which alone its run time
            begins, each time anew; without an entry it begins whenever the workflow becomes
            started. So one that listens for a signal waits for it without an end.
        signal_interval: the time in which an activity may be triggered once.
        state_field: where a read gives the state; a point leads into an object.
        state_values: state to what stands for it there; the state itself where it is left out.
        next_processing: organization to workflow ID to the `nextProcessingDate` of a read.
        trigger_href: what every trigger's `href` is instead of its true address, with `{base}`
            for this server's address and `{organization}` for the organization.
        faults: what goes wrong, with which requests.
    """

    workflows: Mapping[str, Mapping[str, WorkflowState]]
    effect_delay: float = 0.0
    port: int = 0
    token_lifetime: float = 86399
    api_key: str = "sandbox-api-key"
    client_secret: str = "sandbox-client-secret"  # noqa: S105 - it opens nothing but the sandbox
    access_token: str = "sandbox-access-token"  # noqa: S105 - likewise
    signals: Signals = field(default_factory=dict)
    max_active: int = 20
    run_times: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    run_from: Mapping[str, Mapping[str, Collection[str]]] = field(default_factory=dict)
    signal_interval: float = 600.0
    state_field: str = "state"
    state_values: Mapping[str, str] = field(default_factory=dict)
    next_processing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    trigger_href: str | None = None
    faults: FaultScript = NO_FAULTS

    def __post_init__(self) -> None:
        """Refuse what no server could act on."""
        for name in ("effect_delay", "signal_interval"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be 0 or more seconds, not {getattr(self, name)}")
        if not 0 <= self.port <= _HIGHEST_PORT:
            raise ValueError(f"port must be 0 to {_HIGHEST_PORT}, not {self.port}")
        if not 0 < self.token_lifetime < float("inf"):
            raise ValueError(
                f"token_lifetime must be more than 0 seconds, not {self.token_lifetime}"
            )
        if not self.max_active >= 1:
            raise ValueError(f"max_active must be 1 or more, not {self.max_active}")
        problems = (
            *self._field_problems(),
            *self._signal_problems(),
            *self._run_problems(),
            *self._fault_problems(),
        )
        for problem in problems:
            raise ValueError(problem)

    def _field_problems(self) -> Iterator[str]:
        names = self.state_field.split(".")
        if not all(names) or names[0] in OTHER_FIELDS:
            yield f"state_field must be a field of its own, not {self.state_field!r}"
        states = [state.value for state in WorkflowState]
        for state in self.state_values:
            if state not in states:
                yield f"state_values: {state!r} is none of {', '.join(states)}"
        yield from self._strangers("next_processing", self.next_processing)

    def _signal_problems(self) -> Iterator[str]:
        yield from self._strangers("signals", self.signals)
        for named in self.signals.values():
            for workflow, activities in named.items():
                for activity, parameters in activities.items():
                    if not activity:
                        yield f"signals: an activity of {workflow!r} has no name"
                    for name, kind in (parameters or {}).items():
                        if kind not in PARAMETER_TYPES:
                            known = ", ".join(PARAMETER_TYPES)
                            yield (
                                f"signals: the type of {name!r} in {workflow}/{activity}"
                                f" is {kind!r}, none of {known}"
                            )

    def _run_problems(self) -> Iterator[str]:
        yield from self._strangers("run_times", self.run_times)
        yield from self._strangers("run_from", self.run_from)
        for times in self.run_times.values():
            for workflow, seconds in times.items():
                if not 0 < seconds < float("inf"):
                    yield f"run_times: {workflow!r} must have more than 0 seconds, not {seconds}"
        for causes in self.run_from.values():
            for workflow, actions in causes.items():
                for action in actions:
                    if action not in RUN_CAUSES:
                        known = ", ".join(RUN_CAUSES)
                        yield f"run_from: {action!r} of {workflow!r} is none of {known}"

    def _fault_problems(self) -> Iterator[str]:
        for number, rule in enumerate(self.faults.rules, 1):
            known = {
                workflow
                for organization, named in self.workflows.items()
                for workflow in named
                if not rule.organizations or organization in rule.organizations
            }
            for organization in rule.organizations:
                if organization not in self.workflows:
                    yield f"faults: rule {number} names {organization!r}, which is not there"
            for workflow in rule.workflows:
                if workflow not in known:
                    yield f"faults: rule {number} names {workflow!r}, which is not there"

    def _strangers(self, setting: str, given: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        for organization, named in given.items():
            for workflow in named:
                if workflow not in self.workflows.get(organization, {}):
                    yield f"{setting}: there is no workflow {workflow!r} in {organization!r}"

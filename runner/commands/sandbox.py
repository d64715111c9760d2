"""`sandbox`: the stand-in for the API, as a server of its own and inside of `run --sandbox`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import field

from runner.commands.faults import load_faults, read_faults
from runner.errors import BrokenError, ExitCode
from runner.plural import counted
from runner.printable import printable
from runner.sandbox import Sandbox, SandboxSettings, WorkflowState
from runner.sandbox.faultrules import NO_FAULTS
from runner.sandbox.settings import RUN_CAUSES
from runner.states import State
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.commands.surroundings import Surroundings
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.sandbox.activities import Declarations

# The states in which a workflow's first command, or the first one for a desired state, has
# something to do.
_BEFORE = {
    "start": WorkflowState.STOPPED,
    "stop": WorkflowState.STARTED,
    "pause": WorkflowState.STARTED,
    "resume": WorkflowState.PAUSED,
    "signal": WorkflowState.STARTED,
}
_BEFORE_DESIRED = {
    State.STARTED: WorkflowState.STOPPED,
    State.PAUSED: WorkflowState.STARTED,
    State.STOPPED: WorkflowState.STARTED,
}
# Seconds. Long enough for the first looks of a wait to see the workflow run, without which rule R15
# does not believe that it ended; short enough that nobody has to wait for a mere rehearsal.
_RUN_TIME = 1.0
# The system may give a signal to a thread that serves a connection. That wakes nobody here, and
# Python runs its handler only once this thread goes on.
_LOOK_SECONDS = 0.2

_LABELS = {
    "base_url": "base URL",
    "token_url": "token URL",
    "organization": "organization",
    "api_key": "API key",
    "access_token": "access token",
}


class SandboxOptions(Value, frozen=True):
    """The options of `sandbox`; the delay is in seconds, `signals` are by workflow.

    `faults` is the path of a script of faults, or None.
    """

    port: int
    organization: str
    workflows: Mapping[str, WorkflowState]
    effect_delay: float = 0.0
    json: bool = False
    signals: Mapping[str, Declarations] = field(default_factory=dict)
    state_field: str = "state"
    faults: str | None = None


def sandbox_for(plan: Plan) -> Sandbox:
    """Give a sandbox in which a plan has something to do and can succeed.

    It has the workflows that the plan names, each ready for its first command and with the
    activities that it is signalled; those that are waited for until they stop come to an end.
    """
    workflows: dict[str, dict[str, WorkflowState]] = {}
    signals: dict[str, dict[str, dict[str, None]]] = {}
    run_times: dict[str, dict[str, float]] = {}
    run_from: dict[str, dict[str, set[str]]] = {}
    for command in plan.commands:
        if command.workflow is None:
            continue
        organization, workflow = command.organization or "", command.workflow
        workflows.setdefault(organization, {}).setdefault(workflow, _state_before(command))
        if command.signal is not None:
            activities = signals.setdefault(organization, {}).setdefault(workflow, {})
            activities[command.signal.activity] = None
        if _is_to_run_out(command):
            run_times.setdefault(organization, {})[workflow] = _RUN_TIME
            # From no other command on, or the workflow might end before its turn has come: while
            # others are waited for, or in a pause between a start and the signal for its rest.
            run_from.setdefault(organization, {}).setdefault(workflow, set()).add(command.action)
    return Sandbox(
        SandboxSettings(workflows, signals=signals, run_times=run_times, run_from=run_from)
    )


def _state_before(command: Command) -> WorkflowState:
    if command.desired is not None:
        return _BEFORE_DESIRED[command.desired.until.until]
    return _BEFORE[command.action]


def _is_to_run_out(command: Command) -> bool:
    """Tell whether a command is waited for until its workflow has ended by itself."""
    until = None if command.wait is None else command.wait.until
    return until is State.STOPPED and command.action in RUN_CAUSES


def sandbox_command(options: SandboxOptions, around: Surroundings) -> ExitCode:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        InvalidConfigError: if the script of faults is none.
        BrokenError: if the port is taken.
    """
    faults = NO_FAULTS
    if options.faults is not None:
        loaded = load_faults(options.faults, around)
        faults = read_faults(loaded, options.organization, options.workflows)
    settings = SandboxSettings(
        {options.organization: options.workflows},
        effect_delay=options.effect_delay,
        port=options.port,
        signals={options.organization: options.signals},
        state_field=options.state_field,
        faults=faults,
    )
    sandbox = Sandbox(settings)
    interruption = around.world.interruption
    with interruption.handling_signals():
        try:
            sandbox.start()
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise BrokenError(f"port {options.port} cannot be used: {reason}") from error
        try:
            around.output.product(_greeting(sandbox, options))
            while not interruption.pause(_LOOK_SECONDS):
                pass
        finally:
            sandbox.close()
    around.output.info("The sandbox has stopped.")
    return ExitCode.DONE


def _greeting(sandbox: Sandbox, options: SandboxOptions) -> str:
    settings = sandbox.settings
    values = {
        "base_url": sandbox.base_url,
        "token_url": sandbox.token_url,
        "organization": options.organization,
        "api_key": settings.api_key,
        "access_token": settings.access_token,
    }
    if options.json:
        return json.dumps(values) + "\n"
    lines = [
        "The sandbox is listening. Point any client at it:",
        *(f"  {_LABELS[name] + ':':<14} {value}" for name, value in values.items()),
        f"  {'client secret:':<14} {settings.client_secret} (OAuth; the client ID is the API key)",
        "Workflows:",
        *(f"  {workflow}: {state.value}" for workflow, state in options.workflows.items()),
        *_signal_lines(options),
        *_fault_lines(sandbox, options),
        "Stop it with Ctrl-C.",
    ]
    return "\n".join(lines) + "\n"


def _signal_lines(options: SandboxOptions) -> list[str]:
    lines = []
    for workflow, activities in options.signals.items():
        for activity, declared in activities.items():
            parameters = "any parameters" if declared is None else _listed(declared)
            lines.append(f"  {workflow}/{activity}: {parameters}")
    return ["Signal activities:", *lines] if lines else []


def _fault_lines(sandbox: Sandbox, options: SandboxOptions) -> list[str]:
    if options.faults is None:
        return []
    script = sandbox.settings.faults
    rules = counted(len(script.rules), "rule")
    return [f"Faults: {rules} of {printable(options.faults)}, with seed {script.seed}"]


def _listed(declared: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({kind})" for name, kind in declared.items()) or "no parameters"

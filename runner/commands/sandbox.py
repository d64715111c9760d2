"""`sandbox`: the stand-in for the API, as a server of its own and inside of `run --sandbox`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.errors import BrokenError, ExitCode
from runner.sandbox import Sandbox, SandboxSettings, WorkflowState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.commands.surroundings import Surroundings
    from runner.plan.plan import Plan

# The state in which a workflow's first command has something to do.
_BEFORE = {
    "start": WorkflowState.STOPPED,
    "stop": WorkflowState.STARTED,
    "pause": WorkflowState.STARTED,
    "resume": WorkflowState.PAUSED,
}


_LABELS = {
    "base_url": "base URL",
    "token_url": "token URL",
    "organization": "organization",
    "api_key": "API key",
    "access_token": "access token",
}


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """The options of `sandbox`; the delay is in seconds."""

    port: int
    organization: str
    workflows: Mapping[str, WorkflowState]
    effect_delay: float = 0.0
    json: bool = False


def sandbox_for(plan: Plan) -> Sandbox:
    """Give a sandbox with the workflows that a plan names, each ready for its first command."""
    workflows: dict[str, dict[str, WorkflowState]] = {}
    for command in plan.commands:
        known = workflows.setdefault(command.organization or "", {})
        known.setdefault(command.workflow, _BEFORE[command.action])
    return Sandbox(SandboxSettings(workflows))


def sandbox_command(options: SandboxOptions, around: Surroundings) -> ExitCode:
    """Serve until Ctrl-C or SIGTERM.

    Raises:
        BrokenError: if the port is taken.
    """
    settings = SandboxSettings(
        {options.organization: options.workflows},
        effect_delay=options.effect_delay,
        port=options.port,
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
            interruption.wait()
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
        "Stop it with Ctrl-C.",
    ]
    return "\n".join(lines) + "\n"

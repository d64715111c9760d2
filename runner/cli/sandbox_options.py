"""Reads the options of `sandbox`."""

from __future__ import annotations

import re

from runner.commands.sandbox import SandboxOptions
from runner.durations import parse_duration
from runner.errors import UsageError
from runner.printable import quoted
from runner.sandbox import WorkflowState
from runner.validate.suggest import did_you_mean

DEFAULT_WORKFLOWS = ("WKF1", "WKF2=paused", "WKF3=started")
_ID = re.compile(r"@?[A-Za-z0-9_-]+")
_ORGANIZATION = re.compile(r"[A-Za-z0-9_-]+")


def sandbox_options(
    port: int, workflows: list[str], organization: str, effect_delay: str, *, as_json: bool
) -> SandboxOptions:
    """Give the options as one value, with a few workflows of our own where none is named.

    Raises:
        UsageError: if one of them is wrong.
    """
    if _ORGANIZATION.fullmatch(organization) is None:
        raise UsageError("--organization: letters, digits, `_` and `-`, such as acme-mkt-stage")
    try:
        delay = parse_duration(effect_delay)
    except ValueError as error:
        raise UsageError(f"--effect-delay: {error}") from None
    states = dict(_workflow(text) for text in workflows or DEFAULT_WORKFLOWS)
    return SandboxOptions(port, organization, states, delay, as_json)


def _workflow(text: str) -> tuple[str, WorkflowState]:
    workflow, _, state = text.partition("=")
    if _ID.fullmatch(workflow) is None:
        raise UsageError(f"--workflow {quoted(text)}: write ID or ID=STATE, such as WKF2=paused")
    known = [it.value for it in WorkflowState]
    if state and state not in known:
        raise UsageError(f"--workflow {quoted(text)}: unknown state; {did_you_mean(state, known)}")
    return workflow, WorkflowState(state or "editing")

"""Reads the options of `sandbox`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.commands.sandbox import SandboxOptions
from runner.durations import parse_duration
from runner.errors import UsageError
from runner.printable import quoted
from runner.sandbox import WorkflowState
from runner.sandbox.parameters import PARAMETER_TYPES
from runner.sandbox.settings import OTHER_FIELDS
from runner.validate.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runner.sandbox.activities import Declarations
    from runner.sandbox.parameters import Declared

DEFAULT_WORKFLOWS = ("WKF1", "WKF2=paused", "WKF3=started")
_ID = re.compile(r"@?[A-Za-z0-9_-]+")
_ORGANIZATION = re.compile(r"[A-Za-z0-9_-]+")
_SIGNAL = re.compile(
    r"(?P<workflow>@?[A-Za-z0-9_-]+)/(?P<activity>[A-Za-z0-9_.-]+)(?P<declared>=.*)?"
)
_PARAMETER = re.compile(r"(?P<name>[A-Za-z0-9_.-]+):(?P<type>[^:]*)")
_FIELD = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def sandbox_options(
    port: int,
    workflows: list[str],
    organization: str,
    effect_delay: str,
    *,
    signals: list[str],
    state_field: str,
    faults: str | None,
    as_json: bool,
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
    top, _, _ = state_field.partition(".")
    if _FIELD.fullmatch(state_field) is None or top in OTHER_FIELDS:
        raise UsageError(
            f"--state-field {quoted(state_field)}: write a name such as status, or names with a"
            f" point between; not {', '.join(OTHER_FIELDS)}"
        )
    states = dict(_workflow(text) for text in workflows or DEFAULT_WORKFLOWS)
    return SandboxOptions(
        port,
        organization,
        states,
        delay,
        as_json,
        _signals(signals, states),
        state_field,
        faults,
    )


def _workflow(text: str) -> tuple[str, WorkflowState]:
    workflow, _, state = text.partition("=")
    if _ID.fullmatch(workflow) is None:
        raise UsageError(f"--workflow {quoted(text)}: write ID or ID=STATE, such as WKF2=paused")
    known = [it.value for it in WorkflowState]
    if state and state not in known:
        raise UsageError(f"--workflow {quoted(text)}: unknown state; {did_you_mean(state, known)}")
    return workflow, WorkflowState(state or "editing")


def _signals(texts: list[str], workflows: Collection[str]) -> Mapping[str, Declarations]:
    """Give workflow ID to activity name to its declared parameters, None where it takes any."""
    signals: dict[str, dict[str, Declared | None]] = {}
    for text in texts:
        match = _SIGNAL.fullmatch(text)
        if match is None:
            raise UsageError(
                f"--signal {quoted(text)}: write WORKFLOW/ACTIVITY or"
                " WORKFLOW/ACTIVITY=NAME:TYPE,NAME:TYPE, such as WKF1/signal1=audience:string"
            )
        workflow, activity, declared = match.groups()
        if workflow not in workflows:
            hint = did_you_mean(workflow, workflows)
            raise UsageError(f"--signal {quoted(text)}: no such workflow here; {hint}")
        if activity in signals.setdefault(workflow, {}):
            raise UsageError(f"--signal {quoted(text)}: this activity was named before")
        signals[workflow][activity] = None if declared is None else _declared(text, declared[1:])
    return signals


def _declared(text: str, declared: str) -> Declared:
    types: dict[str, str] = {}
    for parameter in declared.split(",") if declared else ():
        match = _PARAMETER.fullmatch(parameter)
        if match is None:
            raise UsageError(
                f"--signal {quoted(text)}: write NAME:TYPE, such as audience:string, for each"
                " parameter"
            )
        name, kind = match.groups()
        if kind not in PARAMETER_TYPES:
            hint = did_you_mean(kind, PARAMETER_TYPES)
            raise UsageError(f"--signal {quoted(text)}: unknown type of {name}; {hint}")
        if name in types:
            raise UsageError(f"--signal {quoted(text)}: {name} stands there twice")
        types[name] = kind
    return types

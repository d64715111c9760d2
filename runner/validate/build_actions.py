"""Turns the actions and desired states of a valid document into frozen values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.durations import parse_duration
from runner.states import State
from runner.validate.config import (
    COMMANDS,
    DEFAULT_ON_FAILURE,
    DEFAULT_PARALLEL,
    DEFAULT_POLL,
    DEFAULT_TIMEOUT,
    DEFAULT_WAIT_TIMEOUT,
    PARALLEL,
    SIGNAL,
    WAIT,
    Action,
    Desired,
    Signal,
    Wait,
    WorkflowMention,
)
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.load.document import Document, PathPart


class Defaults(Value, frozen=True):
    """What holds for every action and desired state that does not say otherwise."""

    timeout: float = DEFAULT_TIMEOUT
    on_failure: str = DEFAULT_ON_FAILURE
    wait_timeout: float = DEFAULT_WAIT_TIMEOUT
    poll: float = DEFAULT_POLL
    parallel: int = DEFAULT_PARALLEL


def build_defaults(defaults: Mapping[str, Any]) -> Defaults:
    """Give the defaults of a document, with its environment over them."""
    wait = defaults.get("wait", {})
    return Defaults(
        _seconds(defaults, "timeout", DEFAULT_TIMEOUT),
        defaults.get("on_failure", DEFAULT_ON_FAILURE),
        _seconds(wait, "timeout", DEFAULT_WAIT_TIMEOUT),
        _seconds(wait, "poll", DEFAULT_POLL),
        int(defaults.get(PARALLEL, DEFAULT_PARALLEL)),  # 2.0 is a whole number to JSON
    )


def build_action(
    document: Document, index: int, action: Mapping[str, Any], defaults: Defaults
) -> Action:
    """Give one action; `index` counts from 0."""
    command = next((name for name in _COMMANDS if name in action), WAIT)
    if command == WAIT:
        return _pause(document, index, action, defaults)
    wait = action.get("wait")
    signal = action[command] if command == SIGNAL else None
    return Action(
        index=index + 1,
        command=command,
        name=action.get("name"),
        workflows=_workflows(document, index, command, action[command]),
        timeout=_seconds(action, "timeout", defaults.timeout),
        on_failure=action.get("on_failure", defaults.on_failure),
        wait=None if wait is None else _wait(State(wait["until"]), wait, defaults),
        signal=None if signal is None else _signal(signal),
        parallel=1 if signal else int(action.get(PARALLEL, defaults.parallel)),
    )


def build_desired(
    document: Document, entries: Mapping[str, Any], defaults: Defaults
) -> list[Desired]:
    """Give the desired states in the order of the file."""
    found = []
    for n, (workflow, entry) in enumerate(entries.items(), 1):
        settings: Mapping[str, Any] = {"state": entry} if isinstance(entry, str) else entry
        found.append(
            Desired(
                index=n,
                mention=WorkflowMention(workflow, *document.key_place(["desired", workflow])),
                until=_wait(State(settings["state"]), settings.get("wait", {}), defaults),
                timeout=_seconds(settings, "timeout", defaults.timeout),
                on_failure=settings.get("on_failure", defaults.on_failure),
                restart_finished=settings.get("restart_finished", False),
                restart_failed=settings.get("restart_failed", False),
                allow_start=settings.get("allow_start", False),
                parallel=defaults.parallel,
            )
        )
    return found


_COMMANDS = (*COMMANDS, SIGNAL)


def _pause(document: Document, index: int, action: Mapping[str, Any], defaults: Defaults) -> Action:
    place = document.place(["actions", index, WAIT])
    return Action(
        index=index + 1,
        command=WAIT,
        name=action.get("name"),
        workflows=(),
        timeout=defaults.timeout,
        on_failure=defaults.on_failure,
        pause=parse_duration(action[WAIT]),
        line=place.line,
        column=place.column,
    )


def _workflows(
    document: Document, index: int, command: str, named: Any
) -> tuple[WorkflowMention, ...]:
    path: list[PathPart] = ["actions", index, command]
    if isinstance(named, list):
        return tuple(
            WorkflowMention(workflow, *document.place([*path, n]))
            for n, workflow in enumerate(named)
        )
    if command == SIGNAL:
        return (WorkflowMention(named["workflow"], *document.place([*path, "workflow"])),)
    return (WorkflowMention(named, *document.place(path)),)


def _wait(until: State, wait: Mapping[str, Any], defaults: Defaults) -> Wait:
    timeout = _seconds(wait, "timeout", defaults.wait_timeout)
    # A poll of the defaults may be longer than a wait that is shorter than most.
    return Wait(until, timeout, min(_seconds(wait, "poll", defaults.poll), timeout))


def _signal(signal: Mapping[str, Any]) -> Signal:
    return Signal(signal["activity"], signal["source"], tuple(signal.get("parameters", {}).items()))


def _seconds(holder: Mapping[str, Any], key: str, default: float) -> float:
    return parse_duration(holder[key]) if key in holder else default

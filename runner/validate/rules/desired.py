"""The rule about what belongs to which desired state (rule R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.validate.lenient import at_key, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.load.document import Document, PathPart
    from runner.problems import Problem
    from runner.validate.lenient import Asked

_MEANT_FOR = {"allow_start": "paused", "restart_finished": "started", "restart_failed": "started"}
_STATES = ("started", "paused", "stopped")


def workflows_stand_before_the_colon(document: Document, _: Asked) -> Iterator[Problem]:
    """`started: [WKF1]` is how other tools write it; here it would be a workflow called so."""
    for workflow, entry in mapping(mapping(document.value).get("desired")).items():
        if workflow in _STATES and isinstance(entry, (str, dict)):  # else the schema refuses it
            yield turned_round(document, workflow)


def turned_round(document: Document, state: str) -> Problem:
    """Give the problem of a state that stands where a workflow is named."""
    message = f"`{state}` is a state, and here the ID of a workflow stands"
    hint = f"write the workflow before the colon: WKF1: {state}"
    return at_key(document, ["desired", state], "turned-round", message, hint)


def is_turned_round(path: Sequence[PathPart]) -> bool:
    """Whether this is the path of such an entry."""
    return list(path[:-1]) == ["desired"] and path[-1] in _STATES


def settings_have_a_meaning(document: Document, _: Asked) -> Iterator[Problem]:
    """A setting that changes nothing for its state was meant for another one."""
    for workflow, entry in mapping(mapping(document.value).get("desired")).items():
        desired = mapping(entry)
        state = desired.get("state")
        for key in desired:
            meant = _MEANT_FOR.get(key, state)
            if state in _STATES and meant != state:
                message = f"`{key}` has no meaning beside state: {state}"
                hint = f"remove it; it belongs to state: {meant}"
                path = ["desired", workflow, key]
                yield at_key(document, path, "without-meaning", message, hint)

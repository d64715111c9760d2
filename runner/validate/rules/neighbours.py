"""The warning about an action that undoes the one before (rule R6)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from runner.printable import quoted
from runner.problems import Severity
from runner.validate.lenient import actions, at, organization, workflows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.load.document import Document, PathPart
    from runner.problems import Problem
    from runner.validate.lenient import Asked

_OPPOSITES = {"start": "stop", "stop": "start", "pause": "resume", "resume": "pause"}


def neighbours_do_not_undo(
    document: Document, asked: Asked, before: Document | None
) -> Iterator[Problem]:
    """Start beside stop, or pause beside resume, of one workflow: allowed, but looks unmeant (R6).

    Commands take effect some time after they are accepted, so the second may overtake the first,
    unless the first action waits, or a pause stands between the two.
    """
    steps = list(actions(document))
    if before is not None and organization(before, asked.environment) == organization(
        document, asked.environment
    ):
        steps = [*actions(before)][-1:] + steps
    for (_, first), (index, second) in pairwise(steps):
        if "wait" in first:
            continue
        for command, opposite in _OPPOSITES.items():
            if command not in second or opposite not in first:
                continue
            undone = {workflow for _, workflow in workflows(first, opposite)}
            for path, workflow in workflows(second, command):
                if workflow in undone:
                    message = f"{quoted(workflow)} gets {command} right after {opposite}"
                    hint = (
                        "commands take effect later; remove one, move this"
                        f" {command} down, or let the {opposite} wait for its effect"
                    )
                    place: list[PathPart] = ["actions", index, *path]
                    yield at(document, place, "contradiction", message, hint, Severity.WARNING)

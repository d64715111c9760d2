"""The rules that a schema cannot say, each a function from one document to problems.

They look at documents that the schema may have refused, so that everything wrong is told at once:
whatever has the wrong shape is passed over here, since the schema has named it already.
"""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from runner.durations import parse_duration
from runner.load.document import pointer
from runner.load.tree import MAX_PROBLEMS
from runner.printable import quoted
from runner.problems import Problem, Severity
from runner.validate.config import COMMANDS
from runner.validate.references import (
    ENV_PREFIX,
    Allowed,
    holds_reference,
    is_under_auth,
    parse_reference,
)
from runner.validate.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.load.document import Document, JsonValue, PathPart

_LONGEST = 24 * 3600  # seconds; what is longer was not meant, and sockets take no more
_OPPOSITES = {"start": "stop", "stop": "start", "pause": "resume", "resume": "pause"}


class Asked(NamedTuple):
    """What the command line asks of every document."""

    environment: str | None
    allowed: Allowed


def rule_problems(
    document: Document, asked: Asked, before: Document | None = None
) -> list[Problem]:
    """Give what breaks a rule in one document, up to `MAX_PROBLEMS`, and every warning.

    Args:
        document: what is checked.
        asked: what the command line asks of it.
        before: the document that runs before it, where that stands in the same file.
    """
    refused = (problem for rule in RULES for problem in rule(document, asked))
    return [*islice(refused, MAX_PROBLEMS), *neighbours_do_not_undo(document, before)]


def references_stand_under_auth(document: Document, _: Asked) -> Iterator[Problem]:
    """A reference anywhere else could move a secret into a URL, a log or a page."""
    for path, text in _texts(document.value):
        if not is_under_auth(path) and holds_reference(text):
            hint = "write the value itself; references stand only under `auth`"
            yield _at(document, path, "reference", "a reference may not stand here", hint)


def references_are_allowed(document: Document, asked: Asked) -> Iterator[Problem]:
    """A pull request may name only what is meant for the runner (rule R5)."""
    for path, text in _texts(document.value):
        reference = parse_reference(text) if is_under_auth(path) else None
        if reference is None or asked.allowed.permits(reference):
            continue
        if reference.kind == "env":
            message = f"the variable {quoted(reference.target)} may not be named by a file"
            option = f"--allow-env {reference.target[:60]}"
            hint = f"use one that begins with {ENV_PREFIX}, or run with {option}"
        else:
            message = f"the file {quoted(reference.target)} does not lie under an allowed folder"
            hint = "use one under /run/secrets, or run with --allow-secret-file PATH"
        yield _at(document, path, "reference", message, hint)


def environment_is_known(document: Document, asked: Asked) -> Iterator[Problem]:
    """A file without the environment asked for is refused; the base is no substitute (R2)."""
    if asked.environment is None or not isinstance(document.value, dict):
        return
    environments = document.value.get("environments")
    known = list(environments) if isinstance(environments, dict) else []
    if asked.environment not in known:
        message = f"there is no environment {quoted(asked.environment)} here"
        hint = (
            did_you_mean(asked.environment, known)
            or "add it under `environments`, or leave out --env"
        )
        path: list[PathPart] = ["environments"] if known else []
        yield _at(document, path, "unknown-environment", message, hint)


def workflows_stand_once(document: Document, _: Asked) -> Iterator[Problem]:
    """The same workflow twice in one action is a slip of copying."""
    for index, action in _actions(document):
        for command in COMMANDS:
            first: dict[str, int] = {}
            named = action.get(command)
            for n, workflow in enumerate(named if isinstance(named, list) else []):
                if not isinstance(workflow, str):
                    continue
                if workflow in first:
                    message = f"{quoted(workflow)} stands twice in this action"
                    hint = "remove it here, or write a second action if it is meant twice"
                    yield _at(document, ["actions", index, command, n], "twice", message, hint)
                first.setdefault(workflow, n)


def durations_are_sane(document: Document, _: Asked) -> Iterator[Problem]:
    """A timeout of nothing, or of more than a day, was not meant."""
    for path, text in _texts(document.value):
        if path[-1:] != ["timeout"]:
            continue
        try:
            seconds = parse_duration(text)
        except ValueError:
            continue
        if not 0 < seconds <= _LONGEST:
            message = f"{quoted(text)} is no time that an attempt could take"
            yield _at(
                document,
                path,
                "duration",
                message,
                "write more than 0s and at most 24h, such as 70s",
            )


def neighbours_do_not_undo(document: Document, before: Document | None) -> Iterator[Problem]:
    """Start beside stop, or pause beside resume, of one workflow: allowed, but looks unmeant (R6).

    Commands take effect some time after they are accepted, so the second may overtake the first.
    """
    actions = list(_actions(document))
    if before is not None and _organization(before) == _organization(document):
        actions = [*_actions(before)][-1:] + actions
    for (_, first), (index, second) in pairwise(actions):
        for command, opposite in _OPPOSITES.items():
            undone = set(_workflows(first.get(opposite)))
            for n, workflow in enumerate(_workflows(second.get(command))):
                if workflow in undone:
                    message = f"{quoted(workflow)} gets {command} right after {opposite}"
                    hint = f"commands take effect later; remove one, or move this {command} down"
                    path: list[PathPart] = ["actions", index, command]
                    if isinstance(second[command], list):
                        path.append(n)
                    yield _at(document, path, "contradiction", message, hint, Severity.WARNING)


RULES: tuple[Callable[[Document, Asked], Iterator[Problem]], ...] = (
    references_stand_under_auth,
    references_are_allowed,
    environment_is_known,
    workflows_stand_once,
    durations_are_sane,
)


def _organization(document: Document) -> JsonValue:
    return document.value.get("organization") if isinstance(document.value, dict) else None


def _actions(document: Document) -> Iterator[tuple[int, dict[str, JsonValue]]]:
    actions = document.value.get("actions") if isinstance(document.value, dict) else None
    for index, action in enumerate(actions if isinstance(actions, list) else []):
        yield index, action if isinstance(action, dict) else {}


def _workflows(named: JsonValue) -> list[str]:
    return [
        item for item in (named if isinstance(named, list) else [named]) if isinstance(item, str)
    ]


def _texts(value: JsonValue) -> Iterator[tuple[list[PathPart], str]]:
    """Give every text in `value` with its path, which is only valid until the next one."""
    if isinstance(value, str):
        yield [], value
    path: list[PathPart] = []
    within = [_items(value)]  # no recursion: each text would pass through all levels
    while within:
        for part, item in within[-1]:
            path.append(part)
            if isinstance(item, (dict, list)):
                within.append(_items(item))
                break
            if isinstance(item, str):
                yield path, item
            path.pop()
        else:
            within.pop()
            del path[-1:]


def _items(value: JsonValue) -> Iterator[tuple[PathPart, JsonValue]]:
    if isinstance(value, dict):
        return iter(value.items())
    return enumerate(value if isinstance(value, list) else [])


def _at(
    document: Document,
    path: list[PathPart],
    rule: str,
    message: str,
    hint: str,
    severity: Severity = Severity.ERROR,
) -> Problem:
    place = document.place(path)
    return Problem(rule, document.file, *place, pointer(path), message, hint, severity)

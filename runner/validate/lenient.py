"""Looks into documents that the schema may have refused: what has the wrong shape is passed over.

The schema has named that already, and the rules still tell what is wrong elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.load.document import pointer
from runner.problems import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.load.document import Document, JsonValue, PathPart
    from runner.validate.references import Allowed


class Asked(NamedTuple):
    """What the command line asks of every document."""

    environment: str | None
    allowed: Allowed


def mapping(value: JsonValue) -> dict[str, JsonValue]:
    """Give `value` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def texts(value: JsonValue) -> Iterator[tuple[int, str]]:
    """Give the texts of a list, each with its index."""
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, str):
            yield index, item


def actions(document: Document) -> Iterator[tuple[int, dict[str, JsonValue]]]:
    """Give every action with its index."""
    listed = mapping(document.value).get("actions")
    for index, action in enumerate(listed if isinstance(listed, list) else []):
        yield index, action if isinstance(action, dict) else {}


def layers(document: Document, key: str) -> Iterator[tuple[list[PathPart], JsonValue]]:
    """Give what stands under `key`, at the top first and then in each environment."""
    top = mapping(document.value)
    yield [key], top.get(key)
    for name, environment in mapping(top.get("environments")).items():
        yield ["environments", name, key], mapping(environment).get(key)


def mappings(document: Document, key: str) -> Iterator[tuple[list[PathPart], dict[str, JsonValue]]]:
    """Give the mappings that stand under `key`, at the top and in each environment."""
    for path, value in layers(document, key):
        yield path, mapping(value)


def organization(document: Document, environment: str | None) -> JsonValue:
    """Give the organization that a document names, with the environment over it."""
    top = mapping(document.value)
    over = mapping(mapping(top.get("environments")).get(environment or ""))
    return over.get("organization", top.get("organization"))


def workflows(
    action: dict[str, JsonValue], command: str
) -> Iterator[tuple[tuple[PathPart, ...], str]]:
    """Give the IDs that a command of an action names, each with its path in the action."""
    named = action.get(command)
    if isinstance(named, str):
        yield (command,), named
    for n, workflow in texts(named):
        yield (command, n), workflow


def at(
    document: Document,
    path: Sequence[PathPart],
    rule: str,
    message: str,
    hint: str,
    severity: Severity = Severity.ERROR,
) -> Problem:
    """Give a problem of the value at `path`."""
    place = document.place(path)
    return Problem(rule, document.file, *place, pointer(path), message, hint, severity)


def at_key(
    document: Document, path: Sequence[PathPart], rule: str, message: str, hint: str
) -> Problem:
    """Give a problem of the key of the value at `path`."""
    place = document.key_place(path)
    return Problem(rule, document.file, *place, pointer(path), message, hint)

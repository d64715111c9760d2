"""Rules about lists and mappings in which nothing may stand twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.printable import quoted
from runner.validate.config import COMMANDS
from runner.validate.lenient import actions, at, at_key, mapping, mappings, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.load.document import Document, JsonValue, PathPart
    from runner.problems import Problem
    from runner.validate.lenient import Asked


def workflows_stand_once(document: Document, _: Asked) -> Iterator[Problem]:
    """The same workflow twice in one action is a slip of copying."""
    for index, action in actions(document):
        for command in COMMANDS:
            named = action.get(command)
            if isinstance(named, list):
                path: list[PathPart] = ["actions", index, command]
                hint = "remove it here, or write a second action if it is meant twice"
                yield from repeats(document, path, named, "in this action", hint)


def fields_stand_once(document: Document, _: Asked) -> Iterator[Problem]:
    """A field that was tried in vain needs no second try."""
    for path, defaults in mappings(document, "defaults"):
        fields = mapping(defaults.get("state")).get("fields")
        yield from repeats(document, [*path, "state", "fields"], fields)


def state_values_differ(document: Document, _: Asked) -> Iterator[Problem]:
    """Letter case does not count in the values of states, so two such keys are one."""
    for path, defaults in mappings(document, "defaults"):
        first: dict[str, str] = {}
        for value in mapping(mapping(defaults.get("state")).get("values")):
            other = first.setdefault(value.strip().casefold(), value)
            if other != value:
                message = f"{quoted(value)} and {quoted(other)} are the same value of a state"
                hint = "keep one of them; letter case and blanks around do not count"
                yield at_key(document, [*path, "state", "values", value], "twice", message, hint)


def repeats(
    document: Document,
    path: Sequence[PathPart],
    listed: JsonValue,
    where: str = "in this list",
    hint: str = "remove it here",
) -> Iterator[Problem]:
    """Give a problem for each text that stands further ahead in its list already."""
    seen: set[str] = set()
    for n, text in texts(listed):
        if text in seen:
            message = f"{quoted(text)} stands twice {where}"
            yield at(document, [*path, n], "twice", message, hint)
        seen.add(text)

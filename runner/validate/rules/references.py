"""Rules about references to secrets (rule R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.printable import quoted
from runner.validate.lenient import at, layers
from runner.validate.references import ENV_PREFIX, holds_reference, is_under_auth, parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.load.document import Document, JsonValue, PathPart
    from runner.problems import Problem
    from runner.validate.lenient import Asked


def references_stand_under_auth(document: Document, _: Asked) -> Iterator[Problem]:
    """A reference anywhere else could move a secret into a URL, a log or a page."""
    for path, text in _texts(document.value):
        if "${" in text and not is_under_auth(path) and holds_reference(text):
            hint = "write the value itself; references stand only under `auth`"
            yield at(document, path, "reference", "a reference may not stand here", hint)


def references_are_allowed(document: Document, asked: Asked) -> Iterator[Problem]:
    """A pull request may name only what is meant for the runner (rule R5)."""
    found = (
        ([*above, *path], parse_reference(text))
        for above, auth in layers(document, "auth")
        for path, text in _texts(auth)
    )
    for path, reference in found:
        if reference is None or asked.allowed.permits(reference):
            continue
        if reference.kind == "env":
            message = f"the variable {quoted(reference.target)} may not be named by a file"
            option = f"--allow-env {reference.target[:60]}"
            hint = f"use one that begins with {ENV_PREFIX}, or run with {option}"
        else:
            message = f"the file {quoted(reference.target)} does not lie under an allowed folder"
            hint = "use one under /run/secrets, or run with --allow-secret-file PATH"
        yield at(document, path, "reference", message, hint)


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

"""Words what the schema found: where, what is wrong, and what to write instead.

Every noun and example comes out of the schema's own titles, descriptions and examples, so that a
new property needs no new words here. Values under `auth` are never quoted: a secret may have been
written there by mistake.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from runner.durations import parse_duration
from runner.printable import printable, quoted
from runner.validate.config import COMMANDS
from runner.validate.finding import Finding, shown
from runner.validate.suggest import closest, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError

    from runner.load.document import Document, PathPart
    from runner.problems import Problem

_SEVERAL_IDS = re.compile(r"@?[\w-]+( *, *@?[\w-]+)+", re.ASCII)
_GLUED = re.compile(r"\w+:\S")
_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "a boolean",
    "null": "nothing",
}


def word(document: Document, error: ValidationError, path: list[PathPart]) -> Iterator[Problem]:
    """Give the problems that one error of the schema means for a person.

    Args:
        document: what was checked.
        error: from `jsonschema`.
        path: where in the whole document the error lies.
    """
    wording = WORDINGS.get(str(error.validator), _other)
    yield from wording(Finding(document, error, path))


def anyhow(document: Document, error: ValidationError, path: list[PathPart]) -> Problem:
    """Give the problem of an error for which `word` had none, in general words."""
    return next(_other(Finding(document, error, path)))


def _type(found: Finding) -> Iterator[Problem]:
    if found.value is None:
        yield _nothing(found)
        return
    if found.secret and "string" in _expected_types(found):
        yield _literal_secret(found)
        return
    raw = found.document.raw(found.path)
    if raw is not None and "string" in _expected_types(found):
        yield _not_text(found, raw)
        return
    message = f"this is {_kind(found.value)}, where {_kinds(found)} must stand"
    hint = f"write {found.example}"
    if isinstance(found.value, str) and "integer" in _expected_types(found):
        hint += ", without quotes"
    elif isinstance(found.value, str) and _GLUED.match(found.value) and not found.secret:
        hint = "write a blank after the `:`"
    yield found.problem("type", message, hint)


def _nothing(found: Finding) -> Problem:
    if not found.path:
        hint = f"write {found.example}, or remove the `---` that begins it"
        return found.problem("empty", "this document is empty", hint)
    name = quoted(str(found.path[-1])) if isinstance(found.path[-1], str) else "this"
    return found.problem("empty", f"{name} is empty", f"write {found.example}")


def _not_text(found: Finding, raw: str) -> Problem:
    if found.noun == "duration" and not isinstance(found.value, bool):
        example = f"{raw}s" if _is_duration(f"{raw}s") else found.example  # "1.5s" would be none
        hint = f"write it with one, such as {example}"
        return found.problem("type", f"{quoted(raw)} has no unit", hint)
    message = f"YAML reads {quoted(raw)} as {_kind(found.value)}"
    if re.search(found.schema["pattern"], raw) is None:  # quotes alone would not mend it
        return found.problem("type", message, found.what_to_write)
    return found.problem("quotes", message, f'put it in quotes: "{printable(raw, 60)}"')


def _pattern(found: Finding) -> Iterator[Problem]:
    if not found.value:
        yield from _too_short(found)
    elif found.secret:
        yield _literal_secret(found)
    else:
        text = str(found.value)
        message = f"{quoted(text)} is not a valid {found.noun}{_odd(text)}"
        hint = found.what_to_write
        if _SEVERAL_IDS.fullmatch(text) and "array" in found.schema["type"]:
            hint = f"write a list: [{quoted(text, 200)[1:-1]}]"
        yield found.problem("value", message, hint)


def _odd(text: str) -> str:
    """Name a character that only looks like one that may stand here."""
    odd = next((char for char in text if not char.isascii()), None)
    return "" if odd is None else f"; it holds U+{ord(odd):04X}"


def _literal_secret(found: Finding) -> Problem:
    if isinstance(found.value, str) and found.value.startswith("$"):
        return found.problem(
            "reference", "this reference is not written as it must be", found.what_to_write
        )
    message = "this is a literal, and a secret may never stand in a file"
    hint = f"write a reference, such as {found.example}; a real secret must now be replaced"
    return found.problem("literal-secret", message, hint)


def _enum(found: Finding) -> Iterator[Problem]:
    if found.value is None:
        yield found.problem(
            "empty", "there is no value", f"write one of: {', '.join(found.expected)}"
        )
        return
    if isinstance(found.value, (dict, list)):
        hint = f"write one of: {', '.join(found.expected)}"
        yield found.problem("type", f"this is {_kind(found.value)}, where text must stand", hint)
        return
    shown = found.document.raw(found.path) or str(found.value)
    message = f"{quoted(shown)} is not a known {found.noun}"
    yield found.problem("value", message, did_you_mean(shown, found.expected))


def _version(found: Finding) -> Iterator[Problem]:
    value = found.value
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())  # as 2.0
    if whole and not isinstance(value, bool):
        message = f"version {found.value} of the format is not known to this campaign-runner"
        yield found.problem("version", message, f"write version: {found.expected}")


def _unknown_key(found: Finding) -> Iterator[Problem]:
    known = list(found.schema.get("properties", {}))
    for key in found.value:
        if key not in known:
            place = found.document.key_place([*found.path, key])
            shown = "this key" if found.secret else f"the key {quoted(key)}"
            hint = did_you_mean(key, known)
            odd = "" if found.secret else _odd(key)
            yield found.problem_at(place, "unknown-key", f"{shown} is not known here{odd}", hint)


def _required(found: Finding) -> Iterator[Problem]:
    properties = found.schema["properties"]
    unknown = [key for key in islice(found.value, 100) if key not in properties]
    for key in found.expected:  # the reference gives one error for each; the same twice is dropped
        if key not in found.value and closest(key, unknown) is None:  # else it is told as misspelt
            hint = f"add {key}: {shown(properties[key]['examples'][0])}"
            yield found.problem("missing-key", f"the key `{key}` is missing", hint)


def _one_command(found: Finding) -> Iterator[Problem]:
    if not isinstance(found.value, dict):
        return  # its type is named already
    commands = [key for key in found.value if key in COMMANDS]
    if len(commands) > 1:
        names = " and ".join(f"`{name}`" for name in commands)
        place = found.document.key_place([*found.path, commands[1]])
        hint = "write an action of its own for each; they run from top to bottom"
        yield found.problem_at(place, "one-command", f"{names} stand in one action", hint)
    elif not any(closest(key, COMMANDS) for key in found.value):  # else it is named as misspelt
        hint = f"add one of: {', '.join(COMMANDS)}"
        yield found.problem("one-command", "this action has no command", hint)


def _both_tokens(found: Finding) -> Iterator[Problem]:
    if not isinstance(found.value, dict):
        return  # its type is named already
    place = found.document.key_place([*found.path, "oauth"])
    message = "`access_token` and `oauth` stand together"
    yield found.problem_at(place, "auth", message, "keep the one that is used")


def _too_short(found: Finding) -> Iterator[Problem]:
    kind = _kind(found.value).removeprefix("a ")
    yield found.problem("empty", f"this {kind} is empty", f"write {found.example}")


def _too_long(found: Finding) -> Iterator[Problem]:
    message = f"this is longer than {found.expected} characters"
    yield found.problem("value", message, found.what_to_write)


def _other(found: Finding) -> Iterator[Problem]:
    message = f"this is not a valid {found.noun} ({found.keyword})"
    yield found.problem("value", message, found.what_to_write)


WORDINGS: dict[str, Callable[[Finding], Iterator[Problem]]] = {
    "type": _type,
    "pattern": _pattern,
    "enum": _enum,
    "const": _version,
    "additionalProperties": _unknown_key,
    "required": _required,
    "oneOf": _one_command,
    "not": _both_tokens,
    "minLength": _too_short,
    "minItems": _too_short,
    "minProperties": _too_short,
    "maxLength": _too_long,
}


def _is_duration(text: str) -> bool:
    try:
        return parse_duration(text) > 0
    except ValueError:
        return False


def _expected_types(found: Finding) -> list[str]:
    return [found.expected] if isinstance(found.expected, str) else list(found.expected)


def _kinds(found: Finding) -> str:
    return " or ".join(_KINDS[name] for name in _expected_types(found))


def _kind(value: object) -> str:
    names = {
        dict: "object",
        list: "array",
        str: "string",
        bool: "boolean",
        int: "number",
        float: "number",
    }
    return _KINDS[names.get(type(value), "null")]

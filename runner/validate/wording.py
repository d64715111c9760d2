"""Words what the schema found: where, what is wrong, and what to write instead.

Every noun and example comes out of the schema's own titles, descriptions and examples, so that a
new property needs no new words here. Values under `auth` are never quoted: a secret may have been
written there by mistake.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from runner.durations import parse_duration
from runner.load.document import pointer
from runner.printable import printable, quoted
from runner.problems import Problem
from runner.schemas import schema
from runner.validate.config import COMMANDS
from runner.validate.references import is_under_auth, may_be_literal
from runner.validate.suggest import closest, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError

    from runner.load.document import Document, PathPart

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
    yield from wording(_Finding(document, error, path))


def anyhow(document: Document, error: ValidationError, path: list[PathPart]) -> Problem:
    """Give the problem of an error for which `word` had none, in general words."""
    return next(_other(_Finding(document, error, path)))


class _Finding:
    """One error, with what its wording needs."""

    def __init__(self, document: Document, error: ValidationError, path: list[PathPart]) -> None:
        self.document = document
        self.path = path
        self.value: Any = error.instance
        self.schema: Any = error.schema
        self.keyword = str(error.validator)
        self.expected: Any = error.validator_value
        self.own = _property(list(error.absolute_schema_path))
        self.secret = is_under_auth(path) and not may_be_literal(path)

    @property
    def noun(self) -> str:
        return str(self.schema["title"])

    @property
    def example(self) -> str:
        return _shown(self.own.get("examples", self.schema.get("examples"))[0])

    @property
    def what_to_write(self) -> str:
        """The schema's own words: what may stand here, and one example."""
        description = str(self.schema["description"]).rstrip(".")
        return f"write {description[0].lower()}{description[1:]}, such as {self.example}"

    def problem(self, rule: str, message: str, hint: str) -> Problem:
        return self.problem_at(self.document.place(self.path), rule, message, hint)

    def problem_at(self, place: tuple[int, int], rule: str, message: str, hint: str) -> Problem:
        return Problem(rule, self.document.file, *place, pointer(self.path), message, hint)


def _type(found: _Finding) -> Iterator[Problem]:
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


def _nothing(found: _Finding) -> Problem:
    if not found.path:
        hint = f"write {found.example}, or remove the `---` that begins it"
        return found.problem("empty", "this document is empty", hint)
    name = quoted(str(found.path[-1])) if isinstance(found.path[-1], str) else "this"
    return found.problem("empty", f"{name} is empty", f"write {found.example}")


def _not_text(found: _Finding, raw: str) -> Problem:
    if found.noun == "duration" and not isinstance(found.value, bool):
        example = f"{raw}s" if _is_duration(f"{raw}s") else found.example  # "1.5s" would be none
        hint = f"write it with one, such as {example}"
        return found.problem("type", f"{quoted(raw)} has no unit", hint)
    message = f"YAML reads {quoted(raw)} as {_kind(found.value)}"
    if re.search(found.schema["pattern"], raw) is None:  # quotes alone would not mend it
        return found.problem("type", message, found.what_to_write)
    return found.problem("quotes", message, f'put it in quotes: "{printable(raw, 60)}"')


def _pattern(found: _Finding) -> Iterator[Problem]:
    if not found.value:
        yield from _too_short(found)
    elif found.secret:
        yield _literal_secret(found)
    else:
        message = f"{quoted(str(found.value))} is not a valid {found.noun}"
        yield found.problem("value", message, found.what_to_write)


def _literal_secret(found: _Finding) -> Problem:
    if isinstance(found.value, str) and found.value.startswith("$"):
        return found.problem(
            "reference", "this reference is not written as it must be", found.what_to_write
        )
    message = "this is a literal, and a secret may never stand in a file"
    hint = f"write a reference, such as {found.example}; a real secret must now be replaced"
    return found.problem("literal-secret", message, hint)


def _enum(found: _Finding) -> Iterator[Problem]:
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


def _version(found: _Finding) -> Iterator[Problem]:
    value = found.value
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())  # as 2.0
    if whole and not isinstance(value, bool):
        message = f"version {found.value} of the format is not known to this campaign-runner"
        yield found.problem("version", message, f"write version: {found.expected}")


def _unknown_key(found: _Finding) -> Iterator[Problem]:
    known = list(found.schema.get("properties", {}))
    for key in found.value:
        if key not in known:
            place = found.document.key_place([*found.path, key])
            shown = "this key" if found.secret else f"the key {quoted(key)}"
            hint = did_you_mean(key, known)
            yield found.problem_at(place, "unknown-key", f"{shown} is not known here", hint)


def _key_name(found: _Finding) -> Iterator[Problem]:
    place = found.document.key_place([*found.path, str(found.value)])
    message = f"{quoted(str(found.value))} is not a valid {found.noun}"
    yield found.problem_at(place, "value", message, found.what_to_write)


def _required(found: _Finding) -> Iterator[Problem]:
    properties = found.schema["properties"]
    unknown = [key for key in islice(found.value, 100) if key not in properties]
    for key in found.expected:  # the reference gives one error for each; the same twice is dropped
        if key not in found.value and closest(key, unknown) is None:  # else it is told as misspelt
            hint = f"add {key}: {_shown(properties[key]['examples'][0])}"
            yield found.problem("missing-key", f"the key `{key}` is missing", hint)


def _one_command(found: _Finding) -> Iterator[Problem]:
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


def _both_tokens(found: _Finding) -> Iterator[Problem]:
    if not isinstance(found.value, dict):
        return  # its type is named already
    place = found.document.key_place([*found.path, "oauth"])
    message = "`access_token` and `oauth` stand together"
    yield found.problem_at(place, "auth", message, "keep the one that is used")


def _too_short(found: _Finding) -> Iterator[Problem]:
    kind = _kind(found.value).removeprefix("a ")
    yield found.problem("empty", f"this {kind} is empty", f"write {found.example}")


def _too_long(found: _Finding) -> Iterator[Problem]:
    message = f"this is longer than {found.expected} characters"
    yield found.problem("value", message, found.what_to_write)


def _other(found: _Finding) -> Iterator[Problem]:
    message = f"this is not a valid {found.noun} ({found.keyword})"
    yield found.problem("value", message, found.what_to_write)


WORDINGS: dict[str, Callable[[_Finding], Iterator[Problem]]] = {
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


def _property(path: list[str | int]) -> dict[str, Any]:
    """Give the part of the schema that refers to the broken one, if one does: it knows better.

    A property has examples of its own, where what it refers to has those of its kind.
    """
    node: Any = schema("config")
    for part in path[:-1]:
        if "$ref" in node:
            node = schema("config")["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = node[part]
    return node if "$ref" in node else {}


def _expected_types(found: _Finding) -> list[str]:
    return [found.expected] if isinstance(found.expected, str) else list(found.expected)


def _kinds(found: _Finding) -> str:
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


def _shown(example: object) -> str:
    """Give an example on one line, as YAML in its flow style writes it."""
    if isinstance(example, dict):
        return "{" + ", ".join(f"{key}: {_shown(value)}" for key, value in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(map(_shown, example)) + "]"
    return str(example)

"""Words what the schema found: where, what is wrong, and what to write instead.

Every noun and example comes out of the schema's own titles, descriptions and examples, so that a
new property needs no new words here. Values under `auth` are never quoted: a secret may have been
written there by mistake.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from runner.printable import printable, quoted
from runner.schemas import schema
from runner.validate.kinds import any_kind, kind_of
from runner.validate.rules.desired import is_turned_round, turned_round
from runner.validate.suggest import closest, did_you_mean
from runner.validate.wording.actions import is_duration, odd_wait, one_command
from runner.validate.wording.finding import Finding, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError

    from runner.load.document import Document, PathPart
    from runner.problems import Problem

_SEVERAL_IDS = re.compile(r"@?[\w-]+( *, *@?[\w-]+)+", re.ASCII)
_ONE_WORD = re.compile(r"[A-Za-z0-9_@-][A-Za-z0-9_@.-]{0,60}")
_GLUED = re.compile(r"\w+:\S")
_ACTION_WAIT = "wait or pause"
_VERY_LIKE = 0.85  # as `signals` and `signal`
_COLLECTIONS = frozenset({"array", "object"})


def word(
    document: Document, error: ValidationError, path: list[PathPart], name: str = "config"
) -> Iterator[Problem]:
    """Give the problems that one error of a schema means for a person.

    Args:
        document: what was checked.
        error: from `jsonschema`.
        path: where in the whole document the error lies.
        name: of the schema.
    """
    wording = WORDINGS.get(str(error.validator), _other)
    yield from wording(Finding(document, error, path, name))


def anyhow(
    document: Document, error: ValidationError, path: list[PathPart], name: str = "config"
) -> Problem:
    """Give the problem of an error for which `word` had none, in general words."""
    return next(_other(Finding(document, error, path, name)))


def _type(found: Finding) -> Iterator[Problem]:
    if found.noun == _ACTION_WAIT:
        yield from odd_wait(found)
        return
    if is_turned_round(found.path):
        yield turned_round(found.document, str(found.path[-1]))
        return
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
    wanted = any_kind(_expected_types(found))
    message = f"this is {kind_of(found.value)}, where {wanted} must stand"
    hint = f"write {_as_meant(found)}"
    if isinstance(found.value, str) and not _COLLECTIONS.issuperset(_expected_types(found)):
        hint += ", without quotes"
    elif isinstance(found.value, str) and _GLUED.match(found.value) and not found.secret:
        hint = "write a blank after the `:`"
    yield found.problem("type", message, hint)


def _as_meant(found: Finding) -> str:
    """Give what was most likely meant: the very value in another form, else an example."""
    value, expected = found.value, _expected_types(found)
    if isinstance(value, str) and not found.secret:
        if expected == ["integer"] and value.isascii() and value.isdigit():
            return printable(value, 20)
        if expected == ["array"] and _ONE_WORD.fullmatch(value):
            return f"[{value}]"
    return found.example


def _nothing(found: Finding) -> Problem:
    if not found.path:
        hint = f"write {found.example}, or remove the `---` that begins it"
        return found.problem("empty", "this document is empty", hint)
    name = quoted(str(found.path[-1])) if isinstance(found.path[-1], str) else "this"
    none = ", or {} for none" if {} in found.schema["examples"] else ""
    return found.problem("empty", f"{name} is empty", f"write {found.example}{none}")


def _not_text(found: Finding, raw: str) -> Problem:
    if found.noun == "duration" and not isinstance(found.value, bool):
        example = f"{raw}s" if is_duration(f"{raw}s") else found.example  # "1.5s" would be none
        hint = f"write it with one, such as {example}"
        return found.problem("type", f"{quoted(raw)} has no unit", hint)
    message = f"YAML reads {quoted(raw)} as {kind_of(found.value)}"
    if re.search(found.schema.get("pattern", ""), raw) is None:  # quotes alone would not mend it
        return found.problem("type", message, found.what_to_write)
    return found.problem("quotes", message, f'put it in quotes: "{printable(raw, 60)}"')


def _pattern(found: Finding) -> Iterator[Problem]:
    if found.noun == _ACTION_WAIT:
        yield from odd_wait(found)
    elif not found.value:
        yield from _too_short(found)
    elif found.secret:
        yield _literal_secret(found)
    else:
        text = str(found.value)
        message = f"{quoted(text)} is not a valid {found.noun}{_odd(text)}"
        hint = did_you_mean(text, found.choices) or found.what_to_write
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
        yield found.problem("type", f"this is {kind_of(found.value)}, where text must stand", hint)
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
            if key in schema("config")["properties"] and closest(key, known, _VERY_LIKE) is None:
                names = ", ".join(known)
                hint = f"it stands at the top level of a configuration; here write one of: {names}"
            if key in schema("policy")["properties"] and key not in schema("config")["properties"]:
                hint = "only a policy has it, which is given with --policy and is no configuration"
            odd = "" if found.secret else _odd(key)
            yield found.problem_at(place, "unknown-key", f"{shown} is not known here{odd}", hint)


def _required(found: Finding) -> Iterator[Problem]:
    properties = found.schema["properties"]
    for key in found.expected:  # the reference gives one error for each; the same twice is dropped
        if key not in found.value and not _is_misspelt(found, key):
            hint = f"add {key}: {shown(properties[key]['examples'][0])}"
            yield found.problem("missing-key", f"the key `{key}` is missing", hint)


def _any_of(found: Finding) -> Iterator[Problem]:
    """None of several keys is there, of which one has to be."""
    properties = found.schema["properties"]
    keys = [key for branch in found.expected for key in branch["required"]]
    if not any(_is_misspelt(found, key) for key in keys):
        message = f"{' and '.join(f'`{key}`' for key in keys)} are both missing"
        examples = [f"{key}: {shown(properties[key]['examples'][0])}" for key in keys]
        yield found.problem("missing-key", message, f"add {', or '.join(examples)}")


def _is_misspelt(found: Finding, key: str) -> bool:
    """Whether an unknown key looks like `key`, and so is told with a suggestion."""
    properties = found.schema["properties"]
    unknown = [other for other in islice(found.value, 100) if other not in properties]
    return closest(key, unknown) is not None


def _both_tokens(found: Finding) -> Iterator[Problem]:
    if not isinstance(found.value, dict):
        return  # its type is named already
    place = found.document.key_place([*found.path, "oauth"])
    message = "`access_token` and `oauth` stand together"
    yield found.problem_at(place, "auth", message, "keep the one that is used")


def _too_short(found: Finding) -> Iterator[Problem]:
    kind = kind_of(found.value).removeprefix("a ")
    yield found.problem("empty", f"this {kind} is empty", f"write {found.example}")


def _too_long(found: Finding) -> Iterator[Problem]:
    message = f"this is longer than {found.expected} characters"
    yield found.problem("value", message, found.what_to_write)


def _too_small(found: Finding) -> Iterator[Problem]:
    number = found.document.raw(found.path) or str(found.value)
    yield found.problem(
        "value", f"{quoted(number)} is less than {found.expected}", found.what_to_write
    )


def _too_large(found: Finding) -> Iterator[Problem]:
    number = found.document.raw(found.path) or str(found.value)
    yield found.problem(
        "value", f"{quoted(number)} is more than {found.expected}", found.what_to_write
    )


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
    "anyOf": _any_of,
    "oneOf": one_command,
    "not": _both_tokens,
    "minLength": _too_short,
    "minItems": _too_short,
    "minProperties": _too_short,
    "maxLength": _too_long,
    "minimum": _too_small,
    "maximum": _too_large,
}


def _expected_types(found: Finding) -> list[str]:
    return [found.expected] if isinstance(found.expected, str) else list(found.expected)

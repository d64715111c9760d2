"""What a scalar means: YAML 1.1 as PyYAML reads it, except for what could not be meant."""

from __future__ import annotations

import math

import yaml

from runner.printable import quoted

_PREFIX = "tag:yaml.org,2002:"
STR = _PREFIX + "str"
MERGE = _PREFIX + "merge"
_VALUE = _PREFIX + "value"  # a lone "=", which YAML 1.1 sets apart and nobody means
_TIMESTAMP = _PREFIX + "timestamp"
_NULL = _PREFIX + "null"
_BOOL = _PREFIX + "bool"
_INT = _PREFIX + "int"
_FLOAT = _PREFIX + "float"

_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCTOR = yaml.constructor.SafeConstructor
_LONGEST_NUMBER = 18  # digits that every JSON reader keeps exactly

_KINDS = {
    _NULL: "nothing",
    _BOOL: "a boolean",
    _INT: "a number",
    _FLOAT: "a number",
    _TIMESTAMP: "a date",
}

Scalar = str | int | float | bool | None


class ScalarError(ValueError):
    """A scalar that is refused.

    Attributes:
        rule: the short name of the broken rule.
        hint: what to write instead.
    """

    def __init__(self, rule: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.hint = hint


def implicit_tag(text: str) -> str:
    """Give the tag that YAML 1.1 gives to `text` written without quotes."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return STR


def kind_of(tag: str) -> str:
    """Give what a person calls a value with this tag: `a boolean`, `a date`."""
    return _KINDS.get(tag, "text")


def shown_tag(tag: str) -> str:
    """Give a tag as it is written in a file: `!!python/object`."""
    return tag.replace(_PREFIX, "!!", 1)


def read_scalar(text: str, tag: str) -> Scalar:
    """Give the value of a scalar with a tag, written out or implied.

    Raises:
        ScalarError: for a date, a number that JSON cannot hold, and any tag outside of plain YAML.
    """
    if tag in (STR, MERGE, _VALUE, "!"):
        return text
    if tag == _NULL:
        return None
    if tag == _TIMESTAMP:
        message = f"YAML reads {quoted(text)} as a date"
        raise ScalarError("date", message, f'put it in quotes: "{text[:40]}"')
    if tag not in (_BOOL, _INT, _FLOAT):
        message = f"the tag {quoted(shown_tag(tag))} may not stand here"
        raise ScalarError("tag", message, "write a plain value, without a tag")
    value = _convert(text, tag)
    if value is None:
        message = f"{quoted(text)} is not a value that can be used here"
        raise ScalarError("number", message, "put it in quotes if it is text")
    return value


def _convert(text: str, tag: str) -> int | float | bool | None:
    if tag != _BOOL and len(text) > _LONGEST_NUMBER:
        return None
    node = yaml.ScalarNode(tag, text)
    constructor = _CONSTRUCTOR()
    try:
        if tag == _BOOL:
            return bool(constructor.construct_yaml_bool(node))
        if tag == _INT:
            return int(constructor.construct_yaml_int(node))
        number = float(constructor.construct_yaml_float(node))
    except (ValueError, KeyError, IndexError, OverflowError):  # "0b_", `!!bool maybe`, `!!int ""`
        return None
    return number if math.isfinite(number) else None

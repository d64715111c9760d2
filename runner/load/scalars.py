"""What a scalar means: YAML 1.1 as PyYAML reads it, except for what could not be meant."""

from __future__ import annotations

import math
from functools import lru_cache

import yaml

from runner.printable import printable, quoted

_PREFIX = "tag:yaml.org,2002:"
STR = _PREFIX + "str"
MERGE = _PREFIX + "merge"
_VALUE = _PREFIX + "value"  # a lone "=", which YAML 1.1 sets apart and nobody means
_TIMESTAMP = _PREFIX + "timestamp"
_NULL = _PREFIX + "null"
TEXT_TAGS = frozenset({STR, MERGE, _VALUE, "!"})
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


@lru_cache(maxsize=1024)  # the keys of an action are the same ones each time
def implicit_tag(text: str) -> str:
    """Give the tag that YAML 1.1 gives to `text` written without quotes."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return str(tag)
    return STR


def plain_number(text: str, tag: str) -> int | None:
    """Give a whole number that is written as everybody writes it; None for all else."""
    if tag == _INT and text.isdecimal() and text.isascii() and len(text) <= _LONGEST_NUMBER:
        return int(text) if text[0] != "0" or text == "0" else None  # YAML's octal begins with 0
    return None


def kind_of(tag: str) -> str:
    """Give what a person calls a value with this tag: `a boolean`, `a date`."""
    return _KINDS[tag]


def is_plain(tag: str) -> bool:
    """Whether YAML itself gives this tag to what is written without quotes and is no text."""
    return tag in _KINDS


def tag_error(tag: str, *, hidden: bool) -> ScalarError:
    """Give the refusal of a tag, shown as it is written in a file: `!!python/object`.

    Args:
        tag: the full name.
        hidden: whether it may be a secret that begins with `!`, which no message may quote.
    """
    shown = "this tag" if hidden else f"the tag {quoted(tag.replace(_PREFIX, '!!', 1))}"
    return ScalarError("tag", f"{shown} may not stand here", "write a plain value, without a tag")


def read_scalar(text: str, tag: str, *, hidden: bool = False) -> Scalar:
    """Give the value of a scalar with a tag, written out or implied.

    Args:
        text: as it was written.
        tag: the full name, such as `tag:yaml.org,2002:int`.
        hidden: whether it may be a secret, which no message may quote.

    Raises:
        ScalarError: for a date, a number that JSON cannot hold, and any tag outside of plain YAML.
    """
    if tag in TEXT_TAGS:
        return text
    if tag == _NULL:
        return None
    if tag in (_BOOL, _INT, _FLOAT) and (value := _convert(text, tag)) is not None:
        return value
    shown = "this" if hidden else quoted(text)
    if tag == _TIMESTAMP:
        hint = "write a reference" if hidden else f'put it in quotes: "{printable(text, 40)}"'
        raise ScalarError("date", f"YAML reads {shown} as a date", hint)
    if tag not in (_BOOL, _INT, _FLOAT):
        raise tag_error(tag, hidden=hidden)
    message = f"{shown} is not a value that can be used here"
    hint = "write a reference" if hidden else "put it in quotes if it is text"
    raise ScalarError("number", message, hint)


def _convert(text: str, tag: str) -> int | float | bool | None:
    if tag != _BOOL and len(text) > _LONGEST_NUMBER:
        return None
    if tag == _INT and text.isascii() and text.isdigit() and (text[0] != "0" or text == "0"):
        return int(text)  # nearly every number; the others are PyYAML's affair
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

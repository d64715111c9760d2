"""What people call the types of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "a boolean",
    "null": "nothing",
}
_NAMES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
}


def kind_of(value: object) -> str:
    """Give what a person calls a value: `a list`, `a number`."""
    return _KINDS[_NAMES.get(type(value), "null")]


def any_kind(names: Iterable[str]) -> str:
    """Give what a person calls several types of a schema: `text, a number or a list`."""
    *first, last = [_KINDS[name] for name in names]
    return f"{', '.join(first)} or {last}" if first else last

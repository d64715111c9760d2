"""Holds documents against a published schema: that of configurations, or that of policies.

`jsonschema` is the reference: it alone finds and words what is wrong. On a large file it takes
seconds, so `jsonschema_rs` is asked first (docs/decisions/0002): where it says yes, that is the
answer. Where it says no, it also tells which parts are in order, and the reference sees the
document without them. A test holds both ways to the same problems on random documents.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import jsonschema_rs
from msgspec import Struct, field

from runner.load.tree import MAX_PROBLEMS
from runner.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from runner.load.document import Document, JsonValue, PathPart
    from runner.problems import Problem

_Schema: TypeAlias = dict[str, Any]

_CHUNK = 64  # items of a list that are looked at together, and each only where one is wrong


class _Faults(Struct):
    """Where something is wrong in a value.

    Attributes:
        inside: each part in which something is wrong, and where.
        keys: of a mapping with keys of the user's own, those that decide what is wrong with the
            mapping itself; None for any other value, of which all keys do.
    """

    inside: dict[PathPart, _Faults] = field(default_factory=dict)
    keys: frozenset[str] | None = None


def schema_problems(document: Document, name: str = "config") -> list[Problem]:
    """Give what a schema finds wrong in one document, up to `MAX_PROBLEMS`.

    Args:
        document: what is checked.
        name: of the published schema.
    """
    faults = _Search(name).faults(document.value, schema(name))
    if faults is None:
        return []
    from runner.validate.wording import anyhow, word

    problems = (
        problem
        for error, path in reference_errors(document.value, faults, name)
        for problem in word(document, error, path, name)
    )
    found = list(dict.fromkeys(islice(problems, MAX_PROBLEMS)))
    if not found:  # no wording may let a document pass that the reference refuses
        errors = reference_errors(document.value, faults, name)
        found = [anyhow(document, *it, name) for it in islice(errors, 1)]
    return found


def reference_errors(
    value: JsonValue, faults: _Faults, name: str
) -> Iterator[tuple[ValidationError, list[PathPart]]]:
    """Give each error of the reference with its path in the whole of `value`.

    Args:
        value: a document.
        faults: the parts that may be wrong; the reference looks at these alone.
        name: of the schema.
    """
    indices: dict[int, list[int]] = {}
    kept = _prune(value, faults, indices)
    for error in _reference(name).iter_errors(kept):
        path = _restore(list(error.absolute_path), kept, indices)
        if _is_fault(faults, path):
            yield error, path


class _Search:
    """Finds the parts of a document that the quick validator refuses, up to `MAX_PROBLEMS`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = MAX_PROBLEMS

    def faults(self, value: JsonValue, node: _Schema) -> _Faults | None:
        """Give what is wrong inside of `value`, or None where it is in order."""
        node = _resolve(node, self._name)
        if _accepts(value, node, self._name):
            return None
        found = _Faults(keys=self._deciding_keys(value, node))
        for part, item, below in _children(value, node, self._name):
            inside = self.faults(item, below)
            if inside is not None:
                found.inside[part] = inside
            if self._left <= 0:
                break
        self._left -= not found.inside
        return found

    def _deciding_keys(self, value: JsonValue, node: _Schema) -> frozenset[str] | None:
        """Give the keys that are refused, and one more, so that an empty mapping is told apart."""
        names = node.get("propertyNames")
        if names is None or not isinstance(value, dict):
            return None
        refused = (key for key in value if not _accepts(key, names, self._name))
        return frozenset([*islice(refused, MAX_PROBLEMS), *islice(value, 1)])


def _children(
    value: JsonValue, node: _Schema, name: str
) -> Iterator[tuple[PathPart, JsonValue, _Schema]]:
    if isinstance(value, list) and "items" in node:
        below = node["items"]
        for start in range(0, len(value), _CHUNK):
            chunk = value[start : start + _CHUNK]
            if not _accepts(chunk, _list_of(below), name):
                yield from ((start + n, item, below) for n, item in enumerate(chunk))
    if isinstance(value, dict):
        others = node.get("additionalProperties")
        for key, item in value.items():
            below = node.get("properties", {}).get(key, others)
            if isinstance(below, dict):
                yield key, item, below


def _is_fault(faults: _Faults, path: list[PathPart]) -> bool:
    for part in path:
        if part not in faults.inside:
            return False
        faults = faults.inside[part]
    return True


def _prune(value: JsonValue, faults: _Faults, indices: dict[int, list[int]]) -> JsonValue:
    """Give `value` without what is in order.

    A mapping keeps the keys that decide and a list one item, and every value its type, so that no
    error of their own comes or goes: no keyword of the schemas counts further, compares items or
    looks deeper than one level from outside.
    """
    if isinstance(value, dict):
        return {
            key: _prune(item, faults.inside[key], indices)
            if key in faults.inside
            else _hollow(item)
            for key, item in value.items()
            if faults.keys is None or key in faults.keys or key in faults.inside
        }
    if isinstance(value, list):
        chosen = [index for index in faults.inside if isinstance(index, int)]
        kept = [_prune(value[index], faults.inside[index], indices) for index in chosen]
        if not chosen:
            chosen = [*range(len(value))][:1]
            kept = [_hollow(item) for item in value[:1]]
        indices[id(kept)] = chosen
        return kept
    return value


def _hollow(value: JsonValue) -> JsonValue:
    return type(value)() if isinstance(value, (dict, list)) else value


def _restore(path: list[PathPart], kept: Any, indices: dict[int, list[int]]) -> list[PathPart]:
    """Give `path` with the indices that the items had before `_prune`."""
    restored: list[PathPart] = []
    for part in path:
        chosen = indices.get(id(kept))
        restored.append(chosen[part] if chosen is not None and isinstance(part, int) else part)
        kept = kept[part]
    return restored


def _accepts(value: JsonValue, node: _Schema, name: str) -> bool:
    try:
        return bool(_quick(node, name).is_valid(value))
    except ValueError:  # a value that it cannot hold; the reference can
        return False


def _resolve(node: _Schema, name: str) -> _Schema:
    while "$ref" in node:
        definition: _Schema = schema(name)["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = definition
    return node


def _list_of(node: _Schema) -> _Schema:
    """Give the schema of a list whose items are in order by `node`; the same one each time."""
    return _lists().setdefault(id(node), {"type": "array", "items": node})


def _quick(node: _Schema, name: str) -> Any:
    """Give the quick validator of one part of a schema, built when it is first asked for."""
    built = _built()
    if id(node) not in built:
        whole = {**node, "$defs": schema(name)["$defs"]}
        built[id(node)] = jsonschema_rs.Draft202012Validator(whole)
    return built[id(node)]


@cache
def _built() -> dict[int, Any]:
    return {}


@cache
def _lists() -> dict[int, _Schema]:
    return {}


@cache
def _reference(name: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema(name))

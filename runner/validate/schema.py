"""Holds documents against `schema/config.schema.json`.

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

from runner.load.tree import MAX_PROBLEMS
from runner.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from runner.load.document import Document, JsonValue, PathPart
    from runner.problems import Problem

# The parts of a value where something is wrong: part -> what is wrong inside of it.
_Faults: TypeAlias = "dict[PathPart, _Faults]"
_Schema: TypeAlias = dict[str, Any]


def schema_problems(document: Document) -> list[Problem]:
    """Give what the schema finds wrong in one document, up to `MAX_PROBLEMS`."""
    faults = _Search().faults(document.value, schema("config"))
    if faults is None:
        return []
    from runner.validate.wording import anyhow, word

    problems = (
        problem
        for error, path in reference_errors(document.value, faults)
        for problem in word(document, error, path)
    )
    found = list(dict.fromkeys(islice(problems, MAX_PROBLEMS)))
    if not found:  # no wording may let a document pass that the reference refuses
        found = [
            anyhow(document, *it) for it in islice(reference_errors(document.value, faults), 1)
        ]
    return found


def reference_errors(
    value: JsonValue, faults: _Faults
) -> Iterator[tuple[ValidationError, list[PathPart]]]:
    """Give each error of the reference with its path in the whole of `value`.

    Args:
        value: a document.
        faults: the parts that may be wrong; the reference looks at these alone.
    """
    indices: dict[int, list[int]] = {}
    kept = _prune(value, faults, indices)
    for error in _reference().iter_errors(kept):
        path = _restore(list(error.absolute_path), kept, indices)
        if _is_fault(faults, path):
            yield error, path


class _Search:
    """Finds the parts of a document that the quick validator refuses, up to `MAX_PROBLEMS`."""

    def __init__(self) -> None:
        self._left = MAX_PROBLEMS

    def faults(self, value: JsonValue, node: _Schema) -> _Faults | None:
        """Give what is wrong inside of `value`, or None where it is in order."""
        node = _resolve(node)
        if _accepts(value, node):
            return None
        found: _Faults = {}
        for part, item, below in _children(value, node):
            inside = self.faults(item, below)
            if inside is not None:
                found[part] = inside
            if self._left <= 0:
                break
        self._left -= not found
        return found


def _children(value: JsonValue, node: _Schema) -> Iterator[tuple[PathPart, JsonValue, _Schema]]:
    if isinstance(value, list) and "items" in node:
        yield from ((index, item, node["items"]) for index, item in enumerate(value))
    if isinstance(value, dict):
        others = node.get("additionalProperties")
        for key, item in value.items():
            below = node.get("properties", {}).get(key, others)
            if isinstance(below, dict):
                yield key, item, below


def _is_fault(faults: _Faults, path: list[PathPart]) -> bool:
    for part in path:
        if part not in faults:
            return False
        faults = faults[part]
    return True


def _prune(value: JsonValue, faults: _Faults, indices: dict[int, list[int]]) -> JsonValue:
    """Give `value` without what is in order.

    A mapping keeps its keys and a list one item, so that no error of their own comes or goes: no
    keyword of the schema counts further or compares items.
    """
    if isinstance(value, dict):
        return {
            key: _prune(item, faults[key], indices) if key in faults else _hollow(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        chosen = [index for index in faults if isinstance(index, int)] or list(range(len(value)))[
            :1
        ]
        kept: list[JsonValue] = [
            _prune(value[index], faults[index], indices)
            if index in faults
            else _hollow(value[index])
            for index in chosen
        ]
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


def _accepts(value: JsonValue, node: _Schema) -> bool:
    try:
        return bool(_quick(node).is_valid(value))
    except ValueError:  # a value that it cannot hold; the reference can
        return False


def _resolve(node: _Schema) -> _Schema:
    while "$ref" in node:
        definition: _Schema = schema("config")["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = definition
    return node


def _quick(node: _Schema) -> Any:
    """Give the quick validator of one part of the schema, built when it is first asked for."""
    built = _built()
    if id(node) not in built:
        whole = {**node, "$defs": schema("config")["$defs"]}
        built[id(node)] = jsonschema_rs.Draft202012Validator(whole)
    return built[id(node)]


@cache
def _built() -> dict[int, Any]:
    return {}


@cache
def _reference() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema("config"))

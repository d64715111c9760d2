"""Lays an environment over a document (rule R2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.load.document import JsonValue

_REPLACED_WHOLE = frozenset({"auth"})


def overlay(
    base: Mapping[str, JsonValue], environment: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Give `base` with `environment` over it.

    Mappings are merged by key, scalars and lists are replaced, `auth` is replaced as a whole.
    Guardrails are laid over each other by `build_guardrails`, since each keeps its place.
    """
    merged = dict(base)
    for key, value in environment.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict) and key not in _REPLACED_WHOLE:
            merged[key] = overlay(below, value)
        else:
            merged[key] = value
    return merged

"""Reads the published JSON Schemas, the very files that stand in the repository's `schema/`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

NAMES = ("config", "faults", "journal", "plan", "policy", "report")


def schema_text(name: str) -> str:
    """Give the text of one published schema.

    Args:
        name: one of `NAMES`.
    """
    return files("runner.schema").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def schema(name: str) -> dict[str, Any]:
    """Give one published schema as a value, which callers must not change."""
    value: dict[str, Any] = json.loads(schema_text(name))
    return value

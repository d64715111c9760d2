"""Reads the published JSON Schemas, the very files that stand in the repository's `schema/`."""

from __future__ import annotations

import json
import os
from functools import cache
from importlib import import_module
from typing import Any

NAMES = ("config", "faults", "journal", "plan", "policy", "report")


def schema_text(name: str) -> str:
    """Give the text of one published schema.

    Args:
        name: one of `NAMES`.
    """
    package = import_module("runner.schema")
    # As `importlib.resources` reads it, whose import takes longer than all schemas together.
    loader: Any = package.__loader__
    folder = os.path.dirname(str(package.__file__))  # noqa: PTH120 - what loaders take is no Path
    data: bytes = loader.get_data(os.path.join(folder, f"{name}.schema.json"))  # noqa: PTH118
    return data.decode("utf-8")


@cache
def schema(name: str) -> dict[str, Any]:
    """Give one published schema as a value, which callers must not change."""
    value: dict[str, Any] = json.loads(schema_text(name))
    return value

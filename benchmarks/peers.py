"""The programs that ours is held against, as `make bench` installs them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.frame import MODULES, PYTHON, SCHEMA

_CHECK = str(Path(PYTHON).with_name("check-jsonschema"))
_AJV = str(MODULES / "ajv-cli" / "dist" / "index.js")
CHECK_HELP = [_CHECK, "--help"]


def check_jsonschema(*files: str) -> list[str]:
    """Give the command that validates files with check-jsonschema."""
    return [_CHECK, "--schemafile", SCHEMA, *files]


def ajv(*patterns: str) -> list[str]:
    """Give the command that validates files with ajv-cli."""
    data = [part for pattern in patterns for part in ("-d", pattern)]
    return ["node", _AJV, "validate", "--spec=draft2020", "--strict=false", "-s", SCHEMA, *data]

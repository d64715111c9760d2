"""The programs that ours is held against, as `make bench` installs them."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.frame import MODULES, PYTHON, ROOT, SCHEMA
from benchmarks.wire_peers import BODY, HEADERS, path

_CHECK = str(Path(PYTHON).with_name("check-jsonschema"))
_AJV = str(MODULES / "ajv-cli" / "dist" / "index.js")
_NEWMAN = str(MODULES / "newman" / "bin" / "newman.js")
_SDK_LOOP = str(ROOT / "benchmarks" / "wire_sdk.mjs")
_COLLECTION_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
CHECK_HELP = [_CHECK, "--help"]


def check_jsonschema(*files: str) -> list[str]:
    """Give the command that validates files with check-jsonschema."""
    return [_CHECK, "--schemafile", SCHEMA, *files]


def ajv(*patterns: str) -> list[str]:
    """Give the command that validates files with ajv-cli."""
    data = [part for pattern in patterns for part in ("-d", pattern)]
    return ["node", _AJV, "validate", "--spec=draft2020", "--strict=false", "-s", SCHEMA, *data]


def sdk_loop(port: int, commands: int) -> list[str]:
    """Give the command that sends so many commands with Adobe's SDK."""
    return ["node", _SDK_LOOP, str(port), str(commands)]


def newman(collection: Path, report: Path) -> list[str]:
    """Give the command that sends a collection with newman, and writes its report."""
    export = ["-r", "json", "--reporter-json-export", str(report)]
    return ["node", _NEWMAN, "run", str(collection), *export]


def newman_collection(port: int, commands: int) -> str:
    """Give the same commands as a collection of Postman."""
    headers = [{"key": name, "value": value} for name, value in HEADERS.items()]
    items = [
        {
            "name": f"WKF{number}",
            "request": {
                "method": "POST",
                "header": headers,
                "url": f"http://127.0.0.1:{port}{path(number)}",
                "body": {"mode": "raw", "raw": BODY.decode()},
            },
        }
        for number in range(commands)
    ]
    return json.dumps({"info": {"name": "commands", "schema": _COLLECTION_SCHEMA}, "item": items})

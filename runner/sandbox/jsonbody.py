"""Reads the JSON object that a request must bring."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from runner.sandbox.replies import campaign_error


def parse_object(body: bytes) -> dict[str, Any]:
    """Give the object in a body; a RequestRefusedError (400) for anything else."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise campaign_error(400, "The request body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise campaign_error(400, "The request body must be a JSON object.")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

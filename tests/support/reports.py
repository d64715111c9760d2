"""Reports as JSON values: the least that the schema takes, and whatever a test adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from runner.schemas import schema

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = "2026-03-01T12:00:00.000Z"
DIGEST = "0" * 64
OUTCOMES = ("planned", "succeeded", "skipped", "failed", "unknown", "not_sent")


def attempt(**more: Any) -> dict[str, Any]:
    """Give an attempt that was answered."""
    return {
        "at": AT,
        "duration_s": 0.25,
        "status": 204,
        "error": None,
        "request_id": None,
        **more,
    }


def entry(identity: str = "a.yaml#1.1", outcome: str = "succeeded", **more: Any) -> dict[str, Any]:
    """Give one command with only what the schema requires, and `more`."""
    return {
        "id": identity,
        "name": None,
        "action": "start",
        "organization": None,
        "workflow": "WKF1",
        "source": {"file": identity.partition("#")[0], "line": 3, "column": 5},
        "request": {"method": "POST", "url": None, "body": None},
        "outcome": outcome,
        "attempts": [],
        "message": None,
        **more,
    }


def problem(**more: Any) -> dict[str, Any]:
    """Give a problem of a file."""
    return {
        "severity": "error",
        "rule": "max-stops",
        "file": "a.yaml",
        "line": 7,
        "column": 2,
        "pointer": "actions[0]",
        "message": "this stops too much",
        "hint": None,
        **more,
    }


def report_value(
    commands: Sequence[dict[str, Any]] = (),
    result: str = "succeeded",
    exit_code: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """Give a report with only what the schema requires, and `more`; valid by the schema."""
    counts = {it: sum(command["outcome"] == it for command in commands) for it in OUTCOMES}
    value = {
        "schema_version": 1,
        "tool": {"name": "campaign-runner", "version": "0.1.0"},
        "run_id": "20260301T120000Z-0a1b2c3d",
        "mode": "run",
        "result": result,
        "exit_code": exit_code,
        "message": None,
        "environment": None,
        "organization": None,
        "target": {"base_url": "https://mc.adobe.io", "sandbox": False},
        "plan_digest": None,
        "config": {"files": []},
        "source_control": {"commit": None, "ref": None, "run_url": None},
        "started_at": AT,
        "finished_at": AT,
        "duration_s": 0,
        "totals": {"commands": len(commands), **counts},
        "overrides": [],
        "warnings": [],
        "problems": [],
        "commands": list(commands),
        **more,
    }
    Draft202012Validator(schema("report")).validate(value)
    return value

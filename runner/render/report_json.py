"""A run as the JSON report that `schema/report.schema.json` describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runner.execute.results import count
from runner.render.problems import problem_value
from runner.render.values import command_value, files_value, tool_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from runner.execute.results import Attempt, CommandResult
    from runner.execute.run import Header, Run

SCHEMA_VERSION = 1
_OUR_WORDS = frozenset(
    {"tool", "mode", "result", "outcome", "severity", "rule", "action", "body", "method"}
    | {"plan_digest", "sha256", "started_at", "finished_at", "at"}
)


def report_text(run: Run, scrub: Callable[[str], str]) -> str:
    """Give the report of a run as JSON text.

    Args:
        run: what came of it.
        scrub: takes secrets out of text. What comes from the remote side is clean already; this
            is for whatever else might hold one.
    """
    value = _cleaned(report_value(run), scrub)
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def report_value(run: Run) -> dict[str, Any]:
    """Give the report of a run as a JSON value."""
    header = run.header
    plan = run.plan
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": tool_value(),
        "run_id": header.run_id,
        "mode": header.mode,
        "result": run.result,
        "exit_code": int(run.exit_code),
        "message": run.message or None,
        "environment": header.environment,
        "organization": None if plan is None else plan.organization,
        "target": {"base_url": header.target.base_url, "sandbox": header.target.sandbox},
        "plan_digest": None if plan is None else plan.digest,
        "config": {"files": files_value(run.files)},
        "source_control": _source_control(header),
        "started_at": timestamp(header.started_at),
        "finished_at": timestamp(run.finished_at),
        "duration_s": round(run.duration, 3),
        "totals": _totals(run),
        "overrides": [],
        "warnings": [problem_value(warning) for warning in run.warnings],
        "problems": [problem_value(problem) for problem in run.problems],
        "commands": [_command(result, header) for result in run.results],
    }


def _cleaned(value: Any, scrub: Callable[[str], str]) -> Any:
    """Clean every text but keys and words of the schema, which must stay what they are."""
    if isinstance(value, dict):
        return {
            key: item if key in _OUR_WORDS else _cleaned(item, scrub) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_cleaned(item, scrub) for item in value]
    return scrub(value) if isinstance(value, str) else value


def timestamp(moment: datetime) -> str:
    """Give a moment in UTC as RFC 3339 writes it, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _source_control(header: Header) -> dict[str, Any]:
    source = header.source_control
    return {"commit": source.commit, "ref": source.ref, "run_url": source.run_url}


def _totals(run: Run) -> dict[str, int]:
    counts = {outcome.value: number for outcome, number in count(run.results).items()}
    return {"commands": len(run.results), **counts}


def _command(result: CommandResult, header: Header) -> dict[str, Any]:
    command = result.command
    path = command.url_path
    return {
        **command_value(command),
        "request": {
            "method": "POST",
            "url": None if path is None else header.target.base_url + path,
            "body": command.body,
        },
        "outcome": result.outcome.value,
        "attempts": [_attempt(attempt) for attempt in result.attempts],
        "message": result.message or None,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": timestamp(attempt.at),
        "duration_s": round(attempt.duration, 3),
        "status": attempt.status,
        "error": attempt.error,
        "request_id": attempt.request_id,
    }

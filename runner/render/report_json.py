"""A run as the JSON report that `schema/report.schema.json` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.execute.results import count
from runner.render.changes import changes_value
from runner.render.json_text import json_pieces
from runner.render.problems import problem_value
from runner.render.values import (
    command_value,
    details_value,
    division_value,
    files_value,
    timestamp,
    tool_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

    from runner.ci.source_control import SourceControl
    from runner.execute.results import Attempt, CommandResult
    from runner.execute.run import Header, Run, Seam
    from runner.guardrails.overrides import Applied

SCHEMA_VERSION = 1
_OUR_WORDS = frozenset(
    {
        "tool",
        "mode",
        "result",
        "type",
        "verdict",
        "word",
        "digest",
        "offline_digest",
        "whole_digest",
        "outcome",
        "severity",
        "rule",
        "action",
        "method",
        "decided",
        "change",
    }
    | {"plan_digest", "sha256", "started_at", "finished_at", "at"}
    | {"state", "state_before", "state_after", "until"}
)
_WITHOUT_TEXT = frozenset({int, float, bool})
_THEIR_WORDS = "parameters"  # of a signal, whatever their names are


def report_pieces(run: Run, scrub: Callable[[str], str]) -> Iterator[str]:
    """Give the report of a run as JSON text, command by command: there may be 100,000.

    Args:
        run: what came of it.
        scrub: takes secrets out of text. What comes from the remote side is clean already; this
            is for whatever else might hold one.
    """
    head = cleaned(_head(run), scrub)
    commands = (cleaned(_command(result, run.header), scrub) for result in run.results)
    return json_pieces(head, "commands", commands)


def report_value(run: Run) -> dict[str, Any]:
    """Give the report of a run as a JSON value."""
    return {**_head(run), "commands": [_command(result, run.header) for result in run.results]}


def _head(run: Run) -> dict[str, Any]:
    """Give all of it but the commands, which come last."""
    header = run.header
    plan = run.plan
    changes = None if plan is None else plan.changes
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
        "plan_digest": run.digest,
        "config": {"files": files_value(run.files)},
        **({} if changes is None else {"changes": changes_value(changes)}),
        **_shard(run),
        **_organizations(run),
        "source_control": source_control_value(header.source_control),
        "started_at": timestamp(header.started_at),
        "finished_at": timestamp(run.finished_at),
        "duration_s": round(run.duration, 3),
        "totals": _totals(run),
        "journal": run.journal,
        "resumed": [_seam(it) for it in run.seams],
        "overrides": [override_value(it) for it in run.overrides],
        "warnings": [problem_value(warning) for warning in run.warnings],
        "problems": [problem_value(problem) for problem in run.problems],
    }


def cleaned(value: Any, scrub: Callable[[str], str], ours: AbstractSet[str] = _OUR_WORDS) -> Any:
    """Clean every text but keys and words of the schema, which must stay what they are."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        # Most values hold no text at all, and each call costs.
        return {
            key: item
            if key in ours or item is None or type(item) in _WITHOUT_TEXT
            else cleaned(item, scrub, frozenset() if key == _THEIR_WORDS else ours)
            for key, item in value.items()
        }
    return [cleaned(item, scrub, ours) for item in value] if isinstance(value, list) else value


def override_value(applied: Applied) -> dict[str, Any]:
    """Give one guardrail that was lifted, why, and what it had refused."""
    override = applied.override
    lifted = [problem_value(problem) for problem in applied.lifted]
    return {"name": override.name, "reason": override.reason, "lifted": lifted}


def source_control_value(source: SourceControl) -> dict[str, Any]:
    """Give which commit and CI run it is."""
    return {"commit": source.commit, "ref": source.ref, "run_url": source.run_url}


def _shard(run: Run) -> dict[str, Any]:
    shard = run.header.shard
    whole = None if run.plan is None or run.plan.sharded is None else run.plan.sharded.whole_digest
    return {} if shard is None else division_value(shard, whole)


def _organizations(run: Run) -> dict[str, Any]:
    parts = [
        {
            "organization": it.organization,
            "run_id": it.run_id,
            "result": it.result,
            "exit_code": int(it.exit_code),
            "plan_digest": it.plan.digest,
            "journal": it.journal,
            "message": it.message or None,
        }
        for it in run.parts
    ]
    return {"organizations": parts} if parts else {}


def _seam(seam: Seam) -> dict[str, Any]:
    return {
        "at": timestamp(seam.at),
        "next": seam.following,
        "settled": [{"id": identity, "word": word} for identity, word in seam.settled],
        "retry_failed": seam.retry_failed,
        "source_control": source_control_value(seam.source_control),
    }


def _totals(run: Run) -> dict[str, int]:
    counts = {outcome.value: number for outcome, number in count(run.results).items()}
    return {"commands": sum(counts.values()), **counts}


def _command(result: CommandResult, header: Header) -> dict[str, Any]:
    command = result.command
    value = {
        **command_value(command),
        "request": _request(result, header),
        **details_value(command),
        "outcome": result.outcome.value,
        "attempts": [_attempt(attempt) for attempt in result.attempts],
        "message": "; ".join(it for it in (result.message, result.remedy) if it) or None,
    }
    if result.state_before is not None:
        value["state_before"] = result.state_before.value
    if result.state_after is not None:
        value["state_after"] = result.state_after.value
    if result.waited is not None:
        value["waited_s"] = round(result.waited, 3)
    if result.settled is not None:
        value["settled"] = result.settled
    return value


def _request(result: CommandResult, header: Header) -> dict[str, Any] | None:
    command = result.command
    if not command.is_sent:
        return None
    path = command.url_path
    known = None if path is None else header.target.base_url + path
    return {"method": "POST", "url": result.url or known, "body": command.body}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": timestamp(attempt.at),
        "duration_s": round(attempt.duration, 3),
        "status": attempt.status,
        "error": attempt.error,
        "request_id": attempt.request_id,
    }

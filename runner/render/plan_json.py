"""A plan as the JSON that `schema/plan.schema.json` describes."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from runner.render.changes import changes_value
from runner.render.json_text import json_text
from runner.render.problems import problem_value
from runner.render.values import (
    command_value,
    details_value,
    division_value,
    files_value,
    tool_value,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.plan.command import Command
    from runner.plan.effects import Effect
    from runner.plan.plan import Live, Plan
    from runner.problems import Problem
    from runner.states import Observation

SCHEMA_VERSION = 1


def plan_json(plan: Plan, problems: Sequence[Problem] = ()) -> str:
    """Give a plan as JSON text; the same plan gives the same bytes.

    `problems` are the guardrails that refuse it.
    """
    value = plan_value(plan)
    if problems:
        value["problems"] = [problem_value(problem) for problem in problems]
    return json_text(value)


def plan_value(plan: Plan) -> dict[str, Any]:
    """Give a plan as a JSON value."""
    live = plan.live
    effects = live.effects if live is not None else ()
    changes = {} if plan.changes is None else {"changes": changes_value(plan.changes)}
    part = plan.sharded
    shard = {} if part is None else division_value(part.shard, part.whole_digest)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": tool_value(),
        "digest": plan.digest,
        "environment": plan.environment,
        "organization": plan.organization,
        "config": {"files": files_value(plan.files)},
        "selection": {"only": list(plan.selection.only), "from": plan.selection.start},
        **changes,
        **shard,
        "live": None if live is None else _live(live),
        "totals": {"commands": plan.total, **plan.counts},
        "warnings": [problem_value(warning) for warning in plan.warnings],
        "commands": [
            _command(command, effect) for command, effect in zip_longest(plan.commands, effects)
        ],
    }


def _live(live: Live) -> dict[str, Any]:
    return {
        "assume_unknown": live.assume_unknown,
        "states": [_state(it) for it in live.states],
    }


def _state(seen: Observation) -> dict[str, Any]:
    return {
        "organization": seen.organization,
        "workflow": seen.workflow,
        "found": seen.found,
        "state": seen.state.value,
        "raw": seen.read.raw,
    }


def _command(command: Command, effect: Effect | None) -> dict[str, Any]:
    value = {
        **command_value(command),
        "request": _request(command),
        "timeout_s": command.timeout,
        "on_failure": command.on_failure,
        **details_value(command),
    }
    if effect is not None:
        kind, before, after = effect
        value["effect"] = {"kind": kind.value, "before": before.value, "after": after.value}
    return value


def _request(command: Command) -> dict[str, Any] | None:
    if not command.is_sent:
        return None
    return {"method": "POST", "path": command.url_path, "body": command.body}

"""A plan as text for people, and as the JSON that `schema/plan.schema.json` describes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runner.plural import counted
from runner.printable import printable
from runner.render.problems import problem_value
from runner.render.values import command_value, files_value, tool_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.plan.plan import Command, Plan

SCHEMA_VERSION = 1
NO_ORGANIZATION = "not set (CAMPAIGN_STANDARD_TENANT_ID will be used)"


def plan_json(plan: Plan) -> str:
    """Give a plan as JSON text; the same plan gives the same bytes."""
    value = {
        "schema_version": SCHEMA_VERSION,
        "tool": tool_value(),
        "digest": plan.digest,
        "environment": plan.environment,
        "organization": plan.organization,
        "config": {"files": files_value(plan.files)},
        "selection": {"only": list(plan.selection.only), "from": plan.selection.start},
        "totals": {"commands": len(plan.commands), **plan.counts},
        "warnings": [problem_value(warning) for warning in plan.warnings],
        "commands": [_command(command) for command in plan.commands],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Give a plan as lines for people: the commands in order, then the totals and the digest."""
    yield f"Environment: {environment_text(plan.environment)}"
    several = len(plan.organizations) > 1
    if len(plan.organizations) == 1:
        yield f"Organization: {printable(plan.organization or NO_ORGANIZATION)}"
    yield ""
    if plan.commands:
        yield from _table(plan, several=several)
        yield ""
    counts = ", ".join(f"{number} {action}" for action, number in plan.counts.items())
    yield counted(len(plan.commands), "command") + (f": {counts}" if counts else "")
    yield f"Digest: {plan.digest}"


def environment_text(environment: str | None) -> str:
    """Give the environment as every output names it."""
    return "base (no --env given)" if environment is None else printable(environment)


def _table(plan: Plan, *, several: bool) -> Iterator[str]:
    rows = [_row(command, several=several) for command in plan.commands]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _row(command: Command, *, several: bool) -> tuple[str, ...]:
    number = command.id.removeprefix(command.file)  # the id without its path, which follows
    organization = printable(command.organization or "no organization") if several else ""
    where = f"{printable(command.file)}:{command.line}:{command.column}"
    name = printable(command.name or "")
    row = (number, command.action, printable(command.workflow), organization, where, name)
    return tuple(cell for n, cell in enumerate(row) if several or n != 3)


def _command(command: Command) -> dict[str, Any]:
    return {
        **command_value(command),
        "request": {"method": "POST", "path": command.url_path, "body": command.body},
        "timeout_s": command.timeout,
        "on_failure": command.on_failure,
    }

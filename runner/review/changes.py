"""Reads from a plan, as it was written down, which files its actions were taken from (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plan.changes import Changes, FileChange, GuardrailChange, Kind, Part, Status

if TYPE_CHECKING:
    from collections.abc import Mapping


def changes_of(plan: Mapping[str, Any]) -> Changes | None:
    """Give how a plan was narrowed to what had changed; None where it was not.

    Args:
        plan: a value that is valid by its schema.
    """
    value = plan.get("changes")
    if value is None:
        return None
    return Changes(
        since=value["since"],
        base=value["base"],
        allow_modified=value["allow_modified"],
        files=tuple(
            FileChange(
                it["path"], Status(it["change"]), it["was"], Part(it["actions"]), it["desired"]
            )
            for it in value["files"]
        ),
        guardrails=tuple(_guardrail(it) for it in value["guardrails"]),
    )


def _guardrail(value: Mapping[str, Any]) -> GuardrailChange:
    source = value["source"]
    return GuardrailChange(
        Kind(value["change"]),
        value["key"],
        value["environment"],
        source["file"],
        source["line"],
        source["column"],
        value["before"],
        value["after"],
    )

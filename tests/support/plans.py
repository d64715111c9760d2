"""Commands and plans made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plan.plan import EVERYTHING, Command, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(workflow: str = "WKF1", action: str = "start", **others: Any) -> Command:
    """Give a command; its id is made of its workflow unless a test gives one."""
    values: dict[str, Any] = {
        "id": f"a.yaml#{workflow}",
        "document": "a.yaml",
        "organization": "acme",
        "name": None,
        "file": "a.yaml",
        "line": 1,
        "column": 1,
        "timeout": 70.0,
        "on_failure": "stop",
    }
    return Command(**{**values, "workflow": workflow, "action": action, **others})


def plan_of(commands: Sequence[Command]) -> Plan:
    return Plan(None, (), EVERYTHING, tuple(commands), (), "0" * 64)

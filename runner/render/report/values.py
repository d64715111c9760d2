"""What is read out of the commands of a report, and told in the words that runs use.

A report is read as `schema/report.schema.json` describes it; what is not required there may be
missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from runner.durations import format_duration
from runner.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    Value: TypeAlias = Mapping[str, Any]


def is_pause(command: Value) -> bool:
    """Whether it is a pause between two actions, which counts as no command (rule R8)."""
    return command.get("pause_s") is not None or command["action"] == "wait"


def title(command: Value) -> str:
    """Give a command as `start WKF1`, `ensure WKF1 started`, `signal WKF1 signal1`, `wait 30s`."""
    return f"{printable(command['action'])} {subject(command)}".rstrip()


def subject(command: Value) -> str:
    """Give what comes after the action, as `runner/render/titles.py` does for commands."""
    if command.get("pause_s") is not None:
        return format_duration(command["pause_s"])
    workflow = printable(command["workflow"] or "")
    desired = command.get("desired")
    if command.get("activity") is not None:
        return f"{workflow} {printable(command['activity'])}"
    if desired is not None and command["request"] is None:
        return f"{workflow} {printable(desired['state'])}"
    return workflow


def seconds(command: Value) -> float | None:
    """Give the seconds of its attempts and waits; None where there was neither."""
    waited: float = command.get("waited_s") or 0.0
    if not command["attempts"] and not waited:
        return None
    return sum((attempt["duration_s"] for attempt in command["attempts"]), waited)


def attempt_line(attempt: Value) -> str:
    """Give one attempt as one line: when, for how long, what was answered, what was wrong."""
    status = attempt["status"]
    told = [
        f"{attempt['at']}, {attempt['duration_s']:.3f} s",
        "no answer" if status is None else f"status {status}",
        *([printable(attempt["error"])] if attempt["error"] else []),
        *([f"request {printable(attempt['request_id'])}"] if attempt["request_id"] else []),
    ]
    return ": ".join([told[0], ", ".join(told[1:])])

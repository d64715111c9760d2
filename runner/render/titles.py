"""What a command and an environment are called: the same in plans, logs and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.durations import format_duration
from runner.printable import printable

if TYPE_CHECKING:
    from runner.plan.command import Command


def environment_text(environment: str | None) -> str:
    """Give the environment as every output names it."""
    return "base (no --env given)" if environment is None else printable(environment)


def title(command: Command) -> str:
    """Give a command as `start WKF1`, `ensure WKF1 started`, `signal WKF1 signal1`, `wait 30s`."""
    return f"{command.action} {subject(command)}"


def subject(command: Command) -> str:
    """Give what comes after the action."""
    if command.pause is not None:
        return format_duration(command.pause)
    workflow = printable(command.workflow or "")
    if command.signal is not None:
        return f"{workflow} {printable(command.signal.activity)}"
    if command.desired is not None and not command.is_sent:
        return f"{workflow} {command.desired.until.until}"
    return workflow

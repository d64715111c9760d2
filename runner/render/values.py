"""The JSON values that plans and reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runner.load import SourceFile
    from runner.plan.command import Command
    from runner.plan.shard import Division
    from runner.validate.config import Wait


def tool_value() -> dict[str, str]:
    """Give which program this is."""
    return {"name": "campaign-runner", "version": __version__}


def timestamp(moment: datetime) -> str:
    """Give a moment in UTC as RFC 3339 writes it, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def files_value(files: Sequence[SourceFile]) -> list[dict[str, str]]:
    """Give files with their digests."""
    return [{"path": file.path, "sha256": file.sha256} for file in files]


def division_value(division: Division, whole_digest: str | None) -> dict[str, Any]:
    """Give which part of which plan it is; the digest is None where there was no plan."""
    from runner.plan.shard import OneOrganization

    if isinstance(division, OneOrganization):
        return {"part": {"organization": division.name, "whole_digest": whole_digest}}
    number, total = division.number, division.total
    return {"shard": {"number": number, "total": total, "whole_digest": whole_digest}}


def command_value(command: Command) -> dict[str, Any]:
    """Give what a command is and where it stands."""
    return {
        "id": command.id,
        "name": command.name,
        "action": command.action,
        "organization": command.organization,
        "workflow": command.workflow,
        "source": {"file": command.file, "line": command.line, "column": command.column},
    }


def details_value(command: Command) -> dict[str, Any]:
    """Give what only some commands have: what is waited for, a signal's activity, a decision."""
    value: dict[str, Any] = {}
    if command.wait is not None:
        value["wait"] = _wait(command.wait)
    if command.signal is not None:
        value["activity"] = command.signal.activity
    if command.pause is not None:
        value["pause_s"] = command.pause
    if command.desired is not None:
        desired = command.desired
        value["desired"] = {
            "state": desired.until.until.value,
            "restart_finished": desired.restart_finished,
            "restart_failed": desired.restart_failed,
            "allow_start": desired.allow_start,
            "wait": _wait(desired.until),
        }
    if command.decided is not None:
        held = "left alone" if command.decided.left_alone else "holds"
        value["decided"] = "refused" if command.decided.refused else held
        value["reason"] = command.decided.reason
    if command.follows is not None:
        value["follows"] = command.follows
    if command.is_sent and command.own_settle is not None:
        value["settle_s"] = command.own_settle
    if command.is_sent and command.rate is not None:
        value["rate_per_s"] = command.rate
    if command.parallel > 1:
        value["parallel"] = command.parallel
    return value


def _wait(wait: Wait) -> dict[str, Any]:
    return {"until": wait.until.value, "timeout_s": wait.timeout, "poll_s": wait.poll}

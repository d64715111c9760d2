"""The lines of a journal as JSON values, as `schema/journal.schema.json` describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from runner.errors import ExitCode
    from runner.execute.results import Attempt, CommandResult
    from runner.execute.verdicts import Verdict
    from runner.plan.command import Command
    from runner.states import State

SCHEMA_VERSION = 1
SUFFIX = ".jsonl"


def sending_line(
    n: int, command: Command, at: datetime, before: State | None, url: str | None
) -> dict[str, Any]:
    """Give the line that stands before a request; `n` is the command's place, from 1."""
    return {
        **_beginning("sending", n, command),
        "at": precise(at),
        "state_before": None if before is None else before.value,
        "url": url,
    }


def answer_line(n: int, command: Command, attempt: Attempt, verdict: Verdict) -> dict[str, Any]:
    """Give the line that stands after a request, with an answer or without one."""
    return {
        **_beginning("answer", n, command),
        "verdict": verdict.name.lower(),
        "at": precise(attempt.at),
        "duration_s": attempt.duration,
        "status": attempt.status,
        "error": attempt.error,
        "request_id": attempt.request_id,
    }


def state_line(n: int, command: Command, state: State) -> dict[str, Any]:
    """Give the line of a state that was seen in a wait."""
    return {**_beginning("state", n, command), "state": state.value}


def result_line(n: int, result: CommandResult) -> dict[str, Any]:
    """Give the line of a command that has its outcome."""
    before, after = result.state_before, result.state_after
    return {
        **_beginning("result", n, result.command),
        "outcome": result.outcome.value,
        "open": result.is_open,
        "message": result.message,
        "url": result.url,
        "state_before": None if before is None else before.value,
        "state_after": None if after is None else after.value,
        "waited_s": result.waited,
        "of_service": result.of_service,
    }


def end_line(
    at: datetime, result: str, exit_code: ExitCode, message: str, *, is_over: bool
) -> dict[str, Any]:
    """Give the line at the end of a part of the run.

    It is `finished` where a resumed run would do nothing more by itself.
    """
    return {
        "type": "finished" if is_over else "stopped",
        "at": precise(at),
        "result": result,
        "exit_code": int(exit_code),
        "message": message,
    }


def precise(moment: datetime) -> str:
    """Give a moment in UTC as RFC 3339 writes it, to the microsecond."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _beginning(kind: str, n: int, command: Command) -> dict[str, Any]:
    return {"type": kind, "n": n, "id": command.id}

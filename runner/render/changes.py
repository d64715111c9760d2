"""What has changed since a commit: as a JSON value, and as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.plan.changes import Kind, Part, Status
from runner.plural import counted
from runner.printable import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.plan.changes import Changes, FileChange, GuardrailChange

_MOST_LINES = 20  # of one sort; the JSON has them all


def changes_value(changes: Changes) -> dict[str, Any]:
    """Give the JSON value that the schemas of plan and report describe."""
    return {
        "since": changes.since,
        "base": changes.base,
        "allow_modified": changes.allow_modified,
        "files": [_file(it) for it in changes.files],
        "guardrails": [_guardrail(it) for it in changes.guardrails],
    }


def change_lines(changes: Changes) -> Iterator[str]:
    """Say which files run and which are left out, and why."""
    counts = [(it, len(changes.of(it))) for it in Status]
    told = ", ".join(f"{number:,} {status.value}" for status, number in counts if number)
    yield f"Since {quoted(changes.since, 100)} ({changes.base[:12]}): {told}"
    runs = [it for it in changes.files if it.actions is Part.RUN]
    yield from _listed("actions run", runs)
    yield from _listed("actions left out", changes.left_out, but=Status.UNCHANGED)
    same = [it for it in changes.left_out if it.status is Status.UNCHANGED]
    if same:
        yield f"  actions left out: {counted(len(same), 'unchanged file')}"
    yield from _listed("gone", changes.of(Status.DELETED))


def guardrail_text(change: GuardrailChange) -> str:
    """Say what has become of a guardrail, without its place: `max_stops loosened: 2 -> 5`."""
    if change.kind is Kind.UNREAD:
        return f"guardrails cannot be compared: {printable(change.before or '', 200)}"
    whose = "" if change.environment is None else f" of {printable(change.environment, 100)}"
    values = (printable(it, 200) for it in (change.before, change.after) if it is not None)
    return f"{change.key}{whose} {change.kind.value}: {' -> '.join(values)}"


def _listed(what: str, files: Sequence[FileChange], *, but: Status | None = None) -> Iterator[str]:
    told = [it for it in files if it.status is not but]
    for it in told[:_MOST_LINES]:
        was = "" if it.was is None else f" from {printable(it.was)}"
        moved = " and moved" if it.was is not None and it.status is Status.MODIFIED else ""
        desired = "; its desired states count" if it.desired and it.actions is not Part.RUN else ""
        yield f"  {what}: {printable(it.path)} ({it.status.value}{moved}{was}{desired})"
    if len(told) > _MOST_LINES:
        yield f"  {what}: {counted(len(told) - _MOST_LINES, 'more file')}"


def _file(change: FileChange) -> dict[str, Any]:
    return {
        "path": change.path,
        "change": change.status.value,
        "was": change.was,
        "actions": change.actions.value,
        "desired": change.desired,
    }


def _guardrail(change: GuardrailChange) -> dict[str, Any]:
    return {
        "change": change.kind.value,
        "key": change.key,
        "environment": change.environment,
        "source": {"file": change.file, "line": change.line, "column": change.column},
        "before": change.before,
        "after": change.after,
    }

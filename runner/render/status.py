"""What was read of workflows, as a table for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.printable import printable
from runner.render.columns import aligned
from runner.render.json_text import json_text
from runner.render.values import timestamp, tool_value
from runner.states import State
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from runner.campaign.hosts import Target
    from runner.plan.command import Command
    from runner.states import Observation

SCHEMA_VERSION = 1
_MOST_NAMED = 3  # workflows, places or activities, in the table; JSON has all


class Sighting(Value, frozen=True):
    """A workflow as it was read, and the commands of the files that name it."""

    seen: Observation
    mentions: tuple[Command, ...]

    @property
    def is_well(self) -> bool:
        """Whether it is there, its state is known, and it has not failed."""
        return self.seen.state not in (State.UNKNOWN, State.FAILED)


def status_lines(sightings: Sequence[Sighting]) -> Iterator[str]:
    """Give a table with a line for each workflow, and below it what hindered reading."""
    several = len({it.seen.organization for it in sightings}) > 1
    titles = ["workflow", "state", "raw value", "signals", "next processing", "named in"]
    rows = [_row(it) for it in sightings]
    if several:
        titles.insert(0, "organization")
        for row, it in zip(rows, sightings, strict=True):
            row.insert(0, printable(it.seen.organization))
    yield from aligned([titles, *rows])
    yield from _notes(sightings)


def status_json(
    sightings: Sequence[Sighting], environment: str | None, target: Target, read_at: datetime
) -> str:
    """Give all that was read as JSON text."""
    value = {
        "schema_version": SCHEMA_VERSION,
        "tool": tool_value(),
        "environment": environment,
        "target": {"base_url": target.base_url, "sandbox": target.sandbox},
        "read_at": timestamp(read_at),
        "totals": {"workflows": len(sightings), "well": sum(it.is_well for it in sightings)},
        "workflows": [_value(it) for it in sightings],
    }
    return json_text(value)


def _notes(sightings: Sequence[Sighting]) -> Iterator[str]:
    """Give why states are unknown; once where it is the same for many workflows."""
    whose: dict[str, list[str]] = {}
    several = len({it.seen.organization for it in sightings}) > 1
    for it in sightings:
        if it.seen.why_unknown:
            prefix = f"{it.seen.organization} " if several else ""
            name = printable(f"{prefix}{it.seen.workflow}")
            whose.setdefault(it.seen.why_unknown, []).append(name)
    if whose:
        yield ""
    for why, workflows in whose.items():
        yield f"{_first_few(workflows)}: {printable(why)}"


def _first_few(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _row(sighting: Sighting) -> list[str]:
    seen = sighting.seen
    places = [f"{printable(it.file)}:{it.line}" for it in sighting.mentions]
    return [
        printable(seen.workflow),
        "not found" if seen.found is False else seen.state.value,
        printable(seen.read.raw or "-"),
        _first_few([printable(it.name) for it in seen.signals]) or "-",
        printable(seen.next_processing or "-"),
        _first_few(places),
    ]


def _value(sighting: Sighting) -> dict[str, Any]:
    seen = sighting.seen
    return {
        "organization": seen.organization,
        "workflow": seen.workflow,
        "found": seen.found,
        "state": seen.state.value,
        "field": seen.read.field,
        "raw": seen.read.raw,
        "signals": [it.name for it in seen.signals],
        "next_processing": seen.next_processing,
        "message": seen.why_unknown or None,
        "mentions": [
            {
                "id": it.id,
                "action": it.action,
                "file": it.file,
                "line": it.line,
                "column": it.column,
            }
            for it in sighting.mentions
        ],
    }

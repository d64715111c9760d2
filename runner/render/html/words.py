"""What outcomes, results and times are called on pages, and how they look."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from runner.plural import counted
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping


class Look(Value, frozen=True):
    """A word, and the class that gives it its sign and colour."""

    css: str
    word: str


OUTCOMES = {
    "failed": Look("bad", "failed"),
    "unknown": Look("ask", "unknown"),
    "not_sent": Look("rest", "not sent"),
    "succeeded": Look("ok", "succeeded"),
    "skipped": Look("skip", "skipped"),
    "planned": Look("plan", "planned"),
}  # what needs a person comes first
RESULTS = {
    "planned": Look("plan", "Planned"),
    "succeeded": Look("ok", "Succeeded"),
    "failed": Look("bad", "Failed"),
    "unknown": Look("ask", "Unknown"),
    "interrupted": Look("ask", "Interrupted"),
    "refused": Look("bad", "Refused"),
}
EXIT_CODES = {
    0: "all is done",
    1: "a command failed, or the run had to end before its time",
    3: "the configuration or the plan is invalid",
    4: "credentials are missing or were rejected",
    5: "a guardrail refused it",
    6: "it was interrupted, or an outcome is unknown",
    7: "the runner itself could not go on",
}  # rule R22
_VERBS = {
    "failed": ("failed", "failed"),
    "unknown": ("has an unknown outcome", "have an unknown outcome"),
    "not_sent": ("was not sent", "were not sent"),
    "succeeded": ("succeeded", "succeeded"),
    "skipped": ("needed no sending", "needed no sending"),
    "planned": ("is planned", "are planned"),
}


def outcome_look(outcome: str) -> Look:
    """Give how an outcome looks; one that this version does not know has its own word."""
    return OUTCOMES.get(outcome) or Look("rest", outcome)


def result_look(result: str) -> Look:
    """Give how a result looks; one that this version does not know has its own word."""
    return RESULTS.get(result) or Look("rest", result)


def headline(result: str, totals: Mapping[str, Any]) -> str:
    """Say in one sentence what came of a run: `Failed: of 6 commands, 1 failed, 5 succeeded`."""
    word = result_look(result).word
    counts = {it: _number(totals.get(it)) for it in OUTCOMES}
    total = _number(totals.get("commands")) or sum(counts.values())
    there = {it: number for it, number in counts.items() if number}
    if result == "refused" and not there.keys() - {"not_sent", "planned"}:
        return f"{word}: nothing was sent"
    if not there:
        return f"{word}: there was no command to send"
    told = [f"{number:,} {_VERBS[it][number != 1]}" for it, number in there.items()]
    if there.keys() == {"planned"}:
        return f"{word}: {counted(total, 'command')}, and nothing was sent"
    if len(there) > 1:
        return f"{word}: of {counted(total, 'command')}, {', '.join(told)}"
    (outcome,) = there
    verb = _VERBS[outcome][total != 1]
    all_of = "1 command" if total == 1 else f"all {counted(total, 'command')}"
    return f"{word}: {all_of} {verb}"


def exit_code_words(code: object) -> str:
    """Say what an exit code means; empty where this version does not know it."""
    return EXIT_CODES.get(code, "") if isinstance(code, int) else ""


def moment(text: object) -> datetime | None:
    """Read a time of a report; None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


def day_and_time(text: object) -> str:
    """Give a time of a report for people; as it is where it cannot be read."""
    read = moment(text)
    return str(text or "") if read is None else f"{read:%Y-%m-%d %H:%M:%S} UTC"


def clock(text: object) -> str:
    """Give the time of the day, to the millisecond; as it is where it cannot be read."""
    read = moment(text)
    return str(text or "") if read is None else read.isoformat(timespec="milliseconds")[11:23]


def span(seconds: object) -> str:
    """Give a duration as people read it at a glance: `40 ms`, `2.4 s`, `3 min 5 s`, `2 h 1 min`."""
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        return ""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 59.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0

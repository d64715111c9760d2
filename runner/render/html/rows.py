"""The commands of a report as the rows of its table, with what stands under each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.durations import format_duration
from runner.render.html.page import as_json, source_link
from runner.render.html.words import Look, clock, outcome_look, span
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.ci.places import Places

MOST_ROWS = 10_000
BLOCK = 250  # rows of one table: browsers lay out only those tables that are in sight
_ROUTINE = ("succeeded", "skipped", "planned")


class Row(Value, frozen=True):
    """One command for the table: text that is ready to be shown, apart from escaping.

    Attributes:
        number: its place in the plan, from 1; its address on the page.
        link: the address of its line in the repository, or None.
        facts: names and values that stand under it.
        attempts: each with its number, time, duration, answer and request id, and the error.
    """

    number: int
    outcome: str
    look: Look
    action: str
    subject: str
    organization: str
    name: str
    where: str
    link: str | None
    states: str
    answers: str
    at: str
    took: str
    message: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    attempts: tuple[tuple[str, str, str, str, str, str], ...]

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should see it first."""
        return self.outcome in ("failed", "unknown")


class Block(Value, frozen=True):
    """The rows of one table, and what stands above them."""

    caption: str
    rows: tuple[Row, ...]
    is_full: bool


def chosen(commands: Sequence[Mapping[str, Any]]) -> list[tuple[int, Mapping[str, Any]]]:
    """Give the commands that the table shows, with their places from 1.

    Of more than `MOST_ROWS`, those that did not succeed are chosen first; the order stays.
    """
    numbered = list(enumerate(commands, 1))
    if len(numbered) <= MOST_ROWS:
        return numbered
    first = sorted(numbered, key=lambda it: it[1].get("outcome") in _ROUTINE)
    return sorted(first[:MOST_ROWS], key=lambda it: it[0])


def blocks(rows: Sequence[Any]) -> Iterator[Block]:
    """Divide the rows into tables."""
    for begin in range(0, len(rows), BLOCK):
        part = tuple(rows[begin : begin + BLOCK])
        several = len(rows) > BLOCK
        caption = f"{begin + 1:,} to {begin + len(part):,} of {len(rows):,}" if several else ""
        yield Block(caption, part, is_full=len(part) == BLOCK)


def row(number: int, command: Mapping[str, Any], places: Places) -> Row:
    """Give one command of a report as a row."""
    attempts = command.get("attempts") or ()
    source = command.get("source") or {}
    file, line = str(source.get("file", "")), source.get("line")
    outcome = str(command.get("outcome", ""))
    return Row(
        number=number,
        outcome=outcome,
        look=outcome_look(outcome),
        action=str(command.get("action", "")),
        subject=subject(command),
        organization=str(command.get("organization") or ""),
        name=str(command.get("name") or ""),
        where=f"{places.path(file)}:{line}" if isinstance(line, int) else places.path(file),
        link=source_link(places, file, line),
        states=_states(command),
        answers=_answers(attempts),
        at=clock(attempts[0].get("at")) if attempts else "",
        took=_took(command, attempts),
        message=lines(command.get("message")),
        facts=tuple((name, value) for name, value in _facts(command) if value),
        attempts=tuple(_attempt(number, it) for number, it in enumerate(attempts, 1)),
    )


def subject(command: Mapping[str, Any]) -> str:
    """Give what comes after the action, as all other outputs name it."""
    if command.get("pause_s") is not None:
        return format_duration(command["pause_s"])
    workflow = str(command.get("workflow") or "")
    if command.get("activity"):
        return f"{workflow} {command['activity']}"
    if command.get("action") == "ensure" and command.get("desired"):
        return f"{workflow} {command['desired'].get('state', '')}"
    return workflow


def lines(text: object) -> tuple[str, ...]:
    """Give the lines of a text for people."""
    return tuple(it for it in text.split("\n") if it.strip()) if isinstance(text, str) else ()


def _states(command: Mapping[str, Any]) -> str:
    before, after = command.get("state_before"), command.get("state_after")
    if before and after:
        return f"{before} \N{RIGHTWARDS ARROW} {after}"
    return f"{before}, then not read" if before else str(after or "")


def _answers(attempts: Sequence[Mapping[str, Any]]) -> str:
    """Give what each attempt brought: `503, 429, 204`."""
    told = [str(it.get("status") or "no answer") for it in attempts[:4]]
    more = len(attempts) - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more else "")


def _took(command: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]]) -> str:
    seconds = sum(it.get("duration_s") or 0 for it in attempts)
    waited = command.get("waited_s")
    if not attempts and waited is None:
        return ""
    return span(seconds + (waited or 0))


def _facts(command: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "ID", str(command.get("id", ""))
    yield "Organization", str(command.get("organization") or "")
    request = command.get("request")
    if request:
        url = request.get("url") or "(address not known before the run)"
        yield "Request", f"{request.get('method', '')} {url}"
        if request.get("body") is not None:
            yield "Body", as_json(request["body"])
    yield from _waits(command)
    yield "States", _states(command)
    desired = command.get("desired")
    if desired:
        allowed = [
            words
            for key, words in (
                ("restart_finished", "may restart a finished one"),
                ("restart_failed", "may restart a failed one"),
                ("allow_start", "may start it in order to pause it"),
            )
            if desired.get(key)
        ]
        yield "Desired", ", ".join([str(desired.get("state", "")), *allowed])
    yield "Decision", ": ".join(str(command[it]) for it in ("decided", "reason") if command.get(it))
    yield "Follows", str(command.get("follows") or "")
    if command.get("parallel") is not None:
        yield "Parallel", f"{command['parallel']} at a time"
    if command.get("rate_per_s") is not None:
        yield "Rate limit", f"{command['rate_per_s']:g} per second"
    if command.get("settle_s") is not None:
        yield "Settle time", format_duration(command["settle_s"])
    if command.get("settled"):
        yield "Settled", f"a person said: {command['settled']}"


def _waits(command: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    wait, waited = command.get("wait"), span(command.get("waited_s"))
    if wait:
        most = format_duration(wait.get("timeout_s") or 0)
        yield "Wait", f"until {wait.get('until', '')}, at most {most}"
    yield "Waited", waited


def _attempt(number: int, attempt: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    return (
        str(number),
        clock(attempt.get("at")),
        span(attempt.get("duration_s")),
        str(attempt.get("status") or "no answer"),
        str(attempt.get("request_id") or ""),
        str(attempt.get("error") or ""),
    )

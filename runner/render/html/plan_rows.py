"""The commands of a plan as the rows of its table."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from runner.durations import format_duration
from runner.plan.effects import Kind
from runner.render.html.page import as_json, source_link
from runner.render.html.words import Look
from runner.render.plan import effect_text
from runner.render.titles import subject
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.ci.places import Places
    from runner.plan.command import Command
    from runner.plan.effects import Effect
    from runner.plan.plan import Plan

_SENT = Look("plan", "sent")
_UNCLEAR = (Kind.DOES_NOT_FIT, Kind.UNKNOWN_ACTIVITY, Kind.UNKNOWN_STATE, Kind.UNKNOWN_WORKFLOW)


class PlanRow(Value, frozen=True):
    """One command for the table."""

    number: int
    look: Look
    action: str
    subject: str
    organization: str
    name: str
    where: str
    link: str | None
    effect: str
    then: str
    message: str
    facts: tuple[tuple[str, str], ...]


def plan_rows(plan: Plan, places: Places, most: int) -> list[PlanRow]:
    """Give at most `most` rows."""
    effects = plan.live.effects if plan.live is not None else ()
    both = zip_longest(plan.commands[:most], effects[:most])
    return [_row(n, command, effect, places) for n, (command, effect) in enumerate(both, 1)]


def _row(number: int, command: Command, effect: Effect | None, places: Places) -> PlanRow:
    decided = command.decided
    return PlanRow(
        number=number,
        look=_look(command, effect),
        action=command.action,
        subject=subject(command),
        organization=command.organization or "no organization",
        name=command.name or "",
        where=f"{places.path(command.file)}:{command.line}",
        link=source_link(places, command.file, command.line),
        effect="" if effect is None else effect_text(effect).replace("->", "\N{RIGHTWARDS ARROW}"),
        then=_then(command),
        message="" if decided is None else decided.reason,
        facts=tuple((name, value) for name, value in _facts(command) if value),
    )


def _look(command: Command, effect: Effect | None) -> Look:
    """Give what becomes of a command, as far as it is known."""
    decided = command.decided
    if decided is not None:
        if decided.refused:
            return Look("bad", "refused")
        return Look("skip", "left alone" if decided.left_alone else "holds")
    if not command.is_sent:
        return Look("rest", "by state" if command.pause is None else "pause")
    if effect is None or effect.kind is Kind.CHANGE:
        return _SENT
    if effect.kind is Kind.NO_CHANGE:
        return Look("skip", "no change")
    return Look("ask" if effect.kind in _UNCLEAR else "bad", str(effect.kind))


def _then(command: Command) -> str:
    if command.wait is None:
        return ""
    return f"until {command.wait.until}, at most {format_duration(command.wait.timeout)}"


def _facts(command: Command) -> Iterator[tuple[str, str]]:
    yield "ID", command.id
    yield "Organization", command.organization or ""
    if command.is_sent:
        yield "Request", f"POST {command.url_path or '(address not known before the run)'}"
        yield "Body", as_json(command.body)
        yield "On failure", command.on_failure
        yield "Timeout", f"{format_duration(command.timeout)} for one attempt"
    yield "Wait", _then(command)
    if command.desired is not None:
        yield "Desired", str(command.desired.until.until)
    yield "Follows", command.follows or ""
    if command.parallel > 1:
        yield "Parallel", f"{command.parallel} at a time"
    if command.rate is not None:
        yield "Rate limit", f"{command.rate:g} per second"
    if command.own_settle is not None:
        yield "Settle time", format_duration(command.own_settle)

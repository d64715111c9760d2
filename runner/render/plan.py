"""A plan as lines for people."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import TYPE_CHECKING

from runner.durations import format_duration
from runner.plural import counted
from runner.printable import printable
from runner.render.columns import aligned
from runner.render.titles import environment_text, subject
from runner.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.plan.command import Command
    from runner.plan.effects import Effect
    from runner.plan.plan import Plan

NO_ORGANIZATION = "not set (CAMPAIGN_STANDARD_TENANT_ID will be used)"


def plan_lines(plan: Plan) -> Iterator[str]:
    """Give a plan as lines for people: the commands in order, then the totals and the digest."""
    yield f"Environment: {environment_text(plan.environment)}"
    several = len(plan.organizations) > 1
    if len(plan.organizations) == 1:
        yield f"Organization: {printable(plan.organization or NO_ORGANIZATION)}"
    yield ""
    if plan.commands:
        yield from _table(plan, several=several)
        yield ""
    yield from _unread_lines(plan)
    yield from _drift_lines(plan)
    counts = ", ".join(f"{number} {action}" for action, number in plan.counts.items())
    yield counted(plan.total, "command") + (f": {counts}" if counts else "")
    yield f"Digest: {plan.digest}"
    if plan.sharded is not None:
        yield f"Shard {plan.sharded.shard} of the plan {plan.sharded.whole_digest}"


def effect_text(effect: Effect) -> str:
    """Give what a command would change: `stopped -> started`, or why it changes nothing."""
    from runner.plan.effects import Kind  # a plan without states has no effects

    if effect.kind is Kind.CHANGE and effect.before is not effect.after:
        return f"{effect.before} -> {effect.after}"
    if effect.kind is Kind.CHANGE:
        return f"{effect.before}: takes the signal"
    if effect.kind in (Kind.UNKNOWN_WORKFLOW, Kind.UNKNOWN_STATE, Kind.UNKNOWN_ACTIVITY):
        return str(effect.kind)
    return f"{effect.before}: {effect.kind}"


def _table(plan: Plan, *, several: bool) -> Iterator[str]:
    effects = plan.live.effects if plan.live is not None else ()
    rows = [
        _row(command, effect, several=several, live=plan.live is not None)
        for command, effect in zip_longest(plan.commands, effects)
    ]
    yield from aligned(rows, "  ")


def _row(command: Command, effect: Effect | None, *, several: bool, live: bool) -> tuple[str, ...]:
    number = command.id.removeprefix(command.file)  # the id without its path, which follows
    row = [number, command.action, subject(command)]
    if live:
        row.append("" if effect is None else effect_text(effect))
    if several:
        row.append(printable(command.organization or "no organization"))
    row.append(f"{printable(command.file)}:{command.line}:{command.column}")
    row.append("; ".join(_notes(command)))
    return tuple(row)


def _notes(command: Command) -> Iterator[str]:
    if command.name:
        yield printable(command.name)
    if command.signal is not None and command.signal.parameters:
        given = (f"{name}={json.dumps(value)}" for name, value in command.signal.parameters)
        yield printable(", ".join(given), 200)
    if command.wait is not None:
        yield f"until {command.wait.until}, at most {format_duration(command.wait.timeout)}"
    if command.parallel > 1:
        yield f"{command.parallel} at a time"
    if command.decided is not None:
        yield printable(command.decided.reason)


def _unread_lines(plan: Plan) -> Iterator[str]:
    """Give why states are unknown; of desired states that stands beside them already."""
    if plan.live is None:
        return
    told = {command.key for command in plan.commands if command.decided is not None}
    unread = [it for it in plan.live.states if it.why_unknown and it.key not in told]
    for it in unread:
        yield f"{printable(it.workflow)}: {printable(it.why_unknown)}"
    if unread:
        yield ""


def _drift_lines(plan: Plan) -> Iterator[str]:
    """Give which desired states do not hold, where somebody has looked."""
    if plan.live is None or not plan.desired:
        return
    drift = plan.drift
    of_all = f"{len(drift):,} of {counted(len(plan.desired), 'desired state')}"
    verb = "does" if len(drift) == 1 else "do"
    yield f"Drift: {of_all} {verb} not hold" if drift else "No drift: every desired state holds"
    for command, seen in drift:
        if command.desired is not None:
            state = "in an unknown state" if seen is State.UNKNOWN else str(seen)
            workflow = printable(command.workflow or "")
            left = command.decided is not None and not command.decided.refused
            note = " (left alone, as said above)" if left else ""
            yield f"  {workflow} is {state}, desired {command.desired.until.until}{note}"
    yield ""

"""A plan with desired states, and what was observed, to the plan of the commands they call for."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.plan.command import ENSURE, Decided
from runner.plan.desired import REACHED, Decision, decide
from runner.plan.digest import digest
from runner.plan.effects import foresee
from runner.plan.plan import Live
from runner.problems import Problem, Severity
from runner.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.states import Observation, Observations


def resolve(plan: Plan, states: Observations, *, assume_unknown: bool = False) -> Plan:
    """Give the plan in which every desired state has become its commands. Pure.

    Args:
        plan: made from the files alone.
        states: of every workflow for which something is desired; others may be among them.
        assume_unknown: whether to send to a workflow whose state is unknown.
    """
    commands: list[Command] = []
    warnings = list(plan.warnings)
    for is_desired, group in groupby(plan.commands, lambda it: (it.action == ENSURE, it.document)):
        if not is_desired[0]:
            commands.extend(group)
            continue
        made = [(it, *_decision(it, states, assume_unknown=assume_unknown)) for it in group]
        commands.extend(_in_rounds(made))
        warnings.extend(_warning(it, decision) for it, _, decision in made if decision.warning)
    return replace(
        plan,
        commands=tuple(commands),
        warnings=tuple(warnings),
        digest=digest(plan.environment, plan.counted_files, commands),
        live=Live(tuple(states.values()), foresee(commands, states), assume_unknown),
    )


def _decision(
    ensure: Command, states: Observations, *, assume_unknown: bool
) -> tuple[Observation, Decision]:
    assert ensure.desired is not None  # noqa: S101 - every `ensure` comes of one
    seen = states[ensure.key]
    # A workflow that is not there has no state that could be overlooked.
    overlook = assume_unknown and seen.found is not False
    decision = decide(ensure.desired, seen.state, assume_unknown=overlook)
    if decision.refused and seen.state is State.UNKNOWN:
        decision = Decision(refused=seen.why_unknown)
    return seen, decision


def _in_rounds(made: list[tuple[Command, Observation, Decision]]) -> Iterator[Command]:
    """Give all first commands, then all second ones: a round is waited for as a whole."""
    rounds = max(len(decision.commands) for _, _, decision in made)
    for k in range(max(1, rounds)):
        for ensure, seen, decision in made:
            if k < len(decision.commands):
                yield _command(ensure, decision.commands, k)
            elif k == 0:
                reason = _reason(ensure, seen, decision)
                decided = Decided(bool(decision.refused), reason, bool(decision.warning))
                yield replace(ensure, step=f"{ensure.step}:1", decided=decided, parallel=1)


def _command(ensure: Command, actions: tuple[str, ...], k: int) -> Command:
    assert ensure.desired is not None  # noqa: S101 - every `ensure` comes of one
    several = len(actions) > 1
    return replace(
        ensure,
        id=f"{ensure.id}.{k + 1}" if several else ensure.id,
        step=f"{ensure.step}:{k + 1}",
        action=actions[k],
        wait=replace(ensure.desired.until, until=REACHED[actions[k]]),
        follows=f"{ensure.id}.{k}" if k else None,
    )


def _reason(ensure: Command, seen: Observation, decision: Decision) -> str:
    """Say why nothing is sent: it is refused, left alone, or true already."""
    if decision.refused or decision.warning:
        return decision.refused or decision.warning
    assert ensure.desired is not None  # noqa: S101 - every `ensure` comes of one
    target = ensure.desired.until.until
    if seen.state is target:
        return f"it is {seen.state} already"
    return f"it is {seen.state}, which counts as {target}"


def _warning(ensure: Command, decision: Decision) -> Problem:
    message, _, hint = decision.warning.partition("; ")
    place = (ensure.file, ensure.line, ensure.column)
    pointer = f"desired.{ensure.workflow}"
    return Problem("desired", *place, pointer, message, hint, Severity.WARNING)

"""Holds a whole plan against what is demanded of it; windows apart, which need the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.guardrails.activity import more_than_advised, too_many_active
from runner.guardrails.demands import ORGANIZATIONS
from runner.guardrails.globs import covers
from runner.guardrails.limits import too_many_commands, too_many_stops
from runner.guardrails.protection import Shield, not_allowed
from runner.guardrails.violations import Violation, problems
from runner.guardrails.worst import Step, steps
from runner.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runner.guardrails.demands import Demands, DemandsByOrganization
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.problems import Problem
    from runner.states import Observation, Observations, WorkflowKey


def check(plan: Plan, demands: DemandsByOrganization) -> tuple[Problem, ...]:
    """Give every violation, each at the command that breaks or goes beyond a guardrail.

    The rule of each is the guardrail's name. The only warning is the one about Adobe's advice.

    Args:
        plan: where desired states are not decided yet, they count at their worst (rule R11).
        demands: of each organization of the plan, from `merge`.
    """
    found = list(check_organizations(plan, demands))
    by_organization: dict[str | None, list[Step]] = {}
    for step in steps(plan.commands):
        by_organization.setdefault(step.command.organization, []).append(step)
    states = _states(plan)
    for organization, of_it in by_organization.items():
        seen = states.get(organization or "", {})
        found.extend(_of_organization(of_it, demands[organization], seen))
    return tuple(found)


def check_organizations(plan: Plan, demands: DemandsByOrganization) -> tuple[Problem, ...]:
    """Give a problem for each organization that the policy does not allow.

    This is a part of `check`, for who has to know it before the states are read that a whole
    check takes. Where no organization is named yet there is nothing to judge.
    """
    first: dict[str, Command] = {}
    for command in plan.commands:
        if command.organization is not None and command.is_counted:
            first.setdefault(command.organization, command)
    violations = []
    for organization, command in first.items():
        allowed = demands[organization].organizations
        if allowed is not None and not any(covers(it, organization) for it in allowed.actions):
            message = f"the organization {quoted(organization, 100)} is not one of those allowed"
            instead = "name another one"
            spots = [allowed.spot]
            violations.append(Violation(ORGANIZATIONS, command, spots, message, instead))
    return tuple(problems(violations))


def _of_organization(
    of_it: Sequence[Step], demands: Demands, states: Observations
) -> Iterator[Problem]:
    yield from problems(Shield(demands.protect).violations(of_it, states))
    if demands.allow:
        yield from problems(not_allowed(of_it, demands.allow))
    yield from problems(too_many_commands(of_it, demands.max_commands))
    yield from problems(too_many_stops(of_it, demands.max_stops))
    if demands.max_active is None:
        yield from more_than_advised(of_it, states)
    else:
        yield from problems(too_many_active(of_it, demands.max_active, states))


def _states(plan: Plan) -> Mapping[str, Observations]:
    """Give what was read, by organization."""
    found: dict[str, dict[WorkflowKey, Observation]] = {}
    for it in plan.live.states if plan.live is not None else ():
        found.setdefault(it.organization, {})[it.organization, it.workflow] = it
    return found

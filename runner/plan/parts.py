"""The parts of a plan for the organizations it is about, each of which is a plan again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.plan.resolve import resolve
from runner.plan.shard import organizations_apart

if TYPE_CHECKING:
    from runner.plan.plan import Plan


def parts_of(offline: Plan, made: Plan) -> tuple[Plan, ...]:
    """Give the part of each organization, in order of appearance.

    Each is made in the way in which a run that is gone on with makes it again: from the files
    first, and then with what was seen.

    Args:
        offline: the plan as the files alone make it; each command has an organization.
        made: the same plan with the states that were read for it; `offline` where there are none.
    """
    parts = organizations_apart(offline)
    if made.live is None:
        return parts
    return tuple(_resolved(it, made) for it in parts)


def _resolved(part: Plan, made: Plan) -> Plan:
    assert made.live is not None  # noqa: S101 - the caller has looked
    (organization,) = part.organizations
    states = {it.key: it for it in made.live.states if it.organization == organization}
    return resolve(part, states, assume_unknown=made.live.assume_unknown)

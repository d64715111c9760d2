"""What all files and the policy together demand of one organization's commands (rule R29)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from runner.validate.guardrails import NO_GUARDRAILS, AllowList, Limit, Protection, Windows
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runner.validate.config import DocumentConfig
    from runner.validate.guardrails import Guardrails, Policy, Spot

PROTECT = "protect"
MAX_COMMANDS = "max_commands"
MAX_STOPS = "max_stops"
MAX_ACTIVE = "max_active"
ALLOW = "allow"
WINDOWS = "windows"
ORGANIZATIONS = "organizations"
NAMES = (PROTECT, MAX_COMMANDS, MAX_STOPS, MAX_ACTIVE, ALLOW, WINDOWS, ORGANIZATIONS)

_Placed = TypeVar("_Placed", AllowList, Protection, Windows)


class Demands(Value, frozen=True):
    """What one organization's commands have to keep to; every part holds at once.

    Attributes:
        protect: the union of all lists.
        max_commands, max_stops, max_active: the strictest; None where nobody sets one.
        allow: an action has to stand in each of these lists.
        windows: each of these lists has to have a window that is open.
        organizations: globs, of which one has to cover the organization; None allows it.
    """

    protect: tuple[Protection, ...] = ()
    max_commands: Limit | None = None
    max_stops: Limit | None = None
    max_active: Limit | None = None
    allow: tuple[AllowList, ...] = ()
    windows: tuple[Windows, ...] = ()
    organizations: AllowList | None = None


DemandsByOrganization: TypeAlias = Mapping["str | None", Demands]


def merge(documents: Sequence[DocumentConfig], policy: Policy | None) -> DemandsByOrganization:
    """Give what is demanded of each organization that a document is for.

    Args:
        documents: all that were read, also those of which no command is selected; in any order.
        policy: what whoever runs the command demands of every organization.
    """
    by_organization: dict[str | None, list[Guardrails]] = {}
    for document in documents:
        by_organization.setdefault(document.organization, []).append(document.guardrails)
    of_policy = policy.guardrails if policy is not None else NO_GUARDRAILS
    organizations = policy.organizations if policy is not None else None
    return {
        organization: _merged(of_policy, of_files, organizations)
        for organization, of_files in by_organization.items()
    }


def _merged(
    policy: Guardrails, files: Sequence[Guardrails], organizations: AllowList | None
) -> Demands:
    # The policy comes first everywhere: where a file is as strict, changing the file is no help.
    return Demands(
        protect=(*policy.protect, *_in_order(it for of in files for it in of.protect)),
        max_commands=_strictest(policy.max_commands, (it.max_commands for it in files)),
        max_stops=_strictest(policy.max_stops, (it.max_stops for it in files)),
        max_active=_strictest(policy.max_active, (it.max_active for it in files)),
        allow=(*_in_order([policy.allow]), *_in_order(it.allow for it in files)),
        windows=(*_in_order([policy.windows]), *_in_order(it.windows for it in files)),
        organizations=organizations,
    )


def _in_order(found: Iterable[_Placed | None]) -> list[_Placed]:
    """Give each once and by its place, so that the order of the files says nothing."""
    return sorted({it for it in found if it is not None}, key=lambda it: (it.spot, repr(it)))


def _strictest(of_policy: Limit | None, of_files: Iterable[Limit | None]) -> Limit | None:
    def strictness(limit: Limit) -> tuple[int, bool, Spot]:
        return limit.most, limit is not of_policy, limit.spot

    limits = [it for it in (of_policy, *of_files) if it is not None]
    return min(limits, key=strictness, default=None)

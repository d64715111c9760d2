"""Divides the work of many organizations: into N parts, or into one part for each of them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from runner.errors import UsageError
from runner.plan.digest import digest
from runner.printable import quoted
from runner.value import Value

if TYPE_CHECKING:
    from runner.plan.command import Command
    from runner.plan.plan import Plan

MOST_SHARDS = 1000
_SHARD = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


class Shard(Value, frozen=True):
    """One of several parts; `number` counts from 1 to `total`."""

    number: int
    total: int

    def __str__(self) -> str:
        """Give it as `--shard` takes it."""
        return f"{self.number}/{self.total}"

    def holds(self, organization: str | None) -> bool:
        """Whether the commands of an organization belong to it."""
        return organization is not None and number_of(organization, self.total) == self.number


class OneOrganization(Value, frozen=True):
    """The part of one organization."""

    name: str

    def __str__(self) -> str:
        """Give its name."""
        return self.name

    def holds(self, organization: str | None) -> bool:
        """Whether the commands of an organization belong to it."""
        return organization == self.name


Division: TypeAlias = "Shard | OneOrganization"


class Sharded(Value, frozen=True):
    """What a plan is a part of.

    Attributes:
        whole_digest: of the plan that the files alone make for all organizations.
    """

    shard: Division
    whole_digest: str


def number_of(organization: str, total: int) -> int:
    """Give the number of the shard that an organization falls to, from 1 to `total`.

    It is the SHA-256 of the name as a number, modulo `total`, plus 1. So it depends on nothing but
    the name: no other organization that comes or goes moves it.
    """
    return int(hashlib.sha256(organization.encode()).hexdigest(), 16) % total + 1


def read_shard(text: str) -> Shard:
    """Read what `--shard` says.

    Raises:
        UsageError: if it is no K/N with K from 1 to N.
    """
    match = _SHARD.fullmatch(text)
    number, total = (int(it) for it in match.groups()) if match else (0, 0)
    if not 1 <= number <= total <= MOST_SHARDS:
        raise UsageError(
            f"--shard {quoted(text, 40)}: write K/N, the K-th of N parts, with K from 1 to N and N"
            f" up to {MOST_SHARDS:,}, such as 1/3"
        )
    return Shard(number, total)


def part_of(plan: Plan, shard: Division) -> Plan:
    """Give the part of a plan that falls to a shard, or to one organization.

    Its ids, places and order are those of the whole one. Its digest is its own, over its own
    commands; the digest of the whole one stands beside it.

    Args:
        plan: made from the files alone, the whole one or a shard; each command has an organization.
        shard: whose commands are kept.
    """
    kept = {it: shard.holds(it) for it in plan.organizations}
    commands = tuple(it for it in plan.commands if kept[it.organization])
    return _part(plan, shard, commands)


def organizations_apart(plan: Plan) -> tuple[Plan, ...]:
    """Give the part of each organization, in order of appearance; `plan` is as for `part_of`."""
    commands: dict[str, list[Command]] = {}
    for it in plan.commands:
        commands.setdefault(it.organization or "", []).append(it)
    return tuple(
        _part(plan, OneOrganization(name), tuple(those)) for name, those in commands.items()
    )


def _part(plan: Plan, shard: Division, commands: tuple[Command, ...]) -> Plan:
    whole = plan.digest if plan.sharded is None else plan.sharded.whole_digest
    return replace(
        plan,
        commands=commands,
        digest=digest(plan.environment, plan.counted_files, commands),
        sharded=Sharded(shard, whole),
    )

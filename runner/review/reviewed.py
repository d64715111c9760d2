"""Reads a plan that `plan --out` wrote."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runner.errors import ReviewedPlanError
from runner.load.sources import STDIN
from runner.plan.plan import Selection
from runner.plan.shard import OneOrganization, Shard
from runner.printable import quoted
from runner.value import Value
from runner.written import Kind, read_written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from runner.plan.shard import Division
    from runner.written import Fault

RULE = "reviewed-plan"


class ReviewedPlan(Value, frozen=True):
    """A plan as it was written down; `path` is as people gave it.

    Attributes:
        value: the whole of it, valid by `schema/plan.schema.json`.
    """

    path: str
    value: dict[str, Any]

    @property
    def environment(self) -> str | None:
        """The environment it was made for; None for the base."""
        environment: str | None = self.value["environment"]
        return environment

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it was made from, in order, relative to the working folder."""
        return tuple(file["path"] for file in self.value["config"]["files"])

    @property
    def digest(self) -> str:
        """The digest that it names; whether that is true, the comparison says."""
        digest: str = self.value["digest"]
        return digest

    @property
    def selection(self) -> Selection:
        """Which commands of the files were meant."""
        selection = self.value["selection"]
        return Selection(tuple(selection["only"]), selection["from"])

    @property
    def shard(self) -> Division | None:
        """Which part of the organizations it is for; None where it is for all."""
        return shard_of(self.value)

    @property
    def is_live(self) -> bool:
        """Whether states were read for it."""
        return self.value.get("live") is not None

    @property
    def assume_unknown(self) -> bool:
        """Whether it was made with `--assume-unknown send`."""
        return bool((self.value.get("live") or {}).get("assume_unknown"))


def shard_of(plan: Mapping[str, Any]) -> Division | None:
    """Give the part that a plan, valid by its schema, says it is; None for a whole one."""
    part = plan.get("part")
    if part is not None:
        return OneOrganization(part["organization"])
    value = plan.get("shard")
    return None if value is None else Shard(value["number"], value["total"])


def read_plan(path: Path, name: str) -> ReviewedPlan:
    """Read a plan.

    Args:
        path: where it is.
        name: what people call it.

    Raises:
        ReviewedPlanError: if it cannot be read, or is no plan of this version.
    """
    return ReviewedPlan(name, read_written(_PLAN, path, name))


def _names_of_no_file(value: Any) -> Iterator[Fault]:
    for n, file in enumerate(value["config"]["files"]):
        if not _can_be_named(file["path"]):
            yield ["config", "files", n, "path"], "no file can have this name"


def _can_be_named(path: str) -> bool:
    """Whether a file can have this name; standard input has none that a plan can hold (R9)."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return path not in ("", STDIN) and "\0" not in path


_PLAN = Kind(
    name="plan",
    rule=RULE,
    error=ReviewedPlanError,
    largest=256 * 1024 * 1024,  # a plan of 100,000 commands has 60 MB
    remedy="make it again with plan --out, and have it reviewed",
    other_version="use the campaign-runner that made it, or make it again",
    instead=dict.fromkeys(("report", "journal"), "name the plan that plan --out wrote"),
    more_faults=_names_of_no_file,
)


def check_digest(pinned: str, made: tuple[str, ...], name: str) -> None:
    """Make sure that the digest which was reviewed is that of the plan.

    Args:
        pinned: from `--plan-digest`, in hexadecimal.
        made: the digests by which the plan goes: as made from the files, and with states.
        name: what people call the plan.

    Raises:
        ReviewedPlanError: if it is none of them.
    """
    if pinned.lower() not in made:
        message = f"the digest is {made[-1]}, and not {quoted(pinned, 80)}, which was reviewed"
        hint = "review the plan as it is now: files, environment, organization or selection differ"
        raise _PLAN.refuse(name, message, hint)

"""A script of faults: which requests get which, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from runner.sandbox.states import EFFECTS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from runner.sandbox.faults import Fault

READ = "read"
SIGNAL = "signal"
TOKEN = "token"  # noqa: S105 - the name of a kind of request
ACTIONS = (*EFFECTS, SIGNAL, READ, TOKEN)


class Asked(NamedTuple):
    """What a request asks for, whoever sends it and whatever it will be answered.

    Attributes:
        action: one of ACTIONS, or None where it is none of them.
        organization: as named; None for a token.
        workflow: the ID, also where the request names the key; None for a token.
    """

    action: str | None = None
    organization: str | None = None
    workflow: str | None = None


@dataclass(frozen=True)
class FaultRule:
    """Which requests get a fault; where a condition is left out, all fulfil it.

    A value out of range is a ValueError.

    Attributes:
        fault: what they get.
        actions: some of ACTIONS.
        workflows: by ID.
        organizations: by name.
        nth: only the n-th of the requests that fulfil the conditions, counted from 1.
        times: the most requests that get it.
        probability: with which each gets it, from 0 to 1.
    """

    fault: Fault
    actions: Collection[str] = ()
    workflows: Collection[str] = ()
    organizations: Collection[str] = ()
    nth: int | None = None
    times: int | None = None
    probability: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what could never be meant."""
        for action in self.actions:
            if action not in ACTIONS:
                raise ValueError(f"actions: {action!r} is none of {', '.join(ACTIONS)}")
        for name in ("nth", "times"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be 1 or more, not {value}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability must be 0 to 1, not {self.probability}")

    def is_for(self, asked: Asked) -> bool:
        """Tell whether a request fulfils the conditions."""
        return (
            (not self.actions or asked.action in self.actions)
            and (not self.workflows or asked.workflow in self.workflows)
            and (not self.organizations or asked.organization in self.organizations)
        )


@dataclass(frozen=True)
class FaultScript:
    """Rules, of which the first one that gives a request its fault decides.

    Every rule counts and tries its luck at every request that fulfils its conditions, whether or
    not one above it has decided: so none changes what another means.

    Attributes:
        rules: in order.
        seed: the same seed and the same requests in the same order give the same faults.
    """

    rules: Sequence[FaultRule] = ()
    seed: int = 0


NO_FAULTS = FaultScript()

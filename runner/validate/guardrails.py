"""What guardrails a file sets: frozen values, each with its place."""

from __future__ import annotations

from typing import NamedTuple

from runner.value import Value

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Spot(NamedTuple):
    """Where something stands; line and column count from 1."""

    file: str
    line: int
    column: int


class Protection(Value, frozen=True):
    """Workflows that are not to be touched (rule R30).

    Attributes:
        pattern: an ID or a glob.
        refuse: the actions that are refused; empty means all.
    """

    pattern: str
    refuse: tuple[str, ...]
    spot: Spot


class Limit(Value, frozen=True):
    """The most there may be of something."""

    most: int
    spot: Spot


class AllowList(Value, frozen=True):
    """The only actions that may stand in a plan."""

    actions: tuple[str, ...]
    spot: Spot


class Window(Value, frozen=True):
    """A time when runs are allowed (rule R32).

    Attributes:
        days: on which it opens; 0 is Monday, as in `datetime.weekday`.
        start, end: minutes after midnight; an end that is not after the start is on the next day.
        timezone: an IANA name.
    """

    days: tuple[int, ...]
    start: int
    end: int
    timezone: str


class Windows(Value, frozen=True):
    """Times of which one must be open."""

    windows: tuple[Window, ...]
    spot: Spot


class Guardrails(Value, frozen=True):
    """What one document, or a policy, demands of every plan; None demands nothing."""

    protect: tuple[Protection, ...] = ()
    max_commands: Limit | None = None
    max_stops: Limit | None = None
    max_active: Limit | None = None
    allow: AllowList | None = None
    windows: Windows | None = None


NO_GUARDRAILS = Guardrails()


class Policy(Value, frozen=True):
    """What whoever runs the command demands of all files (rule R29).

    Attributes:
        organizations: the only ones that may be named; None allows all.
    """

    file: str
    guardrails: Guardrails
    organizations: AllowList | None = None

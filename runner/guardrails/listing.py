"""What is demanded of one organization, guardrail by guardrail, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.guardrails.demands import (
    ALLOW,
    MAX_ACTIVE,
    MAX_COMMANDS,
    MAX_STOPS,
    ORGANIZATIONS,
    PROTECT,
    WINDOWS,
)
from runner.validate.guardrails import WEEKDAYS
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.guardrails.demands import Demands
    from runner.validate.guardrails import Protection, Spot, Window

_DAY = 24 * 60


class Demand(Value, frozen=True):
    """One guardrail that holds.

    Attributes:
        guardrail: its name.
        text: what it says, with foreign text in it.
        spot: where it is set.
    """

    guardrail: str
    text: str
    spot: Spot


def listed(demands: Demands) -> tuple[Demand, ...]:
    """Give every guardrail of one organization."""
    return tuple(_listed(demands))


def _listed(demands: Demands) -> Iterator[Demand]:
    for it in demands.protect:
        yield Demand(PROTECT, _protection(it), it.spot)
    limits = {
        MAX_COMMANDS: demands.max_commands,
        MAX_STOPS: demands.max_stops,
        MAX_ACTIVE: demands.max_active,
    }
    for name, limit in limits.items():
        if limit is not None:
            yield Demand(name, str(limit.most), limit.spot)
    for allowed in demands.allow:
        yield Demand(ALLOW, ", ".join(allowed.actions), allowed.spot)
    for windows in demands.windows:
        text = "; ".join(_window(it) for it in windows.windows)
        yield Demand(WINDOWS, text or "never", windows.spot)
    if demands.organizations is not None:
        allowed = demands.organizations
        yield Demand(ORGANIZATIONS, ", ".join(allowed.actions), allowed.spot)


def _protection(protection: Protection) -> str:
    only = f" from {', '.join(protection.refuse)}" if protection.refuse else ""
    return f"{protection.pattern}{only}"


def _window(window: Window) -> str:
    days = ", ".join(WEEKDAYS[it] for it in window.days)
    whole_day = window.start == 0 and window.end in (0, _DAY)
    time = "" if whole_day else f" {_clock(window.start)} to {_clock(window.end)}"
    return f"{days}{time} {window.timezone}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"

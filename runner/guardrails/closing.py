"""Says which windows are closed, and when they open (rule R32); only a run asks."""

from __future__ import annotations

from datetime import timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from runner.guardrails.demands import WINDOWS
from runner.guardrails.violations import remedy
from runner.guardrails.windows import HORIZON, next_opening, one_is_open
from runner.printable import printable
from runner.problems import Problem
from runner.validate.guardrails import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from runner.guardrails.demands import DemandsByOrganization
    from runner.validate.guardrails import Windows


def closed_windows(
    demands: DemandsByOrganization, organizations: Iterable[str | None], now: datetime
) -> tuple[Problem, ...]:
    """Give a problem for each list of windows of which none is open, where the list stands.

    Args:
        demands: from `merge`.
        organizations: those of the plan; what is demanded of others does not matter.
        now: with a time zone.
    """
    lists = _lists(demands, organizations)
    closed = [it for it in lists if not one_is_open(it, now)]
    if not closed:
        return ()
    opening = next_opening(lists, now)
    instead = "wait until then" if opening is not None else "wait longer"
    return tuple(
        Problem(
            WINDOWS,
            *it.spot,
            "",
            f"{_now_text(it, now)}; {_opening_text(it, opening)}",
            remedy(WINDOWS, [it.spot], instead),
        )
        for it in closed
    )


def why_closed(
    demands: DemandsByOrganization, organizations: Iterable[str | None], now: datetime
) -> str:
    """Give one line on why nothing may be sent now, and when it may; empty where it may."""
    lists = _lists(demands, organizations)
    closed = [it for it in lists if not one_is_open(it, now)]
    if not closed:
        return ""
    first = closed[0]
    where = f"{printable(first.spot.file)}:{first.spot.line}"
    opening = _opening_text(first, next_opening(lists, now))
    return f"{_now_text(first, now)} ({where}); {opening}"


def _lists(
    demands: DemandsByOrganization, organizations: Iterable[str | None]
) -> tuple[Windows, ...]:
    """Give each list once, though a policy's holds for every organization."""
    return tuple(dict.fromkeys(it for name in organizations for it in demands[name].windows))


def _now_text(windows: Windows, now: datetime) -> str:
    return f"no window is open: it is {_shown(now, windows)} in {_zone(windows)}"


def _opening_text(windows: Windows, opening: datetime | None) -> str:
    if opening is None:
        return f"no window allows anything in the next {HORIZON.days} days"
    return f"sending is allowed again from {_shown(opening, windows)}"


def _shown(moment: datetime, windows: Windows) -> str:
    """Give a moment with its weekday, on the clock of the first window of a list.

    The offset tells apart the two hours that a clock shows twice.
    """
    zone = ZoneInfo(windows.windows[0].timezone) if windows.windows else timezone.utc
    local = moment.astimezone(zone)
    return f"{WEEKDAYS[local.weekday()].capitalize()} {local.isoformat(' ', 'minutes')}"


def _zone(windows: Windows) -> str:
    return printable(windows.windows[0].timezone) if windows.windows else "UTC"

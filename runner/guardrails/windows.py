"""When windows are open, on the wall clock of their time zone (rule R32)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from runner.validate.guardrails import Window, Windows

# A weekly window may fall into an hour that daylight saving skips; a week later it does not.
HORIZON = timedelta(days=15)
_DAY = timedelta(days=1)
_STEP = timedelta(hours=3)  # no two changes of the clock are as close
_SECOND = timedelta(seconds=1)


class Span(NamedTuple):
    """From one moment up to another, both in UTC."""

    start: datetime
    end: datetime


class _Steady(NamedTuple):
    """A span in which the clock of a zone does not jump."""

    start: datetime
    end: datetime
    offset: timedelta


def is_open(window: Window, now: datetime) -> bool:
    """Whether the wall clock of the window's zone shows a time inside of it.

    So a time that the clock shows twice is open twice, and one that it skips is not open.
    """
    local = now.astimezone(ZoneInfo(window.timezone))
    minute = local.hour * 60 + local.minute
    today = local.weekday()
    if window.start < window.end:
        return today in window.days and window.start <= minute < window.end
    yesterday = (today - 1) % 7
    return (today in window.days and window.start <= minute) or (
        yesterday in window.days and minute < window.end
    )


def one_is_open(windows: Windows, now: datetime) -> bool:
    """Whether a window of the list is open."""
    return any(is_open(it, now) for it in windows.windows)


def next_opening(lists: Sequence[Windows], now: datetime) -> datetime | None:
    """Give the first moment from now on, in UTC, when each list has an open window.

    None where there is none in the next `HORIZON`: the lists have no time in common.
    """
    start = now.astimezone(timezone.utc).replace(microsecond=0)
    end = start + HORIZON
    steady = {
        name: list(_steady_spans(ZoneInfo(name), start, end))
        for name in {window.timezone for it in lists for window in it.windows}
    }
    spans = [
        _united(span for window in it.windows for span in _spans(window, steady[window.timezone]))
        for it in lists
    ]
    common = reduce(_in_both, spans) if spans else [Span(start, end)]
    return max(common[0].start, now) if common else None


def _spans(window: Window, steady: Iterable[_Steady]) -> Iterator[Span]:
    """Give when a window is open, cut where the clock jumps."""
    overnight = _DAY if window.end <= window.start else timedelta(0)
    for start, end, offset in steady:
        wall_end = (end + offset).replace(tzinfo=None)
        day = (start + offset).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        day -= _DAY  # on which a window that goes over midnight has opened
        while day < wall_end:
            if day.weekday() in window.days:
                opens = (day + timedelta(minutes=window.start)).replace(tzinfo=timezone.utc)
                closes = (day + overnight + timedelta(minutes=window.end)).replace(
                    tzinfo=timezone.utc
                )
                span = Span(max(start, opens - offset), min(end, closes - offset))
                if span.start < span.end:
                    yield span
            day += _DAY


def _steady_spans(zone: tzinfo, start: datetime, end: datetime) -> Iterator[_Steady]:
    begin = at = start
    while at < end:
        after = min(at + _STEP, end)
        offset = _offset(zone, at)
        if _offset(zone, after) != offset:
            after = _jump(zone, at, after)
            yield _Steady(begin, after, offset)
            begin = after
        at = after
    yield _Steady(begin, end, _offset(zone, begin))


def _jump(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Give the first second with another offset than `before`, up to `after`."""
    offset = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND  # on a whole second
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _united(spans: Iterable[Span]) -> list[Span]:
    """Give the spans in order, those that touch as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _in_both(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Give where two lists overlap; each is in order and without touching spans."""
    found = []
    i = j = 0
    while i < len(one) and j < len(other):
        span = Span(max(one[i].start, other[j].start), min(one[i].end, other[j].end))
        if span.start < span.end:
            found.append(span)
        if one[i].end < other[j].end:
            i += 1
        else:
            j += 1
    return found

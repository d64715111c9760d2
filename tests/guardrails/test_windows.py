"""When windows are open: a table for what people ask, and a slow reference for all else (R32)."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.guardrails.windows import HORIZON, is_open, next_opening, one_is_open
from runner.validate.guardrails import Window
from tests.guardrails.values import window, windows

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
WEEK = (MON, TUE, WED, THU, FRI)
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def local(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


# 2026-03-02 is a Monday.
@pytest.mark.parametrize(
    ("it", "moment", "expected"),
    [
        (window("08:00", "18:00", WEEK), "2026-03-02 08:00", True),
        (window("08:00", "18:00", WEEK), "2026-03-02 07:59:59", False),
        (window("08:00", "18:00", WEEK), "2026-03-02 17:59:59", True),
        (window("08:00", "18:00", WEEK), "2026-03-02 18:00", False),
        (window("08:00", "18:00", WEEK), "2026-03-07 12:00", False),
        (window("00:00", "24:00", (SAT, SUN)), "2026-03-08 23:59:59", True),
        (window("00:00", "24:00", (SAT, SUN)), "2026-03-09 00:00", False),
        (window("00:00", "24:00", (SAT, SUN)), "2026-03-06 23:59", False),
        # Over midnight: it belongs to the day on which it opens.
        (window("22:00", "04:00", (FRI,)), "2026-03-06 22:00", True),
        (window("22:00", "04:00", (FRI,)), "2026-03-07 03:59", True),
        (window("22:00", "04:00", (FRI,)), "2026-03-07 04:00", False),
        (window("22:00", "04:00", (FRI,)), "2026-03-06 03:00", False),
        (window("22:00", "04:00", (FRI,)), "2026-03-07 22:00", False),
        (window("22:00", "04:00", (SUN,)), "2026-03-09 01:00", True),
        (window("22:00", "00:00", (SUN,)), "2026-03-08 23:59", True),
        (window("22:00", "00:00", (SUN,)), "2026-03-09 00:00", False),
        # Round the clock.
        (window("06:00", "06:00", (MON,)), "2026-03-02 05:59", False),
        (window("06:00", "06:00", (MON,)), "2026-03-03 05:59", True),
        (window("06:00", "06:00", (MON,)), "2026-03-03 06:00", False),
        (window("00:00", "00:00", (MON,)), "2026-03-02 23:59", True),
        (window("00:00", "00:00", (MON,)), "2026-03-03 00:00", False),
    ],
)
def test_a_window_on_the_clock_of_its_zone_r32(it: Window, moment: str, expected: bool) -> None:
    assert is_open(it, local(moment)) is expected
    assert is_open(it, local(moment).astimezone(timezone.utc)) is expected


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("Asia/Kathmandu", "2026-03-02 03:15", True),  # +05:45
        ("Asia/Kathmandu", "2026-03-02 03:14", False),
        ("America/St_Johns", "2026-03-02 12:30", True),  # -03:30
        ("America/St_Johns", "2026-03-02 12:29", False),
        ("Pacific/Kiritimati", "2026-03-01 19:00", True),  # +14:00: Monday already
        ("Pacific/Pago_Pago", "2026-03-02 20:00", True),  # -11:00
        ("Pacific/Pago_Pago", "2026-03-02 09:30", False),  # Sunday still
        ("Pacific/Chatham", "2026-03-01 19:15", True),  # +13:45
        ("Etc/UTC", "2026-03-02 09:00", True),
    ],
)
def test_zones_far_from_whole_hours_r32(zone: str, moment: str, expected: bool) -> None:
    assert is_open(window("09:00", "10:00", (MON,), zone), utc(moment)) is expected


# In Berlin the clock goes from 02:00 to 03:00 on Sunday 2026-03-29 and from 03:00 back to 02:00 on
# Sunday 2026-10-25, each time at 01:00 UTC.
SPRING, AUTUMN = "2026-03-29", "2026-10-25"


@pytest.mark.parametrize(
    ("day", "it", "opened"),
    [
        (SPRING, window("02:15", "02:45"), []),
        (SPRING, window("02:00", "03:00"), []),
        (SPRING, window("01:30", "02:30"), [("00:30", "01:00")]),
        (SPRING, window("02:30", "03:30"), [("01:00", "01:30")]),
        (SPRING, window("01:00", "04:00"), [("00:00", "02:00")]),
        (SPRING, window("23:00", "02:30", (SAT,)), [("00:00", "01:00")]),
        (AUTUMN, window("02:15", "02:45"), [("00:15", "00:45"), ("01:15", "01:45")]),
        (AUTUMN, window("01:30", "02:30"), [("00:00", "00:30"), ("01:00", "01:30")]),
        (AUTUMN, window("02:30", "03:30"), [("00:30", "01:00"), ("01:30", "02:30")]),
        (AUTUMN, window("02:00", "03:00"), [("00:00", "02:00")]),
        (AUTUMN, window("23:00", "02:30", (SAT,)), [("00:00", "00:30"), ("01:00", "01:30")]),
    ],
)
def test_both_switches_of_the_clock_r32(
    day: str, it: Window, opened: list[tuple[str, str]]
) -> None:
    """A time that the clock shows twice is open twice, one that it skips is not open."""
    start = utc(f"{day} 00:00")
    found = [n for n in range(180) if is_open(it, start + n * MINUTE)]
    expected = [(utc(f"{day} {a}"), utc(f"{day} {b}")) for a, b in opened]
    assert found == [n for n in range(180) if any(a <= start + n * MINUTE < b for a, b in expected)]


@pytest.mark.parametrize(
    ("it", "now", "opening"),
    [
        # The hour is skipped: the next day, or for a weekly one the week after.
        (window("02:15", "02:45"), "2026-03-29 00:00", "2026-03-30 00:15"),
        (window("02:15", "02:45", (SUN,)), "2026-03-28 12:00", "2026-04-05 00:15"),
        (window("02:15", "02:45", (SUN,)), "2026-03-22 01:45", "2026-04-05 00:15"),
        (window("02:30", "03:30"), "2026-03-29 00:00", "2026-03-29 01:00"),
        (
            window("02:30", "02:45", (SUN,), "America/New_York"),
            "2026-03-07 12:00",
            "2026-03-15 06:30",
        ),
        # The hour comes twice, and with it the window.
        (window("01:30", "02:30"), "2026-10-25 00:40", "2026-10-25 01:00"),
        (window("02:15", "02:30"), "2026-10-25 00:31", "2026-10-25 01:15"),
        # Nothing odd.
        (window("08:00", "18:00", WEEK), "2026-03-06 18:00", "2026-03-09 07:00"),
        (
            window("08:00", "18:00", WEEK),
            "2026-03-06 12:00:07.500000",
            "2026-03-06 12:00:07.500000",
        ),
        (window("22:00", "04:00", (FRI,)), "2026-03-07 02:00", "2026-03-07 02:00"),
        (window("22:00", "04:00", (FRI,)), "2026-03-07 03:00", "2026-03-13 21:00"),
        (window("00:00", "00:00", (MON,)), "2026-03-02 23:00", "2026-03-08 23:00"),
        (
            window("00:00", "24:00", (MON,), "Pacific/Pago_Pago"),
            "2026-03-02 10:59:59.500000",
            "2026-03-02 11:00",
        ),
        # Samoa went over the date line and had no Friday 2011-12-30.
        (window("09:00", "10:00", (FRI,), "Pacific/Apia"), "2011-12-28 00:00", "2012-01-05 19:00"),
    ],
)
def test_the_next_opening_r32(it: Window, now: str, opening: str) -> None:
    assert next_opening([windows(it)], utc(now)) == utc(opening)


def test_the_next_opening_is_told_whatever_the_zone_of_now() -> None:
    it = windows(window("08:00", "18:00", WEEK))
    assert next_opening([it], local("2026-03-07 12:00", "Asia/Tokyo")) == utc("2026-03-09 07:00")


def test_several_lists_open_when_all_of_them_do_r29() -> None:
    days, nights = windows(window("08:00", "18:00", WEEK)), windows(window("17:00", "02:00"))
    either = windows(window("08:00", "09:00", (SAT,)), window("17:30", "17:45", (WED,)))
    now = utc("2026-03-07 12:00")
    assert next_opening([days, nights], now) == utc("2026-03-09 16:00")
    assert next_opening([days, nights, either], now) == utc("2026-03-11 16:30")
    assert next_opening([], now) == now


def test_lists_without_a_common_time_never_open_r29() -> None:
    early, late = windows(window("08:00", "09:00")), windows(window("09:00", "10:00"))
    assert next_opening([early, late], utc("2026-03-07 12:00")) is None
    assert next_opening([windows()], utc("2026-03-07 12:00")) is None
    assert not one_is_open(windows(), utc("2026-03-07 12:00"))


def test_very_many_windows_are_looked_through_in_no_time() -> None:
    zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
    many = [Window((n % 7,), n, n + 1, zones[n % 4]) for n in range(1000)]
    never = Window((SUN,), 135, 165, "Europe/Berlin")  # inside of the hour that is skipped
    start = time.process_time()
    assert next_opening([windows(*many), windows(never)], utc("2026-03-29 00:30")) is not None
    assert time.process_time() - start < 5


ZONES = [
    "Etc/UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Africa/Casablanca",  # which ends it for Ramadan
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Pacific/Apia",
]
# Days before clocks jump in one of them.
BASES = [
    date(2026, 2, 13),
    date(2026, 3, 7),
    date(2026, 3, 28),
    date(2026, 4, 4),
    date(2026, 10, 3),
    date(2026, 10, 24),
    date(2026, 10, 31),
    date(2011, 12, 28),
]
SPAN = 2 * 24 * 60  # minutes after a base
SCANNED = HORIZON // MINUTE


@cache
def walls(zone: str, base: date) -> list[datetime]:
    """Give what the clock of a zone shows in each minute from a base on."""
    start = datetime(base.year, base.month, base.day, tzinfo=timezone.utc)
    there = ZoneInfo(zone)
    minutes = range(SPAN + SCANNED)
    return [(start + n * MINUTE).astimezone(there).replace(tzinfo=None) for n in minutes]


def covers(it: Window, wall: datetime) -> bool:
    """Whether an opening of the window, written out with both its dates, has this time in it."""
    for back in (0, 1):
        day = wall.replace(hour=0, minute=0, second=0) - timedelta(days=back)
        opens = day + it.start * MINUTE
        closes = day + it.end * MINUTE
        if closes <= opens:
            closes += timedelta(days=1)
        if day.weekday() in it.days and opens <= wall < closes:
            return True
    return False


DAYS = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple)
EARLY = st.integers(0, 4 * 60)  # where clocks jump
RANDOM_WINDOWS = st.builds(
    Window, DAYS, EARLY | st.integers(0, 1439), EARLY | st.integers(0, 1440), st.sampled_from(ZONES)
)


@given(RANDOM_WINDOWS, st.sampled_from(BASES), st.integers(0, SPAN - 1))
def test_open_is_what_the_reference_says_r32(it: Window, base: date, minute: int) -> None:
    now = datetime(base.year, base.month, base.day, 0, 0, 30, tzinfo=timezone.utc) + minute * MINUTE
    assert is_open(it, now) == covers(it, walls(it.timezone, base)[minute])


@given(
    st.lists(st.lists(RANDOM_WINDOWS, min_size=1, max_size=2), min_size=1, max_size=2),
    st.sampled_from(BASES),
    st.integers(0, SPAN - 1),
)
@settings(max_examples=100)
def test_the_next_opening_is_what_the_reference_finds_r32(
    lists: list[list[Window]], base: date, minute: int
) -> None:
    start = datetime(base.year, base.month, base.day, tzinfo=timezone.utc)
    demanded = [windows(*it) for it in lists]
    expected = next(
        (
            start + n * MINUTE
            for n in range(minute, minute + SCANNED)
            if all(any(covers(it, walls(it.timezone, base)[n]) for it in each) for each in lists)
        ),
        None,
    )
    assert next_opening(demanded, start + minute * MINUTE) == expected
    if expected is not None:
        assert all(one_is_open(it, expected) for it in demanded)

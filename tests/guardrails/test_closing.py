"""What people are told of closed windows (R32)."""

from __future__ import annotations

from datetime import datetime, timezone

from runner.guardrails.closing import closed_windows, why_closed
from runner.guardrails.demands import Demands
from runner.guardrails.overrides import Override, lift
from runner.validate.guardrails import Spot
from tests.guardrails.values import of_acme, window, windows

A, B = Spot("a.yaml", 3, 5), Spot("b.yaml", 4, 5)
OFFICE = windows(window("08:00", "18:00", (0, 1, 2, 3, 4)), spot=A)
NIGHTS = windows(window("17:00", "02:00", timezone="America/New_York"), spot=B)
SATURDAY = datetime(2026, 3, 28, 13, 5, 59, tzinfo=timezone.utc)
MONDAY = datetime(2026, 3, 30, 6, 0, tzinfo=timezone.utc)


def test_an_open_window_has_nothing_to_say_r32() -> None:
    demands = of_acme(windows=(OFFICE,))
    assert closed_windows(demands, ["acme"], MONDAY) == ()
    assert why_closed(demands, ["acme"], MONDAY) == ""
    assert why_closed(of_acme(), ["acme"], SATURDAY) == ""


def test_a_closed_one_says_the_time_there_and_when_it_opens_r32() -> None:
    demands = of_acme(windows=(OFFICE,))
    (found,) = closed_windows(demands, ["acme"], SATURDAY)
    assert (found.rule, found.file, found.line, found.column) == ("windows", *A)
    assert found.message == (
        "no window is open: it is Sat 2026-03-28 14:05+01:00 in Europe/Berlin;"
        " sending is allowed again from Mon 2026-03-30 08:00+02:00"
    )
    assert found.hint == (
        "wait until then, change `windows` at a.yaml:3 in a reviewed change, or run with"
        " --override windows --reason TEXT"
    )
    assert why_closed(demands, ["acme"], SATURDAY) == (
        "no window is open: it is Sat 2026-03-28 14:05+01:00 in Europe/Berlin (a.yaml:3);"
        " sending is allowed again from Mon 2026-03-30 08:00+02:00"
    )


def test_each_closed_list_is_told_and_the_time_is_when_all_are_open_r29() -> None:
    evenings = windows(window("10:00", "20:00", timezone="America/New_York"), spot=B)
    found = closed_windows(of_acme(windows=(OFFICE, evenings)), ["acme"], SATURDAY)
    assert [it.file for it in found] == ["a.yaml", "b.yaml"]
    assert [it.message.partition("; ")[2] for it in found] == [
        "sending is allowed again from Mon 2026-03-30 16:00+02:00",
        "sending is allowed again from Mon 2026-03-30 10:00-04:00",
    ]


def test_a_list_that_is_open_now_counts_for_the_next_time_too_r29() -> None:
    saturdays = windows(window("10:00", "16:00", (5,)), spot=A)
    evenings = windows(window("15:30", "20:00"), spot=B)
    demands = of_acme(windows=(saturdays, evenings))
    late = SATURDAY.replace(hour=17)
    assert why_closed(demands, ["acme"], late) == (
        "no window is open: it is Sat 2026-03-28 18:05+01:00 in Europe/Berlin (a.yaml:3);"
        " sending is allowed again from Sat 2026-04-04 15:30+02:00"
    )


def test_lists_that_are_never_open_together_say_so_r29() -> None:
    demands = of_acme(windows=(OFFICE, NIGHTS))
    never = "; no window allows anything in the next 15 days"
    found = closed_windows(demands, ["acme"], SATURDAY)
    assert [it.message.endswith(never) for it in found] == [True, True]
    assert not any("until then" in it.hint for it in found)
    assert why_closed(demands, ["acme"], SATURDAY).endswith(f"(a.yaml:3){never}")


def test_only_the_organizations_of_the_plan_count_and_a_policys_list_once_r29() -> None:
    demands = {
        "acme": Demands(windows=(OFFICE,)),
        "beta": Demands(windows=(OFFICE, NIGHTS)),
        None: Demands(),
    }
    assert closed_windows(demands, [None], SATURDAY) == ()
    assert len(closed_windows(demands, ["acme", "beta"], SATURDAY)) == 2
    assert len(closed_windows(demands, ["acme", None], SATURDAY)) == 1


def test_a_list_without_a_window_is_closed_r32() -> None:
    demands = of_acme(windows=(windows(),))
    assert why_closed(demands, ["acme"], SATURDAY) == (
        "no window is open: it is Sat 2026-03-28 13:05+00:00 in UTC (guard.yaml:7);"
        " no window allows anything in the next 15 days"
    )


def test_the_two_hours_that_a_clock_shows_twice_are_told_apart_r32() -> None:
    demands = of_acme(windows=(windows(window("02:00", "02:30"), spot=A),))
    first = datetime(2026, 10, 25, 0, 40, tzinfo=timezone.utc)
    assert why_closed(demands, ["acme"], first) == (
        "no window is open: it is Sun 2026-10-25 02:40+02:00 in Europe/Berlin (a.yaml:3);"
        " sending is allowed again from Sun 2026-10-25 02:00+01:00"
    )


def test_an_override_lifts_closed_windows() -> None:
    found = closed_windows(of_acme(windows=(OFFICE,)), ["acme"], SATURDAY)
    lifting = lift(found, [Override("windows", "incident 42")])
    assert lifting.left == ()
    assert lifting.applied[0].lifted == found

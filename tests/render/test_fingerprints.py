"""A problem is known again when lines have moved, and no two are taken for one."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from runner.ci.places import Places
from runner.problems import Problem
from runner.render.fingerprints import fingerprints

PLACES = Places(Path("/repository/campaigns"), Path("/repository"))
ONE = Problem("twice", "a.yaml", 3, 5, "actions[0].stop[1]", "`WKF1` stands at b.yaml:3, in line 3")


def test_lines_and_other_items_above_do_not_change_it() -> None:
    moved = replace(
        ONE,
        line=9,
        column=1,
        pointer="actions[4].stop[2]",
        message="`WKF1` stands at b.yaml:9, in line 9",
    )
    assert fingerprints([ONE], PLACES) == fingerprints([moved], PLACES)


def test_it_is_the_same_wherever_in_the_repository_the_command_runs() -> None:
    at_root = Places(Path("/repository"), Path("/repository"))
    moved = replace(ONE, file="campaigns/a.yaml")
    assert fingerprints([ONE], PLACES) == fingerprints([moved], at_root)


def test_another_rule_file_place_or_message_is_another_problem() -> None:
    others = [
        replace(ONE, rule="value"),
        replace(ONE, file="b.yaml"),
        replace(ONE, pointer="desired.WKF1"),
        replace(ONE, message="`WKF2` stands twice"),
    ]
    found = fingerprints([ONE, *others], PLACES)
    assert len(set(found)) == len(found)


def test_problems_that_are_alike_are_told_apart_and_keep_their_order() -> None:
    alike = [replace(ONE, line=n) for n in range(1, 1001)]
    found = fingerprints(alike, PLACES)
    assert len(set(found)) == 1000
    assert fingerprints(alike[:999], PLACES) == found[:999]


def test_it_does_not_hang_on_the_process() -> None:
    # Such marks are compared between versions of this program: to change them is to show every
    # problem as a new one.
    assert fingerprints([ONE], PLACES) == [
        "ee4a0d59b85a4c14a6378ae1deeef6342ed82455bc8aaf6fb64ce160976519b4"
    ]

"""The whole table from outcomes to result and exit code (R21, R22)."""

from __future__ import annotations

from itertools import product

import pytest

from runner.errors import ExitCode
from runner.execute.conclusion import conclude, together
from runner.execute.results import CommandResult, Execution, Outcome, count
from tests.support.plans import command

OUTCOMES = [(), *[(outcome,) for outcome in Outcome], tuple(Outcome)]
FLAGS = list(product([False, True], repeat=4))


def execution(
    outcomes: tuple[Outcome, ...], interrupted: bool, rejected: bool, closed: bool, faulty: bool
) -> Execution:
    return Execution(
        tuple(CommandResult(command(), outcome) for outcome in outcomes),
        interrupted=interrupted,
        rejected=rejected,
        closed="no window is open" if closed else "",
        fault=ValueError() if faulty else None,
    )


@pytest.mark.parametrize(
    ("outcomes", "flags", "result", "code"),
    [
        (["succeeded"], "", "succeeded", 0),
        (["succeeded", "skipped"], "", "succeeded", 0),
        ([], "", "succeeded", 0),
        (["succeeded", "failed", "not_sent"], "", "failed", 1),
        (["failed", "unknown"], "", "unknown", 6),
        (["unknown", "not_sent"], "", "unknown", 6),
        (["succeeded", "not_sent"], "interrupted", "interrupted", 6),
        (["unknown", "not_sent"], "interrupted", "interrupted", 6),
        (["failed", "not_sent"], "interrupted", "interrupted", 6),
        (["failed", "not_sent"], "rejected", "failed", 4),
        (["not_sent"], "rejected", "failed", 4),
        (["unknown", "failed"], "rejected", "unknown", 6),
        (["failed"], "interrupted rejected", "interrupted", 6),
        (["succeeded", "not_sent"], "closed", "failed", 1),
        (["not_sent"], "closed", "failed", 1),
        (["unknown", "not_sent"], "closed", "unknown", 6),
        (["succeeded", "not_sent"], "closed interrupted", "interrupted", 6),
        (["unknown", "not_sent"], "fault", "unknown", 7),
        (["succeeded", "not_sent"], "fault", "failed", 7),
        (["succeeded"], "interrupted fault", "interrupted", 7),
    ],
)
def test_the_rows_of_the_rules(outcomes: list[str], flags: str, result: str, code: int) -> None:
    given = execution(
        tuple(map(Outcome, outcomes)),
        "interrupted" in flags,
        "rejected" in flags,
        "closed" in flags,
        "fault" in flags,
    )
    assert conclude(given) == (result, ExitCode(code))


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("outcomes", OUTCOMES)
def test_success_is_said_only_of_a_success(
    outcomes: tuple[Outcome, ...], flags: tuple[bool, bool, bool, bool]
) -> None:
    result, code = conclude(execution(outcomes, *flags))
    clean = not any(flags) and not {Outcome.FAILED, Outcome.UNKNOWN} & set(outcomes)
    assert (result == "succeeded") == (code is ExitCode.DONE) == clean


def test_counts_have_a_number_for_every_outcome_r20() -> None:
    counts = count(execution((Outcome.FAILED, Outcome.FAILED), False, False, False, False).results)
    assert {it.value: number for it, number in counts.items()} == {
        "planned": 0,
        "succeeded": 0,
        "skipped": 0,
        "failed": 2,
        "unknown": 0,
        "not_sent": 0,
    }


@pytest.mark.parametrize(
    ("ends", "result", "code"),
    [
        ([("succeeded", 0)], "succeeded", 0),
        ([("succeeded", 0), ("failed", 1)], "failed", 1),
        ([("failed", 4), ("failed", 1)], "failed", 4),
        ([("unknown", 6), ("failed", 4)], "unknown", 6),
        ([("succeeded", 0), ("interrupted", 6), ("unknown", 6)], "interrupted", 6),
        ([("unknown", 7), ("interrupted", 6)], "interrupted", 7),
    ],
)
def test_several_parts_end_as_the_worst_of_them(
    ends: list[tuple[str, int]], result: str, code: int
) -> None:
    assert together((it, ExitCode(n)) for it, n in ends) == (result, code)

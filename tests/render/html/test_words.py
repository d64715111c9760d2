"""What outcomes, results and times are called on pages."""

from __future__ import annotations

import pytest

from runner.errors import EXIT_CODE_MEANINGS
from runner.execute.results import Outcome
from runner.render.html import words


@pytest.mark.parametrize(
    ("result", "totals", "sentence"),
    [
        (
            "failed",
            {"commands": 6, "failed": 1, "succeeded": 5},
            "Failed: of 6 commands, 1 failed, 5 succeeded",
        ),
        ("succeeded", {"commands": 1, "succeeded": 1}, "Succeeded: 1 command succeeded"),
        ("succeeded", {"commands": 2, "skipped": 2}, "Succeeded: all 2 commands needed no sending"),
        ("planned", {"commands": 3, "planned": 3}, "Planned: 3 commands, and nothing was sent"),
        ("refused", {"commands": 3, "not_sent": 3}, "Refused: nothing was sent"),
        ("succeeded", {}, "Succeeded: there was no command to send"),
        (
            "unknown",
            {"commands": 1200, "unknown": 2, "not_sent": 1198},
            "Unknown: of 1,200 commands, 2 have an unknown outcome, 1,198 were not sent",
        ),
        ("of-tomorrow", {"failed": True}, "of-tomorrow: there was no command to send"),
    ],
)
def test_one_sentence_says_what_came_of_a_run(
    result: str, totals: dict[str, int], sentence: str
) -> None:
    assert words.headline(result, totals) == sentence


def test_every_outcome_and_every_exit_code_of_a_run_has_words() -> None:
    assert set(words.OUTCOMES) == {it.value for it in Outcome}
    assert set(words.EXIT_CODES) == set(EXIT_CODE_MEANINGS) - {2, 64}
    assert words.outcome_look("of-tomorrow") == words.Look("rest", "of-tomorrow")
    assert words.exit_code_words("0") == words.exit_code_words(99) == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "40 ms"),
        (2.44, "2.4 s"),
        (59.97, "1 min"),
        (185, "3 min 5 s"),
        (3599.7, "1 h"),
        (7260, "2 h 1 min"),
        (None, ""),
        (True, ""),
    ],
)
def test_durations_are_read_at_a_glance(seconds: object, text: str) -> None:
    assert words.span(seconds) == text


def test_times_that_cannot_be_read_are_shown_as_they_are() -> None:
    assert words.day_and_time("2026-03-02T06:00:00.000Z") == "2026-03-02 06:00:00 UTC"
    assert words.clock("2026-03-02T06:00:01.250Z") == "06:00:01.250"
    assert words.moment("2026-03-02T06:00:00") == words.moment("2026-03-02T06:00:00+00:00")
    assert words.day_and_time("soon") == words.clock("soon") == "soon"
    assert words.day_and_time(None) == words.clock(None) == ""

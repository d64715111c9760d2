"""How to go on, as far as a report tells."""

from __future__ import annotations

from typing import Any

import pytest

from runner.render.report.going_on import going_on
from tests.support.reports import entry, report_value

RESUME = "campaign-runner run --resume .r/1.jsonl"


def after(result: str, *outcomes: str, **more: Any) -> tuple[str, str]:
    commands = [entry(f"a b.yaml#{n}.1", it) for n, it in enumerate(outcomes, 1)]
    return going_on(report_value(commands, result, 1, **{"journal": ".r/1.jsonl", **more}))


@pytest.mark.parametrize("result", ["succeeded", "planned"])
def test_nothing_is_to_do_where_all_is_done(result: str) -> None:
    assert after(result, "succeeded") == ("", "")


def test_without_a_journal_nothing_can_be_gone_on_with() -> None:
    assert after("refused", "not_sent", journal=None) == ("", "")
    report = report_value([entry("a.yaml#1.1", "failed")], "failed", 1)  # an older one has no key
    assert going_on(report) == ("", "")


def test_an_interrupted_run_goes_on() -> None:
    assert after("interrupted", "succeeded", "not_sent") == ("To go on:", RESUME)


def test_a_run_that_its_deadline_ended_goes_on() -> None:
    assert after("failed", "succeeded", "not_sent") == ("To go on:", RESUME)


def test_what_failed_is_sent_again() -> None:
    text, command = after("failed", "failed", "not_sent")
    assert (text, command) == ("To send again what failed, and go on:", f"{RESUME} --retry-failed")


def test_an_unknown_outcome_is_settled_first_by_a_person() -> None:
    text, command = after("unknown", "failed", "unknown", "unknown")
    assert "Nobody knows whether a b.yaml#2.1 took effect (1 more after it)." in text
    assert command == f"{RESUME} --settle 'a b.yaml#2.1=sent'"


def test_a_refused_desired_state_is_not_retried() -> None:
    commands = [entry("a.yaml#desired.1", "failed", decided="refused")]
    text, command = going_on(report_value(commands, "failed", 1, journal="j"))
    assert text == "See to the desired state that is refused, and then begin a new run."
    assert command == ""


def test_a_run_from_standard_input_cannot_be_gone_on_with_r26() -> None:
    config = {"files": [{"path": "-", "sha256": "0" * 64}]}
    text, command = after("interrupted", "not_sent", config=config)
    assert "begin a new one" in text
    assert command == ""

"""What is told of a command for which this part of the run did nothing, or sent nothing."""

from __future__ import annotations

import pytest

from runner.execute.past import NEVER_SEEN, Past, with_past
from runner.execute.results import Attempt, CommandResult, Outcome
from tests.support.plans import command
from tests.support.worlds import NOON

LOST = Attempt(NOON, 1.0, None, "connection reset by peer", None)
OLD, NEW = "http://127.0.0.1:9/old", "http://127.0.0.1:9/new"


def told(outcome: Outcome, past: Past, url: str | None = None) -> CommandResult:
    return with_past(CommandResult(command(), outcome, message="it is gone", url=url), past)


def test_what_was_not_sent_now_keeps_what_came_of_it_before_r26() -> None:
    past = Past(attempts=(LOST,), url=OLD, settled="sent")
    result = told(Outcome.SKIPPED, past)
    assert (result.attempts, result.url, result.settled) == ((LOST,), OLD, "sent")


def test_the_url_that_was_found_now_is_the_one_that_is_told() -> None:
    assert told(Outcome.FAILED, Past(url=OLD), url=NEW).url == NEW
    assert told(Outcome.FAILED, Past(), url=NEW).url == NEW


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NOT_SENT])
def test_after_an_effect_that_was_never_seen_no_failure_is_certain_r17(outcome: Outcome) -> None:
    result = told(outcome, Past(attempts=(LOST,), in_doubt=True, url=OLD))
    assert result.outcome is Outcome.UNKNOWN
    assert result.message == f"{NEVER_SEEN}; then: it is gone"
    assert (result.command, result.attempts, result.url) == (command(), (LOST,), OLD)


@pytest.mark.parametrize("outcome", [Outcome.SUCCEEDED, Outcome.SKIPPED, Outcome.UNKNOWN])
def test_any_other_outcome_stays_as_it_is(outcome: Outcome) -> None:
    result = told(outcome, Past(in_doubt=True))
    assert (result.outcome, result.message) == (outcome, "it is gone")

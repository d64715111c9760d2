"""What is known of a command by its lines, wherever they end (rules R26 and R27)."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from runner.errors import JournalError
from runner.execute.past import Past
from runner.execute.results import Outcome
from runner.execute.settling import Doubt
from runner.journal.history import History, pasts, read_history
from runner.journal.reader import Journal
from runner.states import State
from tests.support.journals import answer, finished, header, result, resumed, seen, sending
from tests.support.plans import command, in_steps

SENT_AT = datetime(2026, 3, 1, 12, 0, 1, tzinfo=timezone.utc)
COMMANDS = in_steps([command("WKF1")], [command("WKF2")])
FIRST, SECOND = "a.yaml#1.1", "a.yaml#2.1"
LOST = answer("lost", status=None, error="reset")
Line = dict[str, Any]


def history_of(*lines: Line) -> History:
    journal = Journal(Path("j"), "j", header(FIRST, SECOND), lines, 0)
    return read_history(journal, [FIRST, SECOND])


def past_of(*lines: Line) -> Past:
    """Give what is known of the first command."""
    return pasts(history_of(*lines), COMMANDS).get(0, Past())


def test_nothing_is_known_without_lines() -> None:
    assert past_of() == Past()
    assert past_of(resumed(), finished("stopped")) == Past()


class TestInFlight:
    def test_a_request_without_an_answer_is_in_flight_since_it_was_sent_r26(self) -> None:
        past = past_of(sending(state_before="stopped", url="http://127.0.0.1:9/x"))
        assert past.in_flight_since == SENT_AT
        assert past.doubt is Doubt.LOST
        assert past.before is State.STOPPED
        assert past.url == "http://127.0.0.1:9/x"
        (attempt,) = past.attempts
        assert (attempt.at, attempt.status) == (SENT_AT, None)
        assert attempt.error == "the runner was stopped before its answer came"

    @pytest.mark.parametrize(
        ("verdict", "doubt"), [("lost", Doubt.LOST), ("server_error", Doubt.SERVER_ERROR)]
    )
    def test_an_answer_that_tells_too_little_leaves_it_so(self, verdict: str, doubt: Doubt) -> None:
        past = past_of(sending(), answer(verdict))
        assert (past.in_flight_since, past.doubt, len(past.attempts)) == (SENT_AT, doubt, 1)

    @pytest.mark.parametrize("verdict", ["not_applied", "rejected"])
    def test_what_was_not_applied_counts_as_not_sent_r26(self, verdict: str) -> None:
        past = past_of(sending(), answer(verdict, status=503, error="busy"))
        assert past.result is None
        assert past.in_flight_since is None
        assert not past.in_doubt
        assert len(past.attempts) == 1

    def test_one_after_a_lost_one_keeps_the_doubt_r17(self) -> None:
        later = "2026-03-01T12:05:00.000000Z"
        past = past_of(sending(), LOST, sending(at=later), answer("not_applied"))
        assert past.in_doubt
        assert past.in_flight_since is None
        assert [it.error for it in past.attempts] == ["reset", None]

    def test_the_last_of_several_counts(self) -> None:
        later = "2026-03-01T12:05:00.000000Z"
        past = past_of(sending(), LOST, sending(at=later))
        assert past.in_flight_since == datetime(2026, 3, 1, 12, 5, tzinfo=timezone.utc)


class TestAnswered:
    def test_a_success_is_accepted_though_its_result_was_not_written_down(self) -> None:
        past = past_of(sending(), answer())
        assert past.accepted
        assert past.in_flight_since is None
        assert past.result is None

    def test_the_states_seen_since_are_known_r15(self) -> None:
        past = past_of(sending(), answer(), seen("started"), seen("stopped"))
        assert past.since == (State.STARTED, State.STOPPED)

    def test_a_refusal_is_final_though_its_result_was_not_written_down(self) -> None:
        past = past_of(sending(), answer("failed", status=404, error="unknown"))
        assert past.result is not None
        assert past.result.outcome is Outcome.FAILED
        assert "unknown" in past.result.message

    def test_a_refusal_after_a_lost_answer_is_unknown_r17(self) -> None:
        lines = (sending(), LOST, sending(), answer("failed", status=404, error="x"))
        past = past_of(*lines)
        assert past.result is not None
        assert past.result.outcome is Outcome.UNKNOWN
        assert history_of(*lines).records[1].needs_word
        assert not history_of(*lines).records[1].has_failed


class TestResults:
    def test_one_that_is_final_is_taken_as_it_stands(self) -> None:
        line = result(
            "failed",
            message="why",
            url="u",
            state_before="stopped",
            state_after="started",
            waited_s=1.5,
            of_service=True,
        )
        past = past_of(sending(), answer(), line)
        assert past.result is not None
        told = past.result
        assert (told.outcome, told.message, told.url) == (Outcome.FAILED, "why", "u")
        assert (told.state_before, told.state_after) == (State.STOPPED, State.STARTED)
        assert (told.waited, told.of_service, len(told.attempts)) == (1.5, True, 1)
        assert not told.is_open

    def test_one_that_is_open_is_gone_on_with(self) -> None:
        past = past_of(sending(), answer("not_applied"), result("failed", open=True))
        assert past.result is None
        past = past_of(sending(), answer(), result("unknown", open=True))
        assert past.result is None
        assert past.accepted

    def test_but_not_once_a_later_action_was_begun(self) -> None:
        """To send it then would break the order of the plan."""
        open_one = (sending(), answer("not_applied"), result("failed", open=True))
        past = past_of(*open_one, sending(2, SECOND))
        assert past.result is not None
        assert past.result.outcome is Outcome.FAILED


class TestRetryFailed:
    @pytest.mark.parametrize("is_written", [True, False])
    def test_what_was_refused_is_sent_again(self, is_written: bool) -> None:
        told = [sending(), answer("failed", error="x"), *([result("failed")] if is_written else [])]
        past = past_of(*told, resumed(retry_failed=True))
        assert past.result is None
        assert not past.accepted
        assert past.in_flight_since is None
        assert len(past.attempts) == 1

    def test_what_was_accepted_and_not_reached_is_only_waited_for(self) -> None:
        past = past_of(sending(), answer(), result("failed"), resumed(retry_failed=True))
        assert past.result is None
        assert past.accepted

    def test_nothing_else_is(self) -> None:
        for outcome in ("succeeded", "unknown", "skipped"):
            past = past_of(sending(), answer(), result(outcome), resumed(retry_failed=True))
            assert past.result is not None

    def test_a_resume_without_it_leaves_failures_as_they_are(self) -> None:
        past = past_of(sending(), answer("failed", error=""), result("failed"), resumed())
        assert past.result is not None


class TestWords:
    UNKNOWN = (sending(), LOST, result("unknown"))

    def test_sent_is_as_accepted_r27(self) -> None:
        past = past_of(*self.UNKNOWN, resumed((FIRST, "sent")))
        assert past.accepted
        assert past.result is None
        assert (past.in_flight_since, past.in_doubt, past.settled) == (None, False, "sent")

    def test_not_sent_is_as_never_sent(self) -> None:
        past = past_of(*self.UNKNOWN, resumed((FIRST, "not-sent")))
        assert not past.accepted
        assert past.result is None
        assert (past.in_flight_since, past.in_doubt, past.settled) == (None, False, "not-sent")

    @pytest.mark.parametrize("doubt", [(sending(),), (sending(), LOST), UNKNOWN])
    def test_one_is_needed_where_nobody_knows(self, doubt: tuple[Line, ...]) -> None:
        assert history_of(*doubt).records[1].needs_word

    @pytest.mark.parametrize(
        "lines",
        [
            (sending(), answer()),
            (sending(), answer("failed", error="x")),
            (sending(), answer("not_applied")),
            (sending(), answer(), result()),
            (sending(), answer(), result("unknown", open=True)),  # its wait was cut off
            (*UNKNOWN, resumed((FIRST, "sent"))),
        ],
    )
    def test_none_is_needed_elsewhere(self, lines: tuple[Line, ...]) -> None:
        assert not history_of(*lines).records[1].needs_word

    def test_a_word_for_a_command_without_lines_is_passed_over(self) -> None:
        assert past_of(resumed((FIRST, "sent"))) == Past()


class TestSeams:
    def test_each_names_what_it_went_on_with(self) -> None:
        told = history_of(
            sending(), resumed(), sending(2, SECOND), answer(n=2, identity=SECOND), resumed()
        )
        assert [it["type"] for it in told.seams] == ["resumed", "resumed"]
        assert told.next_places == (2, 0)
        assert told.last_begun == 2


@pytest.mark.parametrize("line", [sending(1, "b.yaml#1.1"), sending(2, FIRST), sending(3, FIRST)])
def test_a_line_of_a_command_that_the_plan_does_not_have_is_refused(line: Line) -> None:
    with pytest.raises(JournalError) as caught:
        history_of(sending(), line)
    assert caught.value.problems[0].line == 3


def test_an_id_that_holds_a_secret_is_known_by_its_place() -> None:
    assert past_of(sending(1, "a-***.yaml#1.1")).in_flight_since == SENT_AT


def test_a_place_that_json_has_as_a_fraction_is_one() -> None:
    assert past_of({**sending(), "n": 1.0}).in_flight_since == SENT_AT

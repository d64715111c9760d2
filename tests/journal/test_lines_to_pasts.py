"""What the lines of a journal tell of each command, to the last detail (rules R26 and R27)."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from runner.errors import JournalError
from runner.execute.past import Past
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.journal.history import History, pasts, read_history
from runner.journal.reader import Journal
from runner.problems import Problem
from tests.support.journals import answer, header, result, resumed, sending
from tests.support.plans import command, in_steps

AT = datetime(2026, 3, 1, 12, 0, 1, tzinfo=timezone.utc)
COMMANDS = in_steps([command("WKF1"), command("WKF2")], [command("WKF3")])
IDS = [it.id for it in COMMANDS]
REFUSED: dict[str, Any] = {"status": 404, "error": "no such workflow", "request_id": "r-1"}
ATTEMPT = Attempt(AT, 0.5, 404, "no such workflow", "r-1")
Line = dict[str, Any]


def history_of(*lines: Line) -> History:
    return read_history(Journal(Path("j"), "j.jsonl", header(*IDS), lines, 0), IDS)


def pasts_of(*lines: Line) -> dict[int, Past]:
    return pasts(history_of(*lines), COMMANDS)


def of(place: int, *lines: Line) -> list[Line]:
    """Give lines as those of another command, by its place from 1."""
    return [{**it, "n": place, "id": IDS[place - 1]} for it in lines]


def test_a_result_is_that_of_its_own_command_with_a_persons_word_r27() -> None:
    lost = [sending(), answer("lost"), result("unknown")]
    lines = [*lost, resumed((IDS[0], "sent")), result("failed", message="why", of_service=True)]
    attempts = (Attempt(AT, 0.5, 204, None, None),)
    assert pasts_of(*lines)[0].result == CommandResult(
        COMMANDS[0], Outcome.FAILED, attempts, "why", of_service=True, settled="sent"
    )


def test_a_refusal_without_a_result_says_what_the_api_said() -> None:
    past = pasts_of(*of(2, sending(), answer("failed", **REFUSED)))[1]
    message = "the API refused the command. It says: no such workflow"
    assert past.result == CommandResult(COMMANDS[1], Outcome.FAILED, (ATTEMPT,), message)


def test_a_refusal_that_said_nothing_is_one_all_the_same() -> None:
    past = pasts_of(sending(), answer("failed", status=404, error=None))[0]
    assert past.result is not None
    assert past.result.message == "the API refused the command. It says: "


def test_a_refusal_after_a_persons_word_keeps_the_word_r27() -> None:
    lost = [sending(), answer("lost"), result("unknown")]
    lines = [*lost, resumed((IDS[0], "not-sent")), sending(), answer("failed", **REFUSED)]
    past = pasts_of(*lines)[0]
    assert past.result is not None
    assert (past.result.outcome, past.result.settled) == (Outcome.FAILED, "not-sent")


def test_a_word_for_a_command_of_which_there_are_no_lines_changes_no_other_r27() -> None:
    lines = [sending(), answer("lost")]
    known = pasts_of(*lines)
    assert pasts_of(*lines, resumed((IDS[1], "sent"))) == known
    assert pasts_of(*lines, resumed(("elsewhere.yaml#1.1", "sent"))) == known


def test_an_answer_that_never_came_is_an_attempt_that_took_no_time() -> None:
    cut = Attempt(AT, 0.0, None, "the runner was stopped before its answer came", None)
    assert pasts_of(sending())[0].attempts == (cut,)
    told = pasts_of(sending(), sending(), answer("failed", **REFUSED))[0].result
    assert told is not None
    assert told.attempts == (cut, ATTEMPT)


def test_a_part_that_ended_leaves_no_second_trace_of_one_request() -> None:
    assert len(pasts_of(sending(), resumed(), resumed())[0].attempts) == 1


@pytest.mark.parametrize("is_begun", [False, True])
def test_an_open_result_is_final_only_once_a_later_step_was_begun(is_begun: bool) -> None:
    """The other command of its own step does not count: both go out before either is awaited."""
    lines = [sending(), answer("not_applied"), result("failed", open=True)]
    lines += of(2, sending(), answer())
    lines += of(3, sending()) if is_begun else []
    known = pasts_of(*lines)
    assert (known[0].result is not None) is is_begun
    assert known[1].result is None


def test_a_result_that_is_written_anew_is_gone_on_with_after_a_retry() -> None:
    lines = [sending(), answer("failed", **REFUSED), result("failed"), resumed(retry_failed=True)]
    assert pasts_of(*lines)[0] == Past(attempts=(ATTEMPT,))


def test_a_wrong_line_is_named_with_what_to_do() -> None:
    with pytest.raises(JournalError) as caught:
        history_of(sending(), {**sending(), "id": "b.yaml#1.1"})
    message = "this line tells of a command that the plan does not have"
    hint = "a journal is to be left as it was written"
    assert caught.value.problems == (Problem("journal", "j.jsonl", 3, 1, "", message, hint),)


def test_each_seam_names_the_first_command_that_it_went_on_with() -> None:
    lines = [sending(), resumed(), *of(2, sending()), *of(3, sending()), resumed()]
    assert history_of(*lines).next_places == (2, 0)
    assert history_of(*lines).last_begun == 3
    assert history_of() == History({}, (), (), 0)


def test_what_has_no_result_has_no_outcome() -> None:
    records = history_of(sending(), *of(2, sending(), answer(), result())).records
    assert [it.outcome for it in records.values()] == [None, "succeeded"]


def test_of_one_that_was_never_sent_nothing_else_is_known() -> None:
    assert pasts_of(result("not_sent", open=True))[0] == Past()
    known = pasts_of(result("skipped", message="why"))[0].result
    assert known == CommandResult(COMMANDS[0], Outcome.SKIPPED, (), "why")

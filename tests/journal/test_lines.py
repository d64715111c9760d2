"""The lines of a journal: valid by their schema, and precise enough for a report."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from runner.errors import ExitCode
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.verdicts import Verdict
from runner.journal.lines import (
    answer_line,
    end_line,
    precise,
    result_line,
    sending_line,
    state_line,
)
from runner.schemas import schema
from runner.states import State
from tests.support.plans import command
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from collections.abc import Mapping

VALIDATOR = jsonschema_rs.Draft202012Validator(schema("journal"), validate_formats=True)
COMMAND = command("WKF1")


def checked(line: Mapping[str, Any]) -> Mapping[str, Any]:
    VALIDATOR.validate(line)
    return line


@pytest.mark.parametrize("before", [None, *State])
def test_sending(before: State | None) -> None:
    line = checked(sending_line(3, COMMAND, NOON, before, "http://127.0.0.1/"))
    assert (line["n"], line["id"]) == (3, COMMAND.id)
    assert line["state_before"] == (None if before is None else before.value)


@pytest.mark.parametrize("verdict", Verdict)
def test_an_answer_of_every_verdict(verdict: Verdict) -> None:
    attempt = Attempt(NOON, 0.123456789, 204, None, "id")
    line = checked(answer_line(1, COMMAND, attempt, verdict))
    assert line["verdict"] == verdict.name.lower()
    assert line["duration_s"] == 0.123456789


@pytest.mark.parametrize("state", State)
def test_a_state(state: State) -> None:
    assert checked(state_line(1, COMMAND, state))["state"] == state.value


@pytest.mark.parametrize(
    "outcome", [Outcome.SUCCEEDED, Outcome.SKIPPED, Outcome.FAILED, Outcome.UNKNOWN]
)
def test_a_result(outcome: Outcome) -> None:
    result = CommandResult(
        COMMAND, outcome, (), "why", "url", State.STOPPED, State.STARTED, 1.5, True, True
    )
    line = checked(result_line(1, result))
    assert {**line, "type": "result"} == {
        "type": "result",
        "n": 1,
        "id": COMMAND.id,
        "outcome": outcome.value,
        "open": True,
        "message": "why",
        "url": "url",
        "state_before": "stopped",
        "state_after": "started",
        "waited_s": 1.5,
        "of_service": True,
    }


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.PLANNED])
def test_what_was_not_done_is_no_line(outcome: Outcome) -> None:
    assert not VALIDATOR.is_valid(result_line(1, CommandResult(COMMAND, outcome)))


@pytest.mark.parametrize(("is_over", "kind"), [(True, "finished"), (False, "stopped")])
@pytest.mark.parametrize("exit_code", ExitCode)
def test_the_end(is_over: bool, kind: str, exit_code: ExitCode) -> None:
    line = checked(end_line(NOON, "failed", exit_code, "", is_over=is_over))
    assert (line["type"], line["exit_code"]) == (kind, int(exit_code))


@pytest.mark.parametrize("microseconds", [0, 1, 999_999])
def test_a_moment_keeps_its_microseconds(microseconds: int) -> None:
    moment = datetime(2026, 3, 1, tzinfo=timezone.utc) + timedelta(microseconds=microseconds)
    text = precise(moment)
    assert text == f"2026-03-01T00:00:00.{microseconds:06}Z"
    assert datetime.fromisoformat(text.replace("Z", "+00:00")) == moment

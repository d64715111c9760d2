"""Events as log lines."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from runner.execute.events import (
    AttemptEnded,
    AttemptStarting,
    CommandEnded,
    CommandRestored,
    CommandStarted,
    PauseStarted,
    RetryPlanned,
    SettlingSeen,
    StateSeen,
    TokenRenewed,
    WaitStarted,
)
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.settling import Doubt
from runner.execute.verdicts import Verdict
from runner.render.output import NORMAL, QUIET, VERBOSE, Output, OutputSettings
from runner.render.progress import RunLog, showing_progress
from runner.secrets.scrub import Scrubber
from runner.states import State
from runner.validate.config import Wait
from tests.support.plans import command, pausing
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from runner.execute.events import Event

WAITED = command("A", wait=Wait(State.STARTED))
EVENTS: dict[str, Event] = {
    "started": CommandStarted(1, 2, WAITED),
    "attempt": AttemptEnded(WAITED, Attempt(NOON, 0.5, 204, None, None), Verdict.SUCCEEDED),
    "settling": SettlingSeen(WAITED, State.STOPPED, 0.25, Doubt.LOST),
    "retry": RetryPlanned(WAITED, 1.5, "busy"),
    "token": TokenRenewed(WAITED),
    "pause": PauseStarted(pausing(90), 90.0),
    "waiting": WaitStarted((WAITED,)),
    "state": StateSeen(WAITED, State.STOPPED, 0.25, news=True, reached=False),
    "command": CommandEnded(1, 2, CommandResult(WAITED, Outcome.SUCCEEDED)),
    "restored": CommandRestored(2, 2, CommandResult(WAITED, Outcome.FAILED, (), "no")),
}
LINES = {
    "started": "1/2 start A ...",
    "attempt": "start A: attempt: 204, 0.500 s",
    "settling": "start A: the answer was lost; the workflow is stopped after 0.2 s",
    "retry": "warning: start A: busy; trying again in 1.5 s",
    "token": "warning: start A: the token was rejected; another one was fetched",
    "pause": "wait 1m30s ...",
    "waiting": "Waiting for 1 workflow ...",
    "state": "start A: stopped, waiting for started after 0.2 s",
    "command": "1/2 start A: succeeded",
    "restored": "2/2 start A: failed, from before",
}


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def output(verbosity: int = NORMAL, *, as_json: bool = False, terminal: bool = False) -> Any:
    stderr = _Terminal() if terminal else StringIO()
    settings = OutputSettings(json_logs=as_json, verbosity=verbosity, color=False)
    scrubber = Scrubber()
    return Output(
        StringIO(),
        stderr,
        scrubber=scrubber,
        settings=settings,
        now=lambda: NOON + timedelta(seconds=1),
    )


@pytest.mark.parametrize("name", EVENTS)
def test_each_event_has_its_line(name: str) -> None:
    made = output(VERBOSE)
    RunLog(made)(EVENTS[name])
    assert made.stderr.getvalue() == f"{LINES[name]}\n"


@pytest.mark.parametrize("name", EVENTS)
def test_where_there_are_several_organizations_each_is_named(name: str) -> None:
    made = output(VERBOSE)
    RunLog(made, several=True)(EVENTS[name])
    told = made.stderr.getvalue()
    named = f"{WAITED.organization}: "
    assert named in told
    assert told.replace(named, "", 1) == f"{LINES[name]}\n"


@pytest.mark.parametrize("name", EVENTS)
def test_each_event_is_one_json_object(name: str) -> None:
    made = output(VERBOSE, as_json=True)
    RunLog(made)(EVENTS[name])
    record = json.loads(made.stderr.getvalue())
    assert record["event"] == name
    assert {"at", "level", "message"} <= record.keys()


@pytest.mark.parametrize("name", ["started", "attempt", "restored"])
def test_details_are_for_verbose_only(name: str) -> None:
    made = output()
    RunLog(made)(EVENTS[name])
    assert made.stderr.getvalue() == ""


def test_that_an_attempt_is_about_to_begin_is_not_told() -> None:
    made = output(VERBOSE)
    RunLog(made)(AttemptStarting(WAITED, NOON, State.STOPPED, None))
    assert made.stderr.getvalue() == ""


def test_a_state_that_is_settled_by_is_told_once_and_again_where_it_changes() -> None:
    made = output()
    log = RunLog(made)
    for state in (State.STOPPED, State.STOPPED, State.EDITING, State.STOPPED):
        log(SettlingSeen(WAITED, state, 5.0, Doubt.LOST))
    told = [line.split(" the workflow is ")[1] for line in made.stderr.getvalue().splitlines()]
    assert told == [f"{it} after 5.0 s" for it in ("stopped", "editing", "stopped")]


def test_a_pause_that_is_restored_has_no_number() -> None:
    made = output(VERBOSE)
    RunLog(made)(CommandRestored(0, 2, CommandResult(pausing(90), Outcome.SUCCEEDED)))
    assert made.stderr.getvalue() == "wait 1m30s: succeeded, from before\n"


def test_quiet_shows_what_went_wrong() -> None:
    made = output(QUIET)
    log = RunLog(made)
    for event in EVENTS.values():
        log(event)
    log(CommandEnded(2, 2, CommandResult(WAITED, Outcome.UNKNOWN, (), "lost")))
    assert made.stderr.getvalue().splitlines() == [
        LINES["retry"],
        LINES["token"],
        "error: 2/2 start A: unknown: lost",
    ]


def test_a_state_that_stays_is_told_once() -> None:
    made = output()
    RunLog(made)(StateSeen(WAITED, State.STOPPED, 5.0, news=False, reached=False))
    assert made.stderr.getvalue() == ""


@pytest.mark.parametrize(
    ("state", "until", "reached", "told"),
    [
        ("started", "started", True, "start A: started"),
        ("finished", "started", True, "start A: finished"),  # it has run already
        ("stopped", "stopped", False, "start A: stopped, waiting for stopped"),  # an old one
    ],
)
def test_whether_it_is_what_is_waited_for_is_told_by_the_event(
    state: str, until: str, reached: bool, told: str
) -> None:
    made = output()
    it = command("A", wait=Wait(State(until)))
    RunLog(made)(StateSeen(it, State(state), 5.0, news=True, reached=reached))
    assert made.stderr.getvalue().startswith(f"{told} after 5.0 s")


def test_a_pause_is_told_once_and_has_no_number() -> None:
    made = output(VERBOSE)
    log = RunLog(made)
    log(CommandStarted(0, 2, pausing(90)))
    log(PauseStarted(pausing(90), 90.0))
    log(CommandEnded(0, 2, CommandResult(pausing(90), Outcome.SUCCEEDED)))
    assert made.stderr.getvalue().splitlines() == ["wait 1m30s ...", "wait 1m30s: succeeded"]


def test_the_bar_takes_every_event_and_tells_retries_beside_it() -> None:
    made = output(terminal=True)
    with showing_progress(made, 2) as emit:
        for event in EVENTS.values():
            emit(event)
    assert "trying again in 1.5 s" in made.stderr.getvalue()

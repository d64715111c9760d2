"""Promises 1 and 2 for any plan, any answers, any states and any history."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import TYPE_CHECKING

from hypothesis import event as note
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import (
    AttemptEnded,
    AttemptStarting,
    CommandEnded,
    CommandRestored,
    CommandStarted,
    SettlingSeen,
)
from runner.execute.past import NO_PAST, Past
from runner.execute.results import Attempt, CommandResult, Execution, Outcome, count
from runner.execute.settling import Doubt
from runner.states import State
from runner.validate.config import Signal, Wait
from tests.support.plans import command, in_steps, pausing
from tests.support.wire import answered, lost, refused, told
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.campaign.transport import Answer, NoAnswer, Request
    from runner.execute.events import Event
    from runner.plan.command import Command
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

OK = answered(202)
LOST = (lost(), answered(502), answered(504))
NO_EFFECT = (answered(429), answered(503), refused(), answered(401))
REPLIES = st.sampled_from([OK, OK, answered(404), answered(404), answered(500), *LOST, *NO_EFFECT])
WORDS = ["editing", "started", "paused", "stopped", "finished", "failed", "odd"]
SHOWS = {  # by hand from the rules R16 and R17
    "start": {"started"},
    "stop": {"stopped", "finished"},
    "pause": {"paused"},
    "resume": {"started"},
    "signal": set(),
}
BAD = (Outcome.FAILED, Outcome.UNKNOWN)
TICK = 0.25  # seconds that a request takes
LONG_AGO = Attempt(NOON, 0.0, None, "the runner was stopped before its answer came", None)


@dataclass
class Watched:
    """What was seen of one command while the plan was carried out."""

    past: Past
    replies: list[Answer | NoAnswer] = field(default_factory=list)
    begun: bool = False
    settled: list[str] = field(default_factory=list)  # states, since the last request
    outcome: Outcome | None = None

    @property
    def is_accepted(self) -> bool:
        return self.past.accepted or OK in self.replies

    @property
    def effects(self) -> int:
        """How often it was sent so that it may have had an effect."""
        before = self.past.accepted or self.past.in_flight_since is not None or self.past.in_doubt
        return int(before) + sum(it not in (*NO_EFFECT, answered(404)) for it in self.replies)

    @property
    def is_doubtful(self) -> bool:
        """Whether an answer was lost, now or before."""
        in_flight = self.past.in_flight_since is not None and self.past.doubt is Doubt.LOST
        return in_flight or self.past.in_doubt or any(it in LOST for it in self.replies)


@st.composite
def some_steps(draw: st.DrawFn) -> list[Command]:
    """Give a few steps of commands for workflows of their own, waited for or not."""
    waits = [None, Wait(State.STOPPED, 5.0), Wait(State.STARTED, 5.0)]
    rate = draw(st.sampled_from([None, None, 0.5]))
    steps: list[list[Command]] = []
    for number in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 5)) == 0:
            steps.append([pausing(3.0)])
            continue
        steps.append([])
        for n in range(draw(st.integers(1, 3))):
            action = draw(st.sampled_from(["start", "stop", "pause", "resume", "signal"]))
            steps[-1].append(
                command(
                    f"WKF{number}{n}",
                    action,
                    wait=draw(st.sampled_from(waits)),
                    on_failure=draw(st.sampled_from(["stop", "continue", "continue"])),
                    signal=Signal("s", "CI", ()) if action == "signal" else None,
                    settle=draw(st.sampled_from([0.0, 1.0])),
                    rate=rate,
                )
            )
    return in_steps(*steps)


@st.composite
def some_history(draw: st.DrawFn, commands: Sequence[Command]) -> dict[int, Past]:
    """Give what may be known of the first few commands."""
    return {place: _past(draw, it) for place, it in enumerate(commands[: draw(st.integers(0, 3))])}


def _past(draw: st.DrawFn, it: Command) -> Past:
    if it.pause is not None:
        return Past(CommandResult(it, Outcome.SUCCEEDED))
    kind = draw(st.sampled_from(["final", "final", "accepted", "flight", "busy", "doubt"]))
    if kind == "final":
        outcome = draw(st.sampled_from([Outcome.SUCCEEDED, *BAD]))
        return Past(CommandResult(it, outcome, (LONG_AGO,)))
    if kind == "accepted":
        return Past(attempts=(LONG_AGO,), accepted=True, since=(State.STARTED,))
    if kind == "flight":
        doubt = draw(st.sampled_from(Doubt))
        return Past(attempts=(LONG_AGO,), in_flight_since=NOON, doubt=doubt)
    is_doubtful = kind == "doubt" and it.action in ("stop", "pause", "resume")
    return Past(attempts=(LONG_AGO,), in_doubt=is_doubtful)


def reads_of(it: Command, words: Sequence[str]) -> list[str | Reply]:
    """Give what is answered to whoever reads its workflow."""
    if it.action != "signal":
        return list(words)
    url = f"http://127.0.0.1:9/acme/campaign/workflow/execution/{it.workflow}/trigger/"
    activities = {"activity": {"s": {"trigger": {"href": url}}}}
    return [told({"state": word, "activities": activities}) for word in words]


class Watcher:
    """Looks on while a plan is carried out, and speaks up where a promise is broken."""

    def __init__(self, stage: Stage, commands: Sequence[Command], wish: int | None) -> None:
        self.stage = stage
        self.commands = commands
        self.seen = {
            it.id: Watched(stage.history.get(place, NO_PAST)) for place, it in enumerate(commands)
        }
        self.posts: list[tuple[float, Command]] = []
        self.replies: Sequence[Answer | NoAnswer] = ()
        self._wish = wish
        self._now: Command | None = None

    def request(self, request: Request) -> None:
        """Take down a request; each takes a moment."""
        if request.method != "GET":
            assert self._now is not None, "a request that nobody was told of"
            self._post(self._now)
        self.stage.time.passed += TICK
        if len(self.stage.wire.requests) == self._wish:
            self.stage.interrupt()

    def _post(self, it: Command) -> None:
        now, seen = self.stage.time.passed, self.seen[it.id]
        assert seen.begun
        assert seen.outcome is None, "sent after its outcome"
        assert self.stage.deadline is None or now < self.stage.deadline, "begun too late"
        if self.posts and it.rate is not None:
            assert now - self.posts[-1][0] >= 1 / it.rate - 1e-9, "sent too fast"
        if (seen.replies and seen.replies[-1] in LOST) or (
            not seen.replies and seen.past.in_flight_since is not None
        ):
            assert it.action in ("stop", "pause", "resume"), "a second one could do harm"
            assert seen.settled, "sent again without a look"
            assert seen.settled[-1] not in {*SHOWS[it.action], "unknown"}, "sent again in vain"
        seen.settled.clear()
        self.posts.append((now, it))

    def hear(self, event: Event) -> None:
        """Take down an event."""
        if isinstance(event, CommandStarted):
            self._begin(event.command)
        elif isinstance(event, AttemptStarting):
            self._now = event.command
        elif isinstance(event, AttemptEnded):
            assert event.command is self._now
            number = len(self.posts) - 1
            self.seen[event.command.id].replies.append(self.replies[number])
            self._now = None
        elif isinstance(event, SettlingSeen):
            self.seen[event.command.id].settled.append(str(event.state))
        elif isinstance(event, (CommandEnded, CommandRestored)):
            seen = self.seen[event.result.command.id]
            assert seen.outcome is None, "two outcomes"
            seen.outcome = event.result.outcome

    def _begin(self, it: Command) -> None:
        for other in self.commands:
            seen = self.seen[other.id]
            if other.step < it.step:
                assert seen.outcome is not None, "an earlier action has no outcome yet"
            if other.on_failure == "stop" and not self.seen[it.id].past.accepted:
                assert seen.outcome not in BAD, "begun after a failure that stops the run"
        self.seen[it.id].begun = True


@given(commands=some_steps(), replies=st.lists(REPLIES, min_size=2), data=st.data())
def test_whatever_is_answered_the_promises_hold(
    new_stage: type[Stage],
    commands: list[Command],
    replies: list[Answer | NoAnswer],
    data: st.DataObject,
) -> None:
    stage = new_stage()
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)
    stage.wire.reads = {
        it.workflow or "": reads_of(it, data.draw(words)) for it in commands if it.workflow
    }
    stage.history = data.draw(some_history(commands))
    stage.deadline = data.draw(st.sampled_from([None, None, None, 2.0, 20.0]))
    stage.most_failures = data.draw(st.sampled_from([0, 5, 2]))
    watcher = Watcher(stage, commands, data.draw(st.none() | st.none() | st.integers(1, 12)))
    watcher.replies = list(islice(cycle(replies), 200))
    stage.on_event, stage.wire.on_request = watcher.hear, watcher.request

    execution = stage.run(commands, *watcher.replies)

    assert execution.fault is None
    assert [it.command for it in execution.results] == commands
    assert sum(count(execution.results).values()) == sum(it.is_counted for it in commands)
    places = [commands.index(it) for _, it in watcher.posts]
    assert places == sorted(places)
    for result in execution.results:
        if result.command.pause is None:
            check(result, watcher.seen[result.command.id], stage.interruption.requested)
    check_the_end(stage, execution)
    note(conclude(execution)[0])


def check(result: CommandResult, seen: Watched, interrupted: bool) -> None:
    """Hold the result of a command against all that was seen of it."""
    it, outcome = result.command, result.outcome
    if seen.past.result is not None:
        assert result == seen.past.result
        assert seen.replies == []
        return
    assert seen.outcome in (None, outcome)
    assert len(result.attempts) == len(seen.past.attempts) + len(seen.replies)
    if it.action in ("start", "signal"):
        assert seen.effects <= 1, "sent twice though it may have had an effect"
    if seen.past.accepted:
        assert seen.replies == [], "sent again though it was accepted"
    if answered(500) in seen.replies:
        assert seen.replies[-1] == answered(500), "sent again after a 500"
    shown = bool(seen.settled) and seen.settled[-1] in SHOWS[it.action]
    if outcome is Outcome.SUCCEEDED:
        assert seen.is_accepted or shown
    elif outcome is Outcome.UNKNOWN:
        in_flight = seen.past.in_flight_since is not None
        cut_off = interrupted and answered(500) in seen.replies  # while it was settled (R21)
        assert seen.is_doubtful or in_flight or seen.is_accepted or shown or cut_off
    elif seen.is_doubtful:
        assert outcome is Outcome.FAILED
        assert seen.is_accepted or shown, "called failed though it may have had its effect"
    elif outcome is Outcome.NOT_SENT:
        assert all(reply in NO_EFFECT for reply in seen.replies)
    assert result.message or outcome is Outcome.SUCCEEDED


def check_the_end(stage: Stage, execution: Execution) -> None:
    """Hold what is said of the whole run against its results."""
    found = {it.outcome for it in execution.results}
    _, code = conclude(execution)
    assert (code is ExitCode.DONE) == (found <= {Outcome.SUCCEEDED})
    if Outcome.UNKNOWN in found:
        assert code is ExitCode.UNSETTLED
    if execution.interrupted:
        assert stage.interruption.requested
    if execution.is_over:
        for result in execution.results:
            assert not result.is_open, "there was something left to do"
            if result.outcome in BAD and result.command.on_failure == "stop":
                break

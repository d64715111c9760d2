"""Several commands under way at a time: what is promised of one after another holds as well."""

from __future__ import annotations

import _thread
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import BrokenError, CredentialsError, ExitCode
from runner.execute.abreast import OverError, Turns
from runner.execute.conclusion import conclude
from runner.execute.events import AttemptEnded, AttemptStarting, CommandEnded, CommandStarted
from runner.execute.past import Past
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.settling import Doubt
from tests.execute.conftest import Stage, Wire, workflow_of
from tests.support.plans import command, in_steps, waiting
from tests.support.wire import answered, lost, refused
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runner.campaign.transport import Answer, NoAnswer, Request
    from runner.execute.events import Event
    from runner.execute.results import Execution
    from runner.plan.command import Command
    from tests.support.wire import Reply

OK = answered(202)
LONG = 10.0  # seconds until a test that waits in vain fails
IN_FLIGHT = Past(
    attempts=(Attempt(NOON, 0.0, None, "the runner was stopped before its answer came", None),),
    in_flight_since=NOON,
    doubt=Doubt.LOST,
)


class Posts(Wire):
    """Gives each command the next reply of its workflow, the last one again and again.

    Attributes:
        at_a_time: how many requests were under way at once, at most.
    """

    def __init__(self, replies: Mapping[str, Sequence[Reply]] | None = None) -> None:
        super().__init__()
        self.at_a_time = 0
        self._replies = {workflow: list(them) for workflow, them in (replies or {}).items()}
        self._counting = threading.Lock()
        self._now = 0

    def send(self, request: Request, timeout: float) -> Answer | NoAnswer:
        if request.method == "GET":
            with self._counting:
                return super().send(request, timeout)
        with self._counting:
            self.requests.append((request, timeout))
            self._now += 1
            self.at_a_time = max(self.at_a_time, self._now)
            left = self._replies.get(workflow_of(request), [OK])
            reply = left.pop(0) if len(left) > 1 else left[0]
        try:
            return self.give(reply)
        finally:
            with self._counting:
                self._now -= 1


def abreast(
    *workflows: str, parallel: int = 4, action: str = "stop", **others: str
) -> list[Command]:
    """Give the commands of one action."""
    return [command(it, action, parallel=parallel, **others) for it in workflows]


def waits_for(event: threading.Event) -> Callable[[], Answer]:
    """Give an answer that comes once a test says so."""

    def give() -> Answer:
        assert event.wait(LONG)
        return OK

    return give


def meeting(
    met: threading.Barrier, reply: Answer | NoAnswer, after: threading.Event | None = None
) -> Callable[[], Answer | NoAnswer]:
    """Give a reply that comes once all who meet were sent, and after something else."""

    def give() -> Answer | NoAnswer:
        met.wait(LONG)
        assert after is None or after.wait(LONG)
        return reply

    return give


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


def play(stage: Stage, commands: Sequence[Command], **replies: Sequence[Reply]) -> Execution:
    posts = Posts(replies)
    posts.reads = stage.wire.reads
    stage.wire = posts
    return stage.run(commands)


def after(stage: Stage, kind: type[Event], number: int, then: Callable[[], None]) -> None:
    """Do something once so many events of a kind were heard."""

    def listen(event: Event) -> None:
        heard = [it for it in stage.events if isinstance(it, kind)]
        if isinstance(event, kind) and len(heard) == number:
            then()

    stage.on_event = listen


class TestOrder:
    def test_as_many_as_allowed_are_under_way_and_no_more(self, stage: Stage) -> None:
        met = threading.Barrier(3)

        def meet() -> Answer:
            met.wait(LONG)  # so that none is answered before three were sent
            return OK

        names = [f"W{n}" for n in range(6)]
        execution = play(stage, abreast(*names, parallel=3), **{it: [meet] for it in names})
        assert outcomes(execution) == ["succeeded"] * 6
        assert isinstance(stage.wire, Posts)
        assert stage.wire.at_a_time == 3

    def test_the_next_action_waits_for_all_of_them(self, stage: Stage) -> None:
        late = threading.Event()
        after(stage, CommandEnded, 2, late.set)  # of the two others
        steps = in_steps(abreast("A", "B", "C"), [command("D")])
        execution = play(stage, steps, A=[waits_for(late)])
        assert outcomes(execution) == ["succeeded"] * 4
        assert stage.sent[-1] == "start D"
        assert set(stage.sent[:3]) == {"stop A", "stop B", "stop C"}

    def test_they_begin_and_are_reported_in_the_order_of_the_plan(self, stage: Stage) -> None:
        names = [f"W{n}" for n in range(9)]
        execution = play(stage, abreast(*names, parallel=4))
        begun = [it.command.workflow for it in stage.events if isinstance(it, CommandStarted)]
        assert begun == names
        assert [it.command.workflow for it in execution.results] == names

    def test_one_thing_is_heard_at_a_time(self, stage: Stage) -> None:
        hearing = threading.Lock()

        def listen(_event: Event) -> None:
            assert hearing.acquire(blocking=False)
            hearing.release()

        stage.on_event = listen
        execution = play(stage, abreast(*(f"W{n}" for n in range(30)), parallel=16))
        assert execution.fault is None

    def test_each_is_on_disk_before_it_is_sent(self, stage: Stage) -> None:
        told: set[str | None] = set()
        on_disk: set[str | None] = set()
        late: list[str] = []

        def listen(event: Event) -> None:
            if isinstance(event, AttemptStarting):
                told.add(event.command.workflow)

        class Watching(Posts):
            def send(self, request: Request, timeout: float) -> Answer | NoAnswer:
                if workflow_of(request) not in on_disk:
                    late.append(workflow_of(request))
                return super().send(request, timeout)

        stage.on_event = listen
        stage.commit = lambda: on_disk.update(set(told))
        stage.wire = Watching()
        execution = stage.run(abreast(*(f"W{n}" for n in range(12))))
        assert outcomes(execution) == ["succeeded"] * 12
        assert late == []

    def test_all_are_waited_for_together_after_the_last_was_sent(self, stage: Stage) -> None:
        stage.wire.reads = {"A": ["started", "stopped"], "B": ["stopped"], "C": ["stopped"]}
        commands = [waiting(it, parallel=2) for it in ("A", "B", "C")]
        assert outcomes(play(stage, commands)) == ["succeeded"] * 3
        assert sorted(stage.traffic[:3]) == ["stop A", "stop B", "stop C"]
        assert stage.heard.count("WaitStarted") == 1


class TestStop:
    def test_those_under_way_end_and_no_other_is_sent(self, stage: Stage) -> None:
        failed, met = threading.Event(), threading.Barrier(3)
        after(stage, CommandEnded, 1, failed.set)
        execution = play(
            stage,
            abreast("A", "B", "C", "D", parallel=3),
            A=[meeting(met, answered(404))],
            B=[meeting(met, OK, failed)],
            C=[meeting(met, OK, failed)],
        )
        assert outcomes(execution) == ["failed", "succeeded", "succeeded", "not_sent"]
        assert "stop D" not in stage.sent
        assert conclude(execution) == ("failed", ExitCode.FAILED)
        assert execution.is_over

    def test_none_is_sent_again(self, stage: Stage) -> None:
        stage.wire.reads = {"C": ["started"]}
        failed, met = threading.Event(), threading.Barrier(3)
        after(stage, CommandEnded, 1, failed.set)
        execution = play(
            stage,
            abreast("A", "B", "C", parallel=3),
            A=[meeting(met, answered(404))],
            B=[meeting(met, answered(503), failed)],
            C=[meeting(met, lost(), failed)],
        )
        assert outcomes(execution) == ["failed", "not_sent", "unknown"]
        assert sorted(stage.sent) == ["stop A", "stop B", "stop C"]
        assert execution.results[1].message == "not sent, since the outcome of a.yaml#A is failed"

    def test_with_continue_all_are_sent(self, stage: Stage) -> None:
        commands = abreast("A", "B", "C", parallel=2, on_failure="continue")
        execution = play(stage, commands, A=[answered(404)])
        assert outcomes(execution) == ["failed", "succeeded", "succeeded"]

    @pytest.mark.parametrize("on_failure", ["stop", "continue"])
    def test_401_ends_the_run_whatever_the_others_come_to_r18(
        self, stage: Stage, on_failure: str
    ) -> None:
        rejected, met = threading.Event(), threading.Barrier(2)
        after(stage, CommandEnded, 1, rejected.set)
        commands = in_steps(
            abreast("A", "B", "C", parallel=2, on_failure=on_failure), [command("D")]
        )
        execution = play(
            stage, commands, A=[meeting(met, answered(401))], B=[meeting(met, OK, rejected)]
        )
        assert outcomes(execution) == ["failed", "succeeded", "not_sent", "not_sent"]
        assert execution.rejected
        assert conclude(execution)[1] is ExitCode.CREDENTIALS

    def test_no_token_ends_the_run(self, stage: Stage) -> None:
        stage.renew_with(CredentialsError("no access token"), CredentialsError("no access token"))
        execution = play(
            stage, abreast("A", "B", "C", parallel=2), A=[answered(401)], B=[answered(401)]
        )
        assert execution.rejected
        assert "stop C" not in stage.sent

    def test_a_service_that_is_down_ends_it_once_enough_have_failed(self, stage: Stage) -> None:
        stage.most_failures = 2
        names = [f"W{n}" for n in range(12)]
        commands = abreast(*names, parallel=2, on_failure="continue")
        execution = play(stage, commands, **{it: [answered(503)] for it in names})
        assert "seems to be down" in execution.closed
        assert outcomes(execution).count("not_sent") >= 8

    def test_nothing_is_begun_after_the_deadline(self, stage: Stage) -> None:
        stage.deadline = 10.0
        posts = Posts()
        stage.wire = posts
        after(stage, AttemptEnded, 2, lambda: setattr(stage.time, "passed", 11.0))
        execution = stage.run(abreast(*(f"W{n}" for n in range(8)), parallel=2))
        assert "deadline" in execution.closed
        assert 2 <= outcomes(execution).count("succeeded") <= 3
        assert len(stage.sent) == outcomes(execution).count("succeeded")

    def test_one_rate_is_for_all_of_them(self, stage: Stage) -> None:
        commands = [replace(it, rate=0.1) for it in abreast("A", "B", "C", "D")]
        assert outcomes(play(stage, commands)) == ["succeeded"] * 4
        assert stage.time.passed >= 30.0


class TestInterruption:
    def test_the_first_lets_those_in_flight_get_their_answers(self, stage: Stage) -> None:
        met = threading.Barrier(2)

        def interrupted() -> Answer:
            met.wait(LONG)
            stage.interrupt()
            return OK

        execution = play(
            stage, abreast("A", "B", "C", "D", parallel=2), A=[interrupted], B=[interrupted]
        )
        assert outcomes(execution) == ["succeeded", "succeeded", "not_sent", "not_sent"]
        assert execution.interrupted
        assert not execution.is_over
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_the_second_ends_at_once_and_what_is_in_flight_is_unknown(self, stage: Stage) -> None:
        over, met = threading.Event(), threading.Barrier(2)

        def by_force() -> Answer:
            met.wait(LONG)
            if threading.current_thread().name.endswith("0"):
                _thread.interrupt_main()
            assert over.wait(LONG)
            return OK

        execution = play(stage, abreast("A", "B", "C", "D", parallel=2), A=[by_force], B=[by_force])
        heard = list(stage.events)
        left = [it for it in threading.enumerate() if it.name.startswith("command-")]
        over.set()
        for thread in left:
            thread.join(LONG)
        assert outcomes(execution) == ["unknown", "unknown", "not_sent", "not_sent"]
        assert len(left) == 2
        assert stage.events == heard  # an answer that comes later is told to nobody
        assert stage.sent == sorted(stage.sent)
        assert len(stage.sent) == 2
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)


class TestBreaking:
    def test_a_bug_ends_it_and_keeps_what_the_others_came_to(self, stage: Stage) -> None:
        met = threading.Barrier(2)

        def bug() -> Answer:
            met.wait(LONG)
            raise ZeroDivisionError

        execution = play(stage, abreast("A", "B", "C", parallel=2), A=[bug], B=[meeting(met, OK)])
        assert outcomes(execution)[:2] == ["unknown", "succeeded"]
        assert isinstance(execution.fault, ZeroDivisionError)

    def test_without_a_journal_nothing_more_is_sent(self, stage: Stage) -> None:
        commits: list[None] = []

        def commit() -> None:
            commits.append(None)
            if len(commits) > 1:
                raise BrokenError("the disk is full")

        stage.commit = commit
        execution = play(stage, abreast("A", "B", "C", "D", parallel=2))
        assert len(stage.sent) == 1
        assert outcomes(execution).count("succeeded") == 1
        assert outcomes(execution).count("not_sent") == 3
        assert str(execution.broken) == "the disk is full"


class TestHistory:
    def test_all_that_were_in_flight_are_settled_r26(self, stage: Stage) -> None:
        commands = abreast("A", "B", "C", "D")
        stage.history = dict.fromkeys(range(3), IN_FLIGHT)
        stage.wire.reads = {"A": ["stopped"], "B": ["stopped"], "C": ["stopped"]}
        assert outcomes(play(stage, commands)) == ["succeeded"] * 4
        assert stage.sent == ["stop D"]

    def test_what_was_in_flight_beside_a_failure_is_looked_up_and_not_sent_again(
        self, stage: Stage
    ) -> None:
        commands = abreast("A", "B", "C", "D")
        failed = Past(CommandResult(commands[2], Outcome.FAILED))
        stage.history = {0: IN_FLIGHT, 1: IN_FLIGHT, 2: failed}
        stage.wire.reads = {"A": ["stopped"], "B": ["started"]}
        execution = play(stage, commands)
        assert outcomes(execution) == ["succeeded", "unknown", "failed", "not_sent"]
        assert stage.sent == []

    @pytest.mark.parametrize(
        ("other", "is_over"), [(Outcome.UNKNOWN, False), (Outcome.NOT_SENT, True)]
    )
    def test_a_run_goes_on_with_what_is_open_beside_a_failure(
        self, stage: Stage, other: Outcome, is_over: bool
    ) -> None:
        commands = abreast("A", "B")
        stage.history = {
            0: Past(CommandResult(commands[0], Outcome.FAILED)),
            1: Past(CommandResult(commands[1], other, is_open=True)),
        }
        assert play(stage, commands).is_over is is_over


ANSWERS: list[Reply] = [
    *(OK, answered(404), answered(500), answered(503), answered(429)),
    *(refused(), lost()),
]
REPLIES = st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4)
STATES = st.lists(
    st.sampled_from(["started", "paused", "stopped", "failed"]), min_size=1, max_size=3
)


@st.composite
def some_steps(draw: st.DrawFn) -> list[Command]:
    """Give a few actions of a few commands each; a failure keeps none from being sent."""
    steps = []
    for number in range(draw(st.integers(1, 3))):
        action = draw(st.sampled_from(["start", "stop", "pause", "resume"]))
        waited = draw(st.booleans())
        until = {"start": "started", "resume": "started", "pause": "paused"}.get(action, "stopped")
        names = [f"W{number}{n}" for n in range(draw(st.integers(1, 5)))]
        plain = {"on_failure": "continue", "settle": 0.0}
        steps.append(
            [
                waiting(it, action, until, 5.0, 1.0, **plain)
                if waited
                else command(it, action, **plain)
                for it in names
            ]
        )
    return in_steps(*steps)


@settings(max_examples=60)
@given(commands=some_steps(), parallel=st.integers(2, 5), data=st.data())
def test_the_results_are_those_of_one_after_another_but_for_the_times(
    commands: list[Command], parallel: int, data: st.DataObject
) -> None:
    names = [it.workflow or "" for it in commands]
    replies = {it: data.draw(REPLIES) for it in names}
    states = {it: data.draw(STATES) for it in names}
    plain, other = (_results(commands, most, replies, states) for most in (1, parallel))
    assert other == plain


def _results(
    commands: Sequence[Command],
    parallel: int,
    replies: Mapping[str, Sequence[Reply]],
    states: Mapping[str, Sequence[str]],
) -> list[CommandResult]:
    stage = Stage()
    stage.most_failures = 0
    stage.time.chance = 0.0  # no jitter: who waits lets time pass for all
    stage.wire.reads = {workflow: list(them) for workflow, them in states.items()}
    execution = play(stage, [replace(it, parallel=parallel) for it in commands], **replies)
    assert execution.fault is None
    return [
        replace(
            it,
            command=replace(it.command, parallel=1),
            attempts=tuple(replace(attempt, at=NOON) for attempt in it.attempts),
        )
        for it in execution.results
    ]


def test_nobody_has_a_turn_after_the_end() -> None:
    turns = Turns()
    with turns:
        pass
    turns.end()
    with pytest.raises(OverError), turns:
        raise AssertionError("it was given a turn")

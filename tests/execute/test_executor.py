"""Promise 1 (order), reasons to stop, interruption between commands, and bugs inside."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import AttemptEnded, CommandEnded, CommandStarted
from runner.execute.results import Outcome
from runner.states import State
from runner.validate.config import Signal, Wait
from tests.support.plans import action, command, desired, in_steps, live, offline, pausing, waiting
from tests.support.wire import answered, lost, refused, told

if TYPE_CHECKING:
    from runner.campaign.transport import Answer, Request
    from runner.execute.events import Event
    from runner.execute.results import CommandResult, Execution
    from runner.plan.command import Command
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

THREE = [command("WKF1", "stop"), command("WKF2", "start"), command("WKF3", "pause")]
GOING_ON = [command(f"WKF{n}", on_failure="continue") for n in (1, 2, 3)]
OK = answered(202)
BAD = (Outcome.FAILED, Outcome.UNKNOWN)


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


def messages(execution: Execution) -> list[str]:
    return [result.message for result in execution.results]


def test_commands_go_out_in_order_one_after_another(stage: Stage) -> None:
    execution = stage.run(THREE, OK, OK, OK)
    assert stage.sent == ["stop WKF1", "start WKF2", "pause WKF3"]
    assert outcomes(execution) == ["succeeded"] * 3
    assert messages(execution) == ["", "", ""]
    assert [type(event) for event in stage.events] == [
        CommandStarted,
        AttemptEnded,
        CommandEnded,
    ] * 3
    assert conclude(execution) == ("succeeded", ExitCode.DONE)


def test_each_command_has_its_own_timeout(stage: Stage) -> None:
    stage.run([command("WKF1", timeout=3.0), command("WKF2", timeout=9.0)], OK, OK)
    assert [timeout for _, timeout in stage.wire.requests] == [3.0, 9.0]


def test_an_empty_plan_is_done(stage: Stage) -> None:
    assert conclude(stage.run([])) == ("succeeded", ExitCode.DONE)


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [(answered(404), "failed", ExitCode.FAILED), (lost(), "unknown", ExitCode.UNSETTLED)],
)
def test_on_failure_stop_sends_nothing_more_r18(
    stage: Stage, reply: Reply, outcome: str, code: ExitCode
) -> None:
    execution = stage.run(THREE, OK, reply)
    assert outcomes(execution) == ["succeeded", outcome, "not_sent"]
    assert execution.results[2].message == f"the outcome of a.yaml#WKF2 is {outcome}"
    assert execution.results[2].attempts == ()
    assert conclude(execution) == (outcome, code)


@pytest.mark.parametrize(("reply", "outcome"), [(answered(404), "failed"), (lost(), "unknown")])
def test_on_failure_continue_goes_on_r18(stage: Stage, reply: Reply, outcome: str) -> None:
    execution = stage.run(GOING_ON, reply, OK, OK)
    assert outcomes(execution) == [outcome, "succeeded", "succeeded"]
    assert len(stage.sent) == 3


def test_the_last_command_decides_for_itself_whether_the_run_goes_on(stage: Stage) -> None:
    mixed = [command("WKF1", on_failure="continue"), command("WKF2"), command("WKF3")]
    assert outcomes(stage.run(mixed, lost(), answered(400))) == ["unknown", "failed", "not_sent"]


@pytest.mark.parametrize("status", [401, 403])
def test_rejected_credentials_end_the_run_whatever_on_failure_says_r18(
    stage: Stage, status: int
) -> None:
    execution = stage.run(GOING_ON, OK, answered(status))
    assert outcomes(execution) == ["succeeded", "failed", "not_sent"]
    assert execution.results[2].message == "the credentials were rejected at a.yaml#WKF2"
    assert conclude(execution) == ("failed", ExitCode.CREDENTIALS)


class TestInterruption:
    def test_a_wish_before_the_first_command_sends_nothing(self, stage: Stage) -> None:
        stage.interruption.request()
        execution = stage.run(THREE)
        assert outcomes(execution) == ["not_sent"] * 3
        assert messages(execution) == ["the run was interrupted before"] * 3
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    @pytest.mark.parametrize("commands", [THREE, GOING_ON])
    def test_a_wish_in_flight_lets_the_command_have_its_answer(
        self, stage: Stage, commands: list[Command]
    ) -> None:
        def reply() -> Answer:
            stage.interruption.request()
            return OK

        execution = stage.run(commands, reply)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert execution.results[1].message == "the run was interrupted before"
        assert execution.interrupted

    def test_a_wish_during_the_last_command_changes_nothing(self, stage: Stage) -> None:
        def wish(event: Event) -> None:
            if isinstance(event, CommandStarted) and event.number == 3:
                stage.interruption.request()

        stage.on_event = wish
        execution = stage.run(THREE, OK, OK, OK)
        assert conclude(execution) == ("succeeded", ExitCode.DONE)

    def test_a_wish_with_an_unknown_at_the_end_is_interrupted_r21(self, stage: Stage) -> None:
        def wish(event: Event) -> None:
            if isinstance(event, AttemptEnded):
                stage.interruption.request()

        stage.on_event = wish
        execution = stage.run(THREE[:1], lost())
        assert outcomes(execution) == ["unknown"]
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    @pytest.mark.parametrize("commands", [THREE, GOING_ON])
    def test_a_wish_while_waiting_ends_the_run_with_nothing_unknown(
        self, stage: Stage, commands: list[Command]
    ) -> None:
        stage.on_pause = lambda _number: stage.interruption.request()
        execution = stage.run(commands, answered(503))
        assert outcomes(execution) == ["not_sent"] * 3
        assert execution.results[0].message.startswith("interrupted before another attempt; ")
        assert len(execution.results[0].attempts) == 1
        assert execution.results[1].message == "the run was interrupted before"
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)


class TestForce:
    """A second signal raises KeyboardInterrupt wherever the program is."""

    def test_in_flight_the_command_is_unknown(self, stage: Stage) -> None:
        execution = stage.run(GOING_ON, OK, KeyboardInterrupt())
        assert outcomes(execution) == ["succeeded", "unknown", "not_sent"]
        assert "Look at the workflow in Campaign" in execution.results[1].message
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_while_waiting_nothing_is_unknown(self, stage: Stage) -> None:
        def force(_number: int) -> None:
            raise KeyboardInterrupt

        stage.on_pause = force
        execution = stage.run(GOING_ON, refused())
        assert outcomes(execution) == ["not_sent"] * 3
        assert execution.results[0].message == "stopped by force before another attempt"
        assert execution.interrupted

    @pytest.mark.parametrize("reply", [OK, answered(404), lost()])
    def test_after_the_answer_the_command_is_never_called_not_sent(
        self, stage: Stage, reply: Reply
    ) -> None:
        def force(event: Event) -> None:
            if isinstance(event, AttemptEnded):
                raise KeyboardInterrupt

        stage.on_event = force
        execution = stage.run(THREE, reply)
        assert outcomes(execution) == ["unknown", "not_sent", "not_sent"]
        assert len(execution.results[0].attempts) == 1

    def test_before_a_command_it_is_not_sent(self, stage: Stage) -> None:
        def force(event: Event) -> None:
            if isinstance(event, CommandStarted) and event.number == 2:
                raise KeyboardInterrupt

        stage.on_event = force
        execution = stage.run(THREE, OK)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert execution.results[1].message == "the run was stopped by force before"
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_after_a_command_its_outcome_stands(self, stage: Stage) -> None:
        def force(event: Event) -> None:
            if isinstance(event, CommandEnded):
                raise KeyboardInterrupt

        stage.on_event = force
        execution = stage.run(THREE, OK)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]


class TestBugs:
    def test_a_client_that_raises_leaves_a_result_for_every_command(self, stage: Stage) -> None:
        bug = ZeroDivisionError("a bug")
        execution = stage.run(GOING_ON, OK, bug)
        assert outcomes(execution) == ["succeeded", "unknown", "not_sent"]
        assert execution.fault is bug
        assert execution.results[1].message == (
            "the runner itself failed here. Look at the workflow in Campaign"
        )
        assert execution.results[2].message == "the runner itself failed before"
        assert conclude(execution) == ("unknown", ExitCode.BROKEN)
        assert not execution.interrupted

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (CommandStarted, ["not_sent"] * 3),
            (AttemptEnded, ["unknown", "not_sent", "not_sent"]),
            (CommandEnded, ["succeeded", "not_sent", "not_sent"]),
        ],
    )
    def test_a_listener_that_raises_does_not_hide_what_was_sent(
        self, stage: Stage, kind: type[Event], expected: list[str]
    ) -> None:
        def fail(event: Event) -> None:
            if isinstance(event, kind):
                raise ZeroDivisionError

        stage.on_event = fail
        execution = stage.run(THREE, OK)
        assert outcomes(execution) == expected
        assert conclude(execution)[1] is ExitCode.BROKEN


class TestRefusedDesiredStates:
    """R13: with on_failure stop, one that is refused holds everything back."""

    def test_nothing_at_all_is_sent_r13(self, stage: Stage) -> None:
        plan = live(
            offline(
                action("stop", "WKF9"),
                desired("WKF1", "paused"),
                desired("WKF2", "started", 2),
                desired("WKF3", "paused", 3, on_failure="continue"),
                desired("WKF4", "started", 4),
            ),
            WKF1="stopped",
            WKF2="started",
            WKF3="stopped",
            WKF4="stopped",
        )
        execution = stage.carry_out(plan)
        found = {it.command.workflow: it for it in execution.results}
        assert {workflow: it.outcome.value for workflow, it in found.items()} == {
            "WKF9": "not_sent",
            "WKF1": "failed",
            "WKF2": "skipped",
            "WKF3": "failed",
            "WKF4": "not_sent",
        }
        why = "a.yaml#desired.1 is refused, and its on_failure is stop"
        assert found["WKF9"].message == found["WKF4"].message == why
        assert found["WKF1"].message.startswith("it is stopped, and only a started one")
        assert stage.traffic == []
        assert conclude(execution) == ("failed", ExitCode.FAILED)

    def test_with_continue_all_else_is_sent_r13(self, stage: Stage) -> None:
        plan = offline(action("stop", "WKF9"), desired("WKF1", "paused", on_failure="continue"))
        execution = stage.carry_out(live(plan, WKF1="stopped"), OK)
        assert outcomes(execution) == ["succeeded", "failed"]
        assert conclude(execution) == ("failed", ExitCode.FAILED)


class TestWindows:
    """R32: windows are asked again before each action."""

    STEPS = in_steps([command("WKF1"), command("WKF2")], [command("WKF3")], [command("WKF4")])

    @staticmethod
    def close_after(stage: Stage, requests: int) -> list[int]:
        """Let the window close after so many requests; give when it is asked for."""
        asked: list[int] = []

        def closed() -> str:
            asked.append(len(stage.traffic))
            return "no window is open" if len(stage.traffic) >= requests else ""

        stage.closed = closed
        return asked

    def test_one_that_closes_in_between_ends_the_run_r32(self, stage: Stage) -> None:
        asked = self.close_after(stage, 1)
        execution = stage.run(self.STEPS, OK, OK)
        assert outcomes(execution) == ["succeeded", "succeeded", "not_sent", "not_sent"]
        assert messages(execution)[2:] == ["no window is open"] * 2
        assert asked == [0, 2]
        assert execution.closed == "no window is open"
        assert not execution.interrupted
        assert conclude(execution) == ("failed", ExitCode.FAILED)

    def test_an_action_that_has_begun_is_brought_to_its_end(self, stage: Stage) -> None:
        self.close_after(stage, 1)
        stage.wire.reads = {"WKF1": ["started", "stopped"], "WKF2": ["stopped"]}
        steps = in_steps([waiting("WKF1"), waiting("WKF2")], [command("WKF3")])
        assert outcomes(stage.run(steps, OK, OK)) == ["succeeded", "succeeded", "not_sent"]

    def test_one_that_is_closed_already_lets_nothing_begin(self, stage: Stage) -> None:
        self.close_after(stage, 0)
        assert outcomes(stage.run(self.STEPS)) == ["not_sent"] * 4

    def test_one_that_is_open_to_the_end_is_asked_before_each_action(self, stage: Stage) -> None:
        asked = self.close_after(stage, 100)
        execution = stage.run(self.STEPS, *[OK] * 4)
        assert asked == [0, 2, 3]
        assert conclude(execution) == ("succeeded", ExitCode.DONE)

    def test_nobody_asks_where_nothing_is_sent(self, stage: Stage) -> None:
        asked = self.close_after(stage, 0)
        plan = live(offline(desired("WKF1", "started")), WKF1="started")
        assert outcomes(stage.carry_out(plan)) == ["skipped"]
        assert outcomes(stage.run(in_steps([pausing()]))) == ["succeeded"]
        assert asked == []

    def test_one_that_cannot_be_told_ends_the_run_as_a_bug(self, stage: Stage) -> None:
        def fail() -> str:
            raise ZeroDivisionError

        stage.closed = fail
        execution = stage.run(self.STEPS)
        assert outcomes(execution) == ["not_sent"] * 4
        assert conclude(execution)[1] is ExitCode.BROKEN


HREF = "http://127.0.0.1:9/acme/campaign/workflow/execution/WKF3/trigger/"
EVERYTHING = in_steps(
    [waiting("WKF1"), waiting("WKF2")],
    [pausing()],
    [
        command("WKF3", "signal", signal=Signal("signal1", "CI", ())),
        waiting("WKF4", "start", "started"),
    ],
    [command("WKF5", "pause")],
)
EVENTS, REQUESTS = 25, 12  # of a run of all that nothing disturbs


def run_everything(stage: Stage) -> Execution:
    activities = {"activity": {"signal1": {"trigger": {"href": HREF}}}}
    stage.wire.reads |= {
        "WKF1": ["started", "stopped"],
        "WKF2": ["stopped"],
        "WKF3": [told({"state": "started", "activities": activities})],
        "WKF4": ["editing", "editing", "started"],
    }
    return stage.run(EVERYTHING, *[answered(200)] * 5)


def check_what_stands(stage: Stage, execution: Execution) -> None:
    """What ended keeps its result, what may have arrived is unknown, and the rest is not sent."""
    ended = {it.result.command.id: it.result for it in stage.events if isinstance(it, CommandEnded)}
    for result in execution.results:
        it = result.command
        posted = any(line.endswith(f" {it.workflow}") for line in stage.sent)
        if it.id in ended:
            assert result is ended[it.id]
            assert not (posted and result.outcome is Outcome.NOT_SENT)
        else:
            assert result.outcome.value == ("unknown" if posted else "not_sent")
        assert result.message or result.outcome is Outcome.SUCCEEDED


class TestBreakingOff:
    """However and wherever a run ends, its results say what may have happened and no more."""

    def test_undisturbed_it_succeeds(self, stage: Stage) -> None:
        execution = run_everything(stage)
        assert outcomes(execution) == ["succeeded"] * 6
        assert (len(stage.events), len(stage.traffic)) == (EVENTS, REQUESTS)
        check_what_stands(stage, execution)

    @pytest.mark.parametrize("number", range(EVENTS))
    @pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
    def test_at_any_event(self, stage: Stage, error: type[BaseException], number: int) -> None:
        def break_off(_event: Event) -> None:
            if len(stage.events) == number + 1:
                raise error

        stage.on_event = break_off
        execution = run_everything(stage)
        check_what_stands(stage, execution)
        done = outcomes(execution) == ["succeeded"] * 6
        if error is ZeroDivisionError:
            assert conclude(execution)[1] is ExitCode.BROKEN
        else:
            assert conclude(execution)[1] is (ExitCode.DONE if done else ExitCode.UNSETTLED)

    @pytest.mark.parametrize("number", range(EVENTS))
    def test_a_wish_at_any_event(self, stage: Stage, number: int) -> None:
        def wish(_event: Event) -> None:
            if len(stage.events) == number + 1:
                stage.interrupt()

        stage.on_event = wish
        execution = run_everything(stage)
        check_what_stands(stage, execution)
        for result in execution.results:
            assert result.outcome is not Outcome.UNKNOWN or result.command.wait is not None
        done = outcomes(execution) == ["succeeded"] * 6
        assert conclude(execution)[1] is (ExitCode.DONE if done else ExitCode.UNSETTLED)

    @pytest.mark.parametrize("number", range(REQUESTS))
    @pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
    def test_in_any_request(self, stage: Stage, error: type[BaseException], number: int) -> None:
        def breaking(request: Request) -> None:
            if len(stage.traffic) == number + 1:
                raise error

        stage.wire.on_request = breaking
        execution = run_everything(stage)
        assert len(stage.traffic) == number + 1
        check_what_stands(stage, execution)
        broken = error is ZeroDivisionError
        assert conclude(execution)[1] is (ExitCode.BROKEN if broken else ExitCode.UNSETTLED)


REPLIES = st.sampled_from([OK, OK, OK, answered(404), answered(503), refused(), lost()])
READS = st.lists(
    st.sampled_from(["started", "paused", "stopped", "finished", "failed", "odd"]), min_size=1
)


@st.composite
def some_steps(draw: st.DrawFn) -> list[Command]:
    """Give a few steps of commands for workflows of their own, waited for or not."""
    steps: list[list[Command]] = []
    for number in range(draw(st.integers(1, 4))):
        wait = draw(st.sampled_from([None, Wait(State.STOPPED, 5.0), Wait(State.STARTED, 5.0)]))
        steps.append(
            [
                command(
                    f"WKF{number}{n}",
                    draw(st.sampled_from(["start", "stop", "pause", "resume"])),
                    wait=wait,
                    on_failure=draw(st.sampled_from(["stop", "continue"])),
                )
                for n in range(draw(st.integers(1, 3)))
            ]
        )
    return in_steps(*steps)


@given(commands=some_steps(), replies=st.lists(REPLIES, min_size=1), data=st.data())
def test_whatever_is_answered_order_holds_and_nothing_is_lost(
    new_stage: type[Stage], commands: list[Command], replies: list[Reply], data: st.DataObject
) -> None:
    """Promises 1 and 2 for any plan, any answers and any states."""
    stage = new_stage()
    stage.wire.reads = {it.workflow or "": list(data.draw(READS)) for it in commands}
    ended: dict[str, CommandResult] = {}
    begun: list[Command] = []

    def hear(event: Event) -> None:
        if isinstance(event, CommandStarted):
            earlier = [it.id for it in commands if it.step < event.command.step]
            assert set(earlier) <= set(ended), "a command of an earlier action has no outcome yet"
            assert not any(it.outcome in BAD for it in ended.values() if stops(it))
            begun.append(event.command)
        elif isinstance(event, CommandEnded):
            assert event.result.command.id not in ended
            ended[event.result.command.id] = event.result

    stage.on_event = hear
    execution = stage.run(commands, *islice(cycle(replies), 100))
    assert execution.fault is None
    assert begun == commands[: len(begun)]
    # Each is sent as often as it has attempts, and those before the last had no effect.
    assert stage.sent == [
        f"{it.command.action} {it.command.workflow}"
        for it in execution.results
        for _ in it.attempts
    ]
    for result in execution.results:
        assert all(it.status in (503, None) for it in result.attempts[:-1])
        assert "reset" not in "".join(it.error or "" for it in result.attempts[:-1])
    assert [it.command for it in execution.results] == commands
    assert [ended.get(it.id) for it in begun] == list(execution.results[: len(begun)])
    assert set(outcomes(execution)[len(begun) :]) <= {"not_sent"}


def stops(result: CommandResult) -> bool:
    return result.command.on_failure == "stop"

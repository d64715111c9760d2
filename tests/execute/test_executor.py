"""Promise 1 (order), reasons to stop, interruption between commands, and bugs inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import AttemptEnded, AttemptStarting, CommandEnded, CommandStarted
from tests.support.plans import action, command, desired, in_steps, live, offline, pausing, waiting
from tests.support.wire import answered, lost, refused

if TYPE_CHECKING:
    from runner.campaign.transport import Answer
    from runner.execute.events import Event
    from runner.execute.results import Execution
    from runner.plan.command import Command
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

THREE = [command("WKF1", "stop"), command("WKF2", "start"), command("WKF3", "pause")]
GOING_ON = [command(f"WKF{n}", on_failure="continue") for n in (1, 2, 3)]
OK = answered(202)


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
        AttemptStarting,
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
    stage.wire.reads = {"WKF2": ["stopped"]}
    execution = stage.run(THREE, OK, reply)
    assert outcomes(execution) == ["succeeded", outcome, "not_sent"]
    assert execution.results[2].message == f"the outcome of a.yaml#WKF2 is {outcome}"
    assert execution.results[2].attempts == ()
    assert conclude(execution) == (outcome, code)


@pytest.mark.parametrize(("reply", "outcome"), [(answered(404), "failed"), (lost(), "unknown")])
def test_on_failure_continue_goes_on_r18(stage: Stage, reply: Reply, outcome: str) -> None:
    stage.wire.reads = {"WKF1": ["stopped"]}
    execution = stage.run(GOING_ON, reply, OK, OK)
    assert outcomes(execution) == [outcome, "succeeded", "succeeded"]
    assert len(stage.sent) == 3


def test_the_last_command_decides_for_itself_whether_the_run_goes_on(stage: Stage) -> None:
    stage.wire.reads = {"WKF1": ["stopped"]}
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
            (AttemptStarting, ["not_sent"] * 3),
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

"""Waits: how often and how long workflows are watched, and what comes of it (R14, R15, R18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import AttemptEnded, CommandEnded, StateSeen, WaitStarted
from runner.states import State
from runner.validate.config import Wait
from tests.support.plans import (
    action,
    command,
    desired,
    in_steps,
    live,
    offline,
    pausing,
    waiting,
)
from tests.support.wire import answered, lost, refused, told

if TYPE_CHECKING:
    from runner.campaign.transport import Answer
    from runner.execute.events import Event
    from runner.execute.results import CommandResult, Execution
    from runner.plan.command import Command
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

OK = answered(202)


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


def watch(stage: Stage, it: Command, *states: str | Reply) -> CommandResult:
    """Carry out one command, and let these states be seen; the last one for ever."""
    stage.wire.reads[it.workflow or ""] = list(states)
    (result,) = stage.run([it], OK).results
    return result


class TestLooks:
    def test_they_come_soon_at_first_and_then_as_often_as_asked(self, stage: Stage) -> None:
        states = ["started"] * 8 + ["stopped"]
        result = watch(stage, waiting(), *states)
        assert result.outcome.value == "succeeded"
        assert stage.pauses == [0.25, 0.5, 1, 2, 4, 5, 5, 5]
        assert stage.traffic == ["stop WKF1"] + ["read WKF1"] * 9

    def test_the_first_one_is_at_once(self, stage: Stage) -> None:
        result = watch(stage, waiting(), "stopped")
        assert (result.outcome.value, result.waited, stage.pauses) == ("succeeded", 0.0, [])

    def test_the_last_one_is_exactly_when_the_time_is_up(self, stage: Stage) -> None:
        result = watch(stage, waiting(timeout=10.0), "started")
        assert stage.pauses == [0.25, 0.5, 1, 2, 4, 2.25]
        assert (result.outcome.value, result.waited) == ("failed", 10.0)
        assert result.message == "accepted, but still started after 10s instead of stopped"

    def test_what_is_seen_in_the_last_moment_counts(self, stage: Stage) -> None:
        result = watch(stage, waiting(timeout=0.75), "started", "started", "stopped")
        assert (result.outcome.value, result.waited) == ("succeeded", 0.75)

    def test_one_that_takes_too_long_counts_by_what_it_brings(self, stage: Stage) -> None:
        def slow() -> Answer:
            stage.time.passed += 30
            return told({"state": "stopped"})

        result = watch(stage, waiting(timeout=10.0), slow)
        assert (result.outcome.value, result.waited) == ("succeeded", 30.0)

    def test_one_that_takes_too_long_is_the_last(self, stage: Stage) -> None:
        def slow() -> Answer:
            stage.time.passed += 30
            return told({"state": "started"})

        result = watch(stage, waiting(timeout=10.0), slow)
        assert (result.outcome.value, result.waited) == ("failed", 30.0)
        assert stage.pauses == []

    def test_each_has_the_commands_own_timeout(self, stage: Stage) -> None:
        watch(stage, waiting(), "stopped")
        assert [timeout for _, timeout in stage.wire.requests] == [70.0, 70.0]


class TestBounds:
    """A look ends with its wait, however patiently reads are tried elsewhere."""

    def test_a_read_gets_what_is_left_and_at_least_ten_seconds(self, stage: Stage) -> None:
        watch(stage, waiting(timeout=20.0, poll=9.0), "started")
        assert [timeout for _, timeout in stage.wire.requests] == [
            *[70.0, 20.0, 19.75, 19.25, 18.25, 16.25, 12.25],
            *[10.0, 10.0],  # when 3.25 s are left, and at the very end
        ]

    def test_a_read_that_is_to_be_tried_again_too_late_is_not(self, stage: Stage) -> None:
        result = watch(stage, waiting(timeout=60.0), answered(429, retry_after="120"))
        assert result.outcome.value == "failed"
        assert result.message.startswith("accepted, but its state could not be read: too many")
        assert (stage.pauses, stage.time.passed) == ([], 0.0)
        assert stage.traffic == ["stop WKF1", "read WKF1"]

    def test_a_read_is_tried_again_for_as_long_as_the_wait_lasts(self, stage: Stage) -> None:
        result = watch(stage, waiting(timeout=60.0), answered(429, retry_after="25"))
        assert (result.outcome.value, result.waited) == ("failed", 50.0)
        assert stage.pauses == [25.0, 25.0]

    def test_the_time_that_is_gone_already_counts(self, stage: Stage) -> None:
        busy = answered(429, retry_after="50")
        result = watch(stage, waiting(timeout=60.0, poll=30.0), *["started"] * 7, busy)
        assert result.outcome.value == "failed"
        assert result.waited is not None
        assert result.waited <= 60.0
        assert 50.0 not in stage.pauses

    def test_the_pause_before_a_look_counts_too(self, stage: Stage) -> None:
        busy = answered(429, retry_after="60")
        result = watch(stage, waiting(timeout=100.0, poll=60.0), *["started"] * 6, busy)
        assert result.outcome.value == "failed"
        assert stage.time.passed <= 100.0

    def test_one_with_little_time_left_spoils_none_that_has_more(self, stage: Stage) -> None:
        busy = answered(429, retry_after="20")
        stage.wire.reads = {"WKF1": ["started"], "WKF2": [busy, "stopped"]}
        impatient = waiting("WKF1", timeout=5.0, on_failure="continue")
        execution = stage.run([impatient, waiting("WKF2")], OK, OK)
        assert outcomes(execution) == ["failed", "succeeded"]

    def test_one_that_has_more_time_keeps_none_waiting_that_has_less(self, stage: Stage) -> None:
        busy = answered(429, retry_after="90")
        stage.wire.reads = {"WKF1": ["started"], "WKF2": [busy, "stopped"]}
        patient = waiting("WKF2", timeout=600.0)
        execution = stage.run(
            [waiting("WKF1", timeout=30.0, on_failure="continue"), patient], OK, OK
        )
        assert outcomes(execution) == ["failed", "succeeded"]
        assert execution.results[0].waited == 30.0

    def test_what_was_given_up_for_another_is_looked_at_again(self, stage: Stage) -> None:
        busy = answered(429, retry_after="90")
        stage.wire.reads = {"WKF1": ["started"], "WKF2": [busy, busy, "stopped"]}
        impatient = waiting("WKF1", timeout=11.0, on_failure="continue")
        execution = stage.run([impatient, waiting("WKF2", timeout=600.0)], OK, OK)
        assert outcomes(execution) == ["failed", "succeeded"]
        assert execution.results[0].message.startswith("accepted, but still started after 11s")

    def test_where_there_is_time_a_read_is_tried_again_as_asked(self, stage: Stage) -> None:
        result = watch(stage, waiting(), answered(429, retry_after="120"), "stopped")
        assert (result.outcome.value, result.waited) == ("succeeded", 120.0)


class TestSeveral:
    def test_all_are_sent_and_then_waited_for_together(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started", "stopped"], "WKF2": ["started", "finished"]}
        execution = stage.run([waiting("WKF1"), waiting("WKF2")], OK, OK)
        assert outcomes(execution) == ["succeeded", "succeeded"]
        assert stage.traffic == ["stop WKF1", "stop WKF2", *["read WKF1", "read WKF2"] * 2]

    def test_one_that_is_done_is_looked_at_no_more(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped"], "WKF2": ["started", "started", "stopped"]}
        stage.run([waiting("WKF1"), waiting("WKF2")], OK, OK)
        assert stage.traffic[2:] == ["read WKF1", "read WKF2", "read WKF2", "read WKF2"]

    def test_each_has_its_own_time(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started"], "WKF2": ["paused"], "WKF3": ["started"]}
        commands = [
            waiting(f"WKF{n}", timeout=timeout, on_failure="continue")
            for n, timeout in enumerate([10.0, 60.0, 12.0], 1)
        ]
        results = stage.run(commands, OK, OK, OK).results
        assert [it.waited for it in results] == [10.0, 60.0, 12.0]
        assert [it.message for it in results] == [
            "accepted, but still started after 10s instead of stopped",
            "accepted, but still paused after 1m instead of stopped",
            "accepted, but still started after 12s instead of stopped",
        ]

    def test_each_is_looked_at_as_often_as_the_most_impatient_asks(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started"], "WKF2": ["started"]}
        quick = waiting("WKF1", timeout=2.75, poll=1.0, on_failure="continue")
        stage.run([quick, waiting("WKF2", timeout=30.0, poll=20.0)], OK, OK)
        #                     WKF1 is given up here: v
        assert stage.pauses == [0.25, 0.5, 1.0, 1.0, 4.0, 20.0, 3.25]

    def test_results_stay_in_the_order_of_the_plan(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started", "stopped"], "WKF2": ["stopped"]}
        execution = stage.run([waiting("WKF1"), waiting("WKF2")], OK, OK)
        ended = [it.number for it in stage.events if isinstance(it, CommandEnded)]
        assert ended == [2, 1]
        assert [it.command.workflow for it in execution.results] == ["WKF1", "WKF2"]


class TestOutcome:
    def test_it_is_final_only_after_the_wait_r15(self, stage: Stage) -> None:
        watch(stage, waiting(), "started", "stopped")
        assert stage.heard == [
            "CommandStarted",
            "AttemptStarting",
            "AttemptEnded",
            "WaitStarted",
            "StateSeen",
            "StateSeen",
            "CommandEnded",
        ]

    def test_the_next_step_begins_after_the_wait(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started", "stopped"]}
        stage.run(in_steps([waiting("WKF1")], [command("WKF2", "start")]), OK, OK)
        assert stage.traffic == ["stop WKF1", "read WKF1", "read WKF1", "start WKF2"]

    def test_listeners_hear_what_is_news(self, stage: Stage) -> None:
        watch(stage, waiting(), "started", "started", "paused", "paused", "finished")
        seen = [it for it in stage.events if isinstance(it, StateSeen)]
        assert [(it.state.value, it.news, it.waited, it.reached) for it in seen] == [
            ("started", True, 0.0, False),
            ("started", False, 0.25, False),
            ("paused", True, 0.75, False),
            ("paused", False, 1.75, False),
            ("finished", True, 3.75, True),
        ]

    @pytest.mark.parametrize(
        ("until", "states", "reached"),
        [
            ("stopped", ["stopped", "started", "stopped"], [False, False, True]),
            ("started", ["editing", "finished"], [True]),  # the first one is from before
            ("started", ["finished", "finished", "started"], [False, True]),
            ("started", ["editing", "editing", "failed"], [False, False]),
        ],
    )
    def test_listeners_hear_whether_it_is_what_was_waited_for_r15(
        self, stage: Stage, until: str, states: list[str], reached: list[bool]
    ) -> None:
        watch(stage, waiting(action="start", until=until), *states)
        assert [it.reached for it in stage.events if isinstance(it, StateSeen)] == reached

    def test_listeners_hear_for_what_is_waited(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped"], "WKF3": ["stopped"]}
        commands = [waiting("WKF1"), command("WKF2"), waiting("WKF3")]
        stage.run(commands, OK, OK, OK)
        (started,) = [it for it in stage.events if isinstance(it, WaitStarted)]
        assert started.commands == (commands[0], commands[2])

    def test_a_note_on_the_answer_is_kept(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started"]}
        cut = answered(200, "{", "the body is cut", content_type="application/json")
        (result,) = stage.run([waiting(timeout=0.25)], cut).results
        assert result.message == (
            "accepted; the body is cut; accepted, but still started after 250ms instead of stopped"
        )

    def test_what_was_not_accepted_is_not_waited_for(self, stage: Stage) -> None:
        stage.run([waiting()], answered(404))
        assert stage.traffic == ["stop WKF1"]

    def test_what_may_have_been_accepted_is_settled_and_not_waited_for_r17(
        self, stage: Stage
    ) -> None:
        stage.wire.reads = {"WKF1": [answered(404)]}
        stage.run([waiting()], lost())
        assert stage.sent == ["stop WKF1"]
        assert "SettlingSeen" in stage.heard
        assert "WaitStarted" not in stage.heard

    @pytest.mark.parametrize("reply", [lost(), answered(500)])
    def test_what_was_settled_as_accepted_is_waited_for_r15(
        self, stage: Stage, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": ["paused", "started", "paused"]}
        (result,) = stage.run([waiting(action="pause", until="paused")], reply).results
        assert result.outcome.value == "succeeded"
        assert result.message.endswith(
            "; the workflow is paused, as asked, which does not prove the cause"
        )
        assert stage.traffic == ["pause WKF1", *["read WKF1"] * 3]
        assert stage.heard[-5:-2] == ["SettlingSeen", "WaitStarted", "StateSeen"]

    @pytest.mark.parametrize(
        ("reply", "why"),
        [
            (answered(404, "gone"), "changed in Campaign. Open the workflow there, and copy"),
            (answered(500, "oops"), "It says: 500 oops"),
            (answered(200, "<html>"), "the API's answer cannot be read; it is no JSON object"),
            (told({"state": "20"}), 'its field "state" says "20", which'),
            (told({"PKey": "@a"}), "its answer has none of the fields state, status; run doctor"),
            (told({"state": ""}), 'its field "state" is empty'),
        ],
    )
    def test_a_state_that_cannot_be_read_ends_the_wait_at_once_r15(
        self, stage: Stage, reply: Reply, why: str
    ) -> None:
        result = watch(stage, waiting(), reply)
        assert result.outcome.value == "failed"
        assert result.message.startswith("accepted, but its state could not be read: ")
        assert why in result.message
        assert stage.traffic == ["stop WKF1", "read WKF1"]

    def test_a_read_that_passes_is_tried_again_first_r16(self, stage: Stage) -> None:
        result = watch(stage, waiting(), refused(), answered(503), "stopped")
        assert result.outcome.value == "succeeded"
        assert stage.pauses == [1.0, 2.0]

    def test_a_workflow_that_fails_ends_the_wait_at_once_r15(self, stage: Stage) -> None:
        result = watch(stage, waiting(action="pause", until="paused"), "started", "failed")
        assert (result.outcome.value, result.message) == (
            "failed",
            "accepted, but the workflow has failed. Look at it in Campaign",
        )

    def test_a_stop_is_how_one_leaves_that_state_r15(self, stage: Stage) -> None:
        result = watch(stage, waiting(), "failed", "failed", "stopped")
        assert result.outcome.value == "succeeded"


class TestAfterAStart:
    def test_its_end_counts_once_it_was_seen_to_run_r15(self, stage: Stage) -> None:
        result = watch(stage, waiting(action="start"), "stopped", "started", "stopped")
        assert (result.outcome.value, result.message) == ("succeeded", "")

    @pytest.mark.parametrize("state", ["stopped", "finished"])
    def test_an_end_that_may_be_an_old_one_fails_when_its_time_is_up_r15(
        self, stage: Stage, state: str
    ) -> None:
        result = watch(stage, waiting(action="start", timeout=60.0), state)
        assert (result.outcome.value, result.waited) == ("failed", 60.0)
        assert result.message == (
            f"accepted, but {state} for all of 1m, as it may have been before the start:"
            " whether it ran cannot be told"
        )

    def test_no_state_is_read_before_a_start_whose_end_is_waited_for_r12(
        self, stage: Stage
    ) -> None:
        watch(stage, waiting(action="start"), "started", "stopped")
        assert stage.traffic == ["start WKF1", "read WKF1", "read WKF1"]

    @pytest.mark.parametrize("before", ["editing", "stopped", "paused", "failed"])
    def test_a_finish_that_was_not_there_before_counts_r15(self, stage: Stage, before: str) -> None:
        it = waiting(action="start", until="started")
        result = watch(stage, it, before, "finished")
        assert (result.outcome.value, result.message) == (
            "succeeded",
            "it has run, and finished already",
        )

    def test_a_finish_after_another_state_counts_r15(self, stage: Stage) -> None:
        it = waiting(action="start", until="started")
        result = watch(stage, it, "finished", "finished", "editing", "finished")
        assert result.outcome.value == "succeeded"

    @pytest.mark.parametrize("before", ["finished", answered(404), answered(500), told({})])
    def test_a_finish_that_may_be_an_old_one_fails_when_its_time_is_up_r15(
        self, stage: Stage, before: str | Reply
    ) -> None:
        it = waiting(action="start", until="started", timeout=60.0)
        result = watch(stage, it, before, "finished")
        assert (result.outcome.value, result.waited) == ("failed", 60.0)
        assert result.message.endswith("whether it ran cannot be told")

    @pytest.mark.parametrize(
        "states", [["editing", "stopped"], ["paused", "paused", "stopped"], ["stopped"]]
    )
    def test_a_state_that_is_known_to_be_new_is_not_called_an_old_one(
        self, stage: Stage, states: list[str]
    ) -> None:
        it = waiting(action="start", until="started", timeout=60.0)
        result = watch(stage, it, *states)
        assert result.message == (
            "accepted, but still stopped after 1m instead of started."
            " It may be queued: Adobe runs some 20 at a time"
        )


class TestDesired:
    """R14: commands that are made for a desired state wait for it."""

    def test_a_failed_workflow_may_show_as_failed_for_a_while_r15(self, stage: Stage) -> None:
        plan = live(offline(desired("WKF1", "paused", allow_start=True)), WKF1="failed")
        stage.wire.reads = {"WKF1": ["failed", "failed", "started", "paused"]}
        execution = stage.carry_out(plan, OK, OK)
        assert outcomes(execution) == ["succeeded", "succeeded"]
        assert stage.sent == ["start WKF1", "pause WKF1"]

    def test_a_failed_workflow_that_runs_and_fails_again_has_failed_r15(self, stage: Stage) -> None:
        plan = live(offline(desired("WKF1", "paused", allow_start=True)), WKF1="failed")
        stage.wire.reads = {"WKF1": ["failed", "editing", "failed"]}
        assert outcomes(stage.carry_out(plan, OK)) == ["failed", "not_sent"]

    def test_a_workflow_that_was_not_failed_fails_at_once_r15(self, stage: Stage) -> None:
        plan = live(offline(desired("WKF1", "started")), WKF1="stopped")
        stage.wire.reads = {"WKF1": ["failed"]}
        assert outcomes(stage.carry_out(plan, OK)) == ["failed"]
        assert stage.pauses == []

    def test_a_failed_one_is_stopped_and_started_again_r13(self, stage: Stage) -> None:
        plan = live(offline(desired("WKF1", "started", restart_failed=True)), WKF1="failed")
        stage.wire.reads = {"WKF1": ["failed", "stopped", "stopped", "started"]}
        results = stage.carry_out(plan, OK, OK).results
        assert [(it.state_before, it.state_after) for it in results] == [
            (State.FAILED, State.STOPPED),
            (State.STOPPED, State.STARTED),
        ]

    def test_a_finished_one_counts_as_stopped_r14(self, stage: Stage) -> None:
        plan = live(offline(desired("WKF1", "stopped")), WKF1="started")
        stage.wire.reads = {"WKF1": ["finished"]}
        assert outcomes(stage.carry_out(plan, OK)) == ["succeeded"]

    def test_each_waits_as_it_is_written(self, stage: Stage) -> None:
        patient = desired("WKF1", Wait(State.STOPPED, 100.0), on_failure="continue")
        other = desired("WKF2", Wait(State.STOPPED, 10.0), index=2, on_failure="continue")
        plan = live(offline(patient, other), WKF1="started", WKF2="started")
        stage.wire.reads = {"WKF1": ["started"], "WKF2": ["started"]}
        assert [it.waited for it in stage.carry_out(plan, OK, OK).results] == [100.0, 10.0]


class TestStates:
    """What a report says of the states before and after, where they were read."""

    def test_a_plain_command_reads_none_r12(self, stage: Stage) -> None:
        (result,) = stage.run([command()], OK).results
        assert (result.state_before, result.state_after, result.waited) == (None, None, None)

    def test_a_wait_reads_the_one_after_r12(self, stage: Stage) -> None:
        result = watch(stage, waiting(), "started", "stopped")
        assert (result.state_before, result.state_after) == (None, State.STOPPED)
        assert result.waited == 0.25

    def test_a_wait_that_fails_says_what_was_seen_last(self, stage: Stage) -> None:
        result = watch(stage, waiting(timeout=0.25), "started", "paused")
        assert result.state_after is State.PAUSED

    def test_a_live_plan_knows_the_one_before(self, stage: Stage) -> None:
        plan = live(offline(desired("WKF1", "stopped")), WKF1="paused")
        stage.wire.reads = {"WKF1": ["stopped"]}
        (result,) = stage.carry_out(plan, OK).results
        assert (result.state_before, result.state_after) == (State.PAUSED, State.STOPPED)

    def test_what_a_wait_saw_last_is_read_again_before_a_start(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped", "editing", "started"]}
        steps = in_steps([waiting()], [waiting(action="start", until="started")])
        first, second = stage.run(steps, OK, OK).results
        assert (first.state_after, second.state_before) == (State.STOPPED, State.EDITING)
        assert stage.traffic == [
            *["stop WKF1", "read WKF1"],
            *["read WKF1", "start WKF1", "read WKF1"],
        ]

    @pytest.mark.parametrize("reply", [OK, answered(404), lost()])
    def test_what_was_seen_before_something_was_sent_is_forgotten(
        self, stage: Stage, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": ["finished"]}
        start = action("start", "WKF1", on_failure="continue")
        plan = live(offline(start, action("pause", "WKF1", index=2)), WKF1="stopped")
        results = stage.carry_out(plan, reply, OK).results
        # A lost answer has the state read, and nothing was sent since.
        then = State.FINISHED if reply not in (OK, answered(404)) else None
        assert [it.state_before for it in results] == [State.STOPPED, then]

    @pytest.mark.parametrize("between", [pausing(), waiting("WKF2")], ids=["pause", "wait"])
    def test_what_was_seen_before_time_passed_is_forgotten(
        self, stage: Stage, between: Command
    ) -> None:
        stage.wire.reads = {"WKF1": ["started"], "WKF2": ["stopped"]}
        steps = in_steps([waiting("WKF1", "start", "started")], [between], [command("WKF1")])
        assert stage.run(steps, OK, OK, OK).results[2].state_before is None


class TestOnFailure:
    def test_a_wait_that_fails_stops_the_run(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["unheard of"]}
        execution = stage.run(in_steps([waiting()], [command("WKF2")]), OK)
        assert outcomes(execution) == ["failed", "not_sent"]
        assert execution.results[1].message == "the outcome of a.yaml#1.1 is failed"
        assert conclude(execution) == ("failed", ExitCode.FAILED)

    def test_a_wait_that_fails_lets_the_run_go_on_where_that_is_asked(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["unheard of"]}
        steps = in_steps([waiting(on_failure="continue")], [command("WKF2")])
        execution = stage.run(steps, OK, OK)
        assert outcomes(execution) == ["failed", "succeeded"]
        assert conclude(execution) == ("failed", ExitCode.FAILED)

    def test_one_wait_that_fails_does_not_end_the_others(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["unheard of"], "WKF2": ["started", "stopped"]}
        execution = stage.run([waiting("WKF1"), waiting("WKF2")], OK, OK)
        assert outcomes(execution) == ["failed", "succeeded"]

    @pytest.mark.parametrize("reply", [answered(404), lost(), answered(403)])
    def test_what_was_accepted_before_a_failure_is_still_waited_for(
        self, stage: Stage, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": ["started", "stopped"], "WKF2": ["unheard of"]}
        steps = in_steps(
            [waiting("WKF1"), waiting("WKF2"), waiting("WKF3")], [command("WKF4", "start")]
        )
        execution = stage.run(steps, OK, reply)
        assert outcomes(execution)[0] == "succeeded"
        assert outcomes(execution)[1] == ("unknown" if reply == lost() else "failed")
        assert outcomes(execution)[2:] == ["not_sent", "not_sent"]
        assert stage.sent == ["stop WKF1", "stop WKF2"]
        assert stage.traffic[-2:] == ["read WKF1", "read WKF1"]


class TestRejected:
    """R18: rejected credentials end the run whatever on_failure says."""

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_look_that_is_rejected_fails_all_that_is_waited_for(
        self, stage: Stage, status: int
    ) -> None:
        stage.wire.reads = {"WKF1": ["started", answered(status, "no")], "WKF2": ["started"]}
        first = [waiting(f"WKF{n}", on_failure="continue") for n in (1, 2)]
        execution = stage.run(in_steps(first, [command("WKF3")]), OK, OK)
        assert outcomes(execution) == ["failed", "failed", "not_sent"]
        for result in execution.results[:2]:
            assert result.message.startswith("accepted, but its state could not be read: ")
            assert f"It says: {status} no" in result.message
            assert result.state_after is State.STARTED
        assert execution.results[2].message == "the credentials were rejected at a.yaml#1.1"
        assert conclude(execution) == ("failed", ExitCode.CREDENTIALS)


class TestInterruption:
    def test_between_two_looks_the_outcome_is_unknown_r21(self, stage: Stage) -> None:
        stage.on_pause = lambda number: stage.interrupt() if number == 3 else None
        stage.wire.reads = {"WKF1": ["started"], "WKF2": ["stopped"]}
        steps = in_steps([waiting("WKF1"), waiting("WKF2")], [command("WKF3")])
        execution = stage.run(steps, OK, OK)
        assert outcomes(execution) == ["unknown", "succeeded", "not_sent"]
        first, _, last = execution.results
        assert first.message == (
            "accepted; interrupted while waiting for it to be stopped, last seen started"
        )
        assert (first.state_after, first.waited) == (State.STARTED, 0.75)
        assert last.message == "the run was interrupted before"
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)
        assert stage.heard[-1] == "CommandEnded"

    def test_a_wish_before_the_wait_leaves_no_time_for_a_look(self, stage: Stage) -> None:
        def wish(event: Event) -> None:
            if isinstance(event, AttemptEnded):
                stage.interrupt()

        stage.on_event = wish
        execution = stage.run([waiting("WKF1"), waiting("WKF2")], OK)
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.results[0].message == (
            "accepted; interrupted while waiting for it to be stopped"
        )
        assert execution.results[0].state_after is None
        assert stage.traffic == ["stop WKF1"]

    @pytest.mark.parametrize("wishes", [1, 2])
    def test_a_wish_that_ends_a_look_leaves_the_outcome_unknown(
        self, stage: Stage, wishes: int
    ) -> None:
        """A look ends at the first wish, or by force where somebody is impatient."""

        def interrupted() -> Answer:
            for _ in range(wishes):
                stage.interrupt()
            raise KeyboardInterrupt

        stage.wire.reads = {"WKF1": ["started", interrupted]}
        execution = stage.run(in_steps([waiting("WKF1")], [command("WKF2")]), OK)
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.results[0].message == (
            "accepted; interrupted while waiting for it to be stopped, last seen started"
        )
        assert execution.results[1].message == "the run was interrupted before"
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)
        assert stage.heard[-1] == "CommandEnded"

    def test_a_wish_while_a_look_waits_to_be_tried_again_leaves_it_unknown(
        self, stage: Stage
    ) -> None:
        stage.on_pause = lambda _number: stage.interrupt()
        result = watch(stage, waiting(), answered(503))
        assert result.outcome.value == "unknown"

    def test_by_force_between_two_looks_it_is_unknown(self, stage: Stage) -> None:
        def force(_number: int) -> None:
            raise KeyboardInterrupt

        stage.on_pause = force
        stage.wire.reads = {"WKF1": ["started"], "WKF2": ["stopped"]}
        commands = [waiting("WKF1"), waiting("WKF2"), waiting("WKF3")]
        stage.wire.reads["WKF3"] = ["paused"]
        execution = stage.run(commands, OK, OK, OK)
        assert outcomes(execution) == ["unknown", "succeeded", "unknown"]
        assert execution.results[2].message == (
            "accepted; the run was stopped by force while waiting for it to be stopped,"
            " last seen paused"
        )
        assert execution.interrupted

    def test_a_bug_in_a_look_leaves_it_unknown_and_is_told(self, stage: Stage) -> None:
        bug = ZeroDivisionError("a bug")
        stage.wire.reads = {"WKF1": [bug], "WKF2": [bug]}
        execution = stage.run(in_steps([waiting("WKF1")], [command("WKF2")]), OK)
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.results[0].message == (
            "accepted; the runner itself failed while waiting for it to be stopped"
        )
        assert execution.fault is bug
        assert conclude(execution) == ("unknown", ExitCode.BROKEN)


def test_a_wait_of_many_thousand_looks_comes_to_its_end_soon(stage: Stage) -> None:
    result = watch(stage, waiting(poll=0.125, timeout=1024.0), "started")
    assert len(stage.pauses) > 8_000
    assert (result.outcome.value, result.waited) == ("failed", 1024.0)

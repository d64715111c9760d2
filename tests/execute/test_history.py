"""Runs that go on after an earlier part of them: R15, R17, R26 and R27."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import AttemptStarting, CommandEnded, CommandRestored
from runner.execute.past import Past
from runner.execute.results import Attempt, CommandResult, Outcome, count
from runner.execute.settling import Doubt
from runner.states import State
from runner.validate.config import Signal
from tests.support.plans import action, command, desired, in_steps, live, offline, pausing, waiting
from tests.support.wire import answered, lost, refused, told
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from runner.campaign.transport import Answer
    from runner.execute.events import Event
    from runner.execute.results import Execution
    from runner.plan.command import Command
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

OK = answered(202)
ONE = [command("WKF1"), command("WKF2")]
SIGNAL = command("WKF1", "signal", signal=Signal("s", "CI", ()))
HREF = "http://127.0.0.1:9/acme/campaign/workflow/execution/WKF1/trigger/"
READY = told({"state": "started", "activities": {"activity": {"s": {"trigger": {"href": HREF}}}}})
BUSY = Attempt(NOON, 0.5, 503, "503 busy", None)
CUT = Attempt(NOON, 0.0, None, "the runner was stopped before its answer came", None)
IN_FLIGHT = Past(attempts=(CUT,), in_flight_since=NOON)
ACCEPTED = Past(attempts=(Attempt(NOON, 0.5, 202, None, None),), accepted=True)


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


def messages(execution: Execution) -> list[str]:
    return [result.message for result in execution.results]


def done(it: Command, outcome: str = "succeeded", **others: Any) -> Past:
    """Give what is known of a command that has its final outcome."""
    return Past(CommandResult(it, Outcome(outcome), **others))


class TestFinal:
    """What has its outcome is restored, and nothing more is done for it (R26)."""

    def test_it_keeps_its_result_and_the_others_are_sent_r26(self, stage: Stage) -> None:
        commands = [command(f"WKF{n}", on_failure="continue") for n in range(4)]
        known = ["succeeded", "failed", "unknown"]
        stage.history = {
            n: done(it, outcome, message=f"{n}", attempts=(BUSY,))
            for n, (it, outcome) in enumerate(zip(commands, known, strict=False))
        }
        execution = stage.run(commands, OK)
        assert outcomes(execution) == [*known, "succeeded"]
        assert list(execution.results[:3]) == [stage.history[n].result for n in range(3)]
        assert stage.traffic == ["start WKF3"]
        assert conclude(execution) == ("unknown", ExitCode.UNSETTLED)
        assert execution.is_over

    def test_listeners_hear_that_it_is_from_before(self, stage: Stage) -> None:
        stage.history = {0: done(ONE[0])}
        stage.run(ONE, OK)
        assert stage.heard == [
            *["CommandRestored", "CommandStarted", "AttemptStarting"],
            *["AttemptEnded", "CommandEnded"],
        ]
        restored, ended = stage.events[0], stage.events[-1]
        assert isinstance(restored, CommandRestored)
        assert isinstance(ended, CommandEnded)
        assert [(it.number, it.total) for it in (restored, ended)] == [(1, 2), (2, 2)]

    @pytest.mark.parametrize("outcome", ["failed", "unknown"])
    def test_it_counts_for_on_failure_stop_r18(self, stage: Stage, outcome: str) -> None:
        stage.history = {0: done(ONE[0], outcome)}
        execution = stage.run(ONE)
        assert outcomes(execution) == [outcome, "not_sent"]
        assert messages(execution)[1] == f"the outcome of a.yaml#WKF1 is {outcome}"
        assert execution.is_over

    def test_it_counts_for_what_follows_it(self, stage: Stage) -> None:
        content = [
            desired(f"WKF{n}", "started", n, restart_failed=True, on_failure="continue")
            for n in (1, 2)
        ]
        plan = live(offline(*content), WKF1="failed", WKF2="failed")
        stops = plan.commands[:2]
        stage.history = {0: done(stops[0], "failed"), 1: done(stops[1])}
        stage.wire.reads = {"WKF2": ["stopped", "started"]}
        execution = stage.carry_out(plan, OK)
        assert outcomes(execution) == ["failed", "succeeded", "not_sent", "succeeded"]
        assert stage.sent == ["start WKF2"]

    def test_all_of_a_run_that_was_finished_sends_nothing_r26(self, stage: Stage) -> None:
        commands = in_steps([command("WKF1"), pausing(5.0)], [waiting("WKF2")])
        stage.history = {n: done(it) for n, it in enumerate(commands)}
        stage.closed = lambda: "no window is open"
        execution = stage.run(commands)
        assert conclude(execution) == ("succeeded", ExitCode.DONE)
        assert (stage.traffic, stage.pauses) == ([], [])
        assert set(stage.heard) == {"CommandRestored"}

    def test_it_is_no_fault_of_the_service_now(self, stage: Stage) -> None:
        commands = [command(f"WKF{n}", on_failure="continue") for n in range(7)]
        stage.history = {
            n: done(it, "failed", of_service=True) for n, it in enumerate(commands[:6])
        }
        execution = stage.run(commands, OK)
        assert outcomes(execution)[6] == "succeeded"


class TestNotReached:
    """Where a run ends before it comes to what is known, that is still what is reported."""

    STEPS = in_steps(
        [command("WKF1"), waiting("WKF2"), command("WKF3", "stop"), command("WKF4")],
        [command("WKF5", "stop"), command("WKF6", "stop"), command("WKF7")],
    )

    def history(self) -> dict[int, Past]:
        return {
            0: done(self.STEPS[0], message="as it was"),
            1: replace(ACCEPTED, since=(State.STARTED,), before=State.PAUSED),
            2: IN_FLIGHT,
            3: ACCEPTED,
            4: Past(attempts=(BUSY,), in_doubt=True),
            5: Past(attempts=(BUSY,)),
        }

    def check(self, stage: Stage, execution: Execution, waited: str, why: str) -> None:
        """`waited` is the end of the message of the one that was accepted and has a wait."""
        assert stage.sent == []
        assert outcomes(execution) == [
            *["succeeded", "unknown", "unknown", "succeeded"],
            *["unknown", "not_sent", "not_sent"],
        ]
        assert messages(execution) == [
            "as it was",
            waited,
            f"sent before, and what became of it was not read now: {why}",
            "",
            f"an earlier answer was lost, and its effect was never seen; then: {why}",
            why,
            why,
        ]
        assert [it.is_open for it in execution.results] == [
            *[False, True, True, False],
            *[True, True, True],
        ]
        assert [len(it.attempts) for it in execution.results] == [0, 1, 1, 1, 1, 1, 0]
        accepted = execution.results[1]
        assert (accepted.state_before, accepted.state_after) == (State.PAUSED, State.STARTED)
        assert sum(count(execution.results).values()) == 7
        assert not execution.is_over

    def test_where_it_is_interrupted_at_once_r21(self, stage: Stage) -> None:
        stage.history = self.history()
        stage.interrupt()
        execution = stage.run(self.STEPS)
        waited = "accepted; interrupted while waiting for it to be stopped, last seen started"
        self.check(stage, execution, waited, "the run was interrupted before")
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)
        assert stage.traffic == []

    def test_where_the_runner_itself_fails(self, stage: Stage) -> None:
        def fail() -> str:
            raise ZeroDivisionError

        stage.history = self.history()
        stage.closed = fail
        execution = stage.run(self.STEPS)
        why = "the runner itself failed before"
        self.check(stage, execution, f"accepted before, and not waited for now: {why}", why)
        assert conclude(execution) == ("unknown", ExitCode.BROKEN)

    def test_where_no_window_is_open_what_was_accepted_is_waited_for_r32(
        self, stage: Stage
    ) -> None:
        stage.wire.reads = {"WKF2": ["started", "stopped"]}
        stage.history = self.history()
        stage.closed = lambda: "no window is open"
        execution = stage.run(self.STEPS)
        assert stage.traffic == ["read WKF2"] * 2
        assert outcomes(execution) == [
            *["succeeded", "succeeded", "unknown", "succeeded"],
            *["unknown", "not_sent", "not_sent"],
        ]
        assert execution.closed == messages(execution)[6] == "no window is open"
        assert conclude(execution) == ("unknown", ExitCode.UNSETTLED)
        assert not execution.is_over

    def test_what_was_accepted_is_looked_at_though_the_time_is_over(self, stage: Stage) -> None:
        stage.deadline = 0.0
        stage.wire.reads = {"WKF1": ["stopped"], "WKF2": ["started"]}
        stage.history = {0: ACCEPTED, 1: ACCEPTED}
        execution = stage.run([waiting("WKF1"), waiting("WKF2")])
        assert outcomes(execution) == ["succeeded", "failed"]
        assert execution.results[1].is_open

    def test_what_is_known_beyond_a_failure_is_restored(self, stage: Stage) -> None:
        commands = [command(f"WKF{n}") for n in range(4)]
        stage.history = {0: Past(attempts=(BUSY,)), 1: done(commands[1]), 2: IN_FLIGHT}
        execution = stage.run(commands, answered(404))
        assert outcomes(execution) == ["failed", "succeeded", "unknown", "not_sent"]
        assert stage.traffic == ["start WKF0"]

    def test_what_was_accepted_beyond_a_failure_is_waited_for(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF3": ["started", "stopped"]}
        stage.history = {0: Past(attempts=(BUSY,)), 2: ACCEPTED}
        commands = [command("WKF1"), command("WKF2"), waiting("WKF3")]
        execution = stage.run(commands, answered(404))
        assert outcomes(execution) == ["failed", "not_sent", "succeeded"]

    def test_a_wish_after_all_was_done_is_no_interruption(self, stage: Stage) -> None:
        commands = in_steps([command("WKF1")], [command("WKF2")])
        stage.history = {n: done(it) for n, it in enumerate(commands)}
        stage.interrupt()
        execution = stage.run(commands)
        assert outcomes(execution) == ["succeeded", "succeeded"]
        assert conclude(execution) == ("succeeded", ExitCode.DONE)
        assert execution.is_over


class TestAccepted:
    """What was accepted is only waited for, anew, with the states seen before (R15, R26)."""

    def test_it_is_not_sent_again_r26(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started", "stopped"]}
        stage.history = {0: ACCEPTED}
        execution = stage.run([waiting("WKF1")])
        assert outcomes(execution) == ["succeeded"]
        assert stage.traffic == ["read WKF1"] * 2
        assert execution.results[0].attempts == ACCEPTED.attempts

    def test_without_a_wait_it_has_succeeded_r26(self, stage: Stage) -> None:
        stage.history = {0: replace(ACCEPTED, url=HREF, settled="sent", before=State.STARTED)}
        execution = stage.run([SIGNAL, command("WKF2")], OK)
        first = execution.results[0]
        assert (first.outcome.value, first.url, first.settled) == ("succeeded", HREF, "sent")
        assert first.state_before is State.STARTED
        assert stage.traffic == ["start WKF2"]

    @pytest.mark.parametrize(
        ("since", "outcome"),
        [((), "failed"), ((State.STOPPED,), "failed"), ((State.STARTED,), "succeeded")],
    )
    def test_states_seen_before_count_for_a_start_that_is_to_end_r15(
        self, stage: Stage, since: tuple[State, ...], outcome: str
    ) -> None:
        stage.wire.reads = {"WKF1": ["stopped"]}
        stage.history = {0: replace(ACCEPTED, since=since)}
        execution = stage.run([waiting("WKF1", "start", "stopped", timeout=5.0)])
        assert outcomes(execution) == [outcome]

    @pytest.mark.parametrize(
        ("before", "outcome"), [(State.EDITING, "succeeded"), (State.FINISHED, "failed")]
    )
    def test_the_state_before_it_counts_for_a_finish_r15(
        self, stage: Stage, before: State, outcome: str
    ) -> None:
        stage.wire.reads = {"WKF1": ["finished"]}
        stage.history = {0: replace(ACCEPTED, before=before)}
        execution = stage.run([waiting("WKF1", "start", "started", timeout=5.0)])
        assert outcomes(execution) == [outcome]
        assert execution.results[0].state_before is before

    def test_its_wait_has_all_of_its_time_again_r26(self, stage: Stage) -> None:
        stage.time.passed = 10_000.0
        stage.wire.reads = {"WKF1": ["started"]}
        stage.history = {0: ACCEPTED}
        execution = stage.run([waiting("WKF1", timeout=5.0)])
        assert (outcomes(execution), stage.time.passed) == (["failed"], 10_005.0)

    def test_the_others_of_its_step_are_sent_before_it_is_waited_for(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped"], "WKF2": ["stopped"]}
        stage.history = {0: ACCEPTED}
        stage.run([waiting("WKF1"), waiting("WKF2")], OK)
        assert stage.traffic == ["stop WKF2", "read WKF1", "read WKF2"]

    def test_it_is_waited_for_though_one_beside_it_had_failed_r18(self, stage: Stage) -> None:
        commands = [waiting("WKF1"), command("WKF2"), command("WKF3")]
        stage.wire.reads = {"WKF1": ["stopped"]}
        stage.history = {0: ACCEPTED, 1: done(commands[1], "failed")}
        assert outcomes(stage.run(commands)) == ["succeeded", "failed", "not_sent"]

    def test_interrupted_again_it_is_unknown_and_open(self, stage: Stage) -> None:
        stage.on_pause = lambda _number: stage.interrupt()
        stage.wire.reads = {"WKF1": ["started"]}
        stage.history = {0: ACCEPTED}
        execution = stage.run([waiting("WKF1")])
        assert (outcomes(execution), execution.results[0].is_open) == (["unknown"], True)


class TestInFlight:
    """What was sent and has no answer is settled before anything else (R17, R26)."""

    @staticmethod
    def go_on(
        stage: Stage, action: str, states: list[str | Reply], *replies: Reply, **others: Any
    ) -> Execution:
        stage.wire.reads = {"WKF1": states}
        stage.history = {0: replace(IN_FLIGHT, **others)}
        return stage.run([command("WKF1", action), command("WKF2")], *replies)

    @pytest.mark.parametrize(
        ("action", "state"),
        [("start", "started"), ("stop", "finished"), ("pause", "paused"), ("resume", "started")],
    )
    def test_one_whose_effect_shows_has_succeeded_r26(
        self, stage: Stage, action: str, state: str
    ) -> None:
        execution = self.go_on(stage, action, [state], OK)
        assert outcomes(execution) == ["succeeded", "succeeded"]
        assert stage.traffic == ["read WKF1", "start WKF2"]
        assert messages(execution)[0] == (
            f"{CUT.error}; the workflow is {state}, as asked, which does not prove the cause"
        )

    @pytest.mark.parametrize("state", ["editing", "paused", "stopped", "finished", "failed", "20"])
    def test_a_start_is_unknown_unless_the_workflow_is_started_r26(
        self, stage: Stage, state: str
    ) -> None:
        execution = self.go_on(stage, "start", [state])
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert stage.sent == []
        assert not execution.results[0].is_open
        assert execution.is_over

    def test_a_signal_is_unknown_and_nothing_is_read_r27(self, stage: Stage) -> None:
        stage.history = {0: replace(IN_FLIGHT, url=HREF, before=State.STARTED)}
        execution = stage.run([SIGNAL, command("WKF2")])
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert stage.traffic == []
        (result, _) = execution.results
        assert (result.url, result.state_before) == (HREF, State.STARTED)
        assert result.message == f"{CUT.error}; no state would show a signal"

    @pytest.mark.parametrize("action", ["stop", "pause", "resume"])
    def test_others_are_sent_again_within_the_limit_r26(self, stage: Stage, action: str) -> None:
        execution = self.go_on(stage, action, ["editing"], OK, OK)
        assert outcomes(execution) == ["succeeded", "succeeded"]
        assert stage.sent == [f"{action} WKF1", "start WKF2"]
        assert execution.results[0].attempts[0] == CUT
        assert len(execution.results[0].attempts) == 2

    def test_the_limit_does_not_count_what_an_earlier_part_tried(self, stage: Stage) -> None:
        tried = (BUSY,) * 4 + (CUT,)
        execution = self.go_on(stage, "stop", ["started"], *[lost()] * 5, attempts=tried)
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert messages(execution)[0].endswith("; given up after 5 attempts")
        assert stage.sent == ["stop WKF1"] * 5

    @pytest.mark.parametrize(
        ("gone", "waited"), [(0.0, 60.0), (45.0, 15.0), (60.0, 0.0), (1e6, 0.0), (-30.0, 60.0)]
    )
    def test_it_has_what_is_left_of_settle_since_it_was_sent_r17(
        self, stage: Stage, gone: float, waited: float
    ) -> None:
        """A clock that was set back leaves all of it, and no more."""
        since = NOON - timedelta(seconds=gone)
        execution = self.go_on(stage, "start", ["stopped"], in_flight_since=since)
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert sum(stage.pauses) == waited
        assert stage.traffic.count("read WKF1") == len(stage.pauses) + 1

    @pytest.mark.parametrize(
        ("action", "states", "outcome"),
        [("start", ["stopped", "started"], "failed"), ("stop", ["started", "stopped"], "failed")],
    )
    def test_a_500_is_read_once_r16(
        self, stage: Stage, action: str, states: list[str | Reply], outcome: str
    ) -> None:
        execution = self.go_on(stage, action, states, doubt=Doubt.SERVER_ERROR)
        assert outcomes(execution) == [outcome, "not_sent"]
        assert stage.traffic == ["read WKF1"]

    def test_a_success_is_waited_for_r15(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["paused", "started", "paused"]}
        stage.history = {0: IN_FLIGHT}
        execution = stage.run([waiting("WKF1", "pause", "paused")])
        assert outcomes(execution) == ["succeeded"]
        assert stage.traffic == ["read WKF1"] * 3

    def test_nothing_is_read_as_if_it_were_before_it_r15(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started"]}
        stage.history = {0: replace(IN_FLIGHT, before=State.PAUSED)}
        execution = stage.run([waiting("WKF1", "resume", "started")])
        assert outcomes(execution) == ["succeeded"]
        assert execution.results[0].state_before is State.PAUSED
        assert "SettlingSeen" in stage.heard
        assert stage.traffic == ["read WKF1"] * 2  # one to settle, one of its wait

    @pytest.mark.parametrize("action", ["start", "stop", "resume"])
    @pytest.mark.parametrize("reply", [answered(401), answered(403)])
    def test_rejected_credentials_leave_it_unknown_r18(
        self, stage: Stage, action: str, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": [reply]}
        stage.history = {0: IN_FLIGHT}
        it = waiting("WKF1", action, "stopped" if action == "stop" else "started")
        execution = stage.run([it, command("WKF2")])
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.results[0].is_open
        assert execution.rejected
        assert stage.sent == []

    @pytest.mark.parametrize("action", ["start", "stop", "resume"])
    def test_an_interruption_leaves_it_unknown_r21(self, stage: Stage, action: str) -> None:
        def interrupted() -> Answer:
            stage.interrupt()
            raise KeyboardInterrupt

        stage.wire.reads = {"WKF1": [interrupted]}
        stage.history = {0: IN_FLIGHT}
        it = waiting("WKF1", action, "stopped" if action == "stop" else "started")
        execution = stage.run([it, command("WKF2")])
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.results[0].is_open
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_a_bug_before_another_attempt_leaves_it_unknown(self, stage: Stage) -> None:
        def fail(event: Event) -> None:
            if isinstance(event, AttemptStarting):
                raise ZeroDivisionError

        stage.on_event = fail
        execution = self.go_on(stage, "stop", ["started"])
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert conclude(execution)[1] is ExitCode.BROKEN


class TestNotApplied:
    """What had no effect so far is sent as if for the first time (R26)."""

    def test_it_is_sent_again_and_its_attempts_are_kept_r26(self, stage: Stage) -> None:
        stage.history = {0: Past(attempts=(BUSY, BUSY))}
        execution = stage.run(ONE, OK, OK)
        assert outcomes(execution) == ["succeeded", "succeeded"]
        assert [len(it.attempts) for it in execution.results] == [3, 1]

    def test_a_signal_is_read_again_before_it(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": [READY]}
        stage.history = {0: Past(attempts=(BUSY,))}
        assert outcomes(stage.run([SIGNAL], OK)) == ["succeeded"]
        assert stage.traffic == ["read WKF1", "signal WKF1"]

    def test_what_is_refused_before_it_keeps_its_attempts(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": [answered(404)]}
        stage.history = {0: Past(attempts=(BUSY,), settled="not-sent")}
        (result,) = stage.run([SIGNAL]).results
        assert (result.outcome.value, result.attempts) == ("failed", (BUSY,))
        assert result.settled == "not-sent"

    def test_a_persons_word_stays_with_it_r27(self, stage: Stage) -> None:
        stage.history = {0: Past(attempts=(CUT,), settled="not-sent")}
        execution = stage.run(ONE, OK, OK)
        assert [it.settled for it in execution.results] == ["not-sent", None]


class TestSentAnew:
    """For what is sent anew, states of long ago prove nothing (R15)."""

    OLD = Past(attempts=(BUSY,), before=State.EDITING, since=(State.STARTED,))

    def test_the_state_is_read_again_before_it_r15(self, stage: Stage) -> None:
        """Somebody else started it meanwhile, and it has finished: that is no finish of ours."""
        stage.wire.reads = {"WKF1": ["finished"]}
        stage.history = {0: self.OLD}
        execution = stage.run([waiting("WKF1", "start", "started", timeout=5.0)], OK)
        assert stage.traffic[:2] == ["read WKF1", "start WKF1"]
        assert outcomes(execution) == ["failed"]
        assert execution.results[0].state_before is State.FINISHED

    def test_states_seen_before_it_do_not_count_r15(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped"]}
        stage.history = {0: self.OLD}
        execution = stage.run([waiting("WKF1", "start", "stopped", timeout=5.0)], OK)
        assert outcomes(execution) == ["failed"]


class TestInDoubt:
    """Where an earlier effect was not seen, nothing but a success is certain (R17)."""

    DOUBT = Past(attempts=(CUT, BUSY), in_doubt=True)

    @pytest.mark.parametrize(
        "replies",
        [[answered(404)], [refused()] * 5, [answered(401)], [answered(500)]],
        ids=str,
    )
    def test_a_failure_is_unknown_r17(self, stage: Stage, replies: list[Reply]) -> None:
        stage.wire.reads = {"WKF1": ["started"]}
        stage.history = {0: self.DOUBT}
        (result,) = stage.run([command(action="stop")], *replies).results
        assert result.outcome.value == "unknown"
        assert "an earlier answer was lost" in result.message

    def test_a_success_is_one(self, stage: Stage) -> None:
        stage.history = {0: self.DOUBT}
        assert outcomes(stage.run([command(action="stop")], OK)) == ["succeeded"]

    @pytest.mark.parametrize("by_force", [False, True])
    def test_an_interruption_before_it_is_sent_leaves_it_unknown_r21(
        self, stage: Stage, by_force: bool
    ) -> None:
        def interrupted() -> Answer:
            stage.interrupt()
            if by_force:
                raise KeyboardInterrupt
            return told({"state": "paused"})

        stage.wire.reads = {"WKF1": [interrupted]}
        stage.history = {0: self.DOUBT}
        execution = stage.run([waiting("WKF1", "resume", "started")])
        (result,) = execution.results
        assert (result.outcome.value, result.is_open) == ("unknown", True)
        assert result.attempts == self.DOUBT.attempts
        assert stage.sent == []

    def test_the_deadline_before_it_is_sent_leaves_it_unknown(self, stage: Stage) -> None:
        stage.deadline = 0.0
        stage.history = {0: self.DOUBT}
        assert outcomes(stage.run([command(action="stop")])) == ["unknown"]


class TestWindows:
    """R32: they are asked for only where something may be sent."""

    @pytest.mark.parametrize(
        ("it", "past", "asked"),
        [
            (command("WKF1"), done(command("WKF1")), False),
            (waiting("WKF1"), ACCEPTED, False),
            (command("WKF1"), IN_FLIGHT, False),
            (SIGNAL, IN_FLIGHT, False),
            (command("WKF1", "stop"), IN_FLIGHT, True),
            (command("WKF1"), Past(attempts=(BUSY,)), True),
            (command("WKF1", "stop"), Past(attempts=(CUT,), in_doubt=True), True),
            (SIGNAL, Past(attempts=(CUT,), settled="not-sent"), True),
        ],
    )
    def test_where_something_may_be_sent_r32(
        self, stage: Stage, it: Command, past: Past, asked: bool
    ) -> None:
        heard: list[int] = []

        def closed() -> str:
            heard.append(1)
            return "no window is open"

        stage.closed = closed
        stage.wire.reads = {"WKF1": ["stopped"]}
        stage.history = {0: past}
        execution = stage.run([it])
        assert bool(heard) is asked
        assert stage.sent == []
        assert bool(execution.closed) is asked


class TestTimePassed:
    def test_states_that_a_plan_was_made_from_are_old_r15(self, stage: Stage) -> None:
        plan = live(offline(action("pause", "WKF2"), desired("WKF1", "started")), WKF1="editing")
        stage.wire.reads = {"WKF1": ["finished", "finished", "started"]}
        stage.history = {0: done(plan.commands[0])}
        execution = stage.carry_out(plan, OK)
        assert stage.traffic[0] == "read WKF1"
        assert execution.results[1].state_before is State.FINISHED


class TestIsOver:
    """Whether a resumed run would do nothing more by itself."""

    @pytest.mark.parametrize(
        ("on_failure", "replies", "is_over"),
        [
            ("stop", [OK, OK], True),
            ("stop", [answered(404)], True),  # and nothing is sent after it
            ("continue", [answered(404), OK], True),
            ("stop", [lost()], True),  # a start that a person settles
            ("stop", [answered(503, retry_after="3600")], False),
            ("continue", [answered(503, retry_after="3600"), OK], False),
            ("stop", [answered(401)], False),
            ("stop", [KeyboardInterrupt()], False),
            ("stop", [OK, ZeroDivisionError()], False),
        ],
        ids=str,
    )
    def test_it_is_where_nothing_is_left_r26(
        self, stage: Stage, on_failure: str, replies: list[Reply], is_over: bool
    ) -> None:
        stage.wire.reads = {"WKF1": ["stopped"]}
        commands = [command(f"WKF{n}", on_failure=on_failure) for n in (1, 2)]
        assert stage.run(commands, *replies).is_over is is_over

    def test_a_refused_desired_state_is_for_a_person_r13(self, stage: Stage) -> None:
        plan = offline(action("stop", "WKF9"), desired("WKF1", "paused"))
        execution = stage.carry_out(live(plan, WKF1="stopped"))
        assert outcomes(execution) == ["not_sent", "failed"]
        assert execution.is_over

    def test_one_that_was_not_sent_for_want_of_another_is_over(self, stage: Stage) -> None:
        content = desired("WKF1", "started", restart_failed=True, on_failure="continue")
        execution = stage.carry_out(live(offline(content), WKF1="failed"), answered(404))
        assert outcomes(execution) == ["failed", "not_sent"]
        assert execution.is_over

    def test_an_empty_plan_is(self, stage: Stage) -> None:
        assert stage.run([]).is_over

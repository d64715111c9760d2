"""One step: pauses, desired states that are decided already, and what is read beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import CommandStarted, PauseStarted
from runner.execute.results import count
from runner.states import State
from tests.support.plans import command, desired, in_steps, live, offline, pausing, waiting
from tests.support.wire import answered, lost, told

if TYPE_CHECKING:
    from runner.campaign.transport import Answer
    from runner.execute.events import Event
    from runner.execute.results import Execution
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

OK = answered(202)


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


def messages(execution: Execution) -> list[str]:
    return [result.message for result in execution.results]


class TestPause:
    PLAN = in_steps([command("WKF1")], [pausing(30.0)], [command("WKF2")])

    def test_it_lasts_as_long_as_it_says_between_two_actions(self, stage: Stage) -> None:
        requests_at_the_pause = []
        stage.on_pause = lambda _number: requests_at_the_pause.append(list(stage.sent))
        execution = stage.run(self.PLAN, OK, OK)
        assert outcomes(execution) == ["succeeded"] * 3
        assert stage.pauses == [30.0]
        assert requests_at_the_pause == [["start WKF1"]]
        assert execution.results[1].waited == 30.0
        assert conclude(execution) == ("succeeded", ExitCode.DONE)

    def test_it_is_not_counted_r8(self, stage: Stage) -> None:
        execution = stage.run(self.PLAN, OK, OK)
        assert sum(count(execution.results).values()) == 2

    def test_listeners_hear_of_it(self, stage: Stage) -> None:
        stage.run(in_steps([pausing(1.5)]))
        assert stage.heard == ["CommandStarted", "PauseStarted", "CommandEnded"]
        (started,) = [it for it in stage.events if isinstance(it, PauseStarted)]
        assert started.seconds == 1.5

    def test_interrupted_it_is_not_sent_and_nothing_follows(self, stage: Stage) -> None:
        def wish(_number: int) -> None:
            stage.time.passed += 12.0
            stage.interrupt()

        stage.on_pause = wish
        execution = stage.run(self.PLAN, OK)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert messages(execution)[1:] == [
            "interrupted in the pause",
            "the run was interrupted before",
        ]
        assert execution.results[1].waited == 12.0
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_by_force_nothing_is_unknown(self, stage: Stage) -> None:
        def force(_number: int) -> None:
            raise KeyboardInterrupt

        stage.on_pause = force
        execution = stage.run(self.PLAN, OK)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert messages(execution)[1] == "the run was stopped by force before"

    def test_a_listener_that_raises_makes_nothing_unknown(self, stage: Stage) -> None:
        def fail(event: Event) -> None:
            if isinstance(event, PauseStarted):
                raise ZeroDivisionError

        stage.on_event = fail
        execution = stage.run(self.PLAN, OK)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert conclude(execution)[1] is ExitCode.BROKEN


class TestDecided:
    """Desired states that call for no command (R13)."""

    def test_what_holds_is_skipped_and_says_why_r13(self, stage: Stage) -> None:
        execution = stage.carry_out(live(offline(desired("WKF1", "started")), WKF1="started"))
        (result,) = execution.results
        assert (result.outcome.value, result.message) == ("skipped", "it is started already")
        assert (result.state_before, result.attempts) == (State.STARTED, ())
        assert stage.traffic == []
        assert conclude(execution) == ("succeeded", ExitCode.DONE)

    def test_what_holds_stands_beside_what_is_sent(self, stage: Stage) -> None:
        content = [desired("WKF1", "stopped"), desired("WKF2", "stopped", 2)]
        stage.wire.reads = {"WKF2": ["stopped"]}
        execution = stage.carry_out(live(offline(*content), WKF1="finished", WKF2="paused"), OK)
        assert outcomes(execution) == ["skipped", "succeeded"]
        assert messages(execution)[0] == "it is finished, which counts as stopped"
        assert stage.sent == ["stop WKF2"]

    def test_what_is_refused_has_failed_and_the_others_go_on_r13(self, stage: Stage) -> None:
        content = [
            desired("WKF1", "paused", on_failure="continue"),
            desired("WKF2", "paused", 2, on_failure="continue"),
        ]
        stage.wire.reads = {"WKF2": ["paused"]}
        execution = stage.carry_out(live(offline(*content), WKF1="stopped", WKF2="started"), OK)
        assert outcomes(execution) == ["failed", "succeeded"]
        assert messages(execution)[0].startswith("it is stopped, and only a started one")
        assert conclude(execution) == ("failed", ExitCode.FAILED)

    def test_nothing_is_announced_that_is_not_sent(self, stage: Stage) -> None:
        stage.carry_out(live(offline(desired("WKF1", "started")), WKF1="started"))
        assert stage.heard == ["CommandEnded"]


class TestFollowing:
    """The second command for a desired state needs the success of the first."""

    @staticmethod
    def two_that_restart(on_failure: str) -> Plan:
        content = [
            desired(f"WKF{n}", "started", n, restart_failed=True, on_failure=on_failure)
            for n in (1, 2)
        ]
        return live(offline(*content), WKF1="failed", WKF2="failed")

    @pytest.mark.parametrize(("reply", "outcome"), [(answered(404), "failed"), (lost(), "unknown")])
    def test_it_is_not_sent_without_that_and_others_go_on(
        self, stage: Stage, reply: Reply, outcome: str
    ) -> None:
        # One that is unknown is a stop whose workflow cannot be read; it is not sent again.
        stage.wire.reads = {"WKF1": [answered(404)], "WKF2": ["stopped", "started"]}
        execution = stage.carry_out(self.two_that_restart("continue"), reply, OK, OK)
        assert outcomes(execution) == [outcome, "succeeded", "not_sent", "succeeded"]
        assert messages(execution)[2] == "not sent, since a.yaml#desired.1.1 did not succeed"
        assert stage.sent == ["stop WKF1", "stop WKF2", "start WKF2"]

    def test_it_is_not_sent_where_the_first_was_accepted_and_has_not_come_true(
        self, stage: Stage
    ) -> None:
        stage.wire.reads = {"WKF1": [answered(404)], "WKF2": ["stopped", "started"]}
        execution = stage.carry_out(self.two_that_restart("continue"), OK, OK, OK)
        assert outcomes(execution) == ["failed", "succeeded", "not_sent", "succeeded"]

    def test_with_stop_nothing_more_is_sent(self, stage: Stage) -> None:
        execution = stage.carry_out(self.two_that_restart("stop"), answered(404))
        assert outcomes(execution) == ["failed", "not_sent", "not_sent", "not_sent"]
        assert set(messages(execution)[1:]) == {"the outcome of a.yaml#desired.1.1 is failed"}

    def test_a_round_is_waited_for_before_the_next_one_begins(self, stage: Stage) -> None:
        stage.wire.reads = {
            "WKF1": ["failed", "stopped", "stopped", "started"],
            "WKF2": ["stopped", "stopped", "started"],
        }
        execution = stage.carry_out(self.two_that_restart("stop"), OK, OK, OK, OK)
        assert outcomes(execution) == ["succeeded"] * 4
        assert stage.traffic == [
            *["stop WKF1", "stop WKF2", "read WKF1", "read WKF2", "read WKF1"],
            *["read WKF1", "start WKF1", "read WKF2", "start WKF2"],
            *["read WKF1", "read WKF2"],
        ]

    def test_that_it_is_not_sent_is_no_interruption(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF2": ["stopped", "started"]}
        execution = stage.carry_out(self.two_that_restart("continue"), answered(404), OK, OK)
        assert conclude(execution) == ("failed", ExitCode.FAILED)


class TestReadBeforehand:
    """Only what waits for `started` is preceded by a read (R12, R15)."""

    START = waiting(action="start", until="started")

    @pytest.mark.parametrize("action", ["start", "resume"])
    def test_what_waits_for_that_is_preceded_by_one(self, stage: Stage, action: str) -> None:
        stage.wire.reads = {"WKF1": ["paused", "paused", "started"]}
        (result,) = stage.run([waiting(action=action, until="started")], OK).results
        assert stage.traffic == ["read WKF1", f"{action} WKF1", "read WKF1", "read WKF1"]
        assert (result.outcome.value, result.state_before) == ("succeeded", State.PAUSED)

    @pytest.mark.parametrize(
        ("action", "until"),
        [("start", "stopped"), ("resume", "stopped"), ("pause", "paused"), ("stop", "stopped")],
    )
    def test_no_other_wait_is_r12(self, stage: Stage, action: str, until: str) -> None:
        stage.wire.reads = {"WKF1": ["started", "paused", "stopped"]}
        stage.run([waiting(action=action, until=until)], OK)
        assert stage.traffic[0] == f"{action} WKF1"

    @pytest.mark.parametrize("action", ["start", "resume", "pause", "stop"])
    def test_nor_is_a_command_that_is_not_waited_for_r12(self, stage: Stage, action: str) -> None:
        stage.run([command(action=action)], OK)
        assert stage.traffic == [f"{action} WKF1"]

    def test_a_state_that_the_plan_was_made_from_is_not_read_again(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["finished"]}
        plan = live(offline(desired("WKF1", "started")), WKF1="editing")
        (result,) = stage.carry_out(plan, OK).results
        assert stage.traffic == ["start WKF1", "read WKF1"]
        assert (result.state_before, result.message) == (
            State.EDITING,
            "it has run, and finished already",
        )

    @pytest.mark.parametrize(
        "between",
        [pausing(3.0), waiting("WKF2", "pause", "paused")],
        ids=["a pause", "a wait for another one"],
    )
    def test_what_was_seen_before_time_passed_proves_nothing_r15(
        self, stage: Stage, between: Command
    ) -> None:
        """The workflow ends by itself meanwhile, and its old finish is not that of the start."""

        def first() -> Answer:
            state = "started" if stage.time.passed < 2 else "finished"
            late = stage.time.passed >= 5  # the second start takes its effect, at last
            return told({"state": "started" if late else state if stage.sent else "editing"})

        def other() -> Answer:
            return told({"state": "paused" if stage.time.passed >= 3 else "started"})

        stage.wire.reads = {"WKF1": [first], "WKF2": [other]}
        execution = stage.run(in_steps([self.START], [between], [self.START]), *[OK] * 3)
        assert outcomes(execution) == ["succeeded"] * 3
        one, _, two = execution.results
        assert (one.state_before, one.state_after) == (State.EDITING, State.STARTED)
        assert (two.state_before, two.state_after) == (State.FINISHED, State.STARTED)
        assert two.message == ""
        assert stage.time.passed >= 5
        last = len(stage.traffic) - stage.traffic[::-1].index("start WKF1") - 1
        assert stage.traffic[last - 1] == "read WKF1"

    @pytest.mark.parametrize("reply", [answered(404), answered(500)])
    def test_one_that_brings_nothing_is_no_reason_not_to_start(
        self, stage: Stage, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": [reply, "started"]}
        (result,) = stage.run([self.START], OK).results
        assert (result.outcome.value, result.state_before) == ("succeeded", None)

    @pytest.mark.parametrize("status", [401, 403])
    def test_one_that_is_rejected_ends_the_run_before_anything_is_sent_r18(
        self, stage: Stage, status: int
    ) -> None:
        stage.wire.reads = {"WKF1": [answered(status, "no")]}
        start = waiting(action="start", until="started", on_failure="continue")
        execution = stage.run([start, command("WKF2")])
        assert outcomes(execution) == ["failed", "not_sent"]
        assert messages(execution)[0].startswith("the credentials for acme: ")
        assert f"It says: {status} no" in messages(execution)[0]
        assert messages(execution)[0].endswith("; nothing was sent")
        assert stage.traffic == ["read WKF1"]
        assert conclude(execution) == ("failed", ExitCode.CREDENTIALS)

    def test_one_that_is_interrupted_leaves_nothing_unknown(self, stage: Stage) -> None:
        def interrupted() -> Answer:
            stage.interrupt()
            raise KeyboardInterrupt

        stage.wire.reads = {"WKF1": [interrupted]}
        execution = stage.run([self.START, command("WKF2")])
        assert outcomes(execution) == ["not_sent", "not_sent"]
        assert messages(execution) == [
            "interrupted while its workflow was read",
            "the run was interrupted before",
        ]
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_a_wish_that_comes_while_it_answers_is_heeded_before_the_start(
        self, stage: Stage
    ) -> None:
        def answer() -> Answer:
            stage.interrupt()
            return told({"state": "editing"})

        stage.wire.reads = {"WKF1": [answer]}
        execution = stage.run([self.START])
        assert (outcomes(execution), messages(execution)) == (
            ["not_sent"],
            ["interrupted before it was sent"],
        )
        assert stage.traffic == ["read WKF1"]

    def test_a_bug_in_it_leaves_nothing_unknown(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": [ZeroDivisionError("a bug")]}
        execution = stage.run([self.START, command("WKF2")])
        assert outcomes(execution) == ["not_sent", "not_sent"]
        assert messages(execution)[0] == "the runner itself failed before"
        assert conclude(execution) == ("failed", ExitCode.BROKEN)

    def test_the_command_is_announced_before_it(self, stage: Stage) -> None:
        requests: list[str] = []

        def hear(event: Event) -> None:
            if isinstance(event, CommandStarted):
                requests.extend(stage.traffic)

        stage.on_event = hear
        stage.wire.reads = {"WKF1": ["started"]}
        stage.run([self.START], OK)
        assert requests == []

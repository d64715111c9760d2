"""How much a run may spend: its deadline, the faults that it bears, and its pace (R16, R22)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from runner.errors import ExitCode
from runner.execute.budget import MOST_SERVICE_FAILURES, Budget, Pacer
from runner.execute.conclusion import conclude
from runner.execute.results import CommandResult, Outcome
from runner.secrets.secret import Secret
from runner.states import State
from runner.validate.config import Signal
from tests.support.plans import command, desired, in_steps, live, offline, pausing, waiting
from tests.support.wire import answered, lost, refused, told
from tests.support.worlds import FakeTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.campaign.transport import Answer, NoAnswer
    from runner.execute.results import Execution
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

OK = answered(202)
SIGNAL = command("WKF1", "signal", signal=Signal("s", "CI", ()))
NO_TIME = "the run's deadline of 10s leaves no time for it"
PASSED = "the run's deadline of 10s has passed"


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


def messages(execution: Execution) -> list[str]:
    return [result.message for result in execution.results]


def taking(stage: Stage, seconds: float, reply: Answer | NoAnswer = OK) -> Reply:
    """Give a reply that comes after so many seconds."""

    def slow() -> Answer | NoAnswer:
        stage.time.passed += seconds
        return reply

    return slow


def closed(stage: Stage, execution: Execution, why: str) -> None:
    """What holds of every run that its deadline ended (R22)."""
    assert execution.closed == why
    assert conclude(execution) == ("failed", ExitCode.FAILED)
    assert not execution.interrupted
    assert not execution.is_over
    assert stage.wire.replies == []


class TestDeadline:
    """Nothing is begun after it, and a request under way gets its answer."""

    @pytest.fixture(autouse=True)
    def _ten_seconds(self, stage: Stage) -> None:
        stage.deadline = 10.0

    @pytest.mark.parametrize("on_failure", ["stop", "continue"])
    def test_no_command_begins_after_it_r22(self, stage: Stage, on_failure: str) -> None:
        commands = [command(f"WKF{n}", on_failure=on_failure) for n in (1, 2, 3)]
        execution = stage.run(commands, taking(stage, 10.0))
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert messages(execution)[1:] == [PASSED] * 2
        assert all(it.is_open for it in execution.results[1:])
        closed(stage, execution, PASSED)

    def test_no_step_begins_after_it(self, stage: Stage) -> None:
        steps = in_steps([command("WKF1")], [pausing(1.0)], [command("WKF2")])
        execution = stage.run(steps, taking(stage, 11.0))
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert stage.pauses == []
        closed(stage, execution, PASSED)

    def test_one_that_is_not_reached_changes_nothing(self, stage: Stage) -> None:
        execution = stage.run([command("WKF1"), command("WKF2")], taking(stage, 9.5), OK)
        assert conclude(execution) == ("succeeded", ExitCode.DONE)
        assert execution.is_over

    def test_the_last_answer_may_come_after_it(self, stage: Stage) -> None:
        execution = stage.run([command("WKF1")], taking(stage, 60.0))
        assert conclude(execution) == ("succeeded", ExitCode.DONE)

    def test_what_needs_no_sending_is_said_all_the_same_r20(self, stage: Stage) -> None:
        stage.deadline = 0.0
        execution = stage.carry_out(live(offline(desired("WKF1", "started")), WKF1="started"))
        assert outcomes(execution) == ["skipped"]

    def test_no_other_attempt_is_waited_for_beyond_it(self, stage: Stage) -> None:
        execution = stage.run([command("WKF1"), command("WKF2")], taking(stage, 9.5, refused()))
        (result, _) = execution.results
        assert outcomes(execution) == ["failed", "not_sent"]
        assert result.message.endswith("; the run's deadline leaves no time to wait 1 s")
        assert (result.is_open, result.of_service) == (True, True)
        assert stage.pauses == []
        assert conclude(execution) == ("failed", ExitCode.FAILED)

    def test_another_attempt_within_it_is(self, stage: Stage) -> None:
        execution = stage.run([command("WKF1")], taking(stage, 8.5, refused()), OK)
        assert (outcomes(execution), stage.pauses) == (["succeeded"], [1.0])

    def test_nothing_is_sent_where_a_token_came_too_late(self, stage: Stage) -> None:
        class SlowToken:
            def token(self) -> Secret:
                stage.time.passed += 11.0
                return Secret("token-0")

            def renew(self) -> bool:
                return False

            def left(self) -> float | None:
                return None

        stage.tokens = SlowToken()
        execution = stage.run([command("WKF1"), command("WKF2")])
        assert outcomes(execution) == ["not_sent", "not_sent"]
        assert messages(execution) == [NO_TIME] * 2
        assert stage.traffic == []
        closed(stage, execution, NO_TIME)

    @pytest.mark.parametrize(
        "it", [SIGNAL, waiting(action="start", until="started")], ids=["signal", "start"]
    )
    def test_nothing_is_sent_where_the_read_before_it_took_too_long(
        self, stage: Stage, it: object
    ) -> None:
        href = "http://127.0.0.1:9/acme/campaign/workflow/execution/WKF1/trigger/"
        activities = {"activity": {"s": {"trigger": {"href": href}}}}
        ready = told({"state": "started", "activities": activities})
        stage.wire.reads = {"WKF1": [taking(stage, 11.0, ready)]}
        execution = stage.run([it, command("WKF2")])  # type: ignore[list-item]
        assert outcomes(execution) == ["not_sent", "not_sent"]
        assert stage.traffic == ["read WKF1"]
        closed(stage, execution, NO_TIME)

    def test_the_read_before_a_command_is_not_tried_again_beyond_it(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": [answered(503, retry_after="60")]}
        stage.run([waiting(action="start", until="started", timeout=1.0)], OK)
        assert 60.0 not in stage.pauses

    def test_settling_ends_with_it_and_nothing_is_sent_again_r17(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["started"]}
        commands = [command("WKF1", "stop", on_failure="continue"), command("WKF2")]
        execution = stage.run(commands, taking(stage, 2.0, lost()))
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert stage.time.passed == 10.0
        assert stage.sent == ["stop WKF1"]
        assert messages(execution)[0].endswith("; the time of the run is over")
        assert execution.results[0].is_open
        assert execution.closed == PASSED
        assert conclude(execution) == ("unknown", ExitCode.UNSETTLED)
        assert not execution.is_over

    @pytest.mark.parametrize(("settle", "is_open"), [(60.0, True), (5.0, False)])
    def test_a_start_that_was_not_settled_for_as_long_as_asked_is_open_r17(
        self, stage: Stage, settle: float, is_open: bool
    ) -> None:
        """A resumed run looks again, by the time that is left of `settle`."""
        stage.wire.reads = {"WKF1": ["stopped"]}
        execution = stage.run([command(settle=settle)], lost())
        assert (outcomes(execution), execution.results[0].is_open) == (["unknown"], is_open)

    @pytest.mark.parametrize(("reply", "looks"), [(lost(), 1), (answered(500), 1)])
    def test_a_state_is_read_once_at_least_though_it_has_passed_r16_r17(
        self, stage: Stage, reply: Answer | NoAnswer, looks: int
    ) -> None:
        stage.wire.reads = {"WKF1": ["stopped"]}
        execution = stage.run([command(action="stop")], taking(stage, 20.0, reply))
        assert outcomes(execution) == ["succeeded"]
        assert stage.traffic.count("read WKF1") == looks

    @pytest.mark.parametrize("on_failure", ["stop", "continue"])
    def test_what_was_accepted_and_is_not_there_yet_has_failed_and_is_open_r22(
        self, stage: Stage, on_failure: str
    ) -> None:
        stage.wire.reads = {"WKF1": ["started", "stopped"], "WKF2": ["started"]}
        first = [waiting(f"WKF{n}", on_failure=on_failure) for n in (1, 2)]
        execution = stage.run(in_steps(first, [command("WKF3")]), OK, OK)
        assert outcomes(execution) == ["succeeded", "failed", "not_sent"]
        result = execution.results[1]
        assert result.message == "accepted, but started when the time of the run was over"
        assert (result.is_open, result.waited, result.state_after) == (True, 10.0, State.STARTED)
        assert stage.time.passed == 10.0
        assert conclude(execution) == ("failed", ExitCode.FAILED)
        assert not execution.is_over

    def test_one_of_which_nothing_was_seen_says_so(self, stage: Stage) -> None:
        """A look that is given up for one with less time tells nothing of the others."""
        stage.deadline = 15.0
        late = taking(stage, 15.0, refused())
        stage.wire.reads = {"WKF1": [late], "WKF2": [refused()]}
        first = [waiting("WKF1", timeout=600.0), waiting("WKF2", timeout=12.0)]
        execution = stage.run(first, OK, OK)
        assert outcomes(execution) == ["failed", "failed"]
        assert messages(execution)[0] == "accepted, but not seen when the time of the run was over"

    def test_a_pause_ends_with_it(self, stage: Stage) -> None:
        steps = in_steps([command("WKF1")], [pausing(30.0)], [command("WKF2")])
        execution = stage.run(steps, taking(stage, 4.0))
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert stage.pauses == [6.0]
        assert execution.results[1].waited == 6.0
        assert messages(execution)[1:] == ["the time of the run was over in the pause", NO_TIME]
        closed(stage, execution, NO_TIME)

    def test_a_pause_that_a_clock_ends_a_little_early_ends_the_run_as_well(
        self, stage: Stage
    ) -> None:
        def early(_number: int) -> None:
            stage.time.passed -= 0.001

        stage.on_pause = early
        execution = stage.run(in_steps([pausing(30.0)], [command("WKF2")]))
        assert outcomes(execution) == ["not_sent", "not_sent"]
        closed(stage, execution, NO_TIME)

    def test_a_turn_that_comes_after_it_is_not_waited_for(self, stage: Stage) -> None:
        commands = [command(f"WKF{n}", rate=0.05) for n in (1, 2, 3)]
        execution = stage.run(commands, OK)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert messages(execution)[1:] == [NO_TIME] * 2
        assert stage.pauses == []
        closed(stage, execution, NO_TIME)

    def test_without_one_nothing_ends(self, stage: Stage) -> None:
        stage.deadline = None
        steps = in_steps([command("WKF1")], [pausing(1e6)], [command("WKF2")])
        execution = stage.run(steps, taking(stage, 1e6), OK)
        assert conclude(execution) == ("succeeded", ExitCode.DONE)


SERVICE: list[list[Reply]] = [
    [answered(503)] * 5,
    [refused()] * 5,
    [answered(429, retry_after="3600")],
    [answered(500)],
    [lost()],
    [answered(502)],
]
NOT_SERVICE: list[list[Reply]] = [[OK], [answered(404)], [answered(500, "seen")]]


class TestBreaker:
    """After some commands in a row that the service failed, the run ends."""

    @staticmethod
    def run(stage: Stage, replies: Sequence[Sequence[Reply]], more: int = 2) -> Execution:
        """Send as many commands as there are replies, and some more."""
        stage.wire.reads = {f"WKF{n}": ["stopped"] for n in range(len(replies))}
        for n, them in enumerate(replies):
            if getattr(them[0], "text", "") == "seen":
                stage.wire.reads[f"WKF{n}"] = ["started"]
        commands = [
            command(f"WKF{n}", on_failure="continue", settle=0.0)
            for n in range(len(replies) + more)
        ]
        return stage.run(commands, *[reply for them in replies for reply in them])

    @pytest.mark.parametrize("kind", SERVICE, ids=str)
    def test_five_in_a_row_end_the_run_r22(self, stage: Stage, kind: list[Reply]) -> None:
        execution = self.run(stage, [kind] * 5)
        assert outcomes(execution)[5:] == ["not_sent"] * 2
        why = "5 commands in a row failed for reasons of the service: it seems to be down"
        assert execution.closed == why
        assert messages(execution)[5:] == [why] * 2
        unknown = "unknown" in outcomes(execution)
        code = ExitCode.UNSETTLED if unknown else ExitCode.FAILED
        assert conclude(execution) == ("unknown" if unknown else "failed", code)
        assert not execution.is_over
        assert stage.wire.replies == []

    def test_they_need_not_be_alike(self, stage: Stage) -> None:
        execution = self.run(stage, [SERVICE[n] for n in (0, 2, 3, 4, 5)])
        assert outcomes(execution)[5:] == ["not_sent"] * 2

    @pytest.mark.parametrize("other", NOT_SERVICE, ids=str)
    def test_any_other_outcome_begins_the_count_anew(
        self, stage: Stage, other: list[Reply]
    ) -> None:
        bad: list[Reply] = [answered(500)]
        execution = self.run(stage, [*[bad] * 4, other, *[bad] * 4, [OK]], more=0)
        assert "not_sent" not in outcomes(execution)
        execution = self.run(stage, [*[bad] * 4, other, *[bad] * 5])
        assert outcomes(execution)[10:] == ["not_sent"] * 2

    def test_it_bears_as_many_as_it_is_told(self, stage: Stage) -> None:
        stage.most_failures = 1
        assert outcomes(self.run(stage, [[lost()]])) == ["unknown", "not_sent", "not_sent"]

    def test_zero_is_any_number(self, stage: Stage) -> None:
        stage.most_failures = 0
        execution = self.run(stage, [*[[answered(500)]] * 20, [OK]], more=0)
        assert outcomes(execution) == ["failed"] * 20 + ["succeeded"]
        assert execution.closed == ""

    def test_by_itself_it_is_five(self) -> None:
        world = FakeTime().world()
        budget = Budget(world)
        bad = CommandResult(command(), Outcome.FAILED, of_service=True)
        told: list[bool] = []
        for _ in range(5):
            told.append(bool(budget.why_over()))
            budget.note(bad)
        assert (told, MOST_SERVICE_FAILURES) == ([False] * 5, 5)
        assert budget.why_over()
        budget.note(replace(bad, of_service=False))
        assert budget.why_over() == ""

    def test_one_that_fails_in_its_wait_is_no_fault_of_the_service(self, stage: Stage) -> None:
        stage.most_failures = 1
        stage.wire.reads = {"WKF1": ["failed"]}
        start = waiting(action="pause", until="paused", on_failure="continue")
        execution = stage.run(in_steps([start], [command("WKF2")]), OK, OK)
        assert outcomes(execution) == ["failed", "succeeded"]


class TestPace:
    """Commands to one organization keep the distance that their file asks for."""

    @staticmethod
    def when_sent(stage: Stage) -> list[float]:
        """Let each request be taken down with its time; give where."""
        times: list[float] = []

        def hear(request: object) -> None:
            if getattr(request, "method", "") != "GET":
                times.append(stage.time.passed)

        stage.wire.on_request = hear
        return times

    def test_the_first_goes_at_once_and_the_others_in_their_turn(self, stage: Stage) -> None:
        times = self.when_sent(stage)
        stage.run([command(f"WKF{n}", rate=2.0) for n in range(4)], *[OK] * 4)
        assert times == [0.0, 0.5, 1.0, 1.5]
        assert stage.pauses == [0.5] * 3

    def test_without_a_rate_nothing_waits(self, stage: Stage) -> None:
        stage.run([command(f"WKF{n}") for n in range(4)], *[OK] * 4)
        assert stage.pauses == []

    def test_the_time_of_an_answer_counts(self, stage: Stage) -> None:
        times = self.when_sent(stage)
        commands = [command(f"WKF{n}", rate=1.0) for n in range(4)]
        stage.run(commands, taking(stage, 0.25), taking(stage, 7.0), OK, OK)
        assert times == [0.0, 1.0, 8.0, 9.0]  # what was slow is not made up for
        assert stage.pauses == [0.75, 1.0]

    def test_each_organization_has_a_pace_of_its_own(self, stage: Stage) -> None:
        times = self.when_sent(stage)
        both = ["acme", "other", "acme", "other"]
        rates = [1.0, 0.5, 1.0, 0.5]
        commands = [
            command(f"WKF{n}", organization=it, rate=rate)
            for n, (it, rate) in enumerate(zip(both, rates, strict=True))
        ]
        stage.run(commands, *[OK] * 4)
        assert times == [0.0, 0.0, 1.0, 2.0]

    def test_attempts_are_paced_as_well(self, stage: Stage) -> None:
        times = self.when_sent(stage)
        stage.run([command("WKF1", rate=0.125), command("WKF2", rate=0.125)], refused(), OK, OK)
        assert times == [0.0, 8.0, 16.0]

    def test_one_that_is_settled_and_sent_again_is_paced_too(self, stage: Stage) -> None:
        times = self.when_sent(stage)
        stage.wire.reads = {"WKF1": ["started"]}
        stage.run([command("WKF1", "stop", rate=0.125, settle=0.0)], lost(), OK)
        assert times == [0.0, 8.0]

    def test_a_token_that_is_renewed_is_no_way_round_it(self, stage: Stage) -> None:
        times = self.when_sent(stage)
        stage.renew_with("token-1")
        stage.run([command("WKF1", rate=0.125)], answered(401), OK)
        assert times == [0.0, 8.0]

    def test_reads_are_not_paced(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped"], "WKF2": ["stopped"]}
        stage.run([waiting("WKF1", rate=0.001)], OK)
        assert stage.pauses == []

    @pytest.mark.parametrize("by_force", [False, True])
    def test_interrupted_before_its_turn_it_is_not_sent(self, stage: Stage, by_force: bool) -> None:
        def stop(_number: int) -> None:
            stage.interrupt()
            if by_force:
                raise KeyboardInterrupt

        stage.on_pause = stop
        execution = stage.run([command(f"WKF{n}", rate=1.0) for n in range(3)], OK)
        assert outcomes(execution) == ["succeeded", "not_sent", "not_sent"]
        assert execution.results[1].attempts == ()
        assert execution.results[1].is_open
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)
        assert stage.heard[-2:] == ["CommandStarted", "CommandEnded"]  # no attempt was begun

    def test_each_turn_is_given_once(self) -> None:
        time = FakeTime()
        pacer = Pacer(time.world())
        it = command(rate=2.0)
        assert [pacer.delay(it) for _ in range(3)] == [0.0, 0.5, 1.0]
        time.passed = 10.0
        assert [pacer.delay(it), pacer.delay(it)] == [0.0, 0.5]

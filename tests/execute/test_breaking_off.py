"""However and wherever a run ends, its results say what may have happened and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import BrokenError, ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import AttemptEnded, AttemptStarting, CommandEnded, SettlingSeen
from runner.execute.past import Past
from runner.execute.results import CommandResult, Outcome
from runner.validate.config import Signal
from tests.support.plans import command, in_steps, pausing, waiting
from tests.support.wire import answered, lost, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.transport import Request
    from runner.execute.events import Event
    from runner.execute.results import Execution
    from tests.execute.conftest import Stage

OK = answered(202)
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
EVENTS, REQUESTS = 30, 12  # of a run of all that nothing disturbs


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


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
    """By force, by a bug or by a wish, in any event and any request."""

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


DISK = BrokenError("the journal cannot be written: no space left on device")


def breaking_at(stage: Stage, meets: Callable[[Event], bool]) -> list[int]:
    """Let the journal break at the first event that meets something; give how much was sent."""
    sent: list[int] = []

    def hear(event: Event) -> None:
        assert not sent, "a journal that is broken hears nothing more"
        if meets(event):
            sent.append(len(stage.sent))
            raise DISK

    stage.on_event = hear
    return sent


class TestBrokenJournal:
    """Where a line cannot be written, nothing more is sent, and what is known is kept (R22)."""

    @staticmethod
    def check(stage: Stage, execution: Execution, sent: list[int]) -> None:
        assert sent == [len(stage.sent)], "something was sent after the journal broke"
        assert execution.broken is DISK
        assert execution.fault is None
        assert not execution.interrupted
        assert conclude(execution)[1] is ExitCode.BROKEN

    @pytest.mark.parametrize("number", range(EVENTS))
    def test_at_any_event_r22(self, stage: Stage, number: int) -> None:
        sent = breaking_at(stage, lambda _event: len(stage.events) == number + 1)
        execution = run_everything(stage)
        self.check(stage, execution, sent)
        for result in execution.results:
            posted = f"{result.command.action} {result.command.workflow}" in stage.sent
            if result.command.pause is None:
                assert result.outcome.value == ("succeeded" if posted else "not_sent")
            if result.outcome is Outcome.NOT_SENT:
                assert (result.message, result.is_open) == (str(DISK), True)
        done = {it.outcome for it in execution.results} == {Outcome.SUCCEEDED}
        assert conclude(execution)[0] == "failed"
        assert execution.is_over is done

    def test_before_an_attempt_it_is_not_made(self, stage: Stage) -> None:
        sent = breaking_at(stage, lambda event: isinstance(event, AttemptStarting))
        execution = stage.run([command("WKF1", on_failure="continue"), command("WKF2")])
        assert sent == [0]
        self.check(stage, execution, sent)
        assert outcomes(execution) == ["not_sent"] * 2
        assert execution.results[0].attempts == ()

    def test_before_another_attempt_what_was_tried_is_kept(self, stage: Stage) -> None:
        def second(event: Event) -> bool:
            return isinstance(event, AttemptStarting) and len(stage.sent) == 1

        sent = breaking_at(stage, second)
        execution = stage.run([command("WKF1")], answered(503))
        self.check(stage, execution, sent)
        (result,) = execution.results
        assert (result.outcome.value, len(result.attempts)) == ("not_sent", 1)

    @pytest.mark.parametrize("kind", [AttemptEnded, SettlingSeen, AttemptStarting])
    def test_a_lost_answer_is_settled_but_nothing_is_sent_again_r17(
        self, stage: Stage, kind: type[Event]
    ) -> None:
        def meets(event: Event) -> bool:
            return isinstance(event, kind) and len(stage.sent) == 1

        sent = breaking_at(stage, meets)
        stage.wire.reads = {"WKF1": ["started"]}
        commands = [command("WKF1", "stop", settle=0.25, on_failure="continue"), command("WKF2")]
        execution = stage.run(commands, lost())
        self.check(stage, execution, sent)
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert str(DISK) in execution.results[0].message
        assert conclude(execution) == ("unknown", ExitCode.BROKEN)

    def test_what_was_accepted_is_still_waited_for(self, stage: Stage) -> None:
        sent = breaking_at(stage, lambda event: isinstance(event, AttemptEnded))
        stage.wire.reads = {"WKF1": ["started", "stopped"]}
        execution = stage.run([waiting("WKF1"), waiting("WKF2")], OK)
        self.check(stage, execution, sent)
        assert outcomes(execution) == ["succeeded", "not_sent"]

    def test_where_a_result_is_restored_nothing_is_sent(self, stage: Stage) -> None:
        commands = [command("WKF1"), command("WKF2")]
        stage.history = {0: Past(CommandResult(commands[0], Outcome.SUCCEEDED))}
        sent = breaking_at(stage, lambda _event: True)
        execution = stage.run(commands)
        self.check(stage, execution, sent)
        assert outcomes(execution) == ["succeeded", "not_sent"]

    def test_after_the_last_answer_all_that_was_done_stands(self, stage: Stage) -> None:
        sent = breaking_at(stage, lambda event: isinstance(event, CommandEnded))
        execution = stage.run([command("WKF1")], OK)
        self.check(stage, execution, sent)
        assert outcomes(execution) == ["succeeded"]

"""What is taken down of a plan: numbers, reasons, and what stands when all breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from runner.execute.events import CommandEnded, CommandStarted
from runner.execute.progress import Progress
from runner.execute.results import CommandResult, Outcome
from runner.execute.waiting import Accepted
from runner.states import State
from runner.validate.config import Wait
from tests.support.plans import command, desired, in_steps, live, offline, pausing, plan_of
from tests.support.wire import answered

if TYPE_CHECKING:
    from runner.execute.events import Event
    from tests.execute.conftest import Stage

OK = answered(202)
MIXED = in_steps([pausing()], [command("WKF1"), command("WKF2")], [pausing()], [command("WKF3")])
WAIT = Wait(State.STOPPED)


def numbers(events: list[Event]) -> list[tuple[str, int, int]]:
    return [
        (type(it).__name__.removeprefix("Command"), it.number, it.total)
        for it in events
        if isinstance(it, (CommandStarted, CommandEnded))
    ]


def quiet(_event: Event) -> None:
    pass


class TestNumbers:
    def test_pauses_have_none_and_are_not_in_the_total_r8(self, stage: Stage) -> None:
        stage.run(MIXED, OK, OK, OK)
        assert numbers(stage.events) == [
            (kind, number, 3) for number in (0, 1, 2, 0, 3) for kind in ("Started", "Ended")
        ]

    def test_what_is_decided_without_sending_has_one(self, stage: Stage) -> None:
        plan = live(
            offline(desired("WKF1", "started"), desired("WKF2", "stopped", 2)),
            WKF1="started",
            WKF2="stopped",
        )
        stage.carry_out(plan)
        assert numbers(stage.events) == [("Ended", 1, 2), ("Ended", 2, 2)]

    def test_a_plan_of_pauses_alone_has_no_number_at_all(self, stage: Stage) -> None:
        stage.run(in_steps([pausing()], [pausing()]))
        assert {it[1:] for it in numbers(stage.events)} == {(0, 0)}


class TestResults:
    def test_a_state_that_was_seen_is_added_and_nothing_else_is(self) -> None:
        commands = [command("WKF1"), command("WKF2")]
        progress = Progress(plan_of(commands), quiet)
        progress.note(commands[0], State.PAUSED)
        known = [CommandResult(it, Outcome.SUCCEEDED) for it in commands]
        for place, result in enumerate(known):
            progress.finish(place, result)
        seen, unseen = progress.results()
        assert seen == replace(known[0], state_before=State.PAUSED)
        assert unseen is known[1]


class TestBreakingOff:
    """What stands is never overwritten, and what may have arrived is never called not sent."""

    @staticmethod
    def of_three() -> tuple[Progress, list[CommandResult]]:
        commands = [command(f"WKF{n}") for n in (1, 2, 3)]
        results = [CommandResult(it, Outcome.SUCCEEDED) for it in commands]
        return Progress(plan_of(commands), quiet), results

    def outcomes(self, progress: Progress) -> list[str]:
        progress.break_off("the run was stopped by force")
        return [it.outcome.value for it in progress.results()]

    def test_before_anything_all_is_not_sent(self) -> None:
        progress, _ = self.of_three()
        progress.begin(0)
        assert self.outcomes(progress) == ["not_sent"] * 3

    def test_what_is_being_sent_is_unknown(self) -> None:
        progress, _ = self.of_three()
        progress.begin(0)
        progress.send(0)
        assert self.outcomes(progress) == ["unknown", "not_sent", "not_sent"]
        assert progress.results()[0].message == (
            "the run was stopped by force here. Look at the workflow in Campaign"
        )

    def test_what_was_accepted_is_unknown_and_what_has_its_result_keeps_it(self) -> None:
        progress, results = self.of_three()
        progress.finish(0, results[0])
        progress.send(1)
        progress.accept(Accepted(1, results[1], WAIT, before=None))
        progress.send(2)
        assert self.outcomes(progress) == ["succeeded", "unknown", "unknown"]
        assert progress.results()[1].message == (
            "accepted; the run was stopped by force while waiting for it to be stopped"
        )

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_result_stands_whatever_listens_to_it_and_breaks(self, place: int) -> None:
        commands = [command(f"WKF{n}") for n in (1, 2, 3)]

        def fail(event: Event) -> None:
            if isinstance(event, CommandEnded):
                raise KeyboardInterrupt

        progress = Progress(plan_of(commands), fail)
        progress.send(place)
        result = CommandResult(commands[place], Outcome.SUCCEEDED)
        progress.accept(Accepted(place, result, WAIT, before=None))
        with pytest.raises(KeyboardInterrupt):
            progress.finish(place, result)
        outcomes = ["not_sent"] * 3
        outcomes[place] = "succeeded"
        assert self.outcomes(progress) == outcomes


@pytest.mark.parametrize(
    ("outcomes", "is_open"),
    [
        (["succeeded", "failed", "skipped"], False),
        (["succeeded", "failed"], True),
        (["succeeded", "unknown", "skipped"], True),
        (["not_sent", "failed", "skipped"], True),
        ([], True),
    ],
)
def test_a_plan_is_open_while_some_outcome_is_not_certain(
    outcomes: list[str], is_open: bool
) -> None:
    commands = [command(f"WKF{n}", on_failure="continue") for n in (1, 2, 3)]
    progress = Progress(plan_of(commands), quiet)
    for place, outcome in enumerate(outcomes):
        progress.finish(place, CommandResult(commands[place], Outcome(outcome)))
    assert progress.is_open is is_open


def test_the_first_reason_to_stop_is_the_one_that_is_told() -> None:
    commands = [command("WKF1"), command("WKF2"), command("WKF3")]
    progress = Progress(plan_of(commands), quiet)
    progress.finish(0, CommandResult(commands[0], Outcome.FAILED))
    progress.finish(1, CommandResult(commands[1], Outcome.UNKNOWN))
    progress.interrupt()
    assert progress.why_not == "the outcome of a.yaml#WKF1 is failed"
    assert progress.results()[2].message == progress.why_not

"""R16 and R17: what became of a command whose answer says too little is read, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.execute.events import AttemptEnded, RetryPlanned, SettlingSeen
from runner.execute.settling import TABLE, Doubt
from runner.execute.verdicts import Verdict
from runner.states import State
from runner.validate.config import Signal
from tests.support.plans import command, in_steps
from tests.support.wire import answered, lost, refused, told, untrusted

if TYPE_CHECKING:
    from runner.campaign.transport import Answer, NoAnswer
    from runner.execute.events import Event
    from runner.execute.results import CommandResult, Execution
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

OK = answered(202)
SERVER_ERROR = answered(500, "oops")
LOST = [lost(), answered(502), answered(504)]
REPEATABLE = ["stop", "pause", "resume"]
COMMANDS = ["start", *REPEATABLE]
# By hand from the rules; `again` is what is sent again once its time is up.
STATES = ["editing", "started", "paused", "stopped", "finished", "failed", "unknown"]
AFTER_LOST = {
    "start": "unknown succeeded unknown unknown unknown unknown unknown",
    "stop": "again again again succeeded succeeded again unknown",
    "pause": "again again succeeded again again again unknown",
    "resume": "again succeeded again again again again unknown",
    "signal": "unknown unknown unknown unknown unknown unknown unknown",
}
AFTER_500 = {
    "start": "failed succeeded failed failed failed failed failed",
    "stop": "failed failed failed succeeded succeeded failed failed",
    "pause": "failed failed succeeded failed failed failed failed",
    "resume": "failed succeeded failed failed failed failed failed",
    "signal": "failed failed failed failed failed failed failed",
}
ROWS = [
    (action, doubt, state, meaning)
    for doubt, table in ((Doubt.LOST, AFTER_LOST), (Doubt.SERVER_ERROR, AFTER_500))
    for action, row in table.items()
    for state, meaning in zip(STATES, row.split(), strict=True)
]
# Seconds between the looks of a whole minute: soon at first, and the last when it is over.
MINUTE = [0.25, 0.5, 1.0, 2.0, 4.0, *[5.0] * 10, 2.25]


def one(
    stage: Stage,
    states: list[str | Reply],
    *replies: Reply,
    action: str = "start",
    settle: float = 60.0,
) -> CommandResult:
    """Carry out one command whose workflow is read in these states, the last one for ever."""
    stage.wire.reads = {"WKF1": states}
    (result,) = stage.run([command("WKF1", action, settle=settle)], *replies).results
    assert stage.wire.replies == []
    return result


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


def read(stage: Stage) -> int:
    return stage.traffic.count("read WKF1")


class TestTable:
    @pytest.mark.parametrize(("action", "doubt", "state", "meaning"), ROWS)
    def test_every_cell_r16_r17(self, action: str, doubt: Doubt, state: str, meaning: str) -> None:
        word = {"again": "send_again"}.get(meaning, meaning)
        assert TABLE[action, doubt][State(state)].name.lower() == word

    def test_there_is_no_other_cell(self) -> None:
        assert len(ROWS) == sum(len(row) for row in TABLE.values()) == 70

    @pytest.mark.parametrize(
        ("action", "doubt", "state", "meaning"), [it for it in ROWS if it[0] != "signal"]
    )
    def test_every_cell_as_a_run_goes_by_it_r16_r17(
        self, stage: Stage, action: str, doubt: Doubt, state: str, meaning: str
    ) -> None:
        again = meaning == "again"
        reply = lost() if doubt is Doubt.LOST else SERVER_ERROR
        result = one(stage, [state], reply, *([OK] if again else []), action=action)
        assert result.outcome.value == ("succeeded" if again else meaning)
        assert stage.sent == [f"{action} WKF1"] * (2 if again else 1)

    @pytest.mark.parametrize("reply", LOST)
    def test_every_lost_answer_is_settled_alike_r17(self, stage: Stage, reply: Reply) -> None:
        result = one(stage, ["started"], reply)
        assert result.outcome.value == "succeeded"
        assert result.message.startswith("the answer was lost: ")
        (ended,) = [it for it in stage.events if isinstance(it, AttemptEnded)]
        assert ended.verdict is Verdict.LOST


class TestSeen:
    @pytest.mark.parametrize("reply", [*LOST, SERVER_ERROR])
    def test_it_has_succeeded_with_a_warning_that_proves_nothing_r16_r17(
        self, stage: Stage, reply: Reply
    ) -> None:
        result = one(stage, ["finished"], reply, action="stop")
        assert result.outcome.value == "succeeded"
        ending = "; the workflow is finished, as asked, which does not prove the cause"
        assert result.message.endswith(ending)
        assert result.state_after is State.FINISHED
        assert (result.is_open, result.of_service) == (False, False)
        assert result.attempts[0].error is not None

    def test_it_ends_the_looking_at_once(self, stage: Stage) -> None:
        result = one(stage, ["paused", "paused", "started"], lost())
        assert (result.outcome.value, stage.pauses) == ("succeeded", MINUTE[:2])

    def test_what_was_not_seen_says_what_was(self, stage: Stage) -> None:
        result = one(stage, ["paused"], lost())
        assert result.message == (
            "the answer was lost: connection reset by peer; the workflow is paused"
        )
        assert (result.state_after, result.is_open) == (State.PAUSED, False)

    def test_an_unknown_obeys_on_failure_r18(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped"]}
        commands = [command("WKF1"), command("WKF2")]
        execution = stage.run(commands, lost())
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert conclude(execution) == ("unknown", ExitCode.UNSETTLED)
        assert execution.is_over


class TestLooks:
    """It is read until the effect shows or `settle` has passed, and once at least (R17)."""

    def test_they_come_at_once_then_soon_and_last_when_the_time_is_up_r17(
        self, stage: Stage
    ) -> None:
        result = one(stage, ["stopped"], lost())
        assert result.outcome.value == "unknown"
        assert stage.pauses == MINUTE
        assert read(stage) == len(MINUTE) + 1
        assert stage.time.passed == 60.0

    @pytest.mark.parametrize(
        ("settle", "pauses"), [(0.0, []), (0.5, [0.25, 0.25]), (9.0, [*MINUTE[:5], 1.25])]
    )
    def test_they_last_as_long_as_the_file_asks_r17(
        self, stage: Stage, settle: float, pauses: list[float]
    ) -> None:
        result = one(stage, ["stopped"], lost(), settle=settle)
        assert (result.outcome.value, stage.pauses) == ("unknown", pauses)
        assert read(stage) == len(pauses) + 1

    def test_what_shows_in_the_last_moment_counts(self, stage: Stage) -> None:
        result = one(stage, [*["stopped"] * 3, "started"], lost(), settle=1.75)
        assert (result.outcome.value, stage.time.passed) == ("succeeded", 1.75)

    def test_the_time_counts_from_when_the_answer_was_known_to_be_lost_r17(
        self, stage: Stage
    ) -> None:
        def timed_out() -> NoAnswer:
            stage.time.passed += 70
            return lost("timeout")

        one(stage, ["stopped"], timed_out)
        assert stage.time.passed == 130.0

    def test_a_look_that_takes_long_counts_by_what_it_brings_and_is_the_last(
        self, stage: Stage
    ) -> None:
        def slow() -> Answer:
            stage.time.passed += 61
            return told({"state": "stopped"})

        result = one(stage, [slow], lost())
        assert (result.outcome.value, read(stage), stage.pauses) == ("unknown", 1, [])

    def test_a_look_gets_what_is_left_and_at_least_ten_seconds(self, stage: Stage) -> None:
        one(stage, ["stopped"], lost(), settle=14.0)
        timeouts = [timeout for request, timeout in stage.wire.requests if request.method == "GET"]
        assert timeouts == [14.0, 13.75, 13.25, 12.25, 10.25, 10.0, 10.0, 10.0]

    def test_listeners_hear_of_each(self, stage: Stage) -> None:
        one(stage, ["stopped", "editing", "started"], lost())
        seen = [it for it in stage.events if isinstance(it, SettlingSeen)]
        assert [(it.state.value, it.waited) for it in seen] == [
            ("stopped", 0.0),
            ("editing", 0.25),
            ("started", 0.75),
        ]


UNREAD: list[Reply] = [answered(404), answered(200, "<html>"), told({"state": "20"})]


class TestUnreadable:
    @pytest.mark.parametrize("reply", UNREAD)
    @pytest.mark.parametrize("action", COMMANDS)
    def test_it_goes_on_being_read_till_the_end_and_is_unknown_r17(
        self, stage: Stage, action: str, reply: Reply
    ) -> None:
        result = one(stage, [reply], lost(), action=action)
        assert result.outcome.value == "unknown"
        assert result.message.endswith("; its state could not be read")
        assert (stage.pauses, stage.sent) == (MINUTE, [f"{action} WKF1"])

    def test_one_that_becomes_readable_tells_after_all(self, stage: Stage) -> None:
        result = one(stage, [*UNREAD, "started"], lost())
        assert result.outcome.value == "succeeded"

    def test_the_last_state_is_the_one_that_counts(self, stage: Stage) -> None:
        result = one(stage, ["started", "20"], lost(), action="stop", settle=0.25)
        assert (result.outcome.value, len(stage.sent)) == ("unknown", 1)

    def test_a_server_that_is_silent_does_not_hold_it_up_for_longer(self, stage: Stage) -> None:
        result = one(stage, [refused()], lost())
        assert result.outcome.value == "unknown"
        assert stage.time.passed <= 60.0 + 10.0


class TestServerError:
    """R16: after a 500 the state is read once."""

    @pytest.mark.parametrize(
        ("states", "outcome"),
        [
            (["stopped", "started"], "failed"),  # a second look would have seen it
            ([answered(404), "started"], "failed"),
            (["started", "stopped"], "succeeded"),
        ],
    )
    def test_there_is_exactly_one_look_r16(
        self, stage: Stage, states: list[str | Reply], outcome: str
    ) -> None:
        result = one(stage, states, SERVER_ERROR)
        assert result.outcome.value == outcome
        assert stage.traffic == ["start WKF1", "read WKF1"]
        assert stage.pauses == []

    @pytest.mark.parametrize("action", REPEATABLE)
    def test_it_is_never_sent_again_r16(self, stage: Stage, action: str) -> None:
        result = one(stage, ["editing"], SERVER_ERROR, action=action)
        assert (result.outcome.value, stage.sent) == ("failed", [f"{action} WKF1"])
        assert "It says: 500 oops" in result.message
        assert result.message.endswith("; the workflow is editing")
        assert (result.is_open, result.of_service) == (False, True)

    def test_the_look_may_take_as_long_as_settling_does(self, stage: Stage) -> None:
        one(stage, ["started"], SERVER_ERROR, settle=0.0)
        one(stage, ["started"], SERVER_ERROR, settle=30.0)
        assert [timeout for _, timeout in stage.wire.requests] == [70.0, 10.0, 70.0, 30.0]


HREF = "http://127.0.0.1:9/acme/campaign/workflow/execution/WKF1/trigger/"
READY = {"state": "started", "activities": {"activity": {"s": {"trigger": {"href": HREF}}}}}
SIGNAL = command("WKF1", "signal", signal=Signal("s", "CI", ()))


class TestSignal:
    @pytest.mark.parametrize(
        ("reply", "outcome"), [*[(it, "unknown") for it in LOST], (answered(500, "{}"), "failed")]
    )
    def test_nothing_is_read_after_it_since_no_state_shows_it_r16_r17(
        self, stage: Stage, reply: Reply, outcome: str
    ) -> None:
        stage.wire.reads = {"WKF1": [told(READY)]}
        (result,) = stage.run([SIGNAL], reply).results
        assert result.outcome.value == outcome
        assert stage.traffic == ["read WKF1", "signal WKF1"]
        assert stage.pauses == []
        assert result.message.endswith("; no state would show a signal") == (outcome == "unknown")


class TestCutOff:
    """R21: an interruption while a state is being settled leaves that command unknown."""

    @staticmethod
    def check(stage: Stage, execution: Execution) -> None:
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.results[0].is_open
        assert stage.sent == ["stop WKF1"]
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)
        assert not execution.is_over

    def run(self, stage: Stage, *states: str | Reply) -> Execution:
        stage.wire.reads = {"WKF1": list(states)}
        return stage.run([command("WKF1", "stop", settle=0.75), command("WKF2")], lost())

    def test_between_two_looks_r21(self, stage: Stage) -> None:
        stage.on_pause = lambda _number: stage.interrupt()
        self.check(stage, self.run(stage, "started"))

    @pytest.mark.parametrize("number", [1, 3])
    def test_by_a_wish_during_a_look_even_the_last_r21(self, stage: Stage, number: int) -> None:
        """What was not seen might be sent again, but not after a wish to stop."""

        def wished() -> Answer:
            if read(stage) == number:
                stage.interrupt()
            return told({"state": "started"})

        execution = self.run(stage, wished)
        self.check(stage, execution)
        assert read(stage) == number

    def test_in_a_look_that_a_wish_ends_r21(self, stage: Stage) -> None:
        def interrupted() -> Answer:
            stage.interrupt()
            raise KeyboardInterrupt

        self.check(stage, self.run(stage, "started", interrupted))

    def test_while_a_look_waits_to_be_tried_again_r21(self, stage: Stage) -> None:
        stage.on_pause = lambda _number: stage.interrupt()
        self.check(stage, self.run(stage, answered(503)))

    def test_by_force_between_two_looks_r21(self, stage: Stage) -> None:
        def force(_number: int) -> None:
            raise KeyboardInterrupt

        stage.on_pause = force
        self.check(stage, self.run(stage, "started"))

    @pytest.mark.parametrize("status", [401, 403])
    def test_credentials_that_are_rejected_leave_it_unknown_and_end_the_run_r18(
        self, stage: Stage, status: int
    ) -> None:
        stage.wire.reads = {"WKF1": ["started", answered(status, "no")]}
        commands = [command("WKF1", "stop", on_failure="continue"), command("WKF2")]
        execution = stage.run(commands, lost())
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert f"It says: {status} no" in execution.results[0].message
        assert execution.results[0].is_open
        assert execution.rejected
        assert conclude(execution) == ("unknown", ExitCode.UNSETTLED)

    def test_a_bug_in_a_look_leaves_it_unknown(self, stage: Stage) -> None:
        execution = self.run(stage, ZeroDivisionError("a bug"))
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert conclude(execution)[1] is ExitCode.BROKEN


class TestSentAgain:
    """R17: a stop, pause or resume, within the limit of attempts."""

    @pytest.mark.parametrize("action", REPEATABLE)
    def test_each_time_only_after_it_was_not_seen_r17(self, stage: Stage, action: str) -> None:
        result = one(stage, ["failed"], lost(), answered(504), OK, action=action, settle=0.25)
        assert (result.outcome.value, result.message) == ("succeeded", "")
        round_ = [f"{action} WKF1", "read WKF1", "read WKF1"]
        assert stage.traffic == [*round_, *round_, f"{action} WKF1"]
        assert [it.status for it in result.attempts] == [None, 504, 202]

    def test_it_ends_with_the_limit_of_attempts_as_unknown_r17(self, stage: Stage) -> None:
        result = one(stage, ["started"], *[lost()] * 5, action="stop", settle=0.0)
        assert result.outcome.value == "unknown"
        assert result.message.endswith("; the workflow is started; given up after 5 attempts")
        assert len(stage.sent) == len(result.attempts) == 5
        assert (result.is_open, result.of_service) == (False, True)

    def test_attempts_that_had_no_effect_count_too(self, stage: Stage) -> None:
        replies: list[Reply] = [answered(503), lost(), refused(), lost(), lost()]
        result = one(stage, ["started"], *replies, action="stop", settle=0.0)
        assert (result.outcome.value, len(stage.sent)) == ("unknown", 5)

    def test_an_effect_that_shows_after_a_later_attempt_is_a_success(self, stage: Stage) -> None:
        states: list[str | Reply] = ["started", "started", "stopped"]
        result = one(stage, states, lost(), lost(), action="stop", settle=0.25)
        assert (result.outcome.value, len(stage.sent)) == ("succeeded", 2)

    def test_listeners_hear_of_it(self, stage: Stage) -> None:
        one(stage, ["started"], lost(), OK, action="stop", settle=0.0)
        (planned,) = [it for it in stage.events if isinstance(it, RetryPlanned)]
        assert planned.seconds == 0.0
        assert planned.reason.endswith("; the workflow is started")

    @pytest.mark.parametrize("action", ["start", "signal"])
    @pytest.mark.parametrize("reply", [*LOST, SERVER_ERROR])
    def test_a_start_and_a_signal_never_are_r17(
        self, stage: Stage, action: str, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": [told(READY), "stopped"]}
        it = SIGNAL if action == "signal" else command("WKF1")
        if action == "start":
            stage.wire.reads["WKF1"].pop(0)
        stage.run([it], reply)
        assert stage.sent == [f"{action} WKF1"]

    @pytest.mark.parametrize("state", STATES)
    def test_nor_after_an_attempt_that_had_no_effect(self, stage: Stage, state: str) -> None:
        one(stage, [state], answered(503), lost())
        assert stage.sent == ["start WKF1"] * 2


class TestLaterFailure:
    """After an attempt that may have had an effect, nothing but a success is certain (R17)."""

    @pytest.mark.parametrize(
        ("later", "is_open"),
        [
            ([answered(404, "gone")], False),
            ([answered(302)], False),
            ([SERVER_ERROR], False),
            ([untrusted()], False),
            ([answered(503)] * 4, True),
            ([refused()] * 4, True),
            ([answered(429, retry_after="3600")], True),
        ],
        ids=str,
    )
    def test_it_is_unknown_and_never_failed_r17(
        self, stage: Stage, later: list[Reply], is_open: bool
    ) -> None:
        result = one(stage, ["started"], lost(), *later, action="stop", settle=0.0)
        assert result.outcome.value == "unknown"
        start = "an earlier answer was lost, and its effect was never seen; then: "
        assert result.message.startswith(start)
        assert result.is_open is is_open
        assert len(result.attempts) == 1 + len(later)

    @pytest.mark.parametrize("status", [401, 403])
    def test_credentials_that_are_rejected_then_end_the_run_r18(
        self, stage: Stage, status: int
    ) -> None:
        stage.wire.reads = {"WKF1": ["started"]}
        commands = [command("WKF1", "stop", settle=0.0, on_failure="continue"), command("WKF2")]
        execution = stage.run(commands, lost(), answered(status))
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.rejected
        assert conclude(execution) == ("unknown", ExitCode.UNSETTLED)

    @pytest.mark.parametrize("by_force", [False, True])
    def test_an_interruption_before_another_attempt_is_never_not_sent_r21(
        self, stage: Stage, by_force: bool
    ) -> None:
        def stop(_number: int) -> None:
            stage.interrupt()
            if by_force:
                raise KeyboardInterrupt

        stage.on_pause = stop
        result = one(stage, ["started"], lost(), answered(503), action="stop", settle=0.0)
        assert (result.outcome.value, result.is_open) == ("unknown", True)
        assert len(result.attempts) == 2

    @pytest.mark.parametrize("wanted", [RetryPlanned, SettlingSeen])
    def test_nor_one_by_force_between_the_two(self, stage: Stage, wanted: type[Event]) -> None:
        def force(event: Event) -> None:
            if isinstance(event, wanted):
                raise KeyboardInterrupt

        stage.on_event = force
        stage.wire.reads = {"WKF1": ["started"]}
        execution = stage.run([command("WKF1", "stop", settle=0.0)], lost())
        assert outcomes(execution) == ["unknown"]

    def test_a_success_is_one_all_the_same(self, stage: Stage) -> None:
        replies: list[Reply] = [lost(), answered(503), OK]
        result = one(stage, ["started"], *replies, action="stop", settle=0.0)
        assert (result.outcome.value, result.message) == ("succeeded", "")


class TestOfService:
    """What counts as a fault of the service, and what a resumed run goes on with."""

    @pytest.mark.parametrize("reply", [answered(429), answered(503), refused()])
    def test_given_up_it_has_failed_and_is_open_r26(self, stage: Stage, reply: Reply) -> None:
        result = one(stage, [], *[reply] * 5)
        assert result.outcome.value == "failed"
        assert (result.is_open, result.of_service) == (True, True)

    def test_asked_to_wait_too_long_it_is_open_as_well(self, stage: Stage) -> None:
        result = one(stage, [], answered(503, retry_after="3600"))
        assert (result.outcome.value, result.is_open, result.of_service) == ("failed", True, True)

    @pytest.mark.parametrize("reply", [answered(400), answered(404), untrusted(), answered(302)])
    def test_a_refusal_is_neither_r26(self, stage: Stage, reply: Reply) -> None:
        result = one(stage, [], reply)
        assert (result.outcome.value, result.is_open, result.of_service) == (
            "failed",
            False,
            False,
        )

    def test_rejected_credentials_are_open_but_no_fault_of_the_service_r26(
        self, stage: Stage
    ) -> None:
        result = one(stage, [], answered(401))
        assert (result.is_open, result.of_service) == (True, False)


def test_the_next_command_waits_for_the_settling_of_the_one_before_it(stage: Stage) -> None:
    """Promise 1: its outcome is the one of its state."""
    stage.wire.reads = {"WKF1": ["stopped", "started"]}
    stage.run(in_steps([command("WKF1")], [command("WKF2")]), lost(), OK)
    assert stage.traffic == ["start WKF1", "read WKF1", "read WKF1", "start WKF2"]

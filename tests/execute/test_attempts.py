"""Promise 2: at most once where it matters, and again only where nothing can have happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from runner.errors import CredentialsError, ExitCode, InterruptedRunError
from runner.execute.conclusion import conclude
from runner.execute.events import RetryPlanned, TokenRenewed
from runner.secrets.secret import Secret
from tests.support.plans import command
from tests.support.wire import answered, lost, refused, untrusted
from tests.support.worlds import NOON

if TYPE_CHECKING:
    from runner.campaign.transport import Answer
    from runner.execute.results import CommandResult
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

OK = answered(202)
EVERY_ACTION = ["start", "stop", "pause", "resume"]


def one(stage: Stage, *replies: Reply, action: str = "start") -> CommandResult:
    (result,) = stage.run([command("WKF1", action)], *replies).results
    assert stage.wire.replies == []
    return result


class TestTriedAgain:
    @pytest.mark.parametrize("action", EVERY_ACTION)
    @pytest.mark.parametrize("reply", [answered(429), answered(503), refused()])
    def test_what_was_not_applied_is_sent_again_r16(
        self, stage: Stage, reply: Reply, action: str
    ) -> None:
        result = one(stage, reply, reply, OK, action=action)
        assert (result.outcome.value, result.message) == ("succeeded", "")
        assert len(result.attempts) == 3
        assert stage.pauses == [1.0, 2.0]

    @pytest.mark.parametrize("reply", [answered(429), answered(503), refused()])
    def test_after_five_attempts_it_has_failed(self, stage: Stage, reply: Reply) -> None:
        result = one(stage, *[reply] * 5)
        assert result.outcome.value == "failed"
        assert result.message.endswith("; given up after 5 attempts")
        assert stage.pauses == [1.0, 2.0, 4.0, 8.0]
        assert len(result.attempts) == 5

    def test_jitter_comes_from_the_world(self, stage: Stage) -> None:
        stage.time.chance = 0.25
        one(stage, refused(), refused(), OK)
        assert stage.pauses == [0.25, 0.5]

    def test_retry_after_in_seconds_is_obeyed(self, stage: Stage) -> None:
        one(stage, answered(429, retry_after="17"), answered(503, retry_after="0"), OK)
        assert stage.pauses == [17.0, 0.0]

    def test_retry_after_as_a_date_is_counted_from_now(self, stage: Stage) -> None:
        date = (NOON + timedelta(seconds=42)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        one(stage, answered(429, retry_after=date), OK)
        assert stage.pauses == [42.0]

    def test_retry_after_that_says_nothing_is_passed_over(self, stage: Stage) -> None:
        one(stage, answered(429, retry_after="soon"), OK)
        assert stage.pauses == [1.0]

    def test_a_wait_that_is_too_long_is_not_waited_for(self, stage: Stage) -> None:
        result = one(stage, answered(429, retry_after="3600"))
        assert result.outcome.value == "failed"
        assert result.message.endswith("; it asks to wait 3600 s, longer than 120 s")
        assert stage.pauses == []

    def test_listeners_hear_of_the_wait(self, stage: Stage) -> None:
        one(stage, refused(), OK)
        (planned,) = [event for event in stage.events if isinstance(event, RetryPlanned)]
        assert (planned.seconds, planned.reason) == (1.0, "not sent: the connection was refused")


class TestNotTriedAgain:
    @pytest.mark.parametrize("action", EVERY_ACTION)
    @pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 400, 404, 405, 409, 418, 501])
    def test_what_would_fail_again_has_failed(self, stage: Stage, status: int, action: str) -> None:
        result = one(stage, answered(status, "no"), action=action)
        assert result.outcome.value == "failed"
        assert result.message.endswith(f"It says: {status} no")
        assert stage.pauses == []

    def test_an_untrusted_certificate_has_failed_at_once_r16(self, stage: Stage) -> None:
        result = one(stage, untrusted())
        assert result.outcome.value == "failed"
        assert result.message.startswith("the server's certificate is not trusted: TLS: self-")

    @pytest.mark.parametrize("reply", [lost(), answered(502, "gateway"), answered(504)])
    def test_a_start_whose_answer_was_lost_is_unknown_and_never_sent_again_r17(
        self, stage: Stage, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": ["stopped"]}
        result = one(stage, reply)
        assert result.outcome.value == "unknown"
        assert result.message.startswith("the answer was lost: ")
        assert result.message.endswith("; the workflow is stopped")
        assert stage.sent == ["start WKF1"]

    @pytest.mark.parametrize("action", ["stop", "pause", "resume"])
    @pytest.mark.parametrize("reply", [lost(), answered(502, "gateway"), answered(504)])
    def test_what_changes_nothing_twice_is_sent_again_only_after_it_was_not_seen_r17(
        self, stage: Stage, reply: Reply, action: str
    ) -> None:
        stage.wire.reads = {"WKF1": ["editing"]}
        result = one(stage, reply, OK, action=action)
        assert (result.outcome.value, len(result.attempts)) == ("succeeded", 2)
        assert stage.traffic[0] == stage.traffic[-1] == f"{action} WKF1"
        assert set(stage.traffic[1:-1]) == {"read WKF1"}
        assert stage.time.passed == 60.0  # `settle`

    def test_a_lost_answer_after_a_retry_is_unknown_too(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": ["stopped"]}
        result = one(stage, answered(503), lost())
        assert result.outcome.value == "unknown"
        assert len(result.attempts) == 2


class TestSuccess:
    @pytest.mark.parametrize(
        ("reply", "message"),
        [
            (answered(204), ""),
            (answered(200, "OK"), ""),
            (answered(200, "{}", content_type="application/json"), ""),
            (answered(200, " \n", content_type="application/json"), ""),
            (answered(200, "<html>", content_type="text/html"), ""),
            (
                answered(200, "<html>", content_type="Application/JSON;charset=utf-8"),
                "accepted; the body is not JSON, though its type says so",
            ),
            (
                answered(200, "[" * 60_000, content_type="application/problem+json"),
                "accepted; the body is not JSON, though its type says so",
            ),
            (
                answered(200, "{", "the body is cut", content_type="application/json"),
                "accepted; the body is cut",
            ),
        ],
    )
    def test_a_2xx_is_a_success_and_an_odd_body_a_note_r16(
        self, stage: Stage, reply: Reply, message: str
    ) -> None:
        result = one(stage, reply)
        assert (result.outcome.value, result.message) == ("succeeded", message)
        assert result.attempts[0].error is None


class TestAttempts:
    def test_each_is_taken_down(self, stage: Stage) -> None:
        result = one(stage, answered(503, "busy"), refused(), answered(200, x_request_id="abc-1"))
        first, second, third = result.attempts
        assert (first.at, first.duration, first.status) == (NOON, 0.5, 503)
        assert (first.error, first.request_id) == ("503 busy", None)
        assert (second.status, second.error) == (None, "the connection was refused")
        assert (third.status, third.error, third.request_id) == (200, None, "abc-1")

    def test_whatever_the_remote_side_says_is_one_clean_line_r19(self, stage: Stage) -> None:
        stage.scrubber.add(Secret("the-secret-value"))
        said = "::error::x\n##[command]\x1b[31m the-secret-value"
        result = one(stage, answered(400, said, x_request_id="the-secret-value\x07"))
        texts = [result.message, result.attempts[0].error or "", result.attempts[0].request_id]
        assert texts[2] == "***"
        for text in texts[:2]:
            assert text is not None
            assert "the-secret-value" not in text
            assert text.isprintable()
            assert "##[" not in text

    @pytest.mark.parametrize("reply", [lost("got the-secret-value"), refused("the-secret-value")])
    def test_reasons_are_scrubbed_too(self, stage: Stage, reply: Reply) -> None:
        stage.scrubber.add(Secret("the-secret-value"))
        stage.wire.reads = {"WKF1": ["stopped"]}
        replies = [reply] if "got" in str(reply) else [reply] * 5
        assert "the-secret-value" not in repr(one(stage, *replies))

    def test_the_end_of_a_cut_body_shows_no_part_of_a_secret(self, stage: Stage) -> None:
        stage.scrubber.add(Secret("the-secret-value"))
        result = one(stage, answered(400, "x" * 100 + " the-secret-val", "cut"))
        assert "the-s" not in repr(result)


def tokens_sent(stage: Stage) -> list[str]:
    return [request.headers["Authorization"] for request, _ in stage.wire.requests]


class TestRejected:
    """R18: one new token, where OAuth can give one, then the run ends."""

    def test_a_token_that_is_rejected_in_mid_run_is_renewed_once(self, stage: Stage) -> None:
        stage.renew_with("token-1")
        commands = [command("WKF1"), command("WKF2")]
        execution = stage.run(commands, OK, answered(401), OK)
        assert [it.outcome.value for it in execution.results] == ["succeeded", "succeeded"]
        assert tokens_sent(stage) == ["Bearer token-0", "Bearer token-0", "Bearer token-1"]
        assert stage.pauses == []
        (renewed,) = [event for event in stage.events if isinstance(event, TokenRenewed)]
        assert renewed.command is commands[1]

    def test_each_command_may_renew_it_again(self, stage: Stage) -> None:
        stage.renew_with("token-1", "token-2")
        commands = [command("WKF1"), command("WKF2")]
        execution = stage.run(commands, answered(401), OK, answered(401), OK)
        assert [it.outcome.value for it in execution.results] == ["succeeded", "succeeded"]

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_renewed_token_that_is_rejected_too_ends_the_run(
        self, stage: Stage, status: int
    ) -> None:
        stage.renew_with("token-1", "token-2")
        commands = [command(f"WKF{n}", on_failure="continue") for n in (1, 2)]
        execution = stage.run(commands, answered(status), answered(status))
        assert [it.outcome.value for it in execution.results] == ["failed", "not_sent"]
        assert execution.rejected
        assert conclude(execution)[1] is ExitCode.CREDENTIALS

    def test_a_new_token_that_is_not_to_be_had_ends_the_run(self, stage: Stage) -> None:
        stage.renew_with(CredentialsError("no access token: gone"))
        execution = stage.run([command("WKF1"), command("WKF2")], answered(401))
        assert [it.outcome.value for it in execution.results] == ["failed", "not_sent"]
        assert execution.results[0].message == "no access token: gone"
        assert conclude(execution)[1] is ExitCode.CREDENTIALS

    def test_a_token_that_ended_between_two_commands_was_not_sent_with(self, stage: Stage) -> None:
        execution = stage.run([command("WKF1")], CredentialsError("no access token: gone"))
        assert execution.results[0].outcome.value == "not_sent"
        assert conclude(execution)[1] is ExitCode.CREDENTIALS

    def test_an_interruption_while_a_token_is_fetched_leaves_nothing_unknown(
        self, stage: Stage
    ) -> None:
        def interrupted() -> Answer:
            stage.interruption.request()
            raise InterruptedRunError("interrupted while waiting for an access token")

        execution = stage.run([command("WKF1"), command("WKF2")], interrupted)
        assert [it.outcome.value for it in execution.results] == ["not_sent", "not_sent"]
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_a_given_token_has_no_other(self, stage: Stage) -> None:
        result = one(stage, answered(401, '{"error_code":"401013"}'))
        assert result.outcome.value == "failed"
        assert result.message.startswith("the access token is not valid, or has expired. ")

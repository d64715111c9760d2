"""Signals: read first, posted to what the API names, and never twice (API.md, R12, R15 to R19)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from runner.errors import ExitCode
from runner.execute.conclusion import conclude
from runner.secrets.secret import Secret
from runner.states import State
from runner.validate.config import Signal, Wait
from runner.validate.signals import signal_body
from tests.support.plans import command, in_steps, waiting
from tests.support.wire import answered, lost, refused, told

if TYPE_CHECKING:
    from runner.campaign.transport import Answer
    from runner.execute.results import CommandResult, Execution
    from runner.plan.command import Command
    from tests.execute.conftest import Stage
    from tests.support.wire import Reply

WORKFLOWS = "http://127.0.0.1:9/acme/campaign/workflow/execution/"
HREF = f"{WORKFLOWS}WKF1/activities/activity/signal1/trigger/"
SIGNAL = Signal("signal1", "CI", (("audience", "vip"), ("count", 3), ("dry", False)))
OK = answered(200, '{"ok": true}', content_type="application/json")
TOO_SOON = answered(200, "The signal was triggered already", content_type="text/plain")


def signal(workflow: str = "WKF1", says: Signal = SIGNAL, **others: Any) -> Command:
    return command(workflow, "signal", signal=says, **others)


def payload(state: str = "started", **hrefs: str | None) -> dict[str, Any]:
    """Give what the API says of a workflow with these activities."""
    activities = {
        name: {"trigger": {} if href is None else {"href": href}} for name, href in hrefs.items()
    }
    return {"PKey": "@key", "state": state, "activities": {"activity": activities}}


READY = payload(signal1=HREF)


def trigger(stage: Stage, seen: Any, *replies: Reply, **others: Any) -> CommandResult:
    """Send one signal where this is read of its workflow."""
    stage.wire.reads = {"WKF1": [seen if callable(seen) else told(seen)]}
    (result,) = stage.run([signal(**others)], *replies).results
    assert stage.wire.replies == []
    return result


def outcomes(execution: Execution) -> list[str]:
    return [result.outcome.value for result in execution.results]


class TestSent:
    def test_the_workflow_is_read_and_then_its_trigger_posted_to(self, stage: Stage) -> None:
        result = trigger(stage, READY, OK)
        assert (result.outcome.value, result.message) == ("succeeded", "")
        assert stage.traffic == ["read WKF1", "signal WKF1"]
        (request, timeout) = stage.wire.requests[1]
        assert (request.method, request.url, timeout) == ("POST", HREF, 70.0)
        assert request.headers["Content-Type"] == "application/json;charset=utf-8"

    @pytest.mark.parametrize(
        "says",
        [SIGNAL, Signal("signal1", "née", ()), Signal("signal1", "x", (("half", "\ud800"),))],
    )
    def test_its_body_is_the_one_that_was_validated(self, stage: Stage, says: Signal) -> None:
        trigger(stage, READY, OK, says=says)
        request, _ = stage.wire.requests[1]
        assert request.body == signal_body(says)
        body = {"source": says.source, "parameters": dict(says.parameters)}
        assert json.loads(request.body or b"") == body

    def test_its_result_says_where_it_went_and_what_was_read(self, stage: Stage) -> None:
        result = trigger(stage, READY, OK)
        assert result.url == HREF
        assert result.state_before is State.STARTED
        assert [it.status for it in result.attempts] == [200]

    def test_the_state_that_was_just_read_stands_above_an_older_one(self, stage: Stage) -> None:
        answers: list[Reply | str] = ["paused", "started", told(payload("20", signal1=HREF))]
        stage.wire.reads = {"WKF1": answers}
        steps = in_steps([waiting(action="resume", until="started")], [signal()])
        results = stage.run(steps, OK, OK).results
        assert (results[0].state_after, results[1].state_before) == (State.STARTED, State.UNKNOWN)

    def test_an_address_is_written_as_everybody_would(self, stage: Stage) -> None:
        odd = HREF.replace("http://", "HTTP://").replace("signal1", "%2csignal1")
        result = trigger(stage, payload(signal1=odd), OK)
        assert result.url == HREF.replace("signal1", "%2Csignal1")
        assert stage.wire.requests[1][0].url == result.url

    @pytest.mark.parametrize("state", ["started", "20", ""])
    def test_a_state_that_is_unknown_is_for_campaign_to_judge(
        self, stage: Stage, state: str
    ) -> None:
        assert trigger(stage, payload(state, signal1=HREF), OK).outcome.value == "succeeded"

    def test_one_among_many_activities_is_the_one_that_is_named(self, stage: Stage) -> None:
        other = HREF.replace("signal1", "signal2")
        result = trigger(stage, payload(signal2=other, signal1=HREF, signal3=None), OK)
        assert result.url == HREF

    def test_two_in_one_step_are_each_read_right_before(self, stage: Stage) -> None:
        other = READY | payload(signal1=HREF.replace("WKF1", "WKF2"))
        stage.wire.reads = {"WKF1": [told(READY)], "WKF2": [told(other)]}
        stage.run([signal("WKF1"), signal("WKF2")], OK, OK)
        assert stage.traffic == ["read WKF1", "signal WKF1", "read WKF2", "signal WKF2"]


class TestRefused:
    """What was read speaks against it: nothing is posted, and the command has failed."""

    @staticmethod
    def refused(stage: Stage, seen: Any) -> str:
        stage.wire.reads = {"WKF1": [seen if isinstance(seen, type(OK)) else told(seen)]}
        execution = stage.run([signal(), command("WKF2")])
        assert outcomes(execution) == ["failed", "not_sent"]
        assert conclude(execution) == ("failed", ExitCode.FAILED)
        assert stage.sent == []
        result = execution.results[0]
        assert (result.attempts, result.url) == ((), None)
        assert result.message.endswith("; nothing was sent")
        return result.message.removesuffix("; nothing was sent")

    def test_an_unknown_workflow(self, stage: Stage) -> None:
        message = self.refused(stage, answered(404, "no such key"))
        assert message.startswith("Campaign knows no workflow with this ID; ")
        assert "Open the workflow there" in message
        assert "no such key" not in message

    def test_an_answer_that_is_none(self, stage: Stage) -> None:
        message = self.refused(stage, answered(200, "<html>"))
        assert message == "the API's answer cannot be read; it is no JSON object"

    @pytest.mark.parametrize("state", ["editing", "paused", "stopped", "finished", "failed"])
    def test_a_workflow_that_does_not_run(self, stage: Stage, state: str) -> None:
        message = self.refused(stage, payload(state, signal1=HREF))
        assert message == f"the workflow is {state}, and a signal needs it started"

    def test_an_activity_that_is_misspelt(self, stage: Stage) -> None:
        message = self.refused(stage, payload(signal2=HREF, other=HREF))
        assert message == (
            "the workflow has no External signal activity `signal1`; did you mean `signal2`?"
        )

    def test_an_activity_that_is_like_none(self, stage: Stage) -> None:
        message = self.refused(stage, payload(go=HREF, wake=HREF))
        assert message.endswith("activity `signal1`; write one of: go, wake")

    @pytest.mark.parametrize("seen", [payload(), payload(signal1=None), {"state": "started"}])
    def test_a_workflow_without_a_trigger(self, stage: Stage, seen: Any) -> None:
        assert self.refused(stage, seen).endswith("activity `signal1`; it has none at all")

    @pytest.mark.parametrize(
        "href",
        [
            "https://evil.example/acme/campaign/workflow/execution/WKF1/trigger/",
            "http://127.0.0.1:10/acme/campaign/workflow/execution/WKF1/trigger/",
            "http://user:pass@127.0.0.1:9/acme/campaign/workflow/execution/WKF1/trigger/",
            "http://127.0.0.1:9/other/campaign/workflow/execution/WKF1/trigger/",
            f"{WORKFLOWS}../../../other/",
            f"{WORKFLOWS}%2e%2e/x",
            f"{HREF}?to=https://evil.example",
            "//evil.example/acme/campaign/workflow/execution/WKF1/",
            "file:///etc/passwd",
            WORKFLOWS,
        ],
    )
    def test_an_address_that_leads_elsewhere(self, stage: Stage, href: str) -> None:
        message = self.refused(stage, payload(signal1=href))
        assert message.startswith("the trigger that the API names is not to be trusted: ")

    def test_what_it_says_is_clean_r19(self, stage: Stage) -> None:
        stage.scrubber.add(Secret("the-secret-value"))
        hostile = "http://the-secret-value.example/##[command]"
        message = self.refused(stage, payload(signal1=hostile))
        odd = payload(**{"the-secret-value": HREF, "::error::x\n##[group]": HREF})
        for text in (message, self.refused(stage, odd)):
            assert "the-secret-value" not in text
            assert text.isprintable()
            assert "##[" not in text

    def test_the_state_that_was_read_is_told(self, stage: Stage) -> None:
        assert trigger(stage, payload("paused", signal1=HREF)).state_before is State.PAUSED

    def test_others_go_on_where_that_is_asked(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": [told(payload("paused"))]}
        execution = stage.run([signal(on_failure="continue"), command("WKF2")], answered(202))
        assert outcomes(execution) == ["failed", "succeeded"]


class TestAnswers:
    @pytest.mark.parametrize(
        ("reply", "message"),
        [
            (answered(204), ""),
            (answered(200), ""),
            (answered(200, " \r\n", content_type="text/plain"), ""),
            (OK, ""),
            (answered(200, '{"a": 1}', content_type="text/plain"), ""),
            (answered(200, '\ufeff{"a": 1}'), ""),
            (answered(200, "[" * 60_000), ""),
            (answered(200, '{"a":', "the body is cut"), "accepted; the body is cut"),
            (answered(200, "", "the body is cut"), "accepted; the body is cut"),
            (answered(200, '"done"', content_type="application/json;charset=utf-8"), ""),
            (answered(200, "[]", content_type="text/plain"), ""),
        ],
    )
    def test_json_or_nothing_is_a_success(self, stage: Stage, reply: Reply, message: str) -> None:
        result = trigger(stage, READY, reply)
        assert (result.outcome.value, result.message) == ("succeeded", message)
        assert result.attempts[0].error is None

    @pytest.mark.parametrize("text", ['{"message": "acc', "{", '{"a": 1}}', "[1, 2", '["x'])
    @pytest.mark.parametrize("cut", [None, "the body is cut"])
    def test_json_that_breaks_off_is_no_sentence_r16(
        self, stage: Stage, text: str, cut: str | None
    ) -> None:
        reply = answered(200, text, cut, content_type="application/json")
        assert trigger(stage, READY, reply).outcome.value == "succeeded"

    @pytest.mark.parametrize(
        "reply",
        [
            TOO_SOON,
            answered(200, "The signal was triggered already"),
            answered(202, "\ufeffWait, please.", content_type="text/html"),
            answered(200, "The signal was trigg", "the body is cut"),
            answered(200, "[Note] The signal was triggered already"),
            answered(200, "Wait, please.", content_type="application/json;charset=utf-8"),
            answered(200, '"Wait, please."', content_type="text/plain"),
            answered(400, "Wait, please."),
            answered(500, "Wait, please."),
        ],
    )
    def test_plain_text_is_the_ten_minute_rule_and_says_when(
        self, stage: Stage, reply: Answer
    ) -> None:
        stage.time.passed = 65.0
        result = trigger(stage, READY, reply)
        assert result.outcome.value == "failed"
        assert "less than 10 minutes ago" in result.message
        assert "12:11:05 UTC" in result.message
        assert result.attempts[0].error == f"{reply.status} {reply.text}".replace("\ufeff", "")
        assert len(stage.sent) == 1

    @pytest.mark.parametrize(
        "reply",
        [
            answered(404, "no such thing"),
            answered(502, "Bad gateway"),
            answered(200, "RST-360011 it is not so"),
            answered(400, "XTK-170019 it is not so"),
            answered(400, '{"error": "it is not so"}'),
            answered(400),
        ],
    )
    def test_what_says_by_itself_what_is_wrong_is_not_that_rule(
        self, stage: Stage, reply: Answer
    ) -> None:
        result = trigger(stage, READY, reply)
        assert result.outcome.value == ("unknown" if reply.status == 502 else "failed")
        assert "10 minutes" not in result.message

    def test_an_error_of_campaign_is_explained(self, stage: Stage) -> None:
        text = "RST-360011 'contentURL' parameter isn't defined in signal activity."
        result = trigger(stage, READY, answered(500, text))
        assert (result.outcome.value, len(stage.sent)) == ("failed", 1)
        assert "10 minutes" not in result.message
        assert result.message.endswith(f"It says: 500 {text}")

    @pytest.mark.parametrize("reply", [lost(), answered(502), answered(504), KeyboardInterrupt()])
    def test_one_that_may_have_arrived_is_unknown_and_never_sent_again_r17(
        self, stage: Stage, reply: Reply
    ) -> None:
        stage.wire.reads = {"WKF1": [told(READY)]}
        execution = stage.run([signal(), command("WKF2")], reply)
        assert outcomes(execution) == ["unknown", "not_sent"]
        assert execution.results[0].url == HREF
        assert stage.sent == ["signal WKF1"]
        assert conclude(execution)[1] is ExitCode.UNSETTLED

    @pytest.mark.parametrize("reply", [answered(429), answered(503), refused()])
    def test_one_that_was_not_applied_is_sent_again_r16(self, stage: Stage, reply: Reply) -> None:
        result = trigger(stage, READY, reply, reply, OK)
        assert (result.outcome.value, len(result.attempts)) == ("succeeded", 3)
        assert stage.traffic == ["read WKF1", *["signal WKF1"] * 3]
        assert stage.pauses == [1.0, 2.0]

    def test_what_is_said_is_clean_r19(self, stage: Stage) -> None:
        stage.scrubber.add(Secret("the-secret-value"))
        result = trigger(stage, READY, answered(200, "no\n::warning::the-secret-value\x07"))
        assert "the-secret-value" not in repr(result)
        assert result.message.isprintable()


class TestRejected:
    """R18: one new token where there is one, then the run ends."""

    def test_a_token_is_renewed_once(self, stage: Stage) -> None:
        stage.renew_with("token-1")
        result = trigger(stage, READY, answered(401), OK)
        assert result.outcome.value == "succeeded"
        tokens = [request.headers["Authorization"][-1] for request, _ in stage.wire.requests]
        assert tokens == ["0", "0", "1"]

    def test_and_no_more_than_once(self, stage: Stage) -> None:
        stage.renew_with("token-1")
        stage.wire.reads = {"WKF1": [told(READY)]}
        commands = [signal(on_failure="continue"), command("WKF2")]
        execution = stage.run(commands, answered(401), answered(401))
        assert outcomes(execution) == ["failed", "not_sent"]
        assert conclude(execution) == ("failed", ExitCode.CREDENTIALS)

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_read_that_is_rejected_ends_the_run_with_nothing_sent(
        self, stage: Stage, status: int
    ) -> None:
        stage.wire.reads = {"WKF1": [answered(status, "no")]}
        execution = stage.run([signal(on_failure="continue"), command("WKF2")])
        assert outcomes(execution) == ["failed", "not_sent"]
        assert f"It says: {status} no" in execution.results[0].message
        assert execution.results[0].message.endswith("; nothing was sent")
        assert execution.results[1].message == "the credentials were rejected at a.yaml#WKF1"
        assert stage.sent == []
        assert conclude(execution) == ("failed", ExitCode.CREDENTIALS)


class TestInterrupted:
    def test_while_it_is_read_nothing_is_unknown(self, stage: Stage) -> None:
        def interrupted() -> Answer:
            stage.interrupt()
            raise KeyboardInterrupt

        stage.wire.reads = {"WKF1": [interrupted]}
        execution = stage.run([signal(), command("WKF2")])
        assert outcomes(execution) == ["not_sent", "not_sent"]
        assert execution.results[0].message == "interrupted while its workflow was read"
        assert conclude(execution) == ("interrupted", ExitCode.UNSETTLED)

    def test_a_wish_that_comes_while_it_answers_is_heeded_before_the_post(
        self, stage: Stage
    ) -> None:
        def answer() -> Answer:
            stage.interrupt()
            return told(READY)

        assert trigger(stage, answer).outcome.value == "not_sent"
        assert stage.traffic == ["read WKF1"]

    def test_a_bug_in_the_read_leaves_nothing_unknown(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": [ZeroDivisionError("a bug")]}
        execution = stage.run([signal()])
        assert outcomes(execution) == ["not_sent"]
        assert conclude(execution)[1] is ExitCode.BROKEN


class TestWaitedFor:
    """What a signal sets off can be waited for, too."""

    @pytest.mark.parametrize(
        ("until", "states"),
        [
            ("stopped", ["started", "finished"]),
            ("stopped", ["stopped"]),
            ("paused", ["started", "paused"]),
            ("started", ["started"]),
            ("started", ["finished"]),  # it was seen to run before
        ],
    )
    def test_it_comes_true_r15(self, stage: Stage, until: str, states: list[str]) -> None:
        stage.wire.reads = {"WKF1": [told(READY), *states]}
        (result,) = stage.run([signal(wait=Wait(State(until)))], OK).results
        assert result.outcome.value == "succeeded"
        assert (result.state_before, result.state_after) == (State.STARTED, State(states[-1]))
        assert result.url == HREF

    def test_plain_text_is_not_waited_for(self, stage: Stage) -> None:
        stage.wire.reads = {"WKF1": [told(READY)]}
        stage.run([signal(wait=Wait(State.STOPPED))], TOO_SOON)
        assert stage.traffic == ["read WKF1", "signal WKF1"]

"""One workflow, from the first attempt to what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.campaign.retry import RetryPolicy
from runner.errors import CredentialsError, ExitCode, InterruptedRunError
from runner.secrets.secret import Secret
from runner.states import NOTHING_READ, State, StateMapping
from tests.observe.conftest import TOKEN, Desk
from tests.support.wire import Reply, answered, lost, refused, told, untrusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.transport import Answer

STARTED = told({"state": "started"})


class RenewableToken:
    """Gives tokens one after another."""

    def __init__(self, *others: str) -> None:
        self.current = Secret(TOKEN)
        self.others = list(others)

    def token(self) -> Secret:
        return self.current

    def renew(self) -> bool:
        if not self.others:
            raise CredentialsError("no access token")
        self.current = Secret(self.others.pop(0))
        return True

    def left(self) -> float | None:
        return None


def time_passing(desk: Desk) -> Callable[[int], None]:
    """Give what lets time pass while somebody waits."""

    def pass_time(_number: int) -> None:
        desk.time.passed += desk.time.pauses[-1]

    return pass_time


def test_an_activity_with_the_longest_name_is_found(desk: Desk) -> None:
    name = "s" * 200  # as long as a configuration may give it
    trigger = {"href": "https://mc.adobe.io/acme/x/trigger/"}
    seen = desk.told({"state": "started", "activities": {"activity": {name: {"trigger": trigger}}}})
    assert [(it.name, it.href) for it in seen.signals] == [(name, trigger["href"])]


def test_what_the_api_says_is_given(desk: Desk) -> None:
    trigger = {"href": "https://mc.adobe.io/acme/x/trigger/"}
    seen = desk.told(
        {
            "PKey": "@aB",
            "state": "Paused",
            "nextProcessingDate": "2026-03-01 12:00:00Z",
            "activities": {"activity": {"signal1": {"name": "signal1", "trigger": trigger}}},
        }
    )
    assert (seen.organization, seen.workflow, seen.found) == ("acme", "WKF1", True)
    assert (seen.state, seen.read.raw, seen.read.field) == (State.PAUSED, "Paused", "state")
    assert seen.workflow_id is None
    assert [(it.name, it.href) for it in seen.signals] == [("signal1", trigger["href"])]
    assert seen.next_processing == "2026-03-01 12:00:00Z"
    assert dict(seen.fields) == {
        "PKey": "@aB",
        "state": "Paused",
        "nextProcessingDate": "2026-03-01 12:00:00Z",
    }
    assert (seen.error, seen.why_unknown) == ("", "")


@pytest.mark.parametrize(
    ("workflow", "written"), [("WKF_1-b", "WKF_1-b"), ("@AbC", "%40AbC"), ("a/../b", "a%2F..%2Fb")]
)
def test_the_workflow_is_asked_for_as_adobes_sdk_does(
    desk: Desk, workflow: str, written: str
) -> None:
    assert desk.read(STARTED, workflow=workflow, timeout=7.0).workflow == workflow
    ((request, timeout),) = desk.wire.requests
    assert request.method == "GET"
    assert request.url == f"http://127.0.0.1:9/acme/campaign/workflow/execution/{written}"
    assert timeout == 7.0


class TestTriedAgain:
    """A read changes nothing, so that what may be passing is tried again."""

    @pytest.mark.parametrize(
        "reply",
        [*(answered(status) for status in (429, 502, 503, 504)), lost(), refused()],
    )
    def test_a_passing_fault_is_tried_again(self, desk: Desk, reply: Reply) -> None:
        assert desk.read(reply, reply, STARTED).state is State.STARTED
        assert desk.time.pauses == [1.0, 2.0]

    def test_the_api_may_say_when(self, desk: Desk) -> None:
        assert desk.read(answered(429, retry_after="17"), STARTED).found
        assert desk.time.pauses == [17.0]

    def test_one_that_asks_for_too_long_is_given_up(self, desk: Desk) -> None:
        seen = desk.read(answered(503, "later", retry_after="3600"))
        assert (seen.found, seen.state) == (None, State.UNKNOWN)
        assert seen.error.endswith("It says: 503 later")

    @pytest.mark.parametrize(
        ("reply", "words"),
        [
            (answered(502, "oops"), "the gateway got no answer from Campaign"),
            (answered(429, ""), "too many requests"),
            (lost(), "no answer: connection reset by peer"),
            (refused(), "no answer: the connection was refused"),
        ],
    )
    def test_what_does_not_pass_is_given_up(self, desk: Desk, reply: Reply, words: str) -> None:
        seen = desk.read(*[reply] * 5)
        assert (seen.found, seen.read) == (None, NOTHING_READ)
        assert seen.error.startswith(words)
        assert desk.time.pauses == [1.0, 2.0, 4.0, 8.0]

    @pytest.mark.parametrize("asked", ["60", "120"])
    def test_one_that_asks_for_more_than_is_left_is_given_up(self, desk: Desk, asked: str) -> None:
        busy = answered(429, "busy", retry_after=asked)
        seen = desk.read(busy, STARTED, policy=RetryPolicy(within=60.0))
        assert (seen.found, seen.state) == (None, State.UNKNOWN)
        assert seen.error.endswith("It says: 429 busy")
        assert (len(desk.wire.requests), desk.time.pauses) == (1, [])

    def test_all_attempts_end_within_the_bound(self, desk: Desk) -> None:
        desk.on_pause = time_passing(desk)
        busy = answered(429, retry_after="25")
        seen = desk.read(*[busy] * 5, policy=RetryPolicy(within=60.0))
        assert seen.found is None
        assert desk.time.pauses == [25.0, 25.0]
        assert [timeout for _, timeout in desk.wire.requests] == [60.0, 35.0, 10.0]

    def test_what_comes_within_the_bound_is_taken(self, desk: Desk) -> None:
        desk.on_pause = time_passing(desk)
        busy = answered(429, retry_after="59")
        assert desk.read(busy, STARTED, policy=RetryPolicy(within=60.0)).state is State.STARTED

    def test_however_late_an_attempt_is_it_is_given_a_second(self, desk: Desk) -> None:
        def slow() -> Answer:
            desk.time.passed += 75
            return answered(401)

        desk.tokens = RenewableToken("second-token-of-the-run")
        assert desk.read(slow, STARTED, policy=RetryPolicy(within=60.0)).found
        assert [timeout for _, timeout in desk.wire.requests] == [60.0, 1.0]

    def test_how_often_is_a_setting(self, desk: Desk) -> None:
        assert desk.read(refused(), policy=RetryPolicy(attempts=1)).found is None
        assert desk.time.pauses == []

    def test_an_interruption_ends_the_waiting(self, desk: Desk) -> None:
        desk.on_pause = lambda _number: desk.interruption.request()
        with pytest.raises(InterruptedRunError, match="waiting to read WKF1 of acme again"):
            desk.read(refused(), STARTED)
        assert len(desk.wire.requests) == 1

    def test_one_read_is_made_even_after_a_wish_to_stop(self, desk: Desk) -> None:
        desk.interruption.request()
        assert desk.read(STARTED).state is State.STARTED


class TestNotTriedAgain:
    def test_a_certificate_that_is_not_trusted(self, desk: Desk) -> None:
        seen = desk.read(untrusted())
        assert seen.found is None
        assert seen.error == (
            "the server's certificate is not trusted: TLS: self-signed certificate"
        )

    def test_an_unknown_workflow_r13(self, desk: Desk) -> None:
        seen = desk.read(answered(404, "there is none"))
        assert seen.found is False
        assert (seen.state, seen.read) == (State.UNKNOWN, NOTHING_READ)
        meaning = "Campaign knows no workflow with this ID; it may have been changed in Campaign"
        assert seen.error == meaning
        assert seen.why_unknown == f"{meaning}. {seen.remedy} ({seen.who})"
        assert "there is none" not in seen.why_unknown
        assert (seen.remedy[:4], seen.who) == ("Open", "you")

    @pytest.mark.parametrize("status", [204 + 96, 302, 400, 405, 410, 418, 500, 501, 599])
    def test_any_other_status(self, desk: Desk, status: int) -> None:
        seen = desk.read(answered(status, "no"))
        assert (seen.found, seen.state) == (None, State.UNKNOWN)
        assert seen.error.endswith(f"It says: {status} no")

    def test_what_is_known_of_an_error_is_told(self, desk: Desk) -> None:
        seen = desk.read(answered(500, "XTK-170036 Unable to parse expression '@id = @O5'."))
        assert seen.error.startswith("Campaign cannot make out the workflow's key or ID")
        seen = desk.read(answered(418))
        assert seen.error == "the API refused to let the workflow be read. It says: 418"


class TestCredentials:
    """R18: one new token where there is one, then all ends."""

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_given_token_that_is_rejected_ends_all(self, desk: Desk, status: int) -> None:
        with pytest.raises(CredentialsError) as caught:
            desk.read(answered(status, '{"error_code":"403023","message":"Profile is not valid"}'))
        assert caught.value.exit_code is ExitCode.CREDENTIALS
        assert "does not cover this organization" in str(caught.value)
        assert "acme" in str(caught.value)

    def test_one_new_token_is_tried(self, desk: Desk) -> None:
        desk.tokens = RenewableToken("token-number-2")
        assert desk.read(answered(401), STARTED).state is State.STARTED
        sent = [request.headers["Authorization"] for request, _ in desk.wire.requests]
        assert sent == [f"Bearer {TOKEN}", "Bearer token-number-2"]
        assert desk.time.pauses == []

    def test_a_second_refusal_ends_all(self, desk: Desk) -> None:
        desk.tokens = RenewableToken("token-number-2", "token-number-3")
        with pytest.raises(CredentialsError, match="It says: 403 no"):
            desk.read(answered(401), lost(), answered(403, "no"), STARTED)
        assert len(desk.wire.requests) == 3

    def test_no_other_token_ends_all(self, desk: Desk) -> None:
        desk.tokens = RenewableToken()
        with pytest.raises(CredentialsError, match="no access token"):
            desk.read(answered(401), STARTED)

    def test_a_new_token_is_no_attempt(self, desk: Desk) -> None:
        desk.tokens = RenewableToken("token-number-2")
        assert desk.read(*[lost()] * 4, answered(401), STARTED).found


class TestOddAnswers:
    """After a 2xx the workflow is there, whatever stands in the body."""

    @pytest.mark.parametrize("status", [200, 203, 206])
    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "OK",
            "<html>",
            "null",
            "true",
            "7",
            '"started"',
            "[]",
            '[{"state": "started"}]',
            '{"state": "started"',
            '{"state": "started"} more',
            "{'state': 'started'}",
            "[" * 1_000_000,
            '{"a":' * 500_000,
        ],
    )
    def test_what_is_no_json_object(self, desk: Desk, status: int, text: str) -> None:
        seen = desk.read(answered(status, text))
        assert (seen.found, seen.state) == (True, State.UNKNOWN)
        assert seen.error == "the API's answer cannot be read; it is no JSON object"

    def test_what_is_not_whole(self, desk: Desk) -> None:
        seen = desk.read(answered(200, '{"state": "started"}', "the body did not end in time"))
        assert (seen.found, seen.state) == (True, State.UNKNOWN)
        assert seen.error.endswith("it is not whole: the body did not end in time")

    def test_a_byte_order_mark_is_no_fault(self, desk: Desk) -> None:
        assert desk.read(answered(200, '\ufeff{"state": "paused"}')).state is State.PAUSED


class TestStates:
    def test_the_mapping_decides(self, desk: Desk) -> None:
        mapping = StateMapping(("execution.phase",), (("NY", State.EDITING),))
        payload = {"state": "started", "execution": {"phase": "ny"}}
        seen = desk.told(payload, mapping=mapping)
        assert (seen.state, seen.read.raw, seen.read.field) == (
            State.EDITING,
            "ny",
            "execution.phase",
        )

    def test_what_it_does_not_map_is_unknown_and_shown(self, desk: Desk) -> None:
        seen = desk.told({"status": 20})
        assert (seen.found, seen.state, seen.read.raw, seen.error) == (
            True,
            State.UNKNOWN,
            "20",
            "",
        )
        assert seen.why_unknown == (
            'its field "status" says "20", which defaults.state.values does not map'
        )

    def test_no_field_at_all(self, desk: Desk) -> None:
        seen = desk.told({"PKey": "@a", "state": None, "status": {"a": 1}})
        assert seen.why_unknown == (
            "its answer has none of the fields state, status; run doctor to see which looks like it"
        )


class TestSecrecy:
    """R19: text of the remote side is clean before anybody sees it."""

    def test_no_secret_is_in_an_observation(self, desk: Desk) -> None:
        seen = desk.told(
            {
                "state": TOKEN,
                "ID": TOKEN.replace("-", "_"),
                "nextProcessingDate": f"{TOKEN}Z",
                "a": {f"x{TOKEN}": f"{TOKEN[:9]}\n{TOKEN[9:]}"},
                "activities": {"activity": {TOKEN: {"trigger": {"href": "x" + TOKEN}}}},
            }
        )
        assert TOKEN not in repr(seen).replace(" ", "")
        assert seen.read.raw == "***"
        assert seen.signals[0].name == "***"
        assert seen.signals[0].href == "x" + TOKEN  # altered it would be of no use

    def test_nor_in_its_error(self, desk: Desk) -> None:
        assert TOKEN not in desk.read(answered(400, f"got {TOKEN}")).error
        assert TOKEN not in desk.read(*[lost(f"got {TOKEN}")] * 5).error
        assert TOKEN[:12] not in desk.read(answered(400, TOKEN[:-3], "cut")).error
        assert TOKEN not in desk.read(answered(200, "", f"cut {TOKEN}")).error
        with pytest.raises(CredentialsError) as caught:
            desk.read(answered(401, TOKEN))
        assert TOKEN not in str(caught.value)

    def test_nor_where_a_long_error_was_cut(self, desk: Desk) -> None:
        text = " " * (65_536 - 10) + TOKEN + "x" * 4_000_000
        assert TOKEN[:8] not in desk.read(answered(400, text)).error

    def test_a_secret_is_never_an_id(self, desk: Desk) -> None:
        desk.scrubber.add(Secret("WKF12345678"))
        assert desk.told({"ID": "WKF12345678"}).workflow_id is None

    def test_nothing_looks_like_a_command_of_a_ci_system(self, desk: Desk) -> None:
        evil = "::error::x ##[error]y\r\n\x1b[31mz\u202e"
        seen = desk.told({"state": evil, evil: evil, "nextProcessingDate": evil})
        assert "::error::" not in repr(seen)
        assert "##[" not in repr(seen)
        shown = [*seen.fields[0], *seen.fields[1], seen.read.raw or "", seen.next_processing or ""]
        assert all(text.isprintable() and text.isascii() for text in shown)
        assert "##[" not in desk.read(answered(500, evil)).error

"""Tokens: one that was given, or one fetched, renewed in time, and never shown."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from runner.campaign.tokens import GivenToken, OAuthToken
from runner.errors import CredentialsError, ExitCode, InterruptedRunError
from runner.secrets.resolve import OAuthCredential
from runner.secrets.scrub import Scrubber
from runner.secrets.secret import Secret
from tests.support.wire import FakeTransport, answered, lost, refused, untrusted
from tests.support.worlds import FakeTime, RecordingInterruption

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.wire import Reply

URL = "https://ims-na1.adobelogin.com/ims/token/v3"
CLIENT_SECRET = "p8e-very/secret+value="
FIRST = "token-number-1"
CREDENTIAL = OAuthCredential(Secret("client-id"), Secret(CLIENT_SECRET), "openid,AdobeID")


def token_body(token: Any = FIRST, **others: Any) -> str:
    return json.dumps(
        {"access_token": token, "token_type": "bearer", "expires_in": 86399, **others}
    )


def issued(token: Any = FIRST, **others: Any) -> Reply:
    return answered(200, token_body(token, **others))


class Case:
    """A token source between a stand-in for the endpoint and a clock."""

    def __init__(
        self,
        *replies: Reply,
        interruption: RecordingInterruption | None = None,
        on_token: Callable[[Secret], None] | None = None,
    ) -> None:
        self.time = FakeTime(interruption or RecordingInterruption())
        self.wire = FakeTransport(*replies)
        self.scrubber = Scrubber()
        self.scrubber.add(CREDENTIAL.client_secret)
        self.tokens = OAuthToken(
            CREDENTIAL,
            token_url=URL,
            transport=self.wire.as_transport(),
            scrubber=self.scrubber,
            world=self.time.world(),
            on_token=on_token,
        )

    def token(self) -> str:
        return self.tokens.token().reveal()

    def fault(self) -> str:
        with pytest.raises(CredentialsError) as caught:
            self.tokens.token()
        assert caught.value.exit_code is ExitCode.CREDENTIALS
        assert CLIENT_SECRET not in str(caught.value)
        return str(caught.value)


def test_a_given_token_is_given_and_has_no_other() -> None:
    secret = Secret("the-token")
    source = GivenToken(secret)
    assert source.token() is secret
    assert source.renew() is False


def test_the_request_is_that_of_the_api() -> None:
    case = Case(issued())
    assert case.token() == "token-number-1"
    request, timeout = case.wire.requests[0]
    assert (request.method, request.url, timeout) == ("POST", URL, 30.0)
    assert request.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert b"very%2Fsecret%2Bvalue%3D" in request.body
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["client-id"],
        "client_secret": [CLIENT_SECRET],
        "scope": ["openid,AdobeID"],
    }


def test_it_is_fetched_once_and_hidden_from_then_on() -> None:
    case = Case(issued())
    assert [case.token() for _ in range(3)] == ["token-number-1"] * 3
    assert len(case.wire.requests) == 1
    assert case.scrubber.scrub("Bearer token-number-1") == "Bearer ***"


@pytest.mark.parametrize(
    ("lifetime", "still", "ended"),
    [
        (86399, 86278, 86279),
        (300, 179, 180),
        (200, 99, 100),
        (10, 4, 5),
        ("86399", 86278, 86279),
        (86399.5, 86279, 86280),
    ],
)
def test_it_is_replaced_shortly_before_its_end(lifetime: Any, still: float, ended: float) -> None:
    case = Case(issued(expires_in=lifetime), issued("token-number-2"))
    case.token()
    case.time.passed = still
    assert case.token() == "token-number-1"
    case.time.passed = ended
    assert case.token() == "token-number-2"
    assert len(case.wire.requests) == 2


@pytest.mark.parametrize("lifetime", [0, -1, -(10**9), "0"])
def test_one_that_has_ended_already_is_used_once(lifetime: Any) -> None:
    case = Case(issued(expires_in=lifetime), issued("token-number-2"))
    assert [case.token(), case.token()] == ["token-number-1", "token-number-2"]


@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "token-number-1"}',
        '{"access_token": "token-number-1", "expires_in": 1e999}',
    ],
)
def test_one_without_an_end_is_kept(body: str) -> None:
    case = Case(answered(200, body))
    case.token()
    case.time.passed = 1e12
    assert case.token() == "token-number-1"


def test_renewing_fetches_another() -> None:
    case = Case(issued(), issued("token-number-2"))
    case.token()
    assert case.tokens.renew() is True
    assert case.token() == "token-number-2"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no JSON",
        "[]",
        "null",
        '"text"',
        "{}",
        "[" * 60_000,
        '{"access_token": "token-number-1", "expires_in": null}',
        '{"access_token": "token-number-1", "expires_in": "soon"}',
        '{"access_token": "token-number-1", "expires_in": [1]}',
        '{"access_token": "token-number-1", "expires_in": 1' + "0" * 400 + "}",
        '{"access_token": "token-number-1", "expires_in": 1' + "0" * 6000 + "}",
        '{"access_tok',
    ],
)
def test_an_answer_without_a_token_is_exit_4(body: str) -> None:
    assert Case(answered(200, body)).fault().endswith("the token endpoint's answer holds none")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "short-7",
        "two words here",
        "line\nX-Evil: 1234",
        "token\r\n12345",
        "zero\x00byte-in-it",
        "tökén-with-äccents",
        None,
        12345678,
        ["a-list-of-one"],
        {"a": "b"},
    ],
)
def test_a_token_that_no_header_can_carry_is_exit_4_and_not_shown(token: Any) -> None:
    fault = Case(issued(token)).fault()
    assert fault.endswith("the token endpoint gave one that cannot be used")


@pytest.mark.parametrize("lifetime", ["NaN", '"nan"'])
def test_a_lifetime_that_is_no_number_is_exit_4(lifetime: str) -> None:
    body = f'{{"access_token": "token-number-1", "expires_in": {lifetime}}}'
    assert Case(answered(200, body)).fault().endswith("gave one that cannot be used")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 204, 302])
def test_an_endpoint_that_refuses_is_not_asked_again(status: int) -> None:
    case = Case(answered(status, "no way"))
    said = f"no access token ({status}): the token endpoint refused"
    # What an answer of success says may be a token, and is not told.
    assert case.fault() == (said if status == 204 else f"{said}. It says: no way")
    assert case.time.pauses == []


@pytest.mark.parametrize("status", [201, 202, 299, 400, 403, 500])
@pytest.mark.parametrize(
    "body",
    [
        '{"access_token": "live-token-Zm9vYmFy", "expires_in": 86399}',
        '{"error": "x", "refresh_token" : "live-token-Zm9vYmFy"',
        'access_token="live-token-Zm9vYmFy"',
        '{"id_token": "live-token-\\u005am9vYmFy"}',
    ],
)
def test_a_token_in_an_answer_that_is_not_taken_as_one_is_hidden(status: int, body: str) -> None:
    fault = Case(*[answered(status, body)] * 5).fault()
    assert f"({status})" in fault
    assert "Zm9vYmFy" not in fault
    assert "m9vYmFy" not in fault


def test_what_the_endpoint_says_is_explained_and_scrubbed() -> None:
    body = json.dumps({"error": "invalid_client", "got": CLIENT_SECRET})
    fault = Case(answered(400, body)).fault()
    assert "the client ID or client secret is wrong" in fault
    assert '"got": "***"' in fault


def test_a_cut_answer_shows_no_part_of_a_secret() -> None:
    text = "x" * 100 + CLIENT_SECRET[:-3]
    fault = Case(answered(400, text, cut="it was cut")).fault()
    assert CLIENT_SECRET[:5] not in fault


@pytest.mark.parametrize(
    "reply", [answered(s) for s in (429, 500, 502, 503, 504)] + [lost(), refused()]
)
def test_a_passing_fault_is_tried_again(reply: Reply) -> None:
    case = Case(reply, reply, issued())
    assert case.token() == "token-number-1"
    assert case.time.pauses == [1.0, 2.0]


def test_the_endpoint_may_say_when_to_come_again() -> None:
    case = Case(answered(429, retry_after="17"), issued())
    case.token()
    assert case.time.pauses == [17.0]


def test_an_endpoint_that_asks_for_too_long_is_given_up() -> None:
    case = Case(answered(429, "later", retry_after="3600"))
    assert case.fault() == "no access token (429): the token endpoint refused. It says: later"


def test_an_endpoint_that_cannot_be_reached_is_given_up_after_five_attempts() -> None:
    case = Case(*[refused()] * 5)
    assert case.fault() == "no access token: the token endpoint: the connection was refused"
    assert case.time.pauses == [1.0, 2.0, 4.0, 8.0]


def test_the_reason_is_scrubbed_too() -> None:
    assert Case(*[refused(f"got {CLIENT_SECRET}")] * 5).fault().endswith("endpoint: got ***")


def test_an_endpoint_that_stays_broken_is_given_up_after_five_attempts() -> None:
    case = Case(*[answered(500, "oops")] * 5)
    assert case.fault() == "no access token (500): the token endpoint refused. It says: oops"


def test_a_certificate_that_is_not_trusted_is_not_tried_again() -> None:
    case = Case(untrusted())
    assert "self-signed certificate" in case.fault()
    assert case.time.pauses == []


def test_an_interruption_ends_the_waiting() -> None:
    interruption = RecordingInterruption(lambda _number: interruption.request())
    case = Case(refused(), issued(), interruption=interruption)
    with pytest.raises(InterruptedRunError, match="while waiting for an access token"):
        case.token()
    assert len(case.wire.requests) == 1


def test_how_long_a_token_lasts_is_told_where_it_is_known() -> None:
    case = Case(issued(expires_in=300), answered(200, '{"access_token": "token-number-2"}'))
    assert GivenToken(Secret("the-token")).left() is None
    assert case.tokens.left() is None
    case.token()
    case.time.passed = 100
    assert case.tokens.left() == 200
    case.time.passed = 1000
    assert case.tokens.left() == 0
    case.token()
    assert case.tokens.left() is None


class Door:
    """A lock that counts who comes to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming = threading.Condition()
        self._came = 0

    def __enter__(self) -> None:
        with self._coming:
            self._came += 1
            self._coming.notify_all()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def wait_for(self, others: int) -> None:
        """Wait until so many have come in all."""
        with self._coming:
            assert self._coming.wait_for(lambda: self._came >= others, 10)


def behind_a_door(case: Case, reply: Reply, others: int) -> None:
    """Let a reply come last, and only when so many have come for a token, now and before."""
    door = Door()
    case.tokens._fetching = door  # type: ignore[assignment]

    def slow() -> Any:
        door.wait_for(others)
        return reply

    case.wire.replies.append(slow)


def on_threads(case: Case, act: Callable[[], object], count: int = 8) -> list[object]:
    """Do the same on several threads at a time, and give what came of it, errors too."""
    results: list[object] = []
    ready = threading.Barrier(count)

    def run() -> None:
        ready.wait(10)
        try:
            results.append(act())
        except Exception as error:  # noqa: BLE001 - a test looks at it
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


class TestThreads:
    """Several threads that need a token share one."""

    def test_the_first_is_fetched_once(self) -> None:
        case = Case()
        behind_a_door(case, issued(), 8)
        assert on_threads(case, case.token) == [FIRST] * 8
        assert len(case.wire.requests) == 1

    def test_one_that_has_ended_is_replaced_once(self) -> None:
        case = Case(issued())
        case.token()
        behind_a_door(case, issued("token-number-2"), 8)
        case.time.passed = 86_399
        assert on_threads(case, case.token) == ["token-number-2"] * 8
        assert len(case.wire.requests) == 2

    def test_one_that_was_rejected_for_all_is_replaced_once(self) -> None:
        case = Case(issued())
        behind_a_door(case, issued("token-number-2"), 8 + 8)  # each for the first, and the other
        rejected = threading.Barrier(8)

        def meet_a_refusal() -> tuple[str, bool, str]:
            before = case.token()
            rejected.wait(10)
            return before, case.tokens.renew(), case.token()

        assert on_threads(case, meet_a_refusal) == [(FIRST, True, "token-number-2")] * 8
        assert len(case.wire.requests) == 2

    def test_one_that_another_thread_has_replaced_already_is_not_fetched_again(self) -> None:
        case = Case(issued(), issued("token-number-2"), issued("token-number-3"))
        case.token()
        (there,) = on_threads(case, lambda: (case.token(), case.tokens.renew()), 1)
        assert there == (FIRST, True)
        assert case.tokens.renew()  # this thread was given the first one
        assert case.token() == "token-number-2"
        assert len(case.wire.requests) == 2
        assert case.tokens.renew()
        assert case.token() == "token-number-3"

    def test_a_failure_is_shared_by_all_who_waited_for_it(self) -> None:
        case = Case()
        behind_a_door(case, answered(400, '{"error": "invalid_client"}'), 8)
        case.wire.replies.append(issued())
        failures = on_threads(case, case.token)
        assert {type(it) for it in failures} == {CredentialsError}
        assert len({str(it) for it in failures}) == 1
        assert len(case.wire.requests) == 1
        assert case.token() == FIRST  # whoever comes later tries again

    def test_an_interruption_is_shared_too(self) -> None:
        interruption = RecordingInterruption(lambda _number: interruption.request())
        case = Case(interruption=interruption)
        behind_a_door(case, refused(), 8)
        assert {type(it) for it in on_threads(case, case.token)} == {InterruptedRunError}
        assert len(case.wire.requests) == 1


def test_each_token_is_told_once_and_is_hidden_by_then() -> None:
    told: list[tuple[str, str]] = []

    def note(token: Secret) -> None:
        told.append((token.reveal(), case.scrubber.scrub(f"it is {token.reveal()}")))

    case = Case(issued(), issued("token-number-2"), on_token=note)
    assert [case.token(), case.token()] == [FIRST, FIRST]
    case.tokens.renew()
    assert case.token() == "token-number-2"
    assert told == [(FIRST, "it is ***"), ("token-number-2", "it is ***")]


def test_nothing_is_told_of_what_is_no_token() -> None:
    told: list[Secret] = []
    Case(answered(200, "{}"), on_token=told.append).fault()
    Case(issued("a b"), on_token=told.append).fault()
    Case(answered(401, "no"), on_token=told.append).fault()
    assert told == []

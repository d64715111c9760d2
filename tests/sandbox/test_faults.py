"""Every fault as a client meets it, over real sockets; most are asked for by the request itself."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from runner.sandbox.faults import (
    ClockSkew,
    Cut,
    Drip,
    ErrorStatus,
    ExpireTokens,
    Huge,
    Latency,
    NoFault,
    RateLimited,
    Redirect,
    Refuse,
    Reset,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from runner.sandbox import Sandbox
    from runner.sandbox.faults import Fault
    from tests.sandbox.conftest import Api

    Connect = Callable[[], socket.socket]

WORKFLOW = "/acme-mkt-stage/campaign/workflow/execution/WKF2"
PAUSE = b'{"method": "pause"}'
HEADERS = "Authorization: Bearer sandbox-access-token\r\nX-Api-Key: sandbox-api-key\r\n"
COMMAND = (
    f"POST {WORKFLOW}/commands HTTP/1.1\r\nHost: a\r\n{HEADERS}Content-Length: {len(PAUSE)}\r\n\r\n"
).encode() + PAUSE
READ = f"GET {WORKFLOW} HTTP/1.1\r\nHost: a\r\n{HEADERS}\r\n".encode()


def asking(raw: bytes, fault: str) -> bytes:
    """Give a request that asks for a fault."""
    return raw.replace(b"Host: a\r\n", f"Host: a\r\nX-Sandbox-Fault: {fault}\r\n".encode())


def to_the_end(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def applied(sandbox: Sandbox) -> list[str]:
    return [record.action for record in sandbox.commands()]


def faults_of(sandbox: Sandbox) -> list[tuple[Fault, bool]]:
    return [(record.fault, record.applied) for record in sandbox.faults()]


def command(api: Api, fault: str, **kwargs: Any) -> requests.Response:
    headers = {**api.headers, "X-Sandbox-Fault": fault}
    return api.command("WKF2", "pause", headers=headers, allow_redirects=False, **kwargs)


def read(api: Api, fault: str) -> requests.Response:
    headers = {**api.headers, "X-Sandbox-Fault": fault}
    return api.request("GET", WORKFLOW, headers=headers)


def seconds_from_now(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time.time()


# answers that are whole


def test_latency_holds_back_the_answer_to_a_command_that_is_accepted_before(
    sandbox: Sandbox, connect: Connect
) -> None:
    connection = connect()
    began = time.monotonic()
    connection.sendall(asking(COMMAND, "latency; delay=300ms"))
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    assert applied(sandbox) == ["pause"]
    connection.settimeout(5)
    assert connection.recv(65536).startswith(b"HTTP/1.1 204 ")
    assert time.monotonic() - began >= 0.3
    assert faults_of(sandbox) == [(Latency(delay=0.3), True)]


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        ("", None),
        ("; retry_after=2s", "2"),
        ("; retry_after=1500ms", "2"),
        ("; retry_after=0s", "0"),
    ],
)
def test_too_many_requests_with_and_without_the_time_to_wait(
    api: Api, settings: str, header: str | None
) -> None:
    response = command(api, f"rate-limited{settings}")
    assert response.status_code == 429
    assert response.json() == {"error_code": "429050", "message": "Too many requests"}
    assert response.headers.get("Retry-After") == header
    assert applied(api.sandbox) == []
    assert faults_of(api.sandbox)[0][1] is False


def test_the_time_to_wait_may_be_a_date(api: Api) -> None:
    response = command(api, "rate-limited; retry_after=1m; form=date")
    assert 59 <= seconds_from_now(response.headers["Retry-After"]) <= 62


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("takes_effect", ["false", "true"])
def test_an_error_comes_before_or_after_the_effect(
    api: Api, status: int, takes_effect: str
) -> None:
    response = command(api, f"error; status={status}; applied={takes_effect}")
    assert response.status_code == status
    assert response.json()["message"]
    assert ("pause" in applied(api.sandbox)) is (takes_effect == "true")
    expected = ErrorStatus(status, applied=takes_effect == "true")
    assert faults_of(api.sandbox) == [(expected, takes_effect == "true")]


def test_adobes_words_for_a_bad_gateway(api: Api) -> None:
    response = command(api, "error; status=502; retry_after=3s")
    oops = "Oops. Something went wrong. Check your URI and try again."
    assert response.json() == {"code": 502, "message": oops}
    assert response.headers["Retry-After"] == "3"


@pytest.mark.parametrize("takes_effect", [False, True])
def test_a_redirect_leads_to_another_host(api: Api, takes_effect: bool) -> None:
    flag = str(takes_effect).lower()
    response = command(api, f"redirect; to=https://example.com/x?a=b; applied={flag}")
    assert response.status_code == 302
    assert response.headers["Location"] == "https://example.com/x?a=b"
    expected = Redirect("https://example.com/x?a=b", applied=takes_effect)
    assert faults_of(api.sandbox) == [(expected, takes_effect)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [("", "text/html; charset=utf-8"), ("; content_type=image/png", "image/png")],
)
def test_a_wrong_content_type_over_the_ordinary_body(
    api: Api, settings: str, expected: str
) -> None:
    response = read(api, f"content-type{settings}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == expected
    assert response.json()["state"] == "started"


def test_json_that_breaks_off_though_the_answer_is_whole(api: Api) -> None:
    for response in (read(api, "invalid-json"), command(api, "invalid-json")):
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        assert int(response.headers["Content-Length"]) == len(response.content)
        with pytest.raises(json.JSONDecodeError):
            json.loads(response.content)
    assert applied(api.sandbox) == ["pause"]


def test_a_huge_answer_can_still_be_understood_by_who_reads_it_all(api: Api) -> None:
    response = read(api, "huge")
    assert len(response.content) == 50 * 1024 * 1024
    assert response.json()["state"] == "started"
    small = command(api, "huge; size=1000")
    assert (small.status_code, len(small.content)) == (200, 1000)
    assert applied(api.sandbox) == ["pause"]
    assert len(read(api, "huge; size=1").content) > 1


@pytest.mark.parametrize(
    "fault",
    ["latency; delay=1ms", "rate-limited", "error; status=500", "redirect; to=http://a/", "huge"],
)
def test_the_connection_is_kept_where_the_answer_is_whole(connect: Connect, fault: str) -> None:
    connection = connect()
    last = COMMAND.replace(b"Host: a\r\n", b"Host: a\r\nConnection: close\r\n")
    connection.sendall(asking(READ, fault) + last)
    answers = to_the_end(connection)
    assert answers.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 204 " in answers


# answers that are not whole


@pytest.mark.parametrize(
    ("settings", "is_applied"), [("", False), ("; applied=false", False), ("; applied=true", True)]
)
def test_a_reset_before_and_after_the_effect(
    sandbox: Sandbox, connect: Connect, settings: str, is_applied: bool
) -> None:
    connection = connect()
    connection.sendall(asking(COMMAND, f"reset{settings}"))
    with pytest.raises(ConnectionResetError):
        connection.recv(65536)
    assert applied(sandbox) == ["pause"] * is_applied
    assert faults_of(sandbox) == [(Reset(applied=is_applied), is_applied)]


def test_half_a_head(sandbox: Sandbox, connect: Connect) -> None:
    connection = connect()
    connection.sendall(asking(COMMAND, "cut; at=head"))
    answer = to_the_end(connection)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\n\r\n" not in answer
    assert faults_of(sandbox) == [(Cut("head"), True)]


@pytest.mark.parametrize(("raw", "fault"), [(COMMAND, "cut"), (READ, "cut; at=body")])
def test_a_whole_head_and_half_a_body(connect: Connect, raw: bytes, fault: str) -> None:
    connection = connect()
    connection.sendall(asking(raw, fault))
    head, _, body = to_the_end(connection).partition(b"\r\n\r\n")
    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(body) == length // 2 > 0


def test_requests_notices_half_a_body(api: Api) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        read(api, "cut; at=body")


@pytest.mark.parametrize("at", ["head", "body"])
def test_a_drip_comes_byte_by_byte_and_whole_in_the_end(connect: Connect, at: str) -> None:
    connection = connect()
    began = time.monotonic()
    connection.sendall(asking(COMMAND, f"drip; interval=2ms; at={at}"))
    pieces: list[bytes] = []
    while not b"".join(pieces).endswith(b"}"):
        pieces.append(connection.recv(65536))
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    slow = len(body) if at == "body" else len(head) + 4 + len(body)
    assert time.monotonic() - began >= slow * 0.002
    assert json.loads(body)
    assert len(pieces) > 5
    if at == "body":
        assert pieces[0].endswith(b"\r\n\r\n")
    connection.sendall(READ)
    assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


# tokens and clocks


def test_tokens_expire_in_mid_run_and_new_ones_hold(api: Api) -> None:
    def renew() -> None:
        api.headers["Authorization"] = f"Bearer {api.token().json()['access_token']}"

    renew()
    assert api.command("WKF2", "pause").status_code == 204
    api.sandbox.next_faults(ExpireTokens())
    assert api.command("WKF2", "resume").status_code == 401
    assert api.command("WKF2", "resume").status_code == 401
    renew()
    assert api.command("WKF2", "resume").status_code == 204
    assert faults_of(api.sandbox) == [(ExpireTokens(), False)]


def test_the_configured_token_expires_only_on_demand(api: Api) -> None:
    api.sandbox.next_faults(ExpireTokens(), ExpireTokens(given=True))
    statuses = [api.command("WKF2", "pause").status_code for _ in range(3)]
    assert statuses == [204, 401, 401]


def test_tokens_may_expire_with_the_very_request_for_a_new_one(api: Api) -> None:
    old = api.token().json()["access_token"]
    api.sandbox.next_faults(ExpireTokens(), actions=["token"])
    new = api.token().json()["access_token"]
    statuses = [
        api.request(
            "GET", WORKFLOW, headers={**api.headers, "Authorization": f"Bearer {token}"}
        ).status_code
        for token in (old, new)
    ]
    assert statuses == [401, 200]


@pytest.mark.parametrize("skew", [3600, -3600])
def test_a_wrong_clock_shows_in_dates(api: Api, skew: int) -> None:
    response = read(api, f"clock-skew; clock_skew={skew}")
    assert response.status_code == 200
    assert seconds_from_now(response.headers["Date"]) == pytest.approx(skew, abs=5)
    limited = read(api, f"rate-limited; retry_after=1m; form=date; clock_skew={skew}")
    asked = parsedate_to_datetime(limited.headers["Retry-After"])
    own = parsedate_to_datetime(limited.headers["Date"])
    assert 60 <= (asked - own).total_seconds() <= 62
    assert seconds_from_now(read(api, "none").headers["Date"]) == pytest.approx(0, abs=5)


@pytest.mark.parametrize(("skew", "expected"), [(3600, 82799), (-3600, 89999), (10**6, 0)])
def test_a_wrong_clock_counts_the_time_of_a_token_wrongly(
    api: Api, skew: int, expected: int
) -> None:
    api.sandbox.next_faults(ClockSkew(clock_skew=skew))
    assert api.token().json()["expires_in"] == expected
    assert api.token().json()["expires_in"] == 86399


# refusing


def test_for_a_while_nobody_listens_and_then_again_on_the_same_port(
    sandbox: Sandbox, connect: Connect
) -> None:
    idle, asked = connect(), connect()
    idle.sendall(READ)
    assert idle.recv(65536).startswith(b"HTTP/1.1 200 ")
    began = time.monotonic()
    asked.sendall(asking(COMMAND, "refuse; duration=500ms"))
    assert ended(asked)
    with pytest.raises(ConnectionRefusedError):
        connect()
    assert ended(idle)
    while not (again := reached(connect)):
        time.sleep(0.01)
    assert time.monotonic() - began >= 0.5
    again.sendall(READ)
    assert again.recv(65536).startswith(b"HTTP/1.1 200 ")
    assert applied(sandbox) == []
    assert faults_of(sandbox) == [(Refuse(0.5), False)]


def ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(65536) == b""
    except ConnectionResetError:
        return True


def reached(connect: Connect) -> socket.socket | None:
    try:
        return connect()
    except ConnectionRefusedError:
        return None


@pytest.mark.parametrize("duration", ["0s", "1ms"])
def test_even_a_short_refusal_ends_connections_and_ends(
    connect: Connect, api: Api, duration: str
) -> None:
    for _ in range(3):
        connection = reached(connect)
        while connection is None:
            connection = reached(connect)
        connection.sendall(asking(COMMAND, f"refuse; duration={duration}"))
        assert ended(connection)
    while reached(connect) is None:
        time.sleep(0.01)
    assert api.command("WKF2", "stop").status_code == 204


def test_many_refusals_at_the_same_time_end(api: Api, connect: Connect) -> None:
    connections = [connect() for _ in range(8)]
    for connection in connections:
        with suppress(ConnectionError):  # the first of them may have ended it already
            connection.sendall(asking(COMMAND, "refuse; duration=20ms"))
    for connection in connections:
        assert ended(connection)
    # Those whose request had not been read yet have asked for nothing.
    assert 1 <= len(api.sandbox.faults()) <= 8
    until = time.monotonic() + 10
    while reached(connect) is None and time.monotonic() < until:
        time.sleep(0.01)
    assert applied(api.sandbox) == []


# the end in the midst of a fault


@pytest.mark.parametrize(
    "fault",
    [
        *("latency; delay=10h", "reset; delay=10h", "refuse; duration=10h"),
        *("drip; interval=10h", "drip; interval=50ms; at=head", "huge; size=1073741824"),
    ],
)
@pytest.mark.parametrize("ahead", [b"", READ])
def test_closing_is_prompt_and_leaves_no_thread(
    sandbox: Sandbox, connect: Connect, fault: str, ahead: bytes
) -> None:
    before = threading.active_count()
    connection = connect()
    connection.sendall(asking(COMMAND, fault) + ahead)
    while not sandbox.faults():
        time.sleep(0.001)
    began = time.monotonic()
    sandbox.close()
    assert time.monotonic() - began < 2
    until = time.monotonic() + 5
    while threading.active_count() >= before and time.monotonic() < until:
        time.sleep(0.001)
    assert threading.active_count() == before - 1  # the one that listened has gone, too
    while not ended(connection):
        pass


@pytest.mark.parametrize(
    "fault", ["latency; delay=10h", "drip; interval=10h", "huge; size=1073741824"]
)
def test_a_client_that_goes_away_leaves_no_thread(
    sandbox: Sandbox, connect: Connect, fault: str
) -> None:
    before = threading.active_count()
    with connect() as connection:
        connection.sendall(asking(COMMAND, fault))
        while not sandbox.faults():
            time.sleep(0.001)
        assert threading.active_count() == before + 1
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.001)
    assert threading.active_count() == before


def test_it_can_be_started_again_after_it_was_closed_in_a_refusal(
    sandbox: Sandbox, connect: Connect, open_api: Callable[[Sandbox], Api]
) -> None:
    connect().sendall(asking(COMMAND, "refuse; duration=10h"))
    while not sandbox.faults():
        time.sleep(0.001)
    sandbox.close()
    sandbox.start()
    assert open_api(sandbox).command("WKF2", "pause").status_code == 204


# asking for one


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("flood", "'flood' is no fault; write one of none, latency, "),
        ("reset; applied=yes", "applied=yes is not understood; write true or false"),
        ("error", "error needs status"),
    ],
)
def test_a_fault_that_is_none_is_said_and_the_command_not_accepted(
    api: Api, fault: str, message: str
) -> None:
    response = command(api, fault)
    assert response.status_code == 400
    assert response.json()["message"].startswith(f"X-Sandbox-Fault: {message}")
    assert applied(api.sandbox) == []
    assert api.sandbox.faults() == ()


def test_queued_faults_come_in_their_order_to_whom_they_are_for(api: Api) -> None:
    api.sandbox.next_faults(
        ErrorStatus(500), NoFault(), ErrorStatus(502), actions=["pause", "resume"]
    )
    api.sandbox.next_faults(RateLimited(), workflows=["WKF1"])
    statuses = [
        api.command(workflow, action).status_code
        for workflow, action in [
            *(("WKF2", "pause"), ("WKF1", "start"), ("WKF2", "stop")),
            *(("WKF2", "pause"), ("WKF2", "resume"), ("WKF2", "resume")),
        ]
    ]
    assert statuses == [500, 429, 204, 204, 502, 204]


def test_what_a_request_asks_for_itself_comes_before_what_is_queued(api: Api) -> None:
    api.sandbox.next_faults(ErrorStatus(500))
    assert command(api, "error; status=502").status_code == 502
    assert command(api, "none").status_code == 204
    assert command(api, "latency; delay=1ms").status_code == 204
    assert api.command("WKF2", "pause").status_code == 500


def test_an_unknown_action_is_refused_when_faults_are_queued(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="'strat' is none of start, "):
        sandbox.next_faults(Drip(1.0), Huge(), actions=["strat"])

from __future__ import annotations

import http.client
import json
import socket
import struct
from typing import TYPE_CHECKING

import pytest

from runner.sandbox.framing import MAX_BODY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runner.sandbox import Sandbox
    from tests.sandbox.conftest import Api

    Connect = Callable[[], socket.socket]

WORKFLOW = "/acme-mkt-stage/campaign/workflow/execution/WKF2"
COMMANDS = WORKFLOW + "/commands"
HEADERS = {"Authorization": "Bearer sandbox-access-token", "X-Api-Key": "sandbox-api-key"}
AUTHORIZED = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
PAUSE = b'{"method": "pause"}'


def command(framing: str = f"Content-Length: {len(PAUSE)}\r\n", version: str = "1.1") -> bytes:
    return f"POST {COMMANDS} HTTP/{version}\r\nHost: a\r\n{AUTHORIZED}{framing}\r\n".encode()


def read_to_end(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def exchange(connection: socket.socket, raw: bytes) -> bytes:
    """Send all there is to send, and give all that comes back."""
    connection.sendall(raw)
    connection.shutdown(socket.SHUT_WR)
    return read_to_end(connection)


def assert_json_error(answer: bytes, status: int) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Content-Type: application/json" in head
    assert b"Connection: close" in head
    assert b"Content-Length: %d" % len(body) in head
    assert json.loads(body)["code"] == status
    assert json.loads(body)["message"]


@pytest.fixture
def kept(sandbox: Sandbox) -> Iterator[http.client.HTTPConnection]:
    port = int(sandbox.base_url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    yield connection
    connection.close()


def ask(
    kept: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None, **more: str
) -> tuple[int, bytes]:
    kept.request(method, path, body, {**HEADERS, **more})
    response = kept.getresponse()
    return response.status, response.read()


def test_one_connection_serves_many_requests(
    sandbox: Sandbox, kept: http.client.HTTPConnection
) -> None:
    kept.connect()
    first = kept.sock
    for _ in range(50):
        assert ask(kept, "POST", COMMANDS, PAUSE) == (204, b"")
        assert ask(kept, "GET", WORKFLOW)[0] == 200
    assert kept.sock is first
    assert len(sandbox.commands()) == 50


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", COMMANDS, PAUSE, {"Authorization": "Bearer no"}, 401),
        ("POST", COMMANDS, PAUSE, {"X-Api-Key": "no"}, 403),
        ("POST", COMMANDS.replace("acme", "umbrella"), PAUSE, {}, 403),
        ("POST", COMMANDS.replace("WKF2", "WKF9"), PAUSE, {}, 404),
        ("POST", "/nowhere", PAUSE, {}, 404),
        ("PUT", COMMANDS, PAUSE, {}, 405),
        ("DELETE", COMMANDS, PAUSE, {}, 405),
        ("GET", WORKFLOW, PAUSE, {}, 200),
        ("BREW", COMMANDS, PAUSE, {}, 405),
        ("POST", COMMANDS, b'{"method"', {}, 400),
        ("POST", COMMANDS, b"x" * MAX_BODY, {}, 400),
        ("POST", "/ims/token/v3", PAUSE, {}, 400),
        ("GET", "/ims/token/v3", PAUSE, {}, 405),
    ],
)
def test_the_next_request_is_understood_whatever_the_last_was_answered(
    kept: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
) -> None:
    kept.connect()
    first = kept.sock
    answered, text = ask(kept, method, path, body, **headers)
    assert answered == status
    assert json.loads(text)
    assert ask(kept, "POST", COMMANDS, PAUSE) == (204, b"")
    assert kept.sock is first


@pytest.mark.parametrize("path", [WORKFLOW, COMMANDS, "/ims/token/v3"])
def test_a_head_request_is_answered_without_a_body(
    kept: http.client.HTTPConnection, path: str
) -> None:
    assert ask(kept, "HEAD", path) == (405, b"")
    assert ask(kept, "POST", COMMANDS, PAUSE) == (204, b"")


def test_requests_sent_ahead_are_answered_in_turn(sandbox: Sandbox, connect: Connect) -> None:
    answer = exchange(connect(), (command() + PAUSE) * 3)
    assert answer.count(b"HTTP/1.1 204 No Content\r\n") == 3
    assert len(sandbox.commands()) == 3


def test_an_answer_arrives_in_one_piece(connect: Connect) -> None:
    connection = connect()
    connection.sendall(f"GET {WORKFLOW} HTTP/1.1\r\nHost: a\r\n{AUTHORIZED}\r\n".encode())
    head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(body) in head
    assert json.loads(body)["state"] == "started"


@pytest.mark.parametrize(
    "raw", [command("Connection: close\r\nContent-Length: 19\r\n"), command(version="1.0")]
)
def test_a_connection_is_closed_where_the_client_asks_for_it(connect: Connect, raw: bytes) -> None:
    connection = connect()
    connection.sendall(raw + PAUSE)
    answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"Connection: close" in answer


def test_a_chunked_body_is_understood(sandbox: Sandbox, connect: Connect) -> None:
    chunks = b"9\r\n" + PAUSE[:9] + b"\r\na\r\n" + PAUSE[9:] + b"\r\n0\r\n\r\n"
    answer = exchange(connect(), (command("Transfer-Encoding: chunked\r\n") + chunks) * 2)
    assert answer.count(b"HTTP/1.1 204 ") == 2
    assert [record.body for record in sandbox.requests()] == [PAUSE, PAUSE]


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(connect: Connect) -> None:
    connection = connect()
    connection.sendall(command("Expect: 100-continue\r\nContent-Length: 19\r\n"))
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert exchange(connection, PAUSE).startswith(b"HTTP/1.1 204 ")


def test_an_absolute_request_target_is_understood(connect: Connect) -> None:
    raw = f"GET http://example.test{WORKFLOW}?a HTTP/1.1\r\nHost: a\r\n{AUTHORIZED}\r\n"
    answer = exchange(connect(), raw.encode())
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_too_large_a_body_is_refused_and_the_answer_arrives(api: Api) -> None:
    response = api.request("POST", COMMANDS, data=b"x" * (4 * MAX_BODY))
    assert (response.status_code, response.json()["code"]) == (413, 413)
    assert response.headers["Connection"] == "close"
    (record,) = api.sandbox.requests()
    assert (record.path, record.body) == (COMMANDS, b"")
    assert api.command("WKF2", "pause").status_code == 204


def test_a_client_that_never_stops_sending_is_cut_off(connect: Connect) -> None:
    connection = connect()
    connection.sendall(command("Content-Length: 99999999\r\n"))
    with pytest.raises(ConnectionError):
        connection.sendall(b"x" * 99_999_999)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (command("Content-Length: minus one\r\n"), 400),
        (command("Content-Length: 1\r\nContent-Length: 2\r\n"), 400),
        (command("Transfer-Encoding: chunked\r\n") + b"zz\r\n", 400),
        (command("Transfer-Encoding: gzip\r\n"), 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (b'GET / "quoted" HTTP/1.1\r\n\r\n', 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
    ],
)
def test_what_is_no_http_gets_an_error_in_json_and_an_end(
    connect: Connect, raw: bytes, status: int
) -> None:
    connection = connect()
    connection.sendall(raw)
    assert_json_error(read_to_end(connection), status)


@pytest.mark.parametrize("part", [0, 1, 10, 100, len(command()), len(command()) + 5])
@pytest.mark.parametrize("abruptly", [False, True])
def test_a_client_that_hangs_up_half_way_does_no_harm(
    api: Api, connect: Connect, part: int, *, abruptly: bool
) -> None:
    connection = connect()
    connection.sendall((command() + PAUSE)[:part])
    hang_up(connection, abruptly=abruptly)
    assert api.command("WKF2", "stop").status_code == 204
    assert [record.action for record in api.sandbox.commands()] == ["stop"]


def test_clients_that_do_not_wait_for_their_answers_do_no_harm(api: Api, connect: Connect) -> None:
    for _ in range(20):
        connection = connect()
        connection.sendall((command() + PAUSE) * 50)
        hang_up(connection, abruptly=True)
    assert api.command("WKF2", "stop").status_code == 204


def hang_up(connection: socket.socket, *, abruptly: bool) -> None:
    if abruptly:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()

"""What is sent for a command is what requests would send, in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from runner.campaign.adapter import is_plain
from runner.campaign.transport import Answer, NoAnswer, Request, Transport
from tests.support.scripted import ScriptedServer, answer_all, header_lines, http

if TYPE_CHECKING:
    from tests.support.scripted import Peer

PATH = "/acme/campaign/workflow/execution/%40AbC/commands"
HEADERS = {"Content-Type": "application/json", "X-Api-Key": "key", "Authorization": "Bearer t"}


@pytest.mark.parametrize(
    ("method", "body"), [("POST", b'{"method": "stop"}'), ("GET", b""), ("POST", b"")]
)
def test_the_bytes_are_those_of_requests(method: str, body: bytes) -> None:
    with ScriptedServer([answer_all(http(204))], [answer_all(http(204))]) as server:
        transport = Transport({})
        request = Request(method, server.url + PATH, HEADERS, body)
        assert isinstance(transport.send(request, 10), Answer)
        transport.close()
        with requests.Session() as session:
            session.headers.clear()
            session.request(method, server.url + PATH, data=body, headers=HEADERS)
        ours, theirs = server.requests
    skipped = {"accept-encoding", "user-agent"}
    assert ours.split(b"\r\n")[0] == theirs.split(b"\r\n")[0]
    assert ours.partition(b"\r\n\r\n")[2] == theirs.partition(b"\r\n\r\n")[2]
    assert sorted(header_lines(ours)) == sorted(
        it for it in header_lines(theirs) if it[0] not in skipped
    )


def test_each_request_has_its_own_headers_and_length() -> None:
    sent = [("Bearer t", b"{}"), ("Bearer t", b"{}"), ("Bearer other", b"{}"), ("Bearer t", b"{ }")]

    def take(peer: Peer) -> None:
        for _ in sent:
            peer.read_request()
            peer.socket.sendall(http(204))

    with ScriptedServer([take]) as server:
        transport = Transport({})
        for token, body in sent:
            request = Request("POST", server.url + PATH, {"Authorization": token}, body)
            assert isinstance(transport.send(request, 10), Answer)
        transport.close()
        lines = [dict(header_lines(it)) for it in server.requests]
    assert [(it["authorization"], it["content-length"]) for it in lines] == [
        (token, str(len(body))) for token, body in sent
    ]


def test_headers_of_one_name_in_an_answer_are_joined() -> None:
    answer = b"HTTP/1.1 204 No Content\r\nX-Seen: a\r\nx-seen: b\r\nX-Other: c\r\n\r\n"
    with ScriptedServer([answer_all(answer)]) as server:
        transport = Transport({})
        got = transport.send(Request("GET", server.url + PATH, HEADERS), 10)
        transport.close()
    assert isinstance(got, Answer)
    assert got.headers == {"x-seen": "a, b", "x-other": "c"}


def test_a_header_that_cannot_be_sent_is_refused_each_time() -> None:
    transport = Transport({})
    request = Request("POST", f"http://127.0.0.1:9{PATH}", {"X-Api-Key": "a\nb"}, b"{}")
    for _ in range(2):
        answer = transport.send(request, 10)
        assert isinstance(answer, NoAnswer)
        assert not answer.sent
        assert "header" in answer.reason
    transport.close()


def test_head_and_body_leave_in_one_piece() -> None:
    pieces: list[bytes] = []

    def take(peer: Peer) -> None:
        for _ in range(3):
            pieces.append(peer.socket.recv(65_536))
            peer.socket.sendall(http(204))

    with ScriptedServer([take]) as server:
        transport = Transport({})
        for _ in range(3):
            request = Request("POST", server.url + PATH, HEADERS, b'{"method": "stop"}')
            assert isinstance(transport.send(request, 10), Answer)
        transport.close()
        assert server.connections == 1
    assert all(it.endswith(b'\r\n\r\n{"method": "stop"}') for it in pieces)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        (f"https://mc.adobe.io{PATH}", True),
        ("http://127.0.0.1:9/a/campaign/workflow/execution/WKF1/commands", True),
        ("http://[::1]:9/a", True),
        ("http://127.0.0.1:9/a%41", False),
        ("http://127.0.0.1:9/a b", False),
        ("http://127.0.0.1:9/a/../b", False),
        ("http://127.0.0.1:9//a", False),
        ("http://127.0.0.1:9/a?b", False),
        ("http://127.0.0.1:9/a#b", False),
        ("http://127.0.0.1:9/a\n", False),
        ("http://user@127.0.0.1:9/a", False),
    ],
)
def test_what_has_to_be_encoded_or_normalized_is_left_to_requests(url: str, plain: bool) -> None:
    assert is_plain(url) is plain

"""What is sent for a command is what requests would send, in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from runner.campaign.adapter import is_plain
from runner.campaign.transport import Answer, Request, Transport
from tests.support.scripted import ScriptedServer, answer_all, header_lines, http

if TYPE_CHECKING:
    from tests.support.scripted import Peer

PATH = "/acme/campaign/workflow/execution/%40AbC/commands"
HEADERS = {"Content-Type": "application/json", "X-Api-Key": "key", "Authorization": "Bearer t"}


def test_the_bytes_are_those_of_requests() -> None:
    with ScriptedServer([answer_all(http(204))], [answer_all(http(204))]) as server:
        transport = Transport({})
        request = Request("POST", server.url + PATH, HEADERS, b'{"method": "stop"}')
        assert isinstance(transport.send(request, 10), Answer)
        transport.close()
        with requests.Session() as session:
            session.headers.clear()
            session.post(server.url + PATH, data=b'{"method": "stop"}', headers=HEADERS)
        ours, theirs = server.requests
    skipped = {"accept-encoding", "user-agent"}
    assert ours.split(b"\r\n")[0] == theirs.split(b"\r\n")[0]
    assert ours.partition(b"\r\n\r\n")[2] == theirs.partition(b"\r\n\r\n")[2]
    assert sorted(header_lines(ours)) == sorted(
        it for it in header_lines(theirs) if it[0] not in skipped
    )


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

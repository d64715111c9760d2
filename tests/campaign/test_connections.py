"""Connections are kept alive, but never used again once they may be dead."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from runner.campaign import connections
from runner.campaign.transport import Answer, Request, Transport
from tests.support.scripted import answer_all, http, read, silence, write

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.support.scripted import Peer, ScriptedServer

    Serve = Callable[..., ScriptedServer]

TIMEOUT = 30.0


def send(transport: Transport, server: ScriptedServer) -> int:
    got = transport.send(Request("POST", server.url, {}, b"{}"), TIMEOUT)
    assert isinstance(got, Answer), got
    return got.status


def test_many_requests_share_one_connection(transport: Transport, serve: Serve) -> None:
    server = serve([answer_all(http(200, b"{}"))])
    assert [send(transport, server) for _ in range(20)] == [200] * 20
    assert (server.connections, len(server.requests)) == (1, 20)


def test_one_that_was_idle_too_long_is_not_used_again_r16(
    transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = 0.0
    monkeypatch.setattr(connections, "monotonic", lambda: time.monotonic() + ahead)
    server = serve([answer_all(http(200))], [answer_all(http(201))])
    assert send(transport, server) == 200
    ahead = connections.LONGEST_IDLE - 1
    assert send(transport, server) == 200
    ahead += connections.LONGEST_IDLE + 0.1
    assert send(transport, server) == 201
    assert (server.connections, len(server.requests)) == (2, 3)


def test_one_that_the_server_closed_while_idle_is_renewed_without_a_second_send(
    transport: Transport, serve: Serve
) -> None:
    closed = threading.Event()

    def leave(peer: Peer) -> None:
        peer.socket.close()
        closed.set()

    server = serve([read, write(http(200)), leave], [answer_all(http(201))])
    assert send(transport, server) == 200
    assert closed.wait(10)
    assert send(transport, server) == 201
    assert len(server.requests) == 2


def test_one_that_the_server_says_it_closes_is_not_used_again(
    transport: Transport, serve: Serve
) -> None:
    closing = http(200, b"", "Connection: close")
    server = serve([read, write(closing), silence], [answer_all(http(201))])
    assert [send(transport, server), send(transport, server)] == [200, 201]


def test_threads_do_not_share_what_becomes_of_their_requests(
    transport: Transport, serve: Serve
) -> None:
    server = serve(*[[answer_all(http(200))] for _ in range(4)])
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(send(transport, server))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert statuses == [200] * 4


def test_a_connection_outside_of_an_exchange_works_as_ever(serve: Serve) -> None:
    server = serve([answer_all(http(200))])
    with connections._Pool("127.0.0.1", server.port) as pool:
        assert pool.request("POST", "/", body=b"{}", retries=False).status == 200

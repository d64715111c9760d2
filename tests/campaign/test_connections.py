"""Connections are kept alive, but never used again once they may be dead."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from urllib3.exceptions import ProtocolError

from runner.campaign import connections
from runner.campaign.transport import Answer, NoAnswer, Request, Transport
from tests.support.scripted import answer_all, http, read, reset, silence, write

if TYPE_CHECKING:
    from collections.abc import Callable

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


def answer_with_the_path(peer: Peer) -> None:
    """Answer every request of this connection with its own path, after a moment."""
    while head := peer.socket.recv(65_536):
        time.sleep(0.002)
        peer.socket.sendall(http(200, head.split(b" ")[1]))


def on_threads(count: int, act: Callable[[int], object]) -> None:
    faults: list[BaseException] = []

    def run(number: int) -> None:
        try:
            act(number)
        except BaseException as error:  # noqa: BLE001 - raised below
            faults.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    if faults:
        raise faults[0]


def test_threads_get_their_own_answers_over_connections_that_are_kept(
    transport: Transport, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(*[[answer_with_the_path] for _ in range(8)])

    def ask(thread: int) -> None:
        for number in range(30):
            path = f"/{thread}/{number}"
            got = transport.send(Request("GET", server.url + path, {}), TIMEOUT)
            assert isinstance(got, Answer), got
            assert got.text == path

    on_threads(8, ask)
    assert 1 <= server.connections <= 8
    assert caplog.records == []  # urllib3 warns where a connection could not be kept


def test_threads_do_not_share_what_becomes_of_their_requests(
    transport: Transport, serve: Serve
) -> None:
    scripts = [[read, reset], [read, silence], [answer_all(http(200))]]
    servers = [serve(script) for script in scripts for _ in range(3)]
    results: dict[int, Answer | NoAnswer] = {}

    def ask(number: int) -> None:
        results[number] = transport.send(Request("POST", servers[number].url, {}, b"{}"), 0.5)

    on_threads(9, ask)
    kinds = [type(results[number]) for number in range(9)]
    assert kinds == [NoAnswer] * 6 + [Answer] * 3
    reasons = [getattr(results[number], "reason", "") for number in range(6)]
    assert all("reset" in reason for reason in reasons[:3])
    assert reasons[3:] == ["no answer within 0.5 s"] * 3


def test_each_connection_has_its_own_idle_time_r16(
    transport: Transport, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = 0.0
    monkeypatch.setattr(connections, "monotonic", lambda: time.monotonic() + ahead)
    both = threading.Barrier(2)

    def step(peer: Peer) -> None:
        while peer.read_request():
            if not both.broken:
                both.wait(10)
            peer.socket.sendall(http(200))

    server = serve([step], [step], [step])
    on_threads(2, lambda _number: send(transport, server))
    assert server.connections == 2
    both.abort()
    ahead = connections.LONGEST_IDLE - 1
    assert send(transport, server) == 200  # over one of the two, which is fresh again
    ahead += 2
    both.reset()
    on_threads(2, lambda _number: send(transport, server))
    assert (server.connections, len(server.requests)) == (3, 5)


def test_a_connection_outside_of_an_exchange_is_not_made(serve: Serve) -> None:
    server = serve([answer_all(http(200))])
    pool = connections.NotingPool("127.0.0.1", server.port)
    with pool, pytest.raises(ProtocolError) as why:
        pool.request("POST", "/", body=b"{}", retries=False)
    assert "nothing is sent outside of an exchange" in str(why.value)
    assert server.connections == 0

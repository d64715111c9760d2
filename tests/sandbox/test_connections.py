"""Waiting with a connection, and what ends it."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from runner.sandbox.connections import Connections

if TYPE_CHECKING:
    from collections.abc import Iterator

    Pair = tuple[socket.socket, socket.socket]

LONG = 30.0


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Give the server's end of a connection and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        with closing(client), closing(listener.accept()[0]) as server:
            yield server, client


def test_a_pause_takes_its_time(pair: Pair) -> None:
    began = time.monotonic()
    assert Connections().pause(pair[0], 0.05)
    assert time.monotonic() - began >= 0.05


def test_a_pause_takes_its_time_although_more_was_sent_ahead(pair: Pair) -> None:
    pair[1].sendall(b"GET / HTTP/1.1\r\n")
    began = time.monotonic()
    assert Connections().pause(pair[0], 0.05)
    assert time.monotonic() - began >= 0.05
    assert pair[0].recv(3) == b"GET"


def test_a_pause_ends_with_the_client(pair: Pair) -> None:
    with ThreadPoolExecutor(1) as pool:
        pausing = pool.submit(Connections().pause, pair[0], LONG)
        pair[1].close()
        assert pausing.result(timeout=10) is False


@pytest.mark.parametrize("ahead", [b"", b"GET / HTTP/1.1\r\n"])
@pytest.mark.parametrize("is_first", [False, True])
def test_a_pause_ends_with_the_server_whichever_begins_first(
    pair: Pair, ahead: bytes, is_first: bool
) -> None:
    connections = Connections()
    connections.add(pair[0])
    pair[1].sendall(ahead)
    with ThreadPoolExecutor(1) as pool:
        if is_first:
            assert not connections.end_all(timeout=0)
        pausing = pool.submit(connections.pause, pair[0], LONG)
        assert not connections.end_all(timeout=0)
        assert pausing.result(timeout=10) is False


def test_only_what_is_to_be_reset_is_and_it_is_forgotten_when_closed(pair: Pair) -> None:
    connections = Connections()
    connections.add(pair[0])
    assert not connections.is_to_reset(pair[0])
    connections.reset(pair[0])
    assert connections.is_to_reset(pair[0])
    connections.discard(pair[0])
    assert not connections.is_to_reset(pair[0])
    pair[0].close()
    with pytest.raises(ConnectionResetError):
        pair[1].recv(1)


def test_a_connection_that_is_gone_already_can_be_reset_and_waited_with(pair: Pair) -> None:
    connections = Connections()
    pair[0].shutdown(socket.SHUT_RDWR)
    connections.reset(pair[0])
    assert connections.pause(pair[0], LONG) is False

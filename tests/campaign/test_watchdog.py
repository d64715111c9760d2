"""The watchdog ends what takes too long, and nothing else."""

from __future__ import annotations

import socket
import threading
from time import monotonic, sleep

from runner.campaign.watchdog import Watch, Watchdog


def test_an_exchange_is_ended_at_its_deadline() -> None:
    ours, theirs = socket.socketpair()
    watchdog = Watchdog()
    with ours, theirs:
        with watchdog.watching(monotonic() + 0.05, lambda: ours) as watch:
            assert ours.recv(1) == b""
        assert watch.expired
    watchdog.close()


def test_a_nearer_deadline_is_seen_while_it_sleeps_for_a_far_one() -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    watchdog = Watchdog()
    with ours, theirs, watchdog.watching(monotonic() + 1e9, lambda: None) as far:
        while watchdog._wakes_at != far.deadline:
            sleep(0.001)
        with watchdog.watching(monotonic() + 0.05, lambda: ours) as near:
            assert ours.recv(1) == b""
        assert (far.expired, near.expired) == (False, True)
    watchdog.close()


def test_one_thread_is_enough_and_it_ends() -> None:
    watchdog = Watchdog()
    for _ in range(3):
        with watchdog.watching(monotonic() + 60, lambda: None) as watch:
            pass
        assert not watch.expired
    assert [it.name for it in threading.enumerate()].count("watchdog") == 1
    watchdog.close()
    assert "watchdog" not in [it.name for it in threading.enumerate()]


def test_closing_one_that_never_began_is_harmless() -> None:
    Watchdog().close()


def test_closing_ends_what_is_under_watch_and_what_comes_later() -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    watchdog = Watchdog()
    with ours, theirs, watchdog.watching(monotonic() + 60, lambda: ours) as watch:
        closing = threading.Timer(0.02, watchdog.close)
        closing.start()
        assert ours.recv(1) == b""
        assert watch.expired
    closing.join(10)
    with watchdog.watching(monotonic() + 60, lambda: None) as late:
        assert late.expired
    assert "watchdog" not in [it.name for it in threading.enumerate()]


def test_a_socket_that_is_not_there_or_closed_is_no_error() -> None:
    gone = socket.socket()
    gone.close()
    for find in (lambda: None, lambda: gone):
        watch = Watch(0.0, find)
        watch.end()
        assert watch.expired

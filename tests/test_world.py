"""The clock, waiting, and how a wish to stop arrives: with real signals."""

from __future__ import annotations

import signal
import threading
import time
from datetime import timedelta, timezone

import pytest

from runner.world import Interruption, World
from tests.support.worlds import RecordingInterruption

BOTH = [signal.SIGINT, signal.SIGTERM]


@pytest.mark.parametrize("number", BOTH)
def test_the_first_signal_is_a_wish_and_the_second_is_force(number: signal.Signals) -> None:
    interruption = Interruption()
    asked = [interruption.requested]
    with interruption.handling_signals():
        signal.raise_signal(number)
        asked.append(interruption.requested)
        assert asked == [False, True]
        with pytest.raises(KeyboardInterrupt), interruption.forcible():
            signal.raise_signal(number)


def test_the_two_signals_count_together() -> None:
    interruption = Interruption()
    with interruption.handling_signals():
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt), interruption.forcible():
            signal.raise_signal(signal.SIGINT)


def test_every_further_signal_is_force_too() -> None:
    interruption = Interruption()
    with interruption.handling_signals():
        signal.raise_signal(signal.SIGINT)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt), interruption.forcible():
                signal.raise_signal(signal.SIGINT)


def test_where_nothing_may_be_lost_no_signal_raises() -> None:
    told: list[int] = []
    interruption = Interruption()
    with interruption.handling_signals(lambda: told.append(1)):
        for _ in range(3):
            signal.raise_signal(signal.SIGTERM)
        with interruption.forcible():
            pass
        signal.raise_signal(signal.SIGINT)
    assert interruption.requested
    assert told == [1]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX")
def test_a_terminal_that_goes_away_is_a_wish_too_unless_nohup() -> None:
    heard, deaf = Interruption(), Interruption()
    with heard.handling_signals():
        signal.raise_signal(signal.SIGHUP)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with deaf.handling_signals():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (heard.requested, deaf.requested) == (True, False)


@pytest.mark.parametrize("number", BOTH)
def test_at_once_even_the_first_is_force(number: signal.Signals) -> None:
    interruption = Interruption()
    with interruption.handling_signals():
        with pytest.raises(KeyboardInterrupt), interruption.at_once():
            signal.raise_signal(number)
        assert interruption.requested


@pytest.mark.parametrize("number", BOTH)
def test_whoever_waits_hears_of_force_too(number: signal.Signals) -> None:
    interruption = Interruption()
    waiter = threading.Thread(target=interruption.wait, daemon=True)
    waiter.start()
    wishing = pytest.raises(KeyboardInterrupt)
    with interruption.handling_signals(), wishing, interruption.at_once():
        signal.raise_signal(number)
    waiter.join(30)
    assert not waiter.is_alive()


def test_at_once_ends_with_its_block() -> None:
    interruption = Interruption()
    with interruption.handling_signals():
        with interruption.at_once():
            pass
        signal.raise_signal(signal.SIGINT)
        assert interruption.requested


@pytest.mark.parametrize("number", BOTH)
@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler])
def test_what_handled_signals_before_does_so_again(
    number: signal.Signals, handler: signal.Handlers
) -> None:
    before = signal.signal(number, handler)
    try:
        with pytest.raises(ZeroDivisionError), Interruption().handling_signals():
            raise ZeroDivisionError
        assert signal.getsignal(number) == handler
    finally:
        signal.signal(number, before)


def test_waiting_ends_at_once_with_a_signal() -> None:
    interruption = Interruption()
    main = threading.main_thread().ident or 0
    with interruption.handling_signals():
        timer = threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT))
        timer.start()
        began = time.monotonic()
        assert interruption.pause(60)
        assert time.monotonic() - began < 30
        timer.join()


def test_waiting_for_as_long_as_it_takes_ends_with_a_wish() -> None:
    interruption = Interruption()
    timer = threading.Timer(0.05, interruption.request)
    timer.start()
    interruption.wait()
    timer.join()
    assert interruption.requested


def test_a_wait_without_a_wish_takes_its_time() -> None:
    began = time.monotonic()
    assert not World().pause(0.02)
    assert time.monotonic() - began >= 0.019


@pytest.mark.parametrize("seconds", [0, -1])
def test_no_time_is_no_wait(seconds: float) -> None:
    assert not World().pause(seconds)


def test_after_a_wish_nothing_waits() -> None:
    world = World()
    world.interruption.request()
    began = time.monotonic()
    assert [world.pause(60) for _ in range(3)] == [True] * 3
    assert time.monotonic() - began < 30


def test_the_real_world() -> None:
    world = World()
    assert world.now().tzinfo is timezone.utc
    assert world.now() - world.now() < timedelta(seconds=1)
    assert world.monotonic() <= world.monotonic()
    assert 0 <= world.random() < 1


def test_worlds_do_not_share_their_interruption() -> None:
    one, other = World(), World()
    one.interruption.request()
    assert not other.interruption.requested


def test_a_long_wait_is_made_of_many() -> None:
    interruption = RecordingInterruption(lambda number: None if number < 3 else ask())

    def ask() -> None:
        interruption.request()

    interruption.wait()
    assert len(interruption.pauses) == 3

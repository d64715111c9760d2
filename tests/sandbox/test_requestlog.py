from __future__ import annotations

from typing import TYPE_CHECKING

from runner.sandbox.requestlog import RequestLog

if TYPE_CHECKING:
    from tests.sandbox.conftest import FakeClock


def test_requests_are_kept_in_order_with_their_time(clock: FakeClock) -> None:
    log = RequestLog(clock)
    log.add("GET", "/a", (("X-One", "1"), ("x-one", "2")), b"")
    clock.advance(2)
    log.add("POST", "/b", (), b"body")
    first, second = log.records()
    assert (first.sequence, first.at, first.method, first.path) == (1, 1000.0, "GET", "/a")
    assert (second.sequence, second.at, second.body) == (2, 1002.0, b"body")


def test_a_header_is_found_in_any_letter_case(clock: FakeClock) -> None:
    log = RequestLog(clock)
    log.add("GET", "/a", (("X-One", "1"), ("x-one", "2")), b"")
    (record,) = log.records()
    assert record.header("X-ONE") == "1"
    assert record.header("X-Two") is None


def test_beyond_the_limit_the_oldest_are_dropped(clock: FakeClock) -> None:
    log = RequestLog(clock, max_requests=2)
    for path in ("/1", "/2", "/3"):
        log.add("GET", path, (), b"")
    assert [(record.sequence, record.path) for record in log.records()] == [(2, "/2"), (3, "/3")]


def test_bodies_are_bounded_in_total(clock: FakeClock) -> None:
    log = RequestLog(clock, max_body_bytes=10)
    for body in (b"12345", b"12345", b"1", b"123456"):
        log.add("POST", "/", (), body)
    assert [record.body for record in log.records()] == [b"1", b"123456"]

"""The limits themselves: what breaks one is found out."""

from __future__ import annotations

import sys
import time

import pytest

from tests.fuzz import bounds
from tests.fuzz.bounds import FIGURES, bounded
from tests.fuzz.loopback import final_status


@pytest.fixture(autouse=True)
def _own_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "FIGURES", {})


def test_too_much_processor_time_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.01)
    with pytest.raises(AssertionError), bounded("x"):  # noqa: PT012 - the work is what counts
        began = time.thread_time()
        while time.thread_time() < began + 0.1:
            pass


def test_waiting_takes_no_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.05)
    with bounded("x"):
        time.sleep(0.1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a peak is not forgotten there")
def test_too_much_memory_is_found_out_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_MEGABYTES", 30.0)
    for _ in range(2):
        with pytest.raises(AssertionError), bounded("x"):
            bytearray(60 * 2**20).decode("latin-1")
    with bounded("x"):
        bytearray(2**20).decode("latin-1")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no timer")
def test_what_does_not_end_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "LONGEST", 0.05)
    with pytest.raises(AssertionError, match="no end within"), bounded("x"):
        time.sleep(10)


def test_every_call_counts() -> None:
    for _ in range(3):
        with bounded("x"):
            pass
    assert bounds.FIGURES["x"].calls == 3
    assert "x" not in FIGURES


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"HTTP/1.1 200 X\r\n\r\n", 200),
        (b"HTTP/1.0 204\n\n", 204),
        (b"HTTP/1.1 200 X\r\nA: b\r\n\r\nrest", 200),
        (b"HTTP/1.1 100 X\r\nA: b\r\n\r\nHTTP/1.1 503 X\r\n\r\n", 503),
        (b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 200 X\r\n", None),
        (b"HTTP/1.1 200 X\r\nA: b\r\n", None),
        (b"HTTP/1.1 200 X\r\nA: b", None),
        (b"HTTP/1.1 200 X", None),
        (b"HTTP/2 200 X\r\n\r\n", None),
        (b"200 OK\r\n\r\n", None),
        (b"", None),
    ],
)
def test_only_a_whole_head_has_a_status(data: bytes, status: int | None) -> None:
    assert final_status(data) == status

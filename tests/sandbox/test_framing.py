from __future__ import annotations

import io
from email.message import Message

import pytest
from werkzeug.serving import DechunkedInput

from runner.sandbox.framing import MAX_BODY, FramingError, read_body


def headers_of(*pairs: tuple[str, str]) -> Message:
    headers = Message()
    for name, value in pairs:
        headers.add_header(name, value)
    return headers


def test_a_body_is_read_to_its_length_and_no_further() -> None:
    stream = io.BytesIO(b"bodyGET / HTTP/1.1")
    assert read_body(headers_of(("Content-Length", "4")), stream) == b"body"
    assert stream.read(3) == b"GET"


def test_without_a_length_there_is_no_body() -> None:
    assert read_body(headers_of(), io.BytesIO(b"GET")) == b""


@pytest.mark.parametrize("length", ["-1", "+4", "four", "", "4, 4", "٤", "0x4", "4.0"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    with pytest.raises(FramingError, match="Content-Length") as caught:
        read_body(headers_of(("Content-Length", length)), io.BytesIO(b"body"))
    assert caught.value.status == 400


def test_two_lengths_are_refused_unless_they_agree() -> None:
    agreeing = headers_of(("Content-Length", "4"), ("content-length", "4"))
    assert read_body(agreeing, io.BytesIO(b"body")) == b"body"
    with pytest.raises(FramingError):
        read_body(headers_of(("Content-Length", "4"), ("Content-Length", "3")), io.BytesIO(b"body"))


def test_the_largest_body_is_read() -> None:
    body = b"x" * MAX_BODY
    assert read_body(headers_of(("Content-Length", f"00{MAX_BODY}")), io.BytesIO(body)) == body


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 6000])
def test_a_larger_body_is_refused_unread(length: str) -> None:
    stream = io.BytesIO(b"x")
    with pytest.raises(FramingError) as caught:
        read_body(headers_of(("Content-Length", length)), stream)
    assert (caught.value.status, stream.tell()) == (413, 0)


def test_a_client_that_goes_away_within_its_body_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionError):
        read_body(headers_of(("Content-Length", "10")), io.BytesIO(b"body"))


CHUNKED = ("Transfer-Encoding", "chunked")


def dechunked(raw: bytes) -> io.BytesIO:
    return DechunkedInput(io.BytesIO(raw))  # type: ignore[return-value]  # it reads, that is all


def test_chunks_are_joined() -> None:
    raw = b"2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"
    assert read_body(headers_of(CHUNKED), dechunked(raw)) == b"body"


@pytest.mark.parametrize("raw", [b"zz\r\nbody", b"-4\r\nbody\r\n", b"4\r\nbodyX", b"4\r\nbo", b""])
def test_bad_chunks_are_refused(raw: bytes) -> None:
    with pytest.raises(FramingError) as caught:
        read_body(headers_of(CHUNKED), dechunked(raw))
    assert caught.value.status == 400


def test_chunks_without_end_are_refused_early() -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    stream = io.BytesIO(chunk * 100)
    with pytest.raises(FramingError) as caught:
        read_body(headers_of(CHUNKED), DechunkedInput(stream))  # type: ignore[arg-type]
    assert caught.value.status == 413
    assert stream.tell() < 2 * MAX_BODY


@pytest.mark.parametrize(
    "extra", [("Transfer-Encoding", "chunked"), ("Content-Length", "4"), ("X-Fine", "1")]
)
def test_chunks_must_be_the_only_framing(extra: tuple[str, str]) -> None:
    headers = headers_of(CHUNKED, extra)
    if extra[0] == "X-Fine":
        assert read_body(headers, dechunked(b"0\r\n\r\n")) == b""
        return
    with pytest.raises(FramingError):
        read_body(headers, dechunked(b"0\r\n\r\n"))


def test_an_unknown_transfer_encoding_is_refused() -> None:
    with pytest.raises(FramingError):
        read_body(headers_of(("Transfer-Encoding", "gzip, chunked")), dechunked(b"0\r\n\r\n"))


class ResetStream(io.RawIOBase):
    def read(self, _size: int = -1) -> bytes:
        raise ConnectionResetError


def test_a_reset_within_chunks_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionResetError):
        read_body(headers_of(CHUNKED), ResetStream())  # type: ignore[arg-type]

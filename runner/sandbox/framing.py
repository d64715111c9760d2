"""Reads a request's body to its end, so that the next request on the connection is found."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

MAX_BODY = 1024 * 1024
_CHUNK = 64 * 1024


class FramingError(Exception):
    """A body that cannot be read to its end: the connection must be closed after `status`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def read_body(headers: Message, stream: IO[bytes]) -> bytes:
    """Give the whole body; `stream` undoes the chunks of a chunked one.

    A body over MAX_BODY or one whose end is unclear is a FramingError; a client that goes away
    before the end is a ConnectionError.
    """
    lengths = set(headers.get_all("Content-Length", []))
    if "Transfer-Encoding" in headers:
        return _read_chunked(headers, lengths, stream)
    if not lengths:
        return b""
    value = lengths.pop()
    if lengths or not (value.isascii() and value.isdigit()):
        raise FramingError(400, "Content-Length is not valid.")
    # The length of the text first: Python itself refuses to read very long numbers.
    if len(value.lstrip("0")) > len(str(MAX_BODY)) or int(value) > MAX_BODY:
        raise _too_large()
    body = stream.read(int(value))
    if len(body) < int(value):
        raise ConnectionAbortedError("the client went away within a body")
    return body


def _read_chunked(headers: Message, lengths: set[str], stream: IO[bytes]) -> bytes:
    encodings = [value.strip().lower() for value in headers.get_all("Transfer-Encoding", [])]
    if encodings != ["chunked"] or lengths:
        raise FramingError(400, "Only one Content-Length, or chunked alone, is understood.")
    body = bytearray()
    try:
        while part := stream.read(_CHUNK):
            body += part
            if len(body) > MAX_BODY:
                raise _too_large()
    except ConnectionError:
        raise
    except (OSError, ValueError) as error:
        raise FramingError(400, "The chunks of the body are not valid.") from error
    return bytes(body)


def _too_large() -> FramingError:
    return FramingError(413, f"The request body is larger than {MAX_BODY} bytes.")

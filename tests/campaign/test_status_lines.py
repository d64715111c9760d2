"""What is no status line is no answer (RFC 9112, section 4; rule R16)."""

from __future__ import annotations

import pytest

from runner.campaign.transport import Answer, NoAnswer, Request, Transport
from tests.support.scripted import ScriptedServer, read, write

REST = b"\r\nContent-Length: 0\r\n\r\n"


def send_to(line: bytes) -> Answer | NoAnswer:
    with ScriptedServer([read, write(line + REST)]) as server:
        transport = Transport({})
        answer = transport.send(Request("POST", server.url, {}, b"{}"), 5.0)
        transport.close()
        return answer


@pytest.mark.parametrize(
    "line", [b"HTTP/1.1 200 OK", b"HTTP/1.1 200 ", b"HTTP/1.1 200", b"HTTP/1.0 204 x"]
)
def test_three_digits_are_a_status(line: bytes) -> None:
    assert isinstance(send_to(line), Answer)


@pytest.mark.parametrize(
    "line",
    [
        *(b"HTTP/1.1 +200 OK", b"HTTP/1.1 2_00 OK", b"HTTP/1.1 20_0 OK", b"HTTP/1.1 0200 OK"),
        *(b"HTTP/1.1  200 OK", b" HTTP/1.1 200 OK", b"HTTP/1.1\t200 OK", b"HTTP/1.1 200OK"),
        *(b"HTTP/2 200 OK", b"HTTP/1.+1 200 OK", "HTTP/1.1 \u0662\u0660\u0660 OK".encode()),
    ],
)
def test_anything_else_is_a_lost_answer(line: bytes) -> None:
    answer = send_to(line)
    assert isinstance(answer, NoAnswer)
    assert answer.sent

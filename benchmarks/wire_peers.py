"""What `benchmarks.wire` is measured against: each sends commands and prints its seconds for them.

python -m benchmarks.wire_peers raw|requests PORT COMMANDS
"""

from __future__ import annotations

import socket
import sys
import time

import requests

HEADERS = {
    "Content-Type": "application/json",
    "Authorization": "Bearer benchmark-access-token",
    "Cache-Control": "no-cache",
    "X-Api-Key": "benchmark-api-key",
}
BODY = b'{"method": "stop"}'


def path(number: int) -> str:
    """Give the path of a command."""
    return f"/acme/campaign/workflow/execution/WKF{number}/commands"


def raw(port: int, commands: int) -> None:
    """Send them over one bare socket."""
    head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    head += f"Host: 127.0.0.1:{port}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(commands):
            connection.sendall(f"POST {path(number)} HTTP/1.1\r\n{head}".encode() + BODY)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65_536)
            assert answer.startswith(b"HTTP/1.1 204 ")


def over_requests(port: int, commands: int) -> None:
    """Send them as most scripts do."""
    session = requests.Session()
    for number in range(commands):
        url = f"http://127.0.0.1:{port}{path(number)}"
        assert session.post(url, json={"method": "stop"}, headers=HEADERS).status_code == 204


PEERS = {"raw": raw, "requests": over_requests}

if __name__ == "__main__":
    _, name, port, commands = sys.argv
    started = time.perf_counter()
    PEERS[name](int(port), int(commands))
    print(time.perf_counter() - started)

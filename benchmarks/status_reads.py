"""How close `status` comes to the limit of its parallel reads.

Reads 500 workflows, 8 at a time, from a server that answers after 20 ms. The limit is
500 / 8 x 20 ms. The floor, taken in turn with ours, is a process of 8 threads that do the same over
bare sockets. Ours is the whole process: start, files, reads, table.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.frame import OURS, PYTHON, ROOT, Call, Row, figures_row, in_turn, time_row

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKFLOWS = 500
PARALLEL = 8
ANSWER_SECONDS = 0.020
LIMIT = WORKFLOWS / PARALLEL * ANSWER_SECONDS
AIM = 1.5
ROUNDS = 7
_SECRETS = {
    "CAMPAIGN_STANDARD_API_KEY": "benchmark-api-key",
    "CAMPAIGN_STANDARD_ACCESS_TOKEN": "benchmark-access-token",
}


def rows() -> list[Row]:
    """Hold the reads against the floor and against the limit."""
    with slow_server() as port, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "workflows.yaml")
        file.write_text(configuration(), encoding="utf-8")
        floor = [PYTHON, "-m", "benchmarks.status_reads", str(port)]
        status = [OURS, "status", str(file), "--parallel-reads", str(PARALLEL)]
        status += ["--base-url", f"http://127.0.0.1:{port}"]
        pairs = in_turn(Call(status, ROOT, _SECRETS), Call(floor, ROOT), ROUNDS)
    name = f"`status`, {WORKFLOWS} workflows, {PARALLEL} at a time, 20 ms an answer"
    limits = [(ours.seconds, LIMIT) for ours, _ in pairs]
    return [
        figures_row(name, "the limit of parallel reads", "s", limits, AIM),
        time_row(name, "bare sockets in threads", pairs),
    ]


def configuration() -> str:
    """Give a file that names every workflow once."""
    named = ", ".join(f"WKF{number}" for number in range(WORKFLOWS))
    return f"version: 1\norganization: acme\nactions:\n  - stop: [{named}]\n"


@contextmanager
def slow_server() -> Iterator[int]:
    """Start the server in a process of its own and give its port."""
    command = [PYTHON, "-m", "benchmarks.slow_server", str(ANSWER_SECONDS * 1000)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def read_over_bare_sockets(port: int) -> None:
    """Do the same reads with nothing around them."""
    left = iter(range(WORKFLOWS))
    lock = threading.Lock()

    def read() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                path = f"/acme/campaign/workflow/execution/WKF{number}"
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                connection.recv(65_536)

    threads = [threading.Thread(target=read) for _ in range(PARALLEL)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    read_over_bare_sockets(int(sys.argv[1]))

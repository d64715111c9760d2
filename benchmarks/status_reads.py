"""How close `status` comes to the limit of its parallel reads.

    python -m benchmarks.status_reads [--json FILE]

Reads 500 workflows, 8 at a time, from a server that answers after 20 ms. The limit is
500 / 8 x 20 ms. The floor, taken in turn with ours, is a process of 8 threads that do the same over
bare sockets. Ours is the whole process: start, files, reads, table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKFLOWS = 500
PARALLEL = 8
ANSWER_SECONDS = 0.020
LIMIT = WORKFLOWS / PARALLEL * ANSWER_SECONDS
AIM = 1.5
ROUNDS = 7


def main() -> None:
    """Take all rounds, print the table, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")
    parser.add_argument("--only-floor", metavar="PORT", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only_floor is not None:
        read_over_bare_sockets(arguments.only_floor)
        return
    figures = measure()
    print(table(figures))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measure() -> dict[str, object]:
    """Give the figures of all rounds, in seconds."""
    floors: list[float] = []
    ours: list[float] = []
    with slow_server() as port, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "workflows.yaml")
        file.write_text(configuration(), encoding="utf-8")
        floor = [sys.executable, "-m", "benchmarks.status_reads", "--only-floor", str(port)]
        status = [str(Path(sys.executable).with_name("campaign-runner")), "status", str(file)]
        status += ["--parallel-reads", str(PARALLEL), "--base-url", f"http://127.0.0.1:{port}"]
        for _ in range(ROUNDS):
            floors.append(seconds(floor))
            ours.append(seconds(status))
    return {
        "workflows": WORKFLOWS,
        "parallel_reads": PARALLEL,
        "answer_s": ANSWER_SECONDS,
        "limit_s": LIMIT,
        "floor_s": summary(floors),
        "status_s": summary(ours),
        "ratio_to_limit": statistics.median(ours) / LIMIT,
        "ratio_to_floor": statistics.median(map(float.__truediv__, ours, floors)),
        "aim": AIM,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }


def summary(values: list[float]) -> dict[str, float]:
    """Give the median and the spread."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def table(figures: dict[str, object]) -> str:
    """Give the figures as lines for people."""
    lines = [f"{WORKFLOWS} workflows, {PARALLEL} at a time, 20 ms an answer; {ROUNDS} rounds"]
    lines.append(f"  limit                {LIMIT:6.3f} s")
    for name, key in (("bare sockets", "floor_s"), ("status, whole process", "status_s")):
        found = figures[key]
        assert isinstance(found, dict)
        spread = f"{found['least']:.3f} to {found['most']:.3f}"
        lines.append(f"  {name:<20} {found['median']:6.3f} s ({spread})")
    lines.append(f"  ratio to the limit   {figures['ratio_to_limit']:6.2f}   (aim: {AIM})")
    lines.append(f"  ratio to the floor   {figures['ratio_to_floor']:6.2f}")
    lines.append(f"  Python {figures['python']}, {figures['cores']} cores")
    return "\n".join(lines)


def configuration() -> str:
    """Give a file that names every workflow once."""
    named = ", ".join(f"WKF{number}" for number in range(WORKFLOWS))
    return f"version: 1\norganization: acme\nactions:\n  - stop: [{named}]\n"


def seconds(command: list[str]) -> float:
    """Run a command and give how long it took."""
    secrets = {
        "CAMPAIGN_STANDARD_API_KEY": "benchmark-api-key",
        "CAMPAIGN_STANDARD_ACCESS_TOKEN": "benchmark-access-token",
    }
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **secrets})
    return time.perf_counter() - started


@contextmanager
def slow_server() -> Iterator[int]:
    """Start the server in a process of its own and give its port."""
    command = [sys.executable, "-m", "benchmarks.slow_server", str(ANSWER_SECONDS * 1000)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
    main()

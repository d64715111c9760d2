"""What the runner adds to the wire: commands against a server that is not the bottleneck.

    python -m benchmarks.wire [--json FILE] [--rounds N]

Each row is ours and a peer, taken in turn; the ratio is the median of the pairs. At 0 ms an answer
the server is nginx, where it is installed, and the server of `benchmarks.wire_server` otherwise.
The rows of Adobe's SDK need Node and `make tests/sdk/node_modules`, that of newman its program
on the path; what is missing is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 7
ANSWER_SECONDS = 0.020
COMMANDS, ABREAST, PARALLEL = 1000, 1600, 16
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where there is one
SDK_MODULES = Path(__file__).parents[1] / "tests/sdk/node_modules"
SECRETS = {
    "CAMPAIGN_STANDARD_API_KEY": "benchmark-api-key",
    "CAMPAIGN_STANDARD_ACCESS_TOKEN": "benchmark-access-token",
}
_NGINX = """\
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; keepalive_requests 1000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; location / {{ return 204; }} }}
}}
"""


@dataclass(frozen=True)
class Row:
    """One comparison; the median of pairs, with the least and the most."""

    name: str
    ours_s: float
    peer_s: float
    ratio: float
    least: float
    most: float
    aim: float


def main() -> None:
    """Take all rounds, print the table, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures here, too")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    rows = list(measure(arguments.rounds))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; {arguments.rounds} rounds")
    if arguments.json:
        text = json.dumps([asdict(it) for it in rows], indent=2)
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")


def measure(rounds: int) -> Iterator[Row]:
    """Give one row after another, and print it."""
    with (
        tempfile.TemporaryDirectory() as on_disk,
        tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as in_memory,
    ):
        disk, memory = Path(on_disk), Path(in_memory)
        with fast_server(disk) as port:
            if shutil.which("node") and SDK_MODULES.is_dir():
                yield row(
                    f"{COMMANDS} commands, 0 ms, whole process / Adobe's SDK in Node",
                    lambda: ours(disk, port, COMMANDS).whole,
                    lambda: timed(["node", str(Path(__file__).with_name("wire_sdk.mjs"))], port),
                    rounds,
                    0.5,
                )
            if newman := shutil.which("newman"):
                collection = newman_collection(disk, port)
                yield row(
                    f"{COMMANDS} commands, 0 ms, whole process / newman with its JSON report",
                    lambda: ours(disk, port, COMMANDS).whole,
                    lambda: timed(
                        [
                            newman,
                            "run",
                            str(collection),
                            "-r",
                            "json",
                            "--reporter-json-export",
                            str(disk / "newman.json"),
                        ]
                    ),
                    rounds,
                    0.1,
                )
            yield row(
                f"{COMMANDS} commands, 0 ms, per command, journal in memory / requests.Session",
                lambda: ours(memory, port, COMMANDS).per_command,
                lambda: peer("requests", port) / COMMANDS,
                rounds,
                0.8,
            )
            yield row(
                f"{COMMANDS} commands, 0 ms, per command: journal on disk / in memory (fsync)",
                lambda: ours(disk, port, COMMANDS).per_command,
                lambda: ours(memory, port, COMMANDS).per_command,
                rounds,
                0.0,
            )
        with slow_server() as port:
            yield row(
                f"{COMMANDS} commands in order, 20 ms / bare socket",
                lambda: ours(disk, port, COMMANDS).sending,
                lambda: peer("raw", port),
                rounds,
                1.05,
            )
            limit = ABREAST / PARALLEL * ANSWER_SECONDS
            yield row(
                f"{ABREAST} commands, parallel: {PARALLEL}, 20 ms / {ABREAST} / {PARALLEL} x 20 ms",
                lambda: ours(disk, port, ABREAST, PARALLEL).sending,
                lambda: limit,
                rounds,
                1.3,
            )


def row(
    name: str, ours: Callable[[], float], peer: Callable[[], float], rounds: int, aim: float
) -> Row:
    """Take both in turn, and print what came of it; an aim of 0 is none."""
    pairs = [(ours(), peer()) for _ in range(rounds)]
    ratios = [one / other for one, other in pairs]
    one, other = (statistics.median(it) for it in zip(*pairs, strict=True))
    found = Row(name, one, other, statistics.median(ratios), min(ratios), max(ratios), aim)
    spread = f"{found.least:.3f} to {found.most:.3f}"
    limit = f", at most {aim}" if aim else ""
    print(f"{name}\n  {one:.6f} s / {other:.6f} s: {found.ratio:.3f} ({spread}){limit}", flush=True)
    return found


@dataclass(frozen=True)
class Ours:
    """Seconds of one run: of the process, of the sending of all commands, and of each of them."""

    whole: float
    sending: float
    per_command: float


def ours(folder: Path, port: int, commands: int, parallel: int = 1) -> Ours:
    """Run the program, with its journal and report in a folder."""
    file, report = folder / "commands.yaml", folder / "report.json"
    named = ", ".join(f"WKF{number}" for number in range(commands))
    file.write_text(
        "version: 1\norganization: acme\n"
        f"actions:\n  - {{stop: [{named}], parallel: {parallel}}}\n",
        encoding="utf-8",
    )
    shutil.rmtree(folder / "state", ignore_errors=True)
    command = [str(Path(sys.executable).with_name("campaign-runner")), "run", str(file), "-q"]
    command += ["--base-url", f"http://127.0.0.1:{port}", "--report", str(report)]
    whole = timed([*command, "--state-dir", str(folder / "state")])
    found = json.loads(report.read_text(encoding="utf-8"))["commands"]
    assert [it["outcome"] for it in found] == ["succeeded"] * commands
    attempts = [it["attempts"][0] for it in found]
    begun = [datetime.fromisoformat(it["at"].replace("Z", "+00:00")) for it in attempts]
    span = (max(begun) - min(begun)).total_seconds()
    return Ours(whole, span + attempts[-1]["duration_s"], span / (commands - 1))


def timed(command: list[str], port: int | None = None) -> float:
    """Give the seconds of a whole process."""
    arguments = [] if port is None else [str(port), str(COMMANDS)]
    started = time.perf_counter()
    subprocess.run(
        [*command, *arguments], check=True, stdout=subprocess.DEVNULL, env={**os.environ, **SECRETS}
    )
    return time.perf_counter() - started


def peer(name: str, port: int) -> float:
    """Give the seconds that a peer took for its commands, without its start."""
    command = [sys.executable, "-m", "benchmarks.wire_peers", name, str(port), str(COMMANDS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def newman_collection(folder: Path, port: int) -> Path:
    """Write the same commands as a Postman collection."""
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    items = [
        {
            "name": f"WKF{number}",
            "request": {
                "method": "POST",
                "header": [{"key": "Content-Type", "value": "application/json"}],
                "url": f"http://127.0.0.1:{port}/acme/campaign/workflow/execution/WKF{number}/commands",
                "body": {"mode": "raw", "raw": '{"method": "stop"}'},
            },
        }
        for number in range(COMMANDS)
    ]
    value = {"info": {"name": "commands", "schema": schema}, "item": items}
    file = folder / "collection.json"
    file.write_text(json.dumps(value), encoding="utf-8")
    return file


@contextmanager
def fast_server(folder: Path) -> Iterator[int]:
    """Start a server that answers at once, and give its port."""
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        with slow_server(0.0) as port:
            yield port
        return
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(_NGINX.format(folder=folder, port=port), encoding="utf-8")
    with subprocess.Popen([nginx, "-c", str(file)], stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Wait until somebody listens there."""
    for _ in range(200):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not listen")


@contextmanager
def slow_server(delay: float = ANSWER_SECONDS) -> Iterator[int]:
    """Start the server in a process of its own and give its port."""
    command = [sys.executable, "-m", "benchmarks.wire_server", str(delay * 1000)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


if __name__ == "__main__":
    main()

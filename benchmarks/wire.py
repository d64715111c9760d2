"""What a run adds to the wire: many commands, against servers that are not the bottleneck."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.frame import (
    OURS,
    PYTHON,
    ROOT,
    Call,
    Row,
    figures_row,
    taken_in_turn,
    told,
    use,
)
from benchmarks.peers import newman, newman_collection, sdk_loop
from benchmarks.servers import answering_after, answering_at_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.servers import Server

COMMANDS, ABREAST, PARALLEL = 1_000, 1_600, 16
ANSWER_SECONDS = 0.020
LIMIT = ABREAST / PARALLEL * ANSWER_SECONDS
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, where there is one
_ROUNDS = 7
_SECRETS = {
    "CAMPAIGN_STANDARD_API_KEY": "benchmark-api-key",
    "CAMPAIGN_STANDARD_ACCESS_TOKEN": "benchmark-access-token",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What one run took, in seconds.

    Attributes:
        whole: from the start of its process to its end.
        sending: from the first command's beginning until every answer is there.
        each: from one command's beginning to the next one's, on average.
    """

    whole: float
    sending: float
    each: float


def rows() -> list[Row]:
    """Take whole processes, then what a command takes, then what an answer adds to waiting."""
    with folders() as (disk, memory):
        with answering_at_once(disk) as server:
            found = [*_whole(server, disk), *_each(server, disk, memory)]
        with answering_after(ANSWER_SECONDS) as server:
            return [*found, *_waiting(server, disk)]


def _whole(server: Server, disk: Path) -> list[Row]:
    collection, report = disk / "collection.json", disk / "newman.json"
    collection.write_text(newman_collection(server.port, COMMANDS), encoding="utf-8")
    in_node = Call(sdk_loop(server.port, COMMANDS))

    def ours() -> float:
        return sent(server, disk, COMMANDS).whole

    def theirs() -> float:
        seconds = use(Call(newman(collection, report))).seconds
        requests = json.loads(report.read_text(encoding="utf-8"))["run"]["stats"]["requests"]
        assert requests == {"total": COMMANDS, "pending": 0, "failed": 0}
        return seconds

    name = f"`run`, {COMMANDS:,} commands, 0 ms ({server.name}), journal on disk"
    sdk = taken_in_turn(ours, lambda: use(in_node).seconds, _ROUNDS)
    postman = taken_in_turn(ours, theirs, _ROUNDS)
    return [
        figures_row(name, "Adobe's SDK in a Node loop", "s", sdk, 0.5, aim=0.4),
        figures_row(name, "newman with its JSON report", "s", postman, 0.1),
    ]


def _each(server: Server, disk: Path, memory: Path | None) -> list[Row]:
    def on(folder: Path) -> Callable[[], float]:
        return lambda: sent(server, folder, COMMANDS).each * 1_000_000

    def session() -> float:
        return told(_peer("requests", server)) / COMMANDS * 1_000_000

    name = f"`run`, {COMMANDS:,} commands, 0 ms ({server.name}), time of each"
    against = "a loop of `requests.Session`"
    if memory is None:
        pairs = taken_in_turn(on(disk), session, _ROUNDS)
        return [figures_row(f"{name}, journal on disk", against, "us", pairs, 0.8)]
    pairs = taken_in_turn(on(memory), session, _ROUNDS)
    fsync = taken_in_turn(on(disk), on(memory), _ROUNDS)
    return [
        figures_row(f"{name}, journal in memory", against, "us", pairs, 0.8),
        figures_row(f"{name}, journal on disk", "journal in memory", "us", fsync),
    ]


def _waiting(server: Server, disk: Path) -> list[Row]:
    in_order = taken_in_turn(
        lambda: sent(server, disk, COMMANDS).sending, lambda: told(_peer("raw", server)), _ROUNDS
    )
    abreast = taken_in_turn(
        lambda: sent(server, disk, ABREAST, PARALLEL).sending, lambda: LIMIT, _ROUNDS
    )
    answer = f"{ANSWER_SECONDS * 1000:g} ms an answer"
    order = f"`run`, {COMMANDS:,} commands in order, {answer}"
    parallel = f"`run`, {ABREAST:,} commands, `parallel: {PARALLEL}`, {answer}"
    limit = f"{ABREAST:,} / {PARALLEL} x {ANSWER_SECONDS * 1000:g} ms"
    return [
        figures_row(order, "a loop over a bare socket", "s", in_order, 1.05),
        figures_row(parallel, limit, "s", abreast, 1.3, aim=1.2),
    ]


def sent(server: Server, folder: Path, commands: int, parallel: int = 1) -> Sent:
    """Run so many commands, with the journal and the report in a folder."""
    file, report, state = folder / "commands.yaml", folder / "report.json", folder / "state"
    named = ", ".join(f"WKF{number}" for number in range(commands))
    action = f"{{stop: [{named}], parallel: {parallel}}}"
    file.write_text(f"version: 1\norganization: acme\nactions: [{action}]\n", encoding="utf-8")
    shutil.rmtree(state, ignore_errors=True)
    command = [OURS, "run", str(file), "-q", "--base-url", f"http://127.0.0.1:{server.port}"]
    command += ["--report", str(report), "--state-dir", str(state)]
    used = use(Call(command, env=_SECRETS))
    return figures(used.seconds, json.loads(report.read_text(encoding="utf-8")))


def figures(whole: float, report: Mapping[str, Any]) -> Sent:
    """Give what the report of a run says of the time of its commands."""
    commands = report["commands"]
    assert [it["outcome"] for it in commands] == ["succeeded"] * len(commands)
    attempts = [it["attempts"][0] for it in commands]
    begun = [datetime.fromisoformat(it["at"].replace("Z", "+00:00")).timestamp() for it in attempts]
    ended = [at + it["duration_s"] for at, it in zip(begun, attempts, strict=True)]
    first, last = min(begun), max(begun)
    return Sent(whole, max(ended) - first, (last - first) / (len(commands) - 1))


@contextmanager
def folders() -> Iterator[tuple[Path, Path | None]]:
    """Give a folder on a disk, and one in memory where the system has such a place."""
    build = ROOT / "build"  # where the files for all are often lies in memory
    build.mkdir(exist_ok=True)
    with ExitStack() as stack:
        disk = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=build)))
        if not MEMORY.is_dir():
            yield disk, None
            return
        yield disk, Path(stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY)))


def _peer(name: str, server: Server) -> Call:
    command = [PYTHON, "-m", "benchmarks.wire_peers", name, str(server.port), str(COMMANDS)]
    return Call(command, ROOT)

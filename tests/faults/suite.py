"""Carries out the runs of the suite, and counts."""

from __future__ import annotations

import io
import multiprocessing
import os
import socket
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.commands.access import Access
from runner.commands.planning import Asked
from runner.commands.run import run_command
from runner.commands.run_options import RunOptions
from runner.commands.surroundings import Inputs, Surroundings
from runner.render.output import QUIET, Output, OutputSettings
from runner.secrets.scrub import Scrubber
from tests.faults.clock import SkippingClock
from tests.faults.faultmix import label
from tests.faults.oracle import judge
from tests.faults.scenario import scenario
from tests.faults.truth import truth_of
from tests.support.program import checked_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox

COMMANDS_A_RUN = 100
_AFTER_ALL = 3600.0  # seconds in which every effect comes that is still on its way


@dataclass
class Tally:
    """What came of some runs.

    Attributes:
        outcomes: by action and outcome.
        faults: by what they are and what they befell: `command`, `read` or `token`.
        again: commands that were tried more than once.
        settled: commands that succeeded though no answer said so.
        in_waits: commands that were accepted, and failed while they were waited for.
        wrong: each verdict that is wrong, with its run.
    """

    runs: int = 0
    commands: int = 0
    requests: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    settled: int = 0
    again: int = 0
    in_waits: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.runs += other.runs
        self.commands += other.commands
        self.requests += other.requests
        self.outcomes += other.outcomes
        self.faults += other.faults
        self.settled += other.settled
        self.again += other.again
        self.in_waits += other.in_waits
        self.wrong += other.wrong


def run_one(seed: int, number: int, commands: int = COMMANDS_A_RUN, parallel: int = 1) -> Tally:
    """Carry out one run in a folder of its own, and judge it."""
    made, faults_for = scenario(seed, number, commands, parallel)
    clock = SkippingClock()
    with tempfile.TemporaryDirectory() as folder, _elsewhere() as listener:
        port = listener.getsockname()[1]
        faults = faults_for(f"http://localhost:{port}/")
        Path(folder, "a.yaml").write_text(made.text, encoding="utf-8")
        with made.sandbox(faults, clock) as sandbox:
            code, told = _run(Path(folder), sandbox, clock, f"{seed}/{number}")
            ended_at = clock()
        clock.skip(_AFTER_ALL)
        truth = truth_of(sandbox, made, ended_at, _connections(listener))
        path = Path(folder, "report.json")
        if not path.exists():
            return Tally(1, wrong=[f"{made.name}: no report, exit code {code}: {told}"])
        report = checked_report(path.read_text(encoding="utf-8"))
    wrong = [f"{made.name}: {it}" for it in judge(made, truth, report, sandbox.faults())]
    if code != report["exit_code"]:
        wrong.append(f"{made.name}: exit code {code}, and the report says {report['exit_code']}")
    return _tally(report, sandbox, wrong)


def run_many(
    seed: int, commands: int, workers: int | None = None, parallel: int = 1
) -> Iterator[Tally]:
    """Carry out as many runs as give so many commands, and give what came of each."""
    runs = -(-commands // COMMANDS_A_RUN)
    # More than there are cores: a run mostly waits for answers that are late.
    workers = workers or 2 * (os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        jobs = [
            pool.submit(run_one, seed, number, COMMANDS_A_RUN, parallel)
            for number in range(1, runs + 1)
        ]
        for job in as_completed(jobs):
            yield job.result()


def _run(folder: Path, sandbox: Sandbox, clock: SkippingClock, seed: str) -> tuple[int, str]:
    """Run the file there through all but the reading of the command line."""
    told = io.StringIO()
    world, scrubber = clock.world(seed), Scrubber()
    around = Surroundings(
        cwd=folder,
        environ={
            "CAMPAIGN_KEY": sandbox.settings.api_key,
            "CAMPAIGN_SECRET": sandbox.settings.client_secret,
        },
        stdin=io.BytesIO(),
        output=Output(
            told, told, scrubber=scrubber, settings=OutputSettings(verbosity=QUIET), now=world.now
        ),
        scrubber=scrubber,
        world=world,
    )
    # Reads on this thread wait by the clock above; those of other threads would really wait.
    access = Access(sandbox.base_url, sandbox.token_url, parallel_reads=0)
    options = RunOptions(
        Asked(Inputs(("a.yaml",))),
        report=str(folder / "report.json"),
        access=access,
        state_dir=str(folder / "state"),
        most_failures=0,
    )
    return int(run_command(options, around)), told.getvalue()


@contextmanager
def _elsewhere() -> Iterator[socket.socket]:
    """Listen where redirects lead to; nobody is to come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def _connections(listener: socket.socket) -> int:
    count = 0
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


def _tally(report: Any, sandbox: Sandbox, wrong: list[str]) -> Tally:
    entries = report["commands"]
    tally = Tally(1, len(entries), len(sandbox.requests()), wrong=wrong)
    tally.outcomes.update((f"`{it['action']}`", it["outcome"]) for it in entries)
    for fault in sandbox.faults():
        befell = fault.action if fault.action in ("read", "token") else "command"
        tally.faults[label(fault.fault), befell] += 1
    tally.settled = sum(
        it["outcome"] == "succeeded" and "which does not prove the cause" in (it["message"] or "")
        for it in entries
    )
    tally.in_waits = sum(it["outcome"] == "failed" and "waited_s" in it for it in entries)
    tally.again = sum(len(it["attempts"]) > 1 for it in entries)
    return tally

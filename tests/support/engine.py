"""A real scheduler of dask and real workers on loopback, each a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from distributed import Client, Security

from tests.support.campaign import SECRETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ADDRESS = re.compile(r"Scheduler at:\s+(\S+)")


@dataclass
class Engine:
    """A scheduler and its workers."""

    folder: Path
    options: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    address: str = ""

    def begin(self, workers: int = 2, env: Mapping[str, str] = SECRETS) -> None:
        """Start it, and wait until all workers are there."""
        options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        scheduler = self._start("scheduler", *options)
        assert scheduler.stderr is not None
        for line in scheduler.stderr:
            found = _ADDRESS.search(line)
            if found:
                self.address = found[1]
                break
        for _ in range(workers):
            self.add_worker(env)
        with self._client() as client:
            client.wait_for_workers(workers, timeout=60)

    def add_worker(self, env: Mapping[str, str] = SECRETS) -> None:
        """Start a worker with one thread; nobody starts it again."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        self._start("worker", self.address, *options, env=env)

    def _client(self) -> Client:
        tls = "DASK_DISTRIBUTED__COMM__TLS"
        security = Security()
        if self.env:
            security = Security(
                tls_ca_file=self.env[f"{tls}__CA_FILE"],
                tls_client_cert=self.env[f"{tls}__CLIENT__CERT"],
                tls_client_key=self.env[f"{tls}__CLIENT__KEY"],
            )
        return Client(self.address, timeout=60, set_as_default=False, security=security)

    @property
    def scheduler(self) -> subprocess.Popen[str]:
        """The process of the scheduler."""
        return self.processes[0]

    def process(self, pid: int) -> subprocess.Popen[str]:
        """Give the process with a number."""
        (found,) = [it for it in self.processes if it.pid == pid]
        return found

    def end(self) -> None:
        """End all processes."""
        for it in self.processes:
            it.kill()
        for it in self.processes:
            it.wait(timeout=60)
            if it.stderr is not None:
                it.stderr.close()

    def _start(
        self, kind: str, *arguments: str, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        bare = {name: it for name, it in os.environ.items() if not name.startswith("CAMPAIGN_")}
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, *self.options]
        found = subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # What a pipe holds is enough for a scheduler; a worker could fill one.
            stderr=subprocess.PIPE if kind == "scheduler" else subprocess.DEVNULL,
            text=True,
            env={**bare, **self.env, **(env or {})},
        )
        self.processes.append(found)
        return found

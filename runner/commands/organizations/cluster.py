"""The scheduler of dask and its workers, as far as runs need them."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from filelock import FileLock

from runner import __version__
from runner.campaign.background import start_thread
from runner.campaign.hosts import is_loopback
from runner.commands.organizations.remote import introduce
from runner.errors import BrokenError, UsageError
from runner.printable import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from typing_extensions import Self

    from runner.commands.surroundings import Surroundings

_ANSWER_TIMEOUT = 15.0  # seconds for the scheduler, and for the first worker
_LOOK = 2.0  # seconds between two looks for workers
LONGEST_WITHOUT_WORKERS = 30.0  # seconds after which what was submitted counts as lost
_ALIVE = ("running", "connecting")
_INSTALL = "install campaign-runner[dask]"


class Cluster:
    """Workers of a scheduler that have campaign-runner and see the state directory.

    A context manager; while it is open, it gives them work.
    """

    def __init__(self, scheduler: str, around: Surroundings) -> None:
        """Take the address.

        Raises:
            UsageError: if it is none, or distributed is not installed.
        """
        self._scheduler = scheduler
        self._around = around
        self._client: Any = None
        self._executor: Any = None
        self._futures: list[Future[Any]] = []
        self._seen_at = time.monotonic()
        self._is_over = threading.Event()
        address = urlsplit(scheduler)
        if address.scheme not in ("tcp", "tls") or not address.hostname:
            raise UsageError(
                f"--scheduler {quoted(scheduler, 200)}: write tcp://HOST:PORT, or tls://HOST:PORT"
            )
        if address.scheme == "tcp" and not is_loopback(address.hostname):
            around.output.warning(
                "tcp:// is neither encrypted nor does it know who speaks: whoever reaches the"
                " scheduler can let the workers do anything. Use tls://, with certificates"
            )
        try:
            import distributed  # noqa: F401
        except ImportError:
            raise UsageError(f"--executor dask needs distributed: {_INSTALL}") from None

    @property
    def threads(self) -> int:
        """How many tasks the workers take at a time, at least one."""
        try:
            threads: dict[str, int] = self._client.nthreads()
        except Exception:  # noqa: BLE001 - what is wrong shows where something is submitted
            return 1
        return max(1, sum(threads.values()))

    def introduce(self, shared: Path) -> None:
        """Make sure that every worker can do it, before anything is sent.

        Args:
            shared: a file in the state directory.

        Raises:
            BrokenError: naming a worker that cannot.
        """
        lock = FileLock(shared.with_suffix(".shared.lock"), mode=0o600)
        try:
            with lock:
                answers = self._client.run(introduce, str(shared))
        except Exception as error:
            message = f"a worker cannot do it: {_reason(error)}. Each has to have campaign-runner"
            raise BrokenError(f"{message} {__version__}") from error
        for worker, (version, sees, locks) in sorted(answers.items()):
            if version != __version__:
                message = f"the worker {worker} has campaign-runner {printable(version, 40)}"
                raise BrokenError(f"{message}, and this is {__version__}; install the same")
            if not sees:
                raise BrokenError(
                    f"the worker {worker} does not see the state directory"
                    f" {quoted(str(shared.parent), 200)}: name one with --state-dir that lies on a"
                    " file system which all of them share, under the same path"
                )
            if not locks:
                raise BrokenError(
                    f"the worker {worker} does not see the locks of this machine in"
                    f" {quoted(str(shared.parent), 200)}: name a --state-dir on a file system whose"
                    " locks hold between machines, as those of NFS version 4 do"
                )

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Let a worker call a function; nothing is called again by the engine for its errors.

        Raises:
            ConnectionError: if the scheduler has gone away: the engine would never end the future.
        """
        if self._client.status not in _ALIVE or self._is_over.is_set():
            raise ConnectionError("the scheduler has gone away")
        future: Future[Any] = self._executor.submit(function, *args)
        self._futures.append(future)
        return future

    @property
    def is_lost(self) -> bool:
        """Whether nobody is there any more that could end what was submitted."""
        if self._client.status not in _ALIVE:
            return True
        return time.monotonic() - self._seen_at > LONGEST_WITHOUT_WORKERS

    def call_off(self) -> None:
        """Forget all that was submitted; what is under way at a worker goes on there."""
        self._is_over.set()
        with suppress(Exception):  # it has to speak to the scheduler for it
            self._executor.shutdown(wait=False)
        for it in self._futures:
            it.cancel()

    def _watch(self) -> None:
        """Look for workers; a scheduler without any waits for the next one, however long."""
        while not self._is_over.wait(_LOOK):
            with suppress(Exception):
                if self._client.nthreads():
                    self._seen_at = time.monotonic()

    def __enter__(self) -> Self:
        """Speak to the scheduler.

        Raises:
            BrokenError: if it does not answer, or has no worker.
        """
        from distributed import Client

        name = quoted(self._scheduler, 200)
        try:
            # Its security, and so the certificates of tls://, is that of dask's own configuration.
            self._client = Client(self._scheduler, timeout=_ANSWER_TIMEOUT, set_as_default=False)
        except Exception as error:
            raise BrokenError(f"the scheduler {name} does not answer: {_reason(error)}") from error
        try:
            self._client.wait_for_workers(1, timeout=_ANSWER_TIMEOUT)
        except Exception as error:
            self._client.close()
            raise BrokenError(f"the scheduler {name} has no worker") from error
        self._executor = self._client.get_executor(pure=False, retries=0)
        self._seen_at = time.monotonic()
        start_thread(self._watch, "workers")
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        with suppress(Exception):
            self._client.close()


def _reason(error: BaseException) -> str:
    first_line, _, _ = str(error).partition("\n")
    return printable(first_line or type(error).__name__, 200).rstrip(".")

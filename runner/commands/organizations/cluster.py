"""The scheduler of dask and its workers, as far as runs need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from runner import __version__
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
        try:
            answers = self._client.run(introduce, str(shared))
        except Exception as error:
            message = f"a worker cannot do it: {_reason(error)}. Each has to have campaign-runner"
            raise BrokenError(f"{message} {__version__}") from error
        for worker, (version, sees) in sorted(answers.items()):
            if version != __version__:
                message = f"the worker {worker} has campaign-runner {printable(version, 40)}"
                raise BrokenError(f"{message}, and this is {__version__}; install the same")
            if not sees:
                raise BrokenError(
                    f"the worker {worker} does not see the state directory"
                    f" {quoted(str(shared.parent), 200)}: name one with --state-dir that lies on a"
                    " file system which all of them share, under the same path"
                )

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Let a worker call a function; nothing is called again by the engine for its errors."""
        future: Future[Any] = self._executor.submit(function, *args)
        return future

    def call_off(self) -> None:
        """Forget all that was submitted; what is under way at a worker goes on there."""
        self._executor.shutdown(wait=False)

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
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()


def _reason(error: BaseException) -> str:
    first_line, _, _ = str(error).partition("\n")
    return printable(first_line or type(error).__name__, 200).rstrip(".")

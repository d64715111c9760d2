"""One run at a time for each organization: locks that end with the process that holds them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from runner.errors import BrokenError
from runner.files import write_atomically
from runner.journal.folder import make_state_folder
from runner.printable import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_POLL = 0.05  # seconds between two attempts at a lock


@contextmanager
def holding(
    folder: Path,
    organizations: Sequence[str],
    run_id: str,
    timeout: float,
    on_wait: Callable[[str], None] = lambda _who: None,
) -> Iterator[None]:
    """Hold the locks of some organizations while the block runs.

    The system itself lets go of the lock of a process that is dead (flock), so that none is ever
    stale; what stands in the file beside it only names the holder.

    Args:
        folder: the state directory; it is made where it is missing.
        organizations: whose locks are taken, in an order of their own, so that no two runs ever
            wait for each other.
        run_id: of this run, for whoever comes next.
        timeout: seconds to wait for all of them together at most; 0 refuses at once.
        on_wait: is told, in words for people, which run is waited for.

    Raises:
        BrokenError: naming the run that holds one.
    """
    make_state_folder(folder)
    ends = time.monotonic() + timeout
    with contextlib.ExitStack() as held:
        for organization in sorted(set(organizations)):
            lock = FileLock(folder / f"{organization}.lock", mode=0o600)
            holder = folder / f"{organization}.holder.json"
            try:
                _acquire(lock, ends, partial(_tell, on_wait, holder))
            except Timeout:
                raise BrokenError(_refusal(organization, holder, timeout)) from None
            except OSError as error:
                reason = (error.strerror or "unknown reason").lower()
                message = f"the lock of {organization} cannot be taken: {reason}"
                raise BrokenError(message) from error
            held.enter_context(_held(lock, holder, run_id))
        yield


def holder_of(folder: Path, organization: str) -> str | None:
    """Give the identity of the run that holds a lock, or held it when it died; None without one."""
    try:
        value = json.loads((folder / f"{organization}.holder.json").read_text(encoding="utf-8"))
        return str(value["run_id"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _tell(on_wait: Callable[[str], None], holder: Path) -> None:
    on_wait(_named(holder))


def _acquire(lock: FileLock, ends: float, on_wait: Callable[[], None]) -> None:
    """Take a lock; `ends` is when to give up, on the monotonic clock."""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        left = ends - time.monotonic()
        if left <= 0:
            raise
        on_wait()
        lock.acquire(timeout=left, poll_interval=_POLL)


@contextmanager
def _held(lock: FileLock, holder: Path, run_id: str) -> Iterator[None]:
    """Say who holds a lock while the block runs, and let go of it."""
    try:
        who = {"run_id": run_id, "pid": os.getpid(), "host": socket.gethostname()}
        write_atomically(holder, json.dumps(who) + "\n")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _refusal(organization: str, holder: Path, timeout: float) -> str:
    organization = organization.partition(".")[0]
    waited = f" after waiting for {timeout:g} s" if timeout else ""
    return (
        f"another run for {organization} is going on{waited}: {_named(holder)}; two at a time would"
        " mix their commands. Wait for it, or let this one wait with --lock-timeout 10m"
    )


def _named(holder: Path) -> str:
    try:
        value = json.loads(holder.read_text(encoding="utf-8"))
        run_id, pid, host = (str(value[key]) for key in ("run_id", "pid", "host"))
    except (OSError, ValueError, LookupError, TypeError):
        return "it has not said its name"
    return f"run {printable(run_id, 60)}, process {printable(pid, 20)} on {quoted(host, 100)}"

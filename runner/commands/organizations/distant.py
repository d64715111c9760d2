"""Lets workers do what this process would do itself: read states, fetch tokens, send."""

from __future__ import annotations

import math
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from runner import __version__
from runner.commands.connect import Connection
from runner.commands.journalling import seal
from runner.commands.locking import alone_as_worker
from runner.commands.organizations.cluster import Cluster
from runner.commands.organizations.remote import (
    Refusal,
    Site,
    Task,
    carry_out_there,
    look_there,
    prepare_there,
)
from runner.commands.organizations.stopping import StopSign
from runner.commands.sending import Ended
from runner.errors import (
    BrokenError,
    CredentialsError,
    ExitCode,
    InterruptedRunError,
    JournalError,
    LostPartError,
    RunnerError,
)
from runner.execute.apart import answer_of
from runner.execute.events import CommandEnded
from runner.execute.results import Outcome
from runner.files import write_atomically
from runner.journal.folder import make_state_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.commands.connect import Remote
    from runner.commands.guarding import Guard
    from runner.commands.organizations.parts import Part
    from runner.commands.surroundings import Surroundings
    from runner.execute.budget import Budget
    from runner.execute.events import Listener
    from runner.plan.command import Command
    from runner.states import Observation, Observations, WorkflowKey
    from runner.validate.config import DocumentConfig

_LOST_TIMEOUT = 5.0  # seconds for the lock of a worker that was lost to be free
_ERRORS: dict[ExitCode, type[RunnerError]] = {
    ExitCode.CREDENTIALS: CredentialsError,
    ExitCode.UNSETTLED: LostPartError,
}


class Distant(Connection):
    """A connection whose other end is a worker for each organization."""

    def __init__(
        self,
        sites: dict[str, Site],
        cluster: Cluster,
        stop: StopSign,
        remote: Remote,
        run_id: str,
        around: Surroundings,
    ) -> None:
        super().__init__({}, {}, around, remote.parallel_reads, lambda: None)
        self._sites = sites
        self._remote = remote
        self.cluster = cluster
        self.stop = stop
        self.run_id = run_id

    def prepare(self) -> None:
        """Make sure that every organization's worker has a token to be had.

        Raises:
            CredentialsError: if one is not to be had.
        """
        for future in [self.cluster.submit(prepare_there, it) for it in self._sites.values()]:
            self._answer(future)

    def look(self, commands: Sequence[Command], within: float | None = None) -> Observations:
        """Read the workflows of some commands, each organization's at one worker."""
        wanted: dict[str, list[Command]] = {}
        for it in commands:
            wanted.setdefault(it.organization or "", []).append(it)
        asked = [
            self.cluster.submit(look_there, self._sites[name], those, within)
            for name, those in wanted.items()
        ]
        seen: dict[WorkflowKey, Observation] = {}
        for future in asked:
            seen.update(self._answer(future))
        keys = dict.fromkeys(it.key for it in commands if it.workflow is not None)
        return {key: seen[key] for key in keys}

    def site(self, organization: str) -> Site:
        """Give what the worker of an organization has to know.

        One of whose commands none is left to do needs no document, and no secret.
        """
        bare = Site((), self._remote, str(self.stop.path))
        return self._sites.get(organization, bare)

    def _answer(self, future: Future[Any]) -> Any:
        try:
            answer = answer_of(future)
        except Exception as error:
            raise BrokenError(f"a worker was lost: {_named(error)}; nothing was sent") from error
        if isinstance(answer, Refusal):
            raise error_of(answer)
        return answer


class WorkerCrew:
    """Lets workers carry out parts."""

    def __init__(
        self,
        connection: Distant,
        guard: Guard,
        budget: Budget,
        show: Listener,
        around: Surroundings,
    ) -> None:
        self._connection = connection
        self._guard = guard
        self._budget = budget
        self._show = show
        self._around = around
        self._is_over = False
        self._is_lost = False
        self._patience = math.inf  # the moment until which locks of lost workers are waited for

    def submit(self, part: Part) -> Future[Ended]:
        """Begin with a part, or as soon as a worker has room for it."""
        if self._is_over:
            future: Future[Ended] = Future()
            future.set_exception(InterruptedRunError("the run was interrupted before"))
            return future
        site = self._connection.site(part.organization)
        task = Task(
            part,
            str(self._journal(part)),
            self._guard.windows_of(part.organization),
            self._budget.deadline,
            self._around.world.now().timestamp() + self._budget.left(),
            self._budget.most_failures,
            self._connection.run_id,
            __version__,
        )
        future = self._connection.cluster.submit(carry_out_there, site, task)
        future.add_done_callback(self._tell)
        return future

    def ask_to_stop(self) -> None:
        """Let each part end after the command under way."""
        self._connection.stop.put()

    def look(self) -> None:
        """Wait no longer for workers where there are none any more."""
        if not self._is_lost and self._connection.cluster.is_lost:
            self._is_lost = True
            self._around.output.warning("no worker is there any more; what they did is looked up")
            self._connection.stop.put(for_good=True)
            self._connection.cluster.call_off()

    def end(self) -> None:
        """Wait for nothing any more; the workers still hear that they are to stop."""
        self._is_over = True
        self._connection.stop.put(for_good=True)
        self._connection.cluster.call_off()

    def heard(self, part: Part, came: Any) -> Ended | BaseException:
        """Give what came of a part, and where nobody told it, see to it that it is over."""
        if isinstance(came, Ended):
            return came
        error = error_of(came) if isinstance(came, Refusal) else came
        if isinstance(error, RunnerError) and not isinstance(error, LostPartError):
            return error
        message = self._why_lost(error)
        self._connection.stop.put(for_good=True)
        journal, now = self._journal(part), self._around.world.monotonic()
        self._patience = min(self._patience, now + _LOST_TIMEOUT)
        left = max(0.0, self._patience - now)
        try:
            with alone_as_worker(journal.parent, part.organization, part.run_id, left):
                seal(part.begun.name, journal, self._around, message)
        except BrokenError:
            message += "; it may still be sending, and no other run begins there until it has ended"
            return LostPartError(message, is_under_way=True, interrupted=self._is_over)
        except JournalError:
            pass  # whoever reads it next says so
        return LostPartError(message, interrupted=self._is_over)

    def _why_lost(self, error: BaseException) -> str:
        if self._is_over:
            return "stopped by force before its worker answered"
        if self._is_lost:
            return "its worker was lost, and there is no other"
        return (
            f"its worker was lost: {error if isinstance(error, LostPartError) else _named(error)}"
        )

    def _journal(self, part: Part) -> Path:
        return Path(self._around.cwd, part.begun.name).absolute()

    def _tell(self, future: Future[Any]) -> None:
        """Show what a worker has done, once it is known."""
        if future.cancelled() or future.exception() is not None:
            return
        came = future.result()
        for result in came.results if isinstance(came, Ended) else ():
            if result.outcome is not Outcome.NOT_SENT:
                self._show(CommandEnded(0, 0, result))


@contextmanager
def reach_workers(
    documents: Iterable[DocumentConfig],
    remote: Remote,
    scheduler: str,
    folder: Path,
    run_id: str,
    around: Surroundings,
) -> Iterator[Distant]:
    """Give a connection that workers are at the other end of.

    Args:
        documents: whose workflows are meant.
        remote: where the API is.
        scheduler: its address.
        folder: the state directory, which the workers have to see under the same path.
        run_id: of the run.
        around: the process around.

    Raises:
        UsageError: if the address is none, or distributed is not installed.
        BrokenError: if the workers cannot do it.
    """
    folder = folder.absolute()
    make_state_folder(folder)
    shared, stop = folder / f"{run_id}.shared", StopSign(folder / f"{run_id}.stop")
    sites: dict[str, list[DocumentConfig]] = {}
    for it in documents:
        bare = replace(it, actions=(), desired=(), declared=())
        sites.setdefault(it.organization or "", []).append(bare)
    try:
        with Cluster(scheduler, around) as cluster, stop:
            write_atomically(shared, "")
            cluster.introduce(shared)
            yield Distant(
                {name: Site(tuple(it), remote, str(stop.path)) for name, it in sites.items()},
                cluster,
                stop,
                remote,
                run_id,
                around,
            )
    finally:
        shared.unlink(missing_ok=True)
        shared.with_suffix(".shared.lock").unlink(missing_ok=True)


def error_of(refusal: Refusal) -> RunnerError:
    """Give the error that a worker has told."""
    return _ERRORS.get(refusal.exit_code, BrokenError)(refusal.message)


def _named(error: BaseException) -> str:
    return type(error).__name__

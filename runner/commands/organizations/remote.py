"""What a worker of dask does: all that needs a secret, in surroundings of its own.

A worker gets no secret and gives none: it resolves the references by its own variables and files.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from runner import __version__
from runner.commands.connect import Remote, connect
from runner.commands.journalling import GoneOnWithError, take_up
from runner.commands.locking import alone_as_worker
from runner.commands.quiet import surroundings
from runner.commands.sending import send
from runner.errors import BrokenError, ExitCode, LostPartError, RunnerError
from runner.execute.budget import Budget
from runner.guardrails.closing import why_closed
from runner.world import Interruption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.commands.connect import Connection
    from runner.commands.organizations.parts import Part
    from runner.commands.sending import Ended
    from runner.commands.surroundings import Surroundings
    from runner.execute.results import CommandResult
    from runner.guardrails.demands import DemandsByOrganization
    from runner.plan.command import Command
    from runner.states import Observations
    from runner.validate.config import DocumentConfig

_LOOK = 0.2  # seconds between two looks for the file that asks to stop, while it waits
_LOCK_TIMEOUT = 10.0  # seconds; only a worker that is on its way out may hold it

_Arguments = ParamSpec("_Arguments")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Site:
    """What a worker has to know to reach the API for one organization; no secret is in it.

    Attributes:
        documents: whose workflows are meant.
        remote: where it is, and which secrets the documents may name.
        stop: the path of a file; once it is there, somebody has asked to stop.
    """

    documents: tuple[DocumentConfig, ...]
    remote: Remote
    stop: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker carries out.

    Attributes:
        journal: the path of the part's journal.
        windows: what is demanded of the organization; None where its windows are lifted.
        deadline: seconds for the whole run, or None, and
        left: how many of them are left.
        most_failures: after which the service counts as down.
    """

    part: Part
    journal: str
    windows: DemandsByOrganization | None
    deadline: float | None
    left: float
    most_failures: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """An expected error as a worker tells it: not every exception can be sent."""

    exit_code: ExitCode
    message: str


class StopFile(Interruption):
    """A wish to stop that arrives as a file, since no signal reaches a worker."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @property
    def requested(self) -> bool:
        """Whether the file is there, or was."""
        if not self._requested and self._path.exists():
            self.request()
        return self._requested

    def pause(self, seconds: float) -> bool:
        """Wait, but not beyond an interruption; give whether there was one."""
        ends_at = time.monotonic() + seconds
        while not self.requested and (left := ends_at - time.monotonic()) > 0:
            super().pause(min(left, _LOOK))
        return self.requested


def introduce(shared: str) -> tuple[str, bool]:
    """Give this worker's version of campaign-runner, and whether it sees a file of the run."""
    return __version__, Path(shared).is_file()


def _told(function: Callable[_Arguments, _Value]) -> Callable[_Arguments, _Value | Refusal]:
    """Let a function give a `Refusal` for each error that a person is told of."""

    @wraps(function)
    def telling(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Value | Refusal:
        try:
            return function(*args, **kwargs)
        except RunnerError as error:
            return Refusal(error.exit_code, str(error))

    return telling


@_told
def prepare_there(site: Site) -> None:
    """Make sure that the secrets are there, and good for a token."""
    with _at(site) as (connection, _):
        connection.prepare()


@_told
def look_there(site: Site, commands: Sequence[Command], within: float | None) -> Observations:
    """Read the workflows of some commands."""
    with _at(site) as (connection, _):
        return connection.look(commands, within)


@_told
def carry_out_there(site: Site, task: Task) -> Ended:
    """Carry out the part of one organization, unless somebody has begun with it before."""
    part, journal = task.part, Path(task.journal)
    with _at(site) as (connection, around), ExitStack() as held:
        try:
            alone = alone_as_worker(journal.parent, part.organization, part.run_id, _LOCK_TIMEOUT)
            held.enter_context(alone)
        except BrokenError as error:  # the engine has handed it to two
            raise LostPartError("another worker is at it") from error
        try:
            opened = take_up(part.begun, journal, part.plan, around)
        except GoneOnWithError as error:
            raise LostPartError("another worker had begun with it, and was lost") from error
        execute = partial(
            connection.execute,
            part.plan,
            opened,
            lambda _event: None,
            closed=partial(_closed, task, around),
            budget=Budget(around.world, task.deadline, task.most_failures, task.left),
            history=part.history,
            is_resumed=False,
        )
        ended = send(part.plan, opened, around, execute)
        scrub = around.scrubber.scrub
        results = tuple(_cleaned(it, scrub) for it in ended.results)
        return replace(ended, message=scrub(ended.message), results=results)


@contextmanager
def _at(site: Site) -> Iterator[tuple[Connection, Surroundings]]:
    around = surroundings(None, None, None, StopFile(Path(site.stop)))
    with connect(site.documents, site.remote, around) as connection:
        yield connection, around


def _closed(task: Task, around: Surroundings) -> str:
    if task.windows is None:
        return ""
    return why_closed(task.windows, (task.part.organization,), around.world.now())


def _cleaned(result: CommandResult, scrub: Callable[[str], str]) -> CommandResult:
    """Take out every secret that only this worker knows, also where none can be."""
    attempts = tuple(
        replace(
            it,
            error=None if it.error is None else scrub(it.error),
            request_id=None if it.request_id is None else scrub(it.request_id),
        )
        for it in result.attempts
    )
    return replace(result, message=scrub(result.message), attempts=attempts)

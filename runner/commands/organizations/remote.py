"""What a worker of dask does: all that needs a secret, in surroundings of its own.

A worker gets no secret and gives none: it resolves the references by its own variables and files.
"""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from filelock import FileLock, Timeout
from msgspec.structs import replace

from runner import __version__
from runner.commands.connect import Remote, connect
from runner.commands.journalling import GoneOnWithError, take_up
from runner.commands.locking import alone_as_worker
from runner.commands.organizations.stopping import StopFile
from runner.commands.quiet import surroundings
from runner.commands.sending import send
from runner.errors import BrokenError, ExitCode, LostPartError, RunnerError
from runner.execute.budget import Budget
from runner.guardrails.closing import why_closed
from runner.journal.lock import holder_of
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.commands.connect import Connection
    from runner.commands.organizations.parts import Part
    from runner.commands.sending import Ended
    from runner.commands.surroundings import Surroundings
    from runner.execute.results import CommandResult
    from runner.guardrails.demands import DemandsByOrganization
    from runner.plan.command import Command
    from runner.states import Observation, Observations
    from runner.validate.config import DocumentConfig

_LOCK_TIMEOUT = 10.0  # seconds; only a worker that is on its way out may hold it

_Arguments = ParamSpec("_Arguments")
_Value = TypeVar("_Value")


class Site(Value, frozen=True):
    """What a worker has to know to reach the API for one organization; no secret is in it.

    Attributes:
        documents: whose workflows are meant.
        remote: where it is, and which secrets the documents may name.
        stop: the path of a file; once something stands in it, somebody has asked to stop.
    """

    documents: tuple[DocumentConfig, ...]
    remote: Remote
    stop: str


class Task(Value, frozen=True):
    """What a worker carries out.

    Attributes:
        journal: the path of the part's journal.
        windows: what is demanded of the organization; None where its windows are lifted.
        deadline: seconds for the whole run, or None, and
        ends_at: when that is, in seconds since 1970; infinite without one.
        most_failures: after which the service counts as down.
        run_id: of the run that holds the organization's lock.
        version: of campaign-runner.
    """

    part: Part
    journal: str
    windows: DemandsByOrganization | None
    deadline: float | None
    ends_at: float
    most_failures: int
    run_id: str
    version: str


class Refusal(Value, frozen=True):
    """An expected error as a worker tells it: not every exception can be sent."""

    exit_code: ExitCode
    message: str


def introduce(shared: str) -> tuple[str, bool, bool]:
    """Give this worker's version, and whether it sees a file of the run, and that it is locked."""
    path = Path(shared)
    if not path.is_file():
        return __version__, False, False
    lock = FileLock(path.with_suffix(".shared.lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return __version__, True, True
    lock.release()
    return __version__, True, False


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
        seen = connection.look(commands, within)
    # The addresses of triggers are as the API gave them; whoever sends one reads it again.
    return {key: _without_addresses(it) for key, it in seen.items()}


@_told
def carry_out_there(site: Site, task: Task) -> Ended:
    """Carry out the part of one organization, unless somebody has begun with it before."""
    part, journal = task.part, Path(task.journal)
    if task.version != __version__:
        raise BrokenError(f"its worker has campaign-runner {__version__}, not {task.version}")
    with ExitStack() as held:
        try:
            alone = alone_as_worker(journal.parent, part.organization, part.run_id, _LOCK_TIMEOUT)
            held.enter_context(alone)
        except BrokenError as error:  # the engine has handed it to two
            raise LostPartError("another worker is at it") from error
        # Whoever holds that lock now may have sent it all, where the run itself has died.
        if holder_of(journal.parent, part.organization) != task.run_id:
            raise LostPartError("the run that it belongs to has ended")
        connection, around = held.enter_context(_at(site))
        try:
            opened = take_up(part.begun, journal, part.plan, around)
        except GoneOnWithError as error:
            raise LostPartError("another worker had begun with it, and was lost") from error
        left = max(0.0, task.ends_at - around.world.now().timestamp())
        execute = partial(
            connection.execute,
            part.plan,
            opened,
            lambda _event: None,
            closed=partial(_closed, task, around),
            budget=Budget(around.world, task.deadline, task.most_failures, left),
            history=part.history,
            is_resumed=False,
        )
        ended = send(part.plan, opened, around, execute)
        scrub = around.scrubber.scrub
        results = tuple(_cleaned(it, scrub) for it in ended.results)
        return replace(ended, message=scrub(ended.message), results=results)


@contextmanager
def _at(site: Site) -> Iterator[tuple[Connection, Surroundings]]:
    log = logging.getLogger("campaign-runner")  # what the engine does with it, its settings say
    around = surroundings(None, None, log, StopFile(Path(site.stop)))
    with connect(site.documents, site.remote, around) as connection:
        yield connection, around


def _closed(task: Task, around: Surroundings) -> str:
    if task.windows is None:
        return ""
    return why_closed(task.windows, (task.part.organization,), around.world.now())


def _without_addresses(seen: Observation) -> Observation:
    signals = tuple(replace(it, href=None) for it in seen.signals)
    return replace(seen, signals=signals)


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
    url = None if result.url is None else scrub(result.url)
    return replace(result, message=scrub(result.message), attempts=attempts, url=url)

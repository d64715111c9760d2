"""Reads many workflows, a few at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from runner.errors import InterruptedRunError
from runner.observe.crew import Crew
from runner.observe.reader import read_workflow
from runner.states import Observation
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from runner.campaign.client import CampaignClient
    from runner.campaign.retry import RetryPolicy
    from runner.secrets.scrub import Scrubber
    from runner.states import Observations, StateMapping, WorkflowKey
    from runner.world import World

ENOUGH = 3  # workflows without any answer, after which no other is tried
PARALLEL = 8  # reads at a time: fast, and far from what a gateway throttles


class Wanted(Value, frozen=True):
    """One workflow that is to be read.

    Attributes:
        document: the name of the document it stands in, whose client reads it.
        mapping: where its state stands in an answer, and what its values mean.
        timeout: seconds for one attempt.
    """

    document: str
    organization: str
    workflow: str
    mapping: StateMapping
    timeout: float

    @property
    def key(self) -> WorkflowKey:
        """Under which its observation is given."""
        return self.organization, self.workflow


def observe(
    wanted: Sequence[Wanted],
    clients: Mapping[str, CampaignClient],
    *,
    parallel: int = PARALLEL,
    on_read: Callable[[Observation], None] | None = None,
    world: World,
    scrubber: Scrubber,
    policy: RetryPolicy,
) -> Observations:
    """Give what the API says of workflows, in the order in which they are wanted.

    Args:
        wanted: each workflow is read once, as it is wanted first.
        clients: by the name of a document.
        parallel: the most reads at a time, on threads of their own. With 0 they are made one by one
            on the calling thread, where only `Interruption.at_once` ends one that is under way.
        on_read: is told each observation on the calling thread, in the order in which they come.
        world: the clock, chance, waiting, and the wish to stop.
        scrubber: cleans whatever the remote side says.
        policy: how often and how patiently one workflow is tried. Where the first `ENOUGH` are not
            answered at all, no other is tried.

    Raises:
        CredentialsError: where credentials are rejected: no other read is begun then. Where several
            are, the first in order is told, whichever came first in time.
        KeyboardInterrupt: as soon as somebody asks to stop, or has asked; no read is begun then,
            and those under way are left to themselves. They end with the transport, at the latest
            with the process.
    """
    jobs: dict[WorkflowKey, Wanted] = {}
    for it in wanted:
        jobs.setdefault(it.key, it)

    reach = _Reach()

    def read(job: Wanted, world: World) -> Observation:
        if reach.is_lost:
            why = "not tried, since there was no answer for the others before it"
            return Observation(job.organization, job.workflow, None, error=why, answered=False)
        return reach.note(
            read_workflow(
                clients[job.document],
                job.organization,
                job.workflow,
                job.mapping,
                timeout=job.timeout,
                policy=policy,
                world=world,
                scrubber=scrubber,
            )
        )

    tell = on_read or (lambda _observation: None)
    try:
        if parallel == 0:
            return {it.key: it for it in _one_by_one(jobs.values(), read, tell, world)}
        crew = Crew(tuple(jobs.values()), read, world)
        return {it.key: it for it in crew.gather(parallel, tell)}
    except InterruptedRunError:  # while something waited for another attempt
        raise KeyboardInterrupt from None


class _Reach:
    """Whether the API answers at all: if not, hundreds of workflows need not find out each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered = False
        self._silent = 0

    @property
    def is_lost(self) -> bool:
        """Whether enough were tried, each as often as allowed, and none was answered."""
        with self._lock:
            return not self._answered and self._silent >= ENOUGH

    def note(self, observation: Observation) -> Observation:
        """Take down whether there was an answer, and give the observation back."""
        with self._lock:
            self._answered = self._answered or observation.answered
            self._silent += not observation.answered
        return observation


def _one_by_one(
    jobs: Iterable[Wanted],
    read: Callable[[Wanted, World], Observation],
    tell: Callable[[Observation], None],
    world: World,
) -> Iterator[Observation]:
    for job in jobs:
        if world.interruption.requested:
            raise KeyboardInterrupt
        observation = read(job, world)
        tell(observation)
        yield observation

"""Carries out a plan: one step after another, until the end or a reason to stop."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import field
from msgspec.structs import replace

from runner.errors import BrokenError
from runner.execute.events import AttemptStarting
from runner.execute.past import NO_PAST, may_send
from runner.execute.progress import Progress
from runner.execute.results import Execution
from runner.execute.steps import Carrier, decided_result
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.campaign.client import CampaignClient
    from runner.campaign.retry import RetryPolicy
    from runner.execute.budget import Budget
    from runner.execute.events import Event, Listener
    from runner.execute.looking import Look
    from runner.execute.past import Past
    from runner.plan.plan import Plan
    from runner.secrets.scrub import Scrubber
    from runner.world import World


class Means(Value, frozen=True):
    """What a plan is carried out with.

    Attributes:
        clients: by the name of the document that a command stands in.
        look: reads the workflows of some commands.
        policy: how often and how patiently one command is tried.
        world: the clock, chance, and the wish to stop.
        scrubber: cleans whatever the remote side says.
        emit: is told what happens. What it raises before an attempt keeps that from being made;
            after a BrokenError nothing more is sent.
        commit: brings to disk what was told; called before each request, from any thread. What it
            raises keeps that from being made, as above.
        closed: says why nothing may begin now; empty where it may.
        budget: how much the run may spend.
        history: what is known of commands from before, by their places in the plan, from 0.
        is_resumed: whether the run is gone on with, so that what its plan saw is long ago.
    """

    clients: Mapping[str, CampaignClient]
    look: Look
    policy: RetryPolicy
    world: World
    scrubber: Scrubber
    emit: Listener
    closed: Callable[[], str]
    budget: Budget
    history: Mapping[int, Past] = field(default_factory=dict)
    is_resumed: bool = False
    commit: Callable[[], None] = lambda: None


def execute(plan: Plan, means: Means) -> Execution:
    """Send the commands of a plan, in its order.

    Args:
        plan: whose commands all have an organization, and whose desired states are decided.
        means: what it is carried out with.

    Returns:
        A result for every command; those that were not reached are `not_sent`.
    """
    interruption = means.world.interruption
    emit = _Emitter(means.emit, means.commit)
    means = replace(means, emit=emit, commit=emit.commit)
    progress = Progress(plan, emit, means.history, is_resumed=means.is_resumed)
    fault: Exception | None = None
    try:
        with interruption.forcible():
            _go_through(plan, means, progress, lambda: str(emit.broken or ""))
    except BrokenError as error:
        emit.broken = emit.broken or error
        progress.break_off(str(error))
    except Exception as error:  # noqa: BLE001 - what was sent must be reported, whatever broke
        fault = error
        progress.break_off("the runner itself failed")
    except KeyboardInterrupt:  # by force, between two commands or while one was taken down
        interruption.request()
        progress.break_off("the run was stopped by force")
    interrupted = interruption.requested and progress.is_open
    if not (progress.is_over or interrupted or progress.closed or fault or emit.broken):
        progress.closed = means.budget.why_over()  # it may have ended the last look, or a wait
    return Execution(
        progress.results(),
        interrupted,
        progress.rejected,
        progress.closed,
        fault,
        emit.broken,
        progress.is_over,
    )


def _go_through(
    plan: Plan, means: Means, progress: Progress, why_broken: Callable[[], str]
) -> None:
    if plan.blockers:
        _hold_back(plan, progress)
        return
    carrier = Carrier(progress, means, why_broken)
    for _, group in groupby(enumerate(plan.commands), lambda it: (it[1].document, it[1].step)):
        step = list(group)
        if means.world.interruption.requested:
            progress.interrupt()
        elif any(may_send(it, means.history.get(place, NO_PAST)) for place, it in step):
            progress.closed = progress.why_not = means.closed()
        # What was begun before is restored or waited for though nothing more may be sent.
        if not progress.why_not or any(place in means.history for place, _ in step):
            carrier.carry_out(step)
        if progress.why_not:
            return


class _Emitter:
    """Passes events on, and goes on after one that could not be written down.

    What is known by then is not to be lost; but nothing more is sent.
    """

    def __init__(self, emit: Listener, commit: Callable[[], None]) -> None:
        self.broken: BrokenError | None = None
        self._emit = emit
        self._commit = commit

    def __call__(self, event: Event) -> None:
        if self.broken is None:
            try:
                self._emit(event)
            except BrokenError as error:
                self.broken = error
        if self.broken is not None and isinstance(event, AttemptStarting):
            raise self.broken

    def commit(self) -> None:
        try:
            self._commit()
        except BrokenError as error:
            self.broken = self.broken or error
            raise


def _hold_back(plan: Plan, progress: Progress) -> None:
    """Send nothing at all, since a desired state is refused (rule R13)."""
    progress.why_not = f"{plan.blockers[0].id} is refused, and its on_failure is stop"
    for place, command in enumerate(plan.commands):
        if command.decided is not None:
            progress.finish(place, decided_result(command, command.decided))

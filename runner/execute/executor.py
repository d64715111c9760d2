"""Carries out a plan: one step after another, until the end or a reason to stop."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from runner.execute.progress import Progress
from runner.execute.results import Execution
from runner.execute.steps import Carrier, decided_result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.campaign.client import CampaignClient
    from runner.campaign.retry import RetryPolicy
    from runner.execute.events import Listener
    from runner.execute.looking import Look
    from runner.plan.plan import Plan
    from runner.secrets.scrub import Scrubber
    from runner.world import World


@dataclass(frozen=True)
class Means:
    """What a plan is carried out with.

    Attributes:
        clients: by the name of the document that a command stands in.
        look: reads the workflows of some commands.
        policy: how often and how patiently one command is tried.
        world: the clock, chance, and the wish to stop.
        scrubber: cleans whatever the remote side says.
        emit: is told what happens.
        closed: says why nothing may begin now; empty where it may.
    """

    clients: Mapping[str, CampaignClient]
    look: Look
    policy: RetryPolicy
    world: World
    scrubber: Scrubber
    emit: Listener
    closed: Callable[[], str]


def execute(plan: Plan, means: Means) -> Execution:
    """Send the commands of a plan, in its order.

    Args:
        plan: whose commands all have an organization, and whose desired states are decided.
        means: what it is carried out with.

    Returns:
        A result for every command; those that were not reached are `not_sent`.
    """
    interruption = means.world.interruption
    progress = Progress(plan, means.emit)
    fault: Exception | None = None
    try:
        with interruption.forcible():
            _go_through(plan, means, progress)
    except Exception as error:  # noqa: BLE001 - what was sent must be reported, whatever broke
        fault = error
        progress.break_off("the runner itself failed")
    except KeyboardInterrupt:  # by force, between two commands or while one was taken down
        interruption.request()
        progress.break_off("the run was stopped by force")
    interrupted = interruption.requested and progress.is_open
    return Execution(progress.results(), interrupted, progress.rejected, progress.closed, fault)


def _go_through(plan: Plan, means: Means, progress: Progress) -> None:
    if plan.blockers:
        _hold_back(plan, progress)
        return
    carrier = Carrier(progress, means)
    for _, group in groupby(enumerate(plan.commands), lambda it: (it[1].document, it[1].step)):
        step = list(group)
        if means.world.interruption.requested:
            progress.interrupt()
        elif any(command.is_sent for _, command in step):
            progress.closed = progress.why_not = means.closed()
        if not progress.why_not:
            carrier.carry_out(step)
        if progress.why_not:
            return


def _hold_back(plan: Plan, progress: Progress) -> None:
    """Send nothing at all, since a desired state is refused (rule R13)."""
    progress.why_not = f"{plan.blockers[0].id} is refused, and its on_failure is stop"
    for place, command in enumerate(plan.commands):
        if command.decided is not None:
            progress.finish(place, decided_result(command, command.decided))

"""Carries out a plan: one command after another, until the end or a reason to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.execute.attempts import CommandSender
from runner.execute.events import CommandEnded, CommandStarted
from runner.execute.results import CommandResult, Execution, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.campaign.client import CampaignClient
    from runner.campaign.retry import RetryPolicy
    from runner.execute.events import Listener
    from runner.plan.plan import Command, Plan
    from runner.secrets.scrub import Scrubber
    from runner.world import World


def execute(
    plan: Plan,
    clients: Mapping[str, CampaignClient],
    *,
    policy: RetryPolicy,
    world: World,
    scrubber: Scrubber,
    emit: Listener,
) -> Execution:
    """Send the commands of a plan, in its order.

    Args:
        plan: whose commands all have an organization.
        clients: by the name of the document that a command stands in.
        policy: how often and how patiently one command is tried.
        world: the clock, chance, and the wish to stop.
        scrubber: cleans whatever the remote side says.
        emit: is told what happens.

    Returns:
        A result for every command; those that were not reached are `not_sent`.
    """
    run = _Run(
        clients, CommandSender(policy=policy, world=world, scrubber=scrubber, emit=emit), emit
    )
    try:
        with world.interruption.forcible():
            run.go_through(plan.commands, world)
    except Exception as error:  # noqa: BLE001 - what was sent must be reported, whatever broke
        run.break_off("the runner itself failed", error)
    except KeyboardInterrupt:  # by force, between two commands or while one was taken down
        world.interruption.request()
        run.break_off("the run was stopped by force")
    rest = plan.commands[len(run.results) :]
    run.results.extend(CommandResult(it, Outcome.NOT_SENT, (), run.why_not) for it in rest)
    interrupted = world.interruption.requested and (bool(rest) or run.cut_short)
    return Execution(tuple(run.results), interrupted, run.rejected, run.fault)


class _Run:
    """What has come of a plan so far, and why the rest of it is not sent."""

    def __init__(
        self, clients: Mapping[str, CampaignClient], sender: CommandSender, emit: Listener
    ) -> None:
        self.results: list[CommandResult] = []
        self.why_not = ""
        self.rejected = False
        self.fault: Exception | None = None
        self._clients = clients
        self._sender = sender
        self._emit = emit
        self._current: Command | None = None

    @property
    def cut_short(self) -> bool:
        """Whether the last command was interrupted before it had its answer."""
        return bool(self.results) and self.results[-1].outcome in (
            Outcome.NOT_SENT,
            Outcome.UNKNOWN,
        )

    def go_through(self, commands: tuple[Command, ...], world: World) -> None:
        for number, command in enumerate(commands, 1):
            if world.interruption.requested:
                self.why_not = "the run was interrupted before"
                return
            self._emit(CommandStarted(number, len(commands), command))
            self._current = command
            result, rejected = self._sender.send(command, self._clients[command.document])
            self.results.append(result)
            self._current = None
            self._emit(CommandEnded(number, len(commands), result))
            self.rejected = rejected
            if self._stops_after(result):
                return

    def break_off(self, why: str, fault: Exception | None = None) -> None:
        """Take down why all ended; what was under way may have arrived."""
        self.fault = fault
        self.why_not = f"{why} before"
        taken_down = self.results and self.results[-1].command is self._current
        if self._current is not None and not taken_down:
            message = f"{why} here. Look at the workflow in Campaign"
            self.results.append(CommandResult(self._current, Outcome.UNKNOWN, (), message))

    def _stops_after(self, result: CommandResult) -> bool:
        command = result.command
        if self.rejected:
            self.why_not = f"the credentials were rejected at {command.id}"
        elif result.outcome is Outcome.NOT_SENT:  # an interruption ended its waiting
            self.why_not = "the run was interrupted before"
        elif result.outcome is not Outcome.SUCCEEDED and command.on_failure == "stop":
            self.why_not = f"the outcome of {command.id} is {result.outcome.value}"
        else:
            return False
        return True

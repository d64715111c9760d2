"""Shows what is about to happen where, and asks where somebody can answer (rule R24)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import InterruptedRunError
from runner.plural import counted
from runner.printable import printable
from runner.render.plan import plan_lines
from runner.render.titles import environment_text

if TYPE_CHECKING:
    from runner.campaign.hosts import Target
    from runner.commands.surroundings import Surroundings
    from runner.plan.plan import Plan


def announce(
    plan: Plan, target: Target, around: Surroundings, *, asks: bool, resumed: str | None = None
) -> None:
    """Say what is going to be sent, and ask about it.

    Args:
        plan: what is left to do.
        target: where it goes; on this machine nobody is asked.
        around: the process around.
        asks: whether a person on a terminal is asked.
        resumed: the identity of the run that is gone on with.

    Raises:
        InterruptedRunError: if the person says no.
    """
    output = around.output
    asking = asks and not target.is_loopback and around.ask is not None
    if asking:
        output.info("\n".join([*plan_lines(plan), ""]))
    organizations = ", ".join(printable(it or "") for it in plan.organizations)
    where = f"the sandbox at {target.host}" if target.sandbox else target.host
    count = counted(plan.to_send, "command")
    what = f"Sending {count}" if resumed is None else f"Going on with run {resumed}, {count} left,"
    environment = environment_text(plan.environment)
    output.say(
        f"{what} to {where}: organization {organizations}, environment {environment}",
        important=not target.is_loopback,
    )
    if asking and around.ask is not None and not around.ask("Send them?"):
        raise InterruptedRunError("called off at the question; nothing was sent")

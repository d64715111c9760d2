"""What was read of workflows, made into findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.campaign.known_errors import ADMINISTRATOR, YOU
from runner.campaign.triggers import UntrustedHrefError, check_href
from runner.diagnosis.check import Check, Result
from runner.diagnosis.states import STATES
from runner.printable import printable, quoted
from runner.states import State
from runner.validate.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runner.plan.command import Command
    from runner.states import Observation

ORGANIZATIONS = "Organizations"
WORKFLOWS = "Workflows"
SIGNALS = "Signals"
_ASK_ADOBE = "Check --base-url and any proxy before the API; else ask Adobe's support what it means"


def organization_check(organization: str, host: str, seen: Sequence[Observation]) -> Check:
    """Tell whether an organization answers at all: one answer about one workflow is enough."""
    subject = f"{printable(organization)} at {printable(host)}"
    if any(it.found is not None for it in seen):
        return Check(ORGANIZATIONS, subject, Result.OK, "reachable")
    first = seen[0]
    remedy = first.remedy or "Check `organization`, --base-url and the network"
    who = first.who or YOU
    return Check(ORGANIZATIONS, subject, Result.FAILED, first.error, remedy, who)


def workflow_checks(seen: Sequence[Observation]) -> Iterator[Check]:
    """Tell which workflows are there; not again what keeps all of them from being read."""
    answered = any(it.found is not None for it in seen)
    told = "" if answered or not seen else seen[0].error
    for it in seen:
        if answered or it.error != told:
            yield _workflow_check(it)


def signal_checks(commands: Iterable[Command], seen: Observation, base_url: str) -> Iterator[Check]:
    """Tell whether the signal activities that the files name are there, each once."""
    first: dict[str, Command] = {}
    for command in commands:
        if command.signal is not None and seen.found:
            first.setdefault(command.signal.activity, command)
    for activity, command in first.items():
        yield _signal_check(activity, command, seen, base_url)


def _workflow_check(seen: Observation) -> Check:
    subject = printable(seen.workflow)
    if not seen.found or seen.error:
        return Check(WORKFLOWS, subject, Result.FAILED, seen.error, seen.remedy, seen.who)
    if seen.state is State.UNKNOWN:
        message = f"it is there, but its state cannot be told; see {STATES}"
        return Check(WORKFLOWS, subject, Result.FAILED, message)
    said = f"{seen.state} (`{seen.read.field}` says {quoted(seen.read.raw or '')})"
    if seen.state is State.FAILED:
        return Check(WORKFLOWS, subject, Result.WARNING, said, "Look at it in Campaign", YOU)
    return Check(WORKFLOWS, subject, Result.OK, said)


def _signal_check(activity: str, command: Command, seen: Observation, base_url: str) -> Check:
    subject = f"{printable(seen.workflow)} {printable(activity)}"
    hrefs = {it.name: it.href for it in seen.signals if it.href is not None}
    if activity not in hrefs:
        known = did_you_mean(activity, hrefs) if hrefs else "it has none at all"
        message = f"the workflow has no External signal activity {quoted(activity)}; {known}"
        where = f"{printable(command.file)}:{command.line}"
        return Check(SIGNALS, subject, Result.FAILED, message, f"Correct it in {where}", YOU)
    try:
        check_href(hrefs[activity], base_url, seen.organization)
    except UntrustedHrefError as error:
        message = f"it is there, but its trigger is not to be trusted, so no run uses it: {error}"
        return Check(SIGNALS, subject, Result.FAILED, message, _ASK_ADOBE, ADMINISTRATOR)
    if seen.state not in (State.STARTED, State.UNKNOWN):
        message = f"it is there, but a signal needs its workflow started, and it is {seen.state}"
        return Check(SIGNALS, subject, Result.WARNING, message, "Start the workflow first", YOU)
    return Check(SIGNALS, subject, Result.OK, "it is there, and can be triggered while it runs")

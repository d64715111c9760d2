"""A command under way: what is sent for it, and what has come of that so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.execute.past import NEVER_SEEN
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.verdicts import Verdict, judge
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.client import CampaignClient
    from runner.campaign.transport import Answer, NoAnswer
    from runner.execute.past import Past
    from runner.plan.command import Command
    from runner.states import State


def _no_words(_answer: Answer) -> str:
    return ""


class Delivery(Value, frozen=True):
    """What is sent for a command, and what an answer to it means.

    Attributes:
        post: sends it once.
        judge: says what came of it.
        refusal: words for an answer that was judged to be a failure though its status is not;
            empty for all others.
        url: where only the run itself could find it out.
    """

    post: Callable[[], Answer | NoAnswer]
    judge: Callable[[Answer | NoAnswer], Verdict] = judge
    refusal: Callable[[Answer], str] = _no_words
    url: str | None = None


def command_delivery(command: Command, client: CampaignClient) -> Delivery:
    """Give how one of the four commands is sent."""
    # The plan of a run has an organization, so there is a path; and a command has a body.
    path, body = command.url_path or "", command.body or {}
    return Delivery(lambda: client.post(path, body, command.timeout))


class Sending:
    """A command under way.

    Attributes:
        attempts: all so far.
        in_flight: whether the last attempt may have had an effect that nobody has judged yet.
        in_doubt: whether an attempt may have had an effect that was not seen; from then on nothing
            but a success is certain (rule R17).
        before: the state of its workflow before it, where it was read.
        on_sending: to be called right before a request.
    """

    def __init__(
        self,
        command: Command,
        delivery: Delivery,
        past: Past,
        before: State | None,
        on_sending: Callable[[], None],
    ) -> None:
        self.command = command
        self.delivery = delivery
        self.attempts: list[Attempt] = list(past.attempts)
        self.before = before
        self._earlier = len(past.attempts)
        self.in_flight = False
        self.in_doubt = past.in_doubt
        self.on_sending = on_sending
        self._url = delivery.url or past.url
        self._settled = past.settled

    @property
    def tried(self) -> int:
        """How often it was tried; what an earlier part of the run tried does not count."""
        return len(self.attempts) - self._earlier

    def result(
        self,
        outcome: Outcome,
        message: str,
        *,
        seen: State | None = None,
        is_open: bool = False,
        of_service: bool = False,
    ) -> CommandResult:
        """Give what came of it."""
        if self.in_doubt and outcome in (Outcome.FAILED, Outcome.NOT_SENT):
            outcome, message = Outcome.UNKNOWN, f"{NEVER_SEEN}; then: {message}"
        return CommandResult(
            self.command,
            outcome,
            tuple(self.attempts),
            message,
            self._url,
            state_before=self.before,
            state_after=seen,
            is_open=is_open,
            of_service=of_service,
            settled=self._settled,
        )

    def cut_off(self) -> CommandResult:
        """Give the result where a second interruption ended everything."""
        if self.in_flight:
            message = (
                "stopped by force before its answer was taken down."
                " Look at the workflow in Campaign"
            )
            return replace(self.result(Outcome.UNKNOWN, message), is_open=True)
        message = "stopped by force before another attempt"
        return self.result(Outcome.NOT_SENT, message, is_open=True)

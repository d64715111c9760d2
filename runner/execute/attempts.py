"""One command, from its first attempt to its outcome."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.campaign.known_errors import explain
from runner.campaign.retry import retry_after
from runner.campaign.transport import Answer, NoAnswer
from runner.errors import CredentialsError, InterruptedRunError
from runner.execute.events import AttemptEnded, RetryPlanned, TokenRenewed
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.verdicts import Verdict, judge
from runner.plural import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.client import CampaignClient
    from runner.campaign.retry import RetryPolicy
    from runner.execute.events import Listener
    from runner.plan.command import Command
    from runner.secrets.scrub import Scrubber
    from runner.world import World

_OUTCOMES = {
    Verdict.SUCCEEDED: Outcome.SUCCEEDED,
    Verdict.FAILED: Outcome.FAILED,
    Verdict.REJECTED: Outcome.FAILED,
    Verdict.LOST: Outcome.UNKNOWN,
}


@dataclass(frozen=True)
class Delivery:
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
    refusal: Callable[[Answer], str] = lambda _answer: ""
    url: str | None = None


class CommandSender:
    """Sends one command after another, each as often as the rules allow."""

    def __init__(
        self, *, policy: RetryPolicy, world: World, scrubber: Scrubber, emit: Listener
    ) -> None:
        self._policy = policy
        self._world = world
        self._scrubber = scrubber
        self._emit = emit

    def send(
        self, command: Command, client: CampaignClient, delivery: Delivery | None = None
    ) -> tuple[CommandResult, bool]:
        """Send one command until it has its outcome.

        Args:
            command: what is sent.
            client: over which.
            delivery: how, where it is none of the four commands.

        Returns:
            The result, and whether the credentials were rejected, which ends the run (R18).
        """
        sending = _Sending(command, delivery or _command_delivery(command, client))
        try:
            return self._send(sending, client)
        except CredentialsError as error:  # the token has ended, and no other is to be had
            outcome = Outcome.FAILED if sending.attempts else Outcome.NOT_SENT
            return sending.result(outcome, self._scrubber.remote_text(str(error))), True
        except InterruptedRunError as error:
            return sending.result(Outcome.NOT_SENT, str(error)), False
        except KeyboardInterrupt:
            self._world.interruption.request()
            return sending.cut_off(), False

    def _send(self, sending: _Sending, client: CampaignClient) -> tuple[CommandResult, bool]:
        command = sending.command
        renewed = False
        while True:
            answer = self._attempt(sending)
            verdict = sending.delivery.judge(answer)
            if verdict is Verdict.REJECTED and not renewed and client.renew_token():
                renewed = True
                self._emit(TokenRenewed(command))
            elif verdict is Verdict.NOT_APPLIED:
                ended = self._wait(sending, answer)
                if ended is not None:
                    return ended, False
            else:
                message = self._message(answer, verdict, sending.delivery)
                return sending.result(_OUTCOMES[verdict], message), verdict is Verdict.REJECTED

    def _attempt(self, sending: _Sending) -> Answer | NoAnswer:
        command = sending.command
        at = self._world.now()
        sending.in_flight = True
        answer = sending.delivery.post()
        # An answer that is final stays in doubt, for `cut_off`, until it has become a result.
        verdict = sending.delivery.judge(answer)
        sending.in_flight = verdict not in (Verdict.NOT_APPLIED, Verdict.REJECTED)
        if isinstance(answer, Answer):
            request_id = self._scrubber.remote_text(answer.headers.get("x-request-id", "")) or None
            error = None if verdict is Verdict.SUCCEEDED else self._said(answer)
            attempt = Attempt(at, answer.seconds, answer.status, error, request_id)
        else:
            reason = self._scrubber.remote_text(answer.reason)
            attempt = Attempt(at, answer.seconds, None, reason, None)
        sending.attempts.append(attempt)
        self._emit(AttemptEnded(command, attempt))
        return answer

    def _wait(self, sending: _Sending, answer: Answer | NoAnswer) -> CommandResult | None:
        """Wait for the next attempt, or give the result where there is none."""
        asked = None
        if isinstance(answer, Answer):
            asked = retry_after(answer.headers.get("retry-after"), self._world.now())
        reason = self._message(answer, Verdict.NOT_APPLIED, sending.delivery)
        delay = self._policy.delay(len(sending.attempts), asked, self._world.random)
        if delay is None:
            tried = f"given up after {counted(len(sending.attempts), 'attempt')}"
            if asked is not None and asked > self._policy.longest_asked:
                tried = (
                    f"it asks to wait {asked:.0f} s, longer than {self._policy.longest_asked:.0f} s"
                )
            return sending.result(Outcome.FAILED, f"{reason}; {tried}")
        self._emit(RetryPlanned(sending.command, delay, reason))
        if self._world.pause(delay):
            return sending.result(Outcome.NOT_SENT, f"interrupted before another attempt; {reason}")
        return None

    def _message(self, answer: Answer | NoAnswer, verdict: Verdict, delivery: Delivery) -> str:
        """Say what an attempt came to, with what is known of it; nothing where all went well."""
        if isinstance(answer, NoAnswer):
            reason = self._scrubber.remote_text(answer.reason)
            if verdict is Verdict.LOST:
                return f"the answer was lost: {reason}. Look at the workflow in Campaign"
            if answer.untrusted:
                return f"the server's certificate is not trusted: {reason}"
            return f"not sent: {reason}"
        if verdict is Verdict.SUCCEEDED:
            doubt = _doubt(answer)
            return "" if doubt is None else f"accepted; {self._scrubber.remote_text(doubt)}"
        known = delivery.refusal(answer) or explain(answer.status, answer.text)
        lost = "the answer was lost: " if verdict is Verdict.LOST else ""
        return f"{lost}{known or 'the API refused the command'}. It says: {self._said(answer)}"

    def _said(self, answer: Answer) -> str:
        said = self._scrubber.remote_text(answer.text, cut=answer.cut is not None)
        return f"{answer.status} {said}".rstrip()


def _command_delivery(command: Command, client: CampaignClient) -> Delivery:
    # The plan of a run has an organization, so there is a path; and a command has a body.
    path, body = command.url_path or "", command.body or {}
    return Delivery(lambda: client.post(path, body, command.timeout))


def _doubt(answer: Answer) -> str | None:
    """Say what is odd about the body of a command that was accepted; it is no failure (R16)."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.cut is not None or not answer.text.strip() or not kind.endswith("json"):
        return answer.cut
    try:
        json.loads(answer.text)
    except (ValueError, RecursionError):
        return "the body is not JSON, though its type says so"
    return None


class _Sending:
    """A command under way; `in_flight` while the last attempt may have had an effect."""

    def __init__(self, command: Command, delivery: Delivery) -> None:
        self.command = command
        self.delivery = delivery
        self.attempts: list[Attempt] = []
        self.in_flight = False

    def result(self, outcome: Outcome, message: str) -> CommandResult:
        return CommandResult(
            self.command, outcome, tuple(self.attempts), message, self.delivery.url
        )

    def cut_off(self) -> CommandResult:
        """Give the result where a second interruption ended everything."""
        if self.in_flight:
            message = (
                "stopped by force before its answer was taken down."
                " Look at the workflow in Campaign"
            )
            return self.result(Outcome.UNKNOWN, message)
        return self.result(Outcome.NOT_SENT, "stopped by force before another attempt")

"""One command, from its first attempt to its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.campaign.retry import retry_after
from runner.campaign.transport import Answer, NoAnswer
from runner.errors import BrokenError, CredentialsError, InterruptedRunError
from runner.execute.events import AttemptEnded, AttemptStarting, RetryPlanned, TokenRenewed
from runner.execute.past import NO_PAST
from runner.execute.results import Attempt, CommandResult, Outcome
from runner.execute.sending import Sending, command_delivery
from runner.execute.settling import Doubt, Settlement
from runner.execute.verdicts import Verdict
from runner.plural import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.campaign.client import CampaignClient
    from runner.execute.answers import Wording
    from runner.execute.events import Listener
    from runner.execute.past import Past
    from runner.execute.rules import Rules
    from runner.execute.sending import Delivery
    from runner.plan.command import Command
    from runner.states import State
    from runner.world import World

_FINAL = {
    Verdict.SUCCEEDED: Outcome.SUCCEEDED,
    Verdict.FAILED: Outcome.FAILED,
    Verdict.REJECTED: Outcome.FAILED,
}
_DOUBTS = {Verdict.LOST: Doubt.LOST, Verdict.SERVER_ERROR: Doubt.SERVER_ERROR}
_STOPPED_HERE = "the runner itself was stopped before its answer came"


class _HeldBackError(Exception):
    """Why no request goes out: it would come after the deadline, or the run stops."""


class CommandSender:
    """Sends commands, each as often as the rules allow.

    Attributes:
        under_way: the commands that have no result yet, by their ids.
    """

    def __init__(self, rules: Rules, *, world: World, wording: Wording, emit: Listener) -> None:
        self.under_way: dict[str, Sending] = {}
        self._rules = rules
        self._rest = rules.rest or world.pause
        self._world = world
        self._wording = wording
        self._emit = emit

    def send(
        self,
        command: Command,
        client: CampaignClient,
        delivery: Delivery | None = None,
        *,
        past: Past = NO_PAST,
        before: State | None = None,
        on_sending: Callable[[], None] = lambda: None,
    ) -> tuple[CommandResult, bool]:
        """Send one command until it has its outcome.

        Args:
            command: what is sent.
            client: over which.
            delivery: how, where it is none of the four commands.
            past: what is known of it; where it is in flight, its state is read first.
            before: the state of its workflow, where it was read.
            on_sending: called right before each request, once nothing keeps it back any more.

        Returns:
            The result, and whether the credentials were rejected, which ends the run (R18).
        """
        delivery = delivery or command_delivery(command, client)
        sending = Sending(command, delivery, past, before, on_sending)
        self.under_way[command.id] = sending
        try:
            return self._carry_through(sending, client, past)
        finally:
            self.under_way.pop(command.id, None)

    def _carry_through(
        self, sending: Sending, client: CampaignClient, past: Past
    ) -> tuple[CommandResult, bool]:
        try:
            if past.in_flight_since is not None:
                ended = self._settle_past(sending, past)
                if ended is not None:
                    return ended, False
            return self._send(sending, client)
        except CredentialsError as error:  # the token has ended, and no other is to be had
            is_known = bool(sending.attempts) and not sending.in_flight
            outcome = Outcome.FAILED if is_known else Outcome.NOT_SENT
            if sending.in_flight:
                outcome = Outcome.UNKNOWN
            return sending.result(outcome, self._wording.error(error), is_open=True), True
        except InterruptedRunError as error:
            outcome = Outcome.UNKNOWN if sending.in_flight else Outcome.NOT_SENT
            return sending.result(outcome, str(error), is_open=True), False
        except (BrokenError, _HeldBackError) as error:  # of the journal, it is taken down already
            outcome = Outcome.UNKNOWN if sending.in_flight else Outcome.NOT_SENT
            return sending.result(outcome, str(error), is_open=True), False
        except KeyboardInterrupt:
            self._world.interruption.request()
            return sending.cut_off(), False

    def _send(self, sending: Sending, client: CampaignClient) -> tuple[CommandResult, bool]:
        renewed = False
        while True:
            answer = self._attempt(sending, client)
            verdict = sending.delivery.judge(answer)
            ended: CommandResult | None
            if verdict is Verdict.REJECTED and not renewed and self._renew(client):
                renewed = True
                self._emit(TokenRenewed(sending.command))
                continue
            message = self._wording.message(answer, verdict, sending.delivery.refusal)
            if verdict is Verdict.NOT_APPLIED:
                ended = self._wait(sending, answer, message)
            elif verdict in _DOUBTS:
                within = sending.command.settle
                ended = self._settle(sending, _DOUBTS[verdict], message, within)
            else:
                rejected = verdict is Verdict.REJECTED
                return sending.result(_FINAL[verdict], message, is_open=rejected), rejected
            if ended is not None:
                return ended, False

    def _renew(self, client: CampaignClient) -> bool:
        with self._rules.aside:
            return client.renew_token()

    def _get_ready(self, command: Command, client: CampaignClient) -> None:
        """Wait until the command may be sent, or raise why it may not."""
        self._take_turn(command)
        with self._rules.aside:
            client.prepare()  # so that no token has to be fetched once it is taken down as sent
        if self._rules.budget.left() <= 0:
            raise _HeldBackError(self._rules.budget.why_no_time())
        if why_not := self._rules.why_not():
            raise _HeldBackError(f"not sent, since {why_not}")

    def _attempt(self, sending: Sending, client: CampaignClient) -> Answer | NoAnswer:
        command = sending.command
        self._get_ready(command, client)
        at = self._world.now()
        self._emit(AttemptStarting(command, at, sending.before, sending.delivery.url))
        with self._rules.aside:
            self._rules.commit()
        sending.on_sending()
        sending.in_flight = True
        try:
            with self._rules.aside:
                answer = sending.delivery.post()
        except (CredentialsError, InterruptedRunError) as error:  # its token ended just now
            sending.in_flight = False
            attempt = Attempt(at, 0.0, None, self._wording.error(error), None)
            self._emit(AttemptEnded(command, attempt, Verdict.NOT_APPLIED))
            raise
        # An answer that is final stays in doubt, for `cut_off`, until it has become a result.
        verdict = sending.delivery.judge(answer)
        sending.in_flight = verdict not in (Verdict.NOT_APPLIED, Verdict.REJECTED)
        if isinstance(answer, Answer):
            said = None if verdict is Verdict.SUCCEEDED else self._wording.said(answer)
            request_id = self._wording.request_id(answer)
            attempt = Attempt(at, answer.seconds, answer.status, said, request_id)
        else:
            attempt = Attempt(at, answer.seconds, None, self._wording.reason(answer), None)
        sending.attempts.append(attempt)
        self._emit(AttemptEnded(command, attempt, verdict))
        return answer

    def _take_turn(self, command: Command) -> None:
        """Wait as long as the rate asks for."""
        delay = self._rules.pacer.delay(command)
        if delay >= self._rules.budget.left():
            raise _HeldBackError(self._rules.budget.why_no_time())
        if delay > 0 and self._rest(delay):
            raise InterruptedRunError("interrupted before it was sent")

    def _wait(
        self, sending: Sending, answer: Answer | NoAnswer, reason: str
    ) -> CommandResult | None:
        """Wait for the next attempt, or give the result where there is none."""
        asked = None
        if isinstance(answer, Answer):
            asked = retry_after(answer.headers.get("retry-after"), self._world.now())
        policy = self._rules.policy
        delay = policy.delay(sending.tried, asked, self._world.random)
        late = delay is not None and delay >= self._rules.budget.left()
        if delay is None or late:
            why = f"given up after {counted(sending.tried, 'attempt')}"
            if asked is not None and asked > policy.longest_asked:
                why = f"it asks to wait {asked:.0f} s, longer than {policy.longest_asked:.0f} s"
            elif late:
                why = f"the run's deadline leaves no time to wait {delay:.0f} s"
            message = f"{reason}; {why}"
            return sending.result(Outcome.FAILED, message, is_open=True, of_service=True)
        self._emit(RetryPlanned(sending.command, delay, reason))
        if self._rest(delay):
            message = f"interrupted before another attempt; {reason}"
            return sending.result(Outcome.NOT_SENT, message, is_open=True)
        return None

    def _settle_past(self, sending: Sending, past: Past) -> CommandResult | None:
        assert past.in_flight_since is not None  # noqa: S101 - the caller has looked
        sending.in_flight = True
        gone = (self._world.now() - past.in_flight_since).total_seconds()
        within = max(0.0, sending.command.settle - max(0.0, gone))
        last = sending.attempts[-1].error if sending.attempts else None
        return self._settle(sending, past.doubt, last or _STOPPED_HERE, within)

    def _settle(
        self, sending: Sending, doubt: Doubt, reason: str, within: float
    ) -> CommandResult | None:
        """Find out by the state what became of the last attempt; None where it is sent again."""
        left = self._rules.budget.left()
        settled = self._rules.settler.settle(sending.command, doubt, min(within, left))
        seen = None if settled.seen is None else settled.seen.state
        message = _settled_message(settled.settlement, doubt, reason, seen)
        if settled.settlement is Settlement.SEND_AGAIN:
            sending.in_flight, sending.in_doubt = False, True
            if self._world.interruption.requested:  # during the last look
                raise InterruptedRunError("interrupted before another attempt")
            late = self._rules.budget.left() <= 0
            if sending.tried < self._rules.policy.attempts and not late:
                self._emit(RetryPlanned(sending.command, 0.0, message))
                return None
            why = f"given up after {counted(sending.tried, 'attempt')}"
            message = f"{message}; {'the time of the run is over' if late else why}"
            return sending.result(
                Outcome.UNKNOWN, message, seen=seen, is_open=late, of_service=True
            )
        outcome = {
            Settlement.SUCCEEDED: Outcome.SUCCEEDED,
            Settlement.FAILED: Outcome.FAILED,
            Settlement.UNKNOWN: Outcome.UNKNOWN,
        }[settled.settlement]
        of_service = outcome is not Outcome.SUCCEEDED
        # The deadline kept it from being looked at for as long as it was to be.
        cut_short = outcome is Outcome.UNKNOWN and seen is not None and left < within
        return sending.result(outcome, message, seen=seen, is_open=cut_short, of_service=of_service)


def _settled_message(settlement: Settlement, doubt: Doubt, reason: str, seen: State | None) -> str:
    if settlement is Settlement.SUCCEEDED:
        return f"{reason}; the workflow is {seen}, as asked, which does not prove the cause"
    if seen is None:  # no state could tell
        told = "no state would show a signal" if doubt is Doubt.LOST else ""
    elif seen.value == "unknown":
        told = "its state could not be read"
    else:
        told = f"the workflow is {seen}"
    return "; ".join(part for part in (reason, told) if part)

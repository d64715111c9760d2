"""Carries out one step of a plan: its commands in order, and then what they are waited for.

Where a few of its commands may be under way at a time, each of them has a thread of its own.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.errors import CredentialsError, InterruptedRunError
from runner.execute.abreast import Abreast, Turns, lending, rest
from runner.execute.answers import Wording
from runner.execute.attempts import CommandSender
from runner.execute.budget import Pacer
from runner.execute.events import PauseStarted
from runner.execute.looking import LEAST_LOOK, interruptible
from runner.execute.past import NO_PAST, accepted_before, with_past
from runner.execute.results import CommandResult, Outcome
from runner.execute.rules import Rules
from runner.execute.settling import Settler
from runner.execute.signals import NoTriggerError, signal_request
from runner.execute.waiting import Accepted, Waiter
from runner.states import State
from runner.validate.config import SIGNAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.execute.executor import Means
    from runner.execute.past import Past
    from runner.execute.progress import Progress
    from runner.execute.sending import Delivery
    from runner.plan.command import Command, Decided
    from runner.states import Observation


class Carrier:
    """Carries out step after step, and takes everything down in `progress`."""

    def __init__(
        self,
        progress: Progress,
        means: Means,
        why_broken: Callable[[], str],
        pacer: Pacer | None = None,
        turns: Turns | None = None,
    ) -> None:
        """Take what it needs.

        Args:
            progress: of the run.
            means: what the plan is carried out with.
            why_broken: says why the runner cannot go on, if so.
            pacer: of the run, if there is one already.
            turns: where several commands are under way at a time.
        """
        self._why_broken = why_broken
        self._progress = progress
        self._pacer = pacer or Pacer(means.world)
        if turns is not None:
            means = lending(means, turns)
        self._means = means
        self._world = means.world
        self._look = interruptible(means.look, means.world.interruption)
        rules = Rules(
            means.policy,
            Settler(self._look, means.world, means.emit),
            means.budget,
            self._pacer,
            means.commit,
            self._why_not,
        )
        self._is_abreast = turns is not None
        if turns is not None:
            resting = partial(rest, means.world, self._why_not)
            rules = replace(rules, aside=turns.lent, rest=resting)
        self._sender = CommandSender(
            rules, world=means.world, wording=Wording(means.scrubber), emit=means.emit
        )
        self._waiter = Waiter(self._look, means.world, means.emit, means.budget)

    def carry_out(self, step: Sequence[tuple[int, Command]]) -> None:
        """Send the commands of one step, with their places in the plan, and wait for them."""
        progress = self._progress
        most = min(len(step), max(command.parallel for _, command in step))
        if most > 1:
            turns = Turns()
            abreast = Carrier(progress, self._means, self._why_broken, self._pacer, turns)
            abreast.send_abreast(step, most, turns)
        else:
            for job in self._jobs(step):
                job()
        if progress.waiting:
            self._waiter.wait(progress)
            progress.forget()

    def send_abreast(self, step: Sequence[tuple[int, Command]], most: int, turns: Turns) -> None:
        """Send the commands of one step, at most so many at a time; `turns` is what they lend."""
        # First what is known: one that comes later may be a reason to send nothing more.
        jobs = self._jobs(sorted(step, key=lambda it: self._past(it[0]).result is None))
        try:
            Abreast(turns, jobs).do_all(most)
        except KeyboardInterrupt:  # by force
            self._world.interruption.request()
            turns.end()
            places = {command.id: place for place, command in step}
            for identity, sending in list(self._sender.under_way.items()):
                self._progress.finish(places[identity], sending.cut_off())
            self._progress.interrupt()

    def _jobs(self, step: Sequence[tuple[int, Command]]) -> Iterator[Callable[[], None]]:
        """Give what sends each command that has to be sent, and see to all others on the way."""
        progress = self._progress
        for place, command in step:
            past = self._past(place)
            if past.result is not None:
                progress.restore(place, past.result)
                continue
            if past.accepted:  # to wait for it begins nothing
                progress.begin(place)
                self._take(place, accepted_before(command, past), past)
                continue
            self._see_to_limits(command)
            if progress.why_not and not self._is_only_settled(past):
                continue  # of what comes after, more may be known from before
            if not command.is_sent:
                progress.finish(place, self._without_sending(place, command))
            elif self._is_pointless(command):
                message = f"not sent, since {command.follows} did not succeed"
                progress.finish(place, CommandResult(command, Outcome.NOT_SENT, (), message))
            else:
                progress.begin(place)
                yield partial(self._send, place, command, past)

    def _past(self, place: int) -> Past:
        return self._means.history.get(place, NO_PAST)

    def _why_not(self) -> str:
        return self._progress.why_not

    def _is_only_settled(self, past: Past) -> bool:
        """Whether it is looked up though another's outcome lets nothing more be sent.

        It was in flight beside that one, and would have got its answer.
        """
        progress = self._progress
        ends = progress.closed or progress.rejected or self._world.interruption.requested
        in_flight = self._is_abreast and past.in_flight_since is not None
        return in_flight and not (ends or self._why_broken())

    def _see_to_limits(self, command: Command) -> None:
        """Take down where nothing more may be begun."""
        progress = self._progress
        progress.why_not = progress.why_not or self._why_broken()
        if self._world.interruption.requested:
            progress.interrupt()
        elif not progress.why_not and (command.is_sent or command.pause is not None):
            progress.closed = progress.why_not = self._means.budget.why_over()

    def _is_pointless(self, command: Command) -> bool:
        follows = command.follows
        return follows is not None and self._progress.outcome(follows) is not Outcome.SUCCEEDED

    def _without_sending(self, place: int, command: Command) -> CommandResult:
        if command.pause is not None:
            return self._pause(place, command, command.pause)
        assert command.decided is not None  # noqa: S101 - states are read beforehand
        return decided_result(command, command.decided)

    def _pause(self, place: int, command: Command, seconds: float) -> CommandResult:
        self._progress.begin(place)
        self._means.emit(PauseStarted(command, seconds))
        self._progress.forget()
        started = self._world.monotonic()
        left = self._means.budget.left()
        if self._world.pause(min(seconds, left)):
            waited = self._world.monotonic() - started
            return CommandResult(
                command,
                Outcome.NOT_SENT,
                (),
                "interrupted in the pause",
                waited=waited,
                is_open=True,
            )
        if left < seconds:
            message = "the time of the run was over in the pause"
            self._progress.closed = self._progress.why_not = self._means.budget.why_no_time()
            return CommandResult(command, Outcome.NOT_SENT, (), message, waited=left, is_open=True)
        return CommandResult(command, Outcome.SUCCEEDED, waited=seconds)

    def _send(self, place: int, command: Command, past: Past) -> None:
        progress = self._progress
        # What is in flight is settled first; to read it beforehand would say nothing of before.
        delivery = self._prepare(command) if past.in_flight_since is None else None
        if isinstance(delivery, CommandResult):
            self._means.budget.note(delivery)
            progress.finish(place, with_past(delivery, past))
            return
        client = self._means.clients[command.document]
        # For what is sent anew, a state of long ago would prove nothing (R15).
        in_flight = past.in_flight_since is not None
        before = past.before if in_flight else progress.state_before(command)
        result, rejected = self._sender.send(
            command,
            client,
            delivery,
            past=past,
            before=before,
            on_sending=partial(progress.send, place),
        )
        progress.rejected = progress.rejected or rejected
        self._means.budget.note(result)
        self._see_why_not_sent(result)
        self._take(place, result, replace(past, before=before, since=()))

    def _see_why_not_sent(self, result: CommandResult) -> None:
        """Take down why nothing was sent, where it is neither credentials nor an interruption."""
        progress = self._progress
        if result.outcome is not Outcome.NOT_SENT or progress.rejected or progress.why_not:
            return
        if not self._world.interruption.requested:
            progress.why_not = self._why_broken()
            if not progress.why_not:
                progress.closed = progress.why_not = self._means.budget.why_no_time()

    def _take(self, place: int, result: CommandResult, past: Past) -> None:
        """Take down the result, or wait for the workflow where that is to come after it."""
        wait = result.command.wait
        if result.outcome is Outcome.SUCCEEDED and wait is not None:
            since = list(past.since)
            self._progress.accept(Accepted(place, result, wait, past.before, since))
        else:
            self._progress.finish(place, result)

    def _prepare(self, command: Command) -> Delivery | CommandResult | None:
        """Read the workflow where something depends on it.

        Returns:
            How to send the command, where it is none of the four; its result, where what was read
            speaks against sending it.
        """
        try:
            if command.action == SIGNAL:
                client = self._means.clients[command.document]
                seen = self._read(command)
                if seen.found is None:  # nothing speaks against trying again later
                    return self._unread(command, seen)
                return signal_request(command, seen, client, self._world.now)
            if self._may_finish_unseen(command):
                self._read(command)
        except InterruptedRunError as error:
            return CommandResult(command, Outcome.NOT_SENT, (), str(error), is_open=True)
        except CredentialsError as error:  # ends the run (rule R18)
            self._progress.rejected = True
            message = f"{error}; nothing was sent"
            return CommandResult(command, Outcome.FAILED, (), message, is_open=True)
        except NoTriggerError as error:
            reason = self._means.scrubber.remote_text(str(error), limit=1000)
            return CommandResult(command, Outcome.FAILED, (), f"{reason}; nothing was sent")
        return None

    def _unread(self, command: Command, seen: Observation) -> CommandResult:
        message = f"{seen.why_unknown}; nothing was sent"
        return CommandResult(command, Outcome.FAILED, (), message, is_open=True, of_service=True)

    def _may_finish_unseen(self, command: Command) -> bool:
        """Whether the state before it has to be read.

        Only so can a finish that comes of it be told from one that was there before (R15).
        """
        if self._progress.state_before(command) is not None:
            return False
        if command.desired is not None and not command.follows:
            return True  # what it was decided by is no longer sure
        waits = command.wait is not None and command.wait.until is State.STARTED
        return waits and command.action in ("start", "resume")

    def _read(self, command: Command) -> Observation:
        left = self._means.budget.left()
        within = None if left == math.inf else max(left, LEAST_LOOK)
        seen = self._look([command], within)[command.key]
        if self._world.interruption.requested:  # while it was read on this very thread
            raise InterruptedRunError("interrupted before it was sent")
        if seen.found:
            self._progress.note(command, seen.state)
        return seen


def decided_result(command: Command, decided: Decided) -> CommandResult:
    """Give the result of a desired state that calls for no command."""
    outcome = Outcome.FAILED if decided.refused else Outcome.SKIPPED
    return CommandResult(command, outcome, (), decided.reason)

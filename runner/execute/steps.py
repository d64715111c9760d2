"""Carries out one step of a plan: its commands in order, and then what they are waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import CredentialsError, InterruptedRunError
from runner.execute.attempts import CommandSender
from runner.execute.events import PauseStarted
from runner.execute.looking import interruptible
from runner.execute.results import CommandResult, Outcome
from runner.execute.signals import NoTriggerError, signal_request
from runner.execute.waiting import Accepted, Waiter
from runner.states import State
from runner.validate.config import SIGNAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.execute.attempts import Delivery
    from runner.execute.executor import Means
    from runner.execute.progress import Progress
    from runner.plan.command import Command, Decided
    from runner.states import Observation


class Carrier:
    """Carries out step after step, and takes everything down in `progress`."""

    def __init__(self, progress: Progress, means: Means) -> None:
        self._progress = progress
        self._means = means
        self._world = means.world
        self._sender = CommandSender(
            policy=means.policy, world=means.world, scrubber=means.scrubber, emit=means.emit
        )
        self._look = interruptible(means.look, means.world.interruption)
        self._waiter = Waiter(self._look, means.world, means.emit)

    def carry_out(self, step: Sequence[tuple[int, Command]]) -> None:
        """Send the commands of one step, with their places in the plan, and wait for them."""
        progress = self._progress
        for place, command in step:
            if self._world.interruption.requested:
                progress.interrupt()
            if progress.why_not:
                break
            if not command.is_sent:
                progress.finish(place, self._without_sending(place, command))
            elif self._is_pointless(command):
                message = f"not sent, since {command.follows} did not succeed"
                progress.finish(place, CommandResult(command, Outcome.NOT_SENT, (), message))
            else:
                self._send(place, command)
        if progress.waiting:
            self._waiter.wait(progress)
            progress.forget()

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
        if self._world.pause(seconds):
            waited = self._world.monotonic() - started
            return CommandResult(
                command, Outcome.NOT_SENT, (), "interrupted in the pause", waited=waited
            )
        return CommandResult(command, Outcome.SUCCEEDED, waited=seconds)

    def _send(self, place: int, command: Command) -> None:
        progress = self._progress
        progress.begin(place)
        delivery = self._prepare(command)
        if isinstance(delivery, CommandResult):
            progress.finish(place, delivery)
            return
        before = progress.state_before(command)
        client = self._means.clients[command.document]
        progress.send(place)
        result, progress.rejected = self._sender.send(command, client, delivery)
        if result.outcome is Outcome.SUCCEEDED and command.wait is not None:
            progress.accept(Accepted(place, result, command.wait, before))
        else:
            progress.finish(place, result)

    def _prepare(self, command: Command) -> Delivery | CommandResult | None:
        """Read the workflow where something depends on it.

        Returns:
            How to send the command, where it is none of the four; its result, where what was read
            speaks against sending it.
        """
        try:
            if command.action == SIGNAL:
                client = self._means.clients[command.document]
                return signal_request(command, self._read(command), client, self._world.now)
            if self._may_finish_unseen(command):
                self._read(command)
        except InterruptedRunError as error:
            return CommandResult(command, Outcome.NOT_SENT, (), str(error))
        except CredentialsError as error:  # ends the run (rule R18)
            self._progress.rejected = True
            return CommandResult(command, Outcome.FAILED, (), f"{error}; nothing was sent")
        except NoTriggerError as error:
            reason = self._means.scrubber.remote_text(str(error), limit=1000)
            return CommandResult(command, Outcome.FAILED, (), f"{reason}; nothing was sent")
        return None

    def _may_finish_unseen(self, command: Command) -> bool:
        """Whether the state before it has to be read.

        Only so can a finish that comes of it be told from one that was there before (R15).
        """
        waits = command.wait is not None and command.wait.until is State.STARTED
        return (
            waits
            and command.action in ("start", "resume")
            and self._progress.state_before(command) is None
        )

    def _read(self, command: Command) -> Observation:
        seen = self._look([command])[command.key]
        if self._world.interruption.requested:  # while it was read on this very thread
            raise InterruptedRunError("interrupted before it was sent")
        if seen.found:
            self._progress.note(command, seen.state)
        return seen


def decided_result(command: Command, decided: Decided) -> CommandResult:
    """Give the result of a desired state that calls for no command."""
    outcome = Outcome.FAILED if decided.refused else Outcome.SKIPPED
    return CommandResult(command, outcome, (), decided.reason)

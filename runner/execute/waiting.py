"""Waits until workflows have come to the states that their commands are to bring about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from runner.durations import format_duration
from runner.errors import CredentialsError, InterruptedRunError
from runner.execute.events import StateSeen, WaitStarted
from runner.execute.looking import LEAST_LOOK
from runner.execute.results import CommandResult, Outcome
from runner.execute.waits import WaitVerdict, judge_wait, pause_after
from runner.states import NOT_RUNNING, State

if TYPE_CHECKING:
    from runner.execute.budget import Budget
    from runner.execute.events import Listener
    from runner.execute.looking import Look
    from runner.execute.progress import Progress
    from runner.plan.command import Command
    from runner.states import Observation
    from runner.validate.config import Wait
    from runner.world import World


class Accepted(Struct):
    """A command that was accepted, and what has been seen of its workflow since.

    Attributes:
        place: in the plan, from 0.
        before: the state seen before it was sent, where one was read.
        since: the states seen since, each where another one was seen before it, the newest last.
        waited: seconds for which its workflow has been watched.
    """

    place: int
    result: CommandResult
    wait: Wait
    before: State | None
    since: list[State] = field(default_factory=list)
    waited: float = 0.0

    @property
    def command(self) -> Command:
        """The command itself."""
        return self.result.command

    def ended(self, outcome: Outcome, message: str, *, is_open: bool = False) -> CommandResult:
        """Give its final result; `is_open` where a resumed run is to wait anew."""
        return replace(
            self.result,
            outcome=outcome,
            is_open=is_open,
            message="; ".join(part for part in (self.result.message, message) if part),
            state_before=self.before,
            state_after=self.since[-1] if self.since else None,
            waited=self.waited,
        )


class Waiter:
    """Waits for all accepted commands of one step together."""

    def __init__(self, look: Look, world: World, emit: Listener, budget: Budget) -> None:
        """Take what it needs; `look` raises InterruptedRunError where somebody asks to stop."""
        self._budget = budget
        self._look = look
        self._world = world
        self._emit = emit

    def wait(self, progress: Progress) -> None:
        """Wait until each accepted command has its final result, which `progress` takes down."""
        self._emit(WaitStarted(tuple(it.command for it in progress.waiting)))
        try:
            self._watch(progress)
        except InterruptedRunError:
            progress.interrupt()
            for it in progress.waiting:
                progress.finish(it.place, cut_off(it))
        except CredentialsError as error:  # ends the run (rule R18)
            progress.rejected = True
            message = f"accepted, but its state could not be read: {error}"
            for it in progress.waiting:
                progress.finish(it.place, it.ended(Outcome.FAILED, message, is_open=True))

    def _watch(self, progress: Progress) -> None:
        started = self._world.monotonic()
        looks = 0
        while True:
            looks += 1
            waited = self._world.monotonic() - started
            over = self._budget.left()
            left = {
                it.place: max(min(it.wait.timeout - waited, over), LEAST_LOOK)
                for it in progress.waiting
            }
            within = min(left.values())
            states = self._look([it.command for it in progress.waiting], within)
            waited = self._world.monotonic() - started
            for it in progress.waiting:
                seen = states[it.command.key]
                # Given up for the sake of one that has less time: the next look tells.
                given_up = seen.found is None and left[it.place] > within
                if not given_up or waited >= it.wait.timeout:
                    self._judge(it, seen, waited, progress)
            waits = [it.wait for it in progress.waiting]
            if not waits:
                return
            if self._budget.left() <= 0:
                for it in progress.waiting:
                    last = str(it.since[-1]) if it.since else "not seen"
                    message = f"accepted, but {last} when the time of the run was over"
                    progress.finish(it.place, it.ended(Outcome.FAILED, message, is_open=True))
                return
            deadline = min(min(wait.timeout for wait in waits) - waited, self._budget.left())
            pause = pause_after(looks, min(wait.poll for wait in waits))
            if self._world.pause(min(pause, deadline)):
                raise InterruptedRunError("interrupted between two looks")

    def _judge(self, it: Accepted, seen: Observation, waited: float, progress: Progress) -> None:
        """Take in one more look, and take the result down where it is final."""
        news = it.since[-1:] != [seen.state]
        if news:
            it.since.append(seen.state)
        it.waited = waited
        was_failed = it.command.desired is not None and it.before is State.FAILED
        verdict = judge_wait(
            it.command.action, it.wait.until, it.since, it.before, was_failed=was_failed
        )
        reached = verdict is WaitVerdict.REACHED
        self._emit(StateSeen(it.command, seen.state, waited, news, reached))
        if verdict is WaitVerdict.REACHED:
            progress.finish(it.place, it.ended(Outcome.SUCCEEDED, _reached(it, seen)))
        elif verdict is WaitVerdict.FAILED:
            progress.finish(it.place, it.ended(Outcome.FAILED, _failed(seen)))
        elif waited >= it.wait.timeout:
            progress.finish(it.place, it.ended(Outcome.FAILED, _too_late(it, seen)))


def cut_off(it: Accepted, why: str = "interrupted") -> CommandResult:
    """Give the result of a wait that was not waited to its end."""
    last = f", last seen {it.since[-1]}" if it.since else ""
    message = f"accepted; {why} while waiting for it to be {it.wait.until}{last}"
    return it.ended(Outcome.UNKNOWN, message, is_open=True)


def _reached(it: Accepted, seen: Observation) -> str:
    if it.wait.until is State.STARTED and seen.state is State.FINISHED:
        return "it has run, and finished already"
    return ""


def _failed(seen: Observation) -> str:
    if seen.state is State.FAILED:
        return "accepted, but the workflow has failed. Look at it in Campaign"
    return f"accepted, but its state could not be read: {seen.why_unknown}"


def _too_late(it: Accepted, seen: Observation) -> str:
    limit = format_duration(it.wait.timeout)
    untold = it.wait.until is State.STOPPED or it.before in (None, State.UNKNOWN, State.FINISHED)
    never_moved = len(it.since) == 1 and it.before in (None, State.UNKNOWN, seen.state) and untold
    if it.command.action == "start" and seen.state in NOT_RUNNING and never_moved:
        return (
            f"accepted, but {seen.state} for all of {limit}, as it may have been before the start:"
            " whether it ran cannot be told"
        )
    queued = (
        ". It may be queued: Adobe runs some 20 at a time" if it.wait.until is State.STARTED else ""
    )
    return f"accepted, but still {seen.state} after {limit} instead of {it.wait.until}{queued}"

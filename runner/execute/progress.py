"""What has come of a plan so far, and why the rest of it is not sent."""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.execute.events import CommandEnded, CommandRestored, CommandStarted
from runner.execute.past import NO_PAST, not_reached
from runner.execute.results import CommandResult, Outcome
from runner.execute.waiting import cut_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.execute.events import Listener
    from runner.execute.past import Past
    from runner.execute.waiting import Accepted
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.states import State, WorkflowKey

_UNSETTLED = (Outcome.NOT_SENT, Outcome.UNKNOWN)
_INTERRUPTED = "the run was interrupted before"


class Progress:
    """The results of a plan, taken down one by one, whatever may break in between.

    Attributes:
        why_not: why nothing more is sent; empty while there is no reason.
        rejected: whether the credentials were rejected.
        closed: why nothing may begin any more; empty while it may (rule R32).
    """

    def __init__(
        self,
        plan: Plan,
        emit: Listener,
        history: Mapping[int, Past] | None = None,
        *,
        is_resumed: bool = False,
    ) -> None:
        """Begin.

        Args:
            plan: whose results are taken down.
            emit: is told of them.
            history: what is known of commands from before, by their places in the plan.
            is_resumed: whether time has passed since the plan's states were read.
        """
        self.why_not = ""
        self.rejected = False
        self.closed = ""
        self._plan = plan
        self._total = plan.total
        self._emit = emit
        self._history = history or {}
        self._results: dict[int, CommandResult] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._sent: set[int] = set()
        self._waiting: dict[int, Accepted] = {}
        # Of each workflow, the state last read, for as long as nothing was sent to it since.
        self._seen: dict[WorkflowKey, State] = {}
        if plan.live is not None and not is_resumed:
            self._seen = {(it.organization, it.workflow): it.state for it in plan.live.states}
        counted = accumulate(int(it.is_counted) for it in plan.commands)
        self._numbers = [
            number if it.is_counted else 0
            for it, number in zip(plan.commands, counted, strict=True)
        ]

    def begin(self, place: int) -> None:
        """Take down that it is a command's turn; nothing is sent yet."""
        command = self._plan.commands[place]
        self._emit(CommandStarted(self._numbers[place], self._total, command))

    def send(self, place: int) -> None:
        """Take down that a command may arrive from now on, until there is more to take down."""
        self._sent.add(place)

    def state_before(self, command: Command) -> State | None:
        """Give the state of its workflow, where it was read and nothing was sent to it since."""
        return self._seen.get(command.key)

    def forget(self) -> None:
        """Forget all states: time has passed, and a workflow may have come to its end meanwhile."""
        self._seen.clear()

    def note(self, command: Command, state: State) -> None:
        """Take down the state that was read of a workflow."""
        self._seen[command.key] = state

    def accept(self, accepted: Accepted) -> None:
        """Take down that a command was accepted, and is now waited for."""
        self._waiting[accepted.place] = accepted

    @property
    def waiting(self) -> list[Accepted]:
        """The accepted commands that have no final result yet, in the order of the plan."""
        return [self._waiting[place] for place in sorted(self._waiting)]

    def finish(self, place: int, result: CommandResult) -> None:
        """Take down the final result of a command, and whether it is a reason to stop."""
        command = result.command
        seen = self._seen.get(command.key)
        if result.state_before is None and seen is not None:
            result = replace(result, state_before=seen)
        if result.state_after is not None:
            self._seen[command.key] = result.state_after
        elif result.attempts:
            self._seen.pop(command.key, None)
        self._results[place] = result
        self._outcomes[command.id] = result.outcome
        self._sent.discard(place)
        self._waiting.pop(place, None)
        self._emit(CommandEnded(self._numbers[place], self._total, result))
        self.why_not = self.why_not or self._reason_to_stop(result)

    def restore(self, place: int, result: CommandResult) -> None:
        """Take down a result that is known from before, and whether it is a reason to stop."""
        self._results[place] = result
        self._outcomes[result.command.id] = result.outcome
        self._emit(CommandRestored(self._numbers[place], self._total, result))
        self.why_not = self.why_not or self._reason_to_stop(result)

    def interrupt(self) -> None:
        """Take down that nothing more is sent, since somebody asked to stop."""
        self.why_not = self.why_not or _INTERRUPTED

    def outcome(self, identity: str) -> Outcome | None:
        """Give the final outcome of an earlier command; None where it has none."""
        return self._outcomes.get(identity)

    def break_off(self, why: str) -> None:
        """Take down why all ended; what was under way may have arrived."""
        self.why_not = f"{why} before"
        for place, accepted in self._waiting.items():
            self._results.setdefault(place, cut_off(accepted, why))
        message = f"{why} here. Look at the workflow in Campaign"
        for place in self._sent:
            command = self._plan.commands[place]
            result = CommandResult(command, Outcome.UNKNOWN, (), message, is_open=True)
            self._results.setdefault(place, result)

    def results(self) -> tuple[CommandResult, ...]:
        """Give a result for every command.

        Those that were not reached are `not_sent`, unless something is known of them from before.
        """
        return tuple(
            self._results.get(place)
            or not_reached(command, self._history.get(place, NO_PAST), self.why_not)
            for place, command in enumerate(self._plan.commands)
        )

    @property
    def is_over(self) -> bool:
        """Whether a resumed run would do nothing more by itself.

        So it is where every command has its final outcome, and where one whose `on_failure` is
        `stop` is a reason to send no other, as is a desired state that is refused (rule R13). What
        was under way beside that one still has to come to its outcome.
        """
        if self._plan.blockers:
            return True
        steps = groupby(enumerate(self._plan.commands), lambda it: (it[1].document, it[1].step))
        for _, step in steps:
            results = [self._taken_down(place) for place, _ in step]
            if any(it is not None and self._ends_all(it) for it in results):
                return not any(it is not None and it.is_open and _was_sent(it) for it in results)
            if any(it is None or it.is_open for it in results):
                return False
        return True

    @property
    def is_open(self) -> bool:
        """Whether some command has no certain outcome."""
        results = (self._taken_down(place) for place, _ in enumerate(self._plan.commands))
        return any(result is None or result.outcome in _UNSETTLED for result in results)

    def _taken_down(self, place: int) -> CommandResult | None:
        return self._results.get(place) or self._history.get(place, NO_PAST).result

    def _reason_to_stop(self, result: CommandResult) -> str:
        command = result.command
        if self.rejected:
            return f"the credentials were rejected at {command.id}"
        if result.outcome is Outcome.NOT_SENT and not command.follows:
            return _INTERRUPTED
        if self._is_bad(result) and command.on_failure == "stop":
            return f"the outcome of {command.id} is {result.outcome.value}"
        return ""

    def _ends_all(self, result: CommandResult) -> bool:
        return self._is_bad(result) and result.command.on_failure == "stop" and not result.is_open

    @staticmethod
    def _is_bad(result: CommandResult) -> bool:
        return result.outcome in (Outcome.FAILED, Outcome.UNKNOWN)


def _was_sent(result: CommandResult) -> bool:
    return result.outcome is not Outcome.NOT_SENT

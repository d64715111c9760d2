"""What the commands of a plan send, at the worst where a desired state is not decided (R11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runner.plan.command import ENSURE
from runner.plan.desired import worst_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runner.plan.command import Command

_NOTHING: tuple[tuple[str, ...], ...] = ((),)


class Step(NamedTuple):
    """A command, and what it may come to.

    Attributes:
        sequences: of actions, one of which is sent; only an undecided desired state has several.
    """

    command: Command
    sequences: tuple[tuple[str, ...], ...]

    @property
    def is_undecided(self) -> bool:
        """Whether only the observed state will tell what is sent."""
        return self.command.action == ENSURE and self.command.decided is None

    @property
    def actions(self) -> tuple[str, ...]:
        """Each action that may be sent, in alphabetical order."""
        return tuple(sorted({action for actions in self.sequences for action in actions}))

    @property
    def most(self) -> int:
        """The most commands that may be sent."""
        return max(map(len, self.sequences))

    @property
    def most_stops(self) -> int:
        """The most stops that may be sent."""
        return max(actions.count("stop") for actions in self.sequences)


def steps(commands: Iterable[Command]) -> Iterator[Step]:
    """Give each command with what it may come to; nothing for a pause and where nothing is sent."""
    for command in commands:
        if command.is_sent:
            yield Step(command, ((command.action,),))
        elif command.decided is None and command.desired is not None:
            yield Step(command, worst_case(command.desired))
        else:
            yield Step(command, _NOTHING)

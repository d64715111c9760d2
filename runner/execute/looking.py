"""How the workflows of commands are read while a plan is carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from runner.errors import InterruptedRunError
from runner.plan.command import Command
from runner.states import Observations

if TYPE_CHECKING:
    from runner.world import Interruption

# Reads the workflows of some commands. It raises CredentialsError where they are rejected, and
# KeyboardInterrupt as soon as somebody asks to stop.
Look: TypeAlias = Callable[[Sequence[Command]], Observations]


def interruptible(look: Look, interruption: Interruption) -> Look:
    """Give `look` as one that raises InterruptedRunError where somebody asks to stop.

    A read changes nothing, so that it may end at the first wish as well as by force; whoever looks
    knows what that means for the command.
    """

    def looking(commands: Sequence[Command]) -> Observations:
        try:
            return look(commands)
        except (KeyboardInterrupt, InterruptedRunError):
            interruption.request()
            raise InterruptedRunError("interrupted while its workflow was read") from None

    return looking

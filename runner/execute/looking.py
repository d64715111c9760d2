"""How the workflows of commands are read while a plan is carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from runner.errors import InterruptedRunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.plan.command import Command
    from runner.states import Observations
    from runner.world import Interruption


LEAST_LOOK = 10.0  # seconds that one look may take though the time is up sooner; slow is not silent


class Look(Protocol):
    """Reads the workflows of some commands."""

    def __call__(self, commands: Sequence[Command], within: float | None = None, /) -> Observations:
        """Give what was read.

        Args:
            commands: whose workflows are read, each once.
            within: seconds after which nothing is tried again; None for as often as ever allowed.

        Raises:
            CredentialsError: if they are rejected.
            KeyboardInterrupt: as soon as somebody asks to stop.
        """


def interruptible(look: Look, interruption: Interruption) -> Look:
    """Give `look` as one that raises InterruptedRunError where somebody asks to stop.

    A read changes nothing, so that it may end at the first wish as well as by force; whoever looks
    knows what that means for the command.
    """

    def looking(commands: Sequence[Command], within: float | None = None) -> Observations:
        try:
            return look(commands, within)
        except (KeyboardInterrupt, InterruptedRunError):
            interruption.request()
            raise InterruptedRunError("interrupted while its workflow was read") from None

    return looking

"""Settles what became of a command whose answer says too little: by the state, never by a guess.

The rules R16 and R17 are one small pure table; all that moves is in `Settler`.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from runner.errors import InterruptedRunError
from runner.execute.events import SettlingSeen
from runner.execute.looking import LEAST_LOOK
from runner.execute.waits import pause_after
from runner.states import NOT_RUNNING, State
from runner.validate.config import COMMANDS, SIGNAL
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.execute.events import Listener
    from runner.execute.looking import Look
    from runner.plan.command import Command
    from runner.states import Observation
    from runner.world import World

_POLL = 5.0  # seconds between two looks; the first few come sooner


class Doubt(Enum):
    """Why an answer does not tell whether a command took effect."""

    LOST = "the answer was lost"  # a timeout, a reset after sending, 502, 504
    SERVER_ERROR = "the API answered 500"


class Settlement(Enum):
    """What becomes of a command once its workflow's state was read."""

    SUCCEEDED = "the state is as asked"
    SEND_AGAIN = "it may be sent again, since a second one changes nothing"
    FAILED = "it had no effect"
    UNKNOWN = "only a person can tell"


# In which states the effect of a command shows. For a start, stopped or finished may mean that the
# workflow ran and ended; a signal shows in none.
_SHOWS: Mapping[str, frozenset[State]] = {
    "start": frozenset({State.STARTED}),
    "stop": NOT_RUNNING,
    "pause": frozenset({State.PAUSED}),
    "resume": frozenset({State.STARTED}),
    SIGNAL: frozenset(),
}
# A second one of these changes nothing.
REPEATABLE = frozenset({"stop", "pause", "resume"})


def _row(action: str, doubt: Doubt) -> Mapping[State, Settlement]:
    if doubt is Doubt.SERVER_ERROR:
        unseen = unread = Settlement.FAILED
    else:
        unread = Settlement.UNKNOWN
        unseen = Settlement.SEND_AGAIN if action in REPEATABLE else Settlement.UNKNOWN
    row: dict[State, Settlement] = dict.fromkeys(State, unseen)
    row.update(dict.fromkeys(_SHOWS[action], Settlement.SUCCEEDED))
    row[State.UNKNOWN] = unread
    return row


# What each state means once its time is up; `SUCCEEDED` ends the looking at once.
TABLE: Mapping[tuple[str, Doubt], Mapping[State, Settlement]] = {
    (action, doubt): _row(action, doubt) for action in (*COMMANDS, SIGNAL) for doubt in Doubt
}


class Settled(Value, frozen=True):
    """What came of settling; `seen` is what was read last, None where nothing had to be read."""

    settlement: Settlement
    seen: Observation | None = None


class Settler:
    """Reads states until the table has its say."""

    def __init__(self, look: Look, world: World, emit: Listener) -> None:
        """Take what it needs; `look` raises InterruptedRunError where somebody asks to stop."""
        self._look = look
        self._world = world
        self._emit = emit

    def settle(self, command: Command, doubt: Doubt, within: float) -> Settled:
        """Read the workflow until the effect shows or the time is up, and once at least.

        Args:
            command: whose answer tells too little.
            doubt: why it does.
            within: seconds; after a 500 there is one look, however long it may take.

        Raises:
            InterruptedRunError: if somebody asks to stop meanwhile.
            CredentialsError: if the credentials are rejected.
        """
        row = TABLE[command.action, doubt]
        if len(set(row.values())) == 1:  # no state could say anything else
            return Settled(next(iter(row.values())))
        started = self._world.monotonic()
        looks = 0
        while True:
            looks += 1
            left = within - (self._world.monotonic() - started)
            seen = self._look([command], max(left, LEAST_LOOK))[command.key]
            waited = self._world.monotonic() - started
            self._emit(SettlingSeen(command, seen.state, waited, doubt))
            settlement = row[seen.state]
            once = doubt is Doubt.SERVER_ERROR
            if settlement is Settlement.SUCCEEDED or once or waited >= within:
                return Settled(settlement, seen)
            if self._world.pause(min(pause_after(looks, _POLL), within - waited)):
                raise InterruptedRunError("interrupted while its state was read")

"""Carries out parts on threads of this process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.campaign.background import leave_signals_to_the_main_thread
from runner.commands.journalling import take_up
from runner.commands.sending import send
from runner.execute.events import CommandEnded, CommandRestored, CommandStarted
from runner.world import FollowedInterruption

if TYPE_CHECKING:
    from concurrent.futures import Future

    from typing_extensions import Self

    from runner.commands.connect import Connection
    from runner.commands.guarding import Guard
    from runner.commands.organizations.parts import Part
    from runner.commands.sending import Ended
    from runner.commands.surroundings import Surroundings
    from runner.execute.budget import Budget
    from runner.execute.events import Event, Listener
    from runner.plan.plan import Plan


class Threads:
    """As many threads as organizations are sent to at a time; a context manager.

    They share connections, tokens and output. Journal, deadline and breaker are each one's own.
    """

    def __init__(
        self,
        most: int,
        connection: Connection,
        guard: Guard,
        budget: Budget,
        show: Listener,
        around: Surroundings,
    ) -> None:
        self._connection = connection
        self._guard = guard
        self._budget = budget
        self._show = show
        interruption = FollowedInterruption(around.world.interruption)
        self._around = replace(around, world=replace(around.world, interruption=interruption))
        self._executor = ThreadPoolExecutor(
            most, "organization", initializer=leave_signals_to_the_main_thread
        )

    def submit(self, part: Part) -> Future[Ended]:
        """Begin with a part, or as soon as there is room for it."""
        return self._executor.submit(self._carry_out, part)

    def ask_to_stop(self) -> None:
        """Nothing: every thread looks at the same wish."""

    def look(self) -> None:
        """Nothing: a thread always comes to its end."""

    def end(self) -> None:
        """Cut every connection: an answer that was waited for counts as lost then."""
        self._connection.close()

    def heard(self, _part: Part, came: Ended | BaseException) -> Ended | BaseException:
        """Give what a thread has given or raised."""
        return came

    def _carry_out(self, part: Part) -> Ended:
        around = self._around
        path = Path(around.cwd, part.begun.name)
        journal = take_up(part.begun, path, part.plan, around)
        execute = partial(
            self._connection.beside(around).execute,
            part.plan,
            journal,
            self._show,
            closed=partial(self._guard.closed, (part.organization,)),
            budget=self._budget.apart(),
            history=part.history,
            is_resumed=False,
        )
        return send(part.plan, journal, around, execute)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown()


class Numbered:
    """A listener for several threads, to which commands have the numbers of the whole plan."""

    def __init__(self, plan: Plan, show: Listener) -> None:
        counted = [it.id for it in plan.commands if it.is_counted]
        self._numbers = {identity: n for n, identity in enumerate(counted, 1)}
        self._total = plan.total
        self._show = show
        self._telling = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Pass one event on."""
        if isinstance(event, CommandStarted):
            number = self._numbers.get(event.command.id, 0)
            event = replace(event, number=number, total=self._total)
        elif isinstance(event, (CommandRestored, CommandEnded)):
            number = self._numbers.get(event.result.command.id, 0)
            event = replace(event, number=number, total=self._total)
        with self._telling:
            self._show(event)

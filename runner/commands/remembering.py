"""What is known of a run by its journal alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.execute.past import NO_PAST, not_reached
from runner.journal.history import pasts, read_history

if TYPE_CHECKING:
    from runner.execute.results import CommandResult
    from runner.journal.reader import Journal
    from runner.plan.plan import Plan


def untouched(journal: Journal, plan: Plan, why: str) -> tuple[CommandResult, ...]:
    """Give a result for every command, where nothing more is done for it now.

    Args:
        journal: of the run.
        plan: of the run.
        why: nothing is done, for people.
    """
    known = pasts(read_history(journal, [it.id for it in plan.commands]), plan.commands)
    return tuple(
        not_reached(command, known.get(place, NO_PAST), why)
        for place, command in enumerate(plan.commands)
    )
